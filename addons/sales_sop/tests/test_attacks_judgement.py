from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ROLES, rule
from .test_price_authority import PriceCase


@tagged("post_install", "-at_install")
class TestAttacksOnTheJudgement(PriceCase):
    """What a client writes, sends along or keeps as a default does not decide what is judged."""

    top = ["sales_manager", "marketing_director", "general_manager"]

    @rule("P3")
    def test_the_amounts_of_a_line_are_computed_and_not_written(self):
        order = self.quotation(lines=[(self.drive, 10, 50.0)])
        for name in ("price_subtotal", "price_total", "price_tax"):
            with self.assertRefused(unchanged=order.order_line):
                self.rpc(order.order_line, "salesperson", "write", {name: 1000.0})
        self.assertEqual(self.roles_for(order), self.top)

    @rule("P3")
    def test_the_clients_context_does_not_change_the_list_price(self):
        unit = self.env["uom.uom"].create(
            {"name": "Tenth", "relative_factor": 0.1, "relative_uom_id": self.drive.uom_id.id}
        )
        order = self.quotation(lines=[(self.drive, 10, 50.0)])
        context = {"uom": unit.id, "lst_price": 1.0, "pricelist": False}
        self.rpc(order, "salesperson", "action_sop_submit", context=context)
        steps = order.sudo().approval_for("application").step_ids
        self.assertEqual(len(steps), 3)

    @rule("A1")
    def test_an_archived_route_serves_nobody(self):
        route = self.env["sop.approval.route"].create(
            {
                "name": "Weaker",
                "code": "application",
                "res_model": "sale.order",
                "company_id": self.company.id,
                "active": False,
                "submit_group_ids": [Command.set(self.env.ref("sales_sop.group_salesperson").ids)],
                "step_ids": [
                    Command.create(
                        {
                            "group_id": self.env.ref("sales_sop.group_legal").id,
                            "condition": "policy",
                        }
                    )
                ],
            }
        )
        order = self.discounted(9)
        self.rpc(order, "salesperson", "action_sop_submit", context={"active_test": False})
        approval = order.sudo().approval_for("application")
        self.assertNotEqual(approval.route_id, route)
        self.assertEqual(approval.state, "pending")

    @rule("K2")
    def test_a_contract_is_not_countersigned_by_nobody(self):
        self.env["sop.approval.route"].create(
            {
                "name": "Nobody",
                "code": "contract",
                "res_model": "sop.contract",
                "company_id": self.company.id,
                "submit_group_ids": [Command.set(self.env.ref("sales_sop.group_sales_office").ids)],
                "step_ids": [
                    Command.create(
                        {
                            "group_id": self.env.ref("sales_sop.group_legal").id,
                            "condition": "policy",
                        }
                    )
                ],
            }
        )
        order = self.discounted(0)
        self.submit(order)
        contract = order.sudo().sop_contract_id
        with self.assertRefused(contract.number, "has no step", unchanged=contract):
            self.rpc(contract, "sales_office", "action_submit")

    @rule("C1", "D4", "K7")
    def test_a_users_defaults_do_not_reach_contract_and_approval(self):
        defaults = self.as_user(self.env["ir.default"], "salesperson")
        for model, name, value in (
            ("sop.contract", "opening_amount_collected", 999999.0),
            ("sop.contract", "is_opening", True),
            ("sop.contract", "closed_total", 1.0),
            ("sop.contract", "date_effective", "2020-01-01"),
            ("sop.approval.step", "rules", "C7"),
            ("sop.approval.step", "comment", "Fine"),
            ("sop.approval", "amount_company", 1.0),
        ):
            defaults.set(model, name, value, user_id=True)
        order = self.discounted(9)
        approval = self.submit(order)
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.amount_collected, 0.0)
        self.assertFalse(contract.is_opening or contract.closed_total or contract.date_effective)
        self.assertFalse(approval.step_ids.rules or approval.step_ids.comment)
        self.assertEqual(approval.amount_company, 910.0)

    @rule("P4")
    def test_the_clients_time_zone_does_not_choose_the_policy(self):
        tomorrow = fields.Date.add(self.company._sop_today(), days=1)
        later = self._issue_policy(date_from=tomorrow)
        order = self.discounted(0)
        context = {"tz": "Pacific/Kiritimati"}
        self.rpc(order, "salesperson", "action_sop_submit", context=context)
        self.assertNotEqual(order.sudo().sop_contract_id.policy_id, later)
        self.assertEqual(order.sudo().sop_contract_id.policy_id, self.policy)

    def _euro_order_of(self, day_rates):
        """A quotation over 1,000.00 euro, and the euro's rate on each of some days."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                }
                for day, rate in day_rates.items()
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        return self.quotation(pricelist_id=pricelist.id)

    @rule("A1", "C7")
    def test_the_clients_time_zone_does_not_choose_the_rate(self):
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 1500.0
        today = self.company._sop_today()
        rates = {
            fields.Date.add(today, days=-1): 1.0,
            today: 0.5,
            fields.Date.add(today, days=1): 1.0,
        }
        # Where it is still yesterday, and where it is tomorrow already.
        for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
            with self.env.cr.savepoint() as savepoint:
                order = self._euro_order_of(rates)
                # Everybody may write a time zone of their own.
                self.rpc(self.users["salesperson"], "salesperson", "write", {"tz": zone})
                self.rpc(order, "salesperson", "action_sop_submit", context={"tz": zone})
                approval = order.sudo().approval_for("application")
                self.assertEqual(approval.amount_company, 2000.0)
                [credit] = approval.step_ids.filtered(lambda step: step.rules == "C7")
                self.assertIn("2,000.00", credit.reason)
                savepoint.rollback()
            self.env.invalidate_all()

    @rule("A1")
    def test_a_delegation_does_not_begin_earlier_by_a_time_zone(self):
        deputy = self._new_user("deputy", "sales_sop.group_sales_office", self.company)
        tomorrow = fields.Date.add(self.company._sop_today(), days=1)
        self.as_user(self.env["sop.delegation"], "sales_manager").create(
            {
                "delegate_id": deputy.id,
                "company_id": self.company.id,
                "date_from": tomorrow,
                "date_to": tomorrow,
            }
        )
        approval = self.submit(self.discounted(9))
        self.users["deputy"] = deputy
        with self.assertRefused("Sales Manager", unchanged=approval.step_ids):
            self.rpc(approval, "deputy", "approve", context={"tz": "Pacific/Kiritimati"})

    @rule("A1")
    def test_an_order_is_not_moved_into_the_company_and_confirmed_at_once(self):
        other = self._new_company("Old Ways Ltd")
        self.users["salesperson"].company_ids |= other
        companies = (other | self.company).ids
        order = (
            self.env["sale.order"]
            .with_user(self.users["salesperson"])
            .with_context(allowed_company_ids=companies)
            .create({"partner_id": self.customer.id, "company_id": other.id})
        )
        move = {"company_id": self.company.id, "warehouse_id": self.warehouse.id, "state": "sale"}
        with self.assertRefused("A1"):
            order.write({**move, "pricelist_id": False})
        order.action_confirm()
        with self.assertRefused(order.name, "stays in its company"):
            order.write({**move, "state": "sale"})

    @rule("A1", "K1")
    def test_a_submitted_order_does_not_leave_its_contract_behind(self):
        other = self._new_company("Old Ways Ltd")
        self.users["salesperson"].company_ids |= other
        order = self.discounted(0)
        self.submit(order)
        contract = order.sudo().sop_contract_id
        with self.assertRefused(order.name, "stays in its company", unchanged=[order, contract]):
            self.rpc(order, "salesperson", "write", {"company_id": other.id})
        self.rpc(order, "salesperson", "write", {"company_id": self.company.id})

    @rule("K6")
    def test_a_submitted_order_keeps_its_number(self):
        order = self.discounted(0)
        self.rpc(order, "salesperson", "write", {"name": "S-2026-1"})
        self.submit(order)
        for role in ("salesperson", "sales_office", "sales_manager"):
            with self.assertRefused("S-2026-1", "keeps its number", unchanged=order):
                self.rpc(order, role, "write", {"name": "S-2026-2"})

    @rule("K2")
    def test_goods_of_an_order_without_contract_stay(self):
        order = self.discounted(0)
        self.submit(order)
        self.countersign(order)
        self.as_user(order, "salesperson").action_confirm()
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET sop_contract_id = NULL WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        with self.assertRefused("K2", order.name, "no contract"):
            self.ship(picking)

    @rule("A3")
    def test_freight_with_a_negative_quantity_or_a_huge_discount_is_a_change(self):
        service = self._new_product("Freight", 0.0, type="service")
        carrier = self.env["delivery.carrier"].create(
            {"name": "Lorry", "product_id": service.id, "company_id": self.company.id}
        )
        for values in ({"product_uom_qty": -15}, {"discount": 2600.0}):
            order = self.discounted(0)
            self.submit(order)
            order.set_delivery_line(carrier, 10.0)
            self.assertEqual(order.sop_application_state, "approved")
            freight = order.order_line.filtered("is_delivery")
            self.rpc(freight, "salesperson", "write", values)
            self.assertEqual(order.sop_application_state, "stale", values)

    @rule("P3")
    def test_a_discounted_line_is_no_reward(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Spring sale",
                "program_type": "promotion",
                "company_id": self.company.id,
                "reward_ids": [
                    Command.create({"reward_type": "product", "reward_product_id": self.drive.id})
                ],
            }
        )
        order = self.quotation(lines=[(self.drive, 30, 100.0), (self.drive, 10, 80.0)])
        self.rpc(
            order.order_line[1], "salesperson", "write", {"reward_id": program.reward_ids[0].id}
        )
        self.assertEqual(self.roles_for(order), self.top)

    def judged_by(self):
        """What a judgement reads beside quotation and policy, each with a value to attack by."""
        category = self.env["product.category"].create({"name": "Spare parts"})
        self.drive.categ_id = category
        part = self._new_product("Pump", 50.0)
        combo = self.env["product.combo"].create(
            {"name": "Pumps", "combo_item_ids": [Command.create({"product_id": part.id})]}
        )
        attribute = self.env["product.attribute"].create(
            {
                "name": "Coating",
                "create_variant": "no_variant",
                "value_ids": [Command.create({"name": name}) for name in ("None", "Thick")],
            }
        )
        options = self.env["product.template.attribute.line"].create(
            {
                "product_tmpl_id": part.product_tmpl_id.id,
                "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }
        )
        rate = self.env["res.currency.rate"].create(
            {
                "currency_id": self.env.ref("base.EUR").id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.5,
            }
        )
        freight = self._new_product("Freight", 0.0, type="service")
        carrier = self.env["delivery.carrier"].create(
            {"name": "Lorry", "product_id": freight.id, "company_id": self.company.id}
        )
        program = self.env["loyalty.program"].create(
            {
                "name": "Spring sale",
                "program_type": "promotion",
                "company_id": self.company.id,
                "reward_ids": [
                    Command.create({"reward_type": "product", "reward_product_id": part.id})
                ],
            }
        )
        unit = self.env["uom.uom"].create(
            {"name": "Ten", "relative_factor": 10, "relative_uom_id": self.drive.uom_id.id}
        )
        return {
            category: {"parent_id": self.env["product.category"].create({"name": "Cheap"}).id},
            self.drive: {"categ_id": False, "lst_price": 1.0},
            self.drive.product_tmpl_id: {"uom_id": unit.id, "type": "service"},
            part: {"standard_price": 0.0, "taxes_id": [Command.clear()]},
            combo: {"combo_item_ids": [Command.create({"product_id": self.drive.id})]},
            combo.combo_item_ids: {"extra_price": 0.5},
            options.product_template_value_ids[1]: {"price_extra": 0.5},
            self.tax: {"amount": 50.0, "price_include_override": "tax_included"},
            rate: {"rate": 5.0},
            carrier: {"product_id": self.drive.id},
            program.reward_ids: {"reward_product_id": self.drive.id},
            unit: {"relative_factor": 1.0},
            self.company: {"currency_id": self.env.ref("base.EUR").id},
        }

    @rule("P1", "P3")
    def test_no_role_changes_what_prices_are_judged_by(self):
        groups = [f"sales_sop.group_{role}" for role in ROLES]
        # Rights add up, so who holds every role can do whatever one of them can.
        self.users["everything"] = self._new_user("everything", ",".join(groups), self.company)
        for record, values in self.judged_by().items():
            for method, arguments in (("write", [values]), ("unlink", [])):
                with (
                    self.subTest(record=record, method=method),
                    self.assertRefused(exception=AccessError, unchanged=record),
                ):
                    self.rpc(record, "everything", method, *arguments)
            for role in (*ROLES, "everything"):
                with self.subTest(record=record, role=role):
                    mine = self.as_user(record, role)
                    allowed = [
                        name for name in ("create", "write", "unlink") if mine.has_access(name)
                    ]
                    self.assertFalse(allowed)

    @rule("P5")
    def test_a_product_without_category_is_of_no_category(self):
        category = self.env["product.category"].create({"name": "Spare parts"})
        part = self._new_product("Seal ring", 10.0)
        part.categ_id = False
        term = self.policy.sudo().term_ids.new({"product_categ_id": category.id})
        term.currency_id = self.company.currency_id
        self.assertFalse(term._matches("direct", 10.0, part))
        part.categ_id = category
        self.assertTrue(term._matches("direct", 10.0, part))

    @rule("A3", "P8")
    def test_what_is_promised_after_the_sale_is_approved_with_the_rest(self):
        order = self.discounted(0)
        self.submit(order)
        self.rpc(order, "salesperson", "write", {"sop_warranty": "ten years, penalty 5 % a day"})
        self.assertEqual(order.sop_application_state, "stale")
