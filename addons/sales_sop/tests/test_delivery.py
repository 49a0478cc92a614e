from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestDelivery(SopCase):
    """Goods leave when they may, and what the customer signed for is what counts."""

    @rule("D1", "D9")
    def test_less_than_approved_leaves_and_the_backorder_inherits_the_rest(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking, quantity=4)
        backorder = order.sudo().picking_ids - picking
        self.assertEqual(backorder.move_ids.product_uom_qty, 6.0)
        self.assertFalse(backorder.sop_blockers)
        found = self.env["stock.picking"].search([("sop_delivery_state", "=", "approved")])
        self.assertIn(backorder, found)
        to_request = self.env["stock.picking"].search([("sop_delivery_state", "=", "none")])
        self.assertNotIn(backorder, to_request)
        self.ship(backorder, quantity=6)
        self.assertEqual(order.order_line.qty_delivered, 10.0)

    @rule("D1")
    def test_more_than_approved_stays(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        with self.assertRefused("D1", picking.name):
            self.ship(picking, quantity=11)
        self.assertEqual(picking.state, "assigned")

    @rule("D9")
    def test_more_than_ordered_is_neither_approved_nor_delivered(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        picking.move_ids.product_uom_qty = 12
        with self.assertRefused("D9", self.drive.name, "10 are ordered"):
            self.as_user(picking, "sales_office").action_sop_submit()
        picking.move_ids.product_uom_qty = 10
        self.approve_delivery(picking)
        self.ship(picking)
        self.assertEqual(order.order_line.qty_delivered, 10.0)

    @rule("D9")
    def test_large_quantities_are_said_to_the_last_unit(self):
        order = self.confirmed_order(lines=[(self.drive, 1234567, 1.0)])
        picking = order.sudo().picking_ids
        picking.move_ids.product_uom_qty = 1234568
        with self.assertRefused("D9", "1234567 are ordered"):
            self.as_user(picking, "sales_office").action_sop_submit()

    @rule("D1", "A3")
    def test_an_address_that_is_rewritten_is_approved_again(self):
        gate = self.env["res.partner"].create(
            {"name": "Gate 2", "type": "delivery", "parent_id": self.customer.id, "street": "1 Key"}
        )
        order = self.confirmed_order(partner_shipping_id=gate.id)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.rpc(gate, "salesperson", "write", {"name": "Gate Two", "street": " 1  Key "})
        self.assertFalse(picking.sop_blockers)
        self.rpc(gate, "salesperson", "write", {"street": "99 Elsewhere Road"})
        with self.assertRefused("D1", picking.name, "another address", unchanged=picking):
            self.ship(picking)
        self.approve_delivery(picking)
        self.ship(picking)
        self.rpc(gate, "salesperson", "write", {"street": "5 New Street"})
        self.env.invalidate_all()
        self.assertEqual((picking.state, picking.sop_delivery_state), ("done", "approved"))

    @rule("D1")
    def test_the_manager_reads_where_the_goods_go_in_one_line(self):
        gate = self.env["res.partner"].create(
            {
                "name": "Gate 2",
                "type": "delivery",
                "parent_id": self.customer.id,
                "street": "1 Key",
                "city": "Riverside",
            }
        )
        picking = self.confirmed_order(partner_shipping_id=gate.id).sudo().picking_ids
        self.as_user(picking, "sales_office").action_sop_submit()
        summary = picking.approval_ids.submitted_summary
        self.assertIn("Riverside Paper Mill, 1 Key, Riverside", summary)

    @rule("D1")
    def test_goods_without_an_order_stay(self):
        warehouse = self.warehouse
        picking = self.as_user(self.env["stock.picking"], "stock_user").create(
            {
                "partner_id": self.customer.id,
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self.as_user(self.env["stock.move"], "stock_user").create(
            {
                "picking_id": picking.id,
                "product_id": self.drive.id,
                "product_uom_qty": 1,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        picking.action_confirm()
        with self.assertRefused("D1", self.drive.name, "no order line"):
            self.ship(picking)

    @rule("D1")
    def test_receipts_and_internal_transfers_are_free(self):
        warehouse = self.warehouse
        picking = self.as_user(self.env["stock.picking"], "stock_user").create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
            }
        )
        self.as_user(self.env["stock.move"], "stock_user").create(
            {
                "picking_id": picking.id,
                "product_id": self.drive.id,
                "product_uom_qty": 5,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        picking.action_confirm()
        self.ship(picking, quantity=5)
        self.assertEqual((picking.state, picking.pod_state), ("done", "no"))

    @rule("D3")
    def test_accepted_damaged_and_missing_add_up(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        pod = self.as_user(self.env["sop.pod"], "sales_office").create(
            {"picking_id": picking.id, "signatory": "Wang Fang"}
        )
        pod.line_ids.qty_accepted = 9
        with self.assertRefused(picking.name, self.drive.name, "add up"):
            pod.action_confirm()
        pod.line_ids.qty_damaged = 1
        pod.action_confirm()
        self.assertEqual(picking.pod_state, "signed")
        with self.assertRefused(picking.name, "already signed"):
            self.sign(picking)

    @rule("D3")
    def test_a_salesperson_does_not_sign_for_the_customer(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        with self.assertRefused("record a proof of delivery"):
            self.sign(picking, role="salesperson")
        self.assertEqual(picking.pod_state, "waiting")


@tagged("post_install", "-at_install")
class TestPaymentBeforeGoods(SopCase):
    """Where the policy asks for payment first, the goods wait."""

    prepayment_percent = 30.0

    @rule("D1", "D4")
    def test_the_warehouse_sees_what_is_released_and_what_waits(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.assertEqual(self._deliveries("approval"), picking)
        self.approve_delivery(picking)
        self.assertEqual(self._deliveries("payment"), picking)
        self.collect(order, 300.0)
        self.assertEqual(self._deliveries("signature"), picking)
        self.as_user(picking, "finance").action_sop_confirm_payment()
        self.assertEqual(self._deliveries("released"), picking)
        self.assertFalse(self._deliveries("approval") | self._deliveries("payment"))
        self.ship(picking)
        self.assertFalse(self._deliveries("released"))

    def _deliveries(self, release_state):
        deliveries = self.as_user(self.env["stock.picking"], "stock_user")
        deliveries.invalidate_model()
        return deliveries.search([("sop_release_state", "=", release_state)])

    @rule("D4")
    def test_299_99_of_1000_keeps_the_goods_and_300_releases_them(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.collect(order, 299.99)
        with self.assertRefused("D4", "299.99", "0.01", "30 %"):
            self.ship(picking)
        self.assertEqual(picking.state, "assigned")
        self.collect(order, 0.01)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
