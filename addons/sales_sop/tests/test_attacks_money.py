from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_collection import ForeignCase
from .test_money_alert import AlertCase
from .test_money_cases import MoneyCase


@tagged("post_install", "-at_install")
class TestBookedMoney(AlertCase, MoneyCase):
    """What was booked of a customer's money stays until it is reset to draft (C1, C3)."""

    def setUp(self):
        super().setUp()
        self.sold = self.order()
        invoice = self.invoice(self.sold)
        self.payment = self.pay(
            invoice,
            575.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.account("expense").id,
        )
        self.entry = self.payment.move_id
        lines = self.entry.line_ids
        self.written_off = lines.filtered(
            lambda line: line.account_id.account_type == "expense"
        ).ensure_one()
        self.cash = (lines - self.receivable(self.entry) - self.written_off).ensure_one()

    def assertBooked(self, record, method, *arguments, **keywords):
        for role in ("accountant", "finance"):
            with self.assertRefused(
                self.payment.name,
                "stays as it was booked",
                "to draft",
                exception=AccessError,
                unchanged=[self.payment, self.entry.line_ids],
            ):
                self.rpc(record, role, method, *arguments, **keywords)
        self.assertCollected(self.sold, 575.0)

    @rule("C1")
    def test_what_was_written_off_does_not_become_cash(self):
        bank = self.bank_journal.default_account_id
        for account in (self.cash.account_id, bank):
            self.assertBooked(self.written_off, "write", {"account_id": account.id})
        more = {
            "line_ids": [
                Command.update(self.cash.id, {"balance": 1000.0}),
                Command.update(self.written_off.id, {"balance": 0.0}),
            ]
        }
        self.assertBooked(self.entry, "write", more, context={"skip_readonly_check": True})
        self.rpc(self.written_off, "accountant", "write", {"name": "Written off"})

    @rule("C3")
    def test_nothing_is_added_to_booked_money_or_taken_off_it(self):
        items = [
            {"move_id": self.entry.id, "account_id": line.account_id.id, "balance": balance}
            for line, balance in ((self.cash, 400.0), (self.receivable(self.entry), -400.0))
        ]
        self.assertBooked(self.env["account.move.line"], "create", items)
        less = {
            "line_ids": [
                Command.update(self.cash.id, {"balance": 1000.0}),
                Command.delete(self.written_off.id),
            ]
        }
        keys = {"skip_readonly_check": True, "force_delete": True}
        self.assertBooked(self.entry, "write", less, context=keys)

    @rule("C3", "B3")
    def test_what_a_payment_says_of_the_money_stays(self):
        other = self.env["res.partner"].create({"name": "Hillside Glass"})
        for values in (
            {"amount": 900.0},
            {"date": "2026-01-31"},
            {"partner_id": other.id},
            {"journal_id": self.bank_journal.copy().id},
        ):
            self.assertBooked(self.payment, "write", values)
        day = {"date": "2026-01-31"}
        self.assertBooked(self.entry, "write", day, context={"skip_readonly_check": True})
        # A form writes back what it shows.
        self.rpc(self.payment, "accountant", "write", {"amount": 575.0, "memo": "March"})

    @rule("C3")
    def test_a_mistake_is_corrected_in_a_draft(self):
        payment = self.receive(50.0)
        self.rpc(payment, "accountant", "action_draft")
        self.rpc(payment, "accountant", "write", {"amount": 500.0, "date": "2026-03-02"})
        self.rpc(payment, "accountant", "action_post")
        self.assertEqual(payment.move_id.amount_total, 500.0)

    @rule("C1")
    def test_an_earmarked_bank_line_that_is_booked_elsewhere_alerts(self):
        order = self.order()
        line = self.bank_line(1000.0)
        self.earmark_bank_line(line, order, 1000.0)
        self.invoice(order)
        suspense = line.move_id.line_ids.filtered(
            lambda item: item.account_id == self.bank_journal.suspense_account_id
        )
        self.assertNotAlerted(order)
        self.rpc(suspense, "finance", "write", {"account_id": self.account("asset_current").id})
        self.assertAlerted(order)
        self.assertCollected(order, 0.0)

    @rule("C1")
    def test_a_bank_line_that_is_less_cash_than_before_alerts(self):
        order = self.order()
        line = self.bank_line(1000.0)
        self.book_on_receivable(line)
        invoice = self.invoice(order)
        self.match(invoice, line.move_id)
        self.assertNotAlerted(order)
        # Half of what the customer is credited with is no cash any more.
        items = [
            Command.create({"account_id": account.id, "balance": balance})
            for account, balance in (
                (self.account("expense"), 1000.0),
                (self.receivable(invoice).account_id, -1000.0),
            )
        ]
        self.rpc(
            line.move_id,
            "finance",
            "write",
            {"line_ids": items},
            context={"skip_readonly_check": True},
        )
        self.assertAlerted(order)
        self.assertCollected(order, 500.0)

    @rule("C3")
    def test_a_bank_line_keeps_its_entry(self):
        self.users["banker"] = self._new_user("banker", "account.group_account_user", self.company)
        line, other = self.bank_line(1000.0), self.bank_line(5000.0)
        for entry in (other.move_id, self.entry):
            with self.assertRefused("is fixed when it is", exception=AccessError, unchanged=line):
                self.rpc(line, "banker", "write", {"move_id": entry.id})


@tagged("post_install", "-at_install")
class TestClearedMoney(AlertCase, MoneyCase):
    """The bank has a cheque when cash came, and not when somebody booked it away (C3)."""

    def setUp(self):
        super().setUp()
        self.sold = self.order()
        lines = self.bank_journal.inbound_payment_method_line_ids
        cheque = lines[0].copy({"name": "Cheque", "sop_paper_kind": "cheque"})
        self.cheque = self.receive(600.0, payment_method_line_id=cheque.id)
        self.earmark(self.cheque, self.sold)
        self.outstanding = self.cheque.outstanding_account_id

    def book(self, *items, role="accountant"):
        """An entry that takes the cheque off the outstanding account, matched with it."""
        entry = self.rpc_create(
            "account.move",
            role,
            {
                "journal_id": self.bank_journal.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in (*items, (self.outstanding, -600.0))
                ],
            },
        )
        self.rpc(entry, role, "action_post")
        lines = (entry | self.cheque.move_id).line_ids
        of_account = lines.filtered(lambda line: line.account_id == self.outstanding)
        self.rpc(of_account, role, "reconcile")
        return entry

    @rule("C3")
    def test_a_cheque_that_is_booked_away_is_not_cleared(self):
        bank, expense = self.bank_journal.default_account_id, self.account("expense")
        self.book((expense, 500.0), (bank, 100.0))
        self.assertFalse(self.cheque.is_matched)
        self.assertCollected(self.sold, 0.0)

    @rule("C3")
    def test_a_cheque_is_cleared_by_the_bank_less_its_fee(self):
        bank, expense = self.bank_journal.default_account_id, self.account("expense")
        self.book((expense, 5.0), (bank, 595.0))
        self.assertTrue(self.cheque.is_matched)
        self.assertCollected(self.sold, 600.0)

    @rule("C3")
    def test_cash_that_is_booked_elsewhere_later_cleared_nothing(self):
        bank, expense = self.bank_journal.default_account_id, self.account("expense")
        entry = self.book((bank, 600.0))
        self.invoice(self.sold)
        self.assertCollected(self.sold, 600.0)
        self.assertNotAlerted(self.sold)
        cash = entry.line_ids.filtered(lambda line: line.account_id == bank)
        self.rpc(cash, "accountant", "write", {"account_id": expense.id})
        self.assertCollected(self.sold, 0.0)
        self.assertAlerted(self.sold)

    @rule("C3")
    def test_an_entry_that_is_a_draft_again_clears_nothing(self):
        bank, expense = self.bank_journal.default_account_id, self.account("expense")
        entry = self.book((bank, 600.0))
        self.rpc(entry, "accountant", "button_draft")
        self.assertCollected(self.sold, 0.0)
        cash = entry.line_ids.filtered(lambda line: line.account_id == bank)
        self.rpc(cash, "accountant", "write", {"account_id": expense.id})
        self.rpc(entry, "accountant", "action_post")
        self.assertCollected(self.sold, 0.0)
        self.rpc(entry, "accountant", "button_draft")
        self.rpc(cash, "accountant", "write", {"account_id": bank.id})
        self.rpc(entry, "accountant", "action_post")
        self.assertCollected(self.sold, 600.0)

    @rule("C3")
    def test_an_entry_from_which_the_cash_is_taken_cleared_nothing(self):
        bank = self.bank_journal.default_account_id
        expense, income = self.account("expense"), self.account("income")
        by_hand = {"skip_readonly_check": True, "force_delete": True}
        other = self.rpc_create("account.move", "accountant", {"journal_id": self.bank_journal.id})
        taken = [
            Command.create({"account_id": account.id, "balance": balance})
            for account, balance in ((bank, -600.0), (expense, 600.0))
        ]
        for written, method, *arguments in (
            ("entry", "write", {"line_ids": taken}),
            ("items", "write", {"move_id": other.id}),
            ("items", "unlink"),
        ):
            with self.subTest(written=written, method=method):
                entry = self.book((bank, 600.0), (expense, 600.0), (income, -600.0))
                items = entry.line_ids.filtered(lambda line: line.account_id in (bank, income))
                self.assertCollected(self.sold, 600.0)
                record = {"entry": entry, "items": items}[written]
                self.rpc(record, "accountant", method, *arguments, context=by_hand)
                self.assertFalse(self.cheque.is_matched)
                self.assertCollected(self.sold, 0.0)
                self.rpc(entry.line_ids, "accountant", "remove_move_reconcile")

    @rule("C3")
    def test_the_cash_that_is_moved_into_an_entry_clears_by_it(self):
        """What was booked to a wrong account is put right: the cash is there after all."""
        bank, expense = self.bank_journal.default_account_id, self.account("expense")
        entry = self.book((expense, 600.0))
        self.assertCollected(self.sold, 0.0)
        right = [
            Command.create({"account_id": account.id, "balance": balance})
            for account, balance in ((bank, 600.0), (expense, -600.0))
        ]
        by_hand = {"skip_readonly_check": True}
        self.rpc(entry, "accountant", "write", {"line_ids": right}, context=by_hand)
        self.assertTrue(self.cheque.is_matched)
        self.assertCollected(self.sold, 600.0)


@tagged("post_install", "-at_install")
class TestForeignMoney(ForeignCase, MoneyCase):
    """Ten dollars are ten dollars, whatever is written into their entry (C3)."""

    def entry_of(self, payment, cash, customer):
        """The accountant writes other amounts into the entry of a payment and confirms it."""
        entry = payment.move_id
        self.rpc(payment, "accountant", "action_draft")
        owed = self.receivable(entry)
        items = ((entry.line_ids - owed, cash), (owed, customer))
        values = {"line_ids": [Command.update(item.id, changed) for item, changed in items]}
        self.rpc(entry, "accountant", "write", values, context={"skip_readonly_check": True})
        return entry

    @rule("C1", "C3")
    def test_the_entry_of_a_payment_brings_no_more_than_the_payment_says(self):
        euro = {"currency_id": self.euro.id}
        for received, cash, customer in (
            # A thousand dollars for ten.
            ({}, {"balance": 1000.0}, {"balance": -1000.0}),
            # Eight euro, for ten dollars, that are worth ten thousand.
            (euro, {"balance": 10000.0}, {"balance": -10000.0}),
            # Ten dollars that pay ten thousand euro.
            ({}, {"balance": 10.0}, {**euro, "amount_currency": -10000.0, "balance": -10.0}),
        ):
            with self.subTest(cash=cash, customer=customer):
                amount = 8.0 if received else 10.0
                payment = self.receive(amount, **received)
                entry = self.entry_of(payment, cash, customer)
                with self.assertRefused("its journal entry brings", unchanged=[payment, entry]):
                    self.rpc(payment, "accountant", "action_post")
                with self.assertRefused("its journal entry brings", unchanged=[payment, entry]):
                    self.rpc(payment, "accountant", "write", {"state": "in_process"})
                for right in (amount + 1.0, amount):
                    self.rpc(payment, "accountant", "write", {"amount": right})
                self.rpc(payment, "accountant", "action_post")
                self.assertEqual(entry.state, "posted")
                self.assertEqual(self.receivable(entry).balance, -10.0)

    @rule("C1", "C3")
    def test_a_bank_line_brings_no_more_euro_than_it_is_worth(self):
        order = self.order(10000.0, pricelist_id=self.pricelist.id)
        invoice = self.invoice(order, currency_id=self.euro.id)
        line = self.bank_line(10.0)
        suspense = self.bank_journal.suspense_account_id
        item = line.move_id.line_ids.filtered(lambda item: item.account_id == suspense)
        values = {
            "account_id": self.receivable(invoice).account_id.id,
            "currency_id": self.euro.id,
            "amount_currency": -10000.0,
            "balance": -10.0,
        }
        with self.assertRefused("takes another rate", line.move_id.name, unchanged=item):
            self.rpc(item, "accountant", "write", values)
        # Ten dollars are eight euro; the bank may give some cents less.
        self.rpc(item, "accountant", "write", {**values, "amount_currency": -7.9})
        self.match(invoice, line.move_id)
        self.assertCollected(order, 7.9)

    @rule("C1", "C3")
    def test_what_the_bank_says_in_another_currency_is_worth_what_came(self):
        order = self.order(10000.0, pricelist_id=self.pricelist.id)
        line = self.bank_line(10.0)
        line.write({"foreign_currency_id": self.euro.id, "amount_currency": 10000.0})
        with self.assertRefused("takes another rate", line.move_id.name):
            self.book_on_receivable(line)
        line.write({"amount_currency": 8.1})
        self.book_on_receivable(line)
        self.match(self.invoice(order, currency_id=self.euro.id), line.move_id)
        self.assertCollected(order, 8.1)

    @rule("C1", "C3")
    def test_a_euro_on_the_bank_is_not_worth_a_thousand_dollars(self):
        order = self.order()
        values = {"name": "Euro bank", "code": "EUB", "type": "bank", "currency_id": self.euro.id}
        journal = self.env["account.journal"].create({**values, "company_id": self.company.id})
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "partner_id": self.customer.id,
                "payment_ref": "transfer",
                "date": "2026-03-04",
                "amount": 8.0,
            }
        )
        cash = line.move_id.line_ids.filtered(lambda item: item.balance > 0)
        other = line.move_id.line_ids - cash
        more = [
            Command.update(cash.id, {"balance": 1000.0}),
            Command.update(other.id, {"balance": -1000.0}),
        ]
        by_hand = {"skip_readonly_check": True}
        with self.assertRefused("takes another rate", line.move_id.name):
            self.rpc(line.move_id, "accountant", "write", {"line_ids": more}, context=by_hand)
        self.earmark_bank_line(line, order, 8.0)
        self.assertCollected(order, 10.0)
