from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_collection import CollectionCase
from .test_frame import FrameCase


class MoneyCase(CollectionCase):
    """The rarer ways in which money comes; each amount is computed by hand."""

    def account(self, account_type):
        return self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", account_type)],
            limit=1,
        )

    def payment_term(self, **values):
        return self.env["account.payment.term"].create(
            {"name": "As agreed", "company_id": self.company.id, **values}
        )

    def earmark_bank_line(self, line, order, amount):
        return self.as_user(self.env["sop.payment.allocation"], "finance").create(
            {
                "statement_line_id": line.id,
                "contract_id": order.sudo().sop_contract_id.id,
                "amount": amount,
            }
        )

    def rounded_invoice(self, *orders, strategy="add_invoice_line"):
        """An invoice whose total Odoo rounds to five cents."""
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "Five cents",
                "rounding": 0.05,
                "rounding_method": "HALF-UP",
                "strategy": strategy,
                "profit_account_id": self.account("income").id,
                "loss_account_id": self.account("expense").id,
            }
        )
        return self.invoice(*orders, invoice_cash_rounding_id=rounding.id)

    def pay_early(self, computation, tax=None):
        """An invoice over 1,000.00 plus tax with 2 % off within ten days, paid the next day."""
        if tax is not None:
            self.tax = self._new_tax(tax)
        order = self.order()
        term = self.payment_term(
            early_discount=True,
            discount_percentage=2.0,
            discount_days=10,
            early_pay_discount_computation=computation,
        )
        invoice = self.invoice(order, invoice_payment_term_id=term.id)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(
            {"payment_date": "2026-03-04", "journal_id": self.bank_journal.id}
        )._create_payments()
        self.assertEqual(invoice.amount_residual, 0.0)
        return order


@tagged("post_install", "-at_install")
class TestMoneyCases(MoneyCase):
    """Discounts, fees, credit notes, instalments: only cash counts, and each cent once (C1)."""

    @rule("C1")
    def test_of_an_early_payment_discount_only_the_cash_counts(self):
        self.assertCollected(self.pay_early("included"), 980.0)

    @rule("C1")
    def test_of_a_discount_that_lowers_the_tax_only_the_cash_counts(self):
        # 1,100.00 less 2 % of it
        self.assertCollected(self.pay_early("included", tax=10.0), 1078.0)

    @rule("C1")
    def test_of_a_discount_that_leaves_the_tax_only_the_cash_counts(self):
        # 1,100.00 less 2 % of 1,000.00
        self.assertCollected(self.pay_early("excluded", tax=10.0), 1080.0)

    @rule("C1")
    def test_a_discount_whose_tax_is_lowered_from_the_start(self):
        # The tax is 10 % of 980.00 on the invoice already; of 1,098.00 the customer pays 1,078.00.
        order = self.pay_early("mixed", tax=10.0)
        self.assertEqual(order.sudo().invoice_ids.amount_total, 1098.0)
        self.assertCollected(order, 1078.0)

    @rule("C3")
    def test_one_payment_pays_the_invoices_of_three_contracts(self):
        orders = [self.order(total) for total in (100.0, 300.0, 500.0)]
        payment = self.receive(900.0)
        self.match(*map(self.invoice, orders), payment.move_id)
        self.assertCollected(orders[0], 100.0, orders[1], 300.0, orders[2], 500.0)

    @rule("C1")
    def test_a_bank_fee_that_the_bank_withheld_is_no_money(self):
        order = self.order()
        line = self.bank_line(995.0)
        self.book_on_receivable(line)
        receivable = self.receivable(line.move_id)
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.update(receivable.id, {"balance": -1000.0}),
                    Command.create(
                        {"account_id": self.account("expense").id, "balance": 5.0, "name": "fee"}
                    ),
                ]
            }
        )
        invoice = self.invoice(order)
        self.match(invoice, line.move_id)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 995.0)

    @rule("C1")
    def test_a_bank_fee_on_a_payment_is_no_money(self):
        order = self.order()
        invoice = self.invoice(order)
        self.pay(
            invoice,
            995.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.account("expense").id,
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 995.0)

    @rule("C1")
    def test_a_part_credited_and_the_rest_paid(self):
        order = self.order()
        invoice = self.invoice(order)
        credit = self._credit(order, 200.0)
        self.match(invoice, credit)
        self.assertCollected(order, 0.0)
        self.pay(invoice, 800.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 800.0)

    @rule("C1")
    def test_a_part_paid_back_after_all_was_paid(self):
        order = self.order()
        self.pay(self.invoice(order), 1000.0)
        credit = self._credit(order, 200.0)
        self.assertCollected(order, 1000.0)
        self.match(credit, self.receive(200.0, payment_type="outbound").move_id)
        self.assertCollected(order, 800.0)

    def _credit(self, order, amount):
        credit = self.invoice(order, move_type="out_refund")
        credit.button_draft()
        credit.invoice_line_ids.price_unit = amount
        credit.action_post()
        return credit

    @rule("C1", "C9")
    def test_an_invoice_in_two_instalments(self):
        order = self.order()
        term = self.payment_term(
            line_ids=[
                Command.create({"value": "percent", "value_amount": 30.0, "nb_days": 0}),
                Command.create({"value": "percent", "value_amount": 70.0, "nb_days": 30}),
            ]
        )
        invoice = self.invoice(order, invoice_payment_term_id=term.id)
        first, second = self.receivable(invoice).sorted("date_maturity")
        self.assertEqual((first.balance, second.balance), (300.0, 700.0))
        self.pay(invoice, 300.0)
        self.assertCollected(order, 300.0)
        # One payment closes the rest of the first and a part of the second instalment.
        self.pay(invoice, 450.0)
        self.assertCollected(order, 750.0)
        self.pay(invoice, 250.0)
        self.assertCollected(order, 1000.0)

    @rule("C3")
    def test_a_payment_without_an_entry_counts_nowhere(self):
        order = self.order()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 400.0,
                "journal_id": self.bank_journal.id,
                "invoice_ids": [Command.set(self.invoice(order).ids)],
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertEqual(payment.state, "in_process")
        self.assertFalse(payment.move_id)
        self.assertCollected(order, 0.0)
        with self.assertRefused("no journal entry", unchanged=payment):
            self.earmark(payment, order)
        self.assertCollected(order, 0.0)

    @rule("C3")
    def test_what_was_collected_before_the_go_live_counts_once(self):
        order = self.order()
        order.sudo().sop_contract_id.write(
            {
                "is_opening": True,
                "opening_amount_collected": 400.0,
                "opening_date": "2026-01-01",
            }
        )
        self.assertCollected(order, 400.0)
        payment = self.receive(250.0)
        self.earmark(payment, order)
        self.assertCollected(order, 650.0)
        self.match(self.invoice(order), payment.move_id)
        self.assertCollected(order, 650.0)

    def _money_is_not_counted_twice(self):
        """Money from before the go-live has no payment here."""
        opening = self.env["sop.contract"].search([("company_id", "=", self.company.id)])
        if not any(opening.mapped("opening_amount_collected")):
            return super()._money_is_not_counted_twice()
        return None

    @rule("C3")
    def test_a_payment_and_the_bank_line_that_clears_it_are_one_money(self):
        order = self.order()
        payment = self.receive(700.0)
        self.earmark(payment, order)
        line = self.bank_line(700.0)
        suspense = line.move_id.line_ids.filtered(
            lambda one: one.account_id == self.bank_journal.suspense_account_id
        )
        suspense.account_id = payment.outstanding_account_id
        outstanding = payment.move_id.line_ids.filtered(
            lambda one: one.account_id == payment.outstanding_account_id
        )
        (outstanding | suspense).reconcile()
        self.assertEqual(payment.state, "paid")
        self.assertCollected(order, 700.0)
        self.earmark_bank_line(line, order, 700.0)
        self.assertCollected(order, 700.0)

    @rule("C1")
    def test_of_an_invoice_rounded_to_five_cents_the_cash_counts(self):
        for total, paid in ((1000.02, 1000.0), (999.98, 1000.0)):
            order = self.order(total)
            invoice = self.rounded_invoice(order)
            self.assertEqual(invoice.amount_total, paid)
            self.pay(invoice, paid)
            self.assertCollected(order, paid)

    @rule("C1")
    def test_the_cents_of_a_rounding_are_shared_by_the_orders(self):
        small, large = self.order(300.04), self.order(700.04)
        invoice = self.rounded_invoice(small, large)
        self.assertEqual(invoice.amount_total, 1000.1)
        self.pay(invoice, 500.05)
        # Half of it: 500.05 x 300.04 / 1,000.08 and 500.05 x 700.04 / 1,000.08
        self.assertCollected(small, 150.02, large, 350.03)
        self.pay(invoice, 500.05)
        self.assertCollected(small, 300.05, large, 700.05)

    @rule("C1")
    def test_a_rounding_of_the_tax_is_cash_too(self):
        self.tax = self._new_tax(7.0)
        self.tax.invoice_repartition_line_ids.account_id = self.account("liability_current")
        order = self.order(999.99)
        invoice = self.rounded_invoice(order, strategy="biggest_tax")
        # 999.99 and 70.00 of tax are 1,069.99
        self.assertEqual(invoice.amount_total, 1070.0)
        self.pay(invoice, 1070.0)
        self.assertCollected(order, 1070.0)

    @rule("C1")
    def test_an_advance_and_an_invoice_that_costs_less(self):
        order = self.order(300.0)
        payment = self.receive(1000.0)
        self.earmark(payment, order)
        invoice = self.invoice(order)
        self.match(invoice, payment.move_id)
        self.assertCollected(order, 1000.0)
        payback = self.receive(700.0, payment_type="outbound")
        self.match(payment.move_id, payback.move_id)
        self.assertCollected(order, 300.0)


@tagged("post_install", "-at_install")
class TestOrdersOfOneContract(MoneyCase, FrameCase):
    """Two call-offs, 900.00 and 1,800.00, of one frame contract: what each of them collected."""

    def setUp(self):
        super().setUp()
        self.contract_order = self.frame(lines=[(self.work, 100, 90.0)])
        self.small = self.call_off(self.contract_order, 10, product=self.work)
        self.large = self.call_off(self.contract_order, 20, product=self.work)
        for order in (self.small, self.large):
            self.submit(order)
        self.contract = self.contract_order.sudo().sop_contract_id
        self.assertEqual(self.contract.amount_total, 2700.0)

    def assertShared(self, small, large):
        self.env.invalidate_all()
        orders = self.small.sudo() | self.large.sudo()
        self.assertEqual(orders.mapped("amount_collected"), [small, large])
        self.assertEqual(
            self.contract.amount_collected, self.contract.currency_id.round(small + large)
        )

    def earmark_to(self, amount, order=None):
        payment = self.receive(amount)
        allocation = self.earmark(payment, self.small)
        if order:
            allocation.order_id = order
        return payment

    @rule("C1")
    def test_one_invoice_over_both_shares_its_money_by_their_totals(self):
        self.pay(self.invoice(self.small, self.large), 500.0)
        # 166.666… and 333.333…: no cent is lost
        self.assertShared(166.67, 333.33)

    @rule("C3")
    def test_money_for_one_order_is_that_orders(self):
        self.earmark_to(900.0, self.large)
        self.assertShared(0.0, 900.0)

    @rule("C3")
    def test_money_for_the_contract_goes_to_what_its_orders_lack(self):
        self.earmark_to(1000.0)
        self.assertShared(333.33, 666.67)
        self.pay(self.invoice(self.small), 900.0)
        # Nothing lacks on the small one any more.
        self.assertShared(900.0, 1000.0)
        self.assertEqual(self.small.sudo().sop_percent_collected, 100.0)
        self.assertEqual(self.large.sudo().sop_percent_collected, 55.55)

    @rule("C3")
    def test_money_that_nobody_asks_for_is_shared_by_the_totals(self):
        self.earmark_to(3000.0)
        self.assertShared(1000.0, 2000.0)

    @rule("C3")
    def test_an_order_that_is_named_belongs_to_the_contract(self):
        stranger = self.order()
        allocation = self.earmark(self.receive(100.0), self.small)
        with self.assertRefused(stranger.name, self.contract.number, unchanged=allocation):
            self.rpc(allocation, "finance", "write", {"order_id": stranger.id})
