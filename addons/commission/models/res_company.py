from odoo import fields, models

from odoo.addons.sales_sop.models.touch import touch


class ResCompany(models.Model):
    _inherit = "res.company"

    commission_calculated_until = fields.Date(
        compute="_compute_commission_calculated_until",
        compute_sudo=True,
        help="The last day that a calculation of commission looked at. The next one looks at the "
        "same day, to which it adds what has come to light since, or at a later one: what was "
        "known of the days before stays readable for ever.",
    )

    def _compute_commission_calculated_until(self):
        for company in self:
            company.commission_calculated_until = company._commission_calculated()

    def _commission_calculated(self):
        """Return the last day that commission is calculated for, read now; False for none."""
        self.ensure_one()
        last = self.env["commission.calculation"].sudo()
        return last.search([("company_id", "=", self.id)], limit=1).date_to

    def _commission_money(self, amount, currency):
        """Return ``amount`` in the company's currency; what is in another one at today's rate."""
        self.ensure_one()
        if currency == self.currency_id:
            return amount
        return currency._convert(amount, self.currency_id, self, self._sop_today())

    def _commission_known_until(self):
        """Return the last day that the books are read for: today, or what is calculated."""
        return max(filter(None, [self._sop_today(), self._commission_calculated()]))

    def _commission_touch(self):
        """Let a second calculation at the same moment start again and see this one."""
        touch(self)
