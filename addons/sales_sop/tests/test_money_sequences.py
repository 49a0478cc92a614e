from collections import defaultdict

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import float_round

from .common import rule
from .test_collection import CollectionCase

AMOUNTS = st.integers(1, 150_000).map(lambda cents: cents / 100)
WHICH = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("receive"), AMOUNTS),
    st.tuples(st.just("earmark"), WHICH, WHICH, AMOUNTS),
    st.tuples(st.just("move_earmark"), WHICH, WHICH),
    st.tuples(st.just("reconcile"), WHICH, WHICH),
    st.tuples(st.just("unreconcile"), WHICH),
    st.tuples(st.just("reset"), WHICH),
    st.tuples(st.just("post_again"), WHICH),
)


@tagged("post_install", "-at_install")
class TestMoneySequences(CollectionCase):
    """Whatever finance does in whatever order: every cent counts once (C3)."""

    @rule("C1", "C3")
    def test_every_cent_counts_once(self):
        # Small against the payments, so that a payment is often matched in part only.
        self.orders = [self.order(200.0), self.order(300.0)]
        self.invoices = [self.invoice(order) for order in self.orders]
        self._try_sequences()

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        # Looking for the shortest sequence would take minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(AMOUNTS, AMOUNTS, st.lists(STEPS, min_size=3, max_size=7))
    def _try_sequences(self, received, earmarked, steps):
        savepoint = self.env.cr.savepoint(flush=True)
        with savepoint:
            self.payments = []
            self.earmarks = []
            self._step_receive(received)
            self._step_earmark(0, 0, min(received, earmarked))
            for name, *arguments in [*steps, ("reconcile", 0, 0)]:
                self._try_step(name, arguments)
                self._check_every_cent(name)
            savepoint.rollback()
        self.env.invalidate_all()

    def _try_step(self, name, arguments):
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_step_{name}")(*arguments)
                self.env.flush_all()
        except UserError:
            # Refused, for example more earmarked than received: then nothing may have changed.
            self.env.invalidate_all()

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

    def _step_reconcile(self, payment, invoice):
        self.match(self._pick(self.invoices, invoice), self._pick(self.payments, payment).move_id)

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
        contracts = self.env["sop.contract"].concat(
            *(order.sudo().sop_contract_id for order in self.orders)
        )
        expected = defaultdict(float)
        free = 0.0
        received = 0.0
        for payment in self.payments:
            if payment.state not in ("in_process", "paid"):
                continue
            received += payment.amount
            free += self._count(payment, expected)
        collected = contracts._collected()
        for contract in contracts:
            amount = collected.get(contract.id, 0.0)
            self.assertGreaterEqual(amount, 0.0, step)
            self.assertAlmostEqual(amount, float_round(expected[contract.id], 2), 2, msg=step)
        self.assertGreaterEqual(free, -0.001, step)
        self.assertAlmostEqual(sum(collected.values()) + free, received, 2, msg=step)

    def _count(self, payment, expected):
        """Add what ``payment`` brings each contract; return what is free of it."""
        paid = self._paid(payment)
        for contract_id, amount in paid.items():
            expected[contract_id] += amount
        open_amount = payment.amount - sum(paid.values())
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
        paid = defaultdict(float)
        for partial in self.receivable(payment.move_id).matched_debit_ids:
            invoice = partial.debit_move_id.move_id
            paid[self.orders[self.invoices.index(invoice)].sudo().sop_contract_id.id] += (
                partial.amount
            )
        return paid
