from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

INVOICE_STATES = [
    ("free", "May Be Invoiced Now"),
    ("money", "Waits for Money"),
    ("receipt", "Waits for Receipt"),
    ("approval", "Waits for Contract"),
    ("credit", "Credit Note Due"),
]
# Odoo's accountants have the lists too, with or without a role of the company.
ACCOUNTANTS = "sales_sop.group_user,account.group_account_invoice"
LIVE_STATES = SQL("('draft', 'effective', 'closed')")


class SaleOrder(models.Model):
    """What an accountant may invoice now and what the rest waits for (C1, D3); set by set in SQL.

    It looks at orders, not at drafts: an order is listed as long as something of it is not on
    any invoice. Whether a draft may be posted says ``account.move.sop_gate_state``.
    """

    _inherit = "sale.order"

    sop_invoice_state = fields.Selection(
        INVOICE_STATES,
        string="To Invoice",
        compute="_compute_sop_invoice_state",
        compute_sudo=True,
        search="_search_sop_invoice_state",
        help="What the part of the order that is not on any invoice waits for.",
        groups=ACCOUNTANTS,
    )
    sop_amount_missing = fields.Monetary(
        string="Money Missing",
        compute="_compute_sop_invoice_state",
        compute_sudo=True,
        help="Money still to collect before the contract may be invoiced (C1).",
        groups=ACCOUNTANTS,
    )
    sop_amount_invoiceable = fields.Monetary(
        string="Due for Invoicing",
        compute="_compute_sop_invoice_state",
        compute_sudo=True,
        help="What was accepted or is due and is on no invoice, at the agreed prices with tax, "
        "less the down payments that the next invoice deducts. Negative: a credit note is due.",
        groups=ACCOUNTANTS,
    )

    @api.depends("order_line.qty_to_invoice", "invoice_status", "sop_contract_id.state")
    def _compute_sop_invoice_state(self):
        rows = {}
        if self.ids:
            found = self.env.execute_query(self._sop_invoice_states_sql(self.ids))
            rows = {order_id: values for order_id, *values in found}
        for order in self:
            state, missing, invoiceable = rows.get(order._origin.id, (False, 0.0, 0.0))
            order.sop_invoice_state = state
            order.sop_amount_missing = float(missing or 0.0)
            order.sop_amount_invoiceable = float(invoiceable or 0.0)

    @api.model
    def _search_sop_invoice_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = [state for state in value if state]
        query = SQL(
            "(SELECT id FROM (%s) orders WHERE state = ANY(%s))",
            self._sop_invoice_states_sql(),
            states,
        )
        domain = Domain("id", "in", query)
        if len(states) < len(value):
            every = SQL(
                "(SELECT id FROM (%s) orders WHERE state IS NOT NULL)",
                self._sop_invoice_states_sql(),
            )
            domain |= Domain("id", "not in", every)
        return domain

    # -- SQL, from small parts -----------------------------------------------------------------

    @api.model
    def _sop_invoice_states_sql(self, order_ids=None):
        """Return a SELECT of ``id, state, missing, invoiceable``, one row per confirmed order.

        :param list order_ids: of these orders only
        """
        collection = self.env["sop.collection"]
        collection._flush_sources()
        self.env["stock.picking"].flush_model(["pod_state", "sale_id"])
        scope = self._sop_invoiceable_scope_sql(order_ids)
        contract_ids = [row[0] for row in self.env.execute_query(self._sop_gated_sql(scope))]
        return SQL(
            """
            SELECT so.id,
                   CASE WHEN %(due)s
                        THEN CASE WHEN contract.state = 'draft' THEN 'approval'
                                  WHEN gate.missing > 0 THEN 'money'
                                  ELSE 'free' END
                        WHEN %(credit)s THEN 'credit'
                        WHEN %(unsigned)s THEN 'receipt' END AS state,
                   CASE WHEN %(due)s THEN gate.missing END AS missing,
                   (%(invoiceable)s) AS invoiceable
              FROM sale_order so
              JOIN res_currency order_currency ON order_currency.id = so.currency_id
         LEFT JOIN sop_contract contract ON contract.id = so.sop_contract_id
         LEFT JOIN res_currency currency ON currency.id = contract.currency_id
         LEFT JOIN (SELECT contract_id, SUM(amount) AS amount
                      FROM (%(money)s) rows
                  GROUP BY contract_id) collected ON collected.contract_id = contract.id
     CROSS JOIN LATERAL (
                   SELECT GREATEST(0, COALESCE(
                       ROUND((contract.amount_total * contract.invoice_gate_percent
                              / 100 / currency.rounding)::numeric)
                       - ROUND((COALESCE(collected.amount, 0) / currency.rounding)::numeric),
                       0)) * COALESCE(currency.rounding, 1) AS missing) gate
             WHERE %(scope)s
            """,
            due=self._sop_due_sql(),
            credit=self._sop_credit_due_sql(),
            unsigned=self._sop_unsigned_sql(),
            invoiceable=self._sop_invoiceable_sql(),
            money=collection._rows_sql(contract_ids or [0]),
            scope=scope,
        )

    def _sop_invoiceable_scope_sql(self, order_ids):
        return SQL(
            """
            so.state = 'sale'
            AND (contract.state IN %(states)s OR so.sop_opening)
            AND %(orders)s
            """,
            states=LIVE_STATES,
            orders=SQL("TRUE") if order_ids is None else SQL("so.id = ANY(%s)", list(order_ids)),
        )

    def _sop_gated_sql(self, scope):
        """The contracts whose money decides; all others are not counted."""
        return SQL(
            """
            SELECT DISTINCT contract.id
              FROM sale_order so
              JOIN sop_contract contract ON contract.id = so.sop_contract_id
             WHERE so.invoice_status = 'to invoice'
               AND contract.invoice_gate_percent > 0
               AND %s
            """,
            scope,
        )

    def _sop_due_sql(self):
        """Whether something is on no invoice; more on a draft than accepted is nothing to add."""
        return SQL(
            """(so.invoice_status = 'to invoice'
                AND EXISTS (SELECT FROM sale_order_line line
                             WHERE line.order_id = so.id AND line.qty_to_invoice > 0))"""
        )

    def _sop_unsigned_sql(self):
        """Whether goods of the order have left and nobody has signed for them yet (D3)."""
        return SQL(
            """EXISTS (SELECT FROM stock_picking picking
                        WHERE picking.sale_id = so.id AND picking.pod_state = 'waiting')"""
        )

    def _sop_credit_due_sql(self):
        """Whether goods that came back are on an invoice still; asked when nothing else is due.

        A down payment that waits for its goods is no debt to the customer, and a draft with more
        than was accepted is made smaller before it is posted (D3).
        """
        return SQL(
            """(so.invoice_status = 'to invoice'
                AND EXISTS (SELECT FROM sale_order_line line
                             WHERE line.order_id = so.id
                               AND line.is_downpayment IS NOT TRUE
                               AND line.qty_to_invoice < 0
                               AND NOT EXISTS (
                                   SELECT FROM sale_order_line_invoice_rel rel
                                     JOIN account_move_line drafted
                                       ON drafted.id = rel.invoice_line_id
                                    WHERE rel.order_line_id = line.id
                                      AND drafted.parent_state = 'draft')))"""
        )

    def _sop_invoiceable_sql(self):
        """The total of the document that one click makes: see ``_sop_covers_sql``."""
        return SQL(
            """SELECT CASE WHEN added > 0 AND goods >= down THEN goods - down
                           WHEN added > 0 THEN added
                           ELSE goods END * order_currency.rounding
                 FROM (%s) amounts""",
            self._sop_amounts_to_invoice_sql(),
        )

    def _sop_covers_sql(self):
        """Whether the goods due cover what came back and the down payments to be deducted.

        If not, deducting would make a credit note out of the invoice: the customer keeps what was
        paid, and a later invoice deducts it.
        """
        return SQL(
            "SELECT added > 0 AND goods >= down FROM (%s) amounts",
            self._sop_amounts_to_invoice_sql(),
        )

    def _sop_amounts_to_invoice_sql(self):
        """One row, in units of the currency's rounding.

        ``added``: goods due. ``goods``: the same less what came back. ``down``: the down payments
        that are invoiced, with tax, and not deducted yet.
        """
        return SQL(
            """
            SELECT ROUND((COALESCE(goods.added, 0) / order_currency.rounding)::numeric) AS added,
                   ROUND((COALESCE(goods.net, 0) / order_currency.rounding)::numeric) AS goods,
                   ROUND((COALESCE(paid.down, 0) / order_currency.rounding)::numeric) AS down
              FROM (SELECT SUM(amount) AS net, SUM(amount) FILTER (WHERE quantity > 0) AS added
                      FROM (SELECT line.qty_to_invoice AS quantity,
                                   line.price_total / line.product_uom_qty * line.qty_to_invoice
                                   AS amount
                              FROM sale_order_line line
                             WHERE line.order_id = so.id
                               AND line.is_downpayment IS NOT TRUE
                               AND line.qty_to_invoice != 0
                               AND line.product_uom_qty != 0) lines) goods,
                   (SELECT SUM(CASE WHEN move.move_type = 'out_refund'
                                    THEN -invoiced.price_total
                                    ELSE invoiced.price_total END) AS down
                      FROM sale_order_line line
                      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                      JOIN account_move_line invoiced ON invoiced.id = rel.invoice_line_id
                      JOIN account_move move ON move.id = invoiced.move_id
                     WHERE line.order_id = so.id
                       AND line.is_downpayment
                       AND line.qty_to_invoice < 0
                       AND move.state != 'cancel') paid
            """
        )

    # -- one click to draft --------------------------------------------------------------------

    def action_sop_draft_invoices(self):
        """Make a draft invoice for each of these orders that may be invoiced now; open them.

        Each order has its own invoice. Down payments are deducted as far as the goods due cover
        them; the click never makes a credit note out of an invoice.
        """
        free = self._sop_orders_to_draft("free")
        covered = free._sop_covered()
        invoices = self.env["account.move"]
        if covered:
            invoices |= covered._create_invoices(grouped=True, final=True)
        if free - covered:
            invoices |= (free - covered)._create_invoices(grouped=True, final=False)
        return self._sop_action_drafts(self.env._("Draft Invoices"), invoices)

    def action_sop_draft_credit_notes(self):
        """Make a draft credit note for each of these orders whose goods came back; open them.

        It credits the goods only: a down payment is deducted from an invoice.
        """
        due = self._sop_orders_to_draft("credit")
        goods = due.with_env(due.env(context={**due.env.context, "sop_goods_only": True}))
        credits = goods._create_invoices(grouped=True, final=True)
        return self._sop_action_drafts(self.env._("Draft Credit Notes"), credits.with_env(self.env))

    def _get_invoiceable_lines(self, final=False):
        lines = super()._get_invoiceable_lines(final)
        if self.env.context.get("sop_goods_only"):
            lines = lines.filtered(lambda line: not line.is_downpayment)
        return lines

    def _sop_orders_to_draft(self, state):
        """Return those of these orders that are in ``state``; raise when none is."""
        self.check_access("read")
        orders = self.filtered(lambda order: order.sudo().sop_invoice_state == state)
        if not orders:
            labels = dict(self._fields["sop_invoice_state"]._description_selection(self.env))
            text = self._sop_not_to_draft_text(state)
            raise UserError(
                "\n".join(
                    text
                    % {
                        "order": order.name,
                        "reason": labels.get(order.sudo().sop_invoice_state)
                        or self.env._("nothing of it is accepted and not invoiced"),
                    }
                    for order in self
                )
            )
        return orders

    def _sop_not_to_draft_text(self, state):
        if state == "credit":
            return self.env._("No credit note is due for %(order)s: %(reason)s.")
        return self.env._("%(order)s cannot be invoiced now: %(reason)s.")

    def _sop_covered(self):
        """Return those of these orders whose invoice deducts the down payments."""
        self.env["sop.collection"]._flush_sources()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT so.id
                  FROM sale_order so
                  JOIN res_currency order_currency ON order_currency.id = so.currency_id
                 WHERE so.id = ANY(%s) AND (%s)
                """,
                self.ids,
                self._sop_covers_sql(),
            )
        )
        covered = {row[0] for row in rows}
        return self.filtered(lambda order: order.id in covered)

    def _sop_action_drafts(self, name, invoices):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", invoices.ids)],
            "context": {"create": False},
            **(
                {"view_mode": "form", "views": [(False, "form")], "res_id": invoices.id}
                if len(invoices) == 1
                else {}
            ),
        }
