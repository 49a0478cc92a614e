from collections import defaultdict
from decimal import ROUND_CEILING, Decimal

from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .test_sequences import NEW_PLAN, STEPS, SequenceCase, TierSequenceCase, sequences

# The first invoices are a month old, and some of them are paid.
LATE = [("next_month",), ("pay", 0, 150.0), ("pay", 1, 120.0)]
LATE_MONEY_COSTS = {"overdue_mode": "steps", "overdue_percent": 20.0, "overdue_days": 10}


def deducted_part(day, due):
    """Return 20 % for each started ten days after the due date, at most the whole."""
    days = (day - due).days if due else 0
    if days <= 0:
        return Decimal(0)
    started = (Decimal(days) / 10).to_integral_value(ROUND_CEILING)
    return min(Decimal(1), started * 20 / 100)


class LateMoney:
    """Some of the money comes late, and the plan takes its part."""

    @classmethod
    def _new_plan(cls, *args, **values):
        return super()._new_plan(*args, **{**LATE_MONEY_COSTS, **values})

    def _try(self, steps):
        return super()._try([*LATE, *steps])


@tagged("post_install", "-at_install")
class TestOverdueSequences(LateMoney, SequenceCase):
    """Late money costs 20 % of its commission for each started ten days."""

    # The deduction is rounded beside the commission.
    roundings = 2
    payee_roundings = 2

    def _deducted_part(self, day, due):
        return deducted_part(day, due)

    @rule("B4", "C5")
    def test_late_money_loses_its_part_and_nothing_else_does(self):
        self._try_sequences()

    @sequences([*STEPS, NEW_PLAN], 8)
    def _try_sequences(self, steps):
        self._try(steps)


@tagged("post_install", "-at_install")
class TestLimitOverdueSequences(LateMoney, SequenceCase):
    """10 %, at most 12.00 with a contract; late money loses its part of what that leaves."""

    # The limit and the deduction are rounded by payee and month.
    roundings = 40
    payee_roundings = 3

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        limited = {"name": "Every sale", "rate": 10.0, "amount_max": 12.0}
        return super()._new_plan(date_from, rules or [limited], **values)

    def _exact(self):
        exact = defaultdict(Decimal)
        for order in self.orders:
            parts = [*self._shared_money(order)]
            months = defaultdict(Decimal)
            for payee, day, __, amount in parts:
                months[payee, day.replace(day=1)] += amount / 10
            granted = {}
            for (payee, month), (amount, left) in self._limited(months).items():
                exact[payee] += left
                granted[payee, month] = max(0, min(1, left / amount)) if amount else 1
            for payee, day, due, amount in parts:
                left = amount / 10 * granted[payee, day.replace(day=1)]
                exact[payee] -= left * deducted_part(day, due)
        return exact

    def _limited(self, months):
        """Return ``{(payee, month): (commission, what the contract's limit leaves of it)}``."""
        limited, running = {}, defaultdict(Decimal)
        for (payee, month), amount in sorted(months.items(), key=lambda item: item[0][1]):
            before = running[payee]
            running[payee] += amount
            limited[payee, month] = amount, min(12, running[payee]) - min(12, before)
        return limited

    @rule("B1", "B4", "C5")
    def test_late_money_loses_its_part_of_what_the_limit_leaves(self):
        self._try_sequences()

    @sequences(STEPS, 8)
    def _try_sequences(self, steps):
        self._try(steps)


class TierOverdueSequenceCase(LateMoney, TierSequenceCase):
    """Late money also loses its part of what its tier adds."""

    roundings = 40
    payee_roundings = 3

    def _exact(self):
        parts = [part for order in self.orders for part in self._shared_money(order)]
        months = defaultdict(Decimal)
        for payee, day, __, amount in parts:
            months[payee, day.replace(day=1)] += amount
        rates = self._rates_of_months(months)
        exact = defaultdict(Decimal)
        for payee, day, due, amount in parts:
            commission = amount * rates[payee, day.replace(day=1)]
            exact[payee] += commission * (1 - deducted_part(day, due))
        return exact


@tagged("post_install", "-at_install")
class TestMarginalTierOverdueSequences(TierOverdueSequenceCase):
    def _rates_of_months(self, months):
        """Return what each month's money earns on average, with the year's money before it."""
        rates, years = {}, defaultdict(Decimal)
        for (payee, month), amount in sorted(months.items(), key=lambda item: item[0][1]):
            before = years[payee, month.year]
            after = years[payee, month.year] = before + amount
            rates[payee, month] = (
                (self._due(after) - self._due(before)) / amount
                if amount
                else Decimal(8 if after >= 150 else 5) / 100
            )
        return rates

    def _due(self, amount):
        return amount * 5 / 100 + max(amount - 150, Decimal(0)) * 3 / 100

    @rule("B4", "B5", "C5")
    def test_late_money_loses_its_part_of_the_tier(self):
        self._try_sequences()

    @sequences(STEPS, 8)
    def _try_sequences(self, steps):
        self._try(steps)


@tagged("post_install", "-at_install")
class TestRetroactiveTierOverdueSequences(TierOverdueSequenceCase):
    mode = "retroactive"

    def _rates_of_months(self, months):
        """Return the rate that all money of the year has reached."""
        years = defaultdict(Decimal)
        for (payee, month), amount in months.items():
            years[payee, month.year] += amount
        return {
            (payee, month): Decimal(5 if years[payee, month.year] < 150 else 8) / 100
            for payee, month in months
        }

    @rule("B4", "B5", "C5")
    def test_late_money_loses_its_part_of_the_tier(self):
        self._try_sequences()

    @sequences(STEPS, 8)
    def _try_sequences(self, steps):
        self._try(steps)
