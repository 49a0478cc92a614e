from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_kits import KitCase


@tagged("post_install", "-at_install")
class TestBills(KitCase):
    """What the customer accepted of a kit does not change with its bill of materials (D3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["engineer"] = cls._new_user(
            "engineer", "mrp.group_mrp_manager,product.group_product_manager", cls.company
        )

    def bill(self, kit=None):
        template = (kit or self.kit).product_tmpl_id
        return self.env["mrp.bom"].search([("product_tmpl_id", "=", template.id)])

    def part(self, bill, product):
        return bill.bom_line_ids.filtered(lambda line: line.product_id == product)

    def assertBillStays(self, order, bill, record, method, *arguments):
        with self.assertRefused(order.name, "Make a new one", unchanged=[bill, bill.bom_line_ids]):
            self.rpc(record, "engineer", method, *arguments)

    @rule("C2", "D3")
    def test_a_bill_stays_while_an_order_counts_by_it(self):
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (10, 30, 0)})
        self.assertQuantities(order.order_line, delivered=10.0, accepted=2.0, to_invoice=2.0)
        bill = self.bill()
        # Nothing that a client writes says that the order is finished.
        self.rpc(order.order_line, "salesperson", "write", {"invoice_status": "invoiced"})
        valve, dozen = self.part(bill, self.valve), self.env.ref("uom.product_uom_dozen")
        other = bill.copy()
        for values in (
            {"product_qty": 1.0},
            {"product_id": self.pump.id},
            {"product_uom_id": dozen.id},
            {"bom_id": other.id},
        ):
            self.assertBillStays(order, bill, valve, "write", values)
        self.assertBillStays(order, bill, valve, "unlink")
        for values in (
            {"product_qty": 4.0},
            {"product_uom_id": dozen.id},
            {"bom_line_ids": [Command.delete(valve.id)]},
            {"bom_line_ids": [Command.create({"product_id": self.drive.id})]},
        ):
            self.assertBillStays(order, bill, bill, "write", values)
        self.assertQuantities(order.order_line, delivered=10.0, accepted=2.0, to_invoice=2.0)

    @rule("D3")
    def test_the_bill_of_a_kit_within_a_kit_stays_too(self):
        station = self._new_kit("Station", {self.kit: 2, self.drive: 1})
        order, __ = self.ordered_kits(kit=station, quantity=5, price=200.0)
        for kit, product in ((station, self.drive), (self.kit, self.valve)):
            bill = self.bill(kit)
            line = self.part(bill, product)
            self.assertBillStays(order, bill, line, "write", {"product_qty": 9.0})

    @rule("D3")
    def test_a_bill_that_counts_is_neither_deleted_nor_made_another_kind(self):
        """Also when the line claims to be invoiced, and that of a kit within a kit."""
        station = self._new_kit("Station", {self.kit: 2, self.drive: 1})
        order, __ = self.ordered_kits(kit=station, quantity=5, price=200.0)
        self.rpc(order.order_line, "salesperson", "write", {"invoice_status": "invoiced"})
        for kit in (station, self.kit):
            bill = self.bill(kit)
            self.assertBillStays(order, bill, bill, "unlink")
            self.assertBillStays(order, bill, bill, "write", {"type": "normal"})

    @rule("D3")
    def test_a_kit_of_nothing_but_kits_is_counted_by_the_bill_it_was_planned_by(self):
        station = self._new_kit("Station", {self.kit: 2})
        order, picking = self.ordered_kits(kit=station, quantity=5, price=200.0)
        self.approve_delivery(picking)
        self.ship(picking)
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (20, 20, 0)})
        figures = {"delivered": 5.0, "accepted": 2.0, "to_invoice": 2.0}
        self.assertQuantities(order.order_line, **figures)
        bill = self.bill(station)
        self.assertBillStays(order, bill, bill.bom_line_ids, "write", {"product_qty": 1.0})
        bill.sequence = 2
        [new] = self.rpc(bill, "engineer", "copy", {"sequence": 1})
        self.rpc(bill.browse(new).bom_line_ids, "engineer", "write", {"product_qty": 1.0})
        line = order.sudo().order_line
        for name in ("qty_delivered", "qty_accepted", "qty_to_invoice"):
            self.env.add_to_compute(line._fields[name], line)
        self.assertQuantities(order.order_line, **figures)
        self.ship(picking.return_ids, quantity=20)
        self.assertQuantities(order.order_line, delivered=2.0, accepted=2.0, to_invoice=2.0)
        __, later = self.ordered_kits(kit=station, quantity=5, price=200.0)
        self.assertEqual(self.parts(later), {self.pump: 10, self.valve: 20})

    @rule("D3")
    def test_a_new_bill_is_for_what_is_sold_from_now_on(self):
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (10, 30, 0)})
        bill = self.bill()
        bill.sequence = 2
        [new] = self.rpc(bill, "engineer", "copy", {"sequence": 1})
        line = self.part(bill.browse(new), self.valve)
        self.rpc(line, "engineer", "write", {"product_qty": 1.0})
        __, later = self.ordered_kits()
        self.assertEqual(self.parts(later), {self.pump: 20, self.valve: 10})
        self.ship(picking.return_ids, quantity=30)
        self.assertQuantities(order.order_line, delivered=2.0, accepted=2.0, to_invoice=2.0)

    @rule("D3")
    def test_a_part_does_not_become_a_service(self):
        """Of ten sets all pumps and four valves are accepted: that is one, and not ten."""
        order, picking = self.ordered_kits()
        self.approve_delivery(picking)
        self.ship_parts(picking, pumps=20, valves=4)
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (4, 0, 0)})
        template = self.valve.product_tmpl_id
        for record in (template, self.valve):
            with self.assertRefused(order.name, "Pump set", unchanged=template):
                self.rpc(record, "engineer", "write", {"type": "service"})
        self.rpc(template, "engineer", "write", {"type": "consu", "name": "Ball valve"})
        self.assertQuantities(order.order_line, delivered=1.0, accepted=1.0, to_invoice=1.0)
        spare = self._new_product("Spare", 1.0)
        self.rpc(spare, "engineer", "write", {"type": "service"})

    @rule("D3")
    def test_what_is_planned_anew_is_planned_by_the_new_bill(self):
        """All was cancelled before anything left; the old bill is of no order any more."""
        order, picking = self.ordered_kits()
        self.as_user(picking, "stock_user").action_cancel()
        bill = self.bill()
        bill.sequence = 2
        [new] = self.rpc(bill, "engineer", "copy", {"sequence": 1})
        line = self.part(bill.browse(new), self.valve)
        self.rpc(line, "engineer", "write", {"product_qty": 1.0})
        before = order.sudo().picking_ids
        self.as_user(order, "sales_office").action_sop_deliver_again()
        again = order.sudo().picking_ids - before
        self.assertEqual(self.parts(again), {self.pump: 20, self.valve: 10})
        self.assertEqual(order.sudo().order_line.sop_bill_id.id, new)

    @rule("C9", "D3")
    def test_a_closed_contract_holds_no_bill(self):
        """Ten sets for nothing are never invoiced."""
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (40, 0, 0)})
        line = self.part(self.bill(), self.valve)
        self.assertBillStays(order, self.bill(), line, "write", {"product_qty": 3.0})
        order.sudo().sop_contract_id._close()
        self.rpc(line, "engineer", "write", {"product_qty": 3.0})
        self.assertEqual(order.order_line.qty_accepted, 10.0)

    @rule("D3", "D9")
    def test_what_is_sold_as_it_is_becomes_no_kit_until_it_is_invoiced(self):
        """All ten drives have left: as kits, ten times their parts would be due again."""
        order = self.delivered_order()
        self.collect(order, 1000.0)
        values = {
            "product_tmpl_id": self.drive.product_tmpl_id.id,
            "company_id": self.company.id,
            "bom_line_ids": [Command.create({"product_id": self.pump.id})],
        }
        bill = self.rpc_create("mrp.bom", "engineer", values)
        with self.assertRefused(order.name, "sells it as it is", unchanged=bill):
            self.rpc(bill, "engineer", "write", {"type": "phantom"})
        with self.assertRefused(order.name, "sells it as it is"):
            self.rpc_create("mrp.bom", "engineer", {**values, "type": "phantom"})
        self.assertEqual(self.invoiced(order), 1000.0)
        self.rpc(bill, "engineer", "write", {"type": "phantom"})

    @rule("D3")
    def test_the_bill_of_what_is_finished_is_changed(self):
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (40, 0, 0)})
        self.assertEqual(self.invoiced(order), 1000.0)
        line = self.part(self.bill(), self.valve)
        self.rpc(line, "engineer", "write", {"product_qty": 3.0})
        self.assertEqual(line.product_qty, 3.0)

    @rule("D3", "D9")
    def test_for_which_part_goods_are_is_not_written(self):
        __, picking = self.shipped_kits()
        valves = picking.sudo().move_ids.filtered(lambda move: move.product_id == self.valve)
        other = self.part(self.bill().copy(), self.valve)
        for part in (False, other.id):
            with self.assertRefused("Valve", exception=AccessError, unchanged=valves):
                self.rpc(valves, "stock_user", "write", {"bom_line_id": part})
