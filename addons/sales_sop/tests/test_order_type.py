from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule

FREE = {
    "contract_required": False,
    "judge_prices": False,
    "details_required": False,
    "invoice_gate_percent": 0,
}


class OrderTypeCase(SopCase):
    """A policy with a term for every everyday type of order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = cls.env.ref("sales_sop.group_sales_manager")
        cls.policy = cls._issue_terms(
            "2020-02-01",
            {
                "name": "Over the counter below 2,000",
                "order_type": "counter",
                "amount_to": 2000,
                "contract_required": False,
                "details_required": False,
                "delivery_approval": False,
                "review_group_ids": False,
                "invoice_gate_percent": 0,
            },
            {
                "name": "Free goods",
                "order_type": "free",
                "max_free_value": 500,
                "review_group_ids": [Command.set(manager.ids)],
                **FREE,
            },
            {
                "name": "Samples",
                "order_type": "sample",
                "max_free_value": 200,
                "review_group_ids": [Command.set(manager.ids)],
                **FREE,
            },
            {
                "name": "Warranty",
                "order_type": "warranty",
                "warranty_months": 12,
                "review_group_ids": [Command.set(manager.ids)],
                **FREE,
            },
            {
                "name": "Services",
                "order_type": "service",
                "contract_required": False,
                "details_required": False,
                "invoice_gate_percent": 30,
            },
            {"name": "Any sale", "invoice_gate_percent": 60, "details_required": False},
        )

    @classmethod
    def _issue_terms(cls, date_from, *terms):
        policy = cls.env["sop.policy"].create(cls._prepare_policy(date_from, *terms))
        manager = cls.users["general_manager"]
        policy.with_user(manager).action_decide()
        policy.with_user(manager).action_issue()
        return policy

    @classmethod
    def _prepare_policy(cls, date_from, *terms):
        return {
            "name": f"Sales policy of {date_from}",
            "company_id": cls.company.id,
            "date_from": date_from,
            "term_ids": [
                Command.create({"sequence": number, **term}) for number, term in enumerate(terms)
            ],
        }

    def free_order(self, order_type="free", quantity=3, price=0.0, **values):
        return self.quotation(
            lines=[(self.drive, quantity, price)], sop_order_type=order_type, **values
        )

    def approved_free_order(self, order_type="free", quantity=3, **values):
        order = self.free_order(order_type, quantity, **values)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        return order

    def waiting_groups(self, order):
        steps = order.sudo().approval_for("application").step_ids
        return steps.sorted("stage").group_id.mapped("name")


@tagged("post_install", "-at_install")
class TestOrderType(OrderTypeCase):
    """Each type of order has a term of its own; nobody gets its freedom by accident."""

    @rule("P5")
    def test_a_term_for_every_type_covers_what_gets_no_freedom(self):
        term = self.env["sop.policy.term"].new({"order_type": False})
        covered = {
            order_type
            for order_type, label in term._fields["order_type"].selection
            if term._is_for_order_type(order_type)
        }
        self.assertEqual(covered, {"sale", "service", "pickup"})

    @rule("P5")
    def test_without_a_term_that_names_it_there_are_no_free_goods(self):
        self._issue_terms("2020-03-01", {"name": "Any sale"})
        for order_type in ("counter", "free", "sample", "warranty"):
            order = self.free_order(order_type)
            with self.assertRefused("names the type", order.name, unchanged=order):
                self.submit(order)
        self.submit(self.free_order("service", price=1.0))

    @rule("P5")
    def test_the_terms_of_the_type_are_frozen_on_the_contract(self):
        contract = self.approved_free_order().sudo().sop_contract_id
        self.assertEqual(contract.order_type, "free")
        self.assertEqual(contract.term_id.name, "Free goods")
        self.assertFalse(contract.contract_required)
        self.assertTrue(contract.delivery_approval)
        self.assertEqual(contract.state, "effective")

    @rule("P5")
    def test_a_plain_sale_does_not_take_the_term_of_the_counter(self):
        order = self.approved_quotation()
        self.assertEqual(order.sudo().sop_contract_id.term_id.name, "Any sale")
        self.assertEqual(order.sudo().sop_contract_id.state, "draft")

    @rule("A3")
    def test_the_type_changed_after_approval_is_stale(self):
        order = self.approved_quotation()
        self.rpc(order, "salesperson", "write", {"sop_order_type": "free"})
        self.assertEqual(order.sop_application_state, "stale")
        self.assertIn("A1", order.sop_blockers)
        self.rpc(order, "salesperson", "write", {"sop_order_type": "sale"})
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A3")
    def test_the_type_does_not_change_on_an_effective_contract(self):
        order = self.effective_order()
        for role in ("salesperson", "sales_office", "general_manager", "sale_manager"):
            with self.assertRefused("effective contract", unchanged=order):
                self.rpc(order, role, "write", {"sop_order_type": "counter"})
            with self.assertRefused("effective contract", unchanged=order):
                self.rpc(order, role, "web_save", {"sop_order_type": "free"}, specification={})

    @rule("A3")
    def test_nobody_writes_the_type_on_the_contract(self):
        contract = self.effective_order().sudo().sop_contract_id
        for role in self.users:
            for values in (
                {"order_type": "counter"},
                {"delivery_approval": False},
                {"warranty_months": 99},
            ):
                with self.assertRefused(exception=AccessError, unchanged=contract):
                    self.rpc(contract, role, "write", values)

    @rule("P5")
    def test_a_type_from_the_context_is_judged_like_any_other(self):
        order = self.rpc_create(
            "sale.order",
            "salesperson",
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.drive.id, "price_unit": 100.0})],
            },
            context={"default_sop_order_type": "free", "default_order_type": "free"},
        )
        self.assertEqual(order.sop_order_type, "free")
        self.submit(order)
        contract = order.sop_contract_id
        self.assertEqual((contract.order_type, contract.term_id.name), ("sale", "Any sale"))

    @rule("P5")
    def test_limits_of_a_term_are_not_negative(self):
        for name in ("max_free_value", "warranty_months"):
            with self.assertRefused("negative"):
                self._issue_terms("2020-03-01", {"name": "Odd", name: -1})


@tagged("post_install", "-at_install")
class TestFreeGoods(OrderTypeCase):
    """Free goods and samples: reviewed, up to a value; above it the general manager."""

    @rule("P3", "P5")
    def test_free_goods_within_the_value_need_the_reviewer_only(self):
        order = self.free_order(quantity=5)
        self.submit(order)
        self.assertEqual(self.waiting_groups(order), ["Sales Manager"])

    @rule("P3", "P5")
    def test_free_goods_above_the_value_need_the_general_manager(self):
        order = self.free_order(quantity=6)
        approval = self.submit(order)
        self.assertEqual(self.waiting_groups(order), ["Sales Manager", "General Manager"])
        reason = approval.step_ids.sorted("stage")[-1].reason
        self.assertIn("600.00", reason)
        self.assertIn("500.00", reason)
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "pending")
        self.approve(order, "application", "general_manager")
        self.assertEqual(order.sop_application_state, "approved")

    @rule("P5")
    def test_samples_have_a_value_of_their_own(self):
        order = self.free_order("sample", quantity=3)
        self.submit(order)
        self.assertEqual(self.waiting_groups(order), ["Sales Manager", "General Manager"])

    @rule("P5")
    def test_the_value_is_in_the_unit_of_the_product(self):
        order = self.free_order(quantity=1)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 0.0
        self.submit(order)
        self.assertEqual(order.order_line._sop_list_value(), 1200.0)
        self.assertIn("General Manager", self.waiting_groups(order))

    @rule("P5")
    def test_goods_without_a_list_price_are_worth_their_cost(self):
        gift = self._new_product("Tool bag", 0.0)
        gift.with_company(self.company).standard_price = 30.0
        order = self.quotation(lines=[(gift, 20, 0.0)], sop_order_type="free")
        self.submit(order)
        self.assertEqual(order.order_line._sop_list_value(), 600.0)
        self.assertIn("General Manager", self.waiting_groups(order))

    @rule("P3", "K1")
    def test_a_price_on_a_free_order_makes_it_a_sale(self):
        order = self.free_order(quantity=1, price=40.0)
        self.submit(order)
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.order_type, "sale")
        self.assertTrue(contract.contract_required)
        self.assertEqual(contract.invoice_gate_percent, 60)
        self.assertIn("judged as a sale", str(order.sudo().message_ids.mapped("body")))

    @rule("P3")
    def test_a_discount_of_100_percent_is_free_too(self):
        order = self.free_order(quantity=1, price=100.0)
        order.order_line.discount = 100.0
        self.submit(order)
        self.assertEqual(order.sudo().sop_contract_id.order_type, "free")

    @rule("D1", "D3", "C1")
    def test_free_goods_go_through_the_chain_without_money_and_invoice(self):
        order = self.approved_free_order()
        self.as_user(order, "salesperson").action_confirm()
        picking = order.sudo().picking_ids
        with self.assertRefused("D1"):
            self.ship(picking)
        self.approve_delivery(picking)
        self.ship(picking)
        self.sign(picking)
        self.assertEqual(order.order_line.qty_accepted, 3)
        self.assertEqual(order.sudo().sop_contract_id.percent_collected, 100)
        self.assertEqual(order.invoice_status, "no")
        steps = {step["key"]: step for step in order.sudo().sop_chain["steps"]}
        self.assertEqual({step["state"] for step in steps.values()}, {"done"})
        self.assertIn("no invoice is", steps["invoice"]["text"])
        self.assertIn("No written contract", steps["contract"]["text"])


@tagged("post_install", "-at_install")
class TestFreeGoodsAndAuthority(OrderTypeCase):
    """Free by its nature is not judged by the price strategy; anything else is (P3)."""

    @classmethod
    def _prepare_policy(cls, date_from, *terms):
        values = super()._prepare_policy(date_from, *terms)
        authority = {"sales_manager": 10, "marketing_director": 15}
        return values | {
            "line_ids": [Command.create({"compute_price": "percentage"})],
            "authority_ids": [
                Command.create(
                    {
                        "group_id": cls.env.ref(f"sales_sop.group_{role}").id,
                        "max_discount": percent,
                    }
                )
                for role, percent in authority.items()
            ],
        }

    @rule("P3", "S1")
    def test_what_is_free_by_its_nature_does_not_reach_the_general_manager(self):
        origin = self.delivered_order()
        for order in (
            self.free_order("free"),
            self.free_order("sample", quantity=1),
            self.free_order("warranty", sop_origin_order_id=origin.id),
        ):
            self.submit(order)
            self.assertEqual(self.waiting_groups(order), ["Sales Manager"])

    @rule("P3")
    def test_a_free_line_hidden_in_a_sale_goes_to_the_highest_authority(self):
        order = self.quotation(lines=[(self.drive, 10, 100.0), (self.drive, 1, 0.0)])
        self.submit(order)
        self.assertIn("General Manager", self.waiting_groups(order))

    @rule("P3")
    def test_a_price_on_a_free_order_is_judged_like_a_sale(self):
        order = self.free_order(price=88.0)
        self.submit(order)
        self.assertEqual(self.waiting_groups(order), ["Sales Manager", "Marketing Director"])

    @rule("P3")
    def test_a_free_line_in_a_sale_over_the_counter_goes_to_the_highest_authority(self):
        order = self.quotation(
            lines=[(self.drive, 2, 100.0), (self.drive, 1, 0.0)], sop_order_type="counter"
        )
        self.submit(order)
        self.assertIn("General Manager", self.waiting_groups(order))
