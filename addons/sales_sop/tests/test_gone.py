from odoo.tests import tagged

from .common import rule
from .test_invoice_gate import InvoiceGateCase


@tagged("post_install", "-at_install")
class TestGoneDocuments(InvoiceGateCase):
    """What is deleted or cancelled waits for nobody's decision."""

    def setUp(self):
        super().setUp()
        self.users["stock_user"].group_ids += self.env.ref("stock.group_stock_manager")

    def waiting(self, role):
        approvals = self.as_user(self.env["sop.approval"], role)
        approvals.invalidate_model()
        return approvals.waiting_count()

    def activities(self, approval):
        return self.env["mail.activity"].search(
            [("sop_approval_step_id", "in", approval.step_ids.ids)]
        )

    def submitted_invoice(self):
        invoice = self.invoice_by_hand(self.invoice_line())
        self.as_user(invoice, "finance").action_sop_submit()
        return invoice

    @rule("C2")
    def test_a_deleted_invoice_waits_for_nobody(self):
        invoice = self.submitted_invoice()
        approval = invoice.sudo().approval_for("invoice").sudo()
        self.assertEqual(self.waiting("finance_vp"), 1)
        self.rpc(invoice, "accountant", "unlink")
        self.assertFalse(invoice.exists())
        self.assertEqual(approval.state, "superseded")
        self.assertEqual(self.waiting("finance_vp"), 0)
        self.assertFalse(self.activities(approval))

    @rule("D1")
    def test_a_cancelled_and_deleted_delivery_waits_for_nobody(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.as_user(picking, "sales_office").action_sop_submit()
        approval = picking.approval_for("delivery").sudo()
        self.assertEqual(self.waiting("sales_manager"), 1)
        self.rpc(picking, "stock_user", "action_cancel")
        self.assertEqual(approval.state, "superseded")
        self.assertEqual(self.waiting("sales_manager"), 0)
        self.rpc(picking, "stock_user", "unlink")
        self.assertFalse(picking.exists())
        self.assertEqual(self.waiting("sales_manager"), 0)
        self.assertFalse(self.activities(approval))

    @rule("D1")
    def test_a_delivery_deleted_without_cancelling_waits_for_nobody(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.as_user(picking, "sales_office").action_sop_submit()
        approval = picking.approval_for("delivery").sudo()
        self.rpc(picking, "stock_user", "unlink")
        self.assertEqual(approval.state, "superseded")
        self.assertEqual(self.waiting("sales_manager"), 0)

    @rule("C2")
    def test_a_decision_on_a_document_that_is_gone_says_so(self):
        invoice = self.submitted_invoice()
        approval = invoice.sudo().approval_for("invoice").sudo()
        # As an approval older than this version has it.
        approval.res_id = self.env["account.move"].search([], order="id desc", limit=1).id + 1000
        for method, arguments in (("approve", ()), ("refuse", ("Gone",))):
            with self.assertRefused(
                approval.document_name, "no longer exists", unchanged=[approval, approval.step_ids]
            ):
                self.rpc(approval, "finance_vp", method, *arguments)

    @rule("C2")
    def test_a_new_invoice_is_decided_after_another_was_deleted(self):
        self.rpc(self.submitted_invoice(), "accountant", "unlink")
        invoice = self.submitted_invoice()
        self.assertEqual(self.waiting("finance_vp"), 1)
        self.approve(invoice, "invoice", "finance_vp")
        self.post(invoice)
        self.assertEqual((invoice.state, self.waiting("finance_vp")), ("posted", 0))
