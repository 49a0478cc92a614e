from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import COMPLETE, EnquiryCase

ALL_ITEMS = (
    "the customer's name",
    "the nature of the customer",
    "the legal representative",
    "the size of the customer",
    "the place",
    "a contact person",
    "a phone number",
    "what is asked for, with its quantity",
)


@tagged("post_install", "-at_install")
class TestEnquiry(EnquiryCase):
    """Every enquiry states who asks for what, and is registered once (A5)."""

    # -- complete ------------------------------------------------------------------------------

    @rule("A5")
    def test_a_salesperson_registers_a_complete_enquiry(self):
        enquiry = self.enquiry()
        self.assertFalse(enquiry.sop_missing)
        self.assertEqual(enquiry.sop_enquiry_state, "open")
        enquiry.action_sop_register()
        year = self.company._sop_today().year
        self.assertEqual(enquiry.sop_enquiry_number, f"XJ{year}-0001")
        self.assertEqual(enquiry.sop_enquiry_state, "registered")
        self.assertEqual(enquiry.sop_registered_by_id, self.users["salesperson"])
        self.assertTrue(enquiry.sop_registered_on)

    @rule("A5")
    def test_all_that_is_missing_is_named_at_once(self):
        enquiry = self.as_user(self.env["crm.lead"], "salesperson").create(
            {"name": "A call", "type": "opportunity"}
        )
        for item in ALL_ITEMS:
            self.assertIn(item, enquiry.sop_missing)
        with self.assertRefused("A call", "Complete it, then register it", *ALL_ITEMS):
            enquiry.action_sop_register()
        self.assertFalse(enquiry.sop_enquiry_number)

    @rule("A5")
    def test_each_item_alone_keeps_the_enquiry_from_being_registered(self):
        for name, item in (
            ("contact_name", "a contact person"),
            ("phone", "a phone number"),
            ("city", "the place"),
            ("sop_nature", "the nature of the customer"),
            ("sop_legal_representative", "the legal representative"),
            ("sop_size", "the size of the customer"),
        ):
            enquiry = self.enquiry(partner_id=False, **{name: False})
            with self.subTest(item=item):
                self.assertEqual(enquiry.sop_missing, item)
                with self.assertRefused(item):
                    enquiry.action_sop_register()
        enquiry = self.enquiry(partner_id=False, partner_name=False)
        self.assertEqual(enquiry.sop_missing, "the customer's name")

    @rule("A5")
    def test_blanks_state_nothing(self):
        enquiry = self.enquiry(sop_legal_representative="  ", city=" ")
        with self.assertRefused("the legal representative", "the place"):
            enquiry.action_sop_register()

    @rule("A5")
    def test_every_line_says_what_and_how_much(self):
        enquiry = self.enquiry(
            lines=[
                {"product_id": self.drive.id},
                {"name": "Something against dust", "quantity": 2},
                {"quantity": 5, "uom_id": self.env.ref("uom.product_uom_unit").id},
            ]
        )
        with self.assertRefused(
            "quantity and unit of Energy-saving drive",
            "quantity and unit of Something against dust",
            "what is asked for on each line",
        ):
            enquiry.action_sop_register()
        unit = self.env.ref("uom.product_uom_unit")
        drive, dust, nothing = enquiry.sop_line_ids
        drive.quantity = 4
        dust.uom_id = unit
        nothing.product_categ_id = self.env["product.category"].create({"name": "Filters"})
        enquiry.action_sop_register()
        self.assertEqual(enquiry.sop_enquiry_state, "registered")

    @rule("A5")
    def test_a_person_needs_no_legal_representative_and_no_size(self):
        enquiry = self.enquiry(
            partner_id=False,
            partner_name=False,
            sop_nature="individual",
            sop_legal_representative=False,
            sop_size=False,
        )
        self.assertFalse(enquiry.sop_missing)
        enquiry.action_sop_register()
        self.assertEqual(enquiry.sop_enquiry_state, "registered")

    @rule("A5")
    def test_the_customer_s_address_is_the_place(self):
        self.customer.write({"city": "Milltown", "phone": "+1 555 0199"})
        enquiry = self.as_user(self.env["crm.lead"], "salesperson").create(
            {"name": "Pumps", "partner_id": self.customer.id}
        )
        self.assertEqual((enquiry.city, enquiry.phone), ("Milltown", "+1 555 0199"))
        self.assertNotIn("the place", enquiry.sop_missing)
        self.assertNotIn("a phone number", enquiry.sop_missing)

    # -- who -----------------------------------------------------------------------------------

    @rule("A5")
    def test_the_sales_office_registers_for_every_salesperson(self):
        enquiry = self.enquiry()
        self.as_user(enquiry, "sales_office").action_sop_register()
        self.assertEqual(enquiry.sop_registered_by_id, self.users["sales_office"])
        self.assertEqual(enquiry.user_id, self.users["salesperson"])

    @rule("A5")
    def test_only_salespeople_and_the_sales_office_register(self):
        enquiry = self.enquiry()
        for role in (
            "sales_manager",
            "sales_head",
            "marketing_director",
            "general_manager",
            "finance",
            "planner",
            "sale_manager",
            "administrator",
        ):
            with (
                self.subTest(role=role),
                self.assertRefused(
                    "Salesperson or Sales Office", exception=AccessError, unchanged=enquiry
                ),
            ):
                self.rpc(enquiry, role, "action_sop_register")

    @rule("A5")
    def test_a_salesperson_does_not_register_another_s_enquiry(self):
        self.second_salesperson()
        enquiry = self.enquiry()
        with self.assertRefused(exception=AccessError, unchanged=enquiry):
            self.rpc(enquiry, "second", "action_sop_register")

    @rule("A5")
    def test_managers_read_every_registered_enquiry_with_its_lines(self):
        enquiry = self.registered()
        for role in ("sales_manager", "sales_head", "vp_sales", "general_manager"):
            seen = self.as_user(enquiry, role)
            self.env.invalidate_all()
            self.assertEqual(seen.sop_line_ids.quantity, 10)

    @rule("A5")
    def test_lines_are_seen_by_who_sees_the_enquiry(self):
        self.second_salesperson()
        line = self.registered().sop_line_ids
        self.env.invalidate_all()
        for role in ("second", "finance", "planner"):
            with self.assertRefused(exception=AccessError):
                self.as_user(line, role).read(["quantity"])

    # -- numbers -------------------------------------------------------------------------------

    @rule("A5")
    def test_each_company_counts_its_enquiries_anew_every_year(self):
        first, second = self.registered(), self.registered()
        numbers = [lead.sop_enquiry_number[-4:] for lead in (first, second)]
        self.assertEqual(numbers, ["0001", "0002"])
        other = self._new_company("Southlight Drives")
        number = self.env["crm.lead"]._sop_next_enquiry_number(other)
        self.assertTrue(number.endswith("-0001"), number)
        next_year = fields.Date.to_date(f"{self.company._sop_today().year + 1}-03-01")
        with patch.object(type(self.company), "_sop_today", lambda company: next_year):
            third = self.registered()
        self.assertEqual(third.sop_enquiry_number, f"XJ{next_year.year}-0001")

    @rule("A5")
    def test_an_enquiry_is_registered_once(self):
        enquiry = self.registered()
        with self.assertRefused("is registered already", enquiry.sop_enquiry_number):
            enquiry.action_sop_register()

    @rule("A5")
    def test_several_are_registered_together_or_none(self):
        good, bad = self.enquiry(), self.enquiry(sop_size=False)
        with self.assertRefused("the size of the customer", unchanged=good | bad):
            (good | bad).action_sop_register()
        bad.sop_size = "small"
        (good | bad).action_sop_register()
        self.assertEqual(set((good | bad).mapped("sop_enquiry_state")), {"registered"})

    @rule("A5")
    def test_an_enquiry_without_a_company_is_registered_in_the_clerk_s(self):
        enquiry = self.enquiry("sales_office", user_id=False, team_id=False, company_id=False)
        self.assertFalse(enquiry.company_id)
        enquiry.action_sop_register()
        self.assertEqual(enquiry.company_id, self.company)

    # -- where enquiries come from --------------------------------------------------------------

    @rule("A5")
    def test_a_mail_becomes_an_enquiry_that_is_completed_and_registered(self):
        lead = self.env["crm.lead"].message_new(
            {"subject": "We need drives", "from": "Ada <ada@mill.example.com>"},
            {"company_id": self.company.id, "user_id": self.users["salesperson"].id},
        )
        self.assertEqual(lead.sop_enquiry_state, "open")
        lead = self.as_user(lead, "salesperson")
        lead.write(
            {
                **COMPLETE,
                "type": "opportunity",
                "sop_line_ids": [Command.create({"product_id": self.drive.id, "quantity": 3})],
            }
        )
        lead.action_sop_register()
        self.assertEqual(lead.sop_enquiry_state, "registered")

    @rule("A5")
    def test_enquiries_are_imported_with_their_lines(self):
        names = [
            "name",
            "partner_name",
            "contact_name",
            "phone",
            "city",
            "sop_nature",
            "sop_legal_representative",
            "sop_size",
            "sop_line_ids/product_id",
            "sop_line_ids/quantity",
            "sop_line_ids/date_wanted",
        ]
        rows = [
            [
                "Pumps",
                "Hill Works",
                "Eve Stone",
                "1234",
                "Hill",
                "Private Enterprise",
                "Kim Lee",
                "Small",
                "Energy-saving drive",
                "3",
                "2026-05-01",
            ],
            ["", "", "", "", "", "", "", "", "Energy-saving drive", "4", "2026-06-01"],
        ]
        result = self.as_user(self.env["crm.lead"], "salesperson").load(names, rows)
        self.assertFalse(result["messages"])
        lead = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual(lead.sop_line_ids.mapped("quantity"), [3.0, 4.0])
        self.assertEqual(lead.sop_enquiry_state, "open")
        self.as_user(lead, "salesperson").action_sop_register()
        self.assertEqual(lead.sop_enquiry_state, "registered")

    @rule("A5")
    def test_the_register_is_found_and_exported(self):
        enquiry = self.registered()
        self.users["sales_office"].group_ids += self.env.ref("base.group_allow_export")
        leads = self.as_user(self.env["crm.lead"], "sales_office")
        number = enquiry.sop_enquiry_number
        mine = [("company_id", "=", self.company.id)]
        self.assertIn(enquiry, leads.search([*mine, ("sop_enquiry_number", "=", number)]))
        self.assertIn(enquiry, leads.search([*mine, ("sop_line_ids", "ilike", "saving drive")]))
        self.assertEqual(enquiry.display_name, f"{number} Drives for the new paper line")
        self.assertIn(enquiry.id, dict(leads.name_search(number, mine)))
        exported = leads.browse(enquiry.ids).export_data(
            ["sop_enquiry_number", "sop_nature", "sop_line_ids/quantity"]
        )["datas"]
        self.assertEqual(exported, [[number, "Private Enterprise", 10.0]])
