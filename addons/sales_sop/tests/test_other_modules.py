"""What other modules of Odoo put into forms can be read by who opens them."""

from odoo import Command
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
        opened = self._open_forms()
        readers = ("finance", "finance_vp", "planner", "quality", "legal", "stock_user")
        for role in (*readers, "accountant"):
            for model in ("sale.order", "stock.picking", "sop.contract"):
                self.assertIn((role, model), opened)

    @rule("A1", "D1", "D10", "K1")
    def test_the_forms_open_with_every_option_of_the_settings_switched_on(self):
        """Units of measure, packages and lots put more into a form than it has at first."""
        self._switch_on_all_options()
        self.assertTrue(self.users["gate_guard"].has_group("stock.group_tracking_lot"))
        self.assertTrue(self._open_forms())

    def _open_forms(self):
        """Open order, delivery and contract as everybody who reads them; ``{(role, model)}``."""
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
        return opened

    def _switch_on_all_options(self):
        options = (
            field.implied_group
            for field in self.env["res.config.settings"]._fields.values()
            if getattr(field, "implied_group", None)
        )
        groups = [self.env.ref(option).id for option in options]
        self.env.ref("base.group_user").sudo().implied_ids = [Command.link(one) for one in groups]

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
