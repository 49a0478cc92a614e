from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .sop_draft_mixin import content_names

AMENDMENT_STATES = [
    ("draft", "Draft"),
    ("pending", "Waiting for Approval"),
    ("refused", "Refused"),
    ("applied", "In Force"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    "draft": {"pending", "cancelled"},
    "pending": {"draft", "applied", "refused", "cancelled"},
    "refused": {"pending", "cancelled"},
    "applied": set(),
    "cancelled": set(),
}
KINDS = [
    ("contract", "Supplement to the Contract"),
    ("quotation", "Changed Quotation"),
]
EDITABLE_STATES = ("draft", "refused")
# The fields that an amendment can change on a line of the order, and their name there.
LINE_FIELDS = {
    "product_id": "product_id",
    "quantity": "product_uom_qty",
    "product_uom_id": "product_uom_id",
    "price_unit": "price_unit",
    "discount": "discount",
    "tax_ids": "tax_ids",
}
# The terms of the order that an amendment can change: its field, and ours with the new value.
TERMS = ("payment_term_id", "partner_invoice_id", "commitment_date")


class SopAmendment(models.Model):
    """A change of what was approved, with the old and the new content side by side (A3, P7).

    For an effective contract it is a supplement; for an approved quotation whose contract is not
    effective yet it asks for another quotation, and the approved one stays valid meanwhile. The
    last approval applies it in the same transaction.
    """

    _name = "sop.amendment"
    _description = "Contract Amendment"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "sop.approval.mixin",
        "sop.protected.mixin",
    ]
    _order = "id desc"
    _rec_name = "number"
    _check_company_auto = True
    _mail_post_access = "read"

    number = fields.Char(
        readonly=True,
        copy=False,
        index=True,
        help="Counts the amendments of the contract; given at the first submission.",
    )
    kind = fields.Selection(
        KINDS,
        readonly=True,
        copy=False,
        help="A supplement changes an effective contract, a changed quotation an approved one "
        "whose contract is not effective yet (P7).",
    )
    state = fields.Selection(
        AMENDMENT_STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="restrict", check_company=True
    )
    contract_id = fields.Many2one(
        "sop.contract",
        compute="_compute_contract_id",
        compute_sudo=True,
        store=True,
        index=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="order_id.currency_id", store=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True, string="Customer")
    user_id = fields.Many2one(related="contract_id.user_id", store=True, string="Salesperson")
    reason = fields.Text(copy=False, help="Why the agreement changes; the approvers read it.")
    policy_basis = fields.Selection(
        [("original", "Policy of the Contract"), ("current", "Policy in Force Today")],
        string="Judged by",
        default="original",
        required=True,
        help="The sales policy by which the new prices are judged (P4).",
    )
    policy_id = fields.Many2one("sop.policy", readonly=True, copy=False)
    term_id = fields.Many2one(
        "sop.policy.term",
        readonly=True,
        copy=False,
        help="The line of the policy that the new content matches. An effective contract takes "
        "what is stricter in it.",
    )
    line_ids = fields.One2many("sop.amendment.line", "amendment_id", string="Lines")
    old_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Old Payment Terms",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="New Payment Terms",
        check_company=True,
        copy=False,
        ondelete="restrict",
    )
    old_partner_invoice_id = fields.Many2one(
        "res.partner",
        string="Old Invoice Address",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    partner_invoice_id = fields.Many2one(
        "res.partner",
        string="New Invoice Address",
        check_company=True,
        copy=False,
        ondelete="restrict",
    )
    old_commitment_date = fields.Datetime(string="Old Delivery Date", readonly=True, copy=False)
    commitment_date = fields.Datetime(string="New Delivery Date", copy=False)
    amount_old = fields.Monetary(string="Old Total", readonly=True, copy=False)
    amount_new = fields.Monetary(
        string="New Total",
        compute="_compute_amount_new",
        compute_sudo=True,
        store=True,
        help="Total of the order with the new content, tax included.",
    )
    amount_change = fields.Monetary(
        string="Change of the Total", compute="_compute_amount_change", store=True
    )
    amount_surplus = fields.Monetary(
        string="Collected Beyond the New Total",
        compute="_compute_amount_surplus",
        compute_sudo=True,
        help="Money collected for the contract that the new total does not ask for any more. It "
        "stays on the contract until finance gives it back or earmarks it to another one.",
    )
    requested_by_id = fields.Many2one(
        "res.users", string="Submitted by", readonly=True, copy=False, ondelete="restrict"
    )
    requested_on = fields.Datetime(string="Submitted on", readonly=True, copy=False)
    applied_on = fields.Datetime(string="In Force Since", readonly=True, copy=False)
    waiting_for = fields.Char(compute="_compute_waiting_for", compute_sudo=True)
    is_stale = fields.Boolean(
        string="Changed Since Submission",
        compute="_compute_waiting_for",
        compute_sudo=True,
        help="The order is not any more what it was when the amendment was submitted.",
    )

    _number_uniq = models.Constraint(
        "UNIQUE(number, contract_id)", "The number of an amendment is unique in its contract."
    )
    _pending_uniq = models.UniqueIndex(
        "(order_id) WHERE state = 'pending'",
        "An order has one amendment under approval at a time.",
    )

    @api.model
    def _sop_protected_fields(self):
        old = {f"old_{name}" for name in TERMS}
        derived = {"contract_id", "company_id", "currency_id", "partner_id", "user_id"}
        amounts = {"amount_old", "amount_new", "amount_change"}
        decided = {"requested_by_id", "requested_on", "applied_on", "policy_id", "term_id"}
        return super()._sop_protected_fields() | {
            "number",
            "kind",
            "state",
            *old,
            *derived,
            *amounts,
            *decided,
        }

    # -- computed ------------------------------------------------------------------------------

    @api.depends("order_id")
    def _compute_contract_id(self):
        # An order that is amended has its contract, and keeps it.
        for amendment in self:
            amendment.contract_id = amendment.order_id.sop_contract_id

    @api.depends("number", "contract_id.number")
    def _compute_display_name(self):
        for amendment in self:
            amendment.display_name = amendment.number or self.env._(
                "Draft amendment of %s",
                amendment.contract_id.number or amendment.order_id.name or "",
            )

    @api.depends(
        "payment_term_id",
        "line_ids.product_id",
        "line_ids.quantity",
        "line_ids.product_uom_id",
        "line_ids.price_unit",
        "line_ids.discount",
        "line_ids.tax_ids",
        "line_ids.removed",
    )
    def _compute_amount_new(self):
        for amendment in self:
            amendment.amount_new = amendment._new_amounts()[1] if amendment.order_id else 0.0

    @api.depends("amount_old", "amount_new")
    def _compute_amount_change(self):
        for amendment in self:
            amendment.amount_change = amendment.amount_new - amendment.amount_old

    @api.depends("amount_new", "amount_old", "state")
    def _compute_amount_surplus(self):
        open_states = (*EDITABLE_STATES, "pending")
        for amendment in self:
            amendment.amount_surplus = 0.0
            if amendment.order_id and amendment.state in open_states:
                collected = amendment.contract_id.amount_collected
                amendment.amount_surplus = max(0.0, collected - amendment._new_contract_total())

    @api.depends("state", "approval_ids.step_ids.state")
    def _compute_waiting_for(self):
        for amendment in self:
            pending = amendment.state == "pending"
            approval = amendment._approval_for("amendment")
            amendment.waiting_for = pending and approval.waiting_for
            amendment.is_stale = pending and not amendment._approval_holds(approval)

    def _new_amounts(self):
        """Return ``(untaxed, total)`` of the order with the new content, as Odoo would round."""
        self.ensure_one()
        order, tax = self.order_id, self.env["account.tax"]
        kept = order._get_priced_lines() - self.line_ids.order_line_id
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in kept]
        base_lines += [line._base_line() for line in self.line_ids if not line.removed]
        tax._add_tax_details_in_base_lines(base_lines, order.company_id)
        tax._round_base_lines_tax_details(base_lines, order.company_id)
        totals = tax._get_tax_totals_summary(
            base_lines=base_lines, currency=order.currency_id, company=order.company_id
        )
        return totals["base_amount_currency"], totals["total_amount_currency"]

    def _new_contract_total(self):
        """Return the contract's total with the new content."""
        self.ensure_one()
        change = self.amount_new - self.order_id.amount_total
        return self.currency_id.round(self.contract_id.amount_total + change)

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        completed = []
        for vals in vals_list:
            order = self.env["sale.order"].browse(vals.get("order_id"))
            if order:
                order.check_access("read")
                order.sudo()._sop_check_amendable()
                order._sop_check_may_amend()
            terms = {name: order[name] for name in TERMS}
            defaults = {
                name: value.id if isinstance(value, models.BaseModel) else value
                for name, value in terms.items()
            }
            completed.append({**defaults, **vals})
        amendments = super().create(completed)
        amendments.sudo()._copy_old()
        return amendments

    def write(self, vals):
        if not self.env.su:
            self._check_editable(vals)
        return super().write(vals)

    def _check_editable(self, names=()):
        """What is submitted does not change any more; it is withdrawn first."""
        if names and not content_names(names):
            return
        for amendment in self:
            amendment.sudo().order_id.with_user(self.env.user)._sop_check_may_amend()
            if amendment.state not in EDITABLE_STATES:
                raise AccessError(
                    self.env._(
                        "%s is submitted and cannot be changed. Withdraw it first.",
                        amendment.display_name,
                    )
                )
            if "order_id" in names:
                raise AccessError(
                    self.env._(
                        "%s belongs to its order. Make another amendment for another order.",
                        amendment.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_never_submitted(self):
        for amendment in self:
            if amendment.number or amendment.state != "draft":
                raise UserError(
                    self.env._(
                        "%s has been submitted and is kept for ever. Cancel it instead.",
                        amendment.display_name,
                    )
                )

    # -- the old content -----------------------------------------------------------------------

    def _copy_old(self):
        """Copy the order's present content to the old side, for the first time."""
        for amendment in self:
            amendment.write(amendment._prepare_old())
            amendment._refresh_old_lines()

    def _refresh_old(self):
        """Copy the order's present content to the old side; what nobody touched follows it.

        The order may have changed since the draft was made. Its new side must not undo that.
        """
        for amendment in self:
            old = amendment._prepare_old()
            untouched = [name for name in TERMS if amendment[name] == amendment[f"old_{name}"]]
            amendment.write({**old, **{name: old[f"old_{name}"] for name in untouched}})
            amendment._refresh_old_lines()

    def _prepare_old(self):
        order = self.order_id
        return {
            "kind": order._sop_amendment_kind(),
            "old_payment_term_id": order.payment_term_id.id,
            "old_partner_invoice_id": order.partner_invoice_id.id,
            "old_commitment_date": order.commitment_date,
            "amount_old": order.amount_total,
        }

    def _refresh_old_lines(self):
        self.env.add_to_compute(self._fields["amount_new"], self)
        # A line that an earlier amendment removed stays on the order with quantity zero.
        sold = self.order_id._sop_product_lines().filtered("product_uom_qty")
        prefilled = self.line_ids.filtered("old_product_id")
        prefilled.filtered(lambda line: line.order_line_id not in sold).unlink()
        for line in prefilled.exists():
            old = line._prepare_old(line.order_line_id)
            new = {name: old[f"old_{name}"] for name in LINE_FIELDS}
            # Also what changed: a price is computed anew where only the unit is written.
            new |= {
                name: line._fields[name].convert_to_write(line[name], line)
                for name in line._changed_fields()
            }
            line.write({**old, **new})
        missing = sold - self.line_ids.order_line_id
        self.env["sop.amendment.line"].create(
            [self.line_ids._prepare_prefilled(self, line) for line in missing]
        )

    # -- life ----------------------------------------------------------------------------------

    def _set_state(self, state, **values):
        for amendment in self:
            if state not in TRANSITIONS[amendment.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(amendment)s is “%(old)s” and cannot become “%(new)s”.",
                        amendment=amendment.display_name,
                        old=labels[amendment.state],
                        new=labels[state],
                    )
                )
        self.write({"state": state, **values})

    def action_submit(self):
        """Submit these amendments on their route (A3, P7)."""
        self.submit_approval("amendment")
        return True

    def action_withdraw(self):
        """Take a submitted amendment back to a draft; what was submitted stays in the history."""
        self._check_is_mine()
        for amendment in self.sudo():
            amendment._set_state("draft")
            amendment._supersede_approvals(["amendment"])
            amendment._note_approval(self.env._("%s is withdrawn.", amendment.display_name))
        return True

    def action_cancel(self):
        """Give an amendment up; it is kept and takes no effect."""
        self._check_is_mine()
        self.sudo()._cancel()
        return True

    def _cancel(self):
        for amendment in self:
            amendment._set_state("cancelled")
            amendment._supersede_approvals()
            amendment._note_approval(self.env._("%s is cancelled.", amendment.display_name))

    def _void(self):
        """Cancel those that are not decided, because their order or contract has ended."""
        self.filtered(lambda amendment: "cancelled" in TRANSITIONS[amendment.state])._cancel()

    def _check_is_mine(self):
        """Whoever may amend the order, or submitted the amendment, may take it back."""
        self.check_access("read")
        for amendment in self:
            if amendment.requested_by_id != self.env.user:
                amendment.order_id._sop_check_may_amend()

    @api.model
    def _action_view(self, amendments):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Amendments"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", amendments.ids)],
        }
        if len(amendments) == 1:
            action |= {"view_mode": "form", "res_id": amendments.id}
        return action

    def action_open_order(self):
        """Open the order that is amended."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    def action_open_contract(self):
        """Open the contract that is amended."""
        self.ensure_one()
        return self.order_id.action_sop_open_contract()
