import base64
import hashlib

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_pod_refused import PodCase

SCAN = base64.b64encode(b"%PDF-1.4 the signed copy")


class CorrectionCase(PodCase):
    def correction(self, picking, figures, role="sales_office"):
        """The sales office says that the first line is ``figures``: accepted, damaged, missing."""
        row = self.as_user(self.env["sop.pod.correction"], role).create(
            {"picking_id": picking.id, "reason": "Read wrongly from the copy"}
        )
        accepted, damaged, missing = figures
        row.line_ids[0].write(
            {"qty_accepted": accepted, "qty_damaged": damaged, "qty_missing": missing}
        )
        return row

    def correct(self, picking, figures):
        row = self.correction(picking, figures)
        row.action_submit()
        self.approve(row, "pod_correction", "finance")
        return row


@tagged("post_install", "-at_install")
class TestCorrections(CorrectionCase):
    """What was signed for stays; a counter-document that finance decides puts it right (D3)."""

    @rule("D3")
    def test_a_decided_correction_adds_its_differences(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        row = self.correct(picking, (7, 2, 1))
        self.assertQuantities(order.order_line, 10.0, 7.0, 7.0)
        lines = picking.sudo().move_ids.sop_receipt_line_ids
        figures = [
            (line.receipt_id.kind, line.qty_accepted, line.qty_damaged, line.qty_missing)
            for line in lines
        ]
        self.assertEqual(figures, [("signed", 10.0, 0.0, 0.0), ("correction", -3.0, 2.0, 1.0)])
        self.assertEqual(row.sudo().receipt_id.user_id, self.users["sales_office"])
        self.assertEqual(row.state, "applied")
        self.assertEqual(picking.return_ids.move_ids.product_uom_qty, 2.0)
        self.assertEqual(picking.sudo().pod_missing_ids.quantity, 1.0)
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 700.0)

    @rule("D3")
    def test_less_damaged_and_missing_takes_the_open_work_back(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (5, 3, 2)})
        self.correct(picking, (8, 2, 0))
        self.assertQuantities(order.order_line, 10.0, 8.0, 8.0)
        self.assertEqual(picking.return_ids.move_ids.product_uom_qty, 2.0)
        self.assertEqual(picking.sudo().pod_missing_ids.state, "void")
        self.correct(picking, (10, 0, 0))
        self.assertEqual(picking.return_ids.move_ids.state, "cancel")
        self.assertQuantities(order.order_line, 10.0, 10.0, 10.0)

    @rule("D3")
    def test_what_finance_wrote_to_transit_loss_is_not_corrected(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (9, 0, 1)})
        self.confirm_missing(picking)
        row = self.correction(picking, (10, 0, 0))
        with self.assertRefused(picking.name, "confirmed missing goods as lost"):
            row.action_submit()

    @rule("D3")
    def test_accepted_is_never_less_than_invoiced_without_a_credit_note(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        self.post(self.draft_invoice(order))
        row = self.correction(picking, (8, 2, 0))
        with self.assertRefused("10 are invoiced", "only 8", "credit note"):
            row.action_submit()
        credit_note = self.invoice_by_hand(
            self.invoice_line(order, quantity=2), move_type="out_refund"
        )
        self.post(credit_note)
        row.action_submit()
        self.approve(row, "pod_correction", "finance")
        self.assertQuantities(order.order_line, 10.0, 8.0, 0.0)

    @rule("D3")
    def test_an_invoice_posted_while_it_waits_stops_the_correction(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        row = self.correction(picking, (8, 2, 0))
        row.action_submit()
        self.post(self.draft_invoice(order))
        with self.assertRefused("10 are invoiced", "only 8", unchanged=picking.move_ids):
            self.approve(row, "pod_correction", "finance")

    @rule("D3")
    def test_figures_that_do_not_add_up_or_change_nothing_are_refused(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        with self.assertRefused("add up to the 10 delivered"):
            self.correction(picking, (11, 0, 0)).action_submit()
        with self.assertRefused("add up to the 10 delivered"):
            self.correction(picking, (11, -1, 0)).action_submit()
        with self.assertRefused("changes nothing"):
            self.correction(picking, (10, 0, 0)).action_submit()

    @rule("D3")
    def test_who_asks_does_not_decide(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        self.users["sales_office"].group_ids += self.env.ref("sales_sop.group_finance")
        row = self.correction(picking, (9, 1, 0))
        row.action_submit()
        with self.assertRefused():
            self.approve(row, "pod_correction", "sales_office")
        for role in ("sales_manager", "stock_user", "salesperson", "accountant"):
            with self.assertRefused():
                self.approve(row, "pod_correction", role)
        self.assertEqual(picking.move_ids.qty_accepted, 10.0)
        self.approve(row, "pod_correction", "finance")
        self.assertEqual(picking.move_ids.qty_accepted, 9.0)

    @rule("D3")
    def test_figures_changed_after_submission_are_not_decided(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        row = self.correction(picking, (9, 1, 0))
        row.action_submit()
        row.line_ids.write({"qty_accepted": 0, "qty_damaged": 10})
        with self.assertRefused(unchanged=picking.move_ids):
            self.approve(row, "pod_correction", "finance")
        other = self.correct(picking, (8, 2, 0))
        with self.assertRefused(exception=AccessError):
            other.line_ids.qty_accepted = 10
        with self.assertRefused(exception=AccessError):
            other.reason = "Another"

    @rule("D3")
    def test_lines_are_signed_for_one_after_the_other(self):
        cable = self._new_product("Cable", 10.0)
        self._put_in_stock(cable, 100)
        order, picking = self.shipped(lines=[(self.drive, 10, 100.0), (cable, 5, 10.0)])
        drives, cables = order.order_line
        self.receipt(picking, {self.drive: (10, 0, 0)})
        self.assertEqual(picking.pod_state, "waiting")
        self.assertQuantities(drives, 10.0, 10.0, 10.0)
        self.assertQuantities(cables, 5.0, 0.0, 0.0)
        with self.assertRefused("covers lines of this delivery"):
            pod = self.as_user(self.env["sop.pod"], "sales_office").create(
                {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02"}
            )
            pod.line_ids.move_id = drives.move_ids
            pod.line_ids.qty_accepted = 10
            pod.action_confirm()
        self.receipt(picking, {cable: (4, 1, 0)}, role="stock_user")
        self.assertEqual(picking.pod_state, "signed")
        self.assertEqual(len(picking.sudo().pod_receipt_ids), 2)
        self.assertQuantities(cables, 5.0, 4.0, 4.0)

    @rule("D3")
    def test_no_role_writes_or_deletes_what_was_signed_for(self):
        __, picking = self.shipped()
        receipt = self.receipt(picking, {self.drive: (8, 1, 1)}, document=SCAN)
        line, missing = receipt.line_ids, picking.sudo().pod_missing_ids
        values = {"receipt_id": receipt.id, "move_id": line.move_id.id, "qty_accepted": 2}
        before = [receipt, line, line.move_id]
        for role in self.users:
            with self.assertRefused(exception=AccessError, unchanged=before):
                self.rpc(line, role, "write", {"qty_accepted": 10})
            with self.assertRefused(exception=AccessError, unchanged=before):
                self.rpc(receipt, role, "write", {"signatory": "Somebody"})
            with self.assertRefused(exception=AccessError):
                self.rpc(line, role, "unlink")
            with self.assertRefused(exception=AccessError):
                self.rpc(receipt, role, "unlink")
            with self.assertRefused(exception=AccessError):
                self.rpc_create("sop.pod.receipt.line", role, values)
            with self.assertRefused(exception=AccessError):
                self.rpc_create(
                    "sop.pod.receipt",
                    role,
                    {
                        "picking_id": picking.id,
                        "date": "2026-03-02",
                        "line_ids": [Command.create({"move_id": line.move_id.id})],
                    },
                )
            with self.assertRefused(exception=AccessError, unchanged=missing):
                self.rpc(missing, role, "write", {"state": "void"})
            with self.assertRefused(exception=AccessError, unchanged=missing):
                self.rpc(missing, role, "write", {"quantity": 5})
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "sop.pod.receipt"), ("res_field", "=", "document")]
        )
        with self.assertRefused("belongs to a register"):
            attachment.raw = b"another"
        with self.assertRefused("neither changed nor deleted"):
            line.unlink()


@tagged("post_install", "-at_install")
class TestScan(PodCase):
    """Where the policy asks for it, the signed copy is kept as a scan (D3)."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, pod_scan_required=True, **term)

    @rule("D3", "P4")
    def test_without_the_scan_nothing_is_recorded(self):
        order, picking = self.shipped()
        self.assertTrue(order.sudo().sop_contract_id.pod_scan_required)
        with self.assertRefused("D3", picking.name, "scan of the signed copy"):
            self.receipt(picking, {self.drive: (10, 0, 0)})
        self.assertEqual(picking.pod_state, "waiting")
        receipt = self.receipt(
            picking, {self.drive: (10, 0, 0)}, document=SCAN, document_name="copy.pdf"
        )
        self.assertEqual(receipt.sha256, hashlib.sha256(base64.b64decode(SCAN)).hexdigest())
        self.assertTrue(receipt.is_intact)
        self.assertEqual(base64.b64decode(picking.pod_document), base64.b64decode(SCAN))

    @rule("P4")
    def test_the_demand_is_frozen_on_the_contract(self):
        order, picking = self.shipped()
        contract = order.sudo().sop_contract_id
        for role in self.users:
            with self.assertRefused(unchanged=contract):
                self.rpc(contract, role, "write", {"pod_scan_required": False})
        with self.assertRefused("scan of the signed copy"):
            self.receipt(picking, {self.drive: (10, 0, 0)})

    @rule("D3", "D5")
    def test_what_is_collected_waits_for_its_scan(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.as_user(picking, "stock_user").write(
            {"sop_transport_mode": "pickup", "sop_collector": "Wang Fang"}
        )
        self.ship(self.approve_delivery(picking))
        self.assertEqual(picking.pod_state, "waiting")
