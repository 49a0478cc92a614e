from odoo import models

DELIVERY_TERMS = (
    "shipping_data_required",
    "packing_required",
    "gate_pass_required",
    "dispatch_notice",
)


class SaleOrder(models.Model):
    """The contract keeps what its term says about the way of the goods (D2, D5, D7, D8, D10)."""

    _inherit = "sale.order"

    def _sop_frozen_terms(self, term):
        terms = super()._sop_frozen_terms(term)
        return terms | {name: term[name] for name in DELIVERY_TERMS}

    def _sop_deliveries(self):
        """Return the transfers of these orders, also those that bring goods of several.

        Odoo names only the first of the orders on such a transfer.
        """
        return self.picking_ids | self.order_line.move_ids.picking_id

    def _sop_cancel_open_deliveries(self):
        """Cancel what is still to leave of these orders, and of no other."""
        open_moves = self.order_line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        pickings = self._sop_deliveries().filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and not picking.move_ids.sale_line_id.order_id - self
            )
        )
        pickings.action_cancel()
        (open_moves - pickings.move_ids)._action_cancel()

    def _sop_dispatches(self):
        """Return what the customer may see of the goods on their way, newest first (D11).

        What is signed for has arrived, and what the customer sends back is on its way to us.
        """
        self.ensure_one()
        leaving = self.sudo().picking_ids.filtered(
            lambda picking: (
                picking.sop_governed
                and "customer" in picking._sop_unsigned_moves().location_dest_id.mapped("usage")
            )
        )
        return [picking._sop_dispatch() for picking in leaving.sorted("date_done", reverse=True)]
