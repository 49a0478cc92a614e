from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_closing import ClosingCase
from .test_collection import CollectionCase
from .test_money_alert import AlertCase
from .test_money_cases import MoneyCase


@tagged("post_install", "-at_install")
class TestSettled(AlertCase, ClosingCase, MoneyCase):
    """Nothing is owed any more, though less money came than was agreed (C9)."""

    def confirmed_invoice(self):
        order = self.order()
        self.as_user(order, "salesperson").action_confirm()
        return order, self.invoice(order)

    def pay_and_write_off(self, invoice, amount):
        return CollectionCase.pay(
            self,
            invoice,
            amount,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.account("expense").id,
        )

    @rule("C9")
    def test_a_contract_whose_rest_was_written_off_is_closed_by_hand(self):
        order, invoice = self.confirmed_invoice()
        self.pay_and_write_off(invoice, 980.0)
        self.assertCollected(order, 980.0)
        contract = order.sudo().sop_contract_id
        self.assertFalse(contract._settled() & contract)
        self.assertEqual(self.close(order, "finance").state, "closed")
        self.assertEqual(contract.amount_collected, 980.0)

    @rule("C9")
    def test_a_contract_whose_invoice_was_rounded_down_is_closed_by_hand(self):
        order = self.order(1000.02)
        self.as_user(order, "salesperson").action_confirm()
        invoice = self.rounded_invoice(order)
        CollectionCase.pay(self, invoice, 999.99)
        with self.assertRefused("$\xa0999.99 of $\xa01,000.02"):
            self.close(order, "finance")
        CollectionCase.pay(self, invoice, 0.01)
        self.assertCollected(order, 1000.0)
        self.assertEqual(self.close(order, "finance").state, "closed")

    @rule("C9")
    def test_what_the_customer_still_owes_keeps_it_open(self):
        order, invoice = self.confirmed_invoice()
        CollectionCase.pay(self, invoice, 980.0)
        with self.assertRefused("$\xa0980.00 of $\xa01,000.00", "finance writes off"):
            self.close(order)

    @rule("C9")
    def test_an_invoice_that_looks_paid_by_a_rejected_payment_keeps_it_open(self):
        order, invoice = self.confirmed_invoice()
        payment = self.pay_and_write_off(invoice, 980.0)
        self.as_user(payment, "finance").action_reject()
        self.assertEqual(invoice.amount_residual, 0.0)
        with self.assertRefused("0.00 of $\xa01,000.00 is collected"):
            self.close(order)

    @rule("C9")
    def test_an_advance_that_is_free_besides_keeps_it_open(self):
        order, invoice = self.confirmed_invoice()
        self.pay_and_write_off(invoice, 980.0)
        self.collect(order, 50.0)
        with self.assertRefused("$\xa01,030.00 is collected, more than"):
            self.close(order)

    @rule("C9")
    def test_an_advance_on_the_bank_that_is_free_besides_keeps_it_open(self):
        order, invoice = self.confirmed_invoice()
        self.pay_and_write_off(invoice, 980.0)
        self.earmark_bank_line(self.bank_line(50.0), order, 50.0)
        with self.assertRefused("$\xa01,030.00 is collected, more than"):
            self.close(order)

    @rule("C3", "C9")
    def test_money_that_does_not_count_yet_keeps_it_open(self):
        self.policy.sudo().counts_transfer = "cleared"
        order, invoice = self.confirmed_invoice()
        CollectionCase.pay(self, invoice, 1000.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 0.0)
        with self.assertRefused("0.00 of $\xa01,000.00 is collected"):
            self.close(order)

    @rule("C3", "C9")
    def test_an_advance_that_does_not_count_yet_keeps_it_open(self):
        self.policy.sudo().counts_transfer = "cleared"
        order, invoice = self.confirmed_invoice()
        earmark = self.collect(order, 50.0)
        self.write_off(invoice, 1000.0)
        with self.assertRefused("0.00 of $\xa01,000.00 is collected"):
            self.close(order)
        self.as_user(earmark, "finance_vp").unlink()
        self.assertEqual(self.close(order, "finance").state, "closed")

    @rule("C9")
    def test_what_is_left_of_the_money_for_another_contract_does_not_keep_it_open(self):
        order, invoice = self.confirmed_invoice()
        other = self.order()
        payment = self.receive(1480.0)
        self.earmark(payment, other, 500.0)
        self.write_off(invoice, 20.0)
        self.match(invoice, payment.move_id)
        self.assertCollected(order, 980.0, other, 500.0)
        self.assertEqual(self.close(order, "finance").state, "closed")
        self.assertCollected(order, 980.0, other, 500.0)

    def write_off(self, invoice, amount):
        lines = [
            {"account_id": self.account("expense").id, "debit": amount},
            {
                "account_id": self.receivable(invoice).account_id.id,
                "partner_id": invoice.partner_id.id,
                "credit": amount,
            },
        ]
        entry = self.env["account.move"].create(
            {
                "company_id": self.company.id,
                "date": "2026-03-04",
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        entry.action_post()
        self.match(invoice, entry)

    @rule("C1", "C9")
    def test_money_lost_afterwards_opens_it_again(self):
        for lose in ("reject", "undo"):
            with self.subTest(lose=lose):
                order, invoice = self.confirmed_invoice()
                payment = self.pay_and_write_off(invoice, 980.0)
                contract = self.close(order, "finance")
                if lose == "reject":
                    self.as_user(payment, "finance").action_reject()
                else:
                    self.receivable(payment.move_id).remove_move_reconcile()
                self.assertAlerted(order)
                self.assertEqual(contract.state, "effective")
