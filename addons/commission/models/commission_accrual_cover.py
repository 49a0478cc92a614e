from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import date_utils, format_date


class CommissionAccrual(models.Model):
    """A payment releases what was accrued, and never more than that (B3, B5)."""

    _inherit = "commission.accrual"

    @api.model
    def _check_are_accrued(self, company, sheets):
        """Raise unless all that ``sheets`` of a company pay, in their order, is accrued.

        It is when the sum that is accrued and not released yet covers it, or when everything the
        payee has earned until then is accrued, the good with the bad.
        """
        left = self._left_to_release(company, sheets.payee_id)
        for sheet in sheets:
            parts = {
                (sheet.payee_id, plan, sheet.currency_id): amount
                for plan, amount in sheet._earned_by_plan()
            }
            is_covered = all(
                self._is_within(sheet.currency_id, amount, left.get(key, 0.0))
                for key, amount in parts.items()
            )
            until = self._end_to_accrue(company, sheet)
            if not is_covered and not self._is_complete(company, sheet, until):
                raise UserError(
                    self.env._(
                        "What %(sheet)s pays is not accrued yet. Accrue the commission of "
                        "%(month)s first.",
                        sheet=sheet.name,
                        month=format_date(self.env, until, date_format="yyyy-MM"),
                    )
                )
            for key, amount in parts.items():
                left[key] = left.get(key, 0.0) - amount

    @api.model
    def _left_to_release(self, company, payees):
        """Return ``{(payee, plan, currency): amount}`` that is accrued and not released."""
        theirs = [("company_id", "=", company.id), ("payee_id", "in", payees.ids)]
        accrued = self._sums("commission.accrual.line", theirs, "amount")
        released = self._sums(
            "commission.booking.line", [*theirs, ("is_live", "=", True)], "amount"
        )
        return {
            names: accrued.get(names, (0.0,))[0] - released.get(names, (0.0,))[0]
            for names in {**accrued, **released}
        }

    def _is_within(self, currency, amount, limit):
        """Whether ``amount`` lies between nothing and ``limit``, whichever of them is below."""
        low, high = min(0.0, limit), max(0.0, limit)
        return (
            currency.compare_amounts(amount, low) >= 0
            and currency.compare_amounts(amount, high) <= 0
        )

    @api.model
    def _end_to_accrue(self, company, sheet):
        """Return the day until which the sheet's amounts, or the latest accrual, reach."""
        latest = self._latest(company).month
        days = [sheet._last_day_paid_for(), latest and date_utils.end_of(latest, "month")]
        return max(filter(None, days))

    @api.model
    def _is_complete(self, company, sheet, until):
        """Whether nothing is missing of what the payee has earned until a day."""
        return not any(
            line["payee_id"] == sheet.payee_id.id and line["currency_id"] == sheet.currency_id.id
            for line in self._missing_lines(company, until)
        )
