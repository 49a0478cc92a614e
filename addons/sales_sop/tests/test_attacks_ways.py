from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestWays(SopCase):
    """Goods of an order that take a way which is no delivery to a customer (D1, D2, D6)."""

    def setUp(self):
        super().setUp()
        self.customers = self.env.ref("stock.stock_location_customers")
        self.waiting = self.confirmed_order().sudo().picking_ids

    def delivered(self, picking):
        self.env.invalidate_all()
        return picking.sale_id.order_line.qty_delivered

    def validate(self, picking, role="stock_user"):
        self.rpc(picking, role, "button_validate", context={"skip_backorder": True})

    def _let_everybody_read_batches(self):
        """Where Odoo's batches are not installed, they keep nobody from validating."""
        if "stock.picking.batch" in self.env:
            self.env["ir.model.access"].create(
                {
                    "name": "Batches for tests",
                    "model_id": self.env["ir.model"]._get_id("stock.picking.batch"),
                    "group_id": self.env.ref("base.group_user").id,
                    "perm_read": True,
                }
            )

    def assertStays(self, picking, role="stock_user"):
        with self.assertRefused("D1", picking.name, unchanged=[picking, picking.move_ids]):
            self.validate(picking, role)
        self.assertEqual(self.delivered(picking), 0.0)

    @rule("D1")
    def test_an_unapproved_delivery_does_not_end_in_transit_to_a_sister_company(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        transit.active = True
        for record in (self.waiting, self.waiting.move_ids):
            with self.subTest(model=record._name), self.env.cr.savepoint() as savepoint:
                self.rpc(record, "stock_user", "write", {"location_dest_id": transit.id})
                self.assertStays(self.waiting)
                savepoint.rollback()
            self.env.invalidate_all()

    @rule("D1", "D3")
    def test_a_sister_company_is_delivered_like_any_customer(self):
        sister = self.env["res.company"].create({"name": "Southlight Drives"}).partner_id
        order = self.confirmed_order(partner_id=sister.id)
        picking = order.sudo().picking_ids
        self.assertEqual(picking.location_dest_id.usage, "transit")
        self.assertStays(picking)
        self.ship(self.approve_delivery(picking))
        self.assertEqual((self.delivered(picking), picking.pod_state), (10.0, "waiting"))
        self.sign(picking, damaged=1)
        self.assertEqual(order.order_line.qty_accepted, 9.0)

    @rule("D6", "D9")
    def test_a_sister_company_gives_back_no_more_than_it_received(self):
        sister = self.env["res.company"].create({"name": "Southlight Drives"}).partner_id
        order = self.confirmed_order(partner_id=sister.id)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking)
        back = self.take_back(picking, 4)
        line = picking.sale_id.order_line
        self.assertEqual((back.location_id.usage, back.state), ("transit", "done"))
        self.assertEqual((line.qty_delivered, line.qty_accepted), (6.0, 6.0))
        with self.assertRefused("D6", "more would come back", unchanged=line):
            self.take_back(picking, 7)
        with self.assertRefused("neither changed", unchanged=[back, back.move_ids]):
            self.rpc(back.move_ids, "stock_user", "write", {"quantity": 10})

    @rule("D6", "D9")
    def test_what_never_left_does_not_come_back_by_the_transit_of_sister_companies(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        transit.active = True
        line = self.waiting.sale_id.order_line
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": transit.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 10,
                            "location_id": transit.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        self.rpc(receipt.move_ids, "salesperson", "write", {"sale_line_id": line.id})
        with self.assertRefused("D6", "more would come back", unchanged=line):
            self.ship(receipt, quantity=10)

    @rule("D1")
    def test_nothing_counts_as_delivered_that_pretends_to_come_from_a_customer(self):
        self.rpc(self.waiting, "stock_user", "write", {"location_id": self.customers.id})
        self.assertStays(self.waiting)

    @rule("D2")
    def test_goods_leave_from_where_stock_is_kept(self):
        picking = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        shelf = self.drive.with_context(location=self.warehouse.lot_stock_id.id)
        before = shelf.qty_available
        losses = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company.id)], limit=1
        )
        vendors = self.env.ref("stock.stock_location_suppliers")
        for place in (vendors, losses, self.customers):
            for record in (picking, picking.move_ids, picking.move_line_ids):
                with self.subTest(place=place.name, model=record._name):
                    with self.env.cr.savepoint() as savepoint:
                        self.rpc(record, "stock_user", "write", {"location_id": place.id})
                        with self.assertRefused(picking.name, unchanged=picking):
                            self.validate(picking)
                        savepoint.rollback()
                    self.env.invalidate_all()
        self.validate(picking)
        self.assertEqual(before - shelf.qty_available, 10.0)

    @rule("D1", "D2")
    def test_a_delivery_does_not_become_another_kind_of_transfer(self):
        types = self.warehouse.int_type_id | self.warehouse.in_type_id
        approved = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        for picking in (self.waiting, approved):
            for picking_type in types:
                with self.assertRefused(picking.name, exception=AccessError, unchanged=picking):
                    self.rpc(picking, "stock_user", "write", {"picking_type_id": picking_type.id})
        self.rpc(approved, "stock_user", "write", {"picking_type_id": approved.picking_type_id.id})

    @rule("D1", "D2")
    def test_what_is_sold_goes_nowhere_but_to_the_customer(self):
        approved = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        places = self.env["stock.location"].create(
            [
                {"name": usage, "usage": usage, "company_id": self.company.id}
                for usage in ("supplier", "production", "inventory", "internal", "transit")
            ]
        )
        for picking in (self.waiting, approved):
            for place in places:
                for record in (picking, picking.move_ids, picking.move_line_ids):
                    with self.assertRefused(
                        picking.name, "nowhere else", exception=AccessError, unchanged=record
                    ):
                        values = {"location_dest_id": place.id}
                        self.rpc(record, "stock_user", "write", values)
                with self.assertRefused(
                    picking.name, "nowhere else", exception=AccessError, unchanged=picking.move_ids
                ):
                    self.rpc_create(
                        "stock.move.line",
                        "stock_user",
                        {
                            "move_id": picking.move_ids.id,
                            "product_id": picking.move_ids.product_id.id,
                            "quantity": 1.0,
                            "location_dest_id": place.id,
                        },
                    )
            with self.assertRefused(
                picking.name, "nowhere else", exception=AccessError, unchanged=picking.move_ids
            ):
                self.rpc(picking.move_ids, "stock_user", "write", {"sale_line_id": False})
        shop = self.customers.copy({"name": "The customer's branch"})
        for record in (approved, approved.move_line_ids):
            self.rpc(record, "stock_user", "write", {"location_dest_id": shop.id})
        self.ship(approved)
        self.assertEqual(self.delivered(approved), 10.0)

    @rule("D1", "D2")
    def test_what_is_sold_joins_no_transfer_that_goes_elsewhere(self):
        for picking_type in self.warehouse.int_type_id | self.warehouse.in_type_id:
            other = self.rpc_create(
                "stock.picking",
                "stock_user",
                {
                    "picking_type_id": picking_type.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.warehouse.lot_stock_id.id,
                },
            )
            with self.assertRefused("nowhere else", exception=AccessError):
                self.rpc(self.waiting.move_ids, "stock_user", "write", {"picking_id": other.id})
            self.assertEqual(self.waiting.move_ids.location_dest_id, self.customers)

    @rule("D6")
    def test_what_has_not_left_does_not_come_back(self):
        approved = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        for picking in (self.waiting, approved):
            with self.assertRefused("D6", picking.name, "more would come back"):
                self.take_back(picking, 3)
            self.assertEqual(self.delivered(picking), 0.0)
        self.ship(approved)
        self.take_back(approved, 3)
        self.assertEqual(self.delivered(approved), 7.0)

    @rule("D2")
    def test_goods_are_issued_by_the_warehouse(self):
        picking = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        self._let_everybody_read_batches()
        for role in ("salesperson", "sales_office", "sales_manager", "marketing_director"):
            with self.assertRefused(
                picking.name,
                "issued by the warehouse",
                exception=AccessError,
                unchanged=[picking, picking.move_ids],
            ):
                self.validate(picking, role)
        self.validate(picking)
        self.assertEqual(self.delivered(picking), 10.0)

    @rule("D1", "D3")
    def test_nobody_writes_the_state_of_a_delivery(self):
        left = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        self.ship(left)
        for picking in (self.waiting, left):
            for state in ("draft", "assigned", "done", "cancel"):
                for role in ("salesperson", "sales_office", "stock_user"):
                    with self.assertRefused(
                        "follows from its goods", exception=AccessError, unchanged=picking
                    ):
                        self.rpc(picking, role, "write", {"state": state})
        self.rpc(self.waiting, "stock_user", "action_cancel")
        self.assertEqual((self.waiting.state, left.state), ("cancel", "done"))

    @rule("D1", "D3")
    def test_nothing_is_put_to_goods_that_have_left(self):
        left = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        self.ship(left)
        self.sign(left)
        move = self.waiting.move_ids
        for role in ("salesperson", "sales_office", "stock_user"):
            for record, values in (
                (move, {"picking_id": left.id}),
                (left, {"move_ids": [Command.link(move.id)]}),
            ):
                with self.assertRefused(
                    left.name, "Correct a mistake with a return", unchanged=[left, move]
                ):
                    self.rpc(record, role, "write", values)
        other = self.confirmed_order().sudo().picking_ids
        self.rpc(move, "stock_user", "write", {"picking_id": other.id})
        self.assertEqual((move.picking_id, left.state), (other, "done"))

    @rule("D5", "S1")
    def test_to_whom_and_when_goods_have_left_stays(self):
        left = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        self.rpc(left, "stock_user", "write", {"date_done": "2020-01-01 08:00:00"})
        self.ship(left)
        self.assertEqual(left.date_done.date(), self.today())
        for values in (
            {"partner_id": self.env["res.partner"].create({"name": "Hilltop Foundry"}).id},
            {"partner_id": False},
            {"date_done": "2020-01-01 08:00:00"},
            {"name": "North/OUT/99999"},
            {"company_id": self.env["res.company"].create({"name": "Southlight"}).id},
        ):
            for role in ("salesperson", "sales_office", "stock_user"):
                with self.assertRefused(
                    left.name, "does not change any more", exception=AccessError, unchanged=left
                ):
                    self.rpc(left, role, "write", values)
        self.rpc(left, "stock_user", "write", {"note": "Two pallets", "user_id": False})
        self.rpc(self.waiting, "stock_user", "write", {"partner_id": self.customer.id})
