from odoo import models


class StockPicking(models.Model):
    """What a vendor sends straight to the customer: it is received there, and never was here."""

    _inherit = "stock.picking"

    def _sop_receiver(self):
        """On a vendor's delivery Odoo names the vendor; who receives it say the goods."""
        bought = self.move_ids._sop_bought()._sop_governed_deliveries()
        return bought.partner_id[:1] or super()._sop_receiver()

    def _sop_is_loaded_here(self):
        """Whether something of it leaves from here; what a vendor sends never was here."""
        moves = self.sudo().move_ids
        return bool(moves - moves._sop_bought_for_order())

    def _sop_customer_blockers(self, moves):
        bought = moves._sop_bought()
        return super()._sop_customer_blockers(moves) + bought._sop_receiver_blockers()
