from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestContract(SopCase):
    """The contract rests on the approved application and fixes what was agreed."""

    @rule("K1")
    def test_a_contract_is_countersigned_only_on_an_approved_application(self):
        order = self.quotation()
        self.submit(order)
        contract = order.sudo().sop_contract_id
        with self.assertRefused("K1", contract.number, order.name):
            self.as_user(contract, "sales_office").action_submit()
        self.approve(order, "application", "sales_manager")
        self.as_user(contract, "sales_office").action_submit()
        self.assertEqual(contract.approval_state, "pending")

    @rule("K1")
    def test_a_salesperson_sends_only_their_own_contract(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        with self.assertRefused():
            contract.with_user(colleague).action_submit()
        self.as_user(contract, "salesperson").action_submit()
        self.assertEqual(contract.approval_state, "pending")

    @rule("K7")
    def test_legal_reviews_an_ordinary_contract_where_the_policy_says_so(self):
        self.policy.sudo().term_ids.legal_review = True
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        approval = contract._approval_for("contract")
        for role in ("sales_head", "finance"):
            with self.assertRefused("Legal", unchanged=approval.step_ids):
                self.rpc(approval, role, "approve")
        for role in ("legal", "sales_head", "finance"):
            self.approve(contract, "contract", role)
        self.assertEqual(contract.state, "effective")

    @rule("A3")
    def test_what_is_changed_after_approval_is_approved_again(self):
        order = self.approved_quotation()
        order.order_line.price_unit = 99.0
        self.assertEqual(order.sop_application_state, "stale")
        with self.assertRefused("A1", "has changed"):
            order.action_confirm()
        order.order_line.price_unit = 100.0
        self.assertEqual(order.sop_application_state, "approved")
        self.countersign(order)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("A3")
    def test_a_changed_quotation_cannot_be_decided(self):
        order = self.quotation()
        approval = self.submit(order)
        order.order_line.product_uom_qty = 20
        with self.assertRefused(order.name, "has changed since it was submitted"):
            self.as_user(approval, "sales_manager").approve()
        self.assertEqual(approval.state, "pending")
        self.submit(order)
        self.assertEqual(approval.state, "superseded")
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A3")
    def test_an_effective_contract_fixes_the_order(self):
        order = self.confirmed_order()
        line = order.order_line
        changes = (
            {"price_unit": 1.0},
            {"product_uom_qty": 1},
            {"discount": 50},
            {"tax_ids": [Command.clear()]},
        )
        for change in changes:
            with self.subTest(change=change), self.assertRefused(order.name, "effective"):
                line.write(change)
        with self.assertRefused(order.name):
            order.write({"order_line": [Command.create({"product_id": self.drive.id})]})
        with self.assertRefused(order.name):
            order.payment_term_id = self.env.ref("account.account_payment_term_30days")
        self.assertEqual((line.price_unit, line.product_uom_qty), (100.0, 10.0))

    @rule("A3")
    def test_unlocking_an_order_frees_nothing(self):
        order = self.confirmed_order()
        self.rpc(order, "sale_manager", "action_lock")
        self.rpc(order, "sale_manager", "action_unlock")
        self.assertFalse(order.locked)
        for role in ("salesperson", "sales_manager", "sale_manager"):
            for record, values in (
                (order.order_line, {"product_uom_qty": 20.0}),
                (order.order_line, {"price_unit": 1.0}),
                (order, {"locked": False, "payment_term_id": self._thirty_days()}),
            ):
                with self.assertRefused("effective contract", unchanged=[order, order.order_line]):
                    self.rpc(record, role, "write", values)

    def _thirty_days(self):
        return self.env.ref("account.account_payment_term_30days").id

    @rule("A3")
    def test_notes_dates_and_delivery_dates_stay_free(self):
        order = self.confirmed_order()
        order.write(
            {
                "client_order_ref": "Call before delivery",
                "commitment_date": "2026-05-01",
                "order_line": [
                    Command.create({"display_type": "line_note", "name": "Painted grey"})
                ],
            }
        )
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A1")
    def test_the_requester_does_not_approve_their_own_quotation(self):
        self.users["salesperson"].group_ids |= self.env.ref("sales_sop.group_sales_manager")
        order = self.quotation()
        approval = self.submit(order)
        with self.assertRefused("submitted by you"):
            self.as_user(approval, "salesperson").approve()
        self.as_user(approval, "sales_manager").approve()
        self.assertEqual(approval.state, "approved")

    @rule("K2")
    def test_two_signatures_come_from_two_people(self):
        head = self.users["sales_head"]
        head.group_ids |= self.env.ref("sales_sop.group_finance")
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        approval = self.approve(contract, "contract", "sales_head")
        with self.assertRefused("not yours"):
            self.as_user(approval, "sales_head").approve()
        self.approve(contract, "contract", "finance")
        self.assertEqual(contract.state, "effective")

    @rule("A1")
    def test_a_refusal_goes_back_with_its_reason(self):
        order = self.quotation()
        approval = self.submit(order)
        manager = self.as_user(approval, "sales_manager")
        with self.assertRefused("Say why"):
            manager.refuse(" ")
        manager.refuse("The price is below cost.")
        self.assertEqual(order.sop_application_state, "refused")
        notified = self.env["mail.message"].search(
            [("res_id", "=", order.id), ("message_type", "=", "user_notification")]
        )
        self.assertIn("below cost", notified[:1].body)
        order.order_line.price_unit = 120.0
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A1")
    def test_the_form_shows_who_decided_what_on_each_submission(self):
        order = self.quotation()
        self.as_user(self.submit(order), "sales_manager").refuse("The price is below cost.")
        order.order_line.price_unit = 120.0
        self.as_user(self.submit(order), "sales_manager").approve("Good customer")
        self.countersign(order)
        mine = self.as_user(order, "salesperson")
        shown = etree.fromstring(mine.get_view(view_type="form")["arch"])
        self.assertTrue(shown.xpath("//page[@name='sop_approvals']//field[@name='approval_ids']"))
        history = [
            (step.state, step.user_id.name, step.comment)
            for approval in mine.approval_ids.sorted("id")
            for step in approval.step_ids
        ]
        self.assertEqual(
            history,
            [
                ("refused", "Sales Manager", "The price is below cost."),
                ("approved", "Sales Manager", "Good customer"),
            ],
        )
        signed = self.as_user(order.sudo().sop_contract_id, "salesperson").approval_ids.step_ids
        self.assertEqual(sorted(signed.user_id.mapped("name")), ["Finance", "Sales Head"])
        self.assertTrue(all(signed.mapped("decided_on")))

    @rule("A1", "K2")
    def test_a_cancelled_order_is_approved_anew(self):
        order = self.effective_order()
        contract = order.sudo().sop_contract_id
        order.action_cancel()
        self.assertEqual(contract.state, "cancelled")
        order.action_draft()
        self.assertEqual(order.sop_application_state, "none")
        with self.assertRefused("A1"):
            order.action_confirm()
        self.submit(order)
        self.assertEqual((contract.state, order.sudo().sop_contract_id), ("draft", contract))

    @rule("A1")
    def test_a_salesperson_sees_only_approvals_of_their_own_documents(self):
        order = self.quotation()
        approval = self.submit(order)
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        approvals = self.env["sop.approval"]
        own = [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
        self.assertEqual(self.as_user(approvals, "salesperson").search(own), approval)
        self.assertFalse(approvals.with_user(colleague).search(own))
        self.assertFalse(self.env["sop.approval.step"].with_user(colleague).search([]))
        with self.assertRefused():
            approval.with_user(colleague).read(["summary"])

    @rule("A1")
    def test_a_role_nobody_holds_is_named_at_submission(self):
        self.users["sales_manager"].active = False
        order = self.quotation()
        with self.assertRefused(order.name, "Sales Manager", "administrator"):
            self.submit(order)

    @rule("A1")
    def test_a_submitted_quotation_is_never_deleted(self):
        order = self.quotation()
        self.submit(order)
        with self.assertRefused(order.name, "Cancel it instead"):
            self.as_user(order, "sale_manager").unlink()

    def test_open_steps_are_on_the_deciders_to_do_list(self):
        order = self.quotation()
        self.submit(order)
        manager = self.users["sales_manager"]
        waiting = self.as_user(self.env["sop.approval"], "sales_manager")
        self.assertEqual(waiting.waiting_count(), 1)
        self.assertEqual(order.sudo().activity_ids.user_id, manager)
        self.assertEqual(self.as_user(self.env["sop.approval"], "sales_head").waiting_count(), 0)
        self.approve(order, "application", "sales_manager")
        self.assertEqual(waiting.waiting_count(), 0)
        self.assertFalse(
            order.sudo().activity_ids.filtered(lambda act: act.user_id == manager),
        )

    def test_the_chain_names_whose_turn_it_is(self):
        order = self.quotation()
        steps = {step["key"]: step for step in order.sop_chain["steps"]}
        self.assertEqual(steps["application"]["state"], "current")
        self.submit(order)
        order.invalidate_recordset()
        steps = {step["key"]: step for step in order.sop_chain["steps"]}
        self.assertIn("Sales Manager", steps["application"]["text"])
        self.approve(order, "application", "sales_manager")
        order.invalidate_recordset()
        steps = {step["key"]: step for step in order.sop_chain["steps"]}
        self.assertEqual(steps["application"]["state"], "done")
        self.assertEqual(steps["application"]["who"], "Sales Manager")
        self.assertEqual(steps["contract"]["state"], "current")
        self.assertEqual(steps["delivery"]["state"], "waiting")
