from datetime import date, datetime

from odoo.tests import Form, tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import EnquiryCase


class EnquiryRequiredCase(EnquiryCase):
    """A company whose policy asks for a registered enquiry behind every order."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"enquiry_required": True, **term})


@tagged("post_install", "-at_install")
class TestEnquiryOrder(EnquiryRequiredCase):
    """Where the policy says so, an order rests on the registered enquiry of its customer (A5)."""

    # -- submission ----------------------------------------------------------------------------

    @rule("A5")
    def test_an_order_with_the_registered_enquiry_of_its_customer_is_submitted(self):
        enquiry = self.registered()
        order = self.quotation(opportunity_id=enquiry.id)
        self.submit(order)
        self.assertEqual(order.sop_application_state, "pending")
        self.assertEqual(order.sop_enquiry_id, enquiry)

    @rule("A4", "A5")
    def test_the_enquiry_goes_with_the_contract_that_is_handed_over(self):
        enquiry = self.registered()
        order = self.quotation(opportunity_id=enquiry.id)
        self.submit(order)
        second = self.second_salesperson()
        dialog = self.rpc_create(
            "sop.contract.handover",
            "sales_office",
            {
                "contract_ids": order.sudo().sop_contract_id.ids,
                "user_id": second.id,
                "reason": "Has left the company",
            },
        )
        self.rpc(dialog, "sales_office", "action_hand_over")
        self.assertEqual((order.sudo().user_id, enquiry.sudo().user_id), (second, second))
        [read] = self.rpc(enquiry, "second", "read", ["sop_enquiry_number"])
        self.assertEqual(read["sop_enquiry_number"], enquiry.sudo().sop_enquiry_number)
        self.assertEqual(order.sudo().sop_application_state, "pending")

    @rule("A5")
    def test_an_order_without_an_enquiry_is_refused_with_the_remedy(self):
        order = self.quotation()
        with self.assertRefused(
            order.name, "Register the enquiry of Riverside Paper Mill", unchanged=order
        ):
            self.submit(order)
        enquiry = self.registered()
        with self.assertRefused(f"Choose {enquiry.sop_enquiry_number}", unchanged=order):
            self.submit(order)

    @rule("A5")
    def test_an_unregistered_enquiry_does_not_do_and_says_what_it_lacks(self):
        enquiry = self.enquiry(sop_size=False)
        order = self.quotation(opportunity_id=enquiry.id)
        with self.assertRefused("is not registered. Register it (A5)", "the size of the customer"):
            self.submit(order)
        enquiry.sop_size = "small"
        with self.assertRefused("is not registered. Register it (A5)"):
            self.submit(order)
        enquiry.action_sop_register()
        self.submit(order)
        self.assertEqual(order.sop_enquiry_id, enquiry)

    @rule("A5", "A4", "P8")
    def test_it_is_named_together_with_all_else_that_is_missing(self):
        term = self.policy.term_ids.sudo()
        self.env.cr.execute(
            "UPDATE sop_policy_term SET details_required = true WHERE id = %s", term.ids
        )
        term.invalidate_recordset()
        self.env["sop.remembered.mixin"]._sop_forget()
        with self.assertRefused("the payment terms", "rests on no registered enquiry"):
            self.submit(self.quotation())

    @rule("A5")
    def test_the_enquiry_of_another_customer_does_not_do(self):
        other = self.registered(partner_id=self.new_customer("Hill Works").id)
        order = self.quotation(opportunity_id=other.id)
        with self.assertRefused("is no enquiry of Riverside Paper Mill"):
            self.submit(order)
        nobody = self.registered(partner_id=False)
        order.opportunity_id = nobody
        with self.assertRefused("is no enquiry of Riverside Paper Mill"):
            self.submit(order)

    @rule("A5")
    def test_the_enquiry_of_a_contact_does_for_the_company(self):
        contact = self.env["res.partner"].create({"name": "Ada", "parent_id": self.customer.id})
        enquiry = self.registered(partner_id=contact.id)
        order = self.quotation(opportunity_id=enquiry.id)
        self.submit(order)
        self.assertEqual(order.sop_enquiry_id, enquiry)

    @rule("A5")
    def test_an_enquiry_to_another_company_does_not_do(self):
        other = self._new_company("Southlight Drives")
        self.users["salesperson"].company_ids |= other
        enquiry = self.registered()
        self.env.cr.execute(
            "UPDATE crm_lead SET company_id = %s, team_id = NULL WHERE id = %s",
            (other.id, enquiry.id),
        )
        enquiry.invalidate_recordset()
        order = self.quotation()
        # Odoo's own check would refuse it too, later.
        self.env.cr.execute(
            "UPDATE sale_order SET opportunity_id = %s WHERE id = %s", (enquiry.id, order.id)
        )
        order.invalidate_recordset()
        with self.assertRefused("in another company"):
            self.submit(order)
        with self.assertRefused("belongs to another company"):
            self.rpc(self.quotation(), "salesperson", "write", {"opportunity_id": enquiry.id})

    @rule("A5")
    def test_a_call_off_needs_no_enquiry_of_its_own(self):
        enquiry = self.registered()
        frame = self.quotation(
            sop_sales_mode="frame", sop_frame_until="2099-12-31", opportunity_id=enquiry.id
        )
        self.submit(frame)
        self.approve(frame, "application", "sales_manager")
        contract = self.countersign(frame)
        order = self.quotation(sop_frame_contract_id=contract.id, lines=[(self.drive, 1, 100.0)])
        self.submit(order)
        self.assertEqual(order.sop_application_state, "approved")

    # -- afterwards ----------------------------------------------------------------------------

    @rule("A5", "A3")
    def test_another_enquiry_makes_what_was_submitted_stale(self):
        first, second = self.registered(), self.registered()
        order = self.quotation(opportunity_id=first.id)
        self.submit(order)
        for value in (second.id, False):
            self.rpc(order, "salesperson", "write", {"opportunity_id": value})
            self.assertEqual(order.sop_application_state, "stale")
        self.rpc(order, "salesperson", "write", {"opportunity_id": first.id})
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A5", "A3")
    def test_the_enquiry_of_an_effective_contract_is_fixed(self):
        first, second = self.registered(), self.registered()
        order = self.effective_order(opportunity_id=first.id)
        for value in (second.id, False):
            with self.assertRefused("rests on the effective contract", unchanged=order):
                self.rpc(order, "salesperson", "write", {"opportunity_id": value})
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual((order.state, order.opportunity_id), ("sale", first))

    @rule("A5")
    def test_resubmission_takes_the_enquiry_of_the_day(self):
        first, second = self.registered(), self.registered()
        order = self.quotation(opportunity_id=first.id)
        self.submit(order)
        self.rpc(order, "salesperson", "write", {"opportunity_id": second.id})
        self.submit(order)
        self.assertEqual(order.sop_enquiry_id, second)
        self.assertEqual(order.sop_application_state, "pending")

    @rule("A5")
    def test_a_copied_order_rests_on_nothing_until_it_is_submitted(self):
        order = self.quotation(opportunity_id=self.registered().id)
        self.submit(order)
        copied = self.as_user(order, "salesperson").copy()
        self.assertFalse(copied.sop_enquiry_id)
        self.submit(copied)
        self.assertEqual(copied.sop_enquiry_id, order.sop_enquiry_id)

    @rule("A5")
    def test_the_application_names_the_enquiry(self):
        enquiry = self.registered()
        order = self.quotation(opportunity_id=enquiry.id)
        self.submit(order)
        facts = self.as_user(order, "sales_manager")._sop_application_paper()["facts"]
        self.assertIn(("Enquiry", enquiry.sop_enquiry_number), facts)

    @rule("A5")
    def test_who_decides_opens_the_order_without_access_to_leads(self):
        order = self.quotation(opportunity_id=self.registered().id)
        self.submit(order)
        self.env.invalidate_all()
        seen = self.rpc(
            order,
            "finance",
            "web_read",
            {"sop_enquiry_id": {"fields": {"display_name": {}}}, "name": {}},
        )
        self.assertEqual(seen[0]["sop_enquiry_id"]["id"], order.sop_enquiry_id.id)

    # -- the quotation takes over what was asked for -------------------------------------------

    @rule("A5")
    def test_a_new_quotation_carries_what_was_asked_for(self):
        enquiry = self.registered(
            lines=[
                {"product_id": self.drive.id, "quantity": 7, "date_wanted": "2099-05-03"},
                {
                    "name": "Frames for them",
                    "quantity": 2,
                    "uom_id": self.env.ref("uom.product_uom_unit").id,
                    "date_wanted": "2099-04-01",
                },
            ]
        )
        order = self.new_quotation(enquiry)
        self.assertEqual((order.opportunity_id, order.partner_id), (enquiry, self.customer))
        drives, note = order.order_line
        self.assertEqual((drives.product_id, drives.product_uom_qty), (self.drive, 7))
        self.assertEqual((drives.product_uom_id, drives.price_unit), (self.drive.uom_id, 100.0))
        self.assertEqual((note.display_type, note.product_uom_qty), ("line_note", 0))
        self.assertIn("Frames for them · 2 Units", note.name)
        self.assertEqual(order.commitment_date.date(), date(2099, 4, 1))
        self.submit(order)
        self.assertEqual(order.sop_enquiry_id, enquiry)

    @rule("A5")
    def test_an_unregistered_enquiry_is_quoted_too(self):
        enquiry = self.enquiry(sop_size=False)
        order = self.new_quotation(enquiry)
        self.assertEqual(order.order_line.product_uom_qty, 10)
        with self.assertRefused("is not registered. Register it (A5)"):
            self.submit(order)

    def new_quotation(self, enquiry):
        """Press New Quotation and save what the form proposes."""
        action = self.as_user(enquiry, "salesperson").action_sale_quotations_new()
        orders = self.as_user(self.env["sale.order"], "salesperson")
        return Form(orders.with_context(**action["context"])).save()

    @rule("A5")
    def test_noon_of_the_company_is_the_wanted_day(self):
        enquiry = self.enquiry(
            lines=[{"product_id": self.drive.id, "quantity": 1, "date_wanted": "2099-05-03"}]
        )
        self.company.partner_id.tz = "Asia/Shanghai"
        values = enquiry._sop_prepare_quotation(self.company)
        self.assertEqual(values["commitment_date"], datetime(2099, 5, 3, 4))

    # -- amendments ----------------------------------------------------------------------------

    @rule("A5", "P7")
    def test_an_order_is_not_amended_into_a_kind_that_needs_an_enquiry(self):
        self._issue_policy_with_small_orders()
        order = self.approved_quotation(lines=[(self.drive, 1, 100.0)])
        amendment = self.amendment(order, 20)
        with self.assertRefused("rests on no registered enquiry", unchanged=order):
            self.as_user(amendment, "salesperson").action_submit()
        enquiry = self.registered()
        self.rpc(order, "salesperson", "write", {"opportunity_id": enquiry.id})
        self.as_user(amendment, "salesperson").action_submit()
        self.approve(amendment, "amendment", "sales_manager")
        self.assertEqual(amendment.state, "applied")
        self.assertEqual(order.sop_enquiry_id, enquiry)
        self.assertEqual(order.sop_application_state, "approved")

    def _issue_policy_with_small_orders(self):
        draft = self.policy.copy({"date_from": "2020-06-01"})
        draft.term_ids.copy(
            {"policy_id": draft.id, "sequence": 1, "amount_to": 500.0, "enquiry_required": False}
        )
        draft.invalidate_recordset(["term_ids"])
        manager = self.users["general_manager"]
        draft.with_user(manager).action_decide()
        draft.with_user(manager).action_issue()

    def amendment(self, order, quantity):
        action = self.as_user(order, "salesperson").action_sop_amend()
        amendment = self.env["sop.amendment"].browse(action["res_id"])
        amendment = self.as_user(amendment, "salesperson")
        amendment.reason = "More of them"
        amendment.line_ids[:1].quantity = quantity
        return amendment
