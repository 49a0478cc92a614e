from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase

TIERS = [
    Command.create({"start": 0.0, "rate": 5.0}),
    Command.create({"start": 100000.0, "rate": 8.0}),
]


class TierCase(CommissionCase):
    """5 % to 100,000.00 collected in the year, 8 % above; without tax."""

    tier_values = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.no_tax

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        by_tiers = {
            "name": "By tiers",
            "rate_kind": "tiers",
            "tier_ids": TIERS,
            **cls.tier_values,
        }
        return super()._new_plan(date_from, rules or [by_tiers], **values)

    def collects(self, amount, date, order=None):
        """Money in advance of a contract of its own."""
        order = order or self.order(amount)
        self.now_is(date)
        payment = self.collect(order, amount, date)
        self.calculate()
        return payment.payment_id


class TestMarginalTiers(TierCase):
    @rule("B5")
    def test_what_is_above_the_step_earns_the_higher_rate(self):
        self.collects(96000.0, "2026-03-05")
        self.assertEqual(self.balance(), 4800.0)
        self.collects(10000.0, "2026-04-05")
        # 4,000 x 5 % + 6,000 x 8 %
        self.assertEqual(self.balance(), 4800.0 + 200.0 + 480.0)
        self.assertEqual(self.entries(kind="tier").mapped("amount"), [180.0])

    @rule("B5")
    def test_the_year_starts_anew(self):
        self.collects(106000.0, "2026-12-05")
        self.assertEqual(self.balance(), 5000.0 + 480.0)
        self.collects(10000.0, "2027-01-05")
        self.assertEqual(self.balance(), 5480.0 + 500.0)

    @rule("B4", "B5")
    def test_money_that_falls_below_the_step_again_undoes_it(self):
        self.collects(96000.0, "2026-03-05")
        payment = self.collects(10000.0, "2026-04-05")
        payment.action_reject()
        self.now_is("2026-05-05")
        self.calculate()
        self.assertEqual(self.balance(), 4800.0)
        self.assertEqual(self.entries(kind="tier").mapped("amount"), [180.0, -180.0])

    @rule("B4", "B5")
    def test_money_paid_back_in_a_later_year_undoes_the_step_of_its_own(self):
        order = self.order(106000.0)
        self.now_is("2026-12-05")
        self.pay(self.invoice(order, invoice_date="2026-12-01"), 106000.0, "2026-12-05")
        self.now_is("2026-12-31")
        self.calculate()
        self.assertEqual(self.balance(), 5480.0)
        self.refund(order, "2027-01-05")
        self.calculate()
        self.assertEqual(self.balance(), 0.0)
        self.assertEqual(self.balance(until="2026-12-31"), 5480.0)

    @rule("B5")
    def test_a_new_version_goes_on_counting(self):
        self.collects(96000.0, "2026-03-05")
        self.now_is("2026-03-31")
        self.calculate()
        draft = self.as_user(self.plan, "sales_office").browse(
            self.as_user(self.plan, "sales_office").action_new_version()["res_id"]
        )
        self.assertEqual(str(draft.date_from), "2026-04-01")
        draft.rule_ids.tier_ids[1].rate = 10.0
        self._put_in_force(draft)
        self.collects(10000.0, "2026-04-05")
        # 4,000 x 5 % + 6,000 x 10 %
        self.assertEqual(self.balance(), 4800.0 + 200.0 + 600.0)


class TestRetroactiveTiers(TierCase):
    tier_values = {"tier_mode": "retroactive"}

    @rule("B5")
    def test_the_step_lifts_what_was_earned_before_by_one_entry(self):
        self.collects(96000.0, "2026-03-05")
        self.collects(10000.0, "2026-04-05")
        # 106,000 x 8 %
        self.assertEqual(self.balance(), 8480.0)
        # 96,000 x 3 % + 10,000 x 3 %
        self.assertEqual(self.entries(kind="tier").mapped("amount"), [3180.0])

    @rule("B5")
    def test_the_step_itself_is_in_the_higher_tier(self):
        self.collects(99999.99, "2026-03-05")
        self.assertEqual(self.balance(), 5000.0)
        self.collects(0.01, "2026-03-06")
        self.assertEqual(self.balance(), 8000.0)

    @rule("B4", "B5")
    def test_a_refund_below_the_step_undoes_it(self):
        self.collects(96000.0, "2026-03-05")
        payment = self.collects(10000.0, "2026-04-05")
        payment.action_reject()
        self.now_is("2026-05-05")
        self.calculate()
        self.assertEqual(self.balance(), 4800.0)


class TestTiersOfTeam(TierCase):
    """The team's money decides the rate of each of its salespeople."""

    tier_values = {"tier_mode": "retroactive", "tier_scope": "team"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create({"name": "North", "company_id": cls.company.id})
        cls.other = cls._new_payee("sales_manager")

    @rule("B5")
    def test_everybody_of_the_team_gets_the_rate_that_the_team_reached(self):
        mine, others = (
            self.order(60000.0, team_id=self.team.id),
            self.order(50000.0, team_id=self.team.id),
        )
        self.split(others.sudo().sop_contract_id, shares={self.other: 100.0})
        self.collects(60000.0, "2026-03-05", mine)
        self.assertEqual(self.balance(), 3000.0)
        self.collects(50000.0, "2026-04-05", others)
        self.assertEqual(self.balance(), 4800.0)
        self.assertEqual(self.balance(self.other), 4000.0)


class TestTiersOfTarget(TierCase):
    """8 % from the whole target on."""

    tier_values = {
        "tier_unit": "target",
        "tier_ids": [
            Command.create({"start": 0.0, "rate": 5.0}),
            Command.create({"start": 100.0, "rate": 8.0}),
        ],
    }

    @rule("B5")
    def test_tiers_in_percent_of_the_target(self):
        self.target(20000.0)
        self.collects(30000.0, "2026-03-05")
        # 20,000 x 5 % + 10,000 x 8 %
        self.assertEqual(self.balance(), 1800.0)

    @rule("B5")
    def test_a_target_that_counts_already_is_changed_by_the_finance_vp_alone(self):
        target = self.target(20000.0)
        target.amount = 30000.0
        self.collects(30000.0, "2026-03-05")
        for role in ("sales_office", "finance", "marketing_director"):
            with self.assertRefused("finance VP", exception=AccessError, unchanged=target):
                self.rpc(target, role, "write", {"amount": 1.0})
            with self.assertRefused("finance VP", exception=AccessError, unchanged=target):
                self.rpc(target, role, "unlink")
        self.rpc(target, "finance_vp", "write", {"amount": 10000.0})
        self.calculate()
        # 10,000 x 5 % + 20,000 x 8 %
        self.assertEqual(self.balance(), 2100.0)

    @rule("B5")
    def test_a_target_that_the_plan_would_not_count_is_refused(self):
        target = self.target(20000.0)
        with self.assertRefused(
            "starts on 01/01/2026", exception=ValidationError, unchanged=target
        ):
            self.rpc(target, "sales_office", "write", {"date_from": "2026-04-01"})
        with self.assertRefused("counts in USD", exception=ValidationError, unchanged=target):
            euro = self.env.ref("base.EUR")
            self.rpc(target, "sales_office", "write", {"currency_id": euro.id})

    @rule("B5")
    def test_without_a_target_the_first_tier_counts(self):
        self.collects(30000.0, "2026-03-05")
        self.assertEqual(self.balance(), 1500.0)


class TestLimits(CommissionCase):
    @rule("B1")
    def test_a_contract_earns_no_more_than_its_limit(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", [{"name": "Sale", "rate": 10.0, "amount_max": 70.0}])
        order = self.order()
        for day, balance in (("2026-04-05", 50.0), ("2026-05-05", 70.0)):
            self.now_is(day)
            self.collect(order, 575.0)
            self.calculate()
            self.assertEqual(self.balance(), balance)
        self.assertEqual(self.entries(kind="contract_limit").amount, -30.0)

    @rule("B1", "B5")
    def test_a_rule_by_tiers_has_no_limit_for_a_contract(self):
        tiers = {"name": "By tiers", "rate_kind": "tiers", "tier_ids": TIERS}
        with self.assertRefused("By tiers", "limit the month", exception=ValidationError):
            self._new_plan("2026-04-02", [{**tiers, "amount_max": 70.0}])
        self._new_plan("2026-04-02", [tiers], amount_max=70.0)

    @rule("B1")
    def test_a_later_version_goes_on_counting_to_the_contracts_limit(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", [{"name": "Sale", "rate": 10.0, "amount_max": 70.0}])
        order = self.order()
        self.now_is("2026-04-05")
        self.collect(order, 575.0)
        self.calculate()
        plan = self.env["commission.plan"].search(
            [("company_id", "=", self.company.id)], order="date_from desc", limit=1
        )
        draft = self.as_user(plan, "sales_office").action_new_version()["res_id"]
        self._put_in_force(plan.browse(draft))
        self.now_is("2026-04-30")
        self.collect(order, 575.0)
        self.calculate()
        self.assertEqual(self.balance(), 70.0)

    @rule("B1")
    def test_a_month_pays_at_least_and_at_most(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", amount_min=80.0, amount_max=120.0)
        stories = [("2026-04-05", 575.0, 80.0), ("2026-05-05", 2300.0, 120.0)]
        before = 0.0
        for day, amount, earned in stories:
            self.now_is(day)
            self.collect(self.order(amount / 1.15), amount)
            self.calculate()
            self.assertEqual(round(self.balance() - before, 2), earned)
            before = self.balance()

    @rule("B1", "B4")
    def test_money_paid_back_takes_back_no_more_than_was_earned(self):
        """Whether the month was cut to its most, or raised to its least."""
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", amount_min=80.0, amount_max=120.0)
        for date, total, earned, later in (
            ("2026-04-05", 2000.0, 120.0, "2026-05-05"),
            ("2026-06-05", 500.0, 80.0, "2026-07-05"),
        ):
            order = self.order(total)
            self.now_is(date)
            self.pay(self.invoice(order, invoice_date=date), total * 1.15, date)
            self.calculate()
            self.assertEqual(self.balance(), earned)
            self.refund(order, later)
            self.calculate()
            self.assertEqual(self.balance(), 0.0)

    @rule("B1")
    def test_two_versions_in_a_month_have_one_most_together(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", amount_max=120.0)
        self._new_plan("2026-04-16", amount_max=120.0)
        for day in ("2026-04-05", "2026-04-20"):
            self.now_is(day)
            self.collect(self.order(), 1150.0)
        self.calculate()
        self.assertEqual(self.balance(), 120.0)
