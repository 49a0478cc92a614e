from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SopCase, rule
from .test_money_paper import PaperCase


class PaymentFirstCase(SopCase):
    """30 % of 1,000.00 is paid before ten drives leave."""

    prepayment_percent = 30.0

    def approved_delivery(self, **values):
        return self.approve_delivery(self.confirmed_order(**values).sudo().picking_ids)

    def sign_payment(self, picking, role="finance"):
        self.rpc(picking, role, "action_sop_confirm_payment")

    def validate(self, picking, **context):
        """The warehouse keeper validates; nobody signs for the money meanwhile."""
        return self.rpc(
            picking, "stock_user", "button_validate", context={"skip_backorder": True, **context}
        )

    def state(self, picking):
        picking.invalidate_recordset()
        return picking.sop_release_state


@tagged("post_install", "-at_install")
class TestDeliveryPayment(PaymentFirstCase):
    """Payment first, goods second: finance finds the money and signs before loading."""

    @rule("A3", "D2", "D4")
    def test_who_does_not_read_the_contract_hears_that_goods_wait_and_for_how_much_not(self):
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        picking = self.approved_delivery()
        for role, is_told in (
            ("colleague", False),
            ("gate_guard", False),
            ("salesperson", True),
            ("stock_user", True),
        ):
            self.env.invalidate_all()
            [read] = self.rpc(picking, role, "read", ["sop_blockers", "sop_release_state"])
            self.assertEqual("300.00" in read["sop_blockers"], is_told, role)
            self.assertEqual("wait for the customer's payment" in read["sop_blockers"], not is_told)
            self.assertEqual(read["sop_release_state"], "payment")

    @rule("D4")
    def test_a_cent_too_little_is_not_signed_and_300_is(self):
        picking = self.approved_delivery()
        order = picking.sale_id
        self.collect(order, 299.99)
        with self.assertRefused("D4", "299.99", "0.01", "300.00", unchanged=picking):
            self.sign_payment(picking)
        self.collect(order, 0.01)
        self.sign_payment(picking)
        signature = picking.sop_payment_ids
        self.assertEqual(
            (signature.user_id, signature.amount_collected, signature.amount_demanded),
            (self.users["finance"], 300.0, 300.0),
        )
        self.assertTrue(signature.signed_on)
        [told] = picking.message_ids.filtered(
            lambda message: "signed for the payment" in message.body
        )
        self.assertNotIn("300.00", told.body)
        self.validate(picking)
        self.assertEqual(picking.state, "done")

    @rule("D4")
    def test_collected_and_not_signed_the_goods_stay(self):
        picking = self.approved_delivery()
        self.collect(picking.sale_id, 300.0)
        self.assertEqual(self.state(picking), "signature")
        with self.assertRefused("D4", "finance has not signed", picking.name, unchanged=picking):
            self.validate(picking)
        self.sign_payment(picking)
        self.assertEqual(self.state(picking), "released")
        self.validate(picking)

    @rule("D4")
    def test_only_finance_signs_and_not_who_submitted_or_sold(self):
        picking = self.approved_delivery()
        self.collect(picking.sale_id, 300.0)
        for role in self.users:
            if role not in ("finance", "finance_vp"):
                with self.assertRefused(exception=AccessError, unchanged=picking):
                    self.sign_payment(picking, role)
        self.assertFalse(picking.sop_payment_ids)
        both = self._new_user(
            "both", "sales_sop.group_sales_office,sales_sop.group_finance", self.company
        )
        self.users["both"] = both
        other = self.confirmed_order().sudo().picking_ids
        self.as_user(other, "both").action_sop_submit()
        self.approve(other, "delivery", "sales_manager")
        self.collect(other.sale_id, 300.0)
        with self.assertRefused("Both", "submitted", other.name, unchanged=other):
            self.sign_payment(other, "both")
        self.company.sop_requester_may_approve = True
        self.sign_payment(other, "both")
        self.assertTrue(other.sop_payment_ids.is_own)
        self.sign_payment(picking, "finance_vp")
        self.assertFalse(picking.sop_payment_ids.is_own)

    @rule("D1", "D4")
    def test_an_unapproved_delivery_order_is_not_signed(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.collect(picking.sale_id, 300.0)
        with self.assertRefused("D1", "not been submitted", unchanged=picking):
            self.sign_payment(picking)
        self.approve_delivery(picking)
        self.sign_payment(picking)
        with self.assertRefused("already signed", unchanged=picking):
            self.sign_payment(picking)

    @rule("D4")
    def test_without_a_demand_there_is_nothing_to_sign(self):
        self._issue_policy("2020-02-01", prepayment_percent=0.0)
        picking = self.approved_delivery()
        with self.assertRefused("demands no payment", unchanged=picking):
            self.sign_payment(picking)
        self.validate(picking)
        self.assertEqual(picking.state, "done")

    @rule("D4")
    def test_money_that_goes_back_voids_the_signature(self):
        picking = self.approved_delivery()
        earmark = self.collect(picking.sale_id, 300.0)
        self.sign_payment(picking)
        self.assertEqual(self.state(picking), "released")
        self.as_user(earmark.payment_id, "finance").action_draft()
        self.assertEqual(self.state(picking), "payment")
        with self.assertRefused("D4", "300.00 more", unchanged=picking):
            self.validate(picking)

    @rule("D4", "A3")
    def test_a_demand_above_the_money_that_was_found_is_signed_again(self):
        picking = self.approved_delivery()
        order = picking.sale_id
        self.collect(order, 300.0)
        self.sign_payment(picking)
        # By an amendment, which its own tests show; here only the larger total matters.
        order.sop_contract_id.sudo().amount_total = 1100.0
        self.assertEqual(self.state(picking), "payment")
        self.collect(order, 30.0)
        self.assertEqual(self.state(picking), "signature")
        self.sign_payment(picking)
        self.assertEqual(picking.sop_payment_ids[0].amount_demanded, 330.0)
        self.assertEqual(self.state(picking), "released")

    @rule("D4", "D9")
    def test_goods_added_after_the_signature_void_it_and_less_does_not(self):
        self._issue_policy("2020-02-01", delivery_approval=False)
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.collect(order, 300.0)
        self.as_user(picking.move_ids, "stock_user").product_uom_qty = 6
        self.sign_payment(picking)
        move = self.as_user(picking.move_ids, "stock_user")
        move.write({"quantity": 7, "picked": True})
        self.assertEqual(self.state(picking), "signature")
        with self.assertRefused("D4", "as it is now", unchanged=picking):
            self.validate(picking)
        move.quantity = 5
        self.assertEqual(self.state(picking), "released")
        self.validate(picking)
        self.assertEqual(order.order_line.qty_delivered, 5.0)

    @rule("D4")
    def test_a_backorder_inherits_the_signature_as_far_as_it_goes(self):
        self._issue_policy("2020-02-01", delivery_approval=False)
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.collect(order, 300.0)
        self.as_user(picking.move_ids, "stock_user").product_uom_qty = 8
        self.sign_payment(picking)
        self.ship(picking, quantity=5)
        rest = picking.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 3.0)
        self.assertEqual(self.state(rest), "released")
        rest.move_ids.product_uom_qty = 4
        self.assertEqual(self.state(rest), "signature")
        rest.move_ids.product_uom_qty = 3
        self.validate(rest)
        self.assertEqual(rest.state, "done")

    @rule("D4")
    def test_two_deliveries_together_and_one_is_allowed(self):
        allowed, waiting = self.approved_delivery(), self.approved_delivery()
        self.collect(allowed.sale_id, 300.0)
        self.collect(waiting.sale_id, 299.99)
        self.sign_payment(allowed)
        both = allowed | waiting
        with self.assertRefused(
            "D4", waiting.sop_contract_id.number, "0.01", unchanged=[both, both.move_ids]
        ) as caught:
            self.validate(both)
        self.assertNotIn(allowed.sop_contract_id.number, str(caught.exception))
        self.validate(allowed)
        self.assertEqual(both.mapped("state"), ["done", "assigned"])

    @rule("D4")
    def test_two_are_signed_together_and_one_misses_money(self):
        ready, poor = self.approved_delivery(), self.approved_delivery()
        self.collect(ready.sale_id, 300.0)
        with self.assertRefused("D4", poor.sop_contract_id.number, unchanged=[ready, poor]):
            self.sign_payment(ready | poor)
        self.assertFalse(ready.sop_payment_ids)

    @rule("D4")
    def test_nobody_writes_a_signature(self):
        picking = self.approved_delivery()
        self.collect(picking.sale_id, 300.0)
        values = {
            "picking_id": picking.id,
            "document_name": picking.name,
            "contract_id": picking.sop_contract_id.id,
            "company_id": self.company.id,
            "user_id": self.users["finance"].id,
            "signed_on": "2026-03-01 08:00:00",
            "amount_collected": 1000.0,
            "content": picking._approval_content("delivery"),
        }
        model = self.env["sop.payment.confirmation"]
        for role in self.users:
            with self.assertRefused(exception=AccessError):
                self.rpc(model, role, "create", values)
            with self.assertRefused(exception=AccessError):
                # A client's list of commands on the delivery is no way round.
                self.rpc(picking, role, "write", {"sop_payment_ids": [(0, 0, values)]})
        self.sign_payment(picking)
        for role in self.users:
            for method, arguments in (("write", [{"amount_collected": 5.0}]), ("unlink", [])):
                with self.assertRefused(exception=AccessError):
                    self.rpc(picking.sop_payment_ids, role, method, *arguments)

    @rule("D4")
    def test_another_company_sees_no_signature(self):
        picking = self.approved_delivery()
        self.collect(picking.sale_id, 300.0)
        self.sign_payment(picking)
        stranger = self._new_user(
            "stranger", "sales_sop.group_finance", self._new_company("Other Works")
        )
        self.assertTrue(self.as_user(picking.sop_payment_ids, "finance").amount_collected)
        with self.assertRefused(exception=AccessError):
            picking.sop_payment_ids.with_user(stranger).with_context(
                allowed_company_ids=stranger.company_ids.ids
            ).read(["amount_collected"])


@tagged("post_install", "-at_install")
class TestPapersBeforeGoods(PaymentFirstCase, PaperCase):
    """A cheque is no money before the bank has it, and money may go back afterwards."""

    @rule("C3", "D4")
    def test_goods_wait_until_the_cheque_is_cleared(self):
        picking = self.approved_delivery()
        paper = self.registered(picking.sale_id, kind="cheque", amount=300.0)
        with self.assertRefused("D4", "300.00", unchanged=picking):
            self.sign_payment(picking)
        self.as_user(paper, "second_finance").action_countersign()
        with self.assertRefused("D4", "300.00", unchanged=picking):
            self.sign_payment(picking)
        self.clear(paper)
        self.sign_payment(picking)
        self.validate(picking)
        self.assertEqual(picking.state, "done")

    @rule("C1", "D4")
    def test_a_payment_rejected_after_the_goods_left_is_told_without_any_invoice(self):
        picking = self.approved_delivery()
        payment = self.collect(picking.sale_id, 300.0).payment_id
        self.sign_payment(picking)
        self.validate(picking)
        self.assertFalse(picking.sale_id.invoice_ids)
        self.rpc(payment, "finance", "action_reject")
        alerts = picking.sop_contract_id.sudo().activity_search(
            ["sales_sop.mail_activity_money_lost"]
        )
        people = self.users["finance"] | self.users["second_finance"] | self.users["salesperson"]
        self.assertEqual(alerts.user_id, people)
