from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .test_overdue import OverdueCase


class TierOverdueCase(OverdueCase):
    """5 % of the first 600.00 collected in the year, 10 % above; late money costs 1 % per 10 days.

    Every order is of 1,000.00 without tax.
    """

    tiers = ((0.0, 5.0), (600.0, 10.0))
    tier_mode = "marginal"
    tier_scope = "payee"

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        by_tiers = {
            "name": "By tiers",
            "rate_kind": "tiers",
            "tier_mode": cls.tier_mode,
            "tier_scope": cls.tier_scope,
            "tier_ids": [
                Command.create({"start": start, "rate": rate}) for start, rate in cls.tiers
            ],
        }
        return super()._new_plan(date_from, rules or [by_tiers], **values)

    def assertKinds(self, payee=None, **kinds):
        """What the ledger says of each kind; kinds that are not named have nothing."""
        found = self.entries(payee).grouped("kind")
        sums = {kind: round(sum(entries.mapped("amount")), 2) for kind, entries in found.items()}
        self.assertEqual({kind: amount for kind, amount in sums.items() if amount}, kinds)


class TestMarginalTierOverdue(TierOverdueCase):
    @rule("B4", "B5", "C5")
    def test_what_the_tier_adds_is_deducted_like_the_rest(self):
        self.pay_late(40)
        # 1,000 x 5 % and 400 x 5 % more, 4 % of both
        self.assertKinds(earned=50.0, tier=20.0, overdue=-2.0, tier_overdue=-0.8)
        deducted = self.entries(kind="tier_overdue")
        self.assertEqual((deducted.base, deducted.rate, deducted.days_late), (20.0, 4.0, 40))
        self.assertIn("40 days", deducted.explanation)
        self.assertIn("4 %", deducted.explanation)

    @rule("B4", "B5", "C5")
    def test_money_in_time_keeps_what_the_tier_adds(self):
        self.pay_late(0)
        self.assertKinds(earned=50.0, tier=20.0)

    @rule("B4", "B5", "C5")
    def test_each_money_of_a_month_has_its_part_of_the_tier(self):
        """Two of 1,000.00 in April, one 40 days late: each has half of the month's 70.00."""
        late, in_time = (
            self.invoiced_order(date="2026-03-01"),
            self.invoiced_order(date="2026-04-10"),
        )
        self.pay(late.sudo().invoice_ids, 1150.0, "2026-04-10")
        self.pay(in_time.sudo().invoice_ids, 1150.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.calculate()
        self.assertKinds(earned=100.0, tier=70.0, overdue=-2.0, tier_overdue=-1.4)

    @rule("B4", "B5", "C5")
    def test_no_more_than_the_commission_is_deducted(self):
        self.pay_late(1500)
        self.now_is("2030-12-31")
        self.calculate()
        self.assertKinds(earned=50.0, tier=20.0, overdue=-50.0, tier_overdue=-20.0)

    @rule("B4", "B5", "C5")
    def test_late_money_that_is_paid_back_takes_both_deductions_along(self):
        order = self.invoiced_order(date="2026-03-01")
        self.pay(order.sudo().invoice_ids, 1150.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.calculate()
        self.refund(order, "2026-05-05")
        self.calculate()
        self.assertEqual(self.balance(), 0.0)
        self.assertKinds()
        self.assertIn("comes back", self.entries(kind="tier_overdue")[-1].explanation)


class TestTierFromNothingOverdue(TierOverdueCase):
    """Nothing is earned below the tier, and a tier may also pay less than the one before."""

    tiers = ((0.0, 0.0), (200.0, 10.0), (800.0, 5.0))

    @rule("B4", "B5", "C5")
    def test_a_first_tier_that_pays_nothing(self):
        self.pay_late(40)
        # 600 x 10 % and 200 x 5 %
        self.assertKinds(tier=70.0, tier_overdue=-2.8)


class TestFallingTierOverdue(TierOverdueCase):
    tiers = ((0.0, 10.0), (600.0, 5.0))

    @rule("B4", "B5", "C5")
    def test_a_tier_that_lowers_the_commission_lowers_the_deduction(self):
        self.pay_late(40)
        self.assertKinds(earned=100.0, tier=-20.0, overdue=-4.0, tier_overdue=0.8)


class TestRetroactiveTierOverdue(TierOverdueCase):
    tiers = ((0.0, 5.0), (1500.0, 8.0))
    tier_mode = "retroactive"

    @rule("B4", "B5", "C5")
    def test_a_later_month_that_lifts_late_money_lifts_its_deduction(self):
        late = self.invoiced_order(date="2026-03-01")
        self.pay(late.sudo().invoice_ids, 1150.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.calculate()
        self.assertKinds(earned=50.0, overdue=-2.0)
        in_time = self.invoiced_order(date="2026-05-10").sudo().invoice_ids
        payment = self.pay(in_time, 1150.0, "2026-05-10")
        self.now_is("2026-05-31")
        self.calculate()
        # 2,000 x 3 % more, of which the late half loses 4 %
        self.assertKinds(earned=100.0, tier=60.0, overdue=-2.0, tier_overdue=-1.2)
        self.assertEqual(str(self.entries(kind="tier_overdue").date), "2026-05-31")
        payment.action_reject()
        self.now_is("2026-06-30")
        self.calculate()
        self.assertKinds(earned=50.0, overdue=-2.0)
        self.assertEqual(self.balance(until="2026-05-31"), 156.8)


class TestTeamTierOverdue(TierOverdueCase):
    """The team's money reaches the tier; who was paid late loses."""

    tiers = ((0.0, 5.0), (1500.0, 8.0))
    tier_mode = "retroactive"
    tier_scope = "team"

    @rule("B4", "B5", "C5")
    def test_only_whose_money_was_late_loses(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        other = self._new_payee("sales_manager")
        mine = self.invoiced_order(date="2026-03-01", team_id=team.id)
        others = self.invoiced_order(date="2026-04-10", team_id=team.id)
        self.split(others.sudo().sop_contract_id, shares={other: 100.0})
        for order in (mine, others):
            self.pay(order.sudo().invoice_ids, 1150.0, "2026-04-10")
        self.now_is("2026-04-30")
        self.calculate()
        self.assertKinds(earned=50.0, tier=30.0, overdue=-2.0, tier_overdue=-1.2)
        self.assertKinds(other, earned=50.0, tier=30.0)


class TestTierInterest(TierOverdueCase):
    """Interest takes from the first tier's commission, then from what the tier adds."""

    plan_values = {"overdue_mode": "interest"}
    tiers = ((0.0, 0.5), (600.0, 2.0))

    @classmethod
    def _issue_policy(cls, *args, **term):
        policy = super()._issue_policy(*args, **term)
        policy.sudo().interest_rate = 7.3
        return policy

    @rule("B4", "B5", "C5")
    def test_interest_takes_from_both(self):
        # 1,150.00 x 7.3 % x 40 / 365 = 9.20, of 5.00 and 6.00
        self.pay_late(40)
        self.assertKinds(earned=5.0, tier=6.0, overdue=-5.0, tier_overdue=-4.2)
        self.assertEqual(self.balance(), 1.8)

    @rule("B4", "B5", "C5")
    def test_interest_takes_no_more_than_both(self):
        # 9.43 for 41 days, 11.50 for 50
        self.pay_late(50)
        self.assertKinds(earned=5.0, tier=6.0, overdue=-5.0, tier_overdue=-6.0)
        self.assertEqual(self.balance(), 0.0)
