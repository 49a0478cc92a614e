from odoo.tests import tagged

from .common import rule
from .test_invoice_gate import InvoiceGateCase


@tagged("post_install", "-at_install")
class TestReturns(InvoiceGateCase):
    """What the customer sends back is not invoiced (D3)."""

    def signed(self, **signature):
        """An order of ten, delivered, signed for as ``signature`` says and paid."""
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking, **signature)
        self.collect(order, 1000.0)
        return order, picking

    def assertQuantities(self, order, delivered, accepted):
        self.env.invalidate_all()
        line = order.order_line
        self.assertEqual(line.qty_delivered, delivered)
        self.assertEqual(line.qty_accepted, accepted)
        self.assertEqual(line.qty_to_invoice, accepted - line.qty_invoiced)

    @rule("D3")
    def test_accepted_goods_that_come_back_are_not_invoiced(self):
        order, picking = self.signed(missing=4)
        self.assertQuantities(order, 10.0, 6.0)
        self.take_back(picking, 2)
        self.assertQuantities(order, 8.0, 4.0)
        invoice = self.invoice_by_hand(self.invoice_line(order, quantity=5))
        with self.assertRefused("D3", "5 are on the invoice", "only 4", unchanged=invoice):
            self.post(invoice)
        invoice.unlink()
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual(invoice.amount_total, 400.0)

    @rule("D3")
    def test_damaged_goods_that_come_back_were_never_accepted(self):
        order, picking = self.signed(damaged=1, missing=1)
        self.assertQuantities(order, 10.0, 8.0)
        self.take_back(picking, 1)
        self.assertQuantities(order, 9.0, 8.0)
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual(invoice.amount_total, 800.0)

    @rule("D3")
    def test_more_than_the_damaged_comes_back(self):
        order, picking = self.signed(damaged=1)
        self.take_back(picking, 3)
        self.assertQuantities(order, 7.0, 7.0)
        invoice = self.invoice_by_hand(self.invoice_line(order, quantity=8))
        with self.assertRefused("D3", "only 7", unchanged=invoice):
            self.post(invoice)

    @rule("D3")
    def test_a_return_that_is_only_planned_takes_nothing_away(self):
        order, picking = self.signed()
        wizard = self.as_user(self.env["stock.return.picking"], "stock_user").create(
            {"picking_id": picking.id}
        )
        wizard.product_return_moves.quantity = 2
        wizard.action_create_returns()
        self.assertQuantities(order, 10.0, 10.0)

    def _told(self, picking):
        messages = picking.sudo().message_ids.filtered(
            lambda message: "Came back from the customer" in message.body
        )
        return messages, messages.partner_ids

    @rule("D12")
    def test_the_sales_manager_is_told_what_came_back(self):
        order, picking = self.signed()
        self.users["sales_manager"].lang = "en_US"
        returned = self.take_back(picking, 3)
        message, people = self._told(returned)
        self.assertEqual(len(message), 1)
        self.assertIn(f"{self.drive.display_name}: 3", message.body)
        for role in ("sales_manager", "salesperson"):
            self.assertIn(self.users[role].partner_id, people)
        self.assertNotIn(order.partner_id, people)

    @rule("D12")
    def test_nobody_is_told_of_what_is_only_planned_to_come_back_or_refused(self):
        __, picking = self.signed()
        wizard = self.as_user(self.env["stock.return.picking"], "stock_user").create(
            {"picking_id": picking.id}
        )
        wizard.product_return_moves.quantity = 10
        planned = picking.browse(wizard.action_create_returns()["res_id"])
        self.assertFalse(self._told(planned)[0])
        with self.assertRefused("D6", "more would come back", unchanged=planned):
            self.ship(planned, quantity=11)
        self.assertFalse(self._told(planned)[0])

    @rule("D3")
    def test_what_was_invoiced_and_comes_back_is_to_be_credited(self):
        order, picking = self.signed()
        self.post(self.draft_invoice(order))
        self.take_back(picking, 3)
        self.assertQuantities(order, 7.0, 7.0)
        self.assertEqual(order.order_line.qty_to_invoice, -3.0)
        credit_note = self.invoice_by_hand(
            self.invoice_line(order, quantity=3), move_type="out_refund"
        )
        self.post(credit_note)
        self.assertQuantities(order, 7.0, 7.0)
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    @rule("D1", "D6", "D9")
    def test_goods_are_exchanged_one_for_one(self):
        order, picking = self.signed()
        self.post(self.draft_invoice(order))
        wizard = self.as_user(self.env["stock.return.picking"], "stock_user").create(
            {"picking_id": picking.id}
        )
        wizard.product_return_moves.quantity = 2
        returned = picking.browse(wizard.action_create_exchanges()["res_id"])
        exchange = order.sudo().picking_ids - picking - returned
        self.assertEqual(exchange.move_ids.product_uom_qty, 2.0)
        with self.assertRefused("D9", "2 more would be too many", unchanged=exchange):
            self.ship(exchange, quantity=2)
        self.ship(returned, quantity=2)
        self.assertQuantities(order, 8.0, 8.0)
        with self.assertRefused("D1", exchange.name, unchanged=exchange):
            self.ship(exchange, quantity=2)
        self.approve_delivery(exchange)
        self.ship(exchange, quantity=2)
        self.assertQuantities(order, 10.0, 8.0)
        self.sign(exchange)
        self.assertQuantities(order, 10.0, 10.0)
        # Nothing is left to be invoiced or credited.
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
