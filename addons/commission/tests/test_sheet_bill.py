from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import PaymentCase


class TestSheetBill(PaymentCase):
    """An outside agent is paid by a vendor bill that is drafted from the sheet (B3)."""

    def setUp(self):
        super().setUp()
        self.payee.kind = "agent"

    def bill_of(self, sheet):
        return self.book(sheet).move_id

    def post_bill(self, bill, date="2026-04-03"):
        """Finance enters the date of the agent's bill and posts it."""
        self.as_user(bill, "finance").invoice_date = date
        self.as_user(bill, "finance").action_post()
        return bill

    def reversal_of(self, bill, date="2026-04-05"):
        """Odoo's dialog that reverses a bill, opened by finance."""
        wizard = self.as_user(self.env["account.move.reversal"], "finance").with_context(
            active_model="account.move", active_ids=bill.ids
        )
        return wizard.create({"journal_id": bill.journal_id.id, "date": date})

    def pay_bill(self, bill):
        wizard = self.as_user(self.env["account.payment.register"], "finance").with_context(
            active_model="account.move", active_ids=bill.ids
        )
        return wizard.create({"journal_id": self.bank_journal.id})._create_payments()

    @rule("B3")
    def test_a_bill_is_drafted_with_one_line_on_the_accrued_account(self):
        sheet = self.accrued_sheet()
        bill = self.bill_of(sheet)
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(bill.partner_id, self.payee.partner_id)
        self.assertEqual(bill.invoice_origin, sheet.name)
        line = bill.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.tax_ids.ids), (1.0, 50.0, []))
        self.assertEqual(line.account_id, self.accrued_account)
        self.assertStatus(sheet, "approved", "booked")

    @rule("B3")
    def test_the_sheet_is_paid_when_the_bill_is(self):
        sheet = self.accrued_sheet()
        bill = self.post_bill(self.bill_of(sheet))
        self.assertStatus(sheet, "approved", "booked")
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.pay_bill(bill)
        self.assertStatus(sheet, "paid", "paid")

    @rule("B3")
    def test_taxes_and_other_lines_are_the_accountants(self):
        sheet = self.accrued_sheet()
        bill = self.bill_of(sheet)
        tax = self.tax.copy({"name": "Purchase tax", "type_tax_use": "purchase", "amount": 6.0})
        bill = self.as_user(bill, "finance")
        bill.invoice_line_ids.tax_ids = tax
        with self.assertRefused("a tax needs an account of its own"):
            self.post_bill(bill)
        tax.repartition_line_ids.account_id = self.expense_account
        bill.invoice_line_ids.tax_ids = False
        bill.invoice_line_ids.tax_ids = tax
        bill.invoice_line_ids = [
            Command.create(
                {
                    "name": "Travel",
                    "account_id": self.expense_account.id,
                    "price_unit": 7.0,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
        self.post_bill(bill)
        self.assertEqual(bill.amount_total, 60.0)
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B3")
    def test_a_bill_over_another_amount_than_the_sheets_is_not_posted(self):
        sheet = self.accrued_sheet()
        bill = self.as_user(self.bill_of(sheet), "finance")
        for values in (
            {"price_unit": 60.0},
            {"quantity": 2.0},
            {"account_id": self.expense_account.id},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused(sheet.name, "50.00", "before taxes", unchanged=sheet),
            ):
                bill.invoice_line_ids.write(values)
                self.post_bill(bill)
        with self.subTest("partner"), self.assertRefused(sheet.name):
            bill.partner_id = self.customer
            self.post_bill(bill)

    @rule("B3")
    def test_no_bill_escapes_the_check_as_another_document(self):
        sheet = self.accrued_sheet()
        bill = self.bill_of(sheet)
        for move_type in ("in_receipt", "in_refund", "out_invoice", "entry"):
            with self.assertRefused(sheet.name, "stays what it is", unchanged=[bill, sheet]):
                self.rpc(bill, "finance", "write", {"move_type": move_type})
        with self.assertRefused(sheet.name, unchanged=[bill, sheet]):
            self.rpc(bill, "finance", "action_switch_move_type")

    @rule("B3")
    def test_a_posted_bill_stays_as_it_is(self):
        bill = self.post_bill(self.bill_of(self.accrued_sheet()))
        for record, values in (
            (bill.invoice_line_ids, {"account_id": self.expense_account.id}),
            (bill.invoice_line_ids, {"price_unit": 60.0}),
            (bill, {"partner_id": self.customer.id}),
        ):
            with (
                self.subTest(values=values),
                self.assertRefused("Reset it to draft first", unchanged=bill),
            ):
                self.rpc(record, "finance", "write", values)

    @rule("B3")
    def test_a_cancelled_bill_lets_the_sheet_be_booked_anew_and_does_not_come_back(self):
        sheet = self.accrued_sheet()
        first = self.bill_of(sheet)
        self.as_user(first, "finance").button_cancel()
        self.assertStatus(sheet, "approved", "open")
        second = self.bill_of(sheet)
        self.assertNotEqual(first, second)
        with self.assertRefused(sheet.name, "booked already", unchanged=sheet):
            self.as_user(first, "finance").button_draft()
        self.post_bill(second)
        self.pay_bill(second)
        self.assertStatus(sheet, "paid", "paid")

    @rule("B3")
    def test_a_posted_bill_that_is_cancelled_lets_the_sheet_be_booked_anew(self):
        sheet = self.accrued_sheet()
        bill = self.as_user(self.post_bill(self.bill_of(sheet)), "finance")
        bill.button_draft()
        self.assertStatus(sheet, "approved", "booked")
        bill.button_cancel()
        self.assertStatus(sheet, "approved", "open")
        self.assertEqual(self.booked(self.accrued_account), -50.0)

    @rule("B3")
    def test_a_deleted_draft_lets_the_sheet_be_booked_anew(self):
        sheet = self.accrued_sheet()
        self.as_user(self.bill_of(sheet), "finance").unlink()
        self.assertStatus(sheet, "approved", "open")
        self.assertTrue(self.bill_of(sheet))

    @rule("B3")
    def test_a_reversed_bill_lets_the_sheet_be_booked_anew(self):
        sheet = self.accrued_sheet()
        bill = self.post_bill(self.bill_of(sheet))
        self.now_is("2026-04-05")
        wizard = self.reversal_of(bill)
        reversal = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        self.as_user(reversal, "finance").action_post()
        self.assertEqual(bill.payment_state, "reversed")
        self.assertStatus(sheet, "approved", "open")
        self.assertEqual(self.booked(self.accrued_account), -50.0)
        self.post_bill(self.bill_of(sheet))
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        payables = (bill | reversal).line_ids.filtered(
            lambda item: item.account_id.account_type == "liability_payable"
        )
        with self.assertRefused("booked already"):
            self.as_user(payables, "finance").remove_move_reconcile()

    @rule("B3")
    def test_no_copy_of_a_bill_pays_the_sheet_once_more(self):
        sheet = self.accrued_sheet()
        bill = self.post_bill(self.bill_of(sheet))
        texts = (bill.name, sheet.name, "book the sheet anew")
        with self.assertRefused(*texts, unchanged=[bill, sheet]):
            self.rpc(bill, "finance", "copy")
        wizard = self.reversal_of(bill, date="2026-04-03")
        with self.assertRefused(*texts, unchanged=[bill, sheet]):
            wizard.modify_moves()
        self.now_is("2026-04-05")
        draft = self.as_user(bill, "finance")
        draft.button_draft()
        draft.auto_post = "monthly"
        with self.assertRefused(*texts, unchanged=[bill, sheet]):
            draft.action_post()
        draft.auto_post = "no"
        draft.action_post()
        self.pay_bill(bill)
        self.assertStatus(sheet, "paid", "paid")
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B4")
    def test_what_an_agent_pays_back_is_a_refund(self):
        self._new_plan("2026-03-05", negative_sheet="claim")
        __, payment, sheet = self.march_sheet()
        self.accrue("2026-03-31")
        self.post_bill(self.bill_of(sheet))
        self.now_is("2026-04-30")
        self.as_user(payment, "finance").action_draft()
        self.fill("2026-04-30")
        self.accrue("2026-04-30")
        self.now_is("2026-05-04")
        refund = self.bill_of(self.approved_sheet("2026-04-01"))
        self.assertEqual((refund.move_type, refund.amount_total), ("in_refund", 50.0))
        self.post_bill(refund, "2026-05-05")
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B3")
    def test_a_bill_in_a_foreign_currency_keeps_the_plans_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-04-01",
                "rate": 0.5,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        self._new_plan("2026-03-05", currency_id=euro.id, currency_rate=0.8)
        sheet = self.accrued_sheet()
        bill = self.bill_of(sheet)
        self.assertEqual((bill.currency_id, bill.amount_total), (euro, 40.0))
        self.post_bill(bill)
        self.assertEqual(bill.invoice_line_ids.balance, 50.0)
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B3")
    def test_the_button_to_take_back_names_the_bill(self):
        sheet = self.accrued_sheet()
        self.bill_of(sheet)
        with self.assertRefused("Cancel the bill"):
            self.rpc(sheet, "finance", "action_take_back_payment")
