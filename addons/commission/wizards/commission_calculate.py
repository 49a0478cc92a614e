from odoo import api, fields, models
from odoo.tools import date_utils, format_date, formatLang

from ..models.commission_drift_figure import DRIFT_GROUPS


class CommissionCalculate(models.TransientModel):
    """Asks which month is calculated, and says what was new."""

    _name = "commission.calculate"
    _description = "Calculate Commission"
    _inherit = ["commission.month.mixin"]

    calculated_until = fields.Date(string="Calculated Until Now")
    month = fields.Date(
        help="Any day of the month. Of the current month the days until today are looked at. The "
        "month that ended last is proposed, and the current one as soon as that is calculated.",
    )

    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    amount_drift = fields.Monetary(
        string="Not in the Ledger Yet",
        compute="_compute_amount_drift",
        groups=DRIFT_GROUPS,
        help="What the books say today and the ledger does not, in the company's currency.",
    )

    def _proposed_month(self):
        """After the month that ended last is calculated to its end, the one that is not over."""
        ended, calculated = super()._proposed_month(), self.calculated_until
        if calculated and calculated >= date_utils.end_of(ended, "month"):
            return date_utils.add(ended, months=1)
        return ended

    @api.depends_context("uid")
    @api.depends("company_id")
    def _compute_amount_drift(self):
        for dialog in self:
            company = dialog.company_id & self.env.companies
            differences = self.env["commission.drift"]._differences(company) if company else {}
            dialog.amount_drift = sum(
                company._commission_money(amount, currency)
                for currency, amount in differences.items()
            )

    def action_calculate(self):
        """Calculate, and notify how much was new."""
        self.ensure_one()
        model = self.env["commission.calculation"]
        found = model.calculate(self.company_id.id, self.month)
        return self.env["ir.actions.client"]._sop_notification(
            "success" if found.entry_count else "info",
            self._result(found),
            title=self.env._(
                "Commission is calculated until %s", format_date(self.env, found.date_to)
            ),
        )

    def _result(self, found):
        if not found.entry_count:
            return self.env._("Nothing is new: the ledger says what the books say.")
        return self.env._(
            "%(count)s new entries, %(amount)s.",
            count=found.entry_count,
            amount=formatLang(self.env, found.amount, currency_obj=found.currency_id),
        )
