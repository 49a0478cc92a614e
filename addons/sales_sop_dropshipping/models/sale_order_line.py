from odoo import models

from odoo.addons.stock_dropshipping.models.sale import SaleOrderLine as DropshippedLine

NOT_ORDERED = ("draft", "sent", "to approve")


class SaleOrderLine(models.Model):
    """What came back to the vendor, or was lost on the way, is due again (D3, D6)."""

    _inherit = "sale.order.line"

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        """Count what was bought by its deliveries, as goods of one's own stock.

        Odoo counts what was ordered from vendors, whatever came back: nothing would be due again.
        What is not ordered yet has no delivery.
        """
        if not self.order_id._sop_is_governed():
            return super()._get_qty_procurement(previous_product_uom_qty)
        moved = super(DropshippedLine, self)._get_qty_procurement(previous_product_uom_qty)
        return moved + self._sop_not_ordered_yet()

    def _sop_not_ordered_yet(self):
        """Return how much a vendor shall send by purchases that wait, in the line's unit."""
        waiting = self.sudo().purchase_line_ids.filtered(
            lambda bought: (
                bought.state in NOT_ORDERED
                and bought.product_id == self.product_id
                and bought._is_dropshipped()
            )
        )
        return sum(
            bought.product_uom_id._compute_quantity(
                bought.product_qty, self.product_uom_id, rounding_method="HALF-UP"
            )
            for bought in waiting
        )
