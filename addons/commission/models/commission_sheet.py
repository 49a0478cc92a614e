from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import date_utils, formatLang

from odoo.addons.sales_sop.models.sop_approval_mixin import DOCUMENT_STATES

SHEET_STATES = [
    ("draft", "Draft"),
    ("pending", "Waiting for Approval"),
    ("approved", "Approved"),
    ("paid", "Paid"),
]
# From which state a sheet goes to which.
TRANSITIONS = {
    "draft": {"pending"},
    "pending": {"draft", "approved"},
    "approved": {"paid"},
    "paid": set(),
}
# What a sheet says; only its own methods write it.
CONTENT_FIELDS = (
    "payee_id",
    "company_id",
    "currency_id",
    "month",
    "state",
    "calculation_id",
    "entry_ids",
    "entry_count",
    "contract_count",
    "negative_sheet",
    "carried_to_id",
    "carried_from_ids",
    "amount_entries",
    "amount_carried_in",
    "amount_payable",
    "amount_carried_out",
)


class CommissionSheet(models.Model):
    """The individual commission sheet (个人提成单): one per payee and month (B3).

    The sales office fills it with the entries of the ledger that are on no sheet yet. Once
    submitted it is frozen: what changes afterwards is a new entry, which goes to the next sheet.
    Entries in different currencies are never added up: each currency has a sheet of its own.
    """

    _name = "commission.sheet"
    _description = "Commission Sheet"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "sop.approval.mixin",
        "sop.protected.mixin",
    ]
    _order = "month desc, name, id"
    _mail_post_access = "read"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    payee_id = fields.Many2one(
        "commission.payee",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    user_id = fields.Many2one(related="payee_id.user_id", string="Payee's User")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    month = fields.Date(required=True, readonly=True, help="First day of the month.")
    date_to = fields.Date(
        string="Until", compute="_compute_date_to", store=True, help="Last day of the month."
    )
    state = fields.Selection(
        SHEET_STATES, string="Status", default="draft", required=True, readonly=True, copy=False
    )
    approval_state = fields.Selection(
        DOCUMENT_STATES,
        string="Approval",
        compute="_compute_approval_state",
        compute_sudo=True,
    )
    waiting_for = fields.Char(compute="_compute_approval_state", compute_sudo=True)
    refusal = fields.Char(
        string="Refused Because", compute="_compute_approval_state", compute_sudo=True
    )
    calculation_id = fields.Many2one(
        "commission.calculation",
        string="Calculated Until",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Of the calculation after which the sheet was filled last.",
    )
    entry_ids = fields.One2many("commission.entry", "sheet_id", readonly=True)
    entry_count = fields.Integer(string="Lines", readonly=True, copy=False)
    contract_count = fields.Integer(string="Contracts", readonly=True, copy=False)
    negative_sheet = fields.Selection(
        selection="_selection_negative_sheet",
        readonly=True,
        copy=False,
        help="What the plan in force at the end of the month says about a sheet below zero.",
    )
    carried_to_id = fields.Many2one(
        "commission.sheet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The later sheet that takes over what this one carries forward.",
    )
    carried_from_ids = fields.One2many("commission.sheet", "carried_to_id", readonly=True)
    amount_entries = fields.Monetary(
        string="Commission", readonly=True, copy=False, help="Sum of the lines."
    )
    amount_carried_in = fields.Monetary(
        string="Carried In",
        readonly=True,
        copy=False,
        help="What earlier sheets of the payee were below zero and carried to this one.",
    )
    amount_total = fields.Monetary(
        string="Total",
        compute="_compute_amount_total",
        help="Commission and what was carried in.",
    )
    amount_payable = fields.Monetary(
        string="To Be Paid",
        readonly=True,
        copy=False,
        help="Below zero the payee pays back, where the plan says so.",
    )
    amount_carried_out = fields.Monetary(
        string="Carried Forward",
        readonly=True,
        copy=False,
        help="What the total is below zero and goes to the payee's next sheet.",
    )
    dispute_count = fields.Integer(
        string="Open Disputes", compute="_compute_dispute_count", compute_sudo=True
    )

    _payee_month_uniq = models.Constraint(
        "UNIQUE(company_id, payee_id, month, currency_id)",
        "A payee has one commission sheet a month.",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | set(CONTENT_FIELDS)

    def _selection_negative_sheet(self):
        plan = self.env["commission.plan"]
        return plan._fields["negative_sheet"]._description_selection(self.env)

    # -- computed ------------------------------------------------------------------------------

    @api.depends("payee_id.name", "month", "currency_id", "company_id.currency_id")
    def _compute_name(self):
        for sheet in self:
            parts = [sheet.payee_id.name, sheet.month and f"{sheet.month:%Y-%m}"]
            if sheet.currency_id != sheet.company_id.currency_id:
                parts.append(sheet.currency_id.name)
            sheet.name = " ".join(filter(None, parts))

    @api.depends("month")
    def _compute_date_to(self):
        for sheet in self:
            sheet.date_to = sheet.month and date_utils.end_of(sheet.month, "month")

    @api.depends("amount_entries", "amount_carried_in")
    def _compute_amount_total(self):
        for sheet in self:
            sheet.amount_total = sheet.amount_entries + sheet.amount_carried_in

    @api.depends("entry_ids.dispute_ids.state")
    def _compute_dispute_count(self):
        disputes = self.env["commission.dispute"].search(
            [("state", "=", "open"), ("sheet_id", "in", self.ids)]
        )
        for sheet in self:
            sheet.dispute_count = len(
                disputes.filtered(lambda dispute, sheet=sheet: dispute.sheet_id == sheet)
            )

    # -- written by its own methods alone ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Commission sheets are made by “Fill Sheets” of the sales office.")
            )
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Commission sheets are kept and cannot be deleted."))

    def _set_state(self, state):
        """Bring these sheets to ``state``, where the table of transitions allows it."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for sheet in self:
            if state not in TRANSITIONS[sheet.state]:
                raise UserError(
                    self.env._(
                        "Commission sheet %(sheet)s is in the state “%(state)s” and does not go "
                        "to “%(target)s”.",
                        sheet=sheet.name,
                        state=labels[sheet.state],
                        target=labels[state],
                    )
                )
        self.sudo().write({"state": state})

    # -- screens -------------------------------------------------------------------------------

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def action_open_disputes(self):
        """Open the disputes of this sheet's lines."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disputes"),
            "res_model": "commission.dispute",
            "view_mode": "list,form",
            "domain": [("sheet_id", "=", self.id)],
        }

    @api.model
    def _drafts(self, company):
        """Return a domain of the company's sheets that are not submitted."""
        return Domain([("company_id", "=", company.id), ("state", "=", "draft")])

    @api.model
    def _first_draft(self, payee, currency):
        """Return the payee's earliest sheet that is not submitted; empty when there is none."""
        return self.search(
            [
                *self._drafts(payee.company_id),
                ("payee_id", "=", payee.id),
                ("currency_id", "=", currency.id),
            ],
            order="month",
            limit=1,
        )
