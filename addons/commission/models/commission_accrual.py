from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import date_utils, format_date


class CommissionAccrual(models.Model):
    """What was earned until the end of a month and not booked before, as one entry (B5).

    As in the ledger the whole counts, not the month: what the ledger says until the month's end
    less what is booked already. So an accrual can be repeated, and commission that is taken back
    is booked back.
    """

    _name = "commission.accrual"
    _description = "Accrual of Commission"
    _inherit = ["commission.booked.mixin", "commission.bookkeeping"]
    _order = "month desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    month = fields.Date(
        required=True, readonly=True, help="First day of the month until whose end it counts."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Accrued", readonly=True, help="In the company's currency; negative: booked back."
    )
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    expense_account_id = fields.Many2one(
        "account.account", required=True, readonly=True, ondelete="restrict"
    )
    accrued_account_id = fields.Many2one(
        "account.account", required=True, readonly=True, ondelete="restrict"
    )
    date = fields.Date(related="move_id.date", string="Booked on")
    line_ids = fields.One2many("commission.accrual.line", "accrual_id", readonly=True)
    origin_id = fields.Many2one(
        "commission.accrual", string="Takes Back", readonly=True, ondelete="restrict"
    )
    counter_ids = fields.One2many("commission.accrual", "origin_id", readonly=True)
    state = fields.Selection(
        [("booked", "Booked"), ("taken_back", "Taken Back"), ("counter", "Counter-Entry")],
        string="Status",
        compute="_compute_state",
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    done_on = fields.Datetime(string="On", readonly=True)

    _origin_uniq = models.UniqueIndex(
        "(origin_id) WHERE origin_id IS NOT NULL", "This accrual is taken back already."
    )

    @api.depends("month")
    def _compute_display_name(self):
        for accrual in self:
            accrual.display_name = accrual._month_text()

    @api.depends("counter_ids", "origin_id")
    def _compute_state(self):
        for accrual in self:
            booked = "taken_back" if accrual.counter_ids else "booked"
            accrual.state = "counter" if accrual.origin_id else booked

    # -- accrue --------------------------------------------------------------------------------

    @api.model
    def accrue(self, company_id=None, month=None):
        """Book what a company's payees have earned until the end of a month and not before.

        :param int company_id: the current company when empty
        :param month: any day of the month, as a date or ISO text; the month until which
            commission is calculated when empty
        :return: the new ``commission.accrual``; empty when there is nothing new
        :raise AccessError: unless finance or the finance VP asks for it
        :raise UserError: for a month that is not calculated, or before one that is accrued, and
            when the company's accounts are not chosen
        """
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        self._check_accountant(self.env._("accrue commission"), company)
        company = company._commission_accounting(
            "commission_journal_id",
            "commission_expense_account_id",
            "commission_accrued_account_id",
        )
        company._commission_touch()
        day = self.env["commission.calculation"]._day_asked(month)
        day = day or company._commission_calculated()
        month = date_utils.start_of(day or company._sop_today(), "month")
        self._check_month(company, month)
        return self._accrue(company, month)

    @api.model
    def _check_month(self, company, month):
        today = company._sop_today()
        if month > today:
            raise UserError(
                self.env._("The month of %s has not begun. Choose an earlier one.", month)
            )
        calculated = company._commission_calculated()
        if not calculated or calculated < min(date_utils.end_of(month, "month"), today):
            raise UserError(
                self.env._(
                    "The commission of %(company)s is calculated until %(day)s. Calculate "
                    "%(month)s first.",
                    company=company.name,
                    day=calculated or "—",
                    month=format_date(self.env, month, date_format="yyyy-MM"),
                )
            )
        latest = self._latest(company)
        if latest.month and month < latest.month:
            raise UserError(
                self.env._(
                    "%(latest)s is accrued already, and with it all that was earned before. "
                    "Accrue that month or a later one: what has changed since is booked there.",
                    latest=latest.display_name,
                )
            )

    @api.model
    def _latest(self, company):
        """Return the accrual of the latest month that is not taken back."""
        live = [
            ("company_id", "=", company.id),
            ("origin_id", "=", False),
            ("counter_ids", "=", False),
        ]
        return self.sudo().search(live, order="month desc", limit=1)

    @api.model
    def _accrue(self, company, month):
        lines = self._missing_lines(company, date_utils.end_of(month, "month"))
        if not lines:
            return self.browse()
        return self._book(
            {
                "company_id": company.id,
                "month": month,
                "expense_account_id": company.commission_expense_account_id.id,
                "accrued_account_id": company.commission_accrued_account_id.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    @api.model
    def _missing_lines(self, company, until):
        """Return the values of the lines that the accruals of ``company`` lack until a day."""
        mine = [("company_id", "=", company.id)]
        earned = self._sums("commission.entry", [*mine, ("date", "<=", until)], "amount")
        booked = self._sums("commission.accrual.line", mine, "amount", "amount_company")
        lines = []
        for names in {**booked, **earned}:
            payee, plan, currency = names
            (total,) = earned.get(names, (0.0,))
            before, before_company = booked.get(names, (0.0, 0.0))
            total_company = self._company_amount(company, plan, currency, total)
            amount = currency.round(total - before)
            amount_company = company.currency_id.round(total_company - before_company)
            if amount or amount_company:
                lines.append(
                    {
                        "payee_id": payee.id,
                        "plan_id": plan.id,
                        "currency_id": currency.id,
                        "amount": amount,
                        "amount_company": amount_company,
                    }
                )
        return sorted(lines, key=lambda line: (line["payee_id"], line["plan_id"]))

    @api.model
    def _sums(self, model, domain, *amounts):
        """Return ``{(payee, plan, currency): sums of the amounts}``."""
        names = ["payee_id", "plan_id", "currency_id"]
        rows = (
            self.env[model].sudo()._read_group(domain, names, [f"{name}:sum" for name in amounts])
        )
        return {row[:3]: row[3:] for row in rows}

    @api.model
    def _book(self, values):
        """Keep an accrual of ``values`` and post its entry."""
        draft = self.sudo().new(values)
        move = self._post_entry(
            draft.company_id,
            date_utils.end_of(draft.month, "month"),
            draft._entry_text(),
            [line._prepare_posting() for line in draft.line_ids],
        )
        accrual = self.sudo().create(
            {
                **values,
                "amount": draft.currency_id.round(sum(draft.line_ids.mapped("amount_company"))),
                "move_id": move.id,
                "user_id": self.env.uid,
                "done_on": fields.Datetime.now(),
            }
        )
        return accrual.with_env(self.env)

    def _month_text(self):
        return format_date(self.env, self.month, date_format="yyyy-MM")

    def _entry_text(self):
        if self.origin_id:
            return self.env._(
                "Accrual %(entry)s of commission %(month)s taken back",
                entry=self.origin_id.move_id.name,
                month=self._month_text(),
            )
        return self.env._("Commission accrued until the end of %s", self._month_text())

    # -- take back -----------------------------------------------------------------------------

    def action_take_back(self):
        """Book these accruals back, each by an entry of its own; they can be accrued anew.

        That is how an accrual on a wrong account is put right: correct the settings, take it back
        and accrue again.
        """
        self.check_access("read")
        self._check_accountant(self.env._("take back an accrual"), self.sudo().company_id)
        for accrual in self.sudo():
            accrual.company_id._commission_touch()
            if accrual.state != "booked":
                raise UserError(
                    self.env._(
                        "The accrual %s is taken back already, or takes back another one.",
                        accrual.move_id.name,
                    )
                )
            accrual._take_back()
        return True

    def _take_back(self):
        """Book the opposite on the accounts of that time, whatever the settings say now."""
        self.ensure_one()
        return self._book(
            {
                "company_id": self.company_id.id,
                "month": self.month,
                "expense_account_id": self.expense_account_id.id,
                "accrued_account_id": self.accrued_account_id.id,
                "origin_id": self.id,
                "line_ids": [Command.create(line._opposite()) for line in self.line_ids],
            }
        )

    def _kept_document(self):
        """Name what has to be taken back when the entry is wrong."""
        self.ensure_one()
        return self._name_document(self)

    def action_open_entry(self):
        """Open the journal entry."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
