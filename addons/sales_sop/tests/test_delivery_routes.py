from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_delivery_payment import PaymentFirstCase


@tagged("post_install", "-at_install")
class TestDeliveryRoutes(PaymentFirstCase):
    """Whatever way the goods take to the customer, the gate is on the last move."""

    @rule("D1", "D4")
    def test_picking_and_packing_are_free_and_the_last_step_waits(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self.confirmed_order()
        seen = self.env["stock.picking"]
        for _step in range(2):
            step = order.sudo().picking_ids - seen
            self.assertFalse(step.sop_governed)
            self.ship(step)
            self.assertEqual(step.state, "done")
            seen |= step
        last = order.sudo().picking_ids - seen
        self.assertTrue(last.sop_governed)
        with self.assertRefused("D1", "D4", last.name, unchanged=last):
            self.validate(last)
        self.approve_delivery(last)
        self.collect(order, 300.0)
        self.sign_payment(last)
        self.validate(last)
        self.assertEqual(last.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 10.0)

    @rule("D1", "D9")
    def test_what_was_picked_for_a_cancelled_delivery_is_returned_and_delivered_again(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.confirmed_order()
        picked = order.sudo().picking_ids
        self.ship(picked)
        self.rpc(order.sudo().picking_ids - picked, "sales_office", "action_cancel")
        with self.assertRefused(order.name, "returned to the stock"):
            self.rpc(order, "sales_office", "action_sop_deliver_again")
        self.take_back(picked, 10)
        self.rpc(order, "sales_office", "action_sop_deliver_again")
        again = order.sudo().picking_ids.filtered(lambda picking: picking.state == "assigned")
        self.assertEqual(again.picking_type_id, picked.picking_type_id)
        self.assertEqual(again.move_ids.product_uom_qty, 10.0)
        self.ship(again)
        last = order.sudo().picking_ids.filtered(lambda picking: picking.state == "assigned")
        with self.assertRefused("D1", last.name, unchanged=last):
            self.validate(last)

    @rule("D4")
    def test_a_move_cannot_jump_to_the_customer(self):
        """The first step of three, sent to the customer instead of the packing zone."""
        self.warehouse.delivery_steps = "pick_pack_ship"
        step = self.confirmed_order().sudo().picking_ids
        customers = self.env.ref("stock.stock_location_customers")
        move = step.move_ids
        for record in (step, move, move.move_line_ids):
            with self.assertRefused("D1", unchanged=[step, move]):
                self.rpc(record, "stock_user", "write", {"location_dest_id": customers.id})
                self.validate(step)

    @rule("D1", "D4")
    def test_goods_straight_from_the_vendor_wait_too(self):
        """Without any warehouse between them, as dropshipping does."""
        order = self.confirmed_order()
        line = order.sudo().order_line
        order.sudo().picking_ids.action_cancel()
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.customer.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 10,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                            "sale_line_id": line.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": 10, "picked": True})
        self.assertTrue(picking.sop_governed)
        for action in ("stock_picking_action_pending", "stock_picking_action_not_approved"):
            domain = self.env.ref(f"sales_sop.{action}").domain
            self.assertNotIn("picking_type_code", domain)
        with self.assertRefused("D1", "D4", picking.name, unchanged=picking):
            self.validate(picking)
        self.approve_delivery(picking)
        self.collect(order, 300.0)
        self.sign_payment(picking)
        self.validate(picking)
        self.assertEqual((picking.state, picking.pod_state), ("done", "waiting"))

    @rule("D1", "D4")
    def test_a_batch_of_deliveries_passes_as_a_whole_or_not_at_all(self):
        batch = self.approved_delivery() | self.approved_delivery() | self.approved_delivery()
        for picking in batch:
            self.collect(picking.sale_id, 300.0)
        self.sign_payment(batch[0] | batch[1])
        with self.assertRefused("D4", batch[2].name, unchanged=[batch, batch.move_ids]):
            self.validate(batch)
        self.sign_payment(batch[2])
        self.validate(batch)
        self.assertEqual(set(batch.mapped("state")), {"done"})

    @rule("D4")
    def test_no_way_round_the_signature(self):
        picking = self.approved_delivery()
        move = picking.move_ids
        self.collect(picking.sale_id, 300.0)
        for role in self.users:
            for record, method, arguments in (
                (picking, "write", [{"state": "done"}]),
                (move, "write", [{"state": "done"}]),
                (picking, "write", [{"sop_release_state": "released"}]),
                (picking, "button_validate", []),
                (picking, "copy", [{"state": "done"}]),
            ):
                with self.subTest(role=role, method=method):
                    self._try(record, role, method, *arguments)
        self.assertEqual((picking.state, move.state), ("assigned", "assigned"))
        self.assertFalse(picking.sop_payment_ids)

    def _try(self, record, role, method, *arguments):
        """Refused or without effect: afterwards nothing has left."""
        try:
            with self.env.cr.savepoint():
                self.rpc(record, role, method, *arguments, context={"sop_force": True})
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
        done = [("sale_line_id", "!=", False), ("state", "=", "done")]
        company = [("company_id", "=", self.company.id)]
        self.assertFalse(self.env["stock.move"].search_count(done + company))
