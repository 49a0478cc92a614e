from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import EnquiryCase


@tagged("post_install", "-at_install")
class TestEnquiryCorrection(EnquiryCase):
    """What was registered is corrected with a trace, never emptied (A5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})

    def as_user(self, record, role):
        return super().as_user(record, role).with_context(tracking_disable=False)

    def registered(self, role="salesperson", **values):
        enquiry = super().registered(role, **values)
        self.flush_tracking()
        return enquiry

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    @rule("A5")
    def test_a_correction_leaves_a_trace(self):
        enquiry = self.registered()
        enquiry.write({"sop_legal_representative": "Mary Walker", "city": "Millbrook"})
        enquiry.sop_line_ids.quantity = 12
        self.flush_tracking()
        history = self.history(enquiry)
        for text in ("Paul Walker", "Mary Walker", "Riverside", "Millbrook"):
            self.assertIn(text, history)
        self.assertIn("Energy-saving drive · 10 Units → Energy-saving drive · 12 Units", history)

    @rule("A5")
    def test_nothing_that_was_registered_is_emptied(self):
        enquiry = self.registered()
        for name, item in (
            ("sop_nature", "the nature of the customer"),
            ("sop_legal_representative", "the legal representative"),
            ("sop_size", "the size of the customer"),
            ("city", "the place"),
            ("phone", "a phone number"),
            ("contact_name", "a contact person"),
            ("sop_line_ids", "what is asked for, with its quantity"),
        ):
            value = [Command.clear()] if name == "sop_line_ids" else False
            with self.subTest(name=name), self.assertRefused(item, unchanged=enquiry):
                self.rpc(enquiry, "salesperson", "write", {name: value})
        line = enquiry.sop_line_ids
        with self.assertRefused("quantity and unit of Energy-saving drive", unchanged=line):
            self.rpc(line, "salesperson", "write", {"quantity": 0})
        with self.assertRefused("what is asked for", unchanged=line):
            self.rpc(line, "salesperson", "unlink")

    @rule("A5")
    def test_the_only_line_is_exchanged_for_another(self):
        enquiry = self.registered()
        line = enquiry.sop_line_ids
        enquiry.write(
            {
                "sop_line_ids": [
                    Command.delete(line.id),
                    Command.create({"product_id": self.drive.id, "quantity": 3}),
                ]
            }
        )
        self.assertEqual(enquiry.sop_line_ids.quantity, 3)
        self.assertIn("Energy-saving drive · 10 Units → —", self.history(enquiry))

    @rule("A5")
    def test_what_is_not_registered_yet_changes_freely(self):
        enquiry = self.enquiry()
        self.rpc(enquiry, "sales_manager", "write", {"sop_nature": False, "city": False})
        self.rpc(enquiry.sop_line_ids, "salesperson", "unlink")
        self.assertIn("the nature of the customer", enquiry.sop_missing)

    @rule("A5")
    def test_managers_read_the_register_and_correct_nothing(self):
        enquiry = self.registered()
        for role in ("sales_manager", "sales_head", "general_manager", "sale_manager"):
            with (
                self.subTest(role=role),
                self.assertRefused(
                    "correct the registered enquiry", exception=AccessError, unchanged=enquiry
                ),
            ):
                self.rpc(enquiry, role, "write", {"sop_size": "large"})
            with self.assertRefused(exception=AccessError, unchanged=enquiry.sop_line_ids):
                self.rpc(enquiry.sop_line_ids, role, "write", {"quantity": 99})

    @rule("A5")
    def test_managers_go_on_assigning_and_losing_it(self):
        enquiry = self.registered()
        second = self.second_salesperson()
        self.rpc(enquiry, "sales_manager", "write", {"user_id": second.id, "priority": "2"})
        self.rpc(enquiry, "sales_manager", "action_set_lost")
        self.assertEqual((enquiry.user_id, enquiry.active), (second, False))
        self.assertEqual(enquiry.sop_enquiry_state, "registered")

    @rule("A5")
    def test_a_registered_enquiry_stays_with_its_customer(self):
        enquiry = self.registered()
        other = self.new_customer("Hill Works")
        for value in (other.id, False):
            with self.assertRefused("Riverside Paper Mill", unchanged=enquiry):
                self.rpc(enquiry, "salesperson", "write", {"partner_id": value})
        contact = self.env["res.partner"].create({"name": "Ada", "parent_id": self.customer.id})
        self.rpc(enquiry, "salesperson", "write", {"partner_id": contact.id})
        self.assertEqual(enquiry.partner_id, contact)
        self.assertEqual(enquiry.city, "Riverside", "the place stays as it was registered")

    @rule("A5")
    def test_a_customer_made_later_is_the_registered_one_from_then_on(self):
        enquiry = self.registered(partner_id=False)
        enquiry._handle_partner_assignment(create_missing=True)
        self.flush_tracking()
        self.assertEqual(enquiry.partner_id.commercial_partner_id.name, "Riverside Paper Mill")
        with self.assertRefused("stays with it", unchanged=enquiry):
            self.rpc(enquiry, "salesperson", "write", {"partner_id": self.customer.id})

    @rule("A5")
    def test_a_registered_enquiry_stays_in_its_company(self):
        enquiry = self.registered()
        with self.assertRefused("in its company", unchanged=enquiry):
            self.rpc(enquiry, "salesperson", "write", {"company_id": False})
        enquiry.sudo().write({"user_id": False, "team_id": False})
        self.assertEqual(enquiry.company_id, self.company)

    @rule("A5")
    def test_what_the_customer_s_card_says_later_does_not_rewrite_the_register(self):
        enquiry = self.registered()
        self.customer.write({"phone": "+1 555 0777", "city": "Elsewhere", "sop_size": "micro"})
        self.env.flush_all()
        self.assertEqual((enquiry.city, enquiry.sop_size), ("Riverside", "medium"))
        self.assertEqual(enquiry.phone, "+1 555 0100")
