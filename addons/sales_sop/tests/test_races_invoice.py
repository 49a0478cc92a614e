from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_races import RaceCase

TIMES = 100


class InvoiceRaceCase(RaceCase):
    """Invoices and credit notes over drives, and what finance does with them."""

    def _move(self, order, quantity, move_type="out_invoice"):
        line = {
            "product_id": self.drive.id,
            "quantity": quantity,
            "price_unit": 100.0,
            "tax_ids": [Command.set(self.tax.ids)],
            "sale_line_ids": [Command.set(order.order_line.ids)],
        }
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )

    def _do(self, method, move):
        return lambda env: getattr(self.seen_by(env, move, "finance"), method)()

    def _refused(self, method, move, *texts):
        def act(env):
            with self.assertRefused(*texts):
                self._do(method, move)(env)

        return act


@tagged("post_install", "-at_install")
class TestInvoiceRaces(InvoiceRaceCase):
    """Whoever is first: never more is invoiced than agreed (C2)."""

    @rule("C2", "D3")
    def test_two_invoices_of_one_contract_posted_together_a_hundred_times(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        first, second = self._move(order, 6), self._move(order, 6)
        for turn in range(TIMES):
            winner, loser = (first, second) if turn % 2 else (second, first)
            self.race(
                self._do("action_post", winner), self._refused("action_post", loser, "only 4")
            )
            self.assertEqual((winner.state, loser.state), ("posted", "draft"))
            winner.button_draft()

    @rule("C2")
    def test_a_credit_note_is_taken_back_while_its_goods_are_invoiced_again(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        self._move(order, 10).action_post()
        credit, again = self._move(order, 10, "out_refund"), self._move(order, 10)
        credit.action_post()
        take_back, post = self._do("button_draft", credit), self._do("action_post", again)
        for __ in range(TIMES // 2):
            self.race(post, self._refused("button_draft", credit, "C2", "2,000.00"))
            self.assertEqual((credit.state, again.state), ("posted", "posted"))
            again.button_draft()
            self.race(take_back, self._refused("action_post", again, "D3", "only 0"))
            self.assertEqual((credit.state, again.state), ("draft", "draft"))
            credit.action_post()

    @rule("C2")
    def test_an_invoice_is_credited_twice_or_taken_back_at_the_same_moment(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self._move(order, 10)
        invoice.action_post()
        first, second = (self._move(order, 6, "out_refund") for __ in range(2))
        for turn in range(TIMES // 5):
            winner, loser = (first, second) if turn % 2 else (second, first)
            self.race(
                self._do("action_post", winner),
                self._refused("action_post", loser, "C2", "600.00", "400.00"),
            )
            winner.button_draft()
            self.race(
                self._do("action_post", winner),
                self._refused("button_draft", invoice, "C2", "credit note back first"),
            )
            self.assertEqual((winner.state, invoice.state), ("posted", "posted"))
            winner.button_draft()


@tagged("post_install", "-at_install")
class TestSplitOrderRaces(InvoiceRaceCase):
    """Up to 600.00 no invoice of a customer needs a decision, however many are posted (C2)."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, invoice_auto_amount=600.0, **term)

    def setUp(self):
        super().setUp()
        # What the other test has committed is of another customer.
        self.customer = self.customer.copy()

    def _draft(self, quantity):
        order = self.delivered_order(lines=[(self.drive, quantity, 100.0)])
        self.collect(order, 100.0 * quantity)
        return self._move(order, quantity)

    @rule("C2")
    def test_invoices_of_two_split_orders_posted_together_a_hundred_times(self):
        first, second = self._draft(4), self._draft(4)
        for turn in range(TIMES):
            winner, loser = (first, second) if turn % 2 else (second, first)
            self.race(
                self._do("action_post", winner),
                self._refused("action_post", loser, "in the last 30 days", "400.00", "600.00"),
            )
            self.assertEqual((winner.state, loser.state), ("posted", "draft"))
            winner.button_draft()

    @rule("C2")
    def test_a_credit_note_is_taken_back_while_a_split_order_is_invoiced(self):
        first, second = self._draft(4), self._draft(4)
        first.action_post()
        credit = self._move(first.line_ids.sale_line_ids.order_id, 4, "out_refund")
        credit.action_post()
        take_back, post = self._do("button_draft", credit), self._do("action_post", second)
        for __ in range(TIMES // 2):
            self.race(post, self._refused("button_draft", credit, "C2", "800.00", "600.00"))
            self.assertEqual((credit.state, second.state), ("posted", "posted"))
            second.button_draft()
            self.race(take_back, self._refused("action_post", second, "in the last 30 days"))
            self.assertEqual((credit.state, second.state), ("draft", "draft"))
            credit.action_post()
