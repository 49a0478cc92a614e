from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_races import RaceCase

from .accounting_common import AccountingCase


@tagged("post_install", "-at_install")
class TestAccrualRaces(RaceCase, AccountingCase):
    """Two of finance at the same moment: nothing is booked twice."""

    @rule("B5")
    def test_two_accruals_at_once_book_it_once(self):
        self.collect(self.confirmed_order(), 575.0)
        self.calculate()
        found = []

        def accrue(env):
            model = self.seen_by(env, self.env["commission.accrual"], "finance")
            found.append(model.accrue(self.company.id, "2026-03-01"))

        self.race(accrue, accrue)
        self.assertEqual([len(accrual) for accrual in found], [1, 0])
        self.assertEqual(self.booked(self.accrued_account), -self.balance())

    @rule("B5")
    def test_an_accrual_is_taken_back_once_by_two(self):
        self.collect(self.confirmed_order(), 575.0)
        self.calculate()
        accrual = self.accrue()
        tries = []

        def take_back(env):
            tries.append(env)
            mine = self.seen_by(env, accrual, "finance")
            if len(tries) == 1:
                return mine.action_take_back()
            with self.assertRefused("taken back already"):
                mine.action_take_back()

        self.race(take_back, take_back)
        self.assertEqual(len(accrual.counter_ids), 1)
        self.assertEqual(self.booked(self.accrued_account), 0.0)
