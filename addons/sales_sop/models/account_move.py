from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, float_repr, format_list, formatLang

from .account_move_line import POSTING

GATE_STATES = [
    ("free", "May Be Invoiced Now"),
    ("money", "Waits for Money"),
    ("receipt", "Waits for Receipt"),
    ("approval", "Waits for Approval"),
]
# Which reason a list shows first when an invoice waits for several things.
RULE_STATES = {"C2": "approval", "K2": "approval", "C1": "money", "D3": "receipt"}
# What an entry is; fixed once it is posted.
NATURE_FIELDS = frozenset({"move_type", "company_id"})
# To whom, in which money and of which day an invoice is; fixed with what the gate judged.
JUDGED_FIELDS = frozenset(
    {
        "currency_id",
        "partner_id",
        "invoice_currency_rate",
        "fiscal_position_id",
        # From its day on it is due, and the day chooses the commission plan (C5, B1).
        "invoice_date",
        "invoice_date_due",
        "invoice_payment_term_id",
    }
)
# By these is decided whether an invoice is judged, is paid and whose it is.
COMPUTED_FIELDS = frozenset(
    {
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
        "amount_untaxed_signed",
        "amount_tax_signed",
        "amount_total_signed",
        "amount_total_in_currency_signed",
        "amount_residual_signed",
        "commercial_partner_id",
        "payment_state",
    }
)
# What Odoo itself writes when it posts.
POSTING_FIELDS = frozenset({"state", "posted_before"})


class AccountMove(models.Model):
    """A customer invoice is posted only when enough is collected (C1) and received (D3)."""

    _name = "account.move"
    _inherit = ["account.move", "sop.approval.mixin", "sop.protected.mixin"]

    sop_contract_id = fields.Many2one(
        "sop.contract",
        string="Contract Without Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The contract of an invoice that has no sales order.",
    )
    sop_contract_ids = fields.Many2many(
        "sop.contract",
        string="Contracts",
        compute="_compute_sop_contract_ids",
        compute_sudo=True,
    )
    sop_governed = fields.Boolean(
        string="Under the Sales Policy",
        compute="_compute_sop_governed",
        compute_sudo=True,
        help="A customer invoice of a company that has issued a sales policy.",
    )
    sop_blockers = fields.Text(
        string="Not Posted Because",
        compute="_compute_sop_blockers",
        compute_sudo=True,
        help="Why the invoice cannot be posted now, one reason a line.",
        groups="base.group_user",
    )
    sop_gate_state = fields.Selection(
        GATE_STATES,
        string="Invoice Gate",
        compute="_compute_sop_blockers",
        compute_sudo=True,
        search="_search_sop_gate_state",
        help="What a draft customer invoice waits for.",
        groups="base.group_user",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sop_contract_id"}

    def _sop_computed_fields(self):
        return super()._sop_computed_fields() | COMPUTED_FIELDS

    def _sop_written_computed(self, vals):
        names = super()._sop_written_computed(vals)
        # With Odoo's own button an invoice is not paid for the time being.
        blocking = vals.get("payment_state") in ("blocked", "not_paid")
        return names - {"payment_state"} if blocking else names

    sop_can_submit = fields.Boolean(
        compute="_compute_sop_can_submit",
        compute_sudo=True,
        help="No order covers the invoice, so it needs an approval of its own.",
        groups="base.group_user",
    )
    sop_chain = fields.Json(
        string="Sales Procedure",
        compute="_compute_sop_chain",
        compute_sudo=True,
        groups="base.group_user",
    )

    # -- computed ------------------------------------------------------------------------------

    @api.depends("line_ids.sale_line_ids.order_id.sop_chain")
    @api.depends_context("lang", "uid")
    def _compute_sop_chain(self):
        for move in self:
            order = move.line_ids.sale_line_ids.order_id[:1]
            told = move._sop_is_governed() and order.sudo().sop_contract_id._sop_is_told()
            move.sop_chain = told and order.sudo()._sop_chain()

    @api.depends("sop_contract_id", "line_ids.sale_line_ids.order_id.sop_contract_id")
    def _compute_sop_contract_ids(self):
        for move in self:
            move.sop_contract_ids = (
                move.sop_contract_id | move.line_ids.sale_line_ids.order_id.sop_contract_id
            )

    @api.depends("move_type", "company_id", "amount_total")
    def _compute_sop_governed(self):
        for move in self:
            move.sop_governed = move._sop_is_governed()

    @api.depends("state", "invoice_line_ids.quantity", "approval_ids.state")
    def _compute_sop_blockers(self):
        """A form that is being edited shows what blocks the stored invoice.

        The gate reads money and quantities of stored records.
        """
        gate = self.env["sop.gate"]
        stored = {move: move._origin or move for move in self}
        waiting = self.filtered(
            lambda move: stored[move].state == "draft" and move._sop_is_governed()
        )
        (self - waiting).sop_blockers = False
        (self - waiting).sop_gate_state = False
        facts = self.browse().union(*map(stored.get, waiting))._invoice_facts()
        for move in waiting:
            blockers = stored[move]._invoice_blockers(facts)
            move.sop_blockers = gate._blockers_text(blockers)
            states = [RULE_STATES.get(rule, "approval") for rule, sentence in blockers]
            move.sop_gate_state = next(
                (state for state in ("approval", "money", "receipt") if state in states), "free"
            )

    def _search_sop_gate_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        drafts = self.search(
            [
                ("state", "=", "draft"),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        matching = drafts.filtered(lambda move: move.sop_gate_state in value)
        return [("id", "in", matching.ids)]

    @api.depends("sop_blockers", "approval_ids.state")
    def _compute_sop_can_submit(self):
        for move in self:
            stored = move._origin or move
            move.sop_can_submit = (
                stored.state == "draft"
                and stored._sop_is_governed()
                and stored._approval_state("invoice") in ("none", "refused", "stale")
                and bool(stored._sop_approval_reasons(stored._invoice_facts()))
            )

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # A default from the context is no posting.
        moves.filtered(lambda move: move.state == "posted")._sop_raise_posted_by_hand()
        return moves

    def write(self, vals):
        state = vals.get("state")
        if state == "posted" and not POSTING_FIELDS.issuperset(vals):
            # First the content, then the gate: it must judge what is posted.
            self.write({name: vals[name] for name in vals if name not in POSTING_FIELDS})
            return self.write({name: vals[name] for name in vals if name in POSTING_FIELDS})
        if not self.env.su:
            self._sop_check_posted_stays(vals)
        if state == "posted":
            invoices = self._sop_check_posting()
            (self - invoices)._sop_touch_contracts()
        elif state:
            self._sop_touch_contracts()._watch_money()
            self.sudo().filtered(lambda move: move.state == "posted")._supersede_approvals()
        with self._sop_posting(state == "posted"):
            return super().write(vals)

    @contextmanager
    def _sop_posting(self, posting):
        """What Odoo completes while it posts was judged; the mark is out of a client's reach."""
        cache = self.env.cr.cache
        before = cache.get(POSTING)
        cache[POSTING] = posting or before
        try:
            yield
        finally:
            cache[POSTING] = before

    def _sop_check_posted_stays(self, vals):
        """What the gate judged does not change on a posted document (C1)."""
        posted = self.filtered(lambda move: move.state == "posted")
        if not NATURE_FIELDS.isdisjoint(vals):
            posted._sop_raise_posted_by_hand()
        if not JUDGED_FIELDS.isdisjoint(vals):
            posted.filtered(
                lambda move: move.is_sale_document(include_receipts=True)
            )._sop_raise_posted_by_hand()

    def _sop_raise_posted_by_hand(self):
        governed = self.filtered(lambda move: move.company_id._sop_is_governed())
        if governed:
            raise AccessError(
                self.env._(
                    "%s: an entry becomes a posted invoice by posting it, and does not change "
                    "its kind, company, customer, currency, dates or lines afterwards. Reset it to "
                    "draft first.",
                    format_list(self.env, [move._sop_name() for move in governed]),
                )
            )

    def _sop_touch_contracts(self):
        """Update the counter of the contracts whose collected money these entries change (C1).

        These are the contracts of the entries' own order lines and earmarks, and of the invoices
        they are reconciled with: undoing a payment changes what its invoice's contract collected.

        :return: the contracts
        """
        contracts = self._sop_contracts_of_money()
        contracts._touch()
        return contracts

    def _sop_receivable_lines(self):
        """Return the lines on the customer's account, one for each instalment."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _sop_contracts_of_money(self):
        """Return the contracts whose collected money these entries change."""
        contracts = self.env["sop.contract"].sudo()
        moves = self.filtered(lambda move: move.company_id._sop_is_governed())
        if not moves:
            return contracts
        rows = self.env.execute_query(self._sop_contracts_sql(moves.ids))
        return contracts.browse([row[0] for row in rows])

    @api.model
    def _sop_contracts_sql(self, move_ids):
        for model in ("account.partial.reconcile", "sop.payment.allocation"):
            self.env[model].flush_model()
        return SQL(
            """
            WITH touched AS (
                SELECT UNNEST(%s::integer[]) AS id
                 UNION
                SELECT other.move_id
                  FROM account_move_line line
                  JOIN account_partial_reconcile partial
                    ON line.id IN (partial.debit_move_id, partial.credit_move_id)
                  JOIN account_move_line other
                    ON other.id IN (partial.debit_move_id, partial.credit_move_id)
                 WHERE line.move_id = ANY(%s))
            SELECT so.sop_contract_id
              FROM account_move_line line
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line sol ON sol.id = rel.order_line_id
              JOIN sale_order so ON so.id = sol.order_id
             WHERE line.move_id IN (SELECT id FROM touched) AND so.sop_contract_id IS NOT NULL
             UNION
            SELECT sop_contract_id
              FROM account_move
             WHERE id IN (SELECT id FROM touched) AND sop_contract_id IS NOT NULL
             UNION
            SELECT allocation.contract_id
              FROM account_payment payment
              JOIN sop_payment_allocation allocation ON allocation.payment_id = payment.id
             WHERE payment.move_id IN (SELECT id FROM touched)
             UNION
            SELECT allocation.contract_id
              FROM account_bank_statement_line bank
              JOIN sop_payment_allocation allocation ON allocation.statement_line_id = bank.id
             WHERE bank.move_id IN (SELECT id FROM touched)
            """,
            move_ids,
            move_ids,
        )

    # -- approval of invoices that no order covers (C2) --------------------------------------------

    def action_sop_submit(self):
        """Submit invoices that no order covers for the finance VP's approval (C2)."""
        self.submit_approval("invoice")
        return True

    def _check_submission(self, route_code):
        if self.state != "draft" or not self._sop_is_governed():
            raise UserError(
                self.env._("%s is not a draft customer invoice under the policy.", self._sop_name())
            )
        if not self._sop_approval_reasons(self._invoice_facts()):
            raise UserError(
                self.env._(
                    "%s stays within its order and needs no approval of its own.",
                    self._sop_name(),
                )
            )
        if not self.has_access("write"):
            raise AccessError(self.env._("You may not submit %s.", self._sop_name()))
        if self._approval_state("invoice") in ("pending", "approved"):
            raise UserError(self.env._("%s is already submitted.", self._sop_name()))

    def _approval_content(self, route_code):
        """Customer, currency, terms, order links and product lines; not dates and rounding."""
        self.ensure_one()
        return {
            "type": self.move_type,
            "partner": self.partner_id.id,
            "currency": self.currency_id.id,
            "payment_term": self.invoice_payment_term_id.id,
            "lines": sorted(
                [
                    line.product_id.id or 0,
                    line.name or "",
                    line.product_uom_id.id or 0,
                    float_repr(line.quantity, 6),
                    float_repr(line.price_unit, 6),
                    float_repr(line.discount, 6),
                    sorted(line.tax_ids.ids),
                    sorted(line.sale_line_ids.ids),
                ]
                for line in self._sop_product_lines()
            ),
        }

    def _read_contents(self):
        for name in ("tax_ids", "sale_line_ids"):
            self.invoice_line_ids.mapped(name)
        return super()._read_contents()

    def _approval_values(self, route_code):
        return super()._approval_values(route_code) | {
            "document_name": self._sop_name(),
            "amount": self.amount_total,
            "currency_id": self.currency_id.id,
        }

    def _approval_salesperson(self):
        return self.invoice_user_id

    def _approval_summary(self, route_code):
        return self._approval_table(
            [self.env._("Product"), self.env._("Quantity"), self.env._("Total")],
            [
                (
                    line.name or line.product_id.display_name or "",
                    f"{line.quantity:.12g}",
                    formatLang(self.env, line.price_total, currency_obj=self.currency_id),
                )
                for line in self._sop_product_lines()
            ],
        )
