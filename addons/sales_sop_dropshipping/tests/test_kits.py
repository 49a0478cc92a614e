from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_kits import KitCase


@tagged("post_install", "-at_install")
class TestKits(KitCase):
    """Two vendors send the pumps and the valves of ten sets straight to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["buyer"] = cls._new_user("buyer", "purchase.group_purchase_user", cls.company)
        route = cls.env.ref("stock_dropshipping.route_drop_shipping")
        for product, name in ((cls.pump, "Pump Works"), (cls.valve, "Valve Works")):
            vendor = cls.env["res.partner"].create({"name": name})
            product.seller_ids = [Command.create({"partner_id": vendor.id, "price": 1.0})]
        (cls.pump | cls.valve | cls.kit).route_ids = [Command.set(route.ids)]

    def assertDue(self, order, due):
        self.env.invalidate_all()
        self.assertEqual(order.sudo().sop_due_again, due)

    def bought(self, line):
        """What waits to be ordered: ``{part: quantity}``."""
        waiting = line.purchase_line_ids.filtered(lambda bought: bought.state == "draft")
        return {bought.product_id: bought.product_qty for bought in waiting}

    def buy(self, order):
        """All that waits is ordered, sent, and brought to the customer; return the deliveries."""
        line = order.sudo().order_line
        before = order.sudo().picking_ids
        for purchase in line.purchase_line_ids.order_id.filtered(lambda po: po.state == "draft"):
            self.rpc(purchase, "buyer", "button_confirm")
        pickings = order.sudo().picking_ids - before
        for picking in pickings:
            self.approve_delivery(picking)
            self.ship(picking)
        return pickings

    @rule("D3", "D6")
    def test_a_damaged_part_comes_back_and_its_vendor_sends_it_again(self):
        order = self.confirmed_order(lines=[(self.kit, 10, 100.0)])
        self.collect(order, 1000.0)
        line = order.sudo().order_line
        self.assertEqual(self.bought(line), {self.pump: 20, self.valve: 40})
        self.assertDue(order, False)
        for picking in self.buy(order):
            [move] = picking.move_ids
            damaged = 2 if move.product_id == self.valve else 0
            self.receipt(picking, {move.product_id: (move.quantity - damaged, damaged, 0)})
        self.assertQuantities(line, delivered=10.0, accepted=9.0, to_invoice=9.0)
        self.assertEqual(self.invoiced(order), 900.0)
        self.ship(order.sudo().picking_ids.return_ids, quantity=2)
        self.assertQuantities(line, delivered=9.0, accepted=9.0, to_invoice=0.0)
        self.assertDue(order, True)
        self.as_user(order, "sales_office").action_sop_deliver_again()
        self.assertEqual(self.bought(line), {self.valve: 2})
        self.assertDue(order, False)
        again = self.buy(order)
        self.receipt(again, {self.valve: (2, 0, 0)})
        self.assertQuantities(line, delivered=10.0, accepted=10.0, to_invoice=1.0)
        self.assertDue(order, False)

    @rule("D9")
    def test_parts_that_no_vendor_sends_any_more_are_bought_again(self):
        order = self.confirmed_order(lines=[(self.kit, 10, 100.0)])
        line = order.sudo().order_line
        for purchase in line.purchase_line_ids.order_id:
            self.rpc(purchase, "buyer", "button_cancel")
        self.assertDue(order, True)
        self.as_user(order, "sales_office").action_sop_deliver_again()
        self.assertEqual(self.bought(line), {self.pump: 20, self.valve: 40})
        self.assertDue(order, False)
