from odoo import api, models

COUNTED_FIELDS = frozenset(
    {
        "bom_id",
        "bom_product_template_attribute_value_ids",
        "product_id",
        "product_qty",
        "product_uom_id",
    }
)


class MrpBomLine(models.Model):
    """The parts of a kit stay while an order counts by them (D3)."""

    _inherit = "mrp.bom.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.bom_id._sop_check_nothing_counts()
        return lines

    def write(self, vals):
        guarded = not COUNTED_FIELDS.isdisjoint(vals)
        if guarded:
            self.check_access("write")
            self.bom_id._sop_check_nothing_counts()
        result = super().write(vals)
        if guarded and "bom_id" in vals:
            self.bom_id._sop_check_nothing_counts()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_counts(self):
        self.bom_id._sop_check_nothing_counts()
