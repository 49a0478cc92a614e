from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date, formatLang

from odoo.addons.sales_sop.models.wording import paragraph

from .commission_rule import ROLES

ENTRY_KINDS = [
    ("earned", "Earned"),
    ("overdue", "Deducted for Late Money"),
    ("open_overdue", "Deducted for Money Not Paid Yet"),
    ("tier", "Tier Reached"),
    ("tier_overdue", "Deducted From the Tier for Late Money"),
    ("contract_limit", "Limit of the Contract"),
    ("month_limit", "Limit of the Month"),
    ("adjustment", "Adjustment"),
]


class CommissionEntry(models.Model):
    """The ledger of commission: rows are added and never changed or deleted (B1, B4).

    A calculation adds what the books say now less what the ledger says already, so money that
    goes back, or goes to another contract, appears as a negative row at the rate at which it was
    earned. The balance of any day is the sum of the rows until that day.

    A calculation adds many rows, and PostgreSQL looks up every reference of each of them, so what
    follows from another column is not stored: the company is the payee's, the currency the
    plan's. Who made a row, and when, says its calculation.
    """

    _name = "commission.entry"
    _description = "Commission Entry"
    _inherit = ["sop.own.defaults.mixin", "sop.append.only.mixin"]
    _order = "date desc, id desc"
    _rec_name = "explanation"
    # The sentence is computed in the reader's language.
    _rec_names_search = ["payee_id", "contract_id"]
    _sop_fixed = True
    _log_access = False

    payee_id = fields.Many2one(
        "commission.payee", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="payee_id.company_id")
    calculation_id = fields.Many2one("commission.calculation", readonly=True, ondelete="restrict")
    date = fields.Date(
        required=True,
        readonly=True,
        index=True,
        help="The day on which it was earned or taken back: the day of the money, or, for what is "
        "found out later, the first day that was not calculated yet.",
    )
    kind = fields.Selection(ENTRY_KINDS, required=True, readonly=True)
    role = fields.Selection(ROLES, readonly=True)
    plan_id = fields.Many2one("commission.plan", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    rule_id = fields.Many2one(
        "commission.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    contract_id = fields.Many2one(
        "sop.contract", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    invoice_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    money_move_id = fields.Many2one(
        "account.move", string="Money", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    team_id = fields.Many2one(related="contract_id.commission_team_id", string="Sales Team")
    tier_team_id = fields.Many2one(
        "crm.team",
        string="Team of the Tier",
        readonly=True,
        ondelete="restrict",
        help="The team whose money reached the tier, where a tier counts the team's.",
    )
    period = fields.Date(
        string="Month of the Money", readonly=True, help="First day of the month of the money."
    )
    money_date = fields.Date(string="Day of the Money", readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    days_late = fields.Integer(readonly=True)
    base = fields.Monetary(
        readonly=True,
        help="What the rate is of: the payee's part of the money without tax, or of its margin; "
        "for a deduction the commission it is taken from; for a tier or a limit what was reached.",
    )
    rate = fields.Float(string="%", digits=(16, 4), readonly=True)
    share = fields.Float(string="Share (%)", digits=(16, 4), readonly=True)
    amount = fields.Monetary(string="Commission", readonly=True)
    note = fields.Char(string="Reason", readonly=True, help="Why an adjustment was made.")
    create_uid = fields.Many2one(
        "res.users", string="Recorded by", readonly=True, ondelete="restrict"
    )
    create_date = fields.Datetime(string="Recorded on", readonly=True)
    # A payee who shares a colleague's contract reads why, though not the contract itself.
    explanation = fields.Char(compute="_compute_explanation", compute_sudo=True)

    # The rows of a calculation stand together, so the index has one line for many of them.
    _calculation_idx = models.Index("USING brin (calculation_id)")

    # -- written once --------------------------------------------------------------------------

    def _sop_kept_text(self):
        return self.env._(
            "Entries of the commission ledger are neither changed nor deleted. What is wrong in "
            "the books is corrected there, and the next calculation follows; anything else is put "
            "right by an adjustment."
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Entries of the commission ledger are made by calculations alone.")
            )
        return super().create(vals_list)

    # -- why -----------------------------------------------------------------------------------

    @api.depends_context("lang")
    @api.depends("kind", "amount")
    def _compute_explanation(self):
        for entry in self:
            entry.explanation = getattr(entry, f"_explain_{entry.kind}")()

    @api.depends_context("lang", "uid")
    @api.depends("explanation")
    def _compute_display_name(self):
        """A reference shows the name of its record to everybody; this one says what was earned."""
        readable = self.sudo(False)._filtered_access("read")
        for entry in self:
            entry.display_name = entry in readable and entry.explanation

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _percent(self, value):
        return f"{round(value, 4):.12g} %"

    def _day(self, day):
        return format_date(self.env, day) if day else "—"

    def _paid_thing(self):
        """Name the invoice that was paid, or the contract that was paid in advance."""
        contract = self.contract_id.number
        if self.invoice_id:
            return self.env._(
                "%(invoice)s of contract %(contract)s",
                invoice=self.invoice_id.name,
                contract=contract,
            )
        return self.env._("contract %s in advance", contract)

    def _explain_earned(self):
        values = {
            "base": self._money(abs(self.base)),
            "day": self._day(self.money_date),
            "thing": self._paid_thing(),
            "rule": self.rule_id.name,
        }
        rate = self.rule_id.rate_kind
        if self.amount < 0:
            return self._explain_taken_back(values)
        if rate == "unit":
            text = self.env._(
                "%(base)s collected on %(day)s for %(thing)s; “%(rule)s”: an amount per unit.",
                **values,
            )
        else:
            text = self.env._(
                "%(base)s collected on %(day)s for %(thing)s; “%(rule)s”: %(rate)s.",
                rate=self._percent(self.rate),
                **values,
            )
        return paragraph(self.env, [text, self._share_text()])

    def _explain_taken_back(self, values):
        if self.contract_id.state == "cancelled" or self.order_id.state == "cancel":
            return self.env._(
                "The contract or the order was cancelled, or %(base)s of the money of %(day)s for "
                "%(thing)s went back before; what it earned by “%(rule)s” is taken back.",
                **values,
            )
        return self.env._(
            "%(base)s of the money of %(day)s for %(thing)s went back, counts elsewhere or is more "
            "than the contract asks for; what it earned by “%(rule)s” is taken back.",
            **values,
        )

    def _share_text(self):
        if not self.share or self.share == 100:
            return ""
        return self.env._("Your share is %s.", self._percent(self.share))

    def _explain_overdue(self):
        if self.amount > 0:
            return self.env._(
                "The deduction for late money on %s is less than before; the difference comes "
                "back.",
                self._paid_thing(),
            )
        return self.env._(
            "The money of %(day)s for %(thing)s came %(days)s days after %(due)s; %(rate)s of its "
            "commission is deducted.",
            day=self._day(self.money_date),
            thing=self._paid_thing(),
            days=self.days_late,
            due=self._day(self.date_maturity),
            rate=self._percent(self.rate),
        )

    def _explain_open_overdue(self):
        if self.amount > 0:
            return self.env._(
                "What was deducted for open money on %s comes back.", self._paid_thing()
            )
        return self.env._(
            "%(thing)s was due on %(due)s and is not paid; %(rate)s of its commission is deducted "
            "until the money comes.",
            thing=self._paid_thing(),
            due=self._day(self.date_maturity),
            rate=self._percent(self.rate),
        )

    def _explain_tier(self):
        return self.env._(
            "“%(rule)s”: %(base)s is collected in the period until the end of %(month)s, which is "
            "in the tier of %(rate)s.",
            rule=self.rule_id.name,
            base=self._money(self.base),
            month=format_date(self.env, self.period, date_format="yyyy-MM"),
            rate=self._percent(self.rate),
        )

    def _explain_tier_overdue(self):
        month = format_date(self.env, self.period, date_format="yyyy-MM")
        if self.amount > 0:
            return self.env._(
                "The deduction for late money on %(thing)s from what the tier of %(month)s added "
                "is less than before; the difference comes back.",
                thing=self._paid_thing(),
                month=month,
            )
        return self.env._(
            "The money for %(thing)s came %(days)s days after %(due)s; %(rate)s of what the tier "
            "of %(month)s added to its commission is deducted.",
            thing=self._paid_thing(),
            days=self.days_late,
            due=self._day(self.date_maturity),
            rate=self._percent(self.rate),
            month=month,
        )

    def _explain_contract_limit(self):
        return self.env._(
            "“%(rule)s” pays at most %(most)s with contract %(contract)s.",
            rule=self.rule_id.name,
            most=self._money(self.rule_id.amount_max),
            contract=self.contract_id.number,
        )

    def _explain_month_limit(self):
        return self.env._(
            "The plan pays at least %(least)s and at most %(most)s with the money of %(month)s.",
            least=self._money(self.plan_id.amount_min),
            most=self._money(self.plan_id.amount_max) if self.plan_id.amount_max else "∞",
            month=format_date(self.env, self.period, date_format="yyyy-MM"),
        )

    def _explain_adjustment(self):
        return self.note or ""
