from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import date_utils, format_date

CALCULATORS = ("sales_sop.group_sales_office", "sales_sop.group_finance")


class CommissionCalculation(models.Model):
    """A calculation of everybody's commission until a day, and what it found new.

    It can be repeated at any time: what is in the ledger already is not added again.
    """

    _name = "commission.calculation"
    _description = "Commission Calculation"
    _inherit = ["sop.own.defaults.mixin"]
    _order = "date_to desc, id desc"
    _rec_name = "date_to"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date_to = fields.Date(
        string="Until", required=True, readonly=True, help="The last day whose money was looked at."
    )
    entry_ids = fields.One2many("commission.entry", "calculation_id", readonly=True)
    entry_count = fields.Integer(string="New Entries", readonly=True)
    amount = fields.Monetary(string="New Commission", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    done_on = fields.Datetime(readonly=True)

    @api.depends("date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for calculation in self:
            calculation.display_name = format_date(self.env, calculation.date_to)

    @api.model
    def calculate(self, company_id=None, month=None):
        """Bring the ledger of a company to what its books say, for a month and all before it.

        :param int company_id: the current company when empty
        :param month: any day of the month, as a date or ISO text; the current month when empty.
            Of the current month the days until today are looked at.
        :return: the new ``commission.calculation``
        :raise AccessError: unless the sales office or finance asks for it
        :raise UserError: for a month before one that is calculated already, or in the future
        """
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        self.env.user._commission_require_role(
            self.env._("calculate commission"), company, *CALCULATORS
        )
        until = self._last_day(company, self._day_asked(month))
        return self._calculate(company, until)

    @api.model
    def _day_asked(self, month):
        """Return the day that a client names the month by; None when it names none."""
        try:
            return fields.Date.to_date(month)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("“%s” is no day. Name the month by one of its days: 2026-03-31.", month)
            ) from error

    @api.model
    def _check_has_begun(self, company, day):
        if date_utils.start_of(day, "month") > company._sop_today():
            raise UserError(
                self.env._("The month of %s has not begun. Choose an earlier one.", day)
            )

    @api.model
    def _last_day(self, company, day):
        today = company._sop_today()
        if day:
            self._check_has_begun(company, day)
        until = min(date_utils.end_of(day or today, "month"), today)
        calculated = company._commission_calculated()
        if calculated and until < calculated:
            raise UserError(
                self.env._(
                    "Commission is calculated until %(calculated)s already; what was found then "
                    "stays. Calculate the month of that day or a later one: what has changed since "
                    "is found there.",
                    calculated=calculated,
                )
            )
        return until

    @api.model
    def _calculate(self, company, until):
        """Add to the ledger what the books say until the day ``until``; return the calculation."""
        company = company.sudo()
        company._commission_touch()
        calculated = company._commission_calculated()
        since = (
            fields.Date.add(calculated, days=1) if calculated else fields.Date.to_date("1970-01-01")
        )
        calculation = self.sudo().create(
            {
                "company_id": company.id,
                "date_to": until,
                "user_id": self.env.uid,
                "done_on": fields.Datetime.now(),
            }
        )
        count, amount = self.env["commission.ledger"].sudo()._post(calculation, since)
        amount, currency = calculation._found_money(amount)
        calculation._write_result(
            {"entry_count": count, "amount": amount, "currency_id": currency.id}
        )
        return calculation.with_env(self.env)

    def _found_money(self, amount):
        """Return the sum ``amount`` of the new entries and its currency.

        Where versions of the plan are in several currencies, it is added up in the company's.
        """
        company = self.company_id
        versions = self.env["commission.plan"]._versions(company)
        currencies = self.env["res.currency"].union(*(plan.currency_id for plan, *__ in versions))
        if len(currencies) <= 1:
            return amount, currencies or company.currency_id
        sums = self.env["commission.entry"]._read_group(
            [("calculation_id", "=", self.id)], ["currency_id"], ["amount:sum"]
        )
        total = sum(company._commission_money(part, currency) for currency, part in sums)
        return total, company.currency_id

    def _write_result(self, vals):
        self.ensure_one()
        return super().write(vals)  # pylint: disable=super-method-mismatch

    # -- written once --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._refuse_change()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)  # pylint: disable=super-method-mismatch

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_change()

    def _refuse_change(self):
        raise AccessError(
            self.env._("A calculation of commission is kept as it was. Start a new one.")
        )
