from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# By these the parts make a whole kit.
COUNTED_FIELDS = frozenset(
    {"product_id", "product_qty", "product_tmpl_id", "product_uom_id", "type"}
)


class MrpBom(models.Model):
    """What was accepted of a kit is counted by its bill of materials, which stays (C2, D3)."""

    _inherit = "mrp.bom"

    @api.model_create_multi
    def create(self, vals_list):
        bills = super().create(vals_list)
        bills._sop_check_is_no_goods()
        return bills

    def write(self, vals):
        counted = not COUNTED_FIELDS.isdisjoint(vals)
        if counted:
            self.check_access("write")
            self._sop_check_nothing_counts()
        result = super().write(vals)
        if counted or vals.get("active"):
            self._sop_check_is_no_goods()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_counts(self):
        """Odoo asks the invoice status, which can be written, and not of kits within kits."""
        self._sop_check_nothing_counts()

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
        planned = Domain("move_ids", "any", parts) | Domain("sop_bill_id", "in", self.ids)
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(Domain("state", "=", "sale") & planned, order="id desc")
        )
        return next((line for line in lines if line._sop_counts_by_bill()), lines.browse())

    # -- goods that are sold as they are -----------------------------------------------------------

    def _sop_check_is_no_goods(self):
        """What is sold as it is becomes no kit: it would count by parts that never left (D9)."""
        for bill in self.filtered(lambda bill: bill.type == "phantom" and bill.active):
            if line := bill._sop_line_of_goods():
                raise UserError(
                    self.env._(
                        "%(product)s: order %(order)s sells it as it is and is not delivered and "
                        "invoiced completely. Make another product for the kit.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                    )
                )

    def _sop_line_of_goods(self):
        products = self.product_id or self.product_tmpl_id.product_variant_ids
        goods = [("product_id", "in", products.ids), ("state", "!=", "cancel")]
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("state", "=", "sale"),
                    ("product_id", "in", products.ids),
                    ("move_ids", "any", [*goods, ("bom_line_id", "=", False)]),
                ],
                order="id desc",
            )
        )
        return next((line for line in lines if line._sop_counts_by_bill()), lines.browse())
