from odoo import models
from odoo.tools import format_list


class StockPicking(models.Model):
    """What was sold to be collected is collected; its term is made for that (P5, D7)."""

    _inherit = "stock.picking"

    def _sop_loading_blockers(self):
        return super()._sop_loading_blockers() or self._sop_pickup_blockers()

    def _sop_pickup_blockers(self):
        """Return ``[("P5", sentence)]`` when goods to be collected travel in another way."""
        self.ensure_one()
        if self.sop_transport_mode == "pickup" or not self.move_ids._sop_are_collected():
            return []
        sentence = self.env._(
            "%(picking)s: contract %(contract)s was agreed for goods that the customer collects. "
            "Set the transport to Customer Pick-Up, or sell them on an order of the type Sale.",
            picking=self.name,
            contract=format_list(self.env, self._sop_contracts().mapped("number")),
        )
        return [("P5", sentence)]


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_are_collected(self):
        """Whether one of these moves is of an order that the customer collects."""
        contracts = self.sudo().sale_line_id.order_id.sop_contract_id
        return "pickup" in contracts.mapped("order_type")

    def _get_new_picking_values(self):
        values = super()._get_new_picking_values()
        if self._sop_are_collected():
            values["sop_transport_mode"] = "pickup"
        return values
