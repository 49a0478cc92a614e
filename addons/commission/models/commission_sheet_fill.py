from odoo import api, models
from odoo.tools import SQL, date_utils


class CommissionSheet(models.Model):
    """One run of the sales office fills everybody's sheets of a month (B3)."""

    _inherit = "commission.sheet"

    @api.model
    def fill(self, company_id=None, month=None):
        """Calculate commission and put what is on no sheet yet on the sheets of a month.

        It can be repeated: sheets that are not submitted take in what is new, and what is on a
        sheet stays there. Of a payee whose sheet of the month is submitted, the rest waits for
        the next month.

        :param int company_id: the current company when empty
        :param month: any day of the month, as a date or ISO text; the current month when empty
        :return: the sheets of the company that are not submitted yet
        :raise AccessError: unless the sales office asks for it
        """
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        self._check_filler(company)
        return self._fill(company, self.env["commission.calculation"]._day_asked(month))

    @api.model
    def _check_filler(self, company):
        self.env.user._commission_require_role(
            self.env._("fill commission sheets"), company, "sales_sop.group_sales_office"
        )

    @api.model
    def _fill(self, company, day=None):
        """Fill the sheets of the month of ``day`` and return those that are not submitted."""
        company = company.sudo()
        day = day or company._sop_today()
        calculation = self._calculate_month(company, day)
        self._place_entries(company, day)
        drafts = self.sudo().search(self._drafts(company))
        drafts._refresh_amounts(calculation)
        return drafts.with_env(self.env)

    @api.model
    def _calculate_month(self, company, day):
        """Calculate the month of ``day``, unless a later day is calculated already."""
        calculation = self.env["commission.calculation"]
        calculation._check_has_begun(company, day)
        calculated = company._commission_calculated()
        if calculated and calculated > date_utils.end_of(day, "month"):
            return calculation
        return calculation._calculate(company, calculation._last_day(company, day))

    @api.model
    def _place_entries(self, company, day):
        """Put what is on no sheet on the drafts of the month of ``day`` and those before.

        :return: the sheets that this has made, and the number of entries that found one
        """
        # A run goes step by step, and its month can be changed on the way.
        self.env["commission.calculation"]._check_has_begun(company, day)
        # Of two runs at the same moment the second one starts again and sees the first.
        company._commission_touch()
        month = date_utils.start_of(day, "month")
        new_sheets = self._create_missing(company, month)
        count = self.env["commission.entry"].sudo()._put_on_sheets(company, month)
        self.sudo().search(self._drafts(company))._carry_in()
        return new_sheets, count

    @api.model
    def _create_missing(self, company, month):
        """Make the month's sheets of the payees who need one, and return them."""
        self.env.flush_all()
        rows = self.env.execute_query(self._missing_sql(company, month))
        # Nobody is told of a draft, and it has no history yet.
        quiet = self.sudo().with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        return quiet.create(
            [
                {
                    "company_id": company.id,
                    "payee_id": payee_id,
                    "currency_id": currency_id,
                    "month": month,
                }
                for payee_id, currency_id in rows
            ]
        )

    @api.model
    def _missing_sql(self, company, month):
        """Payee and currency of what no draft takes: entries, and what is carried forward."""
        return SQL(
            """
            SELECT DISTINCT waiting.payee_id, waiting.currency_id
              FROM (
                  SELECT entry.payee_id, plan.currency_id,
                         DATE_TRUNC('month', entry.date)::date AS month
                    FROM commission_payee payee
                    JOIN commission_entry entry ON entry.payee_id = payee.id
                    JOIN commission_plan plan ON plan.id = entry.plan_id
                   WHERE payee.company_id = %(company)s
                     AND entry.sheet_id IS NULL
                     AND entry.date <= %(end)s
                   UNION
                  SELECT payee_id, currency_id, date_to + 1
                    FROM commission_sheet
                   WHERE company_id = %(company)s AND month < %(month)s AND %(carries)s) waiting
             WHERE NOT EXISTS (
                   SELECT FROM commission_sheet sheet
                    WHERE sheet.company_id = %(company)s
                      AND sheet.payee_id = waiting.payee_id
                      AND sheet.currency_id = waiting.currency_id
                      AND (sheet.month = %(month)s
                           OR (sheet.state = 'draft'
                               AND sheet.month BETWEEN waiting.month AND %(month)s)))
          ORDER BY waiting.payee_id, waiting.currency_id
            """,
            company=company.id,
            month=month,
            end=date_utils.end_of(month, "month"),
            carries=self._carries_sql(),
        )
