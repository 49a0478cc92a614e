from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_pod_refused import PodCase


@tagged("post_install", "-at_install")
class TestPodAttacks(PodCase):
    """Quantities that somebody writes, and returns that somebody bends (D3, D6)."""

    def returned(self, quantity=2):
        """Two of ten accepted drives came back."""
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        back = self.take_back(picking, quantity)
        self.assertQuantities(order.order_line, 10.0 - quantity, 10.0 - quantity)
        return order, picking, back

    @rule("D3")
    def test_no_role_writes_what_was_delivered_or_accepted(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (8, 1, 1)})
        line, move = order.sudo().order_line, picking.sudo().move_ids
        for role in self.users:
            for record, values in (
                (line, {"qty_accepted": 10}),
                (line, {"qty_delivered": 20}),
                (line, {"qty_delivered_method": "manual"}),
                (line, {"qty_delivered_method": "manual", "qty_delivered": 20}),
                (move, {"qty_accepted": 10}),
                (move, {"qty_damaged": 0, "qty_missing": 0}),
                (move, {"sop_receipt_line_ids": [Command.clear()]}),
                (picking, {"pod_state": "no"}),
                (picking, {"pod_receipt_ids": [Command.clear()]}),
                (order, {"order_line": [Command.update(line.id, {"qty_accepted": 10})]}),
            ):
                with self.assertRefused(unchanged=[line, move]):
                    self.rpc(record, role, "write", values)

    @rule("D3", "D6")
    def test_whoever_records_no_receipt_and_takes_nothing_back_is_offered_neither(self):
        __, picking = self.shipped()
        self.assertOffered(picking, "sales_office", "action_pod")
        self.assertOffered(picking, "finance", "action_pod")
        self.assertOffered(picking, "stock_user", "action_pod", "Return")
        for role in ("salesperson", "legal", "gate_guard"):
            self.assertOffered(picking, role)
            with self.assertRefused("Finance, or Inventory / User", exception=AccessError):
                self.rpc(picking, role, "action_pod")

    def assertOffered(self, picking, role, *expected):
        arch = self.as_user(picking, role).get_view(view_type="form")["arch"]
        buttons = etree.fromstring(arch).xpath("//header/button")
        offered = {button.get(key) for button in buttons for key in ("name", "string")}
        self.assertEqual(offered & {"action_pod", "Return"}, set(expected), role)

    @rule("D3", "D9")
    def test_no_day_in_the_context_forgets_what_has_left(self):
        """By such a day Odoo's accrual entries ask; the quantity is stored all the same."""
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        theirs = self.as_user(picking, "stock_user").with_context(accrual_entry_date="2000-01-01")
        theirs.move_ids.write({"quantity": 10, "picked": True})
        theirs.button_validate()
        # As a request does when it ends.
        theirs.env.flush_all()
        self.assertEqual((picking.state, order.order_line.qty_delivered), ("done", 10.0))

    @rule("D3", "D6")
    def test_goods_that_came_back_are_not_linked_elsewhere(self):
        order, picking, back = self.returned()
        __, other = self.shipped()
        self.users["stock_user"].group_ids += self.env.ref("stock.group_stock_manager")
        move, origin, elsewhere = back.move_ids, picking.move_ids, other.move_ids
        for record, values in (
            (move, {"origin_returned_move_id": False}),
            (move, {"origin_returned_move_id": elsewhere.id}),
            (move, {"to_refund": False}),
            (move, {"sale_line_id": False}),
            (move, {"sale_line_id": elsewhere.sale_line_id.id}),
            (move, {"quantity": 0}),
            (move, {"product_uom": self.env.ref("uom.product_uom_dozen").id}),
            (move, {"location_id": self.warehouse.lot_stock_id.id}),
            (move.move_line_ids, {"quantity": 1}),
            (move.move_line_ids, {"location_id": self.warehouse.lot_stock_id.id}),
            (origin, {"returned_move_ids": [Command.unlink(move.id)]}),
            (origin, {"returned_move_ids": [Command.clear()]}),
            (elsewhere, {"returned_move_ids": [Command.link(move.id)]}),
            (back, {"move_ids": [Command.update(move.id, {"to_refund": False})]}),
        ):
            with self.assertRefused(exception=AccessError, unchanged=[move, move.move_line_ids]):
                self.rpc(record, "stock_user", "write", values)
        self.assertQuantities(order.order_line, 8.0, 8.0)

    @rule("D3", "D6")
    def test_what_comes_back_is_not_said_to_have_left_with_another_delivery(self):
        order, picking = self.shipped()
        other_order, other = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        self.receipt(other, {self.drive: (8, 2, 0)})
        elsewhere = {"origin_returned_move_id": other.move_ids.id}
        for values in (
            {**elsewhere, "to_refund": False},
            elsewhere,
            {"sale_line_id": other_order.order_line.id},
        ):
            wizard = self.as_user(self.env["stock.return.picking"], "stock_user").create(
                {"picking_id": picking.id}
            )
            wizard.product_return_moves.quantity = 3
            back = picking.browse(wizard.action_create_returns()["res_id"])
            self.rpc(back.move_ids, "stock_user", "write", values)
            lines = order.order_line | other_order.order_line
            with self.assertRefused("D6", "did not leave with", unchanged=lines):
                self.ship(back, quantity=3)

    @rule("D9")
    def test_what_leaves_counts_as_delivered(self):
        """Odoo forgets goods that are sent again for returned ones that are not credited."""
        __, ___, back = self.returned()
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        again = {"origin_returned_move_id": back.move_ids.id, "to_refund": False}
        self.rpc(picking.move_ids, "stock_user", "write", again)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertQuantities(order.order_line, 10.0, 0.0)
        self.assertFalse(order.sudo().sop_due_again)

    @rule("D6")
    def test_a_return_that_is_not_done_is_still_edited(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (7, 3, 0)})
        back = picking.return_ids
        self.as_user(back.move_ids, "stock_user").product_uom_qty = 2
        self.ship(back, quantity=2)
        self.assertQuantities(order.order_line, 8.0, 7.0)

    @rule("D6")
    def test_no_more_comes_back_than_was_delivered(self):
        order, picking, __ = self.returned(quantity=6)
        with self.assertRefused("D6", "more would come back", unchanged=order.order_line):
            self.take_back(picking, 5)
        self.take_back(picking, 4)
        self.assertQuantities(order.order_line, 0.0, 0.0)

    @rule("D6")
    def test_lost_goods_do_not_come_back_too(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (0, 0, 10)})
        self.confirm_missing(picking)
        with self.assertRefused("D6", "more would come back", unchanged=order.order_line):
            self.take_back(picking, 1)

    @rule("D6")
    def test_a_return_without_reference_is_no_more_than_delivered_either(self):
        order, picking = self.shipped()
        customers = picking.location_dest_id
        receipt = self.rpc_create(
            "stock.picking",
            "stock_user",
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": customers.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 11,
                            "location_id": customers.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "sale_line_id": order.order_line.id,
                            "to_refund": True,
                        }
                    )
                ],
            },
        )
        self.rpc(receipt, "stock_user", "action_confirm")
        with self.assertRefused("D6", "more would come back"):
            self.ship(receipt, quantity=11)

    @rule("D3")
    def test_the_unit_of_what_left_does_not_change(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (8, 1, 1)})
        line = order.sudo().order_line
        dozen = self.env.ref("uom.product_uom_dozen")
        self.users["stock_user"].group_ids += self.env.ref("stock.group_stock_manager")
        with self.assertRefused(unchanged=line):
            self.rpc(line, "salesperson", "write", {"product_uom_id": dozen.id})
        with self.assertRefused(unchanged=picking.move_ids):
            self.rpc(picking.move_ids, "stock_user", "write", {"product_uom": dozen.id})
        with self.assertRefused(unchanged=[line, picking.move_ids]):
            self.rpc(self.drive, "stock_user", "write", {"uom_id": dozen.id})
        self.assertQuantities(line, 10.0, 8.0, 8.0)

    @rule("D3")
    def test_a_hundred_lines_cost_no_queries_per_line(self):
        self.assertLess(self._queries(100) - self._queries(10), 5)

    def _queries(self, count):
        products = [self._new_product(f"Part {number}", 10.0) for number in range(count)]
        for product in products:
            self._put_in_stock(product, 1)
        __, picking = self.shipped(lines=[(product, 1, 10.0) for product in products])
        self.env.flush_all()
        self.env.invalidate_all()
        # As a request reads it: what was fetched before is not known.
        picking = self.as_user(self.env["stock.picking"].browse(picking.id), "sales_office")
        quantities = {move: (1, 0, 0) for move in picking.move_ids}
        before = self.env.cr.sql_log_count
        picking._record_pod({"pod_signatory": "Wang Fang", "pod_date": self.today()}, quantities)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
