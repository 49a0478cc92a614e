from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_repr, float_round, formatLang

from .sale_order_line_agreed import roundings_sql
from .sop_policy_term import SALES_MODES
from .touch import touch

CONTRACT_STATES = [
    ("draft", "Draft"),
    ("effective", "Effective"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    "draft": {"effective", "cancelled"},
    "effective": {"closed", "cancelled"},
    "closed": set(),
    # A cancelled order that is submitted again takes its contract up again.
    "cancelled": {"draft"},
}


class SopContract(models.Model):
    """The contract: what gates, collection, ledger and commission hang on.

    It is made when a quotation is submitted. Terms and exchange rate are copied from the policy
    and frozen here; no client can write them. It becomes effective by countersigning (K2), or
    with the approved application where the policy asks for no written contract.
    """

    _name = "sop.contract"
    _description = "Sales Contract"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "sop.approval.mixin",
        "sop.own.defaults.mixin",
    ]
    _order = "id desc"
    _rec_name = "number"
    _mail_post_access = "read"

    number = fields.Char(string="Contract Number", required=True, readonly=True, index=True)
    kind = fields.Selection(SALES_MODES, required=True, readonly=True, default="direct")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    currency_rate = fields.Float(
        string="Frozen Rate",
        digits=0,
        readonly=True,
        help="Units of the contract's currency for one unit of the company's currency, on the day "
        "of submission. Money in another currency is counted at this rate.",
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, index=True, ondelete="restrict"
    )
    policy_id = fields.Many2one(
        "sop.policy", required=True, readonly=True, help="The policy in force at submission (P4)."
    )
    term_id = fields.Many2one("sop.policy.term", readonly=True)
    contract_required = fields.Boolean(string="Written Contract", readonly=True)
    prepayment_percent = fields.Float(
        string="Payment Before Goods (%)", digits=(5, 2), readonly=True
    )
    first_payment_percent = fields.Float(
        string="First Payment Before Installation (%)", digits=(5, 2), readonly=True
    )
    invoice_gate_percent = fields.Float(
        string="Collected Before Invoice (%)", digits=(5, 2), readonly=True
    )
    state = fields.Selection(
        CONTRACT_STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        tracking=True,
    )
    date_effective = fields.Date(readonly=True)
    order_ids = fields.One2many("sale.order", "sop_contract_id", string="Orders", readonly=True)
    own_invoice_ids = fields.One2many(
        "account.move", "sop_contract_id", string="Invoices Without Order", readonly=True
    )
    amount_total = fields.Monetary(
        string="Total",
        compute="_compute_amount_total",
        store=True,
        help="Total of the contract's orders, tax included, without cancelled ones.",
    )
    allocation_ids = fields.One2many(
        "sop.payment.allocation", "contract_id", string="Earmarked Money", readonly=True
    )
    collection_ids = fields.One2many(
        "sop.collection", "contract_id", string="Collected Money", readonly=True
    )
    amount_collected = fields.Monetary(
        string="Collected",
        compute="_compute_collection",
        compute_sudo=True,
        help="Cash that reached the contract's invoices, plus the open part of money earmarked "
        "to it (C1, C3), in the contract's currency.",
    )
    percent_collected = fields.Float(
        string="Collected (%)", digits=(5, 2), compute="_compute_collection", compute_sudo=True
    )
    amount_missing = fields.Monetary(
        string="Missing to Invoice",
        compute="_compute_collection",
        compute_sudo=True,
        help="Money still to collect before the contract may be invoiced.",
    )
    invoice_gate_reached = fields.Boolean(
        string="May Be Invoiced", compute="_compute_collection", compute_sudo=True
    )
    amount_invoiced = fields.Monetary(
        string="Invoiced", compute="_compute_documents", compute_sudo=True
    )
    picking_count = fields.Integer(
        string="Deliveries", compute="_compute_documents", compute_sudo=True
    )
    invoice_count = fields.Integer(
        string="Invoices", compute="_compute_documents", compute_sudo=True
    )
    approval_state = fields.Selection(
        [
            ("none", "Not Submitted"),
            ("pending", "Being Countersigned"),
            ("approved", "Countersigned"),
            ("refused", "Refused"),
            ("stale", "Changed Since"),
        ],
        string="Countersigning",
        compute="_compute_approval_state",
        search="_search_approval_state_field",
    )
    waiting_for = fields.Char(compute="_compute_approval_state")
    refusal = fields.Char(
        string="Refused Because",
        compute="_compute_approval_state",
        help="Who refused to countersign, and why; empty as soon as the contract is sent again.",
    )

    _number_company_uniq = models.Constraint(
        "UNIQUE(number, company_id)", "The contract number has to be unique in its company."
    )

    # -- computed ------------------------------------------------------------------------------

    # Not on the state of the orders: every confirmation would read them all, see sale.order.write.
    @api.depends("order_ids.amount_total")
    def _compute_amount_total(self):
        for contract in self:
            orders = contract.order_ids.filtered(lambda order: order.state != "cancel")
            contract.amount_total = sum(orders.mapped("amount_total"))

    def _recount(self):
        """Compute the totals anew, because other orders count now."""
        self.env.add_to_compute(self._fields["amount_total"], self)
        self.modified(["amount_total"])

    def _counted_orders(self):
        """Return the orders that the total consists of."""
        self.ensure_one()
        return self.order_ids.filtered(lambda order: order.state != "cancel")

    @api.depends("amount_total", "allocation_ids.amount", "state")
    def _compute_collection(self):
        collected = self._collected()
        for contract in self:
            amount = collected.get(contract.id, 0.0)
            total = contract.amount_total
            gate = contract._gate_amount(contract.invoice_gate_percent)
            missing = max(0.0, contract.currency_id.round(gate - amount))
            contract.amount_collected = amount
            nothing_to_collect = 0.0 if contract.state == "cancelled" else 100.0
            percent = amount / total * 100 if total else nothing_to_collect
            # Down, so that a cent less than the gate never reads as if it were reached.
            contract.percent_collected = float_round(
                percent, precision_digits=2, rounding_method="DOWN"
            )
            contract.amount_missing = missing
            contract.invoice_gate_reached = (
                contract.state != "cancelled" and contract._is_collected(amount, gate)
            )

    @api.depends("order_ids.invoice_ids.state", "own_invoice_ids.state", "order_ids.picking_ids")
    def _compute_documents(self):
        invoiced = self._invoiced()
        for contract in self:
            contract.invoice_count = len(contract._invoices())
            contract.picking_count = len(contract.order_ids.picking_ids)
            amount, __ = invoiced.get(contract.id, (0.0, 0.0))
            contract.amount_invoiced = contract.currency_id.round(amount)

    @api.depends("approval_ids.step_ids.state", "state")
    def _compute_approval_state(self):
        for contract in self:
            approval = contract._approval_for("contract")
            contract.approval_state = contract._approval_state("contract")
            contract.waiting_for = approval.waiting_for if approval.state == "pending" else False
            contract.refusal = approval._refusal_reason() if approval.state == "refused" else False

    def _search_approval_state_field(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._search_approval_state("contract", value)

    # -- collection ----------------------------------------------------------------------------

    def _collected(self):
        """Return ``{contract id: money collected in the contract's currency}`` (C1, C3).

        Read from the database now, never from the cache: gates rely on it.
        """
        return self.env["sop.collection"]._collected(self)

    def _invoiced(self):
        """Return ``{contract id: (amount, roundings)}`` of the posted invoices less credit notes.

        The amount is in the contract's currency, tax included; ``roundings`` is how often one of
        their lines was rounded, each by at most half a unit.
        """
        if not self.ids:
            return {}
        for model in ("account.move", "account.move.line"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contract.id,
                       SUM(CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                           * line.price_total
                           * CASE WHEN move.currency_id = contract.currency_id THEN 1
                                  ELSE contract.currency_rate
                                       / NULLIF(move.invoice_currency_rate, 0) END),
                       SUM(%(roundings)s)
                  FROM (%(linked)s) linked
                  JOIN account_move_line line ON line.id = linked.line_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_currency move_currency ON move_currency.id = move.currency_id
                  JOIN sop_contract contract ON contract.id = linked.contract_id
                  JOIN res_currency currency ON currency.id = contract.currency_id
                 WHERE move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
                   AND line.display_type = 'product'
              GROUP BY contract.id
                """,
                linked=self._invoice_lines_sql(SQL("%s", tuple(self.ids))),
                roundings=roundings_sql(SQL("contract.currency_rate")),
            )
        )
        return {
            contract: (float(amount), float(roundings or 0.0))
            for contract, amount, roundings in rows
        }

    @api.model
    def _invoice_lines_sql(self, contracts):
        """Return the SELECT of ``(contract_id, line_id)``: by orders, or by the invoice itself.

        :param SQL contracts: the ids of the contracts, as a list or SELECT in parentheses
        """
        return SQL(
            """
            SELECT so.sop_contract_id AS contract_id, rel.invoice_line_id AS line_id
              FROM sale_order so
              JOIN sale_order_line sol ON sol.order_id = so.id
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
             WHERE so.sop_contract_id IN %(contracts)s
             UNION
            SELECT move.sop_contract_id, line.id
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
             WHERE move.sop_contract_id IN %(contracts)s
            """,
            contracts=contracts,
        )

    def _payers(self):
        """Return whose money may pay for the contract: the customer and who stands above it."""
        self.ensure_one()
        payers = partner = self.partner_id
        while partner.parent_id and partner.parent_id not in payers:
            partner = partner.parent_id
            payers |= partner
        return payers.commercial_partner_id

    def _gate_amount(self, percent):
        """Return the money that ``percent`` of the contract is, rounded by its currency."""
        self.ensure_one()
        return self.currency_id.round(self.amount_total * percent / 100)

    def _is_collected(self, collected, amount):
        self.ensure_one()
        return self.currency_id.compare_amounts(collected, amount) >= 0

    def _money_sentence(self, collected, percent):
        """Say what is collected, what is missing and what the percentage means in money."""
        self.ensure_one()
        gate = self._gate_amount(percent)
        return self.env._(
            "%(collected)s of %(total)s of contract %(contract)s is collected; %(missing)s more is "
            "needed to reach %(percent)s %% (%(gate)s). Record the payment and earmark it to the "
            "contract.",
            collected=self._format(collected),
            total=self._format(self.amount_total),
            contract=self.number,
            missing=self._format(self.currency_id.round(gate - collected)),
            percent=f"{percent:.12g}",
            gate=self._format(gate),
        )

    def _format(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _collection_blockers(self, rule, percent_field, collected):
        """Return ``[(rule, sentence)]`` while less than the percentage is collected."""
        self.ensure_one()
        percent = self[percent_field]
        amount = collected.get(self.id, 0.0)
        if self._is_collected(amount, self._gate_amount(percent)):
            return []
        return [(rule, self._money_sentence(amount, percent))]

    def _touch(self):
        """Let simultaneous gates see one another, and what is collected be computed anew."""
        touch(self, and_references=True)
        self.invalidate_recordset(
            ["amount_collected", "percent_collected", "amount_missing", "invoice_gate_reached"],
            flush=False,
        )

    # -- documents -----------------------------------------------------------------------------

    def _invoices(self):
        """Return invoices, sales receipts and credit notes, also those that no order has."""
        contracts = self.sudo()
        moves = contracts.order_ids.order_line.invoice_lines.move_id | contracts.own_invoice_ids
        moves = moves.filtered(lambda move: move.is_sale_document(include_receipts=True))
        return moves.with_env(self.env)

    def _action_view(self, name, records):
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
            "view_mode": "list,form",
            "domain": [("id", "in", records.ids)],
        }
        if len(records) == 1:
            action.update(view_mode="form", res_id=records.id)
        return action

    def action_view_orders(self):
        """Open the contract's orders."""
        return self._action_view(self.env._("Orders"), self.order_ids)

    def action_view_pickings(self):
        """Open the contract's deliveries."""
        return self._action_view(self.env._("Deliveries"), self.order_ids.picking_ids)

    def action_view_invoices(self):
        """Open the contract's invoices and credit notes."""
        return self._action_view(self.env._("Invoices"), self._invoices())

    def action_view_allocations(self):
        """Open the money earmarked to the contract."""
        return self._action_view(self.env._("Earmarked Money"), self.allocation_ids)

    # -- life ----------------------------------------------------------------------------------

    def _set_state(self, state, **values):
        for contract in self:
            if state not in TRANSITIONS[contract.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is %(old)s and cannot become %(new)s.",
                        contract=contract.number,
                        old=labels[contract.state],
                        new=labels[state],
                    )
                )
        if len(self) > 1:
            # One waits for simultaneous gates by being written; several in the order of their ids.
            self._touch()
        self.write({"state": state, **values})

    def _make_effective(self, orders=None):
        """Enter the contract into force (K2).

        :param orders: those that can be confirmed now; all of the contract when None
        """
        for company, contracts in self.grouped("company_id").items():
            contracts._set_state("effective", date_effective=company._sop_today())
        self._tell_salesperson(orders)

    def _tell_salesperson(self, orders=None):
        """Put the orders that can be confirmed now on their salespeople's to-do lists."""
        activity_type_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "sales_sop.mail_activity_confirm", raise_if_not_found=False
        )
        orders = self.order_ids if orders is None else orders
        orders = orders.filtered(
            lambda order: order.state in ("draft", "sent") and order.sop_contract_id in self
        )
        if activity_type_id:
            self.env["mail.activity"]._sop_create_quietly(
                [
                    {
                        "activity_type_id": activity_type_id,
                        "res_model_id": self.env["ir.model"]._get_id("sale.order"),
                        "res_id": order.id,
                        "res_name": order.name,
                        "user_id": salesperson.id,
                        "summary": order._sop_confirm_summary(),
                    }
                    for order in orders
                    if (salesperson := order.sop_contract_id._sop_in_charge())
                ]
            )

    def _cancel(self):
        """Void the contract and its countersigning, because its orders are cancelled."""
        self._supersede_approvals()
        self.activity_unlink(["sales_sop.mail_activity_approval"])
        self.filtered(lambda contract: contract.state != "cancelled")._set_state("cancelled")

    def action_submit(self):
        """Send the contract for countersigning by the head of sales and finance (K2)."""
        self.submit_approval("contract")
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Contracts are kept for ever; cancel the order instead."))

    # -- approval ------------------------------------------------------------------------------

    def _agreed_orders(self):
        """Return the orders whose content the contract says."""
        self.ensure_one()
        return self.order_ids.filtered(lambda order: order.state != "cancel").sorted("id")

    def _stated_amount(self):
        """Return the amount that the contract states to its parties (K8)."""
        self.ensure_one()
        return self.amount_total

    def _approval_content(self, route_code):
        """The agreed content: parties, terms and what each order sells at which price."""
        self.ensure_one()
        return {
            "number": self.number,
            "kind": self.kind,
            "partner": self.partner_id.id,
            "currency": self.currency_id.id,
            "policy": self.policy_id.id,
            "percentages": [
                float_repr(self[name], 2)
                for name in ("prepayment_percent", "first_payment_percent", "invoice_gate_percent")
            ],
            "orders": [
                [order.id, order._approval_content("application")]
                for order in self._agreed_orders()
            ],
        }

    def _read_contents(self):
        self.order_ids._read_contents()
        return super()._read_contents()

    def _approval_values(self, route_code):
        return super()._approval_values(route_code) | {
            "amount": self._stated_amount(),
            "currency_id": self.currency_id.id,
        }

    def _approval_summary(self, route_code):
        orders = self._agreed_orders()
        return self._approval_table(
            [self.env._("Order"), self.env._("Customer"), self.env._("Total")],
            [
                (order.name, order.partner_id.display_name, self._format(order.amount_total))
                for order in orders
            ],
        )

    def _check_submission(self, route_code):
        if self.state != "draft":
            raise UserError(
                self.env._("Contract %s is not a draft and needs no countersigning.", self.number)
            )
        if self._approval_state("contract") in ("pending", "approved"):
            raise UserError(self.env._("Contract %s is already submitted.", self.number))
        if not (self.env.su or self.user_id == self.env.user):
            self.env.user._sop_require_role(
                self.env._("submit the contract of another salesperson"),
                "sales_sop.group_sales_office",
            )
        for order in self.sudo()._agreed_orders():
            if not order._is_approved("application"):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s rests on an approved application (K1): %(order)s "
                        "is not approved with its present content. Submit it first.",
                        contract=self.number,
                        order=order.name,
                    )
                )

    def _approval_step_reason(self, route_step):
        """Legal reviews the contract where the policy's term says so (K7)."""
        legal_id = self.env["ir.model.data"]._xmlid_to_res_id("sales_sop.group_legal")
        reason = super()._approval_step_reason(route_step)
        if reason is None and route_step.group_id.id == legal_id and self.term_id.legal_review:
            return ""
        return reason

    def _before_submission(self, route):
        self.activity_unlink(["sales_sop.mail_activity_approval"])
        return super()._before_submission(route)

    def _on_approval_approved(self, approval):
        self._make_effective()

    def _sop_remind_to_submit(self):
        """Tell the salesperson that the approved contract can be countersigned."""
        for contract in self:
            # The activity is enough: no message for each of them.
            contract.with_context(mail_activity_quick_update=True).activity_schedule(
                "sales_sop.mail_activity_approval",
                summary=self.env._("Send contract %s for countersigning", contract.number),
                user_id=(contract._sop_in_charge() or self.env.user).id,
            )
