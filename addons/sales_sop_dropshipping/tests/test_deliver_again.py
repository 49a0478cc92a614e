from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.dropship_case import DropshipCase


@tagged("post_install", "-at_install")
class TestDeliverAgain(DropshipCase):
    """A vendor sends ten drives straight to the customer; what does not arrive is sent again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Who reads no orders and no deliveries.
        cls.users["buyer"] = cls._new_user("buyer", "purchase.group_purchase_user", cls.company)

    def sold(self):
        order = self.confirmed_order(lines=[(self.sent, 10, 100.0)])
        return order, order.sudo().order_line.purchase_line_ids.order_id

    def buy(self, purchase):
        self.env.flush_all()
        self.env.invalidate_all()
        self.rpc(purchase, "buyer", "button_confirm")
        return purchase.order_line.move_ids.picking_id

    def receive_goods(self, picking, **quantities):
        self.approve_delivery(picking)
        self.ship(picking)
        self.sign(picking, **quantities)

    def deliver_again(self, order):
        """Press the button; return the purchase that it has drafted."""
        before = order.sudo().order_line.purchase_line_ids
        self.as_user(order, "sales_office").action_sop_deliver_again()
        self.env.invalidate_all()
        return (order.sudo().order_line.purchase_line_ids - before).order_id

    def assertNothingDue(self, order):
        self.env.invalidate_all()
        self.assertFalse(order.sudo().sop_due_again)
        with self.assertRefused("nothing is due again"):
            self.as_user(order, "sales_office").action_sop_deliver_again()

    @rule("D4", "M4")
    def test_a_buyer_who_reads_no_orders_asks_the_vendor(self):
        order, purchase = self.sold()
        line = self.as_user(order.order_line, "buyer")
        self.assertFalse(line.has_access("read"))
        picking = self.buy(purchase)
        self.assertEqual(picking.move_ids.sale_line_id, order.order_line)

    @rule("D3", "D6")
    def test_what_came_back_to_the_vendor_is_sent_again(self):
        order, purchase = self.sold()
        line = order.sudo().order_line
        picking = self.buy(purchase)
        self.receive_goods(picking, damaged=2)
        self.assertNothingDue(order)
        self.ship(picking.return_ids, quantity=2)
        self.assertEqual((line.qty_delivered, line.qty_accepted), (8.0, 8.0))
        again = self.deliver_again(order)
        self.assertEqual((again.state, again.order_line.product_qty), ("draft", 2.0))
        self.assertNothingDue(order)
        self.receive_goods(self.buy(again))
        self.assertEqual((line.qty_delivered, line.qty_accepted), (10.0, 10.0))
        self.assertNothingDue(order)

    @rule("D9")
    def test_what_a_vendor_shall_not_send_any_more_is_bought_again(self):
        order, purchase = self.sold()
        self.assertNothingDue(order)
        # The vendor was not asked yet, so there was no delivery either.
        self.rpc(purchase, "buyer", "button_cancel")
        again = self.deliver_again(order)
        self.assertEqual((again.state, again.order_line.product_qty), ("draft", 10.0))
        self.assertNothingDue(order)
        self.buy(again)
        self.assertNothingDue(order)
        self.rpc(again, "buyer", "button_cancel")
        once_more = self.deliver_again(order)
        self.receive_goods(self.buy(once_more))
        self.assertEqual(order.sudo().order_line.qty_accepted, 10.0)

    def test_without_a_policy_odoo_counts_what_was_bought(self):
        order, purchase = self.sold()
        picking = self.buy(purchase)
        self.receive_goods(picking, damaged=2)
        self.ship(picking.return_ids, quantity=2)
        order.sudo().sop_opening = True
        self.assertEqual(order.sudo().order_line._get_qty_procurement(), 10.0)
