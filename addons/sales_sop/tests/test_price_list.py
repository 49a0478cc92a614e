"""The approved price strategy is issued as a price list (P6)."""

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, SopCase, rule


class PriceListCase(SopCase):
    def setUp(self):
        super().setUp()
        categories = self.env["product.category"]
        self.pumps = categories.create({"name": "Pumps"})
        self.large_pumps = categories.create({"name": "Large Pumps", "parent_id": self.pumps.id})
        self.pump = self._new_product("Pump", 200.0, categ_id=self.pumps.id)
        self.large = self._new_product("Large pump", 900.0, categ_id=self.large_pumps.id)

    def issue(self, *lines, date_from="2021-01-01"):
        policy = self.as_user(self.env["sop.policy"], "marketing_director").create(
            {
                "name": f"Policy of {date_from}",
                "company_id": self.company.id,
                "date_from": date_from,
                "term_ids": [Command.create({"name": "All sales"})],
                "line_ids": [
                    Command.create({"sequence": number, **values})
                    for number, values in enumerate(lines)
                ],
            }
        )
        policy.action_decide()
        self.as_user(policy, "general_manager").action_issue()
        return policy.sudo()

    def price_list(self, policy, kind="normal", currency=None):
        currency = currency or self.company.currency_id
        return policy.pricelist_ids.filtered(
            lambda found: found.sop_price_kind == kind and found.currency_id == currency
        )

    def price(self, policy, product, quantity=1.0, kind="normal"):
        return self.price_list(policy, kind)._get_product_price(product, quantity)


@tagged("post_install", "-at_install")
class TestPriceList(PriceListCase):
    @rule("P6")
    def test_list_prices_are_issued_as_one_list(self):
        policy = self.issue({"percent_off": 0.0})
        self.assertEqual(policy.pricelist_ids.mapped("sop_price_kind"), ["normal"])
        self.assertEqual(policy.pricelist_ids.company_id, self.company)
        self.assertEqual(self.price(policy, self.pump), 200.0)
        self.assertEqual(str(policy.pricelist_ids.item_ids.date_start), "2021-01-01 00:00:00")

    @rule("P6")
    def test_each_price_kind_has_its_list_and_falls_back_to_the_normal_price(self):
        policy = self.issue(
            {"product_id": self.pump.id, "price_kind": "entry", "percent_off": 20.0},
            {
                "product_id": self.pump.id,
                "price_kind": "keeping",
                "compute_price": "fixed",
                "fixed_price": 185.0,
            },
            {"percent_off": 5.0},
        )
        self.assertEqual(
            sorted(policy.pricelist_ids.mapped("sop_price_kind")), ["entry", "keeping", "normal"]
        )
        prices = {
            kind: (
                self.price(policy, self.pump, kind=kind),
                self.price(policy, self.drive, kind=kind),
            )
            for kind in ("normal", "entry", "keeping")
        }
        self.assertEqual(
            prices, {"normal": (190.0, 95.0), "entry": (160.0, 95.0), "keeping": (185.0, 95.0)}
        )

    @rule("P2", "P6")
    def test_the_list_says_what_the_policy_says(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        fixed = {"compute_price": "fixed"}
        policy = self.issue(
            {"min_quantity": 100.0, "percent_off": 30.0},
            {"product_id": self.pump.id, "min_quantity": 2, "uom_id": dozen.id, "percent_off": 25},
            {"product_id": self.pump.id, "fixed_price": 190.0, **fixed},
            {"product_categ_id": self.pumps.id, "min_quantity": 10.0, "percent_off": 12.0},
            {"product_categ_id": self.large_pumps.id, "percent_off": 3.0},
            {"product_categ_id": self.pumps.id, "percent_off": 8.0},
            {"product_id": self.large.id, "fixed_price": 1.0, **fixed},
            {"percent_off": 1.0},
        )
        for product in (self.pump, self.large, self.drive):
            for quantity in (1.0, 9.0, 10.0, 23.0, 24.0, 99.0, 100.0, 500.0):
                line = policy._price_line(product, quantity, self.customer, "normal")
                expected = line._unit_price(
                    product, self.company.currency_id, self.company, self.today()
                )
                with self.subTest(product=product.name, quantity=quantity):
                    self.assertAlmostEqual(self.price(policy, product, quantity), expected)
        self.assertEqual(self.price(policy, self.pump, 24.0), 150.0)
        self.assertEqual(self.price(policy, self.large), 873.0)

    @rule("P6")
    def test_a_foreign_price_has_a_list_in_its_currency(self):
        foreign = self.env.ref("base.CHF")
        foreign.active = True
        policy = self.issue(
            {
                "product_id": self.pump.id,
                "compute_price": "fixed",
                "fixed_price": 170.0,
                "currency_id": foreign.id,
            },
        )
        pricelist = self.price_list(policy, currency=foreign)
        self.assertEqual(pricelist._get_product_price(self.pump, 1.0), 170.0)
        self.assertEqual(len(policy.pricelist_ids), 2)

    @rule("P6")
    def test_a_customer_group_with_own_prices_has_its_list(self):
        mills = self.env["res.partner.category"].create({"name": "Mills"})
        policy = self.issue(
            {"partner_category_ids": [Command.set(mills.ids)], "percent_off": 15.0},
            {"percent_off": 2.0},
        )
        own = policy.pricelist_ids.filtered("sop_partner_category_id")
        self.assertEqual(own.sop_partner_category_id, mills)
        self.assertEqual(own._get_product_price(self.pump, 1.0), 170.0)
        common = policy.pricelist_ids - own
        self.assertEqual(common._get_product_price(self.pump, 1.0), 196.0)
        self.assertLess(common.sequence, own.sequence)

    @rule("P1", "P6")
    def test_the_new_list_takes_the_place_of_the_old_one_on_its_day(self):
        first = self.issue({"percent_off": 5.0})
        with freeze_time("2026-03-01"):
            second = self.issue({"percent_off": 10.0}, date_from="2026-04-01")
            self.assertTrue(first.pricelist_ids.active)
            self.assertFalse(second.pricelist_ids.active)
        for day, active in (("2026-03-31", first), ("2026-04-01", second)):
            with freeze_time(day):
                self.env["sop.policy"]._cron_refresh_price_lists()
                lists = (first | second).pricelist_ids
                self.assertEqual(lists.filtered("active").sop_policy_id, active)

    @mute_logger("odoo.addons.base.models.ir_access")
    @rule("P6")
    def test_nobody_changes_the_price_table(self):
        policy = self.issue({"percent_off": 5.0})
        pricelist = policy.pricelist_ids
        item = pricelist.item_ids
        other = self.env["product.pricelist"].create({"name": "Other"})
        watched = [pricelist, item]
        for role in (*ROLES, *STANDARD_USERS):
            for record, method, *args in (
                (pricelist, "write", {"active": False}),
                (pricelist, "write", {"currency_id": self.env.ref("base.CHF").id}),
                (pricelist, "write", {"sop_policy_id": False}),
                (pricelist, "write", {"item_ids": [Command.clear()]}),
                (pricelist, "unlink"),
                (item, "write", {"percent_price": 90.0}),
                (item, "write", {"pricelist_id": other.id}),
                (item, "unlink"),
                (item, "copy"),
            ):
                with (
                    self.subTest(role=role, method=method, args=args),
                    self.assertRefused(unchanged=watched),
                ):
                    self.rpc(record, role, method, *args)
            with self.assertRefused():
                self.rpc_create(
                    "product.pricelist", role, {"name": "Forged", "sop_policy_id": policy.id}
                )
        self.assertTrue(self.as_user(pricelist, "salesperson").read(["name", "item_ids"]))

    @rule("P6")
    def test_other_price_lists_stay_as_free_as_in_odoo(self):
        self.issue({"percent_off": 5.0})
        other = self.as_user(self.env["product.pricelist"], "sale_manager").create(
            {"name": "Fair", "item_ids": [Command.create({"percent_price": 50.0})]}
        )
        other.item_ids.percent_price = 40.0
        other.active = False
        other.unlink()
        self.assertFalse(other.exists())
        with self.assertRefused(exception=AccessError):
            self.as_user(self.env["product.pricelist"], "salesperson").create({"name": "Mine"})

    @rule("P3", "P6")
    def test_a_changed_price_list_opens_no_gate(self):
        """The judgement reads the policy, whatever a list says."""
        policy = self.issue({"percent_off": 0.0})
        policy.pricelist_ids.item_ids.percent_price = 60.0
        order = self.quotation(lines=[(self.drive, 10, 40.0)], pricelist_id=policy.pricelist_ids.id)
        approval = self.submit(order)
        self.assertIn(
            self.env.ref("sales_sop.group_general_manager"), approval.sudo().step_ids.group_id
        )

    @rule("P6")
    def test_the_printed_list_shows_each_product_with_its_prices(self):
        policy = self.issue(
            {"product_id": self.pump.id, "min_quantity": 10.0, "percent_off": 10.0},
            {"product_id": self.pump.id, "price_kind": "entry", "percent_off": 30.0},
            {"percent_off": 0.0},
        )
        report = self.env["ir.actions.report"].with_user(self.users["salesperson"])
        content, __ = report._render_qweb_html(
            "sales_sop.sop_policy_price_list_document", policy.ids
        )
        page = html.fromstring(content)
        rows = [
            [" ".join(cell.text_content().split()) for cell in row.findall("td")][1:]
            for row in page.iterfind(".//tbody/tr")
        ]
        self.assertEqual(
            [row for row in rows if row[0] == "Pump"],
            [
                ["Pump", "Units", "", "$ 200.00", "$ 200.00", "$ 140.00"],
                ["Pump", "Units", "10", "", "$ 180.00", "$ 140.00"],
            ],
        )
        text = page.text_content()
        self.assertIn("Northlight Drives", text)
        self.assertNotIn("not issued", text)
