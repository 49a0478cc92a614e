from odoo import models


class SaleOrderLine(models.Model):
    """What a vendor brings is no return of the customer's (D6, D9).

    Odoo takes off what is delivered whatever comes in for the order line, also from a vendor;
    with a receipt that names the order, twice as much as ordered could leave.
    """

    _inherit = "sale.order.line"

    def _get_outgoing_incoming_moves(self, strict=True):
        outgoing, incoming = super()._get_outgoing_incoming_moves(strict=strict)
        if self.order_id._sop_is_governed():
            incoming = incoming.filtered(lambda move: move.location_id.usage != "supplier")
        return outgoing, incoming
