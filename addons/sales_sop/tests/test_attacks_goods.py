from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestDeliveryAttacks(SopCase):
    """Goods that try to leave past the delivery order (D1, D3, D9)."""

    def setUp(self):
        super().setUp()
        self.stock = self.warehouse.lot_stock_id
        self.customers = self.env.ref("stock.stock_location_customers")
        self.gadget = self._new_product("Gadget", 5.0)
        self._put_in_stock(self.gadget, 100)

    def at_customers(self, product):
        """How much of ``product`` stands at customers by the stock's own count."""
        self.env.invalidate_all()
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id.usage", "=", "customer")]
        )
        return sum(quants.mapped("quantity"))

    def move_values(self, product=None, quantity=5.0, **values):
        product = product or self.drive
        return {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": quantity,
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
            "company_id": self.company.id,
            **values,
        }

    def line_values(self, product=None, quantity=5.0, **values):
        product = product or self.drive
        return {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "quantity": quantity,
            "picked": True,
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
            "company_id": self.company.id,
            **values,
        }

    def shipped(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        return picking

    def approved(self):
        return self.approve_delivery(self.confirmed_order().sudo().picking_ids)

    @rule("D1")
    def test_nothing_is_added_to_goods_that_have_left(self):
        picking = self.shipped()
        move = picking.move_ids
        with self.assertRefused(picking.name, "Correct a mistake with a return"):
            values = self.line_values(picking_id=picking.id, move_id=move.id)
            self.rpc_create("stock.move.line", "stock_user", values)
        with self.assertRefused("Correct a mistake with a return"):
            values = self.line_values(self.gadget, picking_id=picking.id)
            self.rpc_create("stock.move.line", "stock_user", values)
        with self.assertRefused("Correct a mistake with a return"):
            values = self.move_values(picking_id=picking.id, quantity=3.0)
            self.rpc_create("stock.move", "stock_user", values)
        for record, values in (
            (move, {"quantity": 15.0}),
            (move.move_line_ids, {"quantity": 15.0}),
            (move, {"sale_line_id": False}),
            (move.move_line_ids, {"move_id": False}),
        ):
            with self.assertRefused(
                "Correct a mistake with a return", unchanged=[picking, move, move.move_line_ids]
            ):
                self.rpc(record, "stock_user", "write", values)
        self.assertEqual(self.at_customers(self.drive), 10.0)
        self.assertEqual(self.at_customers(self.gadget), 0.0)

    @rule("D1")
    def test_a_delivery_without_order_stays(self):
        picking = self.rpc_create(
            "stock.picking",
            "stock_user",
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "move_ids": [Command.create(self.move_values())],
            },
        )
        self.rpc(picking, "stock_user", "action_confirm")
        with self.assertRefused("D1", self.drive.name, "no order line"):
            self.ship(picking)
        with self.assertRefused("no order line"):
            self.rpc(picking, "sales_office", "action_sop_submit")
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D1")
    def test_goods_are_not_scrapped_to_a_customer(self):
        scrap = self.rpc_create(
            "stock.scrap",
            "stock_user",
            {
                "product_id": self.drive.id,
                "scrap_qty": 5.0,
                "location_id": self.stock.id,
                "scrap_location_id": self.customers.id,
                "company_id": self.company.id,
            },
        )
        with self.assertRefused("D1", "no order line"):
            self.rpc(scrap, "stock_user", "action_validate")
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D1")
    def test_a_count_puts_nothing_at_a_customer(self):
        self.users["stock_user"].group_ids += self.env.ref("stock.group_stock_manager")
        with self.assertRefused("D1", "no order line"):
            quant = self.rpc_create(
                "stock.quant",
                "stock_user",
                {
                    "product_id": self.drive.id,
                    "location_id": self.customers.id,
                    "inventory_quantity": 5.0,
                },
                {"inventory_mode": True},
            )
            self.rpc(quant, "stock_user", "action_apply_inventory")
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D1")
    def test_an_internal_transfer_does_not_end_at_a_customer(self):
        """The line of a transfer names another destination than its move."""
        picking = self.internal_transfer()
        line = picking.move_ids.move_line_ids
        with self.assertRefused("D1", unchanged=[picking, line]):
            self.rpc(line, "stock_user", "write", {"location_dest_id": self.customers.id})
            self.ship(picking)
        self.ship(picking)
        with self.assertRefused("Correct a mistake with a return"):
            self.rpc(line, "stock_user", "write", {"location_dest_id": self.customers.id})
        self.assertEqual(self.at_customers(self.drive), 0.0)

    def internal_transfer(self):
        """Five drives on their way to a shelf."""
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id, "company_id": self.company.id}
        )
        picking = self.rpc_create(
            "stock.picking",
            "stock_user",
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": shelf.id,
                "move_ids": [Command.create(self.move_values(location_dest_id=shelf.id))],
            },
        )
        self.rpc(picking, "stock_user", "action_confirm")
        self.rpc(picking, "stock_user", "action_assign")
        return picking

    @rule("D1")
    def test_goods_do_not_pretend_to_come_from_a_customer(self):
        """The move says from customer to customer, its line takes the goods from the stock."""
        at_customers = {
            "location_id": self.customers.id,
            "location_dest_id": self.customers.id,
        }
        unapproved = self.confirmed_order().sudo().picking_ids
        for picking in (self.internal_transfer(), unapproved):
            move = picking.move_ids
            with self.assertRefused("D1", unchanged=[picking, move, move.move_line_ids]):
                self.rpc(move, "stock_user", "write", at_customers)
                self.rpc(
                    move.move_line_ids,
                    "stock_user",
                    "write",
                    {"location_id": self.stock.id, "location_dest_id": self.customers.id},
                )
                self.ship(picking)
            with self.assertRefused("D1", unchanged=[picking, move, move.move_line_ids]):
                self.rpc(move, "stock_user", "write", {"location_id": self.customers.id})
                self.rpc(
                    picking,
                    "stock_user",
                    "write",
                    {
                        "move_line_ids": [
                            Command.clear(),
                            Command.create(self.line_values(move_id=move.id)),
                        ]
                    },
                )
                self.ship(picking)
        self.assertEqual(self.at_customers(self.drive), 0.0)
        self.assertEqual(self.drive.with_context(location=self.stock.id).qty_available, 1000.0)

    @rule("D1")
    def test_an_internal_transfer_is_free(self):
        picking = self.internal_transfer()
        self.ship(picking, quantity=5)
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D1")
    def test_an_approved_delivery_carries_nothing_else(self):
        picking = self.approved()
        with self.assertRefused("D1", "Gadget"):
            values = self.line_values(self.gadget, picking_id=picking.id)
            self.rpc_create("stock.move.line", "stock_user", values)
            self.ship(picking)
        with self.assertRefused("D1", "Gadget"):
            move = picking.move_ids
            values = self.line_values(self.gadget, picking_id=picking.id, move_id=move.id)
            self.rpc(move.move_line_ids, "stock_user", "write", {"quantity": 5.0, "picked": True})
            self.rpc_create("stock.move.line", "stock_user", values)
            self.ship(picking)
        with self.assertRefused("D1"):
            line = picking.move_ids.sale_line_id
            values = self.move_values(self.gadget, picking_id=picking.id, sale_line_id=line.id)
            self.rpc_create("stock.move", "stock_user", values)
            self.ship(picking)
        self.assertEqual(self.at_customers(self.gadget), 0.0)
        self.assertEqual(picking.state, "assigned")

    @rule("D1", "D9")
    def test_not_more_than_approved_leaves(self):
        picking = self.approved()
        with self.assertRefused("D1", picking.name, "more goods", unchanged=picking.move_ids):
            self.ship(picking, quantity=11)
        with self.assertRefused("D1", picking.name, "more goods"):
            self.rpc(picking.move_ids, "stock_user", "write", {"product_uom_qty": 11.0})
            self.ship(picking)
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D9")
    def test_another_product_on_the_order_line_lets_no_more_leave(self):
        picking = self.confirmed_order().sudo().picking_ids
        line = picking.move_ids.sale_line_id
        stray = self.move_values(self.gadget, quantity=1.0, sale_line_id=line.id)
        self.rpc_create("stock.move", "stock_user", stray)
        self.rpc(picking.move_ids, "stock_user", "write", {"product_uom_qty": 20.0})
        with self.assertRefused("D9", self.drive.name, "10 are ordered"):
            self.rpc(picking, "sales_office", "action_sop_submit")
        self.rpc(picking.move_ids, "stock_user", "write", {"product_uom_qty": 10.0})
        self.approve_delivery(picking)
        with self.assertRefused("D9", self.drive.name, "10 are ordered"):
            self.ship(picking, quantity=11)
        self.ship(picking)
        self.assertEqual(self.at_customers(self.drive), 10.0)

    @rule("D1", "D9")
    def test_a_backorder_inherits_the_rest_and_no_more(self):
        picking = self.approved()
        self.ship(picking, quantity=6)
        backorder = picking.backorder_ids
        self.assertEqual(backorder.move_ids.product_uom_qty, 4.0)
        with self.assertRefused("D1", backorder.name):
            self.ship(backorder, quantity=5)
        self.ship(backorder, quantity=4)
        self.assertEqual(self.at_customers(self.drive), 10.0)

    @rule("D1")
    def test_another_orders_approval_is_not_inherited(self):
        approved = self.approved()
        picking = self.confirmed_order().sudo().picking_ids
        self.rpc(picking, "stock_user", "write", {"backorder_id": approved.id})
        with self.assertRefused("D1", picking.name):
            self.ship(picking)
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D3", "D9")
    def test_a_delivery_brings_the_goods_of_one_customer(self):
        order = self.confirmed_order()
        neighbour = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        branch = self.env["res.partner"].create({"name": "Mill 2", "parent_id": self.customer.id})
        for partner, refused in ((branch, False), (neighbour, True)):
            other = self.confirmed_order(partner_id=partner.id).sudo().picking_ids
            picking = order.sudo().picking_ids
            approved = self.approve_delivery(picking) if refused else picking
            self.rpc(other.move_ids, "stock_user", "write", {"picking_id": approved.id})
            if not refused:
                self.assertNotIn("D3", dict(approved._delivery_blockers()))
                continue
            with self.assertRefused("D3", "Hillside Glass"):
                self.ship(approved)
            with self.assertRefused("several customers"):
                self.as_user(approved, "sales_office").action_sop_submit()
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D1", "D4")
    def test_what_has_left_under_an_approval_goes_on_being_counted(self):
        order = self.confirmed_order(lines=[(self.drive, 20, 100.0)])
        picking = order.sudo().picking_ids
        self.rpc(picking.move_ids, "stock_user", "write", {"product_uom_qty": 10})
        self.approve_delivery(picking)
        self.ship(picking, quantity=4)
        backorder = picking.backorder_ids
        self.ship(backorder, quantity=6)
        self.as_user(order, "sales_office").action_sop_deliver_again()
        rest = order.sudo().picking_ids - picking - backorder
        self.rpc(rest, "stock_user", "write", {"backorder_id": picking.id})
        with self.assertRefused("D1", rest.name):
            self.ship(rest, quantity=6)
        for record, values in (
            (backorder, {"backorder_id": False}),
            (picking, {"backorder_ids": [Command.unlink(backorder.id)]}),
        ):
            with self.assertRefused("has left", exception=AccessError, unchanged=backorder):
                self.rpc(record, "stock_user", "write", values)
        self.assertEqual(self.at_customers(self.drive), 10.0)

    @rule("D1")
    def test_a_delivery_that_is_its_own_backorder_is_still_refused(self):
        picking = self.confirmed_order().sudo().picking_ids
        with self.assertRefused("D1", picking.name):
            self.rpc(picking, "stock_user", "write", {"backorder_id": picking.id})
            self.ship(picking)

    @rule("D1")
    def test_another_address_needs_another_approval(self):
        picking = self.approved()
        elsewhere = self.env["res.partner"].create({"name": "Elsewhere"})
        self.rpc(picking, "stock_user", "write", {"partner_id": elsewhere.id})
        with self.assertRefused("D1", "another customer or another address"):
            self.ship(picking)

    @rule("D1", "D3")
    def test_a_shelf_does_not_become_a_customer(self):
        self.users["stock_user"].group_ids += self.env.ref("stock.group_stock_manager")
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id, "company_id": self.company.id}
        )
        self.env["stock.quant"]._update_available_quantity(self.drive, shelf, 5.0)
        with self.assertRefused():
            self.rpc(shelf, "stock_user", "write", {"usage": "customer"})
        self.assertEqual(self.at_customers(self.drive), 0.0)

    @rule("D3")
    def test_a_signature_is_recorded_once_and_by_its_roles(self):
        picking = self.shipped()
        for role in ("salesperson", "accountant", "general_manager"):
            with self.assertRefused():
                self.sign(picking, role=role)
        with self.assertRefused("add up"):
            self.sign(picking, damaged=-1)
        self.sign(picking, missing=10)
        with self.assertRefused(picking.name, "already signed"):
            self.sign(picking)
        self.assertEqual(picking.move_ids.qty_accepted, 0.0)

    @rule("D3")
    def test_the_proof_covers_this_delivery_only(self):
        mine, other = self.shipped(), self.shipped()
        pod = self.rpc_create(
            "sop.pod", "sales_office", {"picking_id": mine.id, "signatory": "Wang Fang"}
        )
        pod.line_ids[0].move_id = other.move_ids
        with self.assertRefused("covers lines of this delivery"):
            self.rpc(pod, "sales_office", "action_confirm")
        self.assertEqual((mine.pod_state, other.pod_state), ("waiting", "waiting"))


@tagged("post_install", "-at_install")
class TestMoneyAttacks(SopCase):
    """Money that is not there, or not for this contract (C1, C3)."""

    def collected(self, order):
        self.env.invalidate_all()
        return order.sudo().sop_contract_id.amount_collected

    def earmark_values(self, payment, order, amount=1.0, **values):
        contract = order.sudo().sop_contract_id
        return {"payment_id": payment.id, "contract_id": contract.id, "amount": amount, **values}

    @rule("C3")
    def test_only_finance_earmarks(self):
        order, payment = self.effective_order(), self.receive(1000.0)
        earmark = self.earmark(payment, order, 10.0)
        values = self.earmark_values(payment, order)
        for role in set(self.users) - {"finance", "finance_vp"}:
            with self.assertRefused():
                self.rpc_create("sop.payment.allocation", role, values)
            with self.assertRefused():
                self.rpc(earmark, role, "write", {"amount": 900.0})
            with self.assertRefused():
                self.rpc(earmark, role, "unlink")
        self.assertEqual(self.collected(order), 10.0)

    @rule("C3")
    def test_not_more_than_received_is_earmarked(self):
        order, other, payment = self.effective_order(), self.effective_order(), self.receive(700.0)
        earmark = self.earmark(payment, order, 699.0)
        with self.assertRefused("700.01", "700.00"):
            self.earmark(payment, other, 1.01)
        with self.assertRefused("700.01", "700.00"):
            self.rpc(earmark, "finance", "write", {"amount": 700.01})
        with self.assertRefused("positive", exception=CheckViolation), mute_logger("odoo.sql_db"):
            self.earmark(payment, other, -1.0)
        self.assertEqual((self.collected(order), self.collected(other)), (699.0, 0.0))

    @rule("C3")
    def test_money_of_another_customer_is_not_earmarked(self):
        order = self.effective_order()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        payment = self.receive(1000.0, partner=stranger)
        with self.assertRefused("Stranger", self.customer.name):
            self.earmark(payment, order)
        with self.assertRefused("cannot be written"):
            values = self.earmark_values(payment, order, partner_id=self.customer.id)
            self.rpc_create("sop.payment.allocation", "finance", values)
        own = self.earmark(self.receive(10.0), order)
        with self.assertRefused("Stranger"):
            self.rpc(own, "finance", "write", {"payment_id": payment.id})
        self.assertEqual(self.collected(order), 10.0)

    @rule("C3")
    def test_the_currency_of_an_earmark_is_the_moneys(self):
        order = self.effective_order()
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": 100,
                "currency_id": yen.id,
                "company_id": self.company.id,
            }
        )
        payment = self.receive(1000.0, currency_id=yen.id)
        earmark = self.earmark(payment, order)
        self.assertEqual(self.collected(order), 10.0)
        with self.assertRefused("cannot be written"):
            dollar = self.company.currency_id.id
            self.rpc(earmark, "finance", "write", {"currency_id": dollar})
        self.assertEqual(self.collected(order), 10.0)

    @rule("C3")
    def test_money_paid_to_a_vendor_is_not_earmarked(self):
        order = self.effective_order()
        for values in (
            {"partner_type": "supplier"},
            {"payment_type": "outbound"},
            {"partner_type": "supplier", "payment_type": "outbound"},
        ):
            payment = self.receive(100.0, **values)
            with self.assertRefused("Only money received from a customer"):
                self.earmark(payment, order)
        self.assertEqual(self.collected(order), 0.0)

    @rule("C3")
    def test_a_payment_without_an_entry_is_no_money(self):
        order = self.effective_order()
        payment = self.receive(600.0)
        self.rpc(payment, "finance", "action_draft")
        payment.sudo().move_id.with_context(force_delete=True).unlink()
        payment.sudo().outstanding_account_id = False
        self.rpc(payment, "finance", "write", {"state": "paid"})
        self.assertFalse(payment.move_id)
        with self.assertRefused("no journal entry"):
            self.earmark(payment, order)
        self.assertEqual(self.collected(order), 0.0)


@tagged("post_install", "-at_install")
class TestInvoiceAttacks(SopCase):
    """Invoices that try to look as if they were free (C1, C2, D3)."""

    def invoice(self, order_lines, quantity=10, price=100.0, role="accountant", **values):
        return self.as_user(self.env["account.move"], role).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.tax.ids)],
                            "sale_line_ids": [Command.set(order_lines.ids)],
                        }
                    )
                ],
                **values,
            }
        )

    @rule("C1", "C2")
    def test_the_money_of_a_contract_does_not_carry_a_larger_invoice(self):
        order = self.delivered_order()
        self.collect(order, 600.0)
        invoice = self.invoice(order.order_line, price=100_000.0)
        with self.assertRefused("C2", "1,000.00", unchanged=[invoice, invoice.line_ids]):
            self.post(invoice)
        self.as_user(invoice, "finance").action_sop_submit()
        self.approve(invoice, "invoice", "finance_vp")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("D3")
    def test_changing_the_product_after_submission_opens_no_gate(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.collect(order, 1000.0)
        self.drive.invoice_policy = "order"
        invoice = self.invoice(order.order_line)
        with self.assertRefused("D3", self.drive.name):
            self.post(invoice)
        self.sign(picking)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("D3")
    def test_goods_that_become_a_service_are_not_delivered_by_hand(self):
        """Ten gears left and four were damaged; of other ten none has left."""
        gear = self._new_product("Gear", 100.0)
        self._put_in_stock(gear, 100)
        sent, waiting = (self.confirmed_order(lines=[(gear, 10, 100.0)]) for __ in range(2))
        picking = self.approve_delivery(sent.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking, damaged=4)
        waiting.sudo().picking_ids.action_cancel()
        gear.write({"is_storable": False})
        gear.write({"type": "service"})
        for order, accepted in ((sent, 6.0), (waiting, 0.0)):
            line = order.order_line
            self.rpc(line, "salesperson", "write", {"product_id": gear.id})
            with self.assertRefused("follows from the deliveries", unchanged=line):
                self.rpc(line, "salesperson", "write", {"qty_delivered": 10.0})
            self.assertEqual((line.qty_accepted, line.qty_to_invoice), (accepted, accepted))

    @rule("D3")
    def test_a_service_that_becomes_goods_is_invoiced_by_its_receipt(self):
        gear = self._new_product("Gear", 100.0, type="service")
        order = self.effective_order(lines=[(gear, 10, 100.0)])
        gear.write({"type": "consu", "is_storable": True})
        self._put_in_stock(gear, 100)
        self.as_user(order, "salesperson").action_confirm()
        self.collect(order, 1000.0)
        line = order.order_line
        with self.assertRefused("follows from the deliveries", unchanged=line):
            self.rpc(line, "salesperson", "write", {"qty_delivered": 10.0})
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking, damaged=4)
        self.assertEqual((line.qty_accepted, line.qty_to_invoice), (6.0, 6.0))

    @rule("D3")
    def test_what_is_submitted_as_another_product_is_judged_anew(self):
        training = self._new_product("Training", 100.0, type="service")
        order = self.quotation()
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        order.order_line.write({"product_id": training.id, "price_unit": 100.0})
        self.submit(order)
        line = order.order_line
        self.assertEqual((line.sop_by_receipt, line.qty_delivered_method), (False, "manual"))

    @rule("C1")
    def test_content_and_state_are_not_written_in_one(self):
        free, blocked = self.delivered_order(), self.delivered_order()
        self.collect(free, 1000.0)
        invoice = self.invoice(free.order_line)
        line = invoice.invoice_line_ids
        smuggle = Command.update(line.id, {"sale_line_ids": [Command.set(blocked.order_line.ids)]})
        with self.assertRefused("C1", blocked.sudo().sop_contract_id.number):
            self.rpc(
                invoice,
                "accountant",
                "write",
                {"state": "posted", "invoice_line_ids": [smuggle]},
                context={"skip_readonly_check": True},
            )
        self.assertEqual((invoice.state, line.sale_line_ids), ("draft", free.order_line))

    @rule("C1", "C2")
    def test_a_journal_entry_does_not_become_an_invoice_by_posting(self):
        accounts = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "income")], limit=1
        )
        entry = self.as_user(self.env["account.move"], "accountant").create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"account_id": accounts.id, "balance": amount})
                    for amount in (100.0, -100.0)
                ],
            }
        )
        with self.assertRefused():
            self.rpc(entry, "accountant", "write", {"state": "posted", "move_type": "out_invoice"})
        self.post(entry, role="accountant")
        with self.assertRefused("kind"):
            self.rpc(entry, "accountant", "write", {"move_type": "out_invoice"})
        self.assertEqual(entry.move_type, "entry")

    @rule("C1", "D3")
    def test_the_lines_of_a_posted_invoice_stay(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.post(self.invoice(order.order_line, quantity=1))
        line = invoice.invoice_line_ids
        for values in (
            {"price_unit": 9000.0},
            {"quantity": 50.0},
            {"sale_line_ids": [Command.clear()]},
            {"price_total": 1.0},
        ):
            with self.assertRefused("Reset it to draft", unchanged=[invoice, invoice.line_ids]):
                self.rpc(line, "accountant", "write", values)
        with self.assertRefused("Reset it to draft"):
            values = {"move_id": invoice.id, "product_id": self.drive.id, "price_unit": 5.0}
            self.rpc_create("account.move.line", "accountant", values)
        self.assertEqual(invoice.amount_total, 100.0)

    @rule("D3")
    def test_more_than_accepted_is_not_invoiced_by_two_lines(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.invoice(order.order_line, quantity=6)
        line = invoice.invoice_line_ids.copy_data()[0]
        line["sale_line_ids"] = [Command.set(order.order_line.ids)]
        self.rpc(invoice, "accountant", "write", {"invoice_line_ids": [Command.create(line)]})
        with self.assertRefused("D3", "12 are on the invoice", "only 10"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")

    @rule("D3")
    def test_a_posted_invoice_uses_up_what_was_accepted(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        self.post(self.invoice(order.order_line, quantity=8))
        second = self.invoice(order.order_line, quantity=3)
        with self.assertRefused("D3", "3 are on the invoice", "only 2"):
            self.post(second)
        self.assertEqual(second.state, "draft")

    @rule("C1")
    def test_an_invoice_to_one_customer_does_not_rest_on_anothers_contract(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        invoice = self.invoice(order.order_line, partner_id=stranger.id)
        with self.assertRefused("C2"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")
