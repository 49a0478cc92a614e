from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_delivery_payment import PaymentFirstCase
from .test_pod_refused import PodCase


@tagged("post_install", "-at_install")
class TestDeliveryBatch(PaymentFirstCase):
    """A batch transfer of Odoo leaves as a whole or not at all (D1, D4)."""

    def batch(self, pickings):
        batch = self.rpc_create(
            "stock.picking.batch",
            "stock_user",
            {
                "picking_ids": [Command.set(pickings.ids)],
                "picking_type_id": self.warehouse.out_type_id.id,
                "company_id": self.company.id,
            },
        )
        self.rpc(batch, "stock_user", "action_confirm")
        pickings.move_ids.picked = True
        return batch

    def leave(self, batch):
        return self.rpc(batch, "stock_user", "action_done", context={"skip_backorder": True})

    @rule("D1", "D4")
    def test_of_two_deliveries_one_is_allowed_and_the_other_is_named(self):
        allowed, waiting = both = self.approved_delivery() | self.approved_delivery()
        self.collect(allowed.sale_id, 300.0)
        self.collect(waiting.sale_id, 299.99)
        self.sign_payment(allowed)
        batch = self.batch(both)
        with self.assertRefused(
            "D4",
            waiting.sop_contract_id.number,
            "0.01",
            unchanged=[batch, both, both.move_ids, both.move_ids.move_line_ids],
        ) as caught:
            self.leave(batch)
        self.assertNotIn(allowed.sop_contract_id.number, str(caught.exception))
        self.collect(waiting.sale_id, 0.01)
        self.sign_payment(waiting)
        self.leave(batch)
        self.assertEqual((batch.state, *both.mapped("state")), ("done", "done", "done"))

    @rule("D1")
    def test_a_delivery_that_nobody_approved_holds_its_batch_back(self):
        allowed, waiting = both = (
            self.approved_delivery() | self.confirmed_order().sudo().picking_ids
        )
        for picking in both:
            self.collect(picking.sale_id, 300.0)
        self.sign_payment(allowed)
        batch = self.batch(both)
        with self.assertRefused("D1", waiting.name, unchanged=[batch, both]):
            self.leave(batch)


@tagged("post_install", "-at_install")
class TestSerialNumbers(PodCase):
    """Each machine has a number, and it is known which of them the customer accepted (D3)."""

    @rule("D1", "D3", "D6")
    def test_the_machine_that_did_not_arrive_is_named_and_another_one_is_sent(self):
        machine = self._new_product("Compressor", 200.0, tracking="serial")
        numbers = self.env["stock.lot"].create(
            [
                {"name": f"SN{number}", "product_id": machine.id, "company_id": self.company.id}
                for number in range(4)
            ]
        )
        stock = self.warehouse.lot_stock_id
        for number in numbers:
            self.env["stock.quant"]._update_available_quantity(machine, stock, 1, lot_id=number)
        order, picking = self.shipped(lines=[(machine, 3, 200.0)])
        self.assertEqual(picking.move_ids.move_line_ids.lot_id, numbers[:3])
        self.receipt(picking, {machine: (1, 1, 1)})
        self.assertQuantities(order.order_line, 3.0, 1.0, 1.0)
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 200.0)

        returned = picking.return_ids
        returned.move_ids.move_line_ids.lot_id = numbers[0]
        self.ship(returned, quantity=1)
        missing = picking.sudo().pod_missing_ids
        with self.assertRefused("1 are missing", "Choose exactly"):
            self.confirm_missing(picking)
        self.as_user(missing, "finance").lot_ids = numbers[1]
        self.confirm_missing(picking)
        self.assertEqual(missing.loss_move_id.move_line_ids.lot_id, numbers[1])
        self.assertQuantities(order.order_line, 1.0, 1.0, 0.0)

        again = self.deliver_again(order)
        self.assertEqual(again.move_ids.product_uom_qty, 2.0)
        self.receipt(again, {machine: (2, 0, 0)})
        self.assertQuantities(order.order_line, 3.0, 3.0, 2.0)
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 400.0)

    @rule("D1")
    def test_a_number_is_not_exchanged_after_the_machine_has_left(self):
        machine = self._new_product("Compressor", 200.0, tracking="serial")
        numbers = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": machine.id, "company_id": self.company.id}
                for name in ("SN1", "SN2")
            ]
        )
        for number in numbers:
            self.env["stock.quant"]._update_available_quantity(
                machine, self.warehouse.lot_stock_id, 1, lot_id=number
            )
        __, picking = self.shipped(lines=[(machine, 1, 200.0)])
        line = picking.move_ids.move_line_ids
        with self.assertRefused("Correct a mistake with a return", unchanged=line):
            self.rpc(line, "stock_user", "write", {"lot_id": numbers[1].id})
