from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .test_tiers import TIERS, TierCase

ALL = {"tier_rules": "role"}


class TiersOfRoleCase(TierCase):
    """Drives by tiers, which all sales fill; other sales earn 2 %."""

    drive_values = {}

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        rules = rules or [
            {
                "name": "Drives",
                "product_id": cls.drive.id,
                "rate_kind": "tiers",
                "tier_ids": TIERS,
                **ALL,
                **cls.drive_values,
            },
            {"name": "Others", "rate": 2.0},
        ]
        return super()._new_plan(date_from, rules, **values)

    def sells(self, product, amount, date, **values):
        """Money in advance of a contract over one product, without tax."""
        order = self.effective_order(lines=[(product, 1, amount)], **values)
        return self.collects(amount, date, order)


class TestMarginalTiersOfRole(TiersOfRoleCase):
    @rule("B5")
    def test_money_under_other_rules_fills_the_tiers(self):
        self.sells(self.work, 96000.0, "2026-03-05")
        self.assertEqual(self.balance(), 1920.0)
        self.sells(self.drive, 10000.0, "2026-04-05")
        # 4,000 x 5 % + 6,000 x 8 %
        self.assertEqual(self.balance(), 1920.0 + 200.0 + 480.0)
        self.assertEqual(self.entries(kind="tier").mapped("amount"), [180.0])

    @rule("B5")
    def test_of_a_month_each_rule_has_its_part_of_what_is_above_the_step(self):
        order = self.effective_order(lines=[(self.work, 1, 60000.0), (self.drive, 1, 60000.0)])
        self.collects(120000.0, "2026-03-05", order)
        # Of 20,000 above the step half is of drives: 60,000 x 5 % + 10,000 x 3 %
        self.assertEqual(self.balance(), 1200.0 + 3000.0 + 300.0)

    @rule("B4", "B5")
    def test_other_money_that_is_lost_empties_the_tiers(self):
        payment = self.sells(self.work, 96000.0, "2026-03-05")
        self.sells(self.drive, 10000.0, "2026-04-05")
        payment.action_reject()
        self.now_is("2026-05-05")
        self.calculate()
        self.assertEqual(self.balance(), 500.0)

    @rule("B4", "B5")
    def test_money_paid_back_counts_no_more_in_its_own_month(self):
        order = self.effective_order(lines=[(self.work, 1, 20000.0)])
        self.now_is("2026-03-05")
        self.pay(self.invoice(order, invoice_date="2026-03-05"), 20000.0, "2026-03-05")
        self.sells(self.work, 90000.0, "2026-03-06")
        other = self.effective_order(lines=[(self.drive, 1, 20000.0)])
        self.now_is("2026-04-05")
        credit = self.credit(order, invoice_date="2026-04-05")
        payback = self.receive(20000.0, payment_type="outbound", date="2026-04-05")
        self.match(credit, payback.move_id)
        self.collects(20000.0, "2026-04-05", other)
        # What was paid back is taken from the month in which it came: 90,000 + 20,000.
        self.assertEqual(self.balance(), 1800.0 + 1000.0 + 300.0)

    @rule("B5")
    def test_money_of_another_role_does_not_count(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        self.now_is("2026-03-31")
        self.calculate()
        drives = {
            "name": "Drives",
            "product_id": self.drive.id,
            "rate_kind": "tiers",
            "tier_ids": TIERS,
            **ALL,
        }
        manager = {"name": "Manager", "role": "manager", "rate": 1.0}
        self._new_plan("2026-04-01", [drives, manager])
        self.split(team=team, role="manager", shares={self.payee: 100.0}, date_from="2026-04-01")
        self.now_is("2026-04-05")
        self.sells(self.work, 96000.0, "2026-04-05", team_id=team.id)
        self.sells(self.drive, 10000.0, "2026-04-05")
        # 1 % as manager, and drives in the first tier
        self.assertEqual(self.balance(), 960.0 + 500.0)

    @rule("B5")
    def test_what_counts_before_a_new_version_counts_after_it(self):
        self.sells(self.work, 96000.0, "2026-03-05")
        self.now_is("2026-03-31")
        self.calculate()
        drives = {
            "name": "Drives, new",
            "product_id": self.drive.id,
            "rate_kind": "tiers",
            "tier_ids": [
                Command.create({"start": 0.0, "rate": 5.0}),
                Command.create({"start": 100000.0, "rate": 10.0}),
            ],
            **ALL,
        }
        self._new_plan("2026-04-01", [drives, {"name": "Others", "rate": 2.0}])
        self.sells(self.drive, 10000.0, "2026-04-05")
        # 4,000 x 5 % + 6,000 x 10 %
        self.assertEqual(self.balance(), 1920.0 + 200.0 + 600.0)


class TestRetroactiveTiersOfRole(TiersOfRoleCase):
    drive_values = {"tier_mode": "retroactive"}

    @rule("B5")
    def test_other_money_lifts_what_drives_earned_before(self):
        self.sells(self.drive, 10000.0, "2026-03-05")
        self.assertEqual(self.balance(), 500.0)
        payment = self.sells(self.work, 90000.0, "2026-04-05")
        # 10,000 x 8 %, and 2 % of the others
        self.assertEqual(self.balance(), 800.0 + 1800.0)
        payment.action_reject()
        self.now_is("2026-05-05")
        self.calculate()
        self.assertEqual(self.balance(), 500.0)


class TestTiersOfMarginByMoney(TiersOfRoleCase):
    """The margin of drives earns by tiers that the money without tax fills."""

    drive_values = {"base": "margin"}

    @rule("B5")
    def test_the_money_fills_the_tiers_and_the_margin_earns(self):
        self.drive.with_company(self.company).standard_price = 4000.0
        self.sells(self.work, 96000.0, "2026-03-05")
        self.sells(self.drive, 10000.0, "2026-04-05")
        # A margin of 6,000: 40 % of it at 5 %, 60 % of it at 8 %
        self.assertEqual(self.balance(), 1920.0 + 120.0 + 288.0)


class TestTiersOfTeamByRole(TiersOfRoleCase):
    """What all of the team sell decides the rate of whoever sells drives."""

    drive_values = {"tier_scope": "team"}

    @rule("B5")
    def test_the_teams_other_sales_count(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        other = self._new_payee("sales_manager")
        others = self.effective_order(lines=[(self.work, 1, 96000.0)], team_id=team.id)
        self.split(others.sudo().sop_contract_id, shares={other: 100.0})
        self.collects(96000.0, "2026-03-05", others)
        self.sells(self.drive, 10000.0, "2026-04-05", team_id=team.id)
        self.assertEqual(self.balance(), 680.0)
        self.assertEqual(self.balance(other), 1920.0)
