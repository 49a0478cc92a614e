from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


class CollectionCase(SopCase):
    """Money that comes, is matched and goes again; what is sold needs no delivery."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work = cls._new_product("Overhaul", 1.0, type="service", invoice_policy="order")

    def assertCollected(self, *expected):
        """``assertCollected(order, amount, order, amount, …)``"""
        self.env.invalidate_all()
        for order, amount in zip(expected[::2], expected[1::2]):
            # One order to each contract: what the contract collected, its order did.
            self.assertEqual(order.sudo().sop_contract_id.amount_collected, amount)
            self.assertEqual(order.sudo().amount_collected, amount)

    def order(self, total=1000.0, **values):
        return self.effective_order(lines=[(self.work, 1, total)], **values)

    def receivable(self, move):
        return move.sudo().line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def invoice(self, *orders, move_type="out_invoice", **values):
        """A posted invoice over the orders' lines; the gates are not the subject here."""
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "quantity": line.product_uom_qty,
                            "price_unit": line.price_unit,
                            "tax_ids": [Command.set(line.tax_ids.ids)],
                            "sale_line_ids": [Command.set(line.ids)],
                        }
                    )
                    for order in orders
                    for line in order.sudo().order_line
                ],
                **values,
            }
        )
        self.post_ungated(move)
        return move

    def post_ungated(self, move):
        """The gate is not the subject here: what counts after posting is."""
        self.patch(type(move), "_invoice_blockers", lambda self, facts=None: [])
        move.action_post()

    def match(self, *moves):
        """Finance reconciles the customer's lines of these entries."""
        lines = self.env["account.move.line"].concat(*(self.receivable(move) for move in moves))
        self.as_user(lines.filtered(lambda line: not line.reconciled), "finance").reconcile()

    def pay(self, invoice, amount, **values):
        """Money for the invoice, registered from it."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return wizard.create(
            {
                "amount": amount,
                "payment_date": "2026-03-04",
                "journal_id": self.bank_journal.id,
                **values,
            }
        )._create_payments()

    def bank_line(self, amount):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "partner_id": self.customer.id,
                "payment_ref": "transfer",
                "date": "2026-03-04",
                "amount": amount,
            }
        )

    def book_on_receivable(self, bank_line):
        """What the bank matching does: the suspense line becomes the customer's."""
        suspense = bank_line.move_id.line_ids.filtered(
            lambda line: line.account_id == self.bank_journal.suspense_account_id
        )
        suspense.account_id = self.customer.with_company(
            self.company
        ).property_account_receivable_id


@tagged("post_install", "-at_install")
class TestCollection(CollectionCase):
    """What counts as collected, each amount computed by hand (C1, C3)."""

    @rule("C3")
    def test_an_advance_counts_before_and_after_it_is_matched(self):
        order = self.order()
        payment = self.receive(700.0)
        self.earmark(payment, order)
        self.assertCollected(order, 700.0)
        self.match(self.invoice(order), payment.move_id)
        self.assertCollected(order, 700.0)

    @rule("C1")
    def test_an_invoice_over_two_orders_shares_its_money(self):
        small, large = self.order(300.0), self.order(700.0)
        self.pay(self.invoice(small, large), 500.0)
        # 500 x 300 / 1,000 and 500 x 700 / 1,000
        self.assertCollected(small, 150.0, large, 350.0)

    @rule("C1")
    def test_a_write_off_is_no_money(self):
        order = self.order(1150.0)
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        self.pay(
            self.invoice(order),
            575.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        self.assertCollected(order, 575.0)

    @rule("C1")
    def test_a_write_off_by_entry_is_no_money(self):
        order = self.order()
        invoice = self.invoice(order)
        receivable = self.receivable(invoice).account_id
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "balance": -1000.0,
                        }
                    ),
                    Command.create({"account_id": account.id, "balance": 1000.0}),
                ],
            }
        )
        entry.action_post()
        self.match(invoice, entry)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 0.0)

    def doubtful(self):
        """Another account of customers, for debts that are disputed or doubtful."""
        account = self.customer.with_company(self.company).property_account_receivable_id
        return account.copy({"code": "121997", "name": "Doubtful debts"})

    @rule("C1")
    def test_what_a_payment_moves_to_doubtful_debts_is_no_money(self):
        order = self.order()
        invoice, account = self.invoice(order), self.doubtful()
        write_off = {"payment_difference_handling": "reconcile", "writeoff_account_id": account.id}
        self.pay(invoice, 1.0, **write_off)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 1.0)
        [rest] = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertEqual(rest.amount_residual, 999.0)
        # Written off there by an entry, it still is no money.
        expense = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        customer = {"account_id": account.id, "partner_id": self.customer.id}
        entry = self.env["account.move"].create(
            {
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"balance": -999.0, **customer}),
                    Command.create({"balance": 999.0, "account_id": expense.id}),
                ],
            }
        )
        entry.action_post()
        (rest | entry.line_ids[0]).reconcile()
        self.assertEqual(rest.amount_residual, 0.0)
        self.assertCollected(order, 1.0)
        # Paid there, it is money of no invoice.
        (rest | entry.line_ids[0]).remove_move_reconcile()
        (
            rest | self.receivable(self.receive(999.0, destination_account_id=account.id).move_id)
        ).reconcile()
        self.assertCollected(order, 1.0)

    @rule("C1")
    def test_what_a_bank_line_moves_to_doubtful_debts_is_no_money(self):
        order = self.order()
        invoice, line = self.invoice(order), self.bank_line(600.0)
        self.split(line, -1000.0, (400.0, self.doubtful()))
        (self.receivable(line.move_id).sorted("balance")[0] | self.receivable(invoice)).reconcile()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertCollected(order, 600.0)

    def split(self, bank_line, balance, *others):
        """The bank line credits the customer with ``balance`` and books the rest elsewhere."""
        account = self.customer.with_company(self.company).property_account_receivable_id
        suspense = bank_line.move_id.line_ids.filtered(
            lambda line: line.account_id == self.bank_journal.suspense_account_id
        )
        rest = [
            Command.create(
                {"account_id": other.id, "partner_id": self.customer.id, "balance": amount}
            )
            for amount, other in others
        ]
        values = {"account_id": account.id, "balance": balance, "amount_currency": balance}
        entry = bank_line.move_id.with_context(skip_readonly_check=True)
        entry.line_ids = [Command.update(suspense.id, values), *rest]

    @rule("C1")
    def test_a_credit_note_that_the_customer_deducts_takes_its_own_contracts_money(self):
        order, other = self.order(), self.order(200.0)
        self.pay(self.invoice(other), 200.0)
        invoice, credit = self.invoice(order), self.invoice(other, move_type="out_refund")
        self.assertCollected(order, 0.0, other, 200.0)
        account = self.receivable(invoice).account_id
        line = self.bank_line(800.0)
        self.split(line, -1000.0, (200.0, account))
        debit, customer = self.receivable(line.move_id).sorted("balance", reverse=True)
        (customer | self.receivable(invoice)).reconcile()
        self.assertCollected(order, 800.0, other, 200.0)
        (debit | self.receivable(credit)).reconcile()
        self.assertCollected(order, 1000.0, other, 0.0)

    @rule("C1")
    def test_a_credit_note_is_no_money_until_it_is_paid_back(self):
        order = self.order()
        self.invoice(order)
        credit = self.invoice(order, move_type="out_refund")
        credit.button_draft()
        credit.invoice_line_ids.price_unit = 200.0
        credit.action_post()
        self.assertCollected(order, 0.0)
        payback = self.receive(200.0, payment_type="outbound")
        self.match(credit, payback.move_id)
        self.assertCollected(order, -200.0)

    @rule("C1")
    def test_a_credit_note_matched_with_the_invoice_is_no_money(self):
        order = self.order()
        self.match(self.invoice(order), self.invoice(order, move_type="out_refund"))
        self.assertCollected(order, 0.0)

    @rule("C3")
    def test_an_overpayment_counts_as_far_as_it_is_earmarked(self):
        order = self.order()
        payment = self.receive(1200.0)
        self.earmark(payment, order)
        self.match(self.invoice(order), payment.move_id)
        self.assertCollected(order, 1200.0)

    @rule("C3")
    def test_the_rest_of_an_overpayment_is_free_without_an_earmark(self):
        order, next_order = self.order(), self.order()
        payment = self.receive(1200.0)
        self.match(self.invoice(order), payment.move_id)
        self.assertCollected(order, 1000.0)
        self.earmark(payment, next_order, 200.0)
        self.assertCollected(order, 1000.0, next_order, 200.0)

    @rule("C3")
    def test_the_invoice_uses_up_the_earmark_first(self):
        order = self.order(300.0)
        payment = self.receive(1200.0)
        self.earmark(payment, order, 500.0)
        self.match(self.invoice(order), payment.move_id)
        # 300 paid the invoice, 200 of the earmark are left, 700 of the money are free
        self.assertCollected(order, 500.0)

    @rule("C3")
    def test_one_payment_over_three_contracts(self):
        first, second, third = self.order(), self.order(), self.order()
        payment = self.receive(900.0)
        for order, amount in ((first, 100.0), (second, 300.0), (third, 500.0)):
            self.earmark(payment, order, amount)
        self.assertCollected(first, 100.0, second, 300.0, third, 500.0)
        invoices = [self.invoice(order) for order in (first, second, third)]
        self.match(*invoices[:1], payment.move_id)
        # All 900 went to the first invoice: nothing is left for the other two.
        self.assertCollected(first, 900.0, second, 0.0, third, 0.0)

    @rule("C1")
    def test_one_invoice_by_three_payments(self):
        order = self.order()
        invoice = self.invoice(order)
        for amount, collected in ((100.0, 100.0), (200.5, 300.5), (699.5, 1000.0)):
            self.pay(invoice, amount)
            self.assertCollected(order, collected)

    @rule("C3")
    def test_a_bank_line_as_an_advance_and_then_matched(self):
        order = self.order()
        line = self.bank_line(400.0)
        self.book_on_receivable(line)
        self.as_user(self.env["sop.payment.allocation"], "finance").create(
            {
                "statement_line_id": line.id,
                "contract_id": order.sudo().sop_contract_id.id,
                "amount": 400.0,
            }
        )
        self.assertCollected(order, 400.0)
        self.match(self.invoice(order), line.move_id)
        self.assertCollected(order, 400.0)

    @rule("C3")
    def test_a_bank_line_counts_before_anybody_has_matched_it(self):
        """Money on the suspense account is in the bank."""
        order = self.order()
        line = self.bank_line(700.0)
        earmark = self.as_user(self.env["sop.payment.allocation"], "finance").create(
            {
                "statement_line_id": line.id,
                "contract_id": order.sudo().sop_contract_id.id,
                "amount": 700.0,
            }
        )
        self.assertCollected(order, 700.0)
        with self.assertRefused("700.01", "700.00", unchanged=earmark):
            self.rpc(earmark, "finance", "write", {"amount": 700.01})
        self.book_on_receivable(line)
        self.assertCollected(order, 700.0)
        self.match(self.invoice(order), line.move_id)
        self.assertCollected(order, 700.0)

    @rule("C3")
    def test_a_bank_line_that_pays_another_invoice_is_no_advance(self):
        order, other = self.order(), self.order()
        line = self.bank_line(700.0)
        self.as_user(self.env["sop.payment.allocation"], "finance").create(
            {
                "statement_line_id": line.id,
                "contract_id": order.sudo().sop_contract_id.id,
                "amount": 700.0,
            }
        )
        self.book_on_receivable(line)
        self.match(self.invoice(other), line.move_id)
        self.assertCollected(order, 0.0, other, 700.0)

    @rule("C1")
    def test_a_bank_line_straight_to_the_invoice(self):
        order = self.order()
        line = self.bank_line(400.0)
        self.book_on_receivable(line)
        self.match(self.invoice(order), line.move_id)
        self.assertCollected(order, 400.0)

    @rule("C3")
    def test_a_payment_that_is_undone_does_not_count(self):
        for undo in ("action_draft", "action_cancel", "action_reject"):
            order = self.order()
            payment = self.receive(600.0)
            self.earmark(payment, order)
            self.assertCollected(order, 600.0)
            getattr(self.as_user(payment, "finance"), undo)()
            self.assertCollected(order, 0.0)

    @rule("C1", "C3")
    def test_rejected_money_counts_again_only_when_it_is_booked_again(self):
        order = self.order()
        for end in ("action_reject", "action_cancel"):
            payment = self.collect(order, 600.0).payment_id
            self.rpc(payment, "finance", end)
            self.assertCollected(order, 0.0)
            label = "Rejected" if end == "action_reject" else "Canceled"
            for role in ("finance", "accountant"):
                for state in ("in_process", "paid"):
                    with self.assertRefused(label, "600.00", "Reset to Draft", unchanged=payment):
                        self.rpc(payment, role, "write", {"state": state})
                with self.assertRefused("Reset to Draft", unchanged=payment):
                    self.rpc(payment, role, "action_validate")
            self.assertCollected(order, 0.0)
            self.rpc(payment, "finance", "action_draft")
            self.assertCollected(order, 0.0)
            self.rpc(payment, "finance", "action_post")
            self.assertCollected(order, 600.0)
            self.rpc(payment, "finance", "action_draft")

    @rule("C1")
    def test_a_paid_invoice_whose_payment_is_undone_has_collected_nothing(self):
        for undo in ("action_draft", "action_cancel", "action_reject"):
            order = self.order()
            payment = self.receive(600.0)
            self.match(self.invoice(order), payment.move_id)
            self.assertCollected(order, 600.0)
            getattr(self.as_user(payment, "finance"), undo)()
            self.assertCollected(order, 0.0)

    @rule("C1")
    def test_unmatched_money_counts_where_it_is_earmarked(self):
        order = self.order()
        payment = self.receive(600.0)
        self.earmark(payment, order, 250.0)
        self.match(self.invoice(order), payment.move_id)
        self.assertCollected(order, 600.0)
        self.receivable(payment.move_id).remove_move_reconcile()
        self.assertCollected(order, 250.0)

    @rule("C1")
    def test_money_moved_to_another_invoice_counts_there(self):
        order, other = self.order(), self.order()
        payment = self.receive(600.0)
        self.match(self.invoice(order), payment.move_id)
        self.receivable(payment.move_id).remove_move_reconcile()
        self.match(self.invoice(other), payment.move_id)
        self.assertCollected(order, 0.0, other, 600.0)

    @rule("C3")
    def test_an_advance_that_another_contracts_invoice_used_up_is_gone(self):
        order, other = self.order(), self.order()
        payment = self.receive(700.0)
        self.earmark(payment, order)
        invoice = self.invoice(other)
        self.pay(invoice, 600.0)
        self.match(invoice, payment.move_id)
        # 400 of the 700 paid the other contract's rest, 300 are still open here.
        self.assertCollected(order, 300.0, other, 1000.0)

    @rule("C3")
    def test_an_advance_paid_back_is_gone(self):
        order = self.order()
        payment = self.receive(700.0)
        self.earmark(payment, order)
        payback = self.receive(700.0, payment_type="outbound")
        self.match(payment.move_id, payback.move_id)
        self.assertCollected(order, 0.0)

    @rule("C1")
    def test_down_payment_and_final_invoice(self):
        order = self.delivered_order()
        self.collect(order, 600.0)
        self.draft_down_payment(order, 30.0, "salesperson")
        down_payment = self.post(order.sudo().invoice_ids)
        money = self.env["account.payment"].search([("partner_id", "=", self.customer.id)])
        self.match(down_payment, money.move_id)
        self.assertCollected(order, 600.0)
        final = self.post(self.draft_invoice(order))
        self.assertEqual(final.amount_total, 700.0)
        self.match(final, money.move_id)
        self.assertCollected(order, 600.0)
        self.pay(final, 400.0)
        self.assertCollected(order, 1000.0)


class ForeignCase(CollectionCase):
    """Euro in a dollar company; one dollar is 0.80 euro when the contract is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls._rate("2020-01-01", 0.8)
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.euro.id, "company_id": cls.company.id}
        )

    @classmethod
    def _rate(cls, day, rate, currency=None):
        currency = currency or cls.euro
        cls.env["res.currency.rate"].create(
            {"name": day, "rate": rate, "currency_id": currency.id, "company_id": cls.company.id}
        )


@tagged("post_install", "-at_install")
class TestCollectionForeign(ForeignCase):
    """Money and contracts in different currencies."""

    @rule("C1")
    def test_a_euro_advance_on_a_euro_contract(self):
        order = self.order(pricelist_id=self.pricelist.id)
        self.earmark(self.receive(600.0, currency_id=self.euro.id), order)
        self._rate(self.today(), 0.4)
        self.assertCollected(order, 600.0)

    @rule("C1")
    def test_a_dollar_advance_on_a_euro_contract_at_the_frozen_rate(self):
        order = self.order(pricelist_id=self.pricelist.id)
        self._rate("2026-03-01", 0.4)
        self.earmark(self.receive(500.0), order)
        # 500 dollars x 0.80 euro, not x 0.40
        self.assertCollected(order, 400.0)

    @rule("C1")
    def test_a_euro_advance_on_a_dollar_contract(self):
        order = self.order()
        self._rate("2026-03-01", 0.5)
        self.earmark(self.receive(300.0, currency_id=self.euro.id), order)
        # booked as 300 / 0.50 = 600 dollars
        self.assertCollected(order, 600.0)

    @rule("C1")
    def test_a_euro_invoice_on_a_dollar_contract_after_the_rate_changed(self):
        order = self.order()
        self._rate("2026-03-01", 0.5)
        invoice = self.invoice(order, currency_id=self.euro.id)
        self.assertEqual(invoice.amount_total, 1000.0)
        self.pay(invoice, 250.0)
        # 250 euro / 0.50 = 500 dollars
        self.assertCollected(order, 500.0)

    @rule("C1")
    def test_a_euro_invoice_paid_in_dollars(self):
        order = self.order(pricelist_id=self.pricelist.id)
        invoice = self.invoice(order, currency_id=self.euro.id)
        payment = self.receive(500.0)
        self.match(invoice, payment.move_id)
        # 500 dollars at 0.80 settle 400 euro of the invoice
        self.assertEqual(invoice.amount_residual, 600.0)
        self.assertCollected(order, 400.0)

    def exchange_entries(self, invoice):
        journal = self.company.currency_exchange_journal_id
        partials = self.receivable(invoice).matched_credit_ids
        return partials.exchange_move_id.filtered(lambda move: move.journal_id == journal)

    @rule("C1")
    def test_the_difference_of_two_rates_is_no_money(self):
        order = self.order(pricelist_id=self.pricelist.id)
        invoice = self.invoice(order, currency_id=self.euro.id)
        self._rate("2026-03-04", 0.5)
        self.pay(invoice, 400.0, currency_id=self.euro.id)
        self.assertCollected(order, 400.0)
        self.pay(invoice, 600.0, currency_id=self.euro.id)
        # Owed 1,250 dollars, received 2,000 dollars: the books show 750 of gain.
        differences = self.receivable(self.exchange_entries(invoice))
        self.assertEqual(sum(differences.mapped("balance")), 750.0)
        self.assertCollected(order, 1000.0)
        self.receivable(invoice).remove_move_reconcile()
        self.assertCollected(order, 0.0)

    @rule("C1")
    def test_of_a_euro_invoice_a_dollar_contract_collects_what_it_was_worth(self):
        order = self.order()
        invoice = self.invoice(order, currency_id=self.euro.id)
        self._rate("2026-03-04", 0.5)
        payment = self.pay(invoice, 1000.0, currency_id=self.euro.id)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertTrue(self.exchange_entries(invoice))
        # The invoice was worth 1,250 dollars; the gain belongs to no contract.
        self.assertEqual(payment.move_id.amount_total_signed, 2000.0)
        self.assertCollected(order, 1250.0)

    @rule("C1")
    def test_a_write_off_in_euro_leaves_the_euro_that_came(self):
        order = self.order(pricelist_id=self.pricelist.id)
        invoice = self.invoice(order, currency_id=self.euro.id)
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        # 1.90 euro are 2.375 dollars, booked as 2.38.
        self.pay(
            invoice,
            1.9,
            currency_id=self.euro.id,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        self.env.invalidate_all()
        [row] = self.env["sop.collection"].search(self._of(order))
        self.assertAlmostEqual(row.amount, 1.9, 6)

    def _of(self, order):
        return [("contract_id", "=", order.sudo().sop_contract_id.id)]
