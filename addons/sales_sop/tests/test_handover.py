from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import rule
from .test_amendment import AmendmentCase


@tagged("post_install", "-at_install")
class TestHandover(AmendmentCase):
    """Somebody leaves the company, and another salesperson goes on with the contracts (A4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["successor"] = cls._new_user(
            "successor", "sales_sop.group_salesperson", cls.company
        )

    def hand_over(self, contracts, role="sales_office", to="successor"):
        """Press "Hand Over" and fill in the dialog."""
        action = self.rpc(contracts, role, "action_hand_over")
        dialog = self.rpc_create(
            action["res_model"],
            role,
            {
                "contract_ids": action["context"]["default_contract_ids"],
                "user_id": self.users[to].id,
                "reason": "Has left the company",
            },
        )
        self.rpc(dialog, role, "action_hand_over")
        self.env.invalidate_all()

    def leave(self):
        self.as_user(self.users["salesperson"], "administrator").sudo().active = False

    @rule("A4", "K4")
    def test_the_successor_sees_and_goes_on_with_contract_order_and_to_dos(self):
        order = self.effective_order()
        contract = order.sudo().sop_contract_id
        amended = self.confirmed_order().sudo()
        draft = self.draft_amendment(amended)
        self.leave()
        both = contract | amended.sop_contract_id
        with self.assertRefused(exception=AccessError):
            self.rpc(contract, "successor", "read", ["number"])
        found = self.env["sop.contract"].search(
            [("user_id.active", "=", False), ("id", "in", both.ids)]
        )
        self.assertEqual(found, both)
        self.hand_over(both, "sales_manager")
        successor = self.users["successor"]
        self.assertEqual((both.user_id, both.order_ids.user_id), (successor, successor))
        self.assertEqual(order.sudo().activity_ids.user_id, successor)
        self.rpc(contract, "successor", "read", ["number", "amount_collected"])
        self.rpc(order, "successor", "action_confirm")
        self.assertEqual(order.sudo().state, "sale")
        self.change(self.as_user(draft, "successor"), quantity=12)
        self.rpc(draft, "successor", "action_submit")
        self.assertEqual(draft.state, "pending")
        history = " ".join(contract.message_ids.mapped("body"))
        self.assertIn("Handed over from Salesperson to Successor: Has left the company", history)

    @rule("A1")
    def test_what_waits_is_the_successors_who_does_not_decide_it(self):
        order = self.quotation()
        approval = self.submit(order)
        self.leave()
        manager = self.env.ref("sales_sop.group_sales_manager")
        self.users["successor"].group_ids += manager
        self.hand_over(order.sudo().sop_contract_id)
        with self.assertRefused(unchanged=approval.step_ids):
            self.rpc(order, "successor", "action_sop_approve")
        self.rpc(order, "successor", "action_sop_withdraw")
        self.assertEqual(approval.state, "superseded")

    @rule("A1")
    def test_handing_over_does_not_let_the_seller_decide_the_own_sale(self):
        seller = self.users["salesperson"]
        seller.group_ids += self.env.ref("sales_sop.group_sales_manager")
        order = self.quotation()
        self.as_user(order, "sales_office").action_sop_submit()
        approval = order.sudo().approval_for("application")
        contract = order.sudo().sop_contract_id
        with self.assertRefused("Let somebody else", exception=AccessError, unchanged=contract):
            self.hand_over(contract, "salesperson")
        self.hand_over(contract)
        with self.assertRefused(unchanged=approval.step_ids):
            self.rpc(approval, "salesperson", "approve")

    @rule("A4")
    def test_who_has_left_is_reminded_of_nothing(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.leave()
        self.countersign(order)
        todo = order.sudo().activity_ids
        self.assertEqual((contract.state, todo.user_id), ("effective", self.users["sales_office"]))

    @rule("A4", "K4")
    def test_only_sales_hands_over_and_only_to_a_salesperson(self):
        contract = self.confirmed_order().sudo().sop_contract_id
        for role in ("salesperson", "successor", "finance", "legal", "planner", "administrator"):
            with self.assertRefused(exception=AccessError, unchanged=contract):
                self.rpc(contract, role, "action_hand_over")
            with self.assertRefused(exception=AccessError, unchanged=contract):
                self.hand_over(contract, role)
        with self.assertRefused("no salesperson of", unchanged=contract):
            self.hand_over(contract, to="planner")
        self.users["successor"].active = False
        with self.assertRefused("no salesperson of", unchanged=contract):
            self.hand_over(contract)

    @rule("A4", "K4")
    def test_an_order_does_not_go_without_its_contract(self):
        order = self.confirmed_order()
        number = order.sudo().sop_contract_id.number
        values = {"user_id": self.users["successor"].id}
        for role in ("salesperson", "sales_office", "sale_manager"):
            with self.assertRefused("Hand Over", number, unchanged=order):
                self.rpc(order, role, "write", values)
            self.rpc(order, role, "write", {"user_id": order.user_id.id})
        view = self.as_user(order, "sales_office").get_view(view_type="form")["arch"]
        [field] = etree.fromstring(view).xpath("//field[@name='user_id']")
        self.assertEqual(field.get("readonly"), "sop_contract_id")
        mine = self.quotation()
        self.rpc(mine, "salesperson", "write", values)
        self.assertEqual(mine.sudo().user_id, self.users["successor"])
