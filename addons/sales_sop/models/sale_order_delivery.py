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
