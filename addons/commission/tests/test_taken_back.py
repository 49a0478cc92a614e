from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


class TestTakenBack(CommissionCase):
    """Money that goes back takes its commission back, at the rate it was earned at (B4)."""

    def setUp(self):
        super().setUp()
        self.invoice_paid = self.paid_invoice(575.0)
        self.payment = self.env["account.payment"].search(
            [("company_id", "=", self.company.id)], order="id desc", limit=1
        )
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 50.0)
        # Since then everything earns twice as much.
        self._new_plan(date_from="2026-04-01", rules=[{"name": "Every sale", "rate": 20.0}])
        self.now_is("2026-04-20")

    def assertTakenBack(self, amount=-50.0):
        calculation = self.calculate("2026-04-01")
        self.assertEqual((calculation.entry_count, calculation.amount), (1, amount))
        entry = self.entries()[-1]
        self.assertEqual((entry.amount, entry.rule_id), (amount, self.plan.rule_ids))
        self.assertEqual(str(entry.date), "2026-04-01")
        self.assertEqual(self.balance(until="2026-03-31"), 50.0)
        self.assertEqual(self.calculate("2026-04-01").entry_count, 0)

    @rule("B4")
    def test_a_payment_that_is_reset_to_draft(self):
        self.payment.action_draft()
        self.assertTakenBack()
        self.assertIn("taken back", self.entries()[-1].explanation)

    @rule("B4")
    def test_a_payment_that_is_cancelled(self):
        self.payment.action_draft()
        self.payment.action_cancel()
        self.assertTakenBack()

    @rule("B4")
    def test_a_payment_that_the_bank_rejects(self):
        self.payment.action_reject()
        self.assertTakenBack()

    @rule("B4")
    def test_a_payment_that_is_not_matched_any_more(self):
        self.receivable(self.payment.move_id).remove_move_reconcile()
        self.payment.invalidate_recordset()
        self.env["sop.payment.allocation"].search(
            [("payment_id", "=", self.payment.id)]
        ).sudo().unlink()
        self.assertTakenBack()

    @rule("B4")
    def test_an_earmark_keeps_the_commission_when_money_is_unmatched(self):
        self.earmark(self.payment, self.invoice_paid.line_ids.sale_line_ids.order_id)
        self.receivable(self.payment.move_id).remove_move_reconcile()
        self.assertEqual(self.calculate("2026-04-01").entry_count, 0)
        self.assertEqual(self.balance(), 50.0)

    @rule("B4")
    def test_money_that_is_paid_back_on_a_credit_note(self):
        """The money back is of another day: its own version of the plan would pay more."""
        order = self.invoice_paid.line_ids.sale_line_ids.order_id
        self.pay(self.invoice_paid, 575.0, "2026-04-02")
        self.calculate("2026-04-01")
        self.assertEqual(self.balance(), 150.0)
        credit = self.credit(order, invoice_date="2026-04-03")
        payback = self.receive(1150.0, payment_type="outbound", date="2026-04-05")
        self.match(credit, payback.move_id)
        self.calculate("2026-04-01")
        self.assertEqual(self.balance(), 0.0)

    @rule("B4")
    def test_money_that_went_back_once_is_not_taken_back_again(self):
        """575.00 at 10 % goes back, then 575.00 at 20 %: nothing is left of either."""
        order = self.invoice_paid.line_ids.sale_line_ids.order_id
        credit = self.credit(order, invoice_date="2026-04-02")
        self.give_back(credit, 575.0, "2026-04-02")
        self.assertEqual(self.balance(), 0.0)
        self.earmark(self.receive(575.0, date="2026-04-05"), order)
        self.calculate("2026-04-01")
        self.assertEqual(self.balance(), 100.0)
        self.give_back(credit, 575.0, "2026-04-10")
        self.assertEqual(self.balance(), 0.0)

    @rule("B4")
    def test_of_what_is_left_the_same_part_is_taken_from_every_day(self):
        """Of 575.00 at 10 % 345.00 go back; what comes at 20 % makes it 230.00 and 460.00."""
        order = self.invoice_paid.line_ids.sale_line_ids.order_id
        credit = self.credit(order, invoice_date="2026-04-02")
        self.give_back(credit, 345.0, "2026-04-02")
        self.assertEqual(self.balance(), 20.0)
        self.earmark(self.receive(460.0, date="2026-04-05"), order)
        self.calculate("2026-04-01")
        self.assertEqual(self.balance(), 100.0)
        self.give_back(credit, 345.0, "2026-04-10")
        # Half of both is taken back.
        self.assertEqual(self.balance(), 50.0)

    def give_back(self, credit, amount, date):
        """Money is paid back to the customer on the credit note."""
        payback = self.receive(amount, payment_type="outbound", date=date)
        self.match(credit, payback.move_id)
        self.calculate("2026-04-01")

    @rule("B4")
    def test_a_credit_note_alone_takes_nothing_back(self):
        order = self.invoice_paid.line_ids.sale_line_ids.order_id
        credit = self.credit(order, invoice_date="2026-04-03")
        self.match(credit, self.invoice_paid)
        self.assertEqual(self.calculate("2026-04-01").entry_count, 0)

    @rule("B4")
    def test_the_rest_of_a_payment_that_was_moved_earns_where_it_went(self):
        """The same money on another salesperson's invoice: −50.00 here and +50.00 there."""
        other = self._new_payee("sales_manager")
        order = self.invoiced_order()
        contract = order.sudo().sop_contract_id
        self.split(contract, shares={other: 100.0}, date_from="2026-01-01")
        self.receivable(self.payment.move_id).remove_move_reconcile()
        self.env["sop.payment.allocation"].search(
            [("payment_id", "=", self.payment.id)]
        ).sudo().unlink()
        self.match(order.sudo().invoice_ids, self.payment.move_id)
        self.calculate("2026-04-01")
        self.assertEqual(self.balance(), 0.0)
        # The money is of March, so it earns by the plan of March.
        self.assertEqual(self.balance(other), 50.0)

    @rule("B4")
    def test_a_part_that_goes_back_takes_its_part(self):
        payback = self.receive(115.0, payment_type="outbound", date="2026-04-05")
        self.receivable(self.payment.move_id).remove_move_reconcile()
        self.env["sop.payment.allocation"].search(
            [("payment_id", "=", self.payment.id)]
        ).sudo().unlink()
        self.match(self.payment.move_id, payback.move_id)
        self.match(self.invoice_paid, self.payment.move_id)
        self.assertTakenBack(-10.0)
