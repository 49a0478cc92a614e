from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEnquiryDemo(TransactionCase):
    """The demo company has enquiries at every stage."""

    def lead(self, name):
        lead = self.env.ref(f"sales_sop_crm.demo_lead_{name}", raise_if_not_found=False)
        if not lead:
            self.skipTest("installed without demo data")
        return lead

    def test_enquiries_stand_at_every_stage(self):
        for name, state, is_complete, quotations in (
            ("call", "open", False, 0),
            ("complete", "open", True, 0),
            ("registered", "registered", True, 0),
            ("quoted", "registered", True, 1),
        ):
            lead = self.lead(name)
            with self.subTest(name=name):
                self.assertEqual(lead.sop_enquiry_state, state)
                self.assertEqual(not lead.sop_missing, is_complete)
                self.assertEqual(len(lead.order_ids), quotations)

    def test_the_quoted_enquiry_has_taught_the_customer_s_card(self):
        lead = self.lead("quoted")
        self.assertEqual(lead.order_ids.sop_enquiry_id, lead)
        customer = lead.partner_id.commercial_partner_id
        self.assertEqual(customer.sop_nature, lead.sop_nature)
        self.assertEqual(customer.sop_registered_capital, 50000000.0)
        self.assertEqual(customer.sop_capital_currency_id.name, "CNY")
