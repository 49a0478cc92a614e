from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_list


class StockPicking(models.Model):
    """The warehouse issues goods out of its stock (D2); nothing else takes them off it (G4).

    What leaves from a place where Odoo keeps no stock, such as another customer, is taken off
    nowhere. Only what a vendor sends straight to the customer does so.
    """

    _inherit = "stock.picking"

    def write(self, vals):
        if "picking_type_id" in vals and not self.env.su:
            self.check_access("write")
            self._sop_check_type_stays(vals["picking_type_id"])
        return super().write(vals)

    def _sop_check_type_stays(self, type_id):
        """A receipt would be allowed to come from a vendor, and an internal transfer is free."""
        changed = self.filtered(
            lambda picking: picking.picking_type_id.id != type_id and picking.state != "draft"
        )
        if deliveries := changed.filtered("sop_governed"):
            raise AccessError(
                self.env._(
                    "%s is a delivery to a customer and does not become another kind of transfer. "
                    "Cancel it, and make the other transfer.",
                    format_list(self.env, deliveries.mapped("name")),
                )
            )

    def _sop_loading_blockers(self):
        return super()._sop_loading_blockers() or self._sop_source_blockers()

    def _sop_source_blockers(self):
        """Return ``[("D2", sentence)]`` for goods that are not taken off any stock."""
        moves = self.sudo().move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        return [
            (
                "D2",
                self.env._(
                    "%(picking)s: %(product)s would come from %(places)s, where no stock is kept. "
                    "Enter the place in the warehouse that it is taken from.",
                    picking=self.name,
                    product=move.product_id.with_env(self.env).display_name,
                    places=format_list(self.env, places.mapped("display_name")),
                ),
            )
            for move in moves - moves._sop_bought_for_order()
            if (places := move._sop_strange_places())
        ]


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_strange_places(self):
        places = (self.move_line_ids or self).location_id
        if self.picking_id.picking_type_code != "outgoing":
            places = places.filtered(lambda place: place.usage != "supplier")
        return places.filtered(lambda place: place.should_bypass_reservation())
