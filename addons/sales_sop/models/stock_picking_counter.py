from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """Handing out at the counter: from stock, collected by the customer, signed at once."""

    _inherit = "stock.picking"

    def _sop_pod_groups(self):
        """At the counter the salesperson sees the customer sign (D3)."""
        groups = super()._sop_pod_groups()
        contracts = self._sop_contracts()
        if contracts and set(contracts.mapped("order_type")) == {"counter"}:
            groups += ("sales_sop.group_salesperson",)
        return groups

    def _sop_counter_check_stock(self):
        """What is handed out has to be in stock; what has a serial number the warehouse issues."""
        for move in self.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            if move.product_uom.compare(move.quantity, move.product_uom_qty) < 0:
                raise UserError(
                    self.env._(
                        "A2: %(product)s: %(wanted).12g are to be handed out and %(free).12g are "
                        "in stock. Reduce the quantity, or change the type to a sale and deliver "
                        "when the goods are there.",
                        product=move.product_id.display_name,
                        wanted=move.product_uom_qty,
                        free=move.quantity,
                    )
                )
            if move.has_tracking != "none":
                raise UserError(
                    self.env._(
                        "%s has serial or lot numbers. Submit and confirm the order; the warehouse "
                        "issues the goods and says which ones.",
                        move.product_id.display_name,
                    )
                )

    def _sop_hand_out(self, signatory):
        self.ensure_one()
        if self.move_ids._sop_governed_deliveries():
            self.write({"sop_transport_mode": "pickup", "sop_collector": signatory})
        self.move_ids.picked = True
        self._action_done()
