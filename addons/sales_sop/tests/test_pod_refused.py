from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_invoice_gate import InvoiceGateCase


class PodCase(InvoiceGateCase):
    """Deliveries that arrive, and the customer's word on each line."""

    def shipped(self, **values):
        """An order whose goods have left, paid in full, and its delivery."""
        order = self.confirmed_order(**values)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.collect(order, order.sudo().amount_total)
        return order, picking

    def receipt(self, picking, rows, role="sales_office", **values):
        """Record ``rows``: per product ``(accepted, damaged, missing)``."""
        pod = self.as_user(self.env["sop.pod"], role).create(
            {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02", **values}
        )
        for line in pod.line_ids:
            if line.product_id not in rows:
                line.unlink()
                continue
            accepted, damaged, missing = rows[line.product_id]
            line.write({"qty_accepted": accepted, "qty_damaged": damaged, "qty_missing": missing})
        pod.action_confirm()
        return picking.sudo().pod_receipt_ids[:1]

    def confirm_missing(self, picking, role="finance"):
        rows = picking.sudo().pod_missing_ids.filtered(lambda row: row.state == "open")
        self.as_user(rows, role).action_sop_confirm_missing()
        return rows

    def deliver_again(self, order):
        """The sales office plans what is due again; it is approved, leaves and is signed for."""
        before = order.sudo().picking_ids
        self.as_user(order, "sales_office").action_sop_deliver_again()
        picking = order.sudo().picking_ids - before
        self.approve_delivery(picking)
        self.ship(picking)
        return picking

    def assertQuantities(self, line, delivered, accepted, to_invoice=None):
        self.env.invalidate_all()
        figures = (line.qty_delivered, line.qty_accepted)
        self.assertEqual(figures, (delivered, accepted))
        if to_invoice is not None:
            self.assertEqual(line.qty_to_invoice, to_invoice)


@tagged("post_install", "-at_install")
class TestDamagedAndMissing(PodCase):
    """Damaged goods come back, missing ones are due again, only accepted ones are paid for."""

    @rule("D3", "D6", "D12")
    def test_eight_of_ten_accepted_then_two_delivered_again(self):
        order, picking = self.shipped()
        line = order.order_line
        self.receipt(picking, {self.drive: (8, 1, 1)})
        self.assertQuantities(line, 10.0, 8.0, 8.0)
        invoice = self.invoice_by_hand(self.invoice_line(order, quantity=9))
        with self.assertRefused("D3", "9 are on the invoice", "only 8", unchanged=invoice):
            self.post(invoice)
        invoice.unlink()
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 800.0)

        returned = picking.return_ids
        self.assertEqual(returned.move_ids.product_uom_qty, 1.0)
        self.assertNotIn(returned.state, ("done", "cancel"))
        self.assertIn("damaged", returned.sudo().activity_ids.summary)
        self.ship(returned, quantity=1)
        self.assertQuantities(line, 9.0, 8.0, 0.0)
        self.confirm_missing(picking)
        self.assertQuantities(line, 8.0, 8.0, 0.0)
        loss = self.company.sop_transit_loss_location_id
        quants = self.env["stock.quant"].search([("location_id", "=", loss.id)])
        self.assertEqual((loss.usage, sum(quants.mapped("quantity"))), ("inventory", 1.0))

        again = self.deliver_again(order)
        self.assertEqual(again.move_ids.product_uom_qty, 2.0)
        self.receipt(again, {self.drive: (2, 0, 0)})
        self.assertQuantities(line, 10.0, 10.0, 2.0)
        second = self.post(self.draft_invoice(order))
        self.assertEqual(second.amount_total, 200.0)
        posted = order.sudo().invoice_ids.filtered(lambda move: move.state == "posted")
        self.assertEqual(sum(posted.mapped("amount_total")), 1000.0)
        self.assertFalse(order.sudo().sop_due_again)

    @rule("D1", "D3", "D9")
    def test_what_is_due_again_goes_with_the_backorder_and_is_submitted_with_it(self):
        order = self.confirmed_order()
        self.collect(order, 1000.0)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking, quantity=6)
        backorder = picking.backorder_ids
        self.assertEqual(backorder.sudo().sop_delivery_state, "approved")
        self.receipt(picking, {self.drive: (4, 1, 1)})
        self.ship(picking.return_ids, quantity=1)
        self.confirm_missing(picking)
        self.as_user(order, "sales_office").action_sop_deliver_again()
        self.assertEqual(backorder.move_ids.product_uom_qty, 6.0)
        self.assertEqual(backorder.sudo().sop_delivery_state, "stale")
        with self.assertRefused("D1", backorder.name, "submits it again"):
            self.ship(backorder)
        self.approve_delivery(backorder)
        self.ship(backorder)
        self.receipt(backorder, {self.drive: (6, 0, 0)})
        self.assertQuantities(order.order_line, 10.0, 10.0)

    @rule("D3", "D9")
    def test_nothing_is_delivered_again_before_it_came_back_or_was_confirmed(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (8, 1, 1)})
        with self.assertRefused(order.name, "nothing is due again"):
            self.as_user(order, "sales_office").action_sop_deliver_again()
        self.confirm_missing(picking)
        self.as_user(order, "sales_office").action_sop_deliver_again()
        again = order.sudo().picking_ids - picking - picking.return_ids
        self.assertEqual(again.move_ids.product_uom_qty, 1.0)
        with self.assertRefused(order.name, "nothing is due again"):
            self.as_user(order, "sales_office").action_sop_deliver_again()
        with self.assertRefused("D1", again.name):
            self.ship(again)
        self.approve_delivery(again)
        self.ship(again)
        self.assertQuantities(order.order_line, 10.0, 8.0)

    @rule("D3")
    def test_everything_accepted_makes_no_work(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        self.assertFalse(picking.return_ids | picking.sudo().pod_missing_ids.picking_id)
        self.assertFalse(order.sudo().sop_due_again)

    @rule("D3")
    def test_only_finance_confirms_and_only_once(self):
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (9, 0, 1)})
        missing = picking.sudo().pod_missing_ids
        self.assertIn(self.users["finance"], missing.activity_ids.user_id)
        for role in ("sales_office", "stock_user", "salesperson", "accountant", "finance_vp"):
            with self.assertRefused("confirm missing goods", exception=AccessError):
                self.confirm_missing(picking, role=role)
        self.confirm_missing(picking)
        self.assertFalse(missing.activity_ids)
        self.assertEqual((missing.state, missing.decided_by_id), ("lost", self.users["finance"]))
        with self.assertRefused("decided already"):
            self.as_user(missing, "finance").action_sop_confirm_missing()
        self.assertQuantities(order.order_line, 9.0, 9.0)

    @rule("D12")
    def test_the_sales_manager_is_told_what_was_refused(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (8, 1, 1)})
        message = picking.sudo().message_ids.filtered(
            lambda message: "Not accepted by the customer" in message.body
        )
        self.assertIn("1 damaged", message.body)
        self.assertIn("1 missing", message.body)
        told = message.partner_ids
        self.assertIn(self.users["sales_manager"].partner_id, told)
        self.assertIn(self.users["salesperson"].partner_id, told)

    @rule("D3")
    def test_a_lot_that_did_not_arrive_is_named(self):
        cable = self._new_product("Cable", 10.0, tracking="lot")
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": cable.id, "company_id": self.company.id}
                for name in ("L1", "L2")
            ]
        )
        for lot, quantity in zip(lots, (6, 4), strict=True):
            self.env["stock.quant"]._update_available_quantity(
                cable, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        order, picking = self.shipped(lines=[(cable, 10, 10.0)])
        self.receipt(picking, {cable: (7, 1, 2)})
        missing = picking.sudo().pod_missing_ids
        with self.assertRefused("2 are missing", "Choose exactly"):
            self.confirm_missing(picking)
        self.as_user(missing, "finance").lot_ids = lots[1]
        self.confirm_missing(picking)
        self.assertEqual(missing.loss_move_id.move_line_ids.lot_id, lots[1])
        lost = self.env["stock.quant"].search(
            [("location_id", "=", self.company.sop_transit_loss_location_id.id)]
        )
        self.assertEqual((lost.lot_id, lost.quantity), (lots[1], 2.0))
        self.assertQuantities(order.order_line, 8.0, 7.0, 7.0)

    @rule("D3")
    def test_what_left_without_its_lots_is_lost_without_them(self):
        cable = self._new_product("Cable", 10.0, tracking="lot")
        self.warehouse.out_type_id.write({"use_create_lots": False, "use_existing_lots": False})
        self.env["stock.quant"]._update_available_quantity(cable, self.warehouse.lot_stock_id, 10)
        order, picking = self.shipped(lines=[(cable, 10, 10.0)])
        self.receipt(picking, {cable: (7, 1, 2)})
        self.confirm_missing(picking)
        self.assertEqual(picking.sudo().pod_missing_ids.state, "lost")
        lost = self.env["stock.quant"].search(
            [("location_id", "=", self.company.sop_transit_loss_location_id.id)]
        )
        self.assertEqual((lost.lot_id.ids, lost.quantity), ([], 2.0))
        self.assertQuantities(order.order_line, 8.0, 7.0, 7.0)

    @rule("D3")
    def test_a_service_on_the_same_order_is_invoiced_as_delivered(self):
        training = self._new_product("Training", 50.0, type="service")
        order, picking = self.shipped(lines=[(self.drive, 10, 100.0), (training, 2, 50.0)])
        goods, service = order.order_line
        service.sudo().qty_delivered = 2
        self.receipt(picking, {self.drive: (8, 1, 1)})
        self.assertQuantities(goods, 10.0, 8.0, 8.0)
        self.assertQuantities(service, 2.0, 2.0, 2.0)
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 900.0)

    @rule("D3")
    def test_in_another_unit_than_the_order_the_damaged_come_back(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        bolt = self._new_product("Bolt", 1.0)
        self._put_in_stock(bolt, 100)
        order = self.quotation(lines=[(bolt, 1, 12.0)])
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 12.0
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.as_user(order, "salesperson").action_confirm()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        quantity = picking.move_ids.quantity
        part = quantity / 12
        self.receipt(picking, {bolt: (9 * part, 3 * part, 0)})
        self.assertEqual(picking.return_ids.move_ids.product_uom, picking.move_ids.product_uom)
        self.ship(picking.return_ids, quantity=3 * part)
        self.assertQuantities(order.order_line, 0.75, 0.75)

    @rule("D3")
    def test_a_line_is_not_signed_for_twice_on_one_paper(self):
        __, picking = self.shipped()
        pod = self.rpc_create(
            "sop.pod",
            "sales_office",
            {
                "picking_id": picking.id,
                "signatory": "Wang Fang",
                "line_ids": [
                    Command.create({"move_id": picking.move_ids.id, "qty_accepted": 10}),
                    Command.create({"move_id": picking.move_ids.id, "qty_missing": 10}),
                ],
            },
        )
        with self.assertRefused("twice", unchanged=picking.move_ids):
            self.rpc(pod, "sales_office", "action_confirm")
