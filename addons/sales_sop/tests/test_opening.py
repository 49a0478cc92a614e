from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule
from .test_invoice_gate import InvoiceGateCase


class OpeningCase(InvoiceGateCase):
    """A company that sold before it had a policy."""

    @classmethod
    def _issue_policy(cls, **term):
        """Not yet."""
        return cls.env["sop.policy"]

    def issue_first_policy(self):
        self.policy = SopCase._issue_policy.__func__(type(self))

    def old_order(self, **values):
        """An order confirmed before the company's first policy."""
        order = self.quotation(**values)
        self.as_user(order, "salesperson").action_confirm()
        self.issue_first_policy()
        self.assertTrue(order.sop_opening)
        return order


@tagged("post_install", "-at_install")
class TestOpeningOrders(OpeningCase):
    """Orders older than the first policy go on as they were agreed, and no further."""

    @rule("A3")
    def test_what_was_agreed_stays(self):
        order = self.old_order()
        line = order.order_line
        for values in (
            {"product_uom_qty": 20.0},
            {"price_unit": 200.0},
            {"price_unit": 1.0},
            {"discount": 50.0},
        ):
            with self.assertRefused(order.name, unchanged=[order, line]):
                self.rpc(line, "salesperson", "write", values)
        with self.assertRefused(order.name, unchanged=[order, line]):
            values = {"order_id": order.id, "product_id": self.drive.id, "product_uom_qty": 1.0}
            self.rpc_create("sale.order.line", "salesperson", values)
        with self.assertRefused(order.name, unchanged=[order, line]):
            self.rpc(order, "salesperson", "write", {"partner_id": self.company.partner_id.id})

    @rule("A3")
    def test_what_was_not_agreed_upon_may_change(self):
        order = self.old_order()
        self.rpc(order, "salesperson", "write", {"client_order_ref": "4711"})
        self.rpc(order.order_line, "salesperson", "write", {"name": "Drive, blue"})
        self.assertEqual(order.client_order_ref, "4711")

    @rule("A1")
    def test_taken_up_again_it_is_governed_like_any_other(self):
        order = self.old_order()
        self.rpc(order, "salesperson", "action_cancel")
        self.rpc(order, "salesperson", "action_draft")
        self.assertFalse(order.sop_opening)
        with self.assertRefused("A1", order.name, "has not been submitted", unchanged=order):
            self.rpc(order, "salesperson", "action_confirm")
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.rpc(order, "salesperson", "action_confirm")
        self.assertEqual(order.state, "sale")
        with self.assertRefused("D1"):
            self.ship(order.sudo().picking_ids.filtered(lambda pick: pick.state != "cancel"))

    @rule("D1", "D3")
    def test_it_is_delivered_without_approval_and_signature(self):
        order = self.old_order()
        picking = order.sudo().picking_ids
        self.assertFalse(picking.sop_blockers)
        self.ship(picking)
        self.assertEqual((picking.state, picking.pod_state), ("done", "no"))
        self.assertEqual(order.order_line.qty_to_invoice, 10.0)

    @rule("D9")
    def test_not_more_than_ordered_is_delivered(self):
        order = self.old_order()
        picking = order.sudo().picking_ids
        with self.assertRefused("D9", self.drive.name, "10 are ordered", unchanged=picking):
            self.ship(picking, quantity=11)
        self.ship(picking, quantity=6)
        with self.assertRefused("D9", unchanged=picking.backorder_ids):
            self.ship(picking.backorder_ids, quantity=5)
        self.ship(picking.backorder_ids, quantity=4)
        self.assertEqual(order.order_line.qty_delivered, 10.0)

    @rule("C1")
    def test_it_is_invoiced_without_money(self):
        order = self.old_order()
        self.ship(order.sudo().picking_ids)
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 1000.0))

    @rule("C2")
    def test_more_than_the_order_is_invoiced_with_the_finance_vps_approval(self):
        order = self.old_order()
        self.ship(order.sudo().picking_ids)
        invoice = self.invoice_by_hand(self.invoice_line(order, price=100.01))
        with self.assertRefused("C2", "1,000.00", unchanged=invoice):
            self.post(invoice)
        self.as_user(invoice, "finance").action_sop_submit()
        self.approve(invoice, "invoice", "finance_vp")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("C2")
    def test_several_invoices_together_stay_within_the_order(self):
        order = self.old_order()
        self.ship(order.sudo().picking_ids)
        self.post(self.invoice_by_hand(self.invoice_line(order, quantity=6)))
        second = self.invoice_by_hand(self.invoice_line(order, quantity=5))
        with self.assertRefused("C2", "1,100.00", "1,000.00", unchanged=second):
            self.post(second)
        self.as_user(second, "accountant").invoice_line_ids.quantity = 4
        self.post(second)
        self.assertEqual(second.state, "posted")


@tagged("post_install", "-at_install")
class TestFirstPolicy(OpeningCase):
    """The first policy begins at once, so that nothing falls between old and new."""

    def decided(self, date_from):
        policy = self.as_user(self.env["sop.policy"], "general_manager").create(
            {
                "name": "Sales policy",
                "company_id": self.company.id,
                "date_from": date_from,
                "term_ids": [Command.create({"name": "All sales"})],
            }
        )
        policy.action_decide()
        return policy

    @rule("P1")
    def test_the_first_policy_does_not_start_in_the_future(self):
        policy = self.decided(self.today() + timedelta(days=1))
        with self.assertRefused(policy.name, "today", unchanged=policy):
            self.rpc(policy, "general_manager", "action_issue")
        self.assertFalse(self.company.sop_governed)

    @rule("P1")
    def test_the_first_policy_starts_today_and_its_successor_later(self):
        first = self.decided(self.today())
        self.rpc(first, "general_manager", "action_issue")
        successor = self.decided(self.today() + timedelta(days=30))
        self.rpc(successor, "general_manager", "action_issue")
        self.assertEqual((first.state, successor.state), ("superseded", "issued"))
        order = self.approved_quotation()
        self.assertEqual(order.sudo().sop_contract_id.policy_id, first)


@tagged("post_install", "-at_install")
class TestBranch(SopCase):
    """A branch follows its parent's policy until it has its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Northlight South", "parent_id": cls.company.id}
        )
        cls.env.user.company_ids |= cls.branch
        for user in cls.users.values():
            user.company_ids |= cls.branch
        cls.work = cls._new_product("Overhaul", 100.0, type="service")

    def as_user(self, record, role):
        companies = (self.company | self.branch).ids
        return super().as_user(record, role).with_context(allowed_company_ids=companies)

    def issue_branch_policy(self):
        policy = self.policy.sudo().copy({"company_id": self.branch.id, "date_from": "2021-01-01"})
        self.as_user(policy, "general_manager").action_decide()
        self.as_user(policy, "general_manager").action_issue()
        return policy

    @rule("A3", "P1")
    def test_its_first_own_policy_frees_no_order_under_contract(self):
        order = self.confirmed_order(
            lines=[(self.work, 10, 100.0)], company_id=self.branch.id, warehouse_id=False
        )
        self.assertEqual(order.sudo().sop_contract_id.state, "effective")
        self.issue_branch_policy()
        self.assertFalse(order.sop_opening)
        with self.assertRefused(order.name, "cannot change", unchanged=[order, order.order_line]):
            self.rpc(order.order_line, "salesperson", "write", {"price_unit": 1.0})

    @rule("P1")
    def test_its_first_own_policy_is_the_one_of_later_orders(self):
        policy = self.issue_branch_policy()
        order = self.approved_quotation(
            lines=[(self.work, 10, 100.0)], company_id=self.branch.id, warehouse_id=False
        )
        self.assertEqual(order.sudo().sop_contract_id.policy_id, policy)
