from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestSheetClawback(SheetCase):
    """Money that goes back after its sheet was approved is on the next sheet (B4)."""

    def _new_version(self):
        """From April on the plan pays 20 %."""
        return self._new_plan("2026-04-01", rules=[{"name": "Every sale", "rate": 20.0}])

    def _taken_back(self, march, amount=-50.0):
        """The next sheet has what is taken back, at the old rate; March is as it was."""
        before = self._stored_values(march)
        self.now_is("2026-04-30")
        april = self.fill()
        self.assertSheet(april, name="Salesperson 2026-04", amount_entries=amount)
        self.assertEqual(set(april.entry_ids.mapped("rate")), {10.0})
        self.assertEqual(self._stored_values(march), before)
        again = self.run_sheets()
        self.assertEqual((again.sheet_new_count, again.entry_new_count), (0, 0))
        return april

    @rule("B4")
    def test_a_payment_reset_to_draft(self):
        __, payment, march = self.march_sheet()
        self._new_version()
        payment.action_draft()
        self._taken_back(march)

    @rule("B4")
    def test_a_payment_that_is_cancelled(self):
        invoice, payment, march = self.march_sheet()
        self._new_version()
        payment.action_draft()
        with self.assertRefused("in the commission ledger", "Cancel it", unchanged=march):
            self.rpc(payment, "finance", "unlink")
        payment.action_cancel()
        self.assertEqual(payment.move_id.state, "cancel")
        self._taken_back(march)
        invoice.sudo().button_draft()
        with self.assertRefused("in the commission ledger", "Cancel it", unchanged=invoice):
            self.rpc(invoice, "finance", "unlink")
        unused = self.receive(10.0)
        unused.action_draft()
        self.rpc(unused, "finance", "unlink")
        self.assertFalse(unused.exists())

    @rule("B4")
    def test_a_payment_that_finance_rejects(self):
        __, payment, march = self.march_sheet()
        self._new_version()
        self.rpc(payment, "finance", "action_reject")
        self._taken_back(march)

    @rule("B4")
    def test_money_that_is_unmatched(self):
        invoice, payment, march = self.march_sheet()
        self._new_version()
        (invoice | payment.move_id).line_ids.remove_move_reconcile()
        self._taken_back(march)

    @rule("B4")
    def test_money_that_is_refunded(self):
        invoice, payment, march = self.march_sheet()
        self._new_version()
        self._credit(invoice)
        self._taken_back(march)

    def _credit(self, invoice):
        """Finance credits the invoice, and what was paid for it is given back."""
        credit = self.credit(invoice.line_ids.sale_line_ids.order_id, invoice_date="2026-04-03")
        payback = self.receive(575.0, payment_type="outbound", date="2026-04-12")
        self.match(credit, payback.move_id)

    @rule("B4")
    def test_the_new_rate_is_for_new_money(self):
        invoice, payment, march = self.march_sheet()
        self._new_version()
        payment.action_draft()
        self.pay(invoice, 575.0, "2026-04-20")
        self.now_is("2026-04-30")
        april = self.fill()
        self.assertEqual(sorted(april.entry_ids.mapped("amount")), [-50.0, 100.0])
        self.assertSheet(april, amount_payable=50.0)

    @rule("B4")
    def test_amounts_in_two_currencies_are_on_two_sheets(self):
        """The plan pays in euros from April on; what March had earned is taken back in dollars."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        invoice, payment, __ = self.march_sheet()
        self._new_plan("2026-04-01", currency_id=euro.id, currency_rate=0.5)
        payment.action_draft()
        self.pay(invoice, 575.0, "2026-04-20")
        self.now_is("2026-04-30")
        sheets = self.fill()
        self.assertEqual(
            {(sheet.name, sheet.currency_id.name): sheet.amount_entries for sheet in sheets},
            {("Salesperson 2026-04", "USD"): -50.0, ("Salesperson 2026-04 EUR", "EUR"): 25.0},
        )
        self.submit_sheet(sheets)
        self.review(sheets)
        self.assertEqual(set(sheets.mapped("amount_payable")), {0.0, 25.0})

    @rule("B3", "B4")
    def test_who_left_the_company_is_paid_and_pays_back(self):
        invoice, payment, __ = self.march_sheet()
        self.users["salesperson"].active = False
        self.env.invalidate_all()
        self.pay(invoice, 575.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.assertSheet(self.fill(), name="Salesperson 2026-04", amount_payable=50.0)
        self.approved_sheet("2026-04-01")
        payment.action_draft()
        self.now_is("2026-05-31")
        self.assertSheet(self.fill(), name="Salesperson 2026-05", amount_entries=-50.0)

    # -- below zero ----------------------------------------------------------------------------

    @rule("B4")
    def test_a_sheet_below_zero_is_carried_to_the_next(self):
        invoice, payment, march = self.march_sheet()
        payment.action_draft()
        april = self._taken_back(march)
        self.assertSheet(april, amount_payable=0.0, amount_carried_out=-50.0)
        self.now_is("2026-05-31")
        self.pay(invoice, 575.0, "2026-05-10")
        may = self.fill() - april
        # Only an approved sheet carries anything.
        self.assertSheet(may, amount_carried_in=0.0, amount_payable=50.0)
        with self.assertRefused("Salesperson 2026-04"):
            self.submit_sheet(may)
        self.approved_sheet("2026-04-01")
        self.assertSheet(
            may,
            amount_entries=50.0,
            amount_carried_in=-50.0,
            amount_payable=0.0,
            amount_carried_out=0.0,
        )
        self.assertEqual(april.carried_to_id, may)
        self.approved_sheet("2026-05-01")
        self.assertSheet(may, state="approved", amount_payable=0.0)

    @rule("B4")
    def test_what_is_carried_makes_a_sheet_though_nothing_was_earned(self):
        __, payment, march = self.march_sheet()
        payment.action_draft()
        self._taken_back(march)
        self.approved_sheet("2026-04-01")
        self.now_is("2026-05-31")
        may = self.fill()
        self.assertSheet(
            may,
            entry_count=0,
            amount_carried_in=-50.0,
            amount_payable=0.0,
            amount_carried_out=-50.0,
        )
        self.approved_sheet("2026-05-01")
        self.now_is("2026-06-30")
        june = self.fill()
        self.assertSheet(june, amount_carried_in=-50.0)

    @rule("B4")
    def test_a_sheet_below_zero_is_claimed_where_the_plan_says_so(self):
        __, payment, march = self.march_sheet()
        self._new_plan("2026-04-01", negative_sheet="claim")
        payment.action_draft()
        april = self._taken_back(march)
        self.assertSheet(
            april, negative_sheet="claim", amount_payable=-50.0, amount_carried_out=0.0
        )
        self.approved_sheet("2026-04-01")
        self.now_is("2026-05-31")
        self.assertFalse(self.fill())

    @rule("B4")
    def test_the_policy_is_that_of_the_version_in_force_at_the_end_of_the_month(self):
        __, payment, march = self.march_sheet()
        payment.action_draft()
        self.now_is("2026-04-30")
        april = self.fill()
        self._new_plan("2026-05-01", negative_sheet="claim")
        self.now_is("2026-05-31")
        self.fill()
        self.assertSheet(april, negative_sheet="carry", amount_carried_out=-50.0)

    @rule("B4")
    def test_a_refused_sheet_takes_along_what_was_carried_to_it(self):
        invoice, payment, march = self.march_sheet()
        payment.action_draft()
        self._taken_back(march)
        april = self.approved_sheet("2026-04-01")
        self.now_is("2026-05-31")
        may = self.submit_sheet(self.fill())
        self.as_user(may.approval_for("commission_sheet"), "finance").refuse("Wait")
        self.now_is("2026-06-30")
        self.pay(invoice, 575.0, "2026-06-10")
        self.half_paid("2026-06-12")
        june = self.fill() - may
        self.assertSheet(june, amount_carried_in=0.0, amount_payable=100.0)
        self.approved_sheet("2026-05-01")
        self.assertEqual((april.carried_to_id, may.carried_to_id), (may, june))
        self.assertSheet(june, amount_carried_in=-50.0, amount_payable=50.0)
