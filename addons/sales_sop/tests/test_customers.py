from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import rule
from .test_price_authority import PriceCase


@tagged("post_install", "-at_install")
class TestCustomers(PriceCase):
    """Who a customer is, and to which company it belongs, decides about prices and credit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rich = cls.env["res.partner"].create({"name": "Rich Group", "is_company": True})
        for role in ("salesperson", "finance", "sales_manager"):
            cls.users[role].group_ids |= cls.env.ref("base.group_partner_manager")

    @classmethod
    def _price_lines(cls):
        cls.friends = cls.env["res.partner.category"].create({"name": "Friends"})
        cls.paper = cls.env["res.partner.category"].create({"name": "Paper industry"})
        special = {
            "product_id": cls.drive.id,
            "compute_price": "fixed",
            "fixed_price": 50.0,
            "partner_category_ids": [Command.set(cls.friends.ids)],
        }
        return [special, *super()._price_lines()]

    # -- special prices (P2, P3) -----------------------------------------------------------------

    @rule("P3")
    def test_a_tag_that_brings_a_special_price_is_not_given_by_the_salesperson(self):
        ways = (
            (self.customer, {"category_id": [Command.link(self.friends.id)]}),
            (self.friends, {"partner_ids": [Command.link(self.customer.id)]}),
        )
        for record, values in ways:
            with self.assertRefused("Friends", "special price", exception=AccessError):
                self.rpc(record, "salesperson", "write", values)
        with self.assertRefused("Friends", exception=AccessError):
            self.rpc_create(
                "res.partner",
                "salesperson",
                {"name": "Friend", "category_id": [Command.set(self.friends.ids)]},
            )
        self.assertFalse(self.customer.category_id)

    @rule("P3")
    def test_no_detour_gives_the_price_of_a_tag(self):
        """By a default, past an archived customer, by merging, or by archiving the tag itself."""
        friend = self.env["res.partner"].create(
            {"name": "Friend", "category_id": [Command.set(self.friends.ids)]}
        )

        def past_an_archived_customer():
            self.rpc(self.customer, "salesperson", "write", {"active": False})
            values = {"partner_ids": [Command.link(self.customer.id)]}
            self.rpc(self.friends, "salesperson", "write", values)

        def by_a_default():
            context = {"default_category_id": [Command.set(self.friends.ids)]}
            self.rpc_create("res.partner", "salesperson", {"name": "Mine"}, context)

        def by_merging():
            values = {
                "partner_ids": [Command.set((friend | self.customer).ids)],
                "dst_partner_id": self.customer.id,
            }
            model = "base.partner.merge.automatic.wizard"
            self.rpc(self.rpc_create(model, "salesperson", values), "salesperson", "action_merge")

        def by_archiving_the_tag():
            self.rpc(self.friends, "salesperson", "action_archive")

        for detour in (
            past_an_archived_customer,
            by_a_default,
            by_merging,
            by_archiving_the_tag,
        ):
            with (
                self.subTest(detour.__name__),
                self.assertRefused("Friends", "special price", exception=AccessError),
            ):
                detour()

    @rule("P3")
    def test_the_price_of_an_archived_tag_is_for_nobody(self):
        self.customer.category_id = self.friends
        self.rpc(self.friends, "sales_manager", "action_archive")
        others = self.env["res.partner"].create({"name": "Others"})
        for customer in (self.customer, others):
            order = self.quotation(lines=[(self.drive, 10, 50.0)], partner_id=customer.id)
            self.assertTrue(self.roles_for(order))
        values = {"name": "Mine", "category_id": [Command.set(self.friends.ids)]}
        with self.assertRefused("Friends", "special price", exception=AccessError):
            self.rpc_create("res.partner", "salesperson", values)

    @rule("P3")
    def test_the_sales_manager_gives_it_and_the_price_is_the_policys(self):
        self.rpc(
            self.customer,
            "sales_manager",
            "write",
            {"category_id": [Command.set(self.friends.ids)]},
        )
        order = self.quotation(lines=[(self.drive, 10, 50.0)])
        self.assertFalse(self.roles_for(order))

    @rule("P3")
    def test_a_tag_without_a_price_is_everybodys(self):
        values = {"category_id": [Command.set(self.paper.ids)]}
        self.rpc(self.customer, "salesperson", "write", values)
        self.assertEqual(self.customer.category_id, self.paper)

    # -- credit (C7) -----------------------------------------------------------------------------

    @rule("C7")
    def test_a_customer_with_contracts_is_not_put_under_another_company_by_sales(self):
        self.submit(self.discounted(0))
        ways = (
            (self.customer, {"parent_id": self.rich.id, "is_company": False}),
            (self.rich, {"child_ids": [Command.link(self.customer.id)]}),
        )
        self.customer.is_company = False
        for record, values in ways:
            with self.assertRefused("has contracts", exception=AccessError):
                self.rpc(record, "salesperson", "write", values)
        self.assertEqual(self.customer.commercial_partner_id, self.customer)

    @rule("C7")
    def test_finance_puts_a_customer_under_its_new_company(self):
        self.submit(self.discounted(0))
        values = {"parent_id": self.rich.id, "is_company": False}
        self.rpc(self.customer, "finance", "write", values)
        self.assertEqual(self.customer.commercial_partner_id, self.rich)

    @rule("C7")
    def test_a_prospect_without_contracts_is_put_in_order_by_anybody(self):
        prospect = self.env["res.partner"].create({"name": "Prospect"})
        self.rpc(prospect, "salesperson", "write", {"parent_id": self.rich.id})
        self.assertEqual(prospect.commercial_partner_id, self.rich)

    # -- duplicates (A3) -------------------------------------------------------------------------

    def _merge(self, partners, kept):
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": [Command.set(partners.ids)], "dst_partner_id": kept.id}
        )
        wizard.action_merge()

    @rule("A3")
    def test_a_contact_with_contracts_is_not_merged_into_another(self):
        self.submit(self.discounted(0))
        with self.assertRefused("cannot be merged", "Riverside", exception=UserError):
            self._merge(self.customer | self.rich, kept=self.rich)

    @rule("A3")
    def test_a_duplicate_is_merged_into_the_contact_that_has_the_contracts(self):
        self.submit(self.discounted(0))
        twin = self.env["res.partner"].create({"name": "Riverside Paper Mil"})
        self._merge(self.customer | twin, kept=self.customer)
        self.assertFalse(twin.exists())
