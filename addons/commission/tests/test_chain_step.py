from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


class ChainStepCase(CommissionCase):
    def step(self, order, role="salesperson"):
        """State and text of the step; None where the role does not see it."""
        self.env.flush_all()
        self.env.invalidate_all()
        chain = self.as_user(order, role).sop_chain
        steps = {step["key"]: step for step in chain["steps"]}
        step = steps.get("commission")
        return step and (step["state"], step["text"])

    def amount(self, order, role="salesperson"):
        self.env.flush_all()
        self.env.invalidate_all()
        contract = self.as_user(order, role).sop_contract_id
        return contract.commission_is_visible and contract.commission_amount


class TestChainStep(ChainStepCase):
    """The last step of the chain panel, and the button on the contract."""

    @rule("B1")
    def test_the_step_goes_with_the_money(self):
        order = self.order()
        self.assertEqual(
            self.step(order),
            ("waiting", "$\xa00.00 of $\xa0100.00 earned; the rest comes with the money."),
        )
        self.collect(order, 575.0)
        self.calculate()
        self.assertEqual(
            self.step(order),
            ("current", "$\xa050.00 of $\xa0100.00 earned; the rest comes with the money."),
        )
        self.assertEqual(self.amount(order), 50.0)
        self.collect(order, 575.0)
        # The money is there, the calculation is not.
        self.assertEqual(self.step(order)[0], "current")
        self.calculate()
        self.assertEqual(self.step(order), ("done", "$\xa0100.00 earned."))
        self.assertEqual(self.amount(order), 100.0)

    @rule("B2")
    def test_money_that_earns_nothing_blocks_the_step(self):
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.assertEqual(self.step(order), ("waiting", False))
        self.collect(order, 575.0)
        self.assertEqual(
            self.step(order),
            (
                "blocked",
                "$\xa0575.00 earns nothing yet: Contract Not in Force. Let the contract be "
                "countersigned.",
            ),
        )

    @rule("B1")
    def test_each_sees_their_own_part_and_the_readers_the_whole(self):
        other = self._new_payee("sales_manager")
        order = self.order()
        self.split(order.sudo().sop_contract_id, shares={self.payee: 60.0, other: 40.0})
        self.collect(order, 1150.0)
        self.calculate()
        self.assertEqual(self.step(order), ("done", "$\xa060.00 earned."))
        self.assertEqual(self.amount(order), 60.0)
        for role in ("sales_office", "finance", "general_manager"):
            with self.subTest(role=role):
                self.assertEqual(self.step(order, role), ("done", "$\xa0100.00 earned."))
                self.assertEqual(self.amount(order, role), 100.0)

    @rule("B1")
    def test_who_may_not_read_commission_sees_no_step(self):
        order = self.order()
        self.collect(order, 575.0)
        self.calculate()
        self.assertIsNone(self.step(order, "planner"))
        self.assertIs(self.amount(order, "planner"), False)
        self.assertNotIn("Commission", [step["label"] for step in order.sudo()._sop_portal_steps()])

    def test_the_step_opens_the_rows_of_the_contract(self):
        order = self.order()
        self.collect(order, 575.0)
        self.calculate()
        chain = self.as_user(order, "salesperson").sop_chain
        step = next(step for step in chain["steps"] if step["key"] == "commission")
        rows = self.as_user(self.env[step["res_model"]], "salesperson").search(step["domain"])
        self.assertEqual(rows.mapped("amount"), [50.0])
        action = self.as_user(order, "salesperson").sop_contract_id.action_view_commission()
        found = self.as_user(self.env[action["res_model"]], "salesperson").search(action["domain"])
        self.assertEqual(found, rows)


class TestWithoutPlan(ChainStepCase):
    @classmethod
    def _new_plan(cls, *args, **values):
        return cls.env["commission.plan"]

    def test_a_company_without_a_plan_has_no_such_step(self):
        self.assertIsNone(self.step(self.order()))
