from odoo import api, models

# Together they say what the gate judged when the invoice was posted.
JUDGED_FIELDS = frozenset(
    {
        "move_id",
        "display_type",
        "product_id",
        "product_uom_id",
        "quantity",
        "price_unit",
        "discount",
        "price_subtotal",
        "price_total",
        "sale_line_ids",
    }
)


class AccountMoveLine(models.Model):
    """The product lines of a posted customer invoice stay as the gate judged them (C1, D3)."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sop_check_not_posted()
        return lines

    def write(self, vals):
        guarded = not JUDGED_FIELDS.isdisjoint(vals)
        if guarded:
            self._sop_check_not_posted()
        result = super().write(vals)
        if guarded and "move_id" in vals:
            self._sop_check_not_posted()
        return result

    def _sop_check_not_posted(self):
        if self.env.su:
            return
        posted = self.filtered(
            lambda line: line.display_type == "product" and line.parent_state == "posted"
        ).move_id
        posted.filtered(lambda move: move.is_sale_document())._sop_raise_posted_by_hand()
