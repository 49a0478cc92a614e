from odoo import api, models
from odoo.exceptions import ValidationError


class StockMove(models.Model):
    """A part used in a repair is no delivery of what the order sold (D3, D9)."""

    _inherit = "stock.move"

    @api.constrains("repair_id", "sale_line_id")
    def _check_sop_repair_line(self):
        for line in self.sudo().sale_line_id:
            # Odoo takes what one repair used for all that was delivered of the order line.
            in_repairs = line.move_ids.filtered("repair_id")
            if in_repairs and in_repairs != line.move_ids and line.order_id._sop_is_governed():
                raise ValidationError(
                    self.env._(
                        "%(order)s, %(product)s: this line is delivered to the customer; a part of "
                        "a repair cannot belong to it. Leave the order line of the part empty.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                    )
                )
