from odoo import models
from odoo.exceptions import UserError

# By these the parts make a whole kit.
COUNTED_FIELDS = frozenset({"product_id", "product_qty", "product_tmpl_id", "product_uom_id"})


class MrpBom(models.Model):
    """What was accepted of a kit is counted by its bill of materials, which stays (C2, D3)."""

    _inherit = "mrp.bom"

    def write(self, vals):
        if not COUNTED_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._sop_check_nothing_counts()
        return super().write(vals)

    def _sop_check_nothing_counts(self):
        for bill in self.filtered(lambda bill: bill.type == "phantom"):
            if line := bill._sop_counting_line():
                raise UserError(
                    self.env._(
                        "%(kit)s: order %(order)s is not delivered and invoiced completely, and "
                        "counts its parts by this bill of materials. Make a new one and put it "
                        "before this one in the list: it is for what is sold from now on.",
                        kit=bill.display_name,
                        order=line.order_id.name,
                    )
                )

    def _sop_counting_line(self):
        """Return an order line that is not invoiced completely and planned by this bill."""
        parts = [("bom_line_id", "in", self.bom_line_ids.ids), ("state", "!=", "cancel")]
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search([("state", "=", "sale"), ("move_ids", "any", parts)], order="id desc")
        )
        return next((line for line in lines if line._sop_counts_by_bill()), lines.browse())


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_counts_by_bill(self):
        """Whether something of the kit is still to be accepted or invoiced (D3)."""
        invoiced = self.qty_invoiced_posted
        is_open = self.product_uom_id.compare(invoiced, self.product_uom_qty) < 0
        return is_open and self.order_id._sop_is_governed()
