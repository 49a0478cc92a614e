from odoo.tests import tagged

from .common import rule
from .test_races import RaceCase
from .test_release import ReleaseCase


@tagged("post_install", "-at_install")
class TestReleaseRace(RaceCase, ReleaseCase):
    """Two documents that rest on one release never take more than its maximum together."""

    def _half_of(self, backorder):
        """A second delivery with half of the goods of the backorder, from the same origin."""
        other = backorder.copy({"move_ids": False, "backorder_id": backorder.backorder_id.id})
        move = backorder.move_ids
        move.product_uom_qty = 3
        move.copy({"picking_id": other.id, "sale_line_id": move.sale_line_id.id})
        other.action_confirm()
        (backorder | other).action_assign()
        return other

    @rule("D4")
    def test_two_backorders_at_once(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        release = self.grant(self.request(picking, "salesperson", amount_max=700.0), "finance_vp")
        self.ship(picking, quantity=4)
        first = picking.backorder_ids
        second = self._half_of(first)
        self.assertFalse(first.sop_blockers or second.sop_blockers)
        tries = []

        def ship(env, delivery):
            self.ship(self.seen_by(env, delivery, "stock_user"), quantity=3)

        def ship_second(env):
            tries.append(env)
            if len(tries) == 1:
                return ship(env, second)
            with self.assertRefused("D4", "300.00"):
                ship(env, second)
            return None

        self.race(lambda env: ship(env, first), ship_second)
        self.assertEqual(len(tries), 2)
        self.assertEqual((first.state, second.state), ("done", "assigned"))
        self.assertEqual(self.figures(release), ("used", 700.0, 700.0))
