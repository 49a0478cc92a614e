from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


class PriceCase(SopCase):
    """A policy with authority 5 / 10 / 15 % below the list price of 100.00."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        policy = cls.env["sop.policy"].create(
            {
                "name": "Price strategy",
                "company_id": cls.company.id,
                "date_from": date_from,
                "term_ids": [
                    Command.create(
                        {"name": "All sales", "review_group_ids": [Command.clear()], **term}
                    )
                ],
                "line_ids": [Command.create(values) for values in cls._price_lines()],
                "authority_ids": [
                    Command.create(
                        {
                            "group_id": cls.env.ref(f"sales_sop.group_{role}").id,
                            "max_discount": percent,
                        }
                    )
                    for role, percent in (
                        ("salesperson", 5),
                        ("sales_manager", 10),
                        ("marketing_director", 15),
                    )
                ],
            }
        )
        manager = cls.users["general_manager"]
        policy.with_user(manager).action_decide()
        policy.with_user(manager).action_issue()
        return policy

    @classmethod
    def _price_lines(cls):
        return [{"product_id": cls.drive.id, "compute_price": "percentage"}]

    def roles_for(self, order):
        """The roles that an order has to pass, in their order; it is submitted for that."""
        approval = self.submit(order)
        prefix = "sales_sop.group_"
        ids = {self.env.ref(f"{prefix}{role}"): role for role in self.users if self._is_role(role)}
        return [ids[step.group_id] for step in approval.step_ids.sorted("stage")]

    def _is_role(self, role):
        return bool(self.env.ref(f"sales_sop.group_{role}", raise_if_not_found=False))

    def discounted(self, percent, **values):
        order = self.quotation(**values)
        order.order_line.discount = percent
        return order


@tagged("post_install", "-at_install")
class TestPriceAuthority(PriceCase):
    """A price below the policy's goes up until somebody may grant it."""

    manager = ["sales_manager"]
    director = ["sales_manager", "marketing_director"]
    general_manager = ["sales_manager", "marketing_director", "general_manager"]

    @rule("P3")
    def test_each_discount_goes_as_high_as_its_authority(self):
        expected = {
            0: [],
            4: [],
            5: [],
            5.01: self.manager,
            9: self.manager,
            10: self.manager,
            14: self.director,
            15: self.director,
            20: self.general_manager,
            100: self.general_manager,
        }
        for percent, roles in expected.items():
            self.assertEqual(self.roles_for(self.discounted(percent)), roles, percent)

    @rule("P3")
    def test_within_the_salespersons_authority_nobody_is_asked(self):
        order = self.discounted(4)
        approval = self.submit(order)
        self.assertEqual((approval.state, order.sop_application_state), ("approved", "approved"))

    @rule("P3")
    def test_a_discount_waits_for_the_director_after_the_manager(self):
        order = self.discounted(14)
        approval = self.submit(order)
        with self.assertRefused("Sales Manager"):
            self.as_user(approval, "sales_head").approve()
        self.approve(order, "application", "sales_manager")
        self.assertEqual(approval.state, "pending")
        self.approve(order, "application", "marketing_director")
        self.assertEqual(approval.state, "approved")

    @rule("P2", "P3")
    def test_a_price_above_the_policy_needs_nobody(self):
        order = self.quotation(lines=[(self.drive, 10, 130.0)])
        self.assertEqual(self.roles_for(order), [])

    @rule("P3")
    def test_the_order_level_discount_counts(self):
        order = self.quotation()
        self.company.sale_discount_product_id = self._new_product("Discount", 0.0, type="service")
        wizard = self.rpc_create(
            "sale.order.discount",
            "salesperson",
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.2,
            },
        )
        self.rpc(wizard, "salesperson", "action_apply_discount")
        self.assertEqual(order.amount_untaxed, 800.0)
        self.assertEqual(self.roles_for(order), self.general_manager)

    @rule("A3", "P3")
    def test_the_amounts_that_odoo_keeps_beside_the_price_are_not_believed(self):
        """Ten drives at 10.00 that claim to come to 1,000.00, or the other way round."""
        for price, claimed in ((10.0, 1000.0), (100.0, 10.0)):
            order = self.quotation(lines=[(self.drive, 10, price)])
            line = order.order_line
            amounts = {"base_amount_currency": claimed, "base_amount": claimed}
            kept = {
                "currency_id": order.currency_id.id,
                "price_unit": price,
                "discount": 0.0,
                "quantity": 10.0,
                "manual_total_excluded_currency": claimed,
                "manual_total_excluded": claimed,
                "manual_tax_amounts": {str(self.tax.id): amounts},
            }
            self.rpc(line, "salesperson", "write", {"extra_tax_data": kept})
            line.price_unit = price / 2
            line.price_unit = price
            self.assertEqual((line.price_subtotal, order.amount_total), (10 * price, 10 * price))
            expected = ["general_manager"] if price < 100 else []
            self.assertEqual(self.roles_for(order)[-1:], expected)

    @rule("P3")
    def test_a_negative_line_lowers_all_others(self):
        gift = self._new_product("Goodwill", 0.0, type="service")
        order = self.quotation(lines=[(self.drive, 10, 100.0), (gift, 1, -140.0)])
        self.assertEqual(self.roles_for(order), self.director)

    @rule("P3")
    def test_another_unit_of_measure_counts_the_same(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.quotation(lines=[(self.drive, 1, 960.0)])
        order.order_line.write({"product_uom_id": dozen.id, "price_unit": 960.0})
        self.assertEqual(order.amount_untaxed, 960.0)
        self.assertEqual(self.roles_for(order), self.general_manager)
        fair = self.quotation(lines=[(self.drive, 1, 1200.0)])
        fair.order_line.write({"product_uom_id": dozen.id, "price_unit": 1200.0})
        self.assertEqual(self.roles_for(fair), [])

    @rule("P3")
    def test_a_price_with_tax_in_it_is_judged_without(self):
        tax = self._new_tax(25.0)
        tax.price_include_override = "tax_included"
        order = self.quotation(lines=[(self.drive, 10, 100.0)])
        order.order_line.tax_ids = tax
        self.assertEqual(order.amount_untaxed, 800.0)
        self.assertEqual(self.roles_for(order), self.general_manager)
        fair = self.quotation(lines=[(self.drive, 10, 125.0)])
        fair.order_line.tax_ids = tax
        self.assertEqual(self.roles_for(fair), [])

    @rule("P3")
    def test_a_list_price_with_tax_in_it_is_compared_without(self):
        tax = self._new_tax(25.0)
        tax.price_include_override = "tax_included"
        self.drive.write({"list_price": 125.0, "taxes_id": [Command.set(tax.ids)]})
        self.assertEqual(self.roles_for(self.discounted(9)), self.manager)

    @rule("P3")
    def test_a_foreign_currency_is_judged_at_the_days_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.5,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        cheap = self.quotation(lines=[(self.drive, 10, 40.0)], pricelist_id=pricelist.id)
        self.assertEqual((cheap.currency_id, cheap.amount_untaxed), (euro, 400.0))
        self.assertEqual(self.roles_for(cheap), self.general_manager)
        fair = self.quotation(lines=[(self.drive, 10, 50.0)], pricelist_id=pricelist.id)
        self.assertEqual(self.roles_for(fair), [])

    @rule("P3")
    def test_a_product_outside_the_strategy_goes_to_the_top(self):
        strange = self._new_product("Unknown gadget", 100.0)
        order = self.quotation(lines=[(strange, 1, 100.0)])
        approval = self.submit(order)
        self.assertEqual(approval.step_ids[-1:].group_id.name, "General Manager")
        self.assertIn("not in the price strategy", approval.step_ids[-1:].reason)

    @rule("P3")
    def test_a_product_without_a_list_price_goes_to_the_top(self):
        self.drive.list_price = 0.0
        self.policy.list_price_mark = self.env["sop.list.price.change"].search([])[:1].id
        approval = self.submit(self.quotation())
        self.assertEqual(approval.step_ids[-1:].group_id.name, "General Manager")
        self.assertIn("no list price", approval.step_ids[-1:].reason)

    @rule("P1", "P3")
    def test_a_list_price_lowered_for_a_moment_changes_nothing(self):
        keeper = self._new_user("product_keeper", "product.group_product_manager", self.company)
        self.users = {**self.users, "product_keeper": keeper}
        template = self.drive.product_tmpl_id
        with self.assertRefused(exception=AccessError):
            self.rpc(template, "salesperson", "write", {"list_price": 70.0})
        self.rpc(template, "product_keeper", "write", {"list_price": 70.0})
        order = self.quotation(lines=[(self.drive, 10, 70.0)])
        self.assertEqual(self.roles_for(order), self.general_manager)
        change = self.env["sop.list.price.change"].search([("product_tmpl_id", "=", template.id)])
        self.assertEqual(change.mapped(lambda row: (row.old_price, row.new_price)), [(100, 70)])
        self.assertEqual(self.policy.list_price_change_count, 1)
        for method, values in (("write", [{"old_price": 1.0}]), ("unlink", [])):
            with self.assertRefused(exception=AccessError, unchanged=change):
                self.rpc(change, "product_keeper", method, *values)
        # The next version takes the list as it is.
        draft = self.policy.copy({"date_from": "2021-01-01"})
        self.as_user(draft, "general_manager").action_decide()
        self.as_user(draft, "general_manager").action_issue()
        self.assertEqual(self.roles_for(self.quotation(lines=[(self.drive, 10, 70.0)])), [])

    @rule("P3", "P4")
    def test_approvers_read_what_was_judged_at_submission(self):
        approval = self.submit(self.discounted(9))
        self.drive.list_price = 200.0
        approval.invalidate_recordset(["summary"])
        self.assertIn("9.00 %", approval.step_ids.reason)
        self.assertIn("9.00", approval.summary)
        self.assertNotIn("2,000.00", approval.summary)

    def with_option(self, price, **values):
        """Ten drives with an option of 20.00 each, which makes no variant of its own."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Coating",
                "create_variant": "no_variant",
                "value_ids": [Command.create({"name": name}) for name in ("None", "Acid-proof")],
            }
        )
        line = self.env["product.template.attribute.line"].create(
            {
                "product_tmpl_id": self.drive.product_tmpl_id.id,
                "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }
        )
        option = line.product_template_value_ids[1]
        option.price_extra = 20.0
        order = self.quotation(lines=[(self.drive, 10, price)])
        order.order_line.product_no_variant_attribute_value_ids = option
        return order

    @rule("P3", "A3")
    def test_an_option_that_makes_no_variant_is_part_of_the_price(self):
        order = self.with_option(100.0)
        # 1,000.00 instead of 1,200.00.
        self.assertEqual(self.roles_for(order), self.general_manager)
        order.order_line.price_unit = 120.0
        self.assertEqual(self.roles_for(order), [])
        self.rpc(
            order.order_line,
            "salesperson",
            "write",
            {"product_no_variant_attribute_value_ids": [Command.clear()]},
        )
        self.assertEqual(order.sop_application_state, "stale")

    @rule("P3")
    def test_the_step_says_why_it_is_needed(self):
        approval = self.submit(self.discounted(9))
        self.assertIn("9.00 % below the policy", approval.step_ids.reason)
        self.assertIn("1,000.00", approval.summary)

    @rule("A3", "P3")
    def test_a_discount_raised_after_approval_is_stale_and_valid_again_when_undone(self):
        order = self.discounted(9)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.rpc(order.order_line, "salesperson", "write", {"discount": 12.0})
        self.assertEqual(order.sop_application_state, "stale")
        with self.assertRefused("A1", "has changed"):
            self.rpc(order, "salesperson", "action_confirm")
        self.rpc(order.order_line, "salesperson", "write", {"discount": 9.0})
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A3", "P3")
    def test_a_discount_raised_while_it_waits_is_not_decided_until_undone(self):
        order = self.discounted(12)
        approval = self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.rpc(order.order_line, "salesperson", "write", {"discount": 14.0})
        with self.assertRefused("has changed", unchanged=approval.step_ids):
            self.rpc(approval, "marketing_director", "approve")
        self.rpc(order.order_line, "salesperson", "write", {"discount": 12.0})
        self.rpc(approval, "marketing_director", "approve")
        self.assertTrue(approval.is_valid)

    @rule("P4")
    def test_a_resubmission_is_judged_by_the_policy_of_its_day(self):
        order = self.discounted(9)
        self.submit(order)
        strict = self.env["sop.policy"].create(
            {
                "name": "Stricter",
                "company_id": self.company.id,
                "date_from": "2021-01-01",
                "term_ids": [
                    Command.create({"name": "All", "review_group_ids": [Command.clear()]})
                ],
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "compute_price": "fixed",
                            "fixed_price": 200.0,
                        }
                    )
                ],
            }
        )
        self.as_user(strict, "general_manager").action_decide()
        self.as_user(strict, "general_manager").action_issue()
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "approved")
        self.rpc(order.order_line, "salesperson", "write", {"discount": 8.0})
        self.assertEqual(self.roles_for(order), ["general_manager"])


@tagged("post_install", "-at_install")
class TestPriceStrategy(PriceCase):
    """Fixed prices, special prices, quantities and customer groups of the strategy."""

    @classmethod
    def _price_lines(cls):
        cls.good_customers = cls.env["res.partner.category"].create({"name": "Key accounts"})
        drive = {"product_id": cls.drive.id, "compute_price": "fixed"}
        return [
            {**drive, "sequence": 1, "fixed_price": 80.0, "min_quantity": 100.0},
            {
                **drive,
                "sequence": 2,
                "fixed_price": 85.0,
                "partner_category_ids": [Command.set(cls.good_customers.ids)],
            },
            {**drive, "sequence": 3, "fixed_price": 100.0},
            {**drive, "sequence": 4, "fixed_price": 70.0, "price_kind": "entry"},
            {**drive, "sequence": 5, "fixed_price": 90.0, "price_kind": "keeping"},
            {"sequence": 9, "compute_price": "percentage", "percent_off": 10.0},
        ]

    @rule("P2")
    def test_a_large_quantity_has_its_own_price(self):
        self.assertEqual(self.roles_for(self.quotation(lines=[(self.drive, 100, 80.0)])), [])
        small = self.quotation(lines=[(self.drive, 99, 80.0)])
        self.assertEqual(self.roles_for(small)[-1], "general_manager")

    @rule("P2")
    def test_the_quantity_of_all_lines_counts(self):
        order = self.quotation(lines=[(self.drive, 60, 80.0), (self.drive, 40, 80.0)])
        self.assertEqual(self.roles_for(order), [])

    @rule("P2")
    def test_a_customer_group_has_its_own_price(self):
        self.customer.category_id = self.good_customers
        self.assertEqual(self.roles_for(self.quotation(lines=[(self.drive, 10, 85.0)])), [])

    @rule("P2")
    def test_the_entry_price_is_for_quotations_that_ask_for_it(self):
        entry = self.quotation(lines=[(self.drive, 10, 70.0)], sop_price_kind="entry")
        # Whether the market is one to be entered, the manager says.
        self.assertEqual(self.roles_for(entry), ["sales_manager"])
        self.assertIn("Market-Entry Price", entry.sudo().approval_for("application").summary)
        usual = self.quotation(lines=[(self.drive, 10, 100.0)], sop_price_kind="entry")
        self.assertEqual(self.roles_for(usual), [])
        normal = self.quotation(lines=[(self.drive, 10, 70.0)])
        self.assertEqual(self.roles_for(normal)[-1], "general_manager")
        # Asking for the special price afterwards is a change of the content.
        self.rpc(entry, "salesperson", "write", {"sop_price_kind": "normal"})
        self.assertEqual(entry.sop_application_state, "stale")

    @rule("P2")
    def test_the_price_that_keeps_a_market_is_another_than_the_one_that_enters_it(self):
        keeping = self.quotation(lines=[(self.drive, 10, 90.0)], sop_price_kind="keeping")
        self.assertEqual(self.roles_for(keeping), ["sales_manager"])
        self.assertIn("Market-Keeping Price", keeping.sudo().approval_for("application").summary)
        # The entry price is 22 % below the keeping price, and 90.00 ten below the normal one.
        cheap = self.quotation(lines=[(self.drive, 10, 70.0)], sop_price_kind="keeping")
        self.assertEqual(self.roles_for(cheap)[-1], "general_manager")
        normal = self.quotation(lines=[(self.drive, 10, 90.0)])
        self.assertEqual(self.roles_for(normal), ["sales_manager"])
        self.assertIn("10.00 % below", normal.sudo().approval_for("application").step_ids.reason)

    @rule("P2")
    def test_other_products_have_ten_percent_off_the_list(self):
        pump = self._new_product("Pump", 50.0)
        self.assertEqual(self.roles_for(self.quotation(lines=[(pump, 1, 45.0)])), [])
        below = self.quotation(lines=[(pump, 1, 42.0)])
        self.assertEqual(self.roles_for(below), ["sales_manager"])


@tagged("post_install", "-at_install")
class TestLoyalty(PriceCase):
    """What a loyalty program gives away is a discount like any other."""

    def program(self, **reward):
        return self.env["loyalty.program"].create(
            {
                "name": "Spring sale",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "company_id": self.company.id,
                "rule_ids": [Command.create({"minimum_qty": 1})],
                "reward_ids": [Command.create(reward)],
            }
        )

    def rewarded(self, order):
        """The salesperson presses the button for rewards and takes the one that is offered."""
        self.rpc(order, "salesperson", "action_open_reward_wizard")
        order.invalidate_recordset()
        return order

    @rule("P3")
    def test_twenty_percent_by_loyalty_go_to_the_general_manager(self):
        self.program(reward_type="discount", discount=20.0, discount_applicability="order")
        order = self.rewarded(self.quotation())
        self.assertEqual(order.amount_untaxed, 800.0)
        self.assertTrue(order.order_line.reward_id)
        self.assertEqual(
            self.roles_for(order), ["sales_manager", "marketing_director", "general_manager"]
        )

    @rule("P3")
    def test_twenty_percent_by_a_chosen_reward_go_to_the_general_manager(self):
        program = self.program(
            reward_type="discount", discount=20.0, discount_applicability="order"
        )
        self.program(reward_type="discount", discount=3.0, discount_applicability="order")
        order = self.quotation()
        action = self.rpc(order, "salesperson", "action_open_reward_wizard")
        self.assertEqual(action["res_model"], "sale.loyalty.reward.wizard")
        values = {"order_id": order.id, "selected_reward_id": program.reward_ids.id}
        wizard = self.rpc_create(action["res_model"], "salesperson", values)
        self.rpc(wizard, "salesperson", "action_apply")
        order.invalidate_recordset()
        self.assertEqual(order.amount_untaxed, 800.0)
        self.assertEqual(
            self.roles_for(order), ["sales_manager", "marketing_director", "general_manager"]
        )

    @rule("P3")
    def test_a_reward_taken_after_the_approval_is_approved_again(self):
        self.program(reward_type="discount", discount=20.0, discount_applicability="order")
        order = self.quotation()
        self.submit(order)
        self.assertEqual(order.sop_application_state, "approved")
        self.assertEqual(self.rewarded(order).sop_application_state, "stale")

    @rule("P3")
    def test_a_free_product_is_judged_with_what_is_paid_for(self):
        self.program(
            reward_type="product",
            reward_product_id=self.drive.id,
            reward_product_qty=1,
            required_points=1,
        )
        order = self.rewarded(self.quotation(lines=[(self.drive, 19, 100.0)]))
        self.assertEqual(
            (sum(order.order_line.mapped("product_uom_qty")), order.amount_untaxed), (20.0, 1900.0)
        )
        self.assertEqual(self.roles_for(order), [])


@tagged("post_install", "-at_install")
class TestFreight(PriceCase):
    """Real freight within the policy's tolerance is no change of what was agreed."""

    def setUp(self):
        super().setUp()
        service = self._new_product("Freight", 0.0, type="service")
        self.carrier = self.env["delivery.carrier"].create(
            {"name": "Lorry", "product_id": service.id, "company_id": self.company.id}
        )

    def with_freight(self, price):
        order = self.quotation()
        self.submit(order)
        order.set_delivery_line(self.carrier, price)
        return order

    @rule("A3")
    def test_freight_up_to_the_tolerance_is_no_change(self):
        order = self.with_freight(50.0)
        self.assertEqual((order.amount_untaxed, order.sop_application_state), (1050.0, "approved"))

    @rule("A3")
    def test_more_freight_is_a_change(self):
        order = self.with_freight(50.01)
        self.assertEqual(order.sop_application_state, "stale")
        with self.assertRefused("A1", "has changed"):
            self.as_user(order, "salesperson").action_confirm()

    @rule("A3")
    def test_goods_marked_as_freight_are_goods(self):
        order = self.quotation()
        self.submit(order)
        line = {"product_id": self.drive.id, "price_unit": 10.0, "is_delivery": True}
        self.rpc(order, "salesperson", "write", {"order_line": [Command.create(line)]})
        self.assertEqual(order.sop_application_state, "stale")

    @rule("A3")
    def test_negative_freight_is_a_change(self):
        order = self.with_freight(-10.0)
        self.assertEqual(order.sop_application_state, "stale")


@tagged("post_install", "-at_install")
class TestCombination(PriceCase):
    """A combination is judged as what it is sold as."""

    def combination(self, list_price, extra=0.0):
        pump = self._new_product("Pump", 50.0)
        combos = self.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "combo_item_ids": [
                        Command.create({"product_id": product.id, "extra_price": extra})
                    ],
                }
                for product in (self.drive, pump)
            ]
        )
        return self._new_product(
            "Drive with pump",
            list_price,
            type="combo",
            invoice_policy="order",
            combo_ids=[Command.set(combos.ids)],
        )

    def ordered(self, product, prices):
        order = self.quotation(lines=[(product, 1, 0.0)])
        head = order.order_line
        items = product.combo_ids.combo_item_ids
        for item, price in zip(items, prices):
            order.order_line.create(
                {
                    "order_id": order.id,
                    "product_id": item.product_id.id,
                    "product_uom_qty": 1,
                    "price_unit": price,
                    "combo_item_id": item.id,
                    "linked_line_id": head.id,
                    "tax_ids": [Command.set(self.tax.ids)],
                }
            )
        return order

    @classmethod
    def _price_lines(cls):
        return [{"compute_price": "percentage"}]

    @rule("P3")
    def test_the_parts_together_are_compared_with_the_combination(self):
        product = self.combination(120.0)
        self.assertEqual(self.roles_for(self.ordered(product, (80.0, 40.0))), [])
        cheap = self.ordered(product, (80.0, 20.0))
        self.assertEqual(self.roles_for(cheap)[-1], "general_manager")

    @rule("P2", "P3")
    def test_a_part_that_costs_less_for_a_moment_changes_nothing(self):
        product = self.combination(120.0, extra=20.0)
        self.assertEqual(self.roles_for(self.ordered(product, (120.0, 40.0))), [])
        manager = self._new_user("product_manager", "product.group_product_manager", self.company)
        self.users["product_manager"] = manager
        parts = product.combo_ids.combo_item_ids
        self.rpc(parts, "product_manager", "write", {"extra_price": 0.0})
        cheap = self.ordered(product, (80.0, 40.0))
        self.assertEqual(self.roles_for(cheap)[-1], "general_manager")
        # What was raised counts as it is.
        self.rpc(parts, "product_manager", "write", {"extra_price": 50.0})
        raised = self.ordered(product, (120.0, 40.0))
        self.assertEqual(self.roles_for(raised)[-1], "general_manager")

    @rule("P3")
    def test_more_pieces_of_a_part_do_not_hide_in_it(self):
        product = self.combination(120.0)
        order = self.ordered(product, (80.0, 40.0))
        part = order.order_line.filtered(lambda line: line.product_id == self.drive)
        self.rpc(part, "salesperson", "write", {"product_uom_qty": 10.0, "price_unit": 8.0})
        self.assertEqual(self.roles_for(order)[-1], "general_manager")

    @rule("P3")
    def test_everybody_reads_in_their_own_language_why_they_decide(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        order = self.discounted(9)
        step = self.submit(order).step_ids
        self.assertIn("9.00 % below the policy", step.with_context(lang="en_US").reason)
        self.assertIn("9.00 %", step.with_context(lang="zh_CN").reason)
        self.assertNotIn("below", step.with_context(lang="zh_CN").reason)
