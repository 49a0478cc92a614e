"""What other modules of Odoo put into forms can be read by who opens them."""

from odoo.tests import Form, tagged

from .common import ROLES, STANDARD_USERS, SopCase, rule

# Serial numbers on transfers are Odoo's, and not for its accountants and salespeople. An order
# within a contract's form is opened by those who read its approvals.
NOT_OPENED = {
    ("accountant", "stock.picking"),
    ("sale_manager", "stock.picking"),
    ("migration", "sop.contract"),
}


@tagged("post_install", "-at_install")
class TestOtherModules(SopCase):
    @classmethod
    def _let_everybody_read_what_forms_show(cls):
        """They do, or these tests fail."""

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
        for role in ("finance", "finance_vp", "planner", "quality", "legal", "stock_user"):
            for document in (order, picking, contract):
                self.assertIn((role, document._name), opened)
