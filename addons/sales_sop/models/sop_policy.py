from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from .sop_remembered_mixin import remembered

POLICY_STATES = [
    ("draft", "Draft"),
    ("decided", "Decided"),
    ("issued", "Issued"),
    ("superseded", "Superseded"),
]
STANDINGS = [
    ("draft", "Draft"),
    ("decided", "Decided"),
    ("upcoming", "Issued for Later"),
    ("in_force", "In Force"),
    ("ended", "Superseded"),
]


class SopPolicy(models.Model):
    """The sales policy (P1): decided by the joint meeting, issued by the general manager.

    An issued policy never changes; a later one supersedes it from its own start date on, so there
    is never a day without a policy once the first one has been issued.
    """

    _name = "sop.policy"
    _description = "Sales Policy"
    _inherit = [
        "sop.draft.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "sop.protected.mixin",
        "sop.rules.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    version = fields.Integer(default=1, readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="Valid From",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._sop_today(),
    )
    date_to = fields.Date(
        string="Valid Until",
        compute="_compute_date_to",
        help="The day before the next issued policy starts; empty while there is none.",
    )
    state = fields.Selection(
        POLICY_STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    standing = fields.Selection(
        STANDINGS,
        compute="_compute_standing",
        search="_search_standing",
        help="An issued policy is in force until the day before the next one starts, also when the "
        "next one is issued already.",
    )
    decided_on = fields.Date(string="Date of the Decision", readonly=True, copy=False)
    issued_on = fields.Date(readonly=True, copy=False)
    issued_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    interest_rate = fields.Float(
        string="Interest on Overdue Money (% a Year)",
        digits=(5, 2),
        help="Percent a year that overdue money bears (C5).",
    )
    note = fields.Html(string="Explanation", translate=True)
    term_ids = fields.One2many("sop.policy.term", "policy_id", string="Terms", copy=True)
    line_ids = fields.One2many("sop.policy.line", "policy_id", string="Prices", copy=True)
    authority_ids = fields.One2many(
        "sop.policy.authority", "policy_id", string="Price Authority", copy=True
    )
    freight_tolerance = fields.Float(
        string="Freight Without New Approval (%)",
        digits=(5, 2),
        default=5.0,
        help="Real freight that is added to an approved order is no change of its content up to "
        "this percentage of its goods (A3).",
    )

    @api.model
    def _sop_protected_fields(self):
        return frozenset({"version", "decided_on", "issued_on", "issued_by_id"})

    @api.depends("date_from", "state", "company_id")
    def _compute_date_to(self):
        for policy in self:
            successor = self.sudo().search(
                [
                    ("company_id", "=", policy.company_id.id),
                    ("state", "in", ("issued", "superseded")),
                    ("date_from", ">", policy.date_from),
                ],
                order="date_from, id",
                limit=1,
            )
            is_issued = policy.state in ("issued", "superseded")
            policy.date_to = (
                fields.Date.subtract(successor.date_from, days=1)
                if is_issued and successor
                else False
            )

    @api.depends("state", "date_from", "date_to", "company_id")
    def _compute_standing(self):
        for policy in self:
            today = (policy.company_id or self.env.company)._sop_today()
            if policy.state in ("draft", "decided"):
                policy.standing = policy.state
            elif policy.date_from > today:
                policy.standing = "upcoming"
            else:
                is_over = policy.date_to and policy.date_to < today
                policy.standing = "ended" if is_over else "in_force"

    def _search_standing(self, operator, value):
        """It depends on the day, so it is asked of each; a company has a handful of versions."""
        if operator != "in":
            return NotImplemented
        issued = self.search([("state", "in", ("issued", "superseded"))])
        found = issued.filtered(lambda policy: policy.standing in value)
        return Domain("id", "in", found.ids) | Domain(
            "state", "in", [state for state in value if state in ("draft", "decided")]
        )

    @api.model
    @remembered()
    def _governed_company_ids(self):
        """Ids of the companies that have ever issued a policy, as a frozenset."""
        groups = self.sudo()._read_group(
            [("state", "in", ("issued", "superseded"))], ["company_id"]
        )
        return frozenset(company.id for (company,) in groups)

    @api.model
    def _in_force(self, company, date):
        """Return the policy in force for ``company`` on ``date`` (P1, P4); empty if there is none.

        A branch without a policy of its own follows its parent company's.
        """
        return self.sudo().browse(self._id_in_force(company._sop_family_ids(), date))

    @api.model
    @remembered("company_ids", "date")
    def _id_in_force(self, company_ids, date):
        """Ids of the policy of the nearest of ``company_ids``; empty if there is none."""
        policies = self.sudo().search(
            [
                ("company_id", "in", company_ids),
                ("state", "in", ("issued", "superseded")),
                ("date_from", "<=", date),
            ],
            order="date_from desc, id desc",
        )
        nearest = policies.company_id.sorted(lambda owner: len(owner.parent_ids))[-1:]
        return tuple(policies.filtered(lambda policy: policy.company_id == nearest)[:1].ids)

    # -- content is fixed once decided ---------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("state", "draft") != "draft" for vals in vals_list):
            raise UserError(
                self.env._("A sales policy starts as a draft. Decide and issue it afterwards.")
            )
        policies = super().create(vals_list)
        if not self.env.su:
            policies._check_is_draft()
        return policies

    def write(self, vals):
        if not self.env.su and "state" in vals:
            self.check_access("write")
            raise UserError(
                self.env._(
                    "Use the buttons “Mark as Decided” and “Issue” to move a sales policy forward."
                )
            )
        return super().write(vals)

    def _check_is_draft(self):
        for policy in self:
            if policy.state != "draft":
                raise UserError(
                    self.env._(
                        "The sales policy %(policy)s is %(state)s and cannot change any more. "
                        "Make a new version of it.",
                        policy=policy.name,
                        state=dict(policy._fields["state"]._description_selection(self.env))[
                            policy.state
                        ],
                    )
                )

    @api.constrains("interest_rate", "freight_tolerance")
    def _check_rates(self):
        for policy in self:
            if policy.interest_rate < 0 or policy.freight_tolerance < 0:
                raise ValidationError(
                    self.env._(
                        "%s: interest and freight tolerance cannot be negative.", policy.name
                    )
                )

    # -- transitions ---------------------------------------------------------------------------

    def action_decide(self):
        """Record that the joint operations meeting has decided this draft (P1)."""
        self.env.user._sop_require_role(
            self.env._("record the decision on a sales policy"),
            "sales_sop.group_general_manager",
            "sales_sop.group_marketing_director",
        )
        self.check_access("write")
        for policy in self:
            policy._check_can_be_decided()
        for policy in self.sudo():
            policy.write(policy._prepare_decided_values())

    def _check_can_be_decided(self):
        """Raise unless this draft is ready and may be decided."""
        self._check_is_draft()
        self._check_terms()
        self._check_starts_later()

    def _prepare_decided_values(self):
        return {"state": "decided", "decided_on": self.company_id._sop_today()}

    def action_issue(self):
        """Issue a decided policy; the earlier one is superseded (P1)."""
        self.env.user._sop_require_role(
            self.env._("issue a sales policy"), "sales_sop.group_general_manager"
        )
        self.check_access("write")
        for policy in self:
            policy._check_can_be_issued()
            policy.sudo()._issue()

    def _check_terms(self):
        if not self.term_ids:
            raise UserError(
                self.env._(
                    "The sales policy %s has no terms. Add at least one line that says which "
                    "gates apply to which kind of order.",
                    self.name,
                )
            )

    def _check_can_be_issued(self):
        today = self.company_id._sop_today()
        if self.date_from > today and not self._in_force(self.company_id, today):
            raise UserError(
                self.env._(
                    "%(policy)s is the first policy of %(company)s and starts on %(date)s: until "
                    "then nothing could be sold. Let it start today or earlier.",
                    policy=self.name,
                    company=self.company_id.name,
                    date=self.date_from,
                )
            )
        if self.state != "decided":
            raise UserError(
                self.env._("The sales policy %s has to be decided before it is issued.", self.name)
            )
        self._check_starts_later()

    def _check_starts_later(self):
        """No version starts before one that is issued; whoever votes is not told afterwards."""
        latest = self._latest_issued()
        if latest and latest.date_from >= self.date_from:
            raise UserError(
                self.env._(
                    "%(later)s starts on %(date)s. %(policy)s has to start on a later day.",
                    later=latest.name,
                    date=format_date(self.env, latest.date_from),
                    policy=self.name,
                )
            )

    def _latest_issued(self):
        return self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("issued", "superseded")),
            ],
            order="date_from desc, id desc",
            limit=1,
        )

    def _issue(self):
        predecessors = self.search(
            [("company_id", "=", self.company_id.id), ("state", "=", "issued")]
        )
        is_first = not predecessors
        predecessors.write({"state": "superseded"})
        self.write(
            {
                "state": "issued",
                "version": max(predecessors.mapped("version"), default=0) + 1,
                "issued_on": self.company_id._sop_today(),
                "issued_by_id": self.env.uid,
            }
        )
        if is_first:
            address = self.company_id.partner_id
            # By its clock every deadline of the rules is told.
            address.tz = address.tz or self.env.user.tz
            self.env["sop.contract"]._ensure_sequence(self.company_id)
            self._mark_opening_orders()

    def _mark_opening_orders(self):
        """Orders confirmed before the first policy go on as they were agreed (basis "opening")."""
        orders = self.env["sale.order"].search(
            [
                ("company_id", "child_of", self.company_id.id),
                ("state", "=", "sale"),
                ("sop_contract_id", "=", False),
            ]
        )
        orders._sop_mark_opening()

    def action_new_version(self):
        """Copy this policy into a draft and open it."""
        self.ensure_one()
        day = self.company_id._sop_today()
        latest = self._latest_issued()
        if latest:
            day = max(day, fields.Date.add(latest.date_from, days=1))
        draft = self.copy({"date_from": day})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "view_mode": "form",
        }
