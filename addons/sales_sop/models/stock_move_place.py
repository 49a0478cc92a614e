from odoo import models


class StockMove(models.Model):
    """Goods that were moved stay where they were moved to (D1, D3).

    Odoo computes the places of a move from its transfer, from a production order or a repair,
    also long afterwards and past every ``write`` of the move. What a customer has would be
    delivered no more, and what stands on a shelf would count as delivered.
    """

    _inherit = "stock.move"

    def _sop_place_sources(self):
        """Return the fields from which places are computed; other modules add theirs."""
        depends = self.pool.field_depends
        return {
            path.partition(".")[0]
            for name in ("location_id", "location_dest_id")
            for path in depends[self._fields[name]]
        }

    def _compute_location_id(self):
        return super(StockMove, self - self._sop_moved())._compute_location_id()

    def _compute_location_dest_id(self):
        return super(StockMove, self - self._sop_moved())._compute_location_dest_id()

    def _sop_moved(self):
        return self._origin.filtered(
            lambda move: move.state == "done" and move.company_id._sop_is_governed()
        )
