from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SopCase, rule
from .test_gate_pass import GatePassCase


class PackingCase(SopCase):
    """The policy asks that goods are counted, packed and marked before they are loaded."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"packing_required": True, **term})

    def to_pack(self, **values):
        return self.approve_delivery(self.confirmed_order(**values).sudo().picking_ids)

    def enter(self, picking, packages=3, mark="Riverside 1/3", role="stock_user"):
        values = {"sop_package_count": packages, "sop_shipping_mark": mark}
        self.rpc(picking, role, "write", values)

    def pack(self, picking, **values):
        self.enter(picking, **values)
        self.rpc(picking, "stock_user", "action_sop_confirm_packing")
        picking.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestPacking(PackingCase):
    """The warehouse counts, packs and marks exactly what leaves (D10)."""

    @rule("D10")
    def test_goods_leave_when_they_are_counted_packed_and_marked(self):
        picking = self.to_pack()
        self.assertEqual(picking.sop_release_state, "released")
        self.pack(picking)
        self.assertTrue(picking.sop_packing_confirmed)
        self.assertEqual(picking.sop_packed_by_id, self.users["stock_user"])
        self.ship(picking)
        self.assertEqual((picking.state, picking.sop_packing_confirmed), ("done", True))

    @rule("D10")
    def test_unpacked_goods_stay(self):
        picking = self.to_pack()
        with self.assertRefused("D10", picking.name, "not counted, packed", unchanged=picking):
            self.ship(picking)
        other = self.to_pack()
        self.pack(picking)
        both = picking | other
        with self.assertRefused("D10", other.name, unchanged=both) as caught:
            self.rpc(both, "stock_user", "button_validate", context={"skip_backorder": True})
        self.assertNotIn(picking.name, str(caught.exception))

    @rule("D10")
    def test_goods_are_packed_wherever_they_are_said_to_come_from(self):
        picking = self.to_pack()
        vendors = self.env.ref("stock.stock_location_suppliers")
        self.rpc(picking, "stock_user", "write", {"location_id": vendors.id})
        self.assertTrue(picking.sop_packing_required)
        with self.assertRefused("D10", picking.name, "not counted, packed", unchanged=picking):
            self.ship(picking)

    @rule("D10")
    def test_what_is_missing_is_named_at_once(self):
        picking = self.to_pack()
        with self.assertRefused(
            "D10", picking.name, "number of packages", "shipping mark", unchanged=picking
        ):
            self.rpc(picking, "stock_user", "action_sop_confirm_packing")
        for packages, mark in ((0, "A"), (-1, "A"), (2, "  ")):
            self.enter(picking, packages, mark)
            with self.assertRefused("D10", "still missing", unchanged=picking):
                self.rpc(picking, "stock_user", "action_sop_confirm_packing")
        picking.move_ids.quantity = 0
        self.enter(picking)
        with self.assertRefused("D10", "counted quantities", unchanged=picking):
            self.rpc(picking, "stock_user", "action_sop_confirm_packing")

    @rule("D9", "D10")
    def test_another_quantity_or_mark_than_packed_is_counted_again(self):
        picking = self.to_pack()
        self.pack(picking)
        with self.assertRefused("D10", "not those that were packed", unchanged=picking):
            self.ship(picking, quantity=9)
        for change in ({"sop_package_count": 4}, {"sop_shipping_mark": "Hillside"}):
            with self.env.cr.savepoint() as savepoint:
                self.rpc(picking, "stock_user", "write", change)
                self.assertFalse(picking.sop_packing_confirmed)
                with self.assertRefused("D10", "not those that were packed"):
                    self.ship(picking)
                savepoint.rollback()
            self.env.invalidate_all()
        self.rpc(picking.move_ids, "stock_user", "write", {"quantity": 9, "picked": True})
        self.pack(picking, packages=2)
        self.ship(picking, quantity=9)
        self.assertEqual(picking.move_ids.quantity, 9.0)

    @rule("D10")
    def test_the_rest_is_packed_by_itself(self):
        picking = self.to_pack()
        self.rpc(picking.move_ids, "stock_user", "write", {"quantity": 4, "picked": True})
        self.pack(picking)
        self.ship(picking, quantity=4)
        rest = picking.backorder_ids
        self.assertEqual((rest.sop_package_count, rest.sop_shipping_mark), (0, False))
        with self.assertRefused("D10", rest.name, unchanged=rest):
            self.ship(rest)
        self.pack(rest, packages=1)
        self.ship(rest)
        self.assertEqual(rest.state, "done")

    @rule("D10")
    def test_another_machine_than_packed_stays(self):
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
        picking = self.to_pack(lines=[(machine, 1, 200.0)])
        self.pack(picking, packages=1)
        line = picking.move_line_ids
        other = numbers - line.lot_id
        self.rpc(line, "stock_user", "write", {"lot_id": other.id})
        with self.assertRefused("D10", "not those that were packed", unchanged=picking):
            self.ship(picking)
        self.pack(picking, packages=1)
        self.ship(picking)
        self.assertEqual(picking.move_line_ids.lot_id, other)

    @rule("D10")
    def test_only_the_warehouse_confirms_and_nobody_writes_it(self):
        picking = self.to_pack()
        self.enter(picking)
        content = picking._sop_packing_content()
        for role in self.users:
            if not self.users[role].has_group("stock.group_stock_user"):
                with self.assertRefused(exception=AccessError, unchanged=picking):
                    self.rpc(picking, role, "action_sop_confirm_packing")
            for values in (
                {"sop_packed_content": content},
                {"sop_packed_by_id": self.users["planner"].id},
                {"sop_packed_on": "2026-03-01 08:00:00"},
            ):
                with self.assertRefused(exception=AccessError, unchanged=picking):
                    self.rpc(picking, role, "write", values)
        self.pack(picking)
        self.ship(picking)
        with self.assertRefused("has left", unchanged=picking):
            self.enter(picking, packages=9)
        with self.assertRefused("no packing to confirm", unchanged=picking):
            self.rpc(picking, "stock_user", "action_sop_confirm_packing")

    @rule("D10", "P4")
    def test_a_contract_that_does_not_ask_for_it_needs_none(self):
        before = self.to_pack()
        self._issue_policy("2020-02-01", packing_required=False)
        picking = self.to_pack()
        self.assertFalse(picking.sop_packing_required)
        with self.assertRefused("does not ask for it", unchanged=picking):
            self.rpc(picking, "stock_user", "action_sop_confirm_packing")
        self.ship(picking)
        # The contract keeps what its own policy asked for.
        with self.assertRefused("D10", unchanged=before):
            self.ship(before)

    @rule("D10")
    def test_a_copy_is_not_packed(self):
        picking = self.to_pack()
        self.pack(picking)
        copied = picking.copy()
        self.assertFalse(copied.sop_packed_content or copied.sop_packed_by_id)
        self.assertFalse(copied.sop_package_count or copied.sop_shipping_mark)


@tagged("post_install", "-at_install")
class TestPackages(PackingCase, GatePassCase):
    """Papers, the notice and the guard's card say in how many packages the goods travel."""

    @rule("D5", "D10")
    def test_the_number_of_packages_travels_along(self):
        self.customer.email = "goods@riverside.example.com"
        picking = self.to_pack()
        picking.sop_transport_mode = "own"
        self.pack(picking)
        gate_pass = self.gate_pass(picking)
        reports = self.as_user(self.env["ir.actions.report"], "stock_user")
        for report, record in (
            ("sales_sop.report_delivery_order", picking),
            ("sales_sop.report_gate_pass", gate_pass),
        ):
            html, __ = reports._render_qweb_html(report, record.ids)
            self.assertIn("Packages", html.decode())
        self.assertEqual(self.as_user(gate_pass, "gate_guard").package_count, 3)
        self.ship(picking)
        self.register(gate_pass)
        mail = (
            self.env["mail.mail"]
            .sudo()
            .search([("model", "=", "stock.picking"), ("res_id", "=", picking.id)])
        )
        self.assertIn("Riverside 1/3", mail.body_html)
