from odoo import api, models

# What Odoo keeps beside price, quantity, discount and taxes.
KEPT_AMOUNTS = ("manual_tax_amounts", "manual_total_excluded", "manual_total_excluded_currency")


class AccountTax(models.Model):
    """What a line comes to follows from its price, quantity, discount and taxes (P3, C2).

    Odoo keeps amounts beside them (``extra_tax_data``), which put right the cents of a discount
    on the whole or of a down payment. A client can write any: goods sold for a tenth would look as
    if they kept the price of the policy, and an invoice would turn its tax into revenue.
    """

    _inherit = "account.tax"

    @api.model
    def _sop_without_claims(self, base_line, company, count):
        """Return ``base_line`` without amounts that the roundings of its document do not explain.

        :param company: that of the order or invoice
        :param int count: how many lines it has
        """
        kept = any(base_line[name] for name in KEPT_AMOUNTS)
        if not kept or not company or not company._sop_is_governed():
            return base_line
        computed = {**base_line, **dict.fromkeys(KEPT_AMOUNTS)}
        allowed = base_line["currency_id"].rounding * (count + 1)
        amounts = zip(*(self._sop_totals(line, company) for line in (base_line, computed)))
        explained = all(abs(mine - other) <= allowed for mine, other in amounts)
        return base_line if explained else computed

    @api.model
    def _sop_totals(self, base_line, company):
        """Return what the line comes to without and with tax."""
        base_line = dict(base_line)
        self._add_tax_details_in_base_line(base_line, company)
        self._round_base_lines_tax_details([base_line], company)
        details = base_line["tax_details"]
        return details["total_excluded_currency"], details["total_included_currency"]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        base_line = super()._prepare_base_line_for_taxes_computation(**kwargs)
        if not self.extra_tax_data:
            return base_line
        order = self.order_id
        return self.env["account.tax"]._sop_without_claims(
            base_line, order.company_id, len(order.order_line)
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        base_line = super()._prepare_product_base_line_for_taxes_computation(product_line)
        if not product_line.extra_tax_data or not self.is_sale_document(include_receipts=True):
            return base_line
        return self.env["account.tax"]._sop_without_claims(
            base_line, self.company_id, len(self.invoice_line_ids)
        )
