"""What other modules of Odoo put into forms can be read by who opens them."""

from odoo.tests import Form, tagged

from .common import ROLES, STANDARD_USERS, SopCase, rule

# Serial numbers on transfers are Odoo's, and not for its salespeople. An order within
# a contract's form is opened by those who read its approvals.
NOT_OPENED = {
    ("sale_manager", "stock.picking"),
    ("migration", "sop.contract"),
}


@tagged("post_install", "-at_install")
class TestOtherModules(SopCase):
    @rule("A1", "D1", "K1")
    def test_who_may_read_a_document_can_open_its_form(self):
        order = self.confirmed_order()
        picking, contract = order.sudo().picking_ids, order.sudo().sop_contract_id
        opened = set()
        for role in (*ROLES, *STANDARD_USERS):
            for document in (order, picking, contract):
                document = self.as_user(document, role)
                case = role, document._name
                if case in NOT_OPENED or not document.has_access("read"):
                    continue
                self.env.invalidate_all()
                with self.subTest(role=role, document=document._name):
                    self.assertEqual(Form(document).id, document.id)
                opened.add(case)
        readers = ("finance", "finance_vp", "planner", "quality", "legal", "stock_user")
        for role in (*readers, "accountant"):
            for document in (order, picking, contract):
                self.assertIn((role, document._name), opened)

    @rule("A1", "D1")
    def test_who_reads_no_order_reads_no_coupon_and_nobody_of_them_gives_any(self):
        coupons, areas = self.env["loyalty.card"], self.env["delivery.zip.prefix"]
        for role in ("gate_guard", "salesperson", "finance", "stock_user"):
            self.assertEqual(self.as_user(coupons, role).has_access("read"), role != "gate_guard")
        for role in ("gate_guard", "legal", "finance", "accountant", "stock_user"):
            for operation in ("write", "create", "unlink"):
                for model in (coupons, areas):
                    with self.subTest(role=role, model=model._name, operation=operation):
                        self.assertFalse(self.as_user(model, role).has_access(operation))
