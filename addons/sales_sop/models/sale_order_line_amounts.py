from odoo import models

# What Odoo keeps beside price, quantity, discount and taxes.
KEPT_AMOUNTS = ("manual_tax_amounts", "manual_total_excluded", "manual_total_excluded_currency")


class SaleOrderLine(models.Model):
    """What a line comes to follows from its price, quantity, discount and taxes (P3, A3).

    Odoo keeps amounts beside them, which put right the cents of a discount on the whole. A client
    can write any: goods sold for a tenth would look as if they kept the price of the policy.
    """

    _inherit = "sale.order.line"

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        base_line = super()._prepare_base_line_for_taxes_computation(**kwargs)
        company = self.order_id.company_id
        if (
            self.extra_tax_data
            and any(base_line[name] for name in KEPT_AMOUNTS)
            and company._sop_is_governed()
            and not self._sop_is_rounding(base_line)
        ):
            base_line.update(dict.fromkeys(KEPT_AMOUNTS))
        return base_line

    def _sop_is_rounding(self, base_line):
        """Whether the amounts that are kept differ by no more than the roundings of the order."""
        kept = self._sop_totals(base_line)
        computed = self._sop_totals({**base_line, **dict.fromkeys(KEPT_AMOUNTS)})
        allowed = base_line["currency_id"].rounding * (len(self.order_id.order_line) + 1)
        return all(abs(mine - other) <= allowed for mine, other in zip(kept, computed))

    def _sop_totals(self, base_line):
        """Return what the line comes to without and with tax."""
        taxes, company = self.env["account.tax"], self.order_id.company_id
        base_line = dict(base_line)
        taxes._add_tax_details_in_base_line(base_line, company)
        taxes._round_base_lines_tax_details([base_line], company)
        details = base_line["tax_details"]
        return details["total_excluded_currency"], details["total_included_currency"]
