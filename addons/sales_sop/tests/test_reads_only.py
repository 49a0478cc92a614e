"""Whoever only reads is not offered what the server would refuse."""

from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ROLES, STANDARD_USERS
from .submitted_case import SubmittedCase

BUTTONS = {
    "sale.order": ("action_quotation_send", "action_cancel", "action_draft", "action_sop_submit"),
    "stock.picking": ("action_assign", "action_cancel", "action_confirm"),
}


@tagged("post_install", "-at_install")
class TestReadsOnly(SubmittedCase):
    """Odoo's buttons on orders and deliveries, and the way from an approval to its document."""

    def test_odoos_buttons_are_shown_to_those_who_may_write(self):
        order = self.confirmed_order().sudo()
        picking = order.picking_ids
        readers = set()
        for role in (*ROLES, *STANDARD_USERS):
            for record in (order, picking):
                record = self.as_user(record, role).sudo(False)
                if record.has_access("read"):
                    with self.subTest(role=role, record=record.name):
                        reads_only = not record.has_access("write")
                        self.assertEqual(record.sop_reads_only, reads_only)
                        self._check_hidden(record, reads_only)
                        if reads_only:
                            readers.add((role, record._name))
        self.assertLessEqual({("legal", "sale.order"), ("legal", "stock.picking")}, readers)

    def _check_hidden(self, record, reads_only):
        arch = etree.fromstring(record.get_view(view_type="form")["arch"])
        shown = {"sop_reads_only": reads_only, "state": "draft"}
        for name in BUTTONS[record._name]:
            for button in arch.xpath(f"//header/button[@name='{name}']"):
                condition = button.get("invisible")
                self.assertIn("sop_reads_only", condition)
                if reads_only:
                    hidden = safe_eval(condition.rpartition(" or ")[2], dict(shown))
                    self.assertTrue(hidden, name)

    def test_a_company_without_a_policy_keeps_odoos_buttons(self):
        free = self.env["res.company"].create({"name": "Free trade"})
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": free.id}
        )
        self.users["legal"].company_ids += free
        self.assertFalse(order.with_user(self.users["legal"]).sop_reads_only)

    def test_an_approval_leads_to_documents_that_its_reader_may_read(self):
        seen = set()
        for code in self.route_codes():
            document = self.submitted(code).sudo()
            approval = document.approval_ids.filtered(lambda row, code=code: row.code == code)[:1]
            for role in (*ROLES, *STANDARD_USERS):
                self._check_way(approval, document, role, seen)
        self.assertIn(("legal", "account.move", False), seen)
        self.assertIn(("legal", "sale.order", True), seen)

    def _check_way(self, approval, document, role, seen):
        approval = self.as_user(approval, role).sudo(False)
        if not approval.has_access("read"):
            return
        reads = self.as_user(document, role).sudo(False).has_access("read")
        seen.add((role, document._name, reads))
        with self.subTest(role=role, code=approval.code):
            [row] = self.rpc(approval, role, "read", ["can_open", "summary"])
            self.assertEqual(row["can_open"], reads)
            self.assertTrue(row["summary"])
            if reads:
                action = self.rpc(approval, role, "action_open_document")
                self.assertEqual(action["res_id"], document.id)
            else:
                with self.assertRefused("stands in the approval itself"):
                    self.rpc(approval, role, "action_open_document")
