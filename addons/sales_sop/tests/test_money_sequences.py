from collections import defaultdict

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import float_round

from .common import rule
from .test_money_paper import PaperCase

AMOUNTS = st.integers(1, 150_000).map(lambda cents: cents / 100)
SMALL = st.integers(1, 20_000).map(lambda cents: cents / 100)
WHICH = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("receive"), AMOUNTS),
    st.tuples(st.just("pay"), WHICH, SMALL),
    st.tuples(st.just("invoice"), WHICH),
    st.tuples(st.just("bill"), WHICH, AMOUNTS),
    st.tuples(st.just("bounce"), WHICH),
    st.tuples(st.just("earmark"), WHICH, WHICH, AMOUNTS),
    st.tuples(st.just("move_earmark"), WHICH, WHICH),
    st.tuples(st.just("reconcile"), WHICH, WHICH),
    st.tuples(st.just("unreconcile"), WHICH),
    st.tuples(st.just("credit"), WHICH, SMALL),
    st.tuples(st.just("match_credit"), WHICH, WHICH),
    st.tuples(st.just("refund_credit"), WHICH),
    st.tuples(st.just("give_back"), WHICH, SMALL),
    st.tuples(st.just("reject"), WHICH),
    st.tuples(st.just("reset"), WHICH),
    st.tuples(st.just("post_again"), WHICH),
)


@tagged("post_install", "-at_install")
class TestMoneySequences(PaperCase):
    """Whatever finance does in whatever order: every cent counts once (C3)."""

    @rule("C1", "C3")
    def test_every_cent_counts_once(self):
        # Small against the payments, so that a payment is often matched in part only.
        self.orders = [self.order(200.0), self.order(300.0)]
        self.order_of = {self.invoice(order): order for order in self.orders}
        self._try_sequences()

    @settings(
        max_examples=10,
        deadline=None,
        database=None,
        # Looking for the shortest sequence would take minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(AMOUNTS, AMOUNTS, st.lists(STEPS, min_size=3, max_size=9))
    def _try_sequences(self, received, earmarked, steps):
        before = dict(self.order_of)
        savepoint = self.env.cr.savepoint(flush=True)
        with savepoint:
            self.payments, self.paybacks, self.earmarks = [], [], []
            self.papers, self.credits = [], []
            self._step_receive(received)
            self._step_earmark(0, 0, min(received, earmarked))
            for name, *arguments in [*steps, ("reconcile", 0, 0)]:
                self._try_step(name, arguments)
                self._check_every_cent(name)
            savepoint.rollback()
        self.order_of = before
        self.env.invalidate_all()

    def _try_step(self, name, arguments):
        lists = (self.payments, self.paybacks, self.earmarks, self.papers, self.credits)
        lengths = [len(records) for records in lists]
        invoices = dict(self.order_of)
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_step_{name}")(*arguments)
                self.env.flush_all()
        except UserError:
            # Refused, for example more earmarked than received: then nothing may have changed.
            self.env.invalidate_all()
            self.order_of = invoices
            for records, length in zip(lists, lengths, strict=True):
                del records[length:]

    # -- what finance does ---------------------------------------------------------------------

    def _pick(self, records, which):
        return records[which % len(records)]

    def _step_receive(self, amount):
        self.payments.append(self.receive(amount))

    def _step_earmark(self, payment, order, amount):
        payment = self._pick(self.payments, payment)
        self.earmarks.append(self.earmark(payment, self._pick(self.orders, order), amount))

    def _step_move_earmark(self, earmark, order):
        earmarks = [earmark for earmark in self.earmarks if earmark.exists()]
        if earmarks:
            contract = self._pick(self.orders, order).sudo().sop_contract_id
            earmark = self._pick(earmarks, earmark)
            no_order = self.env["sale.order"]
            self.as_user(earmark, "finance")._move(contract, no_order, earmark.amount, "Wrong")

    def _step_pay(self, invoice, amount):
        invoices = [move for move in self.order_of if move.move_type == "out_invoice"]
        self.payments.append(self.pay(self._pick(invoices, invoice), amount))

    def _step_invoice(self, order):
        order = self._pick(self.orders, order)
        self.order_of[self.invoice(order)] = order

    def _step_bill(self, order, amount):
        order = self._pick(self.orders, order)
        paper = self.countersigned(order, amount=amount, name=f"B{len(self.payments)}")
        self.papers.append(paper)
        self.payments.append(paper.sudo().payment_id)
        self.earmarks.append(paper.sudo().payment_id.allocation_ids)

    def _step_bounce(self, paper):
        if self.papers:
            self.bounce(self._pick(self.papers, paper))

    def _step_credit(self, order, amount):
        order = self._pick(self.orders, order)
        credit = self.invoice(order, move_type="out_refund")
        credit.button_draft()
        credit.invoice_line_ids.price_unit = amount
        credit.action_post()
        self.order_of[credit] = order
        self.credits.append(credit)

    def _step_match_credit(self, credit, invoice):
        if self.credits:
            invoice = self._pick(list(self.order_of), invoice)
            self.match(self._pick(self.credits, credit), invoice)

    def _step_refund_credit(self, credit):
        if self.credits:
            credit = self._pick(self.credits, credit)
            payback = self.receive(credit.amount_total, payment_type="outbound")
            self.match(credit, payback.move_id)
            self.paybacks.append(payback)

    def _step_give_back(self, payment, amount):
        payback = self.receive(amount, payment_type="outbound")
        self.match(self._pick(self.payments, payment).move_id, payback.move_id)
        self.paybacks.append(payback)

    def _step_reject(self, payment):
        self._pick(self.payments, payment).action_reject()

    def _step_reconcile(self, payment, invoice):
        invoice = self._pick(list(self.order_of), invoice)
        self.match(invoice, self._pick(self.payments, payment).move_id)

    def _step_unreconcile(self, payment):
        self.receivable(self._pick(self.payments, payment).move_id).remove_move_reconcile()

    def _step_reset(self, payment):
        self._pick(self.payments, payment).action_draft()

    def _step_post_again(self, payment):
        self._pick(self.payments, payment).action_post()

    # -- what has to hold ----------------------------------------------------------------------

    def _check_every_cent(self, step):
        """Count by hand, payment by payment, in the order in which the earmarks were made."""
        self.env.invalidate_all()
        contracts = self.env["sop.contract"].concat(*map(self._contract, self.orders))
        expected, refunded = defaultdict(float), self._refunded()
        free = received = 0.0
        for payment in self.payments:
            if payment.state in ("in_process", "paid"):
                received += payment.amount
                free += self._count(payment, expected)
        collected = contracts._collected()
        for contract in contracts:
            amount = collected.get(contract.id, 0.0)
            # Nothing is negative but what was paid back.
            self.assertGreaterEqual(amount, -refunded[contract.id] - 0.001, step)
            by_hand = expected[contract.id] - refunded[contract.id]
            self.assertAlmostEqual(amount, float_round(by_hand, 2), 2, msg=step)
        self.assertGreaterEqual(free, -0.001, step)
        self._money_is_the_same_however_it_is_asked()
        there = sum(collected.values()) + free + sum(refunded.values()) + self.given_back
        self.assertAlmostEqual(there, received, 2, msg=step)

    def _contract(self, order):
        return order.sudo().sop_contract_id

    def _refunded(self):
        """What was paid back on credit notes, per contract id; the rest went back unasked."""
        refunded = defaultdict(float)
        self.given_back = 0.0
        for payback in self.paybacks:
            for partial in self.receivable(payback.move_id).matched_credit_ids:
                credit = partial.credit_move_id.move_id
                if credit in self.order_of:
                    refunded[self._contract(self.order_of[credit]).id] += partial.amount
        return refunded

    def _count(self, payment, expected):
        """Add what ``payment`` brings each contract; return what is free of it."""
        paid, gone = self._paid(payment)
        for contract_id, amount in paid.items():
            expected[contract_id] += amount
        self.given_back += gone
        open_amount = payment.amount - sum(paid.values()) - gone
        for earmark in self.env["sop.payment.allocation"].search(
            [("payment_id", "=", payment.id)], order="id"
        ):
            contract_id = earmark.contract_id.id
            used = min(earmark.amount, paid[contract_id])
            paid[contract_id] -= used
            counted = min(earmark.amount - used, open_amount)
            expected[contract_id] += counted
            open_amount -= counted
        return open_amount

    def _paid(self, payment):
        """Return what the payment paid per contract id, and what went back to the customer."""
        paid, gone = defaultdict(float), 0.0
        for partial in self.receivable(payment.move_id).matched_debit_ids:
            invoice = partial.debit_move_id.move_id
            if invoice in self.order_of:
                paid[self._contract(self.order_of[invoice]).id] += partial.amount
            else:
                gone += partial.amount
        return paid, gone
