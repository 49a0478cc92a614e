from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


class TestCollected(CommissionCase):
    """Commission follows the cash (B1): invoice 1,000 + 15 % = 1,150, rate 10 %."""

    @rule("B1")
    def test_half_paid_earns_half_and_the_rest_in_the_month_it_comes(self):
        order = self.invoiced_order()
        invoice = order.sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-03-10")
        self.now_is("2026-03-31")
        self.calculate("2026-03-31")
        self.assertEqual(self.entries().mapped("amount"), [50.0])
        self.assertEqual(self.entries().base, 500.0)
        self.now_is("2026-04-30")
        self.pay(invoice, 575.0, "2026-04-12")
        self.calculate("2026-04-30")
        self.assertEqual(self.balance(until="2026-03-31"), 50.0)
        self.assertEqual(self.balance(until="2026-04-30"), 100.0)
        self.assertEqual(str(self.entries()[-1].date), "2026-04-12")

    @rule("B1")
    def test_money_in_advance_earns_at_receipt_and_matching_it_changes_nothing(self):
        order = self.confirmed_order()
        payment = self.collect(order, 575.0).payment_id
        self.calculate()
        self.assertEqual(self.balance(), 50.0)
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.sign(picking)
        invoice = self.invoice(order)
        lines = (payment.move_id | invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.now_is("2026-03-05")
        again = self.calculate()
        self.assertEqual(again.entry_count, 0)
        self.assertEqual(self.balance(), 50.0)

    @rule("B1")
    def test_three_thirds_come_to_the_whole(self):
        order = self.invoiced_order()
        invoice = order.sudo().invoice_ids
        for amount in (383.33, 383.33, 383.34):
            self.pay(invoice, amount)
            self.calculate()
        self.now_is("2026-03-12")
        self.calculate()
        self.assertEqual(self.balance(), 100.0)
