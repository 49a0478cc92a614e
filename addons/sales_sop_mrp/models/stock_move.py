from odoo import api, models
from odoo.exceptions import AccessError


class StockMove(models.Model):
    """For which part of a kit goods are is said by the order, and not written (D3, D9)."""

    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        if any(vals.get("bom_line_id") for vals in vals_list):
            parts = moves.filtered("bom_line_id")
            parts.sale_line_id._sop_keep_bill(parts)
        return moves

    def write(self, vals):
        if "bom_line_id" in vals and not self.env.su:
            self.check_access("write")
            self._sop_check_part_stays(vals["bom_line_id"])
        return super().write(vals)

    def _sop_check_part_stays(self, bom_line_id):
        for move in self.sudo():
            order = move.sale_line_id.order_id
            if move.bom_line_id.id != (bom_line_id or False) and order and order._sop_is_governed():
                raise AccessError(
                    self.env._(
                        "%(picking)s: for which part of a kit %(product)s is follows from order "
                        "%(order)s and is not changed.",
                        picking=move.picking_id.name or move.reference,
                        product=move.product_id.display_name,
                        order=order.name,
                    )
                )
