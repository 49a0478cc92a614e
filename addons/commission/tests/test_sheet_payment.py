from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import PaymentCase


class TestSheetPayment(PaymentCase):
    """An approved sheet is booked, then paid; the accrual is released by it (B3)."""

    def payable(self, payee=None):
        partner = (payee or self.payee).partner_id.with_company(self.company)
        return partner.property_account_payable_id

    def back_in_april(self, payment):
        """The money of March goes back in April; the sheet of April is approved in May."""
        self.now_is("2026-04-30")
        self.as_user(payment, "finance").action_draft()
        self.fill("2026-04-30")
        self.accrue("2026-04-30")
        self.now_is("2026-05-04")
        return self.approved_sheet("2026-04-01")

    # -- by a journal entry --------------------------------------------------------------------

    @rule("B3")
    def test_what_an_employee_is_paid_is_owed_by_a_journal_entry(self):
        sheet = self.accrued_sheet()
        self.assertStatus(sheet, "approved", "open")
        booking = self.book(sheet)
        partner = self.payee.partner_id
        self.assertEqual(
            self.items(booking.move_id),
            [
                (self.accrued_account, partner, 50.0, 0.0),
                (self.payable(), partner, 0.0, 50.0),
            ],
        )
        self.assertEqual(booking.move_id.state, "posted")
        self.assertEqual(str(booking.move_id.date), "2026-04-02")
        self.assertStatus(sheet, "approved", "booked")
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.assertEqual(self.booked(self.expense_account), 50.0)

    @rule("B3")
    def test_the_sheet_is_paid_when_the_money_went(self):
        sheet = self.accrued_sheet()
        self.book(sheet)
        self.pay_out(sheet)
        self.assertStatus(sheet, "paid", "paid")
        self.assertEqual(self.booked(self.payable(), self.payee), 0.0)

    @rule("B3")
    def test_a_payment_in_part_is_no_payment(self):
        sheet = self.accrued_sheet()
        self.book(sheet)
        action = self.rpc(sheet, "finance", "action_pay")
        wizard = self.as_user(self.env["account.payment.register"], "finance")
        wizard.with_context(**action["context"]).create({"amount": 20.0})._create_payments()
        self.assertStatus(sheet, "approved", "booked")

    @rule("B3")
    def test_an_entry_without_money_is_a_payment_only_by_the_finance_vps_word(self):
        sheet = self.accrued_sheet()
        booking = self.book(sheet)
        owed = booking._owed_items()
        lines = [
            {"account_id": owed.account_id.id, "partner_id": owed.partner_id.id, "debit": 50.0},
            {"account_id": self.expense_account.id, "credit": 50.0},
        ]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company.commission_journal_id.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        self.as_user(entry, "finance").action_post()
        with self.assertRefused("Nothing to accept", unchanged=sheet):
            self.rpc(sheet, "finance_vp", "action_accept_as_payment")
        self.as_user(owed | entry.line_ids[0], "finance").reconcile()
        self.assertTrue(owed.reconciled)
        self.assertStatus(sheet, "approved", "booked")
        for role in ("finance", "general_manager"):
            with self.assertRefused(exception=AccessError, unchanged=sheet):
                self.rpc(sheet, role, "action_accept_as_payment")
        self.rpc(sheet, "finance_vp", "action_accept_as_payment")
        self.assertStatus(sheet, "paid", "paid")
        self.assertEqual(booking.accepted_by_id, self.users["finance_vp"])
        self.as_user(entry, "finance").button_draft()
        self.assertStatus(sheet, "approved", "booked")
        self.as_user(entry, "finance").action_post()
        self.assertStatus(sheet, "paid", "paid")
        # The word was about this entry, and about no other.
        self.as_user(owed, "finance").remove_move_reconcile()
        self.assertStatus(sheet, "approved", "booked")
        other = entry.copy()
        self.as_user(other, "finance").action_post()
        self.as_user(owed | other.line_ids[0], "finance").reconcile()
        self.assertStatus(sheet, "approved", "booked")

    @rule("B3")
    def test_a_payment_that_is_written_off_or_rejected_is_no_payment(self):
        sheet = self.accrued_sheet()
        booking = self.book(sheet)
        action = self.rpc(sheet, "finance", "action_pay")
        wizard = self.as_user(self.env["account.payment.register"], "finance")
        wizard = wizard.with_context(**action["context"])
        written_off = {
            "amount": 20.0,
            "payment_difference_handling": "reconcile",
            "writeoff_account_id": self.expense_account.id,
        }
        wizard.create({"journal_id": self.bank_journal.id, **written_off})._create_payments()
        self.assertTrue(booking._owed_items().reconciled)
        self.assertStatus(sheet, "approved", "booked")
        self.as_user(booking._owed_items(), "finance").remove_move_reconcile()
        payment = self.pay_out(sheet)
        self.assertStatus(sheet, "paid", "paid")
        self.as_user(payment, "finance").action_reject()
        self.assertStatus(sheet, "approved", "booked")

    @rule("B3")
    def test_a_payment_that_is_undone_leaves_the_sheet_booked(self):
        sheet = self.accrued_sheet()
        booking = self.book(sheet)
        payment = self.pay_out(sheet)
        self.as_user(booking._owed_items(), "finance").remove_move_reconcile()
        self.assertStatus(sheet, "approved", "booked")
        items = (booking.move_id | payment.move_id).line_ids.filtered(
            lambda item: item.account_id == self.payable()
        )
        self.as_user(items, "finance").reconcile()
        self.assertStatus(sheet, "paid", "paid")

    @rule("B3")
    def test_the_payable_account_for_employees_takes_it_where_one_is_chosen(self):
        sheet = self.accrued_sheet()
        account = self.payable().copy({"name": "Owed to employees"})
        self.company.commission_payable_account_id = account
        booking = self.book(sheet)
        self.assertEqual(booking._owed_items().account_id, account)

    @rule("B3", "B5")
    def test_what_was_accrued_is_released_where_it_was_accrued(self):
        sheet = self.accrued_sheet()
        accrued = self.accrued_account
        self.company.commission_accrued_account_id = accrued.copy({"name": "Accrued from April on"})
        self.half_paid("2026-04-01")
        self.calculate()
        self.book(sheet)
        self.assertEqual(self.booked(accrued), 0.0)
        self.now_is("2026-05-04")
        self.fill("2026-04-30")
        self.accrue("2026-04-30")
        self.assertEqual(self.booked(self.accrued_account), -50.0)
        self.book(self.approved_sheet("2026-04-01"))
        self.assertEqual((self.booked(accrued), self.booked(self.accrued_account)), (0.0, 0.0))

    @rule("B3")
    def test_several_sheets_are_booked_at_once_each_by_its_own_entry(self):
        other = self._new_payee("sales_head")
        order = self.confirmed_order()
        self.split(contract=order.sudo().sop_contract_id, shares={self.payee: 33.33, other: 66.67})
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        self.accrue("2026-03-31")
        self.now_is("2026-04-02")
        sheets = self.approved_sheet("2026-03-01") | self.approved_sheet("2026-03-01", other)
        bookings = self.book(sheets)
        self.assertEqual(len(bookings.move_id), 2)
        self.assertEqual(sorted(bookings.mapped("amount")), [16.67, 33.33])
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B3")
    def test_sheets_that_are_owed_on_different_accounts_are_paid_together(self):
        other = self._new_payee("sales_head")
        account = self.payable().copy({"name": "Owed to heads"})
        other.partner_id.with_company(self.company).property_account_payable_id = account
        order = self.confirmed_order()
        self.split(contract=order.sudo().sop_contract_id, shares={self.payee: 40.0, other: 60.0})
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        self.accrue("2026-03-31")
        self.now_is("2026-04-02")
        sheets = self.approved_sheet("2026-03-01") | self.approved_sheet("2026-03-01", other)
        self.book(sheets)
        payments = self.pay_out(sheets)
        self.assertEqual(sorted(payments.mapped("amount")), [20.0, 30.0])
        for sheet in sheets:
            self.assertStatus(sheet, "paid", "paid")

    # -- below zero ----------------------------------------------------------------------------

    @rule("B4")
    def test_what_is_claimed_back_is_owed_by_the_employee(self):
        self._new_plan("2026-03-05", negative_sheet="claim")
        __, payment, sheet = self.march_sheet()
        self.accrue("2026-03-31")
        self.book(sheet)
        april = self.back_in_april(payment)
        self.assertEqual(april.amount_payable, -50.0)
        booking = self.book(april)
        partner = self.payee.partner_id
        self.assertEqual(
            self.items(booking.move_id),
            [
                (self.accrued_account, partner, 0.0, 50.0),
                (self.payable(), partner, 50.0, 0.0),
            ],
        )
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.assertEqual(self.booked(self.expense_account), 0.0)
        self.assertStatus(april, "approved", "booked")

    @rule("B4")
    def test_what_is_carried_forward_is_not_booked_and_stays_accrued(self):
        __, payment, sheet = self.march_sheet()
        self.accrue("2026-03-31")
        self.book(sheet)
        april = self.back_in_april(payment)
        self.assertEqual(april.amount_carried_out, -50.0)
        self.assertStatus(april, "approved", "none")
        with self.assertRefused("nothing to pay", april.name):
            self.book(april)
        self.assertEqual(self.booked(self.accrued_account), 50.0)

    @rule("B4")
    def test_the_sheet_that_takes_over_what_was_carried_releases_both(self):
        invoice, payment, sheet = self.march_sheet()
        self.accrue("2026-03-31")
        self.book(sheet)
        self.back_in_april(payment)
        self.now_is("2026-05-31")
        self.pay(invoice, 575.0, "2026-05-20")
        self.half_paid("2026-05-20")
        self.fill("2026-05-31")
        self.accrue("2026-05-31")
        self.now_is("2026-06-02")
        may = self.approved_sheet("2026-05-01")
        self.assertEqual((may.amount_carried_in, may.amount_payable), (-50.0, 50.0))
        booking = self.book(may)
        self.assertEqual((booking.amount, booking.amount_company), (50.0, 50.0))
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.assertEqual(self.booked(self.expense_account), 100.0)

    # -- currencies ----------------------------------------------------------------------------

    @rule("B3")
    def test_a_foreign_sheet_releases_to_the_cent_what_was_accrued(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._new_plan("2026-03-05", currency_id=euro.id, currency_rate=0.7)
        invoice = self.invoiced_order().sudo().invoice_ids
        for month, after, amount in (
            ("03", "04", 383.33),
            ("04", "05", 383.33),
            ("05", "06", 383.34),
        ):
            self.now_is(f"2026-{month}-28")
            self.pay(invoice, amount, f"2026-{month}-10")
            self.fill(f"2026-{month}-28")
            self.accrue(f"2026-{month}-28")
            self.now_is(f"2026-{after}-02")
            booking = self.book(self.approved_sheet(f"2026-{month}-01"))
            self.assertEqual(booking.currency_id, euro)
        bookings = self.env["commission.booking"].search([("payee_id", "=", self.payee.id)])
        self.assertEqual(round(sum(bookings.mapped("amount")), 2), 70.0)
        self.assertEqual(round(sum(bookings.mapped("amount_company")), 2), 100.0)
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B3")
    def test_a_sheet_of_two_plan_versions_is_booked_by_the_rate_of_each(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._new_plan("2026-03-05", currency_id=euro.id, currency_rate=0.5)
        self._new_plan("2026-03-15", currency_id=euro.id, currency_rate=0.8)
        invoice = self.invoiced_order().sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-03-10")
        self.pay(invoice, 575.0, "2026-03-20")
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        self.accrue("2026-03-31")
        self.now_is("2026-04-02")
        booking = self.book(self.approved_sheet("2026-03-01"))
        self.assertEqual(
            [(line.amount, line.amount_company) for line in booking.line_ids.sorted("amount")],
            [(25.0, 50.0), (40.0, 50.0)],
        )
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    # -- refusals ------------------------------------------------------------------------------

    @rule("B3")
    def test_a_sheet_is_booked_once(self):
        sheet = self.accrued_sheet()
        self.book(sheet)
        with self.assertRefused(sheet.name, "booked already"):
            self.book(sheet)
        self.pay_out(sheet)
        with self.assertRefused("booked already"):
            self.book(sheet)

    @rule("B3")
    def test_only_an_approved_sheet_is_booked(self):
        self.half_paid()
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        self.accrue("2026-03-31")
        self.now_is("2026-04-02")
        sheet = self.sheet_of("2026-03-01")
        with self.assertRefused("Draft", "Only an approved sheet is paid"):
            self.book(sheet)
        self.submit_sheet(sheet)
        with self.assertRefused("Waiting for Approval"):
            self.book(sheet)
        self.review(sheet, "finance", "finance_vp")
        with self.assertRefused("Waiting for Approval"):
            self.book(sheet)
        self.review(sheet, "general_manager")
        self.assertTrue(self.book(sheet))

    @rule("B3", "B5")
    def test_what_is_not_accrued_is_not_paid(self):
        __, __, sheet = self.march_sheet()
        with self.assertRefused(sheet.name, "Accrue the commission of 2026-03 first"):
            self.book(sheet)

    @rule("B3", "B5")
    def test_an_adjustment_of_april_on_the_sheet_of_march_waits_for_aprils_accrual(self):
        self.half_paid()
        self.now_is("2026-03-31")
        sheet = self.fill("2026-03-31").sudo()
        self.accrue("2026-03-31")
        self.now_is("2026-04-02")
        entries = self.as_user(self.env["commission.entry"], "finance")
        adjustment = entries.adjust(self.payee.id, 30.0, "A bonus")
        self.assertEqual(adjustment.sheet_id, sheet)
        self.review(self.submit_sheet(sheet))
        self.assertEqual(sheet.amount_payable, 80.0)
        with self.assertRefused(sheet.name, "Accrue the commission of 2026-04 first"):
            self.book(sheet)
        self.calculate()
        self.accrue("2026-04-02")
        self.assertEqual(self.book(sheet).amount, 80.0)
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B3", "B5")
    def test_what_is_accrued_and_taken_back_is_not_paid(self):
        __, payment, sheet = self.march_sheet()
        march = self.accrue("2026-03-31")
        self.back_in_april(payment)
        april = self.accrue_of("2026-04-01")
        self.assertEqual((march.amount, april.amount), (50.0, -50.0))
        self.rpc(march, "finance", "action_take_back")
        with self.assertRefused(sheet.name, "Accrue the commission of 2026-04 first"):
            self.book(sheet)
        self.accrue("2026-04-30")
        # All that was earned until April is accrued, also what April took back.
        self.assertEqual(self.book(sheet).amount, 50.0)

    @rule("B5")
    def test_a_month_is_accrued_anew_when_the_later_one_is_taken_back(self):
        self.march_sheet()
        self.accrue("2026-03-31")
        self.now_is("2026-04-30")
        self.half_paid("2026-04-10")
        self.calculate("2026-04-30")
        april = self.accrue("2026-04-30")
        with self.assertRefused("Accrue that month or a later one"):
            self.accrue("2026-03-31")
        self.rpc(april, "finance", "action_take_back")
        self.assertFalse(self.accrue("2026-03-31"))

    def accrue_of(self, month):
        return self.env["commission.accrual"].search(
            [("company_id", "=", self.company.id), ("month", "=", month)]
        )

    @rule("B3", "B5")
    def test_sheets_that_are_booked_together_release_no_more_than_was_accrued(self):
        invoice, __, march = self.march_sheet()
        self.now_is("2026-04-30")
        self.pay(invoice, 230.0, "2026-04-10")
        self.fill("2026-04-30")
        self.accrue("2026-03-31")
        self.now_is("2026-05-04")
        april = self.approved_sheet("2026-04-01")
        with self.assertRefused(april.name, "Accrue the commission of 2026-04 first"):
            self.book(march | april)
        self.accrue("2026-04-30")
        self.assertEqual(sorted(self.book(march | april).mapped("amount")), [20.0, 50.0])

    @rule("B3")
    def test_a_company_without_a_journal_is_told_where_to_choose_one(self):
        sheet = self.accrued_sheet()
        self.company.commission_journal_id = False
        with self.assertRefused("Commission Journal", "Settings › Sales SOP › Commission"):
            self.book(sheet)
        self.assertFalse(sheet.booking_ids)

    # -- take back -----------------------------------------------------------------------------

    @rule("B3")
    def test_a_booking_is_taken_back_by_a_counter_entry_and_can_be_made_anew(self):
        sheet = self.accrued_sheet()
        first = self.book(sheet)
        self.rpc(sheet, "finance", "action_take_back_payment")
        self.assertStatus(sheet, "approved", "open")
        self.assertEqual(self.booked(self.accrued_account), -50.0)
        self.assertTrue(all(first._owed_items().mapped("reconciled")))
        self.assertFalse(first.is_paid)
        counter = first.counter_move_id
        with self.assertRefused(counter.name, "Book the commission sheet anew", unchanged=counter):
            self.rpc(counter, "finance", "button_draft")
        with self.assertRefused("stays as it is", unchanged=counter):
            self.rpc(counter.line_ids[0], "finance", "write", {"partner_id": self.customer.id})
        second = self.book(sheet)
        self.assertEqual(sheet.booking_ids, second | first)
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.assertEqual(self.booked(self.payable(), self.payee), -50.0)

    @rule("B3")
    def test_what_is_paid_is_not_taken_back(self):
        sheet = self.accrued_sheet()
        self.book(sheet)
        self.pay_out(sheet)
        with self.assertRefused("Undo the reconciliation", unchanged=sheet):
            self.rpc(sheet, "finance", "action_take_back_payment")

    @rule("B3")
    def test_the_entry_of_a_sheet_stays_as_it_was_posted(self):
        sheet = self.accrued_sheet()
        move = self.book(sheet).move_id
        attacks = [
            (move, "button_draft", ()),
            (move, "button_cancel", ()),
            (move, "write", ({"state": "draft"},)),
            (move, "unlink", ()),
            (move.line_ids[0], "write", ({"account_id": self.expense_account.id},)),
        ]
        for record, method, arguments in attacks:
            with (
                self.subTest(method=method),
                self.assertRefused(unchanged=(move, sheet)),
            ):
                self.rpc(record, "finance", method, *arguments, context={"force_delete": True})
        with self.assertRefused(f"Commission Sheet {sheet.name}", "take it back"):
            self.rpc(move, "accountant", "button_draft")

    # -- who -----------------------------------------------------------------------------------

    @rule("B3")
    def test_finance_and_the_finance_vp_book(self):
        sheet = self.accrued_sheet()
        self.assertTrue(self.book(sheet, "finance_vp"))

    @rule("B3")
    def test_nobody_else_books_pays_or_takes_back(self):
        sheet = self.accrued_sheet()
        others = sorted(set(self.users) - {"finance", "finance_vp"})
        for method in ("action_book", "action_pay", "action_take_back_payment"):
            for role in others:
                with (
                    self.subTest(method=method, role=role),
                    self.assertRefused(exception=AccessError, unchanged=sheet),
                ):
                    self.rpc(sheet, role, method)

    @rule("B3")
    def test_nobody_else_sees_how_a_sheet_is_booked(self):
        sheet = self.accrued_sheet()
        booking = self.book(sheet)
        for role in sorted(set(self.users) - {"finance", "finance_vp"}):
            for record, name in (
                (booking, "amount"),
                (booking.line_ids, "amount"),
                (sheet, "booking_ids"),
            ):
                with (
                    self.subTest(record=record._name, role=role),
                    self.assertRefused(exception=AccessError),
                ):
                    self.rpc(record, role, "read", [name])

    @rule("B3")
    def test_no_role_writes_a_booking_or_says_that_a_sheet_is_paid(self):
        sheet = self.accrued_sheet()
        booking = self.book(sheet)
        attacks = [
            (sheet, "write", ({"state": "paid"},)),
            (sheet, "write", ({"payment_status": "paid"},)),
            (booking, "write", ({"is_paid": True},)),
            (booking, "write", ({"is_live": False},)),
            (booking, "unlink", ()),
            (booking, "copy", ()),
            (booking, "create", ({"sheet_id": sheet.id, "kind": "entry"},)),
            (booking.line_ids, "write", ({"amount": 1.0},)),
        ]
        for record, method, arguments in attacks:
            for role in sorted(self.users):
                with (
                    self.subTest(record=record._name, method=method, role=role),
                    self.assertRefused(exception=UserError, unchanged=(sheet, booking)),
                ):
                    self.rpc(record, role, method, *arguments)

    @rule("B3")
    def test_a_default_of_a_client_makes_no_sheet_paid(self):
        self.half_paid()
        self.now_is("2026-03-31")
        context = {"default_state": "paid", "default_payment_status": "paid"}
        sheets = self.as_user(self.env["commission.sheet"], "sales_office")
        sheets.with_context(**context).fill(self.company.id, "2026-03-31")
        self.assertStatus(self.sheet_of("2026-03-01"), "draft", False)

    # -- the whole story -----------------------------------------------------------------------

    @rule("B3", "B4", "B5")
    def test_when_all_is_approved_and_booked_the_cost_is_the_ledger_and_nothing_is_accrued(self):
        self._new_plan("2026-03-03", negative_sheet="claim")
        agent = self._new_payee(name="Agent Lu", kind="agent")
        order = self.delivered_order()
        self.split(contract=order.sudo().sop_contract_id, shares={self.payee: 60, agent: 40})
        invoice = self.invoice(order)
        march = self.pay(invoice, 575.0, "2026-03-10")
        self._close("2026-03-31", "2026-04-02")
        self.pay(invoice, 345.0, "2026-04-10")
        self._close("2026-04-30", "2026-05-04")
        self.as_user(march, "finance").action_draft()
        self._close("2026-05-31", "2026-06-02")
        earned = {payee: self.balance(payee) for payee in (self.payee, agent)}
        self.assertEqual(list(earned.values()), [18.0, 12.0])
        sheets = self._sheets()
        self.assertEqual(len(sheets), 6)
        self.assertEqual(set(sheets.mapped("payment_status")), {"booked"})
        for bill in sheets.booking_ids.filtered(lambda booking: booking.kind == "bill").move_id:
            self.as_user(bill, "finance").invoice_date = bill.date
            self.as_user(bill, "finance").action_post()
        for payee, amount in earned.items():
            self.assertEqual(self.booked(self.expense_account, payee), amount)
            self.assertEqual(self.booked(self.accrued_account, payee), 0.0)
        self.assertEqual(self.booked(self.payable(), self.payee), -18.0)

    def _close(self, last_day, day_after):
        """A month ends: its sheets are filled, accrued, approved and booked."""
        self.now_is(last_day)
        sheets = self.fill(last_day)
        self.accrue(last_day)
        self.now_is(day_after)
        for sheet in sheets.sudo():
            self.review(self.submit_sheet(sheet))
            self.book(sheet)
