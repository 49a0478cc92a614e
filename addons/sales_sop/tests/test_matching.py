from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_collection import CollectionCase, ForeignCase

FORGERS = ("accountant", "stock_manager")


@tagged("post_install", "-at_install")
class TestMatching(CollectionCase):
    """What is collected is read from matchings, so nobody makes them up (C1, C3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["stock_manager"] = cls._new_user(
            "stock_manager", "stock.group_stock_manager", cls.company
        )

    def setUp(self):
        super().setUp()
        self.sold = self.order()
        self.claim = self.receivable(self.invoice(self.sold))
        self.money = self.receivable(self.receive(100.0).move_id)

    def _forge(self, role, debit=None, credit=None, amount=100.0, **values):
        return self.rpc_create(
            "account.partial.reconcile",
            role,
            {
                "debit_move_id": (debit or self.claim).id,
                "credit_move_id": (credit or self.money).id,
                "amount": amount,
                "debit_amount_currency": amount,
                "credit_amount_currency": amount,
                **values,
            },
        )

    @rule("C1", "C3")
    def test_a_matching_by_hand_is_of_no_more_than_both_entries_have(self):
        names = (self.claim.move_id.name, self.money.move_id.name)
        income = self.claim.move_id.line_ids - self.claim
        for role in FORGERS:
            with self.subTest(role=role):
                with self.assertRefused("More would be matched", *names):
                    self._forge(role, amount=1000.0)
                with self.assertRefused("More would be matched", *names):
                    self._forge(role, debit=self.money, credit=self.claim)
                with self.assertRefused("contradict", *names):
                    self._forge(role, amount=-100.0)
                with self.assertRefused("contradict", *names):
                    self._forge(role, debit_amount_currency=1000.0)
                with self.assertRefused("different accounts", self.claim.move_id.name):
                    self._forge(role, debit=self.claim, credit=income)
        self.assertCollected(self.sold, 0.0)
        self._forge("accountant", amount=60.0)
        self.assertCollected(self.sold, 60.0)
        with self.assertRefused("More would be matched", *names):
            self._forge("accountant", amount=60.0)
        self.match(self.claim.move_id, self.money.move_id)
        self.assertCollected(self.sold, 100.0)

    @rule("C1", "C3")
    def test_a_matching_is_not_changed_and_may_be_undone(self):
        self.match(self.claim.move_id, self.money.move_id)
        partial = self.claim.matched_credit_ids
        other = self.receivable(self.receive(900.0).move_id)
        changes = [
            {"amount": 1000.0},
            {"debit_amount_currency": 1000.0},
            {"credit_amount_currency": 0.0},
            {"credit_move_id": other.id},
            {"debit_currency_id": self.env.ref("base.EUR").id},
        ]
        for role in FORGERS:
            for values in changes:
                with (
                    self.subTest(role=role, values=values),
                    self.assertRefused("is not changed", self.claim.move_id.name),
                ):
                    self.rpc(partial, role, "write", values)
        with self.assertRefused("is not changed"):
            self.rpc(
                self.claim,
                "accountant",
                "write",
                {"matched_credit_ids": [Command.update(partial.id, {"amount": 900.0})]},
            )
        self.assertCollected(self.sold, 100.0)
        self.rpc(self.claim, "accountant", "remove_move_reconcile")
        self.assertCollected(self.sold, 0.0)

    @rule("C3")
    def test_spent_money_is_not_made_open_again(self):
        self.match(self.claim.move_id, self.money.move_id)
        for values in ({"amount_residual": -100.0}, {"amount_residual_currency": -100.0}):
            with self.assertRefused("cannot be written", exception=AccessError):
                self.rpc(self.money, "accountant", "write", values)
        self.rpc(self.money, "accountant", "write", {"name": "Transfer of March"})
        self.assertEqual(self.money.amount_residual, 0.0)


@tagged("post_install", "-at_install")
class TestMatchingForeign(ForeignCase):
    """An invoice in another currency is paid at a rate, not at any (C3)."""

    @rule("C1", "C3")
    def test_a_dollar_does_not_pay_a_thousand_euro(self):
        order = self.order(pricelist_id=self.pricelist.id)
        invoice = self.invoice(order, currency_id=self.euro.id)
        claim, money = self.receivable(invoice), self.receivable(self.receive(500.0).move_id)
        forced = {"forced_rate_from_register_payment": 2.0}
        with self.assertRefused("The rate differs", invoice.name, money.move_id.name):
            self.rpc(claim | money, "accountant", "reconcile", context=forced)
        with self.assertRefused("The rate differs", invoice.name, money.move_id.name):
            self.rpc_create(
                "account.partial.reconcile",
                "accountant",
                {
                    "debit_move_id": claim.id,
                    "credit_move_id": money.id,
                    "amount": 1.0,
                    "debit_amount_currency": 1000.0,
                    "credit_amount_currency": 1.0,
                },
            )
        self.assertCollected(order, 0.0)
        # The bank gave 0.82 euro for a dollar where the day's rate is 0.80.
        forced = {"forced_rate_from_register_payment": 0.82}
        self.rpc(claim | money, "accountant", "reconcile", context=forced)
        self.assertEqual(invoice.amount_residual, 590.0)
