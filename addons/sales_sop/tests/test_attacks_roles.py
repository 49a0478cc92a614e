from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .attack_case import EVERYBODY, AttackCase
from .common import rule
from .test_attacks_invoice import InvoiceAttackCase

NOBODY = set()


class EveryRoleCase(AttackCase, InvoiceAttackCase):
    """The same attack by everybody: refused, or without any effect on goods and money."""

    def _facts(self):
        """What has left, what is accepted, what is collected and what is invoiced."""
        self.env.invalidate_all()
        mine = ("company_id", "=", self.company.id)
        moves = self.env["stock.move"].search(
            [mine, ("state", "=", "done"), ("location_dest_id.usage", "=", "customer")]
        )
        lines = self.env["sale.order.line"].search([mine])
        contracts = self.env["sop.contract"].search([mine])
        invoices = self.env["account.move"].search(
            [mine, ("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_receipt"))]
        )
        stock = [("product_id", "=", self.drive.id), ("location_id.usage", "=", "customer")]
        return {
            "left": [(move.id, move.quantity, move.qty_accepted) for move in moves],
            "at customers": sum(self.env["stock.quant"].search(stock).mapped("quantity")),
            "accepted": [(line.id, line.qty_delivered, line.qty_accepted) for line in lines],
            "collected": [
                (contract.id, contract.amount_collected, contract.percent_collected)
                for contract in contracts
            ],
            "invoiced": [(invoice.id, invoice.amount_total) for invoice in invoices],
        }

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def not_refused(self, attack):
        """Everybody tries ``attack(role)``, which changes no fact; return who was not refused."""
        before, refused = self._facts(), set()
        for role in EVERYBODY:
            savepoint = self.env.cr.savepoint()
            try:
                with savepoint:
                    attack(role)
                    self.env.flush_all()
                    self.assertEqual(self._facts(), before, role)
                    savepoint.rollback()
            except UserError:
                refused.add(role)
            self.env.invalidate_all()
        self.assertEqual(self._facts(), before)
        return {*EVERYBODY} - refused

    def shipped(self):
        picking = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        self.ship(picking)
        return picking

    def places(self):
        return {
            "product_id": self.drive.id,
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            "company_id": self.company.id,
        }


@tagged("post_install", "-at_install")
class TestGoodsByEverybody(EveryRoleCase):
    """Goods that try to leave past the delivery order (D1, D3)."""

    @rule("D1")
    def test_a_line_added_to_goods_that_have_left(self):
        picking = self.shipped()
        values = {
            **self.places(),
            "picking_id": picking.id,
            "move_id": picking.move_ids.id,
            "quantity": 5.0,
            "picked": True,
        }

        def attack(role):
            self.rpc_create("stock.move.line", role, values)

        self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("D1")
    def test_more_written_on_goods_that_have_left(self):
        move = self.shipped().move_ids
        for record in (move, move.move_line_ids):

            def attack(role, record=record):
                self.rpc(record, role, "write", {"quantity": 15.0})

            self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("D1", "D3", "C1")
    def test_the_state_written_on_goods_and_invoice(self):
        picking = self.confirmed_order().sudo().picking_ids
        invoice = self.draft_invoice(self.delivered_order())
        for record, state in (
            (picking, "done"),
            (picking.move_ids, "done"),
            (invoice, "posted"),
        ):

            def attack(role, record=record, state=state):
                self.rpc(record, role, "write", {"state": state})

            self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("D1")
    def test_goods_scrapped_to_a_customer(self):
        places = self.places()
        values = {
            "product_id": self.drive.id,
            "scrap_qty": 5.0,
            "location_id": places["location_id"],
            "scrap_location_id": places["location_dest_id"],
            "company_id": self.company.id,
        }

        def attack(role):
            self.rpc(self.rpc_create("stock.scrap", role, values), role, "action_validate")

        self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("D1")
    def test_a_delivery_without_an_order(self):
        move = {**self.places(), "product_uom_qty": 5.0, "quantity": 5.0, "picked": True}
        values = {
            "picking_type_id": self.warehouse.out_type_id.id,
            "partner_id": self.customer.id,
            "location_id": move["location_id"],
            "location_dest_id": move["location_dest_id"],
            "move_ids": [Command.create(move)],
        }

        def attack(role):
            picking = self.rpc_create("stock.picking", role, values)
            self.rpc(picking, role, "action_confirm")
            self.rpc(picking, role, "button_validate", context={"skip_backorder": True})

        self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("D3")
    def test_delivered_and_accepted_quantities_written(self):
        picking = self.shipped()
        line, move = picking.sale_id.order_line, picking.move_ids
        for record, name in (
            (line, "qty_delivered"),
            (line, "qty_accepted"),
            (move, "qty_accepted"),
            (move, "qty_damaged"),
            (move, "qty_missing"),
        ):

            def attack(role, record=record, name=name):
                self.rpc(record, role, "write", {name: 7.0})

            self.assertEqual(self.not_refused(attack), NOBODY, name)


@tagged("post_install", "-at_install")
class TestMoneyByEverybody(EveryRoleCase):
    """Money that is another's, and percentages moved by dates and rates (C1, C3)."""

    @rule("C3")
    def test_the_payment_of_another_customer_is_earmarked(self):
        order = self.effective_order()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        values = {
            "payment_id": self.receive(1000.0, partner=stranger).id,
            "contract_id": order.sudo().sop_contract_id.id,
            "amount": 600.0,
        }

        def attack(role):
            self.rpc_create("sop.payment.allocation", role, values)

        self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("C1")
    def test_neither_dates_nor_rates_move_what_is_collected(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rate = {"currency_id": euro.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create({"name": "2020-01-01", "rate": 0.8, **rate})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self.confirmed_order(pricelist_id=pricelist.id)
        payment = self.receive(500.0)
        self.earmark(payment, order)
        contract = order.sudo().sop_contract_id
        # 500 dollars x 0.80 euro
        self.assertEqual((contract.amount_collected, contract.percent_collected), (400.0, 40.0))
        cheap, writers = {**rate, "name": self.today(), "rate": 1.5}, set()
        for record, method, values in (
            (order, "write", {"date_order": "2019-01-01"}),
            (order, "write", {"currency_rate": 1.5}),
            (contract, "write", {"currency_rate": 1.5}),
            (payment, "write", {"date": "2019-01-01"}),
            (payment.move_id, "write", {"date": "2019-01-01"}),
            (self.env["res.currency.rate"], "create", cheap),
        ):

            def attack(role, record=record, method=method, values=values):
                self.rpc(record, role, method, [values] if method == "create" else values)

            writers |= self.not_refused(attack)
        # Who keeps dates and rates may write them; the facts stay.
        self.assertLessEqual({"salesperson", "finance"}, writers)


@tagged("post_install", "-at_install")
class TestInvoicesByEverybody(EveryRoleCase):
    """Invoices above what was agreed and collected (C1, C2)."""

    @rule("C2")
    def test_an_invoice_without_an_order(self):
        self.collect(self.delivered_order(), 1000.0)
        values = {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "invoice_date": "2026-03-03",
            "company_id": self.company.id,
            "invoice_line_ids": [self.invoice_line()],
        }

        def attack(role):
            self.rpc(self.rpc_create("account.move", role, values), role, "action_post")

        self.assertEqual(self.not_refused(attack), NOBODY)

    @rule("C2")
    def test_a_down_payment_above_the_contract(self):
        order = self.confirmed_order().sudo()
        self.collect(order, 1000.0)
        values = {
            "advance_payment_method": "fixed",
            "fixed_amount": 1000.01,
            "sale_order_ids": [Command.set(order.ids)],
        }

        def attack(role):
            wizard = self.rpc_create("sale.advance.payment.inv", role, values)
            self.rpc(wizard, role, "create_invoices")
            self.rpc(order.invoice_ids, role, "action_post")

        self.assertEqual(self.not_refused(attack), NOBODY)


@tagged("post_install", "-at_install")
class TestSplitByEverybody(EveryRoleCase):
    """Up to 600.00 no invoice needs a decision, and orders were split to stay below it (C2)."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super(AttackCase, cls)._issue_policy(date_from, invoice_auto_amount=600.0, **term)

    @rule("C2")
    def test_the_third_of_three_split_orders(self):
        invoices = [
            self.draft_invoice(self.paid_order(lines=[(self.drive, 3, 100.0)])) for __ in range(3)
        ]
        for invoice in invoices[:2]:
            self.assertPosts(invoice)

        def attack(role):
            self.rpc(invoices[2], role, "action_post")

        self.assertEqual(self.not_refused(attack), NOBODY)
        # Whoever decides it is shown the other orders.
        self.as_user(invoices[2], "finance").action_sop_submit()
        approval = invoices[2].sudo().approval_for("invoice")
        self.assertIn("in the last 30 days", approval.submitted_summary)
        seen = self.as_user(approval, "finance_vp").lately
        for invoice in invoices[:2]:
            self.assertIn(invoice.line_ids.sale_line_ids.order_id.name, seen)
