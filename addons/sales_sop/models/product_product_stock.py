from collections import defaultdict

from odoo import api, models


class ProductProduct(models.Model):
    """What has to be in stock to sell something: of a kit, its parts (A2)."""

    _inherit = "product.product"

    @api.model
    def _sop_stock_needed(self, quantities, company):
        """Return ``{storable product: quantity}`` in its unit.

        :param dict quantities: what is sold, per product in its unit; taken back when negative
        """
        kits = self.browse().union(*quantities)._sop_kits(company)
        needed = defaultdict(float)
        for product, quantity in quantities.items():
            if bom := kits.get(product):
                for part, in_part_unit in product._sop_parts(bom, quantity):
                    needed[part] += in_part_unit
            elif product.is_storable:
                needed[product] += quantity
        return needed

    def _sop_kits(self, company):
        """Return ``{product: bill of materials}`` of the kits; none without manufacturing."""
        if "mrp.bom" not in self.env:
            return {}
        boms = self.env["mrp.bom"].sudo()
        return boms._bom_find(self, company_id=company.id, bom_type="phantom")

    def _sop_parts(self, bom, quantity):
        """Yield ``(storable part, quantity in its unit)`` of so many kits, also of kits in them."""
        kits = self.uom_id._compute_quantity(quantity, bom.product_uom_id) / bom.product_qty
        __, rows = bom.explode(self, kits)
        for line, data in rows:
            part = line.product_id.with_env(self.env)
            if part.is_storable:
                yield part, line.product_uom_id._compute_quantity(data["qty"], part.uom_id)
