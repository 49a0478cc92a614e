from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestPlaces(SopCase):
    """Where goods are, changed past the transfer that brings them there (D1, D2, D3)."""

    def setUp(self):
        super().setUp()
        self.stock = self.warehouse.lot_stock_id
        self.customers = self.env.ref("stock.stock_location_customers")
        self.shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id, "company_id": self.company.id}
        )
        self.users["store_manager"] = self._new_user(
            "store_manager", "stock.group_stock_manager,mrp.group_mrp_user", self.company
        )

    def delivery(self):
        return self.confirmed_order().sudo().picking_ids

    def validate(self, picking):
        picking.move_ids.picked = True
        self.rpc(picking, "stock_user", "button_validate", context={"skip_backorder": True})

    def transferred(self, place, order_line):
        """An internal transfer of ten drives that says it is for an order."""
        picking = self.rpc_create(
            "stock.picking",
            "stock_user",
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": place.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 10,
                            "location_id": self.stock.id,
                            "location_dest_id": place.id,
                            "company_id": self.company.id,
                            "sale_line_id": order_line.id,
                        }
                    )
                ],
            },
        )
        self.rpc(picking, "stock_user", "action_confirm")
        self.rpc(picking, "stock_user", "action_assign")
        self.validate(picking)
        return picking

    def production(self):
        return self.env["mrp.production"].create(
            {"product_id": self.drive.id, "product_qty": 10, "company_id": self.company.id}
        )

    @rule("D1", "D3")
    def test_what_the_customer_accepted_does_not_become_the_part_of_a_production(self):
        order = self.delivered_order()
        move, production = order.sudo().picking_ids.move_ids, self.production()
        for role in ("salesperson", "sales_office", "planner", "stock_user"):
            for name in ("production_id", "raw_material_production_id"):
                with self.assertRefused("Correct a mistake with a return", unchanged=move):
                    self.rpc(move, role, "write", {name: production.id})
        line = order.sudo().order_line
        self.assertEqual((line.qty_delivered, line.qty_accepted), (10.0, 10.0))

    @rule("D1")
    def test_what_is_to_be_delivered_does_not_become_the_part_of_a_production(self):
        move, production = self.delivery().move_ids, self.production()
        for name in ("production_id", "raw_material_production_id"):
            with self.assertRefused("nowhere else", exception=AccessError, unchanged=move):
                self.rpc(move, "stock_user", "write", {name: production.id})

    @rule("D1")
    def test_what_was_made_is_not_delivered_by_another_place_of_the_production(self):
        line = self.delivery().sale_id.order_line
        production = self.production()
        for method, values in (
            ("action_confirm", []),
            ("write", [{"qty_producing": 10}]),
            ("button_mark_done", []),
        ):
            self.rpc(production, "store_manager", method, *values)
        made = production.move_finished_ids
        self.assertEqual(made.state, "done")
        self.rpc(made, "stock_user", "write", {"sale_line_id": line.id})
        place = made.location_dest_id
        self.rpc(production, "store_manager", "write", {"location_dest_id": self.customers.id})
        self.env.invalidate_all()
        self.assertEqual((made.location_dest_id, line.qty_delivered), (place, 0.0))

    @rule("D1")
    def test_a_shelf_among_the_goods_of_sister_companies_delivers_nothing(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        line = self.delivery().sale_id.order_line
        self.rpc(self.shelf, "store_manager", "write", {"location_id": transit.id})
        with self.assertRefused("nowhere else", exception=AccessError):
            self.transferred(self.shelf, line)
        self.rpc(self.shelf, "store_manager", "write", {"location_id": self.stock.id})
        self.assertEqual(self.transferred(self.shelf, line).state, "done")
        self.env.invalidate_all()
        self.assertEqual(line.qty_delivered, 0.0)

    @rule("D1")
    def test_a_customers_place_that_becomes_a_shelf_lets_no_delivery_through(self):
        picking = self.delivery()
        branch = self.customers.copy({"name": "The customer's branch"})
        self.rpc(picking, "stock_user", "write", {"location_dest_id": branch.id})
        self.rpc(branch, "store_manager", "write", {"usage": "internal"})
        with self.assertRefused("nowhere else", exception=AccessError, unchanged=picking):
            self.validate(picking)

    @rule("D1")
    def test_an_operation_type_that_ends_on_a_shelf_lets_no_delivery_through(self):
        out_type = self.warehouse.out_type_id
        self.rpc(out_type, "store_manager", "write", {"default_location_dest_id": self.shelf.id})
        picking = self.delivery()
        self.assertEqual(picking.move_ids.location_dest_id, self.shelf)
        with self.assertRefused("nowhere else", exception=AccessError, unchanged=picking):
            self.validate(picking)
        self.rpc(
            out_type, "store_manager", "write", {"default_location_dest_id": self.customers.id}
        )
        self.ship(self.approve_delivery(self.delivery()))

    @rule("D3", "D6", "D9")
    def test_what_a_vendor_brings_is_no_return_of_the_customers(self):
        delivered = self.delivered_order()
        approved = self.approve_delivery(self.delivery())
        vendors = self.env.ref("stock.stock_location_suppliers")
        for order in (delivered.sudo(), approved.sale_id):
            line = order.order_line
            left = line.qty_delivered
            for name, value in (("sale_id", order.id), ("sale_line_id", line.id)):
                receipt = self.env["stock.picking"].create(
                    {
                        "picking_type_id": self.warehouse.in_type_id.id,
                        "location_id": vendors.id,
                        "location_dest_id": self.stock.id,
                        "move_ids": [
                            Command.create(
                                {
                                    "product_id": self.drive.id,
                                    "product_uom_qty": 10,
                                    "location_id": vendors.id,
                                    "location_dest_id": self.stock.id,
                                    "company_id": self.company.id,
                                }
                            )
                        ],
                    }
                )
                receipt.action_confirm()
                record = receipt if name == "sale_id" else receipt.move_ids
                self.rpc(record, "salesperson", "write", {name: value})
                self.ship(receipt, quantity=10)
                self.assertEqual((receipt.state, line.qty_delivered), ("done", left))
        self.rpc(approved.move_ids, "stock_user", "write", {"product_uom_qty": 20})
        with self.assertRefused("D9", "10 are ordered"):
            self.rpc(approved, "sales_office", "action_sop_submit")

    @rule("D1", "D6")
    def test_goods_come_back_by_the_operation_type_that_they_left_by(self):
        self.warehouse.out_type_id.return_picking_type_id = False
        picking = self.approve_delivery(self.delivery())
        self.ship(picking)
        back = self.take_back(picking, 4)
        self.assertEqual((back.picking_type_code, back.state), ("outgoing", "done"))
        self.assertEqual(picking.sale_id.order_line.qty_delivered, 6.0)

    @rule("D1")
    def test_a_company_without_a_policy_delivers_to_its_shelf_as_ever(self):
        other = self._new_company("Elsewhere")
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        shelf = warehouse.lot_stock_id.copy({"name": "Shelf"})
        move = self.env["stock.move"].create(
            {
                "product_id": self.drive.id,
                "product_uom_qty": 1,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": shelf.id,
                "picking_type_id": warehouse.out_type_id.id,
                "company_id": other.id,
                "sale_line_id": self.delivery().sale_id.order_line.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 1, "picked": True})
        move._action_done()
        self.assertEqual(move.state, "done")


@tagged("post_install", "-at_install")
class TestStockRows(SopCase):
    """The rows of the stock, which whoever counts may write (D1, D2)."""

    def setUp(self):
        super().setUp()
        self.stock = self.warehouse.lot_stock_id
        self.customers = self.env.ref("stock.stock_location_customers")
        self.row = self.env["stock.quant"]._gather(self.drive, self.stock, strict=True)

    @rule("D1", "D2")
    def test_goods_do_not_come_to_a_customer_by_their_row(self):
        for role in ("stock_user", "planner", "quality"):
            for values in (
                {"location_id": self.customers.id},
                {"quantity": 5000.0},
                {"quantity": False},
                {"reserved_quantity": 0.5},
                {"product_id": self._new_product("Gadget", 5.0).id},
            ):
                for context in ({}, {"inventory_mode": True}):
                    with self.assertRefused(unchanged=self.row):
                        self.rpc(self.row, role, "write", values, context=context)
            with self.assertRefused(self.drive.name, "what was counted", exception=AccessError):
                self.rpc_create(
                    "stock.quant",
                    role,
                    {
                        "product_id": self.drive.id,
                        "location_id": self.customers.id,
                        "quantity": 5.0,
                    },
                )
            with self.assertRefused("what was counted", exception=AccessError):
                self.rpc_create(
                    "stock.quant",
                    role,
                    {"product_id": self.drive.id, "location_id": self.customers.id},
                    {"default_quantity": 5.0},
                )

    @rule("D1", "D2")
    def test_what_is_counted_is_in_stock(self):
        for row, counted in ((self.row, 990.0), (None, 40.0)):
            product = self.drive if row else self._new_product("Gadget", 5.0)
            mode = {"inventory_mode": True}
            if row:
                self.rpc(row, "stock_user", "write", {"inventory_quantity": counted}, context=mode)
            else:
                values = {
                    "product_id": product.id,
                    "location_id": self.stock.id,
                    "inventory_quantity": counted,
                }
                row = self.rpc_create("stock.quant", "stock_user", values, mode)
            self.rpc(row, "stock_user", "action_apply_inventory")
            self.env.invalidate_all()
            self.assertEqual(product.with_context(location=self.stock.id).qty_available, counted)

    @rule("D1")
    def test_without_a_policy_the_rows_are_odoos_business(self):
        other = self._new_company("Elsewhere")
        place = self.env["stock.warehouse"].search([("company_id", "=", other.id)]).lot_stock_id
        keeper = self._new_user("keeper", "stock.group_stock_user", other)
        quants = self.env["stock.quant"].with_user(keeper)
        quants = quants.with_context(allowed_company_ids=other.ids)
        row = quants.create({"product_id": self.drive.id, "location_id": place.id, "quantity": 5.0})
        row.quantity = 6.0
        self.assertEqual(row.quantity, 6.0)
