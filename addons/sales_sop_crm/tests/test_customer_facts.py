from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import EnquiryCase

FACTS = {
    "sop_nature": "state",
    "sop_legal_representative": "Grace Hill",
    "sop_size": "large",
    "sop_registered_capital": 5000000.0,
}


@tagged("post_install", "-at_install")
class TestCustomerFacts(EnquiryCase):
    """What a customer is in law is asked for once (A5)."""

    def facts(self, record):
        return {name: record[name] for name in FACTS}

    @rule("A5")
    def test_the_enquiry_proposes_what_the_customer_s_card_says(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.customer.write({**FACTS, "sop_capital_currency_id": euro.id})
        contact = self.env["res.partner"].create({"name": "Ada", "parent_id": self.customer.id})
        self.assertEqual(self.facts(contact), FACTS)
        enquiry = self.as_user(self.env["crm.lead"], "salesperson").create(
            {"name": "Pumps", "partner_id": contact.id}
        )
        self.assertEqual(self.facts(enquiry), FACTS)
        self.assertEqual(enquiry.sop_capital_currency_id, euro)

    @rule("A5")
    def test_what_is_entered_comes_before_what_the_card_says(self):
        self.customer.write(FACTS)
        enquiry = self.as_user(self.env["crm.lead"], "salesperson").create(
            {"name": "Pumps", "partner_id": self.customer.id, "sop_nature": "joint"}
        )
        self.assertEqual(self.facts(enquiry), {**FACTS, "sop_nature": "joint"})

    @rule("A5")
    def test_capital_is_in_the_currency_of_the_company_unless_said_otherwise(self):
        enquiry = self.enquiry(partner_id=False, sop_registered_capital=5.0)
        self.assertEqual(enquiry.sop_capital_currency_id, self.company.currency_id)
        customer = self.new_customer("Hill Works")
        customer.sop_capital_currency_id = self.env.ref("base.CNY")
        enquiry._handle_partner_assignment(force_partner_id=customer.id, create_missing=False)
        self.assertEqual(customer.sop_registered_capital, 5.0)
        self.assertEqual(customer.sop_capital_currency_id, self.company.currency_id)

    @rule("A5")
    def test_what_the_card_does_not_say_the_enquiry_keeps(self):
        enquiry = self.enquiry(partner_id=False)
        enquiry.partner_id = self.customer
        self.assertEqual(enquiry.sop_nature, "private")
        self.customer.sop_nature = "joint"
        another = self.enquiry(partner_id=False)
        another.partner_id = self.customer
        self.assertEqual(another.sop_nature, "joint")
        self.assertEqual(another.sop_size, "medium")

    @rule("A5")
    def test_registration_completes_the_customer_s_card(self):
        self.customer.sop_size = "large"
        enquiry = self.enquiry(sop_size="small", sop_registered_capital=100.0)
        enquiry.action_sop_register()
        self.assertEqual(self.customer.sop_nature, "private")
        self.assertEqual(self.customer.sop_legal_representative, "Paul Walker")
        self.assertEqual(self.customer.sop_registered_capital, 100.0)
        self.assertEqual(self.customer.sop_size, "large", "what the card says stays")

    @rule("A5")
    def test_a_customer_made_from_the_enquiry_has_what_it_says(self):
        enquiry = self.enquiry(partner_id=False, partner_name="Hill Works", **FACTS)
        enquiry._handle_partner_assignment(create_missing=True)
        company = enquiry.partner_id.commercial_partner_id
        self.assertEqual(company.name, "Hill Works")
        self.assertEqual(enquiry.partner_id.name, "Ada Miller")
        self.assertEqual(self.facts(company), FACTS)
        self.assertEqual(self.facts(enquiry.partner_id), FACTS)

    @rule("A5")
    def test_a_known_customer_chosen_later_learns_what_the_enquiry_says(self):
        known = self.new_customer("Hill Works", sop_nature="foreign")
        enquiry = self.enquiry(partner_id=False, **FACTS)
        enquiry._handle_partner_assignment(force_partner_id=known.id, create_missing=False)
        self.assertEqual(known.sop_nature, "foreign")
        self.assertEqual(known.sop_legal_representative, "Grace Hill")
        self.assertEqual(enquiry.sop_nature, "foreign")

    @rule("A5")
    def test_the_customer_of_a_registered_enquiry_is_not_deleted(self):
        customer = self.new_customer("Hill Works")
        self.registered(partner_id=customer.id)
        with self.assertRefused("Hill Works", "Archive it"):
            customer.unlink()
        self.new_customer("Nobody").unlink()
        customer.active = False
        self.assertTrue(customer.exists())

    @rule("A5")
    def test_cards_of_one_customer_are_merged_and_the_enquiry_stays(self):
        double = self.new_customer("Riverside Paper Mill Ltd")
        enquiry = self.registered(partner_id=double.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | double).ids, self.customer)
        self.env.invalidate_all()
        self.assertFalse(double.exists())
        self.assertEqual(enquiry.partner_id, self.customer)
        self.assertEqual(enquiry.sop_customer_id, self.customer)
