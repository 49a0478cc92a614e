from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, float_repr, formatLang

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
CONTENT_FIELDS = NATURE_FIELDS | {"invoice_line_ids", "line_ids", "partner_id", "currency_id"}


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

    sop_can_submit = fields.Boolean(
        compute="_compute_sop_can_submit",
        compute_sudo=True,
        help="The invoice belongs to no order and needs an approval of its own.",
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
            move.sop_chain = move._sop_is_governed() and order.sudo()._sop_chain()

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
        gate = self.env["sop.gate"]
        waiting = self.filtered(lambda move: move.state == "draft" and move._sop_is_governed())
        (self - waiting).sop_blockers = False
        (self - waiting).sop_gate_state = False
        collected = waiting.sop_contract_ids._collected()
        for move in waiting:
            blockers = move._invoice_blockers(collected)
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
            move.sop_can_submit = (
                move.state == "draft"
                and move._sop_is_governed()
                and move._sop_basis() == "none"
                and move._approval_state("invoice") in ("none", "refused", "stale")
            )

    # -- gate ----------------------------------------------------------------------------------

    def _sop_is_governed(self):
        self.ensure_one()
        # A credit note over a negative amount asks for money like an invoice.
        asks_for_money = self.move_type in ("out_invoice", "out_receipt") or (
            self.move_type == "out_refund" and self.amount_total < 0
        )
        return asks_for_money and self.company_id._sop_is_governed()

    def _sop_product_lines(self):
        return self.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def _sop_basis(self):
        """Return the basis of the invoice, proven by the links of its lines.

        One line that neither an order nor a contract proves makes the whole invoice ``none``: it
        could carry any amount past the 60 % of C1.
        """
        self.ensure_one()
        if self.sop_contract_id:
            return "order"
        lines = self.sudo()._sop_product_lines()
        if not lines or any(not line.sale_line_ids for line in lines):
            return "none"
        orders = lines.sale_line_ids.order_id
        if any(not self._sop_is_billed_to(order) for order in orders):
            return "none"
        return "opening" if all(order.sop_opening for order in orders) else "order"

    def _sop_is_billed_to(self, order):
        """Whether the invoice goes to the order's customer or to its agreed invoice address."""
        customers = order.partner_id.commercial_partner_id | order.partner_invoice_id
        return bool(customers & (self.commercial_partner_id | self.partner_id))

    def _invoice_blockers(self, collected=None):
        """Return ``[(rule_id, sentence)]``, why the invoice cannot be posted; empty = free.

        :param dict collected: money per contract id, when the caller has read it already
        """
        self.ensure_one()
        if not self._sop_is_governed():
            return []
        gate = self.env["sop.gate"]
        basis = self._sop_basis()
        contracts = self.sop_contract_ids.sudo()
        if collected is None:
            collected = contracts._collected()
        blockers = []
        if gate._gate_applies(basis, "invoice", "C2"):
            blockers += self._sop_approval_blockers()
        for contract in contracts:
            if gate._gate_applies(basis, "invoice", "K2"):
                blockers += self._sop_contract_blockers(contract)
            if gate._gate_applies(basis, "invoice", "C1"):
                blockers += contract._collection_blockers("C1", "invoice_gate_percent", collected)
        if gate._gate_applies(basis, "invoice", "D3"):
            blockers += self._sop_receipt_blockers()
        return blockers

    def _sop_contract_blockers(self, contract):
        if contract.state in ("effective", "closed"):
            return []
        return [
            (
                "K2",
                self.env._(
                    "Contract %s is not effective, so nothing may be invoiced on it.",
                    contract.number,
                ),
            )
        ]

    def _sop_approval_blockers(self):
        state = self._approval_state("invoice")
        if state == "approved":
            return []
        sentences = {
            "none": self.env._(
                "%s has a line that belongs to no order, so it needs the finance VP's approval. "
                "Submit it, or invoice from the order."
            ),
            "pending": self.env._("%s waits for the finance VP's approval."),
            "refused": self.env._("%s was refused by the finance VP. Change and submit it again."),
            "stale": self.env._("%s has changed since it was submitted. Submit it again."),
        }
        return [("C2", sentences[state] % self._sop_name())]

    def _sop_name(self):
        if self.name and self.name != "/":
            return self.name
        return self.env._(
            "The draft invoice over %(amount)s for %(customer)s",
            amount=formatLang(self.env, self.amount_total, currency_obj=self.currency_id),
            customer=self.partner_id.display_name or "—",
        )

    def _sop_receipt_blockers(self):
        """No more goods are invoiced than the customer accepted (D3)."""
        blockers = []
        lines = self.sudo()._sop_product_lines()
        for order_line in lines.sale_line_ids.filtered(lambda sol: sol._sop_waits_for_receipt()):
            mine = lines.filtered(lambda line, sol=order_line: sol in line.sale_line_ids)
            unit = order_line.product_uom_id
            quantity = sum(
                line.product_uom_id._compute_quantity(line.quantity, unit) for line in mine
            )
            allowed = order_line.qty_accepted - order_line.qty_invoiced_posted
            if unit.compare(quantity, allowed) > 0:
                blockers.append(("D3", self._sop_receipt_sentence(order_line, quantity, allowed)))
        return blockers

    def _sop_receipt_sentence(self, order_line, quantity, allowed):
        return self.env._(
            "%(order)s, %(product)s: %(quantity)g are on the invoice, but only %(allowed)g are "
            "accepted by the customer and not invoiced yet. Record the signed proof of delivery, "
            "or reduce the quantity.",
            order=order_line.order_id.name,
            product=order_line.product_id.display_name,
            quantity=quantity,
            allowed=max(0.0, allowed),
        )

    def _sop_check_posting(self):
        """The law of posting: raise unless these invoices may be posted; return those checked."""
        governed = self.filtered(lambda move: move.state != "posted" and move._sop_is_governed())
        if not governed:
            return governed
        contracts = governed.sop_contract_ids.sudo()
        contracts._touch()
        collected = contracts._collected()
        self.env["sop.gate"]._raise_if_blocked(
            {move: move._invoice_blockers(collected) for move in governed}
        )
        governed._sop_check_posted_together()
        return governed

    def _sop_check_posted_together(self):
        """Invoices posted in one go share what the customer accepted (D3)."""
        order_lines = self.sudo().invoice_line_ids.sale_line_ids
        if len(self) < 2 or not order_lines:
            return
        for sol in order_lines.filtered(lambda line: line._sop_waits_for_receipt()):
            lines = self.sudo().invoice_line_ids.filtered(
                lambda line, sol=sol: sol in line.sale_line_ids
            )
            if len(lines.move_id) < 2:
                continue
            quantity = sum(
                line.product_uom_id._compute_quantity(line.quantity, sol.product_uom_id)
                for line in lines
            )
            allowed = sol.qty_accepted - sol.qty_invoiced_posted
            if sol.product_uom_id.compare(quantity, allowed) > 0:
                sentence = self._sop_receipt_sentence(sol, quantity, allowed)
                self.env["sop.gate"]._raise_if_blocked({sol: [("D3", sentence)]})

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # A default from the context is no posting.
        moves.filtered(lambda move: move.state == "posted")._sop_raise_posted_by_hand()
        return moves

    def write(self, vals):
        state = vals.get("state")
        if state == "posted" and not CONTENT_FIELDS.isdisjoint(vals):
            # First the content, then the gate: it must judge what is posted.
            self.write({name: value for name, value in vals.items() if name != "state"})
            return self.write({"state": "posted"})
        if not NATURE_FIELDS.isdisjoint(vals) and not self.env.su:
            self.filtered(lambda move: move.state == "posted")._sop_raise_posted_by_hand()
        if state == "posted":
            invoices = self._sop_check_posting()
            (self - invoices)._sop_touch_contracts()
        elif state:
            self._sop_touch_contracts()
            self.sudo().filtered(lambda move: move.state == "posted")._supersede_approvals()
        return super().write(vals)

    def _sop_raise_posted_by_hand(self):
        governed = self.filtered(lambda move: move.company_id._sop_is_governed())
        if governed:
            raise AccessError(
                self.env._(
                    "%s: an entry becomes a posted invoice by posting it, and does not change "
                    "its kind, its company or its lines afterwards. Reset it to draft first.",
                    ", ".join(move._sop_name() for move in governed),
                )
            )

    def _sop_touch_contracts(self):
        """Update the counter of the contracts whose collected money these entries change (C1).

        These are the contracts of the entries' own order lines and earmarks, and of the invoices
        they are reconciled with: undoing a payment changes what its invoice's contract collected.
        """
        moves = self.filtered(lambda move: move.company_id._sop_is_governed())
        if not moves:
            return
        rows = self.env.execute_query(self._sop_contracts_sql(moves.ids))
        self.env["sop.contract"].sudo().browse([row[0] for row in rows])._touch()

    @api.model
    def _sop_contracts_sql(self, move_ids):
        for model in ("account.partial.reconcile", "sop.payment.allocation"):
            self.env[model].flush_model()
        return SQL(
            """
            WITH touched AS (
                SELECT UNNEST(%s) AS id
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
              FROM sop_payment_allocation allocation
         LEFT JOIN account_payment payment ON payment.id = allocation.payment_id
         LEFT JOIN account_bank_statement_line bank ON bank.id = allocation.statement_line_id
             WHERE COALESCE(payment.move_id, bank.move_id) IN (SELECT id FROM touched)
            """,
            move_ids,
            move_ids,
        )

    # -- approval of invoices without an order (C2) --------------------------------------------

    def action_sop_submit(self):
        """Submit invoices without an order for the finance VP's approval (C2)."""
        self.submit_approval("invoice")
        return True

    def _check_submission(self, route_code):
        if self.state != "draft" or not self._sop_is_governed():
            raise UserError(
                self.env._("%s is not a draft customer invoice under the policy.", self._sop_name())
            )
        if self._sop_basis() != "none":
            raise UserError(
                self.env._(
                    "%s belongs to an order and needs no approval of its own.", self._sop_name()
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
                    float_repr(line.quantity, 6),
                    float_repr(line.price_unit, 6),
                    float_repr(line.discount, 6),
                    sorted(line.tax_ids.ids),
                    sorted(line.sale_line_ids.ids),
                ]
                for line in self._sop_product_lines()
            ),
        }

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
                    f"{line.quantity:g}",
                    formatLang(self.env, line.price_total, currency_obj=self.currency_id),
                )
                for line in self._sop_product_lines()
            ],
        )
