from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _sop_list_price(self, currency, company, date):
        """Return the list price of one unit without tax, in ``currency``, at the day's rate."""
        self.ensure_one()
        # A client's context could ask for the price of another unit.
        product = self.with_env(self.env(context={})).with_company(company)
        price = product.lst_price
        taxes = product.taxes_id._filter_taxes_by_company(company)
        if any(taxes.mapped("price_include")):
            price = taxes.with_context(round_base=False).compute_all(
                price, currency=product.currency_id, product=product
            )["total_excluded"]
        return product.currency_id._convert(price, currency, company, date, round=False)
