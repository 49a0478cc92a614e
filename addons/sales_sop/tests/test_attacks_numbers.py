import math

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .attack_case import AttackCase
from .common import rule

# What a client can put where a number belongs.
NO_NUMBERS = (math.nan, math.inf, -math.inf, 1e308, "nan", "a lot", [1], {"a": 1})


@tagged("post_install", "-at_install")
class TestNumbers(AttackCase):
    """Where an amount or a quantity belongs, nothing else is kept, and who sent it hears why."""

    def assertNoNumber(self, call, *texts, unchanged=()):
        for value in NO_NUMBERS:
            with (
                self.subTest(value=value),
                self.assertRefused(
                    "is no number that can be kept here",
                    *texts,
                    exception=ValidationError,
                    unchanged=unchanged,
                ),
            ):
                call(value)

    @rule("A4", "P3")
    def test_a_quotation_names_the_line_and_the_field(self):
        order = self.quotation()
        line = order.order_line
        for name, label in (
            ("price_unit", "Unit Price"),
            ("product_uom_qty", "Quantity"),
            ("discount", "Discount (%)"),
        ):

            def write(value, name=name):
                self.rpc(line, "salesperson", "write", {name: value})

            self.assertNoNumber(write, order.name, label, unchanged=[order, line])

        def write_along(value):
            command = Command.update(line.id, {"product_uom_qty": value})
            self.rpc(order, "salesperson", "write", {"order_line": [command]})

        self.assertNoNumber(write_along, "Quantity", unchanged=[order, line])

    @rule("A3", "A4")
    def test_a_confirmed_order_names_the_line_too(self):
        order = self.confirmed_order()
        line = order.order_line

        def write(value):
            self.rpc(line, "salesperson", "write", {"product_uom_qty": value})

        self.assertNoNumber(write, order.name, "Quantity", unchanged=[order, line])

    @rule("A4", "D10")
    def test_a_text_that_cannot_be_kept_is_refused(self):
        order = self.confirmed_order().sudo()
        for record, role, values in (
            (order.picking_ids, "stock_user", {"sop_shipping_mark": "Mill\x00 1/3"}),
            (order, "salesperson", {"note": "<p>By\x00 rail</p>"}),
        ):
            with self.assertRefused(
                record.name, "cannot be kept", exception=ValidationError, unchanged=record
            ):
                self.rpc(record, role, "write", values)
        with self.assertRefused(exception=AccessError, unchanged=order):
            self.rpc(order, "gate_guard", "write", {"client_order_ref": "\x00"})

    @rule("D10")
    def test_a_count_is_a_whole_number(self):
        picking = self.confirmed_order().sudo().picking_ids

        def write(value):
            self.rpc(picking, "stock_user", "write", {"sop_package_count": value})

        self.assertNoNumber(write, picking.name, "Packages", unchanged=picking)
        for value in (2**31, -(2**31), 10**12, "2.5"):
            with self.assertRefused("Packages", exception=ValidationError, unchanged=picking):
                write(value)
        for value, kept in (("3", 3), (0, 0), (2**31 - 1, 2**31 - 1)):
            write(value)
            self.assertEqual(picking.sop_package_count, kept)

    @rule("A4")
    def test_a_new_quotation_is_not_half_made(self):
        def create(value):
            values = self._quotation_values([(self.drive, value, 100.0)])
            self.rpc_create("sale.order", "salesperson", values)

        before = self.env["sale.order"].search_count([])
        self.assertNoNumber(create, "Quantity")
        self.assertEqual(self.env["sale.order"].search_count([]), before)

    @rule("C3")
    def test_money_is_neither_received_nor_earmarked(self):
        order = self.effective_order()
        payment = self.receive(100.0)
        earmark = self.earmark(payment, order, 40.0)

        def receive(value):
            self.rpc_create("account.payment", "finance", self._payment_values(value))

        def create(value):
            values = self._earmark_values(payment, order, value)
            self.rpc_create("sop.payment.allocation", "finance", values)

        def in_the_dialog(value):
            contract = order.sudo().sop_contract_id
            line = Command.create({"contract_id": contract.id, "amount": value})
            values = {"payment_id": payment.id, "line_ids": [line]}
            self.rpc_create("sop.earmark", "finance", values)

        def write(value):
            self.rpc(earmark, "finance", "write", {"amount": value})

        for call in (receive, create, in_the_dialog, write):
            self.assertNoNumber(call, "Amount", unchanged=[payment, earmark])

        def of_the_payment(value):
            self.rpc(payment, "finance", "write", {"amount": value})

        self.assertNoNumber(of_the_payment, "Amount", unchanged=[payment, payment.move_id])

    @rule("D3", "D9")
    def test_goods_are_neither_loaded_nor_signed_for(self):
        picking = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        move = picking.move_ids

        def load(value):
            self.rpc(move, "stock_user", "write", {"quantity": value})

        def plan(value):
            self.rpc(move, "stock_user", "write", {"product_uom_qty": value})

        for call in (load, plan):
            self.assertNoNumber(call, unchanged=[picking, move, move.move_line_ids])
        self.ship(picking)
        pod = self.rpc_create(
            "sop.pod", "sales_office", {"picking_id": picking.id, "signatory": "Wang Fang"}
        )

        def sign(value):
            self.rpc(pod.line_ids, "sales_office", "write", {"qty_accepted": value})

        self.assertNoNumber(sign, "Accepted", unchanged=[picking, move])

    @rule("C2")
    def test_nothing_is_invoiced(self):
        invoice = self.draft_invoice(self.delivered_order())
        line = invoice.invoice_line_ids
        for name in ("price_unit", "quantity"):

            def write(value, name=name):
                self.rpc(line, "accountant", "write", {name: value})

            self.assertNoNumber(write, unchanged=[invoice, invoice.line_ids])

    @rule("A1")
    def test_who_may_not_write_hears_that_and_no_name(self):
        order = self.quotation()
        for role in ("portal", "employee"):
            with self.assertRefused(exception=AccessError, unchanged=order.order_line):
                self.rpc(order.order_line, role, "write", {"price_unit": math.nan})

    @rule("P3")
    def test_small_large_negative_and_empty_numbers_are_kept(self):
        line = self.quotation().order_line
        for value in (0, False, None, -3, 7.25, "12.5", 10**12):
            self.rpc(line, "salesperson", "write", {"price_unit": value})
            self.assertEqual(line.price_unit, float(value or 0))
