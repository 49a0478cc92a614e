"""The demo company earns, shares and pays commission; it shows every list with something in it."""

from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_sop.tests.common import rule


@tagged("post_install", "-at_install")
class TestDemoCommission(TransactionCase):
    """Fails, and is not skipped, when the demo data is missing: the test database has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("sales_sop.demo_company")
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.payees = {
            name: cls.env.ref(f"commission.demo_payee_{name}")
            for name in ("sales", "sales2", "manager", "agent")
        }

    @rule("B1")
    def test_one_plan_is_in_force_and_the_next_waits_for_the_finance_vp(self):
        plan = self.env.ref("commission.demo_plan")
        coming = self.env.ref("commission.demo_plan_next")
        self.assertEqual((plan.state, coming.state), ("approved", "draft"))
        self.assertEqual((coming.approval_state, coming.waiting_for), ("pending", "Finance VP"))
        self.assertEqual(plan.currency_id.name, "CNY")

    @rule("B1", "B5")
    def test_everybody_has_earned_and_motors_reached_the_second_tier(self):
        for name, payee in self.payees.items():
            with self.subTest(payee=name):
                self.assertGreater(payee.amount_earned, 0.0)
        kinds = self.env["commission.entry"].search([("company_id", "=", self.company.id)])
        self.assertIn("tier", kinds.mapped("kind"))
        # 30 % of the textile mill's contract, 10 % of the money without tax.
        agent = self.payees["agent"]
        self.assertEqual(agent.amount_earned, 2016.0)

    @rule("B3")
    def test_one_sheet_is_approved_and_one_waits_for_finance(self):
        sheets = self.env["commission.sheet"].search([("company_id", "=", self.company.id)])
        found = {sheet.payee_id: (sheet.state, sheet.waiting_for) for sheet in sheets}
        self.assertEqual(found[self.payees["sales"]], ("approved", False))
        self.assertEqual(found[self.payees["manager"]], ("pending", "Finance"))
        self.assertGreater(self.payees["sales"].amount_unpaid, 0.0)

    @rule("B2")
    def test_money_without_a_contract_is_listed(self):
        blocked = self.env["commission.blocked"].search([("company_id", "=", self.company.id)])
        self.assertEqual([(row.reason, row.amount) for row in blocked], [("no_contract", 20000.0)])

    @rule("B4", "C5")
    def test_late_money_costs_a_part_of_its_commission(self):
        late = self.env["commission.entry"].search(
            [("payee_id", "=", self.payees["sales"].id), ("kind", "=", "overdue")]
        )
        earned = self.env["commission.entry"].search(
            [
                ("payee_id", "=", self.payees["sales"].id),
                ("kind", "=", "earned"),
                ("money_move_id", "in", late.money_move_id.ids),
            ]
        )
        # Six days late, one percent for each ten days that have begun.
        self.assertEqual(set(late.mapped("days_late")), {6})
        cost, whole = -sum(late.mapped("amount")), sum(earned.mapped("amount"))
        self.assertAlmostEqual(cost, whole * 0.01, 2)
        self.assertEqual(late.dispute_ids.state, "open")

    @rule("B5")
    def test_last_month_is_accrued(self):
        accrual = self.env["commission.accrual"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            (len(accrual), accrual.state, accrual.move_id.state), (1, "booked", "posted")
        )
        self.assertGreater(accrual.amount, 0.0)

    @rule("B4")
    def test_the_ledger_says_what_the_books_say(self):
        rows = self.env["commission.drift"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(rows.mapped("payee_id")), {*self.payees.values()})
        self.assertEqual(set(rows.mapped("amount_difference")), {0.0})
