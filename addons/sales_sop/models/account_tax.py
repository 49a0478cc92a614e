from odoo import api, models

from .sop_remembered_mixin import remembered


class AccountTax(models.Model):
    _name = "account.tax"
    _inherit = ["account.tax", "sop.remembered.mixin"]

    @api.model
    @remembered("company_ids")
    def _sop_is_in_prices(self, company_ids):
        """Whether any tax of these companies is part of the list prices."""
        taxes = self.sudo().with_context(active_test=False)
        domain = [("company_id", "in", company_ids), ("price_include", "=", True)]
        return bool(taxes.search_count(domain, limit=1))
