from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import EnquiryCase


@tagged("post_install", "-at_install")
class TestEnquiryPolicy(EnquiryCase):
    """Whether an order needs a registered enquiry is part of the policy (A5, P1, P5)."""

    def draft(self, policy=None):
        action = self.as_user(policy or self.policy, "marketing_director").action_new_version()
        return self.env["sop.policy"].browse(action["res_id"])

    @rule("A5")
    def test_no_term_asks_for_an_enquiry_unless_it_says_so(self):
        self.assertFalse(self.policy.term_ids.enquiry_required)

    @rule("A5", "P1")
    def test_an_issued_term_keeps_what_it_says(self):
        term = self.policy.term_ids
        with self.assertRefused("cannot change any more", unchanged=term):
            self.rpc(term, "general_manager", "write", {"enquiry_required": True})
        draft = self.draft()
        self.rpc(draft.term_ids, "marketing_director", "write", {"enquiry_required": True})
        self.assertTrue(draft.term_ids.enquiry_required)

    @rule("A5")
    def test_the_guided_start_explains_it(self):
        term = self.draft().term_ids
        self.assertNotIn("(A5)", str(term._further_demands()))
        term.enquiry_required = True
        self.assertIn("registered enquiry", str(term._further_demands()))

    @rule("A5", "P1")
    def test_it_is_part_of_what_is_voted_on_and_compared(self):
        draft = self.draft()
        before = draft._content_hash()
        draft.term_ids.enquiry_required = True
        self.assertNotEqual(draft._content_hash(), before)
        self.assertIn("Registered Enquiry", draft._comparison_html(self.policy))
        self.assertTrue(self.draft(draft).term_ids.enquiry_required)

    @rule("A5", "P5")
    def test_the_sample_asks_for_it_where_a_project_is_sold(self):
        policy = self.env["sop.policy"]._create_sample(self.company)
        self.assertEqual(
            policy.term_ids.filtered("enquiry_required").mapped("name"),
            ["Instalment sale", "Large direct sale with deposit"],
        )

    @rule("A5", "P5")
    def test_each_order_is_judged_by_its_own_term(self):
        policy = self.env["sop.policy"].create(
            {
                "name": "Stricter",
                "company_id": self.company.id,
                "date_from": "2020-06-01",
                "term_ids": [
                    Command.create({"name": "Small", "amount_to": 500.0}),
                    Command.create({"name": "Large", "enquiry_required": True}),
                ],
            }
        )
        manager = self.users["general_manager"]
        policy.with_user(manager).action_decide()
        policy.with_user(manager).action_issue()
        self.submit(self.quotation(lines=[(self.drive, 1, 100.0)]))
        with self.assertRefused("rests on no registered enquiry"):
            self.submit(self.quotation())
