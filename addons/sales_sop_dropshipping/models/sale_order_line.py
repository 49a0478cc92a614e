from collections import defaultdict

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
        waiting = self._sop_waiting_purchases()
        own = waiting.filtered(lambda bought: bought.product_id == self.product_id)
        quantity = sum(
            bought.product_uom_id._compute_quantity(
                bought.product_qty, self.product_uom_id, rounding_method="HALF-UP"
            )
            for bought in own
        )
        # Once parts of a kit are planned, those that wait are counted with them.
        bill = waiting != own and not self._sop_kit_bom() and self._sop_kit_to_buy()
        return quantity + (self._sop_whole_kits(bill, self._sop_parts_to_buy(bill)) if bill else 0)

    def _sop_waiting_purchases(self):
        return self.sudo().purchase_line_ids.filtered(
            lambda bought: bought.state in NOT_ORDERED and bought._is_dropshipped()
        )

    # -- kits that vendors send in parts ---------------------------------------------------------

    def _sop_kit_to_buy(self):
        """Return the bill of materials by which the parts are bought; without Odoo's none is."""
        if "mrp.bom" not in self.env:
            return None
        bills = self.env["mrp.bom"].sudo()
        found = bills._bom_find(self.product_id, company_id=self.company_id.id, bom_type="phantom")
        return found[self.product_id]

    def _sop_parts_to_buy(self, bill):
        waiting = self._sop_waiting_purchases()
        quantities = defaultdict(float)
        for part in self._sop_parts_needed(bill):
            for bought in waiting.filtered(
                lambda line, part=part: line.product_id == part.product_id
            ):
                unit = part.product_id.uom_id
                quantities[part] += bought.product_uom_id._compute_quantity(
                    bought.product_qty, unit
                )
        return quantities

    def _sop_parts_planned(self):
        planned = super()._sop_parts_planned()
        bill = self._sop_kit_bom()
        for part, quantity in (self._sop_parts_to_buy(bill) if bill else {}).items():
            planned[part] += quantity
        return planned
