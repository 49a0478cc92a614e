from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import EnquiryCase


@tagged("post_install", "-at_install")
class TestEnquiryMerge(EnquiryCase):
    """Odoo merges leads; a registered enquiry is never lost by that (A5)."""

    def merge(self, leads, role="salesperson"):
        return self.as_user(leads, role).merge_opportunity()

    @rule("A5")
    def test_leads_are_merged_into_the_registered_enquiry(self):
        registered = self.registered()
        won = self.env.ref("crm.stage_lead3")
        further = self.enquiry(
            stage_id=won.id,
            street="9 Other Road",
            city="Elsewhere",
            zip="999",
            sop_size="large",
            sop_registered_capital=500.0,
            lines=[{"product_id": self.drive.id, "quantity": 4}],
        )
        kept = self.merge(registered | further)
        self.assertEqual(kept, registered)
        self.assertFalse(further.exists())
        self.assertEqual(kept.sop_enquiry_state, "registered")
        self.assertEqual((kept.sop_size, kept.city), ("medium", "Riverside"))
        self.assertEqual(kept.sop_registered_capital, 500.0)
        self.assertEqual(sorted(kept.sop_line_ids.mapped("quantity")), [4.0, 10.0])
        self.assertIn("— → Energy-saving drive · 4 Units", self.history(kept))

    @rule("A5")
    def test_two_registered_enquiries_are_not_merged(self):
        leads = self.registered() | self.registered()
        for role in ("salesperson", "sales_manager", "sale_manager"):
            with self.assertRefused(*leads.mapped("sop_enquiry_number"), unchanged=leads):
                self.merge(leads, role)
        with self.assertRefused("registered enquiries", unchanged=leads):
            leads.sudo().merge_opportunity()

    @rule("A5")
    def test_who_may_not_correct_it_merges_nothing_into_it(self):
        for values in ({"sop_registered_capital": 7.0}, {}):
            leads = self.registered() | self.enquiry(**values)
            with self.assertRefused("correct the registered enquiry", unchanged=leads):
                self.merge(leads, "sale_manager")

    @rule("A5")
    def test_what_is_incomplete_is_not_merged_into_it(self):
        leads = self.registered() | self.enquiry(lines=[{"product_id": self.drive.id}])
        with self.assertRefused("quantity and unit of Energy-saving drive", unchanged=leads):
            self.merge(leads)

    @rule("A5")
    def test_unregistered_leads_are_merged_with_their_lines(self):
        first, second = self.enquiry(), self.enquiry(sop_registered_capital=7.0)
        kept = self.merge(first | second)
        self.assertEqual(len(kept.sop_line_ids), 2)
        self.assertEqual(kept.sop_registered_capital, 7.0)
        self.assertEqual(kept.sop_enquiry_state, "open")

    @rule("A5")
    def test_the_orders_of_a_merged_lead_rest_on_the_registered_enquiry(self):
        registered, lead = self.registered(), self.enquiry()
        order = self.quotation(opportunity_id=lead.id)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.merge(registered | lead)
        self.assertEqual(order.opportunity_id, registered)
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A5")
    def test_at_most_one_registered_enquiry_is_proposed_as_duplicate(self):
        mail = {"email_from": "ada@mill.example.com", "partner_id": False}
        first, second, third = (
            self.registered(**mail),
            self.registered(**mail),
            self.enquiry(**mail),
        )
        found = third._get_lead_duplicates(email="ada@mill.example.com")
        self.assertEqual(len(found & (first | second)), 1)
        found = second._get_lead_duplicates(email="ada@mill.example.com")
        self.assertEqual(found & (first | second), second)
        self.assertIn(third, found)
