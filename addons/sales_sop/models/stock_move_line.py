from odoo import api, models

DONE_FIELDS = frozenset(
    {
        "quantity",
        "quantity_product_uom",
        "product_id",
        "product_uom_id",
        "move_id",
        "picking_id",
        "location_id",
        "location_dest_id",
        "lot_id",
        "state",
    }
)


class StockMoveLine(models.Model):
    """What left for a customer cannot be changed line by line either."""

    _name = "stock.move.line"
    _inherit = ["stock.move.line", "sop.computed.mixin"]

    def _sop_computed_fields(self):
        """What is taken off the stock, and what is counted as packed, is what leaves (D1, D10)."""
        return super()._sop_computed_fields() | {"quantity_product_uom", "state"}

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sop_check_move_is_open()
        return lines

    def write(self, vals):
        guarded = not DONE_FIELDS.isdisjoint(vals)
        if guarded:
            self._sop_check_move_is_open()
        result = super().write(vals)
        if guarded and not {"move_id", "location_dest_id"}.isdisjoint(vals):
            self._sop_check_move_is_open()
        return result

    def unlink(self):
        self._sop_check_move_is_open()
        return super().unlink()

    def _sop_check_move_is_open(self):
        done = self.move_id.filtered(lambda move: move.state == "done")
        passing = done._sop_passing()
        done.filtered(lambda move: move.id not in passing)._sop_refuse_by_hand()
