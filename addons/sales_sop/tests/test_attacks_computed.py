from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, rule
from .test_attacks_invoice import InvoiceAttackCase
from .test_attacks_numbers import NO_NUMBERS


@tagged("post_install", "-at_install")
class TestComputedFields(InvoiceAttackCase):
    """What Odoo computes decides about goods and money, and a client could write it."""

    @mute_logger("odoo.addons.base.models.ir_access")
    def assertNobodyWrites(self, record, values):
        for role in (*ROLES, *STANDARD_USERS):
            with (
                self.subTest(model=record._name, role=role, values=values),
                self.assertRefused(exception=AccessError, unchanged=record),
            ):
                self.rpc(record, role, "write", values)

    @rule("C1", "C2", "C5")
    def test_the_lines_of_a_posted_invoice_do_not_pretend_to_be_a_draft(self):
        invoice = self.post(self.draft_invoice(self.paid_order())).sudo()
        for record in (self.income(invoice), self.receivable(invoice)):
            for values in (
                {"parent_state": "draft"},
                {"date": "2020-01-01"},
                {"partner_id": self.company.partner_id.id},
            ):
                self.assertNobodyWrites(record, values)
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids.qty_invoiced_posted, 10.0)

    @rule("C1", "C3")
    def test_what_is_no_number_is_not_compared_with_what_is_posted(self):
        invoice = self.post(self.draft_invoice(self.paid_order())).sudo()
        entry = self.receive(100.0).sudo().move_id
        for record, role, name in (
            (self.receivable(entry), "finance", "amount_currency"),
            (invoice, "accountant", "amount_residual"),
        ):
            for value in NO_NUMBERS:
                with (
                    self.subTest(field=name, value=value),
                    self.assertRefused("is no number", exception=ValidationError, unchanged=record),
                ):
                    self.rpc(record, role, "write", {name: value})

    @rule("C1", "C2")
    def test_a_line_of_a_draft_is_made_with_the_state_of_its_invoice(self):
        invoice = self.draft_invoice(self.paid_order())
        line = self.rpc_create(
            "account.move.line",
            "accountant",
            {"move_id": invoice.id, "name": "Freight", "parent_state": "posted"},
        )
        self.assertEqual(line.parent_state, "draft")

    @rule("C2")
    def test_a_credit_note_that_asks_for_money_does_not_pretend_to_give_it_back(self):
        line = {"name": "Balance", "quantity": 1, "price_unit": -500.0, "tax_ids": False}
        note = self.rpc_create(
            "account.move",
            "accountant",
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-05",
                "amount_total": 500.0,
                "invoice_line_ids": [Command.create(line)],
            },
        )
        self.assertEqual(note.amount_total, -500.0)
        self.assertNobodyWrites(note, {"amount_total": 500.0})
        with self.assertRefused("negative", unchanged=note):
            self.post(note, role="accountant")

    @rule("C2", "C5", "C9")
    def test_nobody_writes_that_an_invoice_is_paid_or_whose_it_is(self):
        invoice = self.post(self.draft_invoice(self.paid_order())).sudo()
        for values in (
            {"payment_state": "paid"},
            {"payment_state": "reversed"},
            {"amount_residual": 0.0},
            {"commercial_partner_id": self.company.partner_id.id},
        ):
            self.assertNobodyWrites(invoice, values)
        self.rpc(invoice, "accountant", "action_toggle_block_payment")
        self.assertEqual(invoice.payment_state, "blocked")
        self.rpc(invoice, "accountant", "action_toggle_block_payment")
        self.assertEqual(invoice.payment_state, "not_paid")

    @rule("C3", "C7")
    def test_nobody_writes_to_which_customer_a_contact_belongs(self):
        rich = self.env["res.partner"].create({"name": "Hilltop Foundry", "is_company": True})
        self.assertNobodyWrites(self.customer, {"commercial_partner_id": rich.id})
        made = self.rpc_create(
            "res.partner",
            "salesperson",
            {"name": "Branch"},
            context={"default_commercial_partner_id": rich.id},
        )
        self.assertEqual(made.commercial_partner_id, made)

    @rule("C3")
    def test_nobody_writes_that_the_bank_has_a_cheque(self):
        order = self.confirmed_order()
        lines = self.bank_journal.inbound_payment_method_line_ids
        cheque = lines[0].copy({"name": "Cheque", "sop_paper_kind": "cheque"})
        payment = self.receive(600.0, payment_method_line_id=cheque.id).sudo()
        self.earmark(payment, order)
        bank = self.bank_journal.default_account_id
        for values in ({"is_matched": True}, {"outstanding_account_id": bank.id}):
            self.assertNobodyWrites(payment, values)
        self.assertEqual(order.sudo().sop_contract_id._collected(), {})

    @rule("C3")
    def test_a_cheque_does_not_borrow_the_name_of_a_bank_line(self):
        order = self.confirmed_order()
        lines = self.bank_journal.inbound_payment_method_line_ids
        cheque = lines[0].copy({"name": "Cheque", "sop_paper_kind": "cheque"})
        payment = self.receive(600.0, payment_method_line_id=cheque.id).sudo()
        self.earmark(payment, order)
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.bank_journal.id, "payment_ref": "Fee", "amount": 1.0}
        )
        for values in ({"statement_line_id": line.id}, {"origin_payment_id": False}):
            self.assertNobodyWrites(payment.move_id, values)
        self.assertNobodyWrites(payment, {"move_id": line.move_id.id})
        self.rpc(payment, "finance", "action_draft")
        self.assertNobodyWrites(payment.move_id, {"statement_line_id": line.id})
        self.rpc(payment, "finance", "action_post")
        self.assertEqual(order.sudo().sop_contract_id._collected(), {})

    @rule("C3")
    def test_an_entry_is_not_posted_in_the_name_of_another_payment(self):
        payment = self.receive(1.0).sudo()
        entry = self.rpc_create(
            "account.move",
            "accountant",
            {
                "journal_id": self.bank_journal.id,
                "origin_payment_id": payment.id,
                "line_ids": [
                    Command.create(
                        {"account_id": line.account_id.id, "balance": line.balance * 500}
                    )
                    for line in payment.move_id.line_ids
                ],
            },
        )
        with self.assertRefused("belongs to is fixed", exception=AccessError, unchanged=entry):
            self.rpc(entry, "accountant", "action_post")

    @rule("A3", "C7")
    def test_nobody_writes_what_an_order_line_has_from_its_order(self):
        order = self.confirmed_order().sudo()
        self.assertNobodyWrites(order, {"currency_rate": 1e6})
        for values in (
            {"state": "draft"},
            {"salesman_id": self.users["accountant"].id},
            {"qty_invoiced": 10.0},
        ):
            self.assertNobodyWrites(order.order_line, values)

    @rule("D1", "D10")
    def test_a_delivery_stays_in_its_company_and_all_of_its_goods_are_counted(self):
        picking = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        sister = self.env["res.company"].create({"name": "Southlight Drives"})
        self.assertNobodyWrites(picking, {"company_id": sister.id})
        self.assertNobodyWrites(picking.move_line_ids, {"state": "cancel"})

    @rule("D1", "D9")
    def test_no_more_is_taken_off_the_stock_than_leaves(self):
        picking = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        line = picking.move_line_ids
        self.assertNobodyWrites(line, {"quantity_product_uom": 100.0})
        shelf = self.drive.with_context(location=self.warehouse.lot_stock_id.id)
        before = shelf.qty_available
        self.rpc(line, "stock_user", "unlink")
        self.rpc_create(
            "stock.move.line",
            "stock_user",
            {
                "move_id": picking.move_ids.id,
                "product_id": self.drive.id,
                "quantity": 10.0,
                "quantity_product_uom": 100.0,
            },
        )
        self.ship(picking)
        self.assertEqual(before - shelf.qty_available, 10.0)

    @rule("D1")
    def test_without_a_policy_it_is_odoos_business(self):
        company = self._new_company("Southlight Drives")
        user = self._new_user("southlight", "base.group_system,stock.group_stock_user", company)
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        move = self.env["stock.move"].create(
            {
                "product_id": self.drive.id,
                "product_uom_qty": 1,
                "company_id": company.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "quantity": 1,
            }
        )
        line = move.move_line_ids.with_user(user).with_context(allowed_company_ids=company.ids)
        line.quantity_product_uom = 2.0
        self.assertEqual(line.quantity_product_uom, 2.0)
