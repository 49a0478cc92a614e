from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


class OverdueCase(CommissionCase):
    """Invoices of 1 March, due that day unless a test agrees otherwise."""

    plan_values = {"overdue_mode": "steps", "overdue_percent": 1.0, "overdue_days": 10}

    @classmethod
    def _new_plan(cls, *args, **values):
        return super()._new_plan(*args, **{**cls.plan_values, **values})

    def pay_late(self, days, amount=1150.0):
        """An invoice of 1,150.00, paid ``days`` days after it was due."""
        invoice = self.invoiced_order(date="2026-03-01").sudo().invoice_ids
        day = fields.Date.add(fields.Date.to_date("2026-03-01"), days=days)
        self.pay(invoice, amount, day)
        self.now_is("2027-12-31")
        self.calculate()
        return invoice

    def assertDeducted(self, amount, kind="overdue"):
        deducted = round(sum(self.entries(kind=kind).mapped("amount")), 2)
        self.assertEqual(deducted, -amount)


class TestOverdueSteps(OverdueCase):
    """One percent of the commission for each started ten days (B4, C5)."""

    @rule("B4", "C5")
    def test_forty_days_late_are_four_started_tens(self):
        self.pay_late(40)
        self.assertDeducted(4.0)
        self.assertEqual(self.balance(), 96.0)
        self.assertEqual(self.entries(kind="overdue").days_late, 40)
        self.assertIn("40 days", self.entries(kind="overdue").explanation)

    @rule("B4", "C5")
    def test_the_forty_first_day_starts_a_fifth_ten(self):
        self.pay_late(41)
        self.assertDeducted(5.0)

    @rule("B4", "C5")
    def test_what_is_paid_on_the_due_day_costs_nothing(self):
        self.pay_late(0)
        self.assertDeducted(0.0)
        self.assertEqual(self.balance(), 100.0)

    @rule("B4", "C5")
    def test_no_more_than_the_commission_is_deducted(self):
        self.pay_late(1500)
        self.now_is("2030-12-31")
        self.calculate()
        self.assertDeducted(100.0)
        self.assertEqual(self.balance(), 0.0)

    @rule("B4", "C5")
    def test_each_instalment_has_its_own_days(self):
        """30 % at once, 70 % after 30 days; all of it paid after 40 days: 40 and 10 days late."""
        term = self.payment_term(
            line_ids=[
                Command.create({"value": "percent", "value_amount": 30.0, "nb_days": 0}),
                Command.create({"value": "percent", "value_amount": 70.0, "nb_days": 30}),
            ]
        )
        order = self.order()
        invoice = self.invoice(order, invoice_date="2026-03-01", invoice_payment_term_id=term.id)
        self.pay(invoice, 1150.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.calculate()
        # 30.00 x 4 % and 70.00 x 1 %
        self.assertDeducted(1.9)

    @rule("B4", "C5")
    def test_a_late_payment_that_goes_back_takes_its_deduction_along(self):
        self.pay_late(40)
        self.env["account.payment"].search(
            [("company_id", "=", self.company.id)], order="id desc", limit=1
        ).action_reject()
        self.now_is("2028-01-31")
        self.calculate()
        self.assertEqual(self.balance(), 0.0)
        self.assertDeducted(0.0)

    @rule("B4", "C5")
    def test_nobody_takes_a_deduction_out_of_the_ledger(self):
        invoice = self.pay_late(40)
        deduction = self.entries(kind="overdue")
        due = self.receivable(invoice)
        for role in self.users:
            for record, method, arguments in (
                (deduction, "write", [{"amount": 0.0}]),
                (deduction, "write", [{"days_late": 0}]),
                (deduction, "unlink", []),
                (due, "write", [{"date_maturity": "2026-04-10"}]),
                (invoice, "write", [{"invoice_date_due": "2026-04-10"}]),
            ):
                with self.assertRefused(exception=AccessError, unchanged=[deduction, due]):
                    self.rpc(record, role, method, *arguments)
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertDeducted(4.0)

    @rule("B4", "C5")
    def test_late_money_that_is_paid_back_takes_its_deduction_along(self):
        order = self.invoiced_order(date="2026-03-01")
        self.pay(order.sudo().invoice_ids, 1150.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.calculate()
        self.assertEqual(self.balance(), 96.0)
        self.refund(order, "2026-05-05")
        self.calculate()
        self.assertEqual(self.balance(), 0.0)
        self.assertDeducted(0.0)
        self.assertIn("comes back", self.entries(kind="overdue")[-1].explanation)


class TestOverdueWithLimit(OverdueCase):
    """The rule pays at most 70.00 with a contract; late money costs a part of that."""

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        limited = {"name": "Every sale", "rate": 10.0, "amount_max": 70.0}
        return super()._new_plan(date_from, rules or [limited], **values)

    @rule("B4", "C5")
    def test_the_deduction_is_a_part_of_what_the_limit_leaves(self):
        self.pay_late(40)
        # 4 % of 70.00
        self.assertDeducted(2.8)
        self.assertEqual(self.balance(), 67.2)

    @rule("B4", "C5")
    def test_no_more_is_deducted_than_the_limit_leaves(self):
        self.pay_late(1500)
        self.now_is("2030-12-31")
        self.calculate()
        self.assertDeducted(70.0)
        self.assertEqual(self.balance(), 0.0)


class TestOverdueGrace(OverdueCase):
    plan_values = {**OverdueCase.plan_values, "overdue_grace_days": 7}

    @rule("B4", "C5")
    def test_days_of_grace_do_not_count(self):
        self.pay_late(7)
        self.assertDeducted(0.0)

    @rule("B4", "C5")
    def test_after_the_grace_the_days_beyond_it_count(self):
        self.pay_late(18)
        self.assertDeducted(2.0)


class TestOverdueInterest(OverdueCase):
    """The sales policy's interest on the late money, tax included."""

    plan_values = {"overdue_mode": "interest"}

    @classmethod
    def _issue_policy(cls, *args, **term):
        policy = super()._issue_policy(*args, **term)
        policy.sudo().interest_rate = 7.3
        return policy

    @rule("B4", "C5")
    def test_interest_of_forty_days_is_deducted(self):
        # 1,150.00 x 7.3 % x 40 / 365
        self.pay_late(40)
        self.assertDeducted(9.2)


class TestOverdueOpen(OverdueCase):
    """What is overdue and open at the end of a month is deducted until it comes."""

    plan_values = {**OverdueCase.plan_values, "deduct_open": True}

    @rule("B4", "C5")
    def test_open_money_is_deducted_and_comes_back_with_the_money(self):
        invoice = self.paid_invoice(575.0, date="2026-03-10")
        self.now_is("2026-03-31")
        self.calculate()
        # The first half came 9 days after 1 March; of the second one 30 days are gone.
        self.assertDeducted(0.5)
        self.assertDeducted(1.5, "open_overdue")
        self.now_is("2026-04-20")
        self.calculate()
        # Within the month nothing grows.
        self.assertDeducted(1.5, "open_overdue")
        self.now_is("2026-04-30")
        self.calculate()
        # 60 days
        self.assertDeducted(3.0, "open_overdue")
        self.pay(invoice, 575.0, "2026-05-05")
        self.now_is("2026-05-31")
        self.calculate()
        self.assertDeducted(0.0, "open_overdue")
        # 65 days: seven started tens of 50.00
        self.assertDeducted(4.0)
        self.assertEqual(self.balance(), 96.0)

    @rule("B4", "C5")
    def test_money_in_advance_that_waits_to_be_matched_is_not_open(self):
        order = self.order()
        self.collect(order, 1150.0)
        self.invoice(order, invoice_date="2026-03-01")
        self.now_is("2026-03-31")
        self.calculate()
        self.assertDeducted(0.0, "open_overdue")

    @rule("B4", "C5")
    def test_what_a_rejected_payment_is_still_matched_with_is_open(self):
        invoice = self.invoiced_order(date="2026-03-01").sudo().invoice_ids
        payment = self.pay(invoice, 1150.0, "2026-03-01")
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 100.0)
        payment.action_reject()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.now_is("2026-04-30")
        self.calculate()
        # 60 days of 100.00
        self.assertDeducted(6.0, "open_overdue")
        self.receivable(payment.move_id).remove_move_reconcile()
        self.assertEqual(self.calculate().entry_count, 0)

    @rule("B4", "C5")
    def test_it_does_not_matter_on_which_day_the_month_is_calculated(self):
        invoice = self.invoiced_order(date="2026-03-01").sudo().invoice_ids
        self.pay(invoice, 1150.0, "2026-04-03")
        self.now_is("2026-04-05")
        self.calculate("2026-03-31")
        # 30 days of 100.00
        self.assertDeducted(3.0, "open_overdue")
        self.calculate()
        self.assertDeducted(0.0, "open_overdue")
        # 33 days
        self.assertDeducted(4.0)
