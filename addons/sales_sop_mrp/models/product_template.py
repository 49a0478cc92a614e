from odoo import models
from odoo.exceptions import UserError


class ProductTemplate(models.Model):
    """A part of a kit goes on being goods while an order counts by it (D3).

    A service is no part that has to arrive: without it the kit would be accepted.
    """

    _inherit = "product.template"

    def write(self, vals):
        if "type" in vals:
            self.check_access("write")
            self.filtered(lambda product: product.type != vals["type"])._sop_check_is_no_part()
        return super().write(vals)

    def _sop_check_is_no_part(self):
        for product in self:
            parts = [("product_id", "in", product.product_variant_ids.ids)]
            bills = self.env["mrp.bom.line"].sudo().search(parts).bom_id
            if line := bills._sop_counting_line():
                raise UserError(
                    self.env._(
                        "%(product)s: order %(order)s is not delivered and invoiced completely, "
                        "and counts %(kit)s by this part. Make another product.",
                        product=product.display_name,
                        order=line.order_id.name,
                        kit=line.product_id.display_name,
                    )
                )
