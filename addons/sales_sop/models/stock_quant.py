from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

QUANTITY_FIELDS = frozenset({"quantity", "reserved_quantity"})
# What stands where. What was counted, and by whom, is written by who counts.
STOCK_FIELDS = QUANTITY_FIELDS | {
    "company_id",
    "location_id",
    "lot_id",
    "owner_id",
    "package_id",
    "product_id",
}


class StockQuant(models.Model):
    """Stock changes by transfers and counts, and these pass the gates (D1, D2).

    Whoever counts may write its rows; so goods would be at a customer without any delivery, or
    gone from there.
    """

    _name = "stock.quant"
    _inherit = ["stock.quant", "sop.computed.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            defaults = self._sop_client_defaults()
            for vals in vals_list:
                stated = QUANTITY_FIELDS & {name for name, value in vals.items() if value}
                if stated or QUANTITY_FIELDS & defaults:
                    self.check_access("create")
                    self.sudo().new(vals)._sop_refuse_stock()
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (names := STOCK_FIELDS.intersection(vals)):
            self.check_access("write")
            self.sudo()._sop_changed_by(vals, names)._sop_refuse_stock()
        return super().write(vals)

    def _sop_refuse_stock(self):
        governed = self.filtered(lambda quant: quant._sop_decides_here())
        if governed:
            raise AccessError(
                self.env._(
                    "%(products)s in %(places)s: what is in stock is not written. Make a transfer, "
                    "or enter what was counted.",
                    products=format_list(self.env, governed.product_id.mapped("display_name")),
                    places=format_list(self.env, governed.location_id.mapped("display_name")),
                )
            )
