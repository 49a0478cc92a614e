from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import rule
from .test_money_paper import PaperCase
from .test_races import RaceCase

TIMES = 100


@tagged("post_install", "-at_install")
class TestMoneyRaces(RaceCase, PaperCase):
    """Money that goes at the moment when an invoice rests on it: never more than allowed."""

    def setUp(self):
        super().setUp()
        self.sold = self.order()

    def draft(self, quantity):
        """A draft over a part of the order, which is a service of 1,000.00."""
        move = self.draft_invoice(self.sold)
        move.invoice_line_ids.quantity = quantity
        return move

    def _post(self, invoice, refused):
        def post(env):
            try:
                self.seen_by(env, invoice, "finance").action_post()
            except UserError as error:
                refused.append(str(error))

        return post

    def _matched_money(self):
        """600.00 that count only because they are matched with a posted invoice."""
        self.as_user(self.sold, "salesperson").action_confirm()
        earmark = self.collect(self.sold, 600.0)
        paid = self.draft(0.6)
        self.post(paid)
        payment = earmark.payment_id
        self.match(paid, payment.move_id)
        earmark.unlink()
        return paid, payment

    @rule("C1")
    def test_unmatching_against_posting_a_hundred_times(self):
        paid, payment = self._matched_money()
        invoice = self.draft(0.4)
        lines = self.receivable(paid) | self.receivable(payment.move_id)
        for turn in range(TIMES):
            refused = []
            self.race(
                lambda env: self.seen_by(env, lines, "finance").remove_move_reconcile(),
                self._post(invoice, refused),
            )
            self.assertEqual(len(refused), 1, turn)
            self.assertIn("C1", refused[0])
            self.assertEqual(invoice.state, "draft", turn)
            self.match(paid, payment.move_id)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("C1", "C3")
    def test_a_bill_that_bounces_against_posting(self):
        self.as_user(self.sold, "salesperson").action_confirm()
        paper = self.countersigned(self.sold)
        invoice, refused = self.draft(1.0), []
        self.race(
            lambda env: self.seen_by(env, paper, "finance")._bounce("No cover"),
            self._post(invoice, refused),
        )
        self.assertIn("C1", refused[0])
        self.assertEqual(invoice.state, "draft")

    @rule("C1", "C3")
    def test_a_payment_of_an_invoice_rejected_against_posting_the_next(self):
        __, payment = self._matched_money()
        invoice, refused = self.draft(0.4), []
        self.race(
            lambda env: self.seen_by(env, payment, "finance").action_reject(),
            self._post(invoice, refused),
        )
        self.assertIn("C1", refused[0])
        self.assertEqual(invoice.state, "draft")
