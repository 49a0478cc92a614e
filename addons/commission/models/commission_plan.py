from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.sales_sop.models.sop_approval_mixin import DOCUMENT_STATES

PLAN_STATES = [
    ("draft", "Draft"),
    ("approved", "In Force"),
]


class CommissionPlan(models.Model):
    """A version of the company's commission plan (B1).

    It is written as a draft, approved like every other document, and never changes afterwards: a
    later version replaces it from its own start date on. Money is judged by the version of its
    day (see ``date_basis``), also when it is calculated later.
    """

    _name = "commission.plan"
    _description = "Commission Plan"
    _inherit = [
        "sop.draft.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "sop.approval.mixin",
        "sop.protected.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(related="company_id.partner_id")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Commission is calculated and paid in this currency.",
    )
    currency_rate = fields.Float(
        string="Exchange Rate",
        digits=0,
        compute="_compute_currency_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="Units of the plan's currency for one unit of the company's. It is fixed with the "
        "plan, so that no later rate changes what was earned. Money in a contract's currency is "
        "brought to the company's by the contract's own frozen rate.",
    )
    date_from = fields.Date(
        string="Valid From",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._sop_today(),
    )
    date_to = fields.Date(
        string="Valid Until",
        compute="_compute_date_to",
        help="The day before the next version starts; empty while there is none.",
    )
    date_basis = fields.Selection(
        [
            ("collection", "Day of the Money"),
            ("invoice", "Day of the Invoice"),
            ("contract", "Day the Contract Became Effective"),
        ],
        string="Version Is Chosen by",
        required=True,
        default="collection",
        help="Which day decides the version of the plan for a money. Money in advance has no "
        "invoice yet: its own day decides then. All versions of a company choose alike.",
    )
    state = fields.Selection(
        PLAN_STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    approved_on = fields.Date(readonly=True, copy=False)
    approval_state = fields.Selection(
        DOCUMENT_STATES,
        string="Approval",
        compute="_compute_approval_state",
    )
    waiting_for = fields.Char(compute="_compute_approval_state")
    fulfilment_period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        required=True,
        default="year",
        help="Tiers count what is collected from the first day of this period on (B5).",
    )
    rule_ids = fields.One2many("commission.rule", "plan_id", string="Rules", copy=True)
    amount_max = fields.Monetary(
        string="At Most a Month",
        help="The most that one payee earns with the money of a month; 0 means no limit.",
    )
    amount_min = fields.Monetary(
        string="At Least a Month",
        help="The least that one payee earns with the money of a month in which any came in.",
    )
    overdue_mode = fields.Selection(
        [
            ("none", "Nothing"),
            ("steps", "Percent of the Commission by Days"),
            ("interest", "Interest on the Money"),
        ],
        string="Late Money Costs",
        required=True,
        default="none",
        help="What late money takes from its own commission, never more than all of it (B4, C5).",
    )
    overdue_percent = fields.Float(string="% of the Commission", digits=(5, 2), default=1.0)
    overdue_days = fields.Integer(string="For Each Started Days", default=10)
    overdue_grace_days = fields.Integer(
        string="Days of Grace", help="Days after the due date that cost nothing."
    )
    deduct_open = fields.Boolean(
        string="Deduct Open Overdue Money",
        help="At the end of a month money that is overdue and not paid yet is deducted as if it "
        "came that day. The deduction comes back when the money comes (C5).",
    )
    negative_sheet = fields.Selection(
        [
            ("carry", "Carried to the Next Sheet"),
            ("claim", "Paid Back by the Payee"),
        ],
        required=True,
        default="carry",
    )
    note = fields.Html(string="Explanation", translate=True)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"state", "approved_on"}

    @api.depends("company_id")
    def _compute_currency_id(self):
        for plan in self:
            plan.currency_id = plan.currency_id or plan.company_id.currency_id

    @api.depends("currency_id", "company_id")
    def _compute_currency_rate(self):
        """In the company's own currency it is 1; for another one somebody has to say it."""
        for plan in self:
            plan.currency_rate = float(plan.currency_id == plan.company_id.currency_id)

    @api.depends("date_from", "state", "company_id")
    def _compute_date_to(self):
        for plan in self:
            successor = self.sudo().search(
                [
                    ("company_id", "=", plan.company_id.id),
                    ("state", "=", "approved"),
                    ("date_from", ">", plan.date_from),
                ],
                order="date_from",
                limit=1,
            )
            is_followed = plan.state == "approved" and successor
            plan.date_to = is_followed and fields.Date.subtract(successor.date_from, days=1)

    @api.depends("approval_ids.step_ids.state", "state", "rule_ids")
    def _compute_approval_state(self):
        for plan in self:
            approval = plan._approval_for("commission_plan")
            plan.approval_state = plan._approval_state("commission_plan")
            plan.waiting_for = approval.waiting_for if approval.state == "pending" else False

    # -- content is fixed once approved --------------------------------------------------------

    def _check_is_draft(self):
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "The commission plan %s is in force and cannot change any more. Make a "
                        "new version of it.",
                        plan.name,
                    )
                )

    @api.constrains("currency_id", "currency_rate", "company_id")
    def _check_rate(self):
        """A rate beside the company's own currency would multiply all commission (B1)."""
        for plan in self:
            company_currency = plan.company_id.currency_id
            if plan.currency_id == company_currency and plan.currency_rate != 1.0:
                raise ValidationError(
                    self.env._(
                        "%(plan)s pays in %(currency)s, the company's own currency: its rate is 1.",
                        plan=plan.name,
                        currency=company_currency.name,
                    )
                )
            if not plan.currency_rate > 0:
                raise ValidationError(
                    self.env._(
                        "%(plan)s: say how many %(currency)s one %(company_currency)s is; the "
                        "rate has to be positive.",
                        plan=plan.name,
                        currency=plan.currency_id.name,
                        company_currency=company_currency.name,
                    )
                )

    @api.constrains("amount_max", "amount_min")
    def _check_amounts(self):
        for plan in self:
            if plan.amount_max < 0 or plan.amount_min < 0:
                raise ValidationError(self.env._("%s: amounts cannot be negative.", plan.name))
            if plan.amount_max and plan.amount_max < plan.amount_min:
                raise ValidationError(
                    self.env._("%s: the most of a month is below the least of it.", plan.name)
                )

    @api.constrains("overdue_percent", "overdue_days", "overdue_grace_days")
    def _check_overdue(self):
        for plan in self:
            if (
                not 0 <= plan.overdue_percent <= 100
                or plan.overdue_days < 1
                or plan.overdue_grace_days < 0
            ):
                raise ValidationError(
                    self.env._(
                        "%s: a deduction is between 0 and 100 %% for one day or more, and days "
                        "of grace cannot be negative.",
                        plan.name,
                    )
                )

    # -- versions ------------------------------------------------------------------------------

    def copy(self, default=None):
        copies = super().copy(default)
        if "rule_ids" not in (default or {}):
            for plan, draft in zip(self, copies):
                draft.rule_ids._descend_from(plan.rule_ids)
        return copies

    def action_new_version(self):
        """Copy the plan as the draft of its next version and open it."""
        self.ensure_one()
        draft = self.copy(
            {
                "date_from": max(
                    self.company_id._sop_today(), self._earliest_start() or self.date_from
                )
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "view_mode": "form",
        }

    def _earliest_start(self):
        """Return the first day a new version can start on; False when any day will do.

        What is calculated stays as it was calculated: a version starts later than that.
        """
        self.ensure_one()
        calculated = self.company_id._commission_calculated()
        return calculated and fields.Date.add(calculated, days=1)

    @api.model
    def _versions(self, company):
        """Return ``[(plan, first day, last day or None)]`` of the versions in force, in order."""
        plans = self.sudo().search(
            [("company_id", "=", company.id), ("state", "=", "approved")], order="date_from, id"
        )
        ends = [fields.Date.subtract(plan.date_from, days=1) for plan in plans[1:]]
        return list(zip(plans, plans.mapped("date_from"), [*ends, None]))

    @api.model
    def _in_force(self, company, day):
        """Return the version in force on a day; empty when there is none."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "approved"),
                ("date_from", "<=", day),
            ],
            order="date_from desc, id desc",
            limit=1,
        )

    # -- approval ------------------------------------------------------------------------------

    def action_submit(self):
        """Send the draft to those who decide about commission plans."""
        self.submit_approval("commission_plan")
        return True

    def _approval_values(self, route_code):
        """A plan is about no customer; the company's own contact would stand as one."""
        return super()._approval_values(route_code) | {"partner_id": False}

    def _approval_salesperson(self):
        return self.env["res.users"]

    def _approval_content(self, route_code):
        self.ensure_one()
        return {
            "company": self.company_id.id,
            "date_from": fields.Date.to_string(self.date_from),
            "settings": [
                self.currency_id.id,
                repr(self.currency_rate),
                self.date_basis,
                self.fulfilment_period,
                repr(self.amount_max),
                repr(self.amount_min),
                self.overdue_mode,
                repr(self.overdue_percent),
                self.overdue_days,
                self.overdue_grace_days,
                self.deduct_open,
                self.negative_sheet,
            ],
            "rules": [rule._content() for rule in self.rule_ids.sorted("id")],
        }

    def _approval_holds(self, approval):
        return self.state == "approved" or super()._approval_holds(approval)

    def _check_submission(self, route_code):
        self._check_is_draft()
        self._check_rate()
        if not self.rule_ids:
            raise UserError(self.env._("%s has no rule yet. Add one.", self.name))
        self.rule_ids._check_complete()
        self.sudo()._check_start()

    def _check_start(self):
        """Raise when the version would change what is calculated, or has a neighbour."""
        self.ensure_one()
        earliest = self._earliest_start()
        others = self._versions(self.company_id)
        if earliest and others and self.date_from < earliest:
            raise UserError(
                self.env._(
                    "%(plan)s starts on %(start)s, but commission is calculated until "
                    "%(calculated)s. Let it start later.",
                    plan=self.name,
                    start=self.date_from,
                    calculated=self.company_id._commission_calculated(),
                )
            )
        for plan, first_day, __ in others:
            if first_day == self.date_from:
                raise UserError(
                    self.env._(
                        "%(plan)s starts on the same day as %(other)s. Choose another day.",
                        plan=self.name,
                        other=plan.name,
                    )
                )
            if plan.date_basis != self.date_basis:
                raise UserError(
                    self.env._(
                        "%(plan)s has to choose its version by the same day as %(other)s.",
                        plan=self.name,
                        other=plan.name,
                    )
                )

    def _on_approval_approved(self, approval):
        # What is calculated at the same moment is seen.
        self.company_id._commission_touch()
        self._check_start()
        self.write({"state": "approved", "approved_on": self.company_id._sop_today()})
