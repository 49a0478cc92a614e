from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_amendment import AmendmentCase
from .test_price_authority import PriceCase


@tagged("post_install", "-at_install")
class TestAmendmentPrices(AmendmentCase, PriceCase):
    """New prices go as high as their authority: 5 / 10 / 15 % below the list price of 100."""

    def _roles(self, amendment):
        groups = {self.env.ref(f"sales_sop.group_{role}"): role for role in self._roles_of_steps()}
        steps = amendment.sudo().approval_for("amendment").step_ids.sorted("stage")
        return [groups[step.group_id] for step in steps]

    def _roles_of_steps(self):
        return [role for role in self.users if self._is_role(role)]

    def _order(self, **values):
        """An effective order at the list price, which nobody had to review."""
        order = self.quotation(**values)
        self.submit(order)
        self.countersign(order)
        return order

    @rule("P3", "A3")
    def test_each_new_price_goes_as_high_as_its_authority(self):
        expected = {
            100.0: [],
            95.0: [],
            91.0: ["sales_manager"],
            86.0: ["sales_manager", "marketing_director"],
            80.0: ["sales_manager", "marketing_director", "general_manager"],
        }
        for price, roles in expected.items():
            with self.subTest(price=price):
                amendment = self.amendment(self._order(), price_unit=price, quantity=12)
                self.assertEqual(self._roles(amendment), [*roles, "sales_head", "finance"])

    @rule("P3")
    def test_a_price_above_the_policy_needs_only_the_countersigning(self):
        order = self._order()
        amendment = self.amendment(order, price_unit=120.0)
        self.decide(amendment, "sales_head", "finance")
        self.assertEqual((amendment.state, order.amount_total), ("applied", 1200.0))

    @rule("P3")
    def test_a_smaller_quantity_loses_the_price_of_the_larger_one(self):
        bulk = {"product_id": self.drive.id, "percent_off": 20.0, "min_quantity": 10.0}
        self.policy.sudo().write({"line_ids": [Command.create({**bulk, "sequence": 1})]})
        self.env.invalidate_all()
        order = self._order(lines=[(self.drive, 10, 80.0)])
        amendment = self.amendment(order, quantity=9)
        self.assertIn("general_manager", self._roles(amendment))

    @rule("P3")
    def test_terms_alone_are_no_question_of_the_price(self):
        order = self._order()
        days = self.env.ref("account.account_payment_term_30days")
        amendment = self.draft_amendment(order, payment_term_id=days.id)
        amendment.action_submit()
        self.assertEqual(self._roles(amendment), ["sales_head", "finance"])

    @rule("P3")
    def test_what_was_granted_before_is_not_asked_again(self):
        pump = self._new_product("Pump controller", 50.0)
        order = self.quotation(lines=[(self.drive, 10, 80.0), (self.drive, 1, 100.0)])
        self.submit(order)
        for role in ("sales_manager", "marketing_director", "general_manager"):
            self.approve(order, "application", role)
        self.countersign(order)
        amendment = self.draft_amendment(order)
        amendment.line_ids[1].quantity = 2
        amendment.action_submit()
        self.assertEqual(self._roles(amendment), ["sales_head", "finance"])
        amendment.action_withdraw()
        amendment.write({"line_ids": [Command.create({"product_id": pump.id})]})
        amendment.action_submit()
        self.assertIn("general_manager", self._roles(amendment))
        self.assertIn("not in the price strategy", self._reasons(amendment))

    def _reasons(self, amendment):
        steps = amendment.sudo().approval_for("amendment").step_ids
        return " ".join(filter(None, steps.mapped("reason")))

    @rule("P3")
    def test_a_discount_on_the_whole_order_counts_for_every_line(self):
        discount = self._new_product("Discount", 0.0, type="service")
        order = self._order(lines=[(self.drive, 10, 100.0)])
        amendment = self.draft_amendment(order)
        line = {"product_id": discount.id, "quantity": 1, "price_unit": -140.0}
        amendment.write({"line_ids": [Command.create({**line, "tax_ids": [Command.clear()]})]})
        amendment.action_submit()
        roles = ["sales_manager", "marketing_director", "sales_head", "finance"]
        self.assertEqual(self._roles(amendment), roles)
        self.assertIn("14.00", self._reasons(amendment))

    @rule("P4")
    def test_the_original_policy_judges_unless_the_amendment_asks_otherwise(self):
        order = self._order()
        self._issue_policy(date_from="2026-11-02", name="Generous", invoice_gate_percent=60.0)
        newer = self.env["sop.policy"].search([("company_id", "=", self.company.id)], limit=1)
        newer.sudo().line_ids.write({"percent_off": 20.0})
        amendment = self.amendment(order, price_unit=80.0)
        self.assertIn("general_manager", self._roles(amendment))
        amendment.action_withdraw()
        amendment.policy_basis = "current"
        amendment.action_submit()
        self.assertEqual(self._roles(amendment), ["sales_head", "finance"])


@tagged("post_install", "-at_install")
class TestAmendmentReview(AmendmentCase):
    """What an amendment adds is reviewed like an order (A2, C7)."""

    def _steps(self, amendment):
        steps = amendment.sudo().approval_for("amendment").step_ids
        return {step.group_id.name: step.reason for step in steps}

    @rule("C7")
    def test_a_total_beyond_the_credit_limit_asks_the_finance_vp(self):
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 1200.0
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=12)
        self.assertNotIn("Finance VP", self._steps(amendment))
        amendment.action_withdraw()
        self.change(amendment, quantity=13).action_submit()
        self.assertIn("1,300.00", self._steps(amendment)["Finance VP"])
        amendment.action_withdraw()
        self.change(amendment, quantity=9).action_submit()
        self.assertNotIn("Finance VP", self._steps(amendment))

    @rule("A2")
    def test_goods_that_are_short_ask_the_planner(self):
        self.policy.sudo().term_ids.write({"stock_review": True})
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=1000)
        self.assertNotIn("Production Planner", self._steps(amendment))
        amendment.action_withdraw()
        self.change(amendment, quantity=1001).action_submit()
        self.assertIn("991 are needed", self._steps(amendment)["Production Planner"])
