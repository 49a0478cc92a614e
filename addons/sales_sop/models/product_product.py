from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _sop_list_price(self, currency, company, date, options=None, kept=None):
        """Return the list price of one unit without tax, in ``currency``, at the day's rate.

        :param options: attribute values chosen for it that make no variant of their own
        :param kept: see :meth:`_sop_lowered`
        """
        self.ensure_one()
        # A client's context could ask for the price of another unit.
        product = self.with_env(self.env(context={})).with_company(company)
        options = options or self.env["product.template.attribute.value"]
        price = product.lst_price + product._get_no_variant_attributes_price_extra(options)
        price += product._sop_lowered(options, kept) if kept else 0.0
        if self.env["account.tax"]._sop_is_in_prices(company._sop_family_ids()):
            taxes = product.taxes_id._filter_taxes_by_company(company)
            if any(taxes.mapped("price_include")):
                price = taxes.with_context(round_base=False).compute_all(
                    price, currency=product.currency_id, product=product
                )["total_excluded"]
        return product._sop_list_currency()._convert(price, currency, company, date, round=False)

    def _sop_list_currency(self):
        """Return the currency of the list price, which Odoo takes from a company."""
        company_id = self.company_id.id or self.env["res.company"]._sop_main_id()
        return self.env["res.company"].browse(company_id).sudo()._sop_currency()

    def _sop_lowered(self, options, kept):
        """Return by how much the list price is below what it was when a policy was issued.

        :param dict kept: the prices at issue of what has changed, by template or attribute value
        """
        template = self.product_tmpl_id
        prices = {template: template.list_price}
        for value in self.product_template_attribute_value_ids | options:
            prices[value] = value.price_extra
        return sum(
            max(0.0, kept.get((record._name, record.id), price) - price)
            for record, price in prices.items()
        )
