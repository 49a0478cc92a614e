from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """An online payment is always booked; a blocked order waits and nothing raises."""
        waiting = self.filtered(
            lambda tx: any(
                order.state in ("draft", "sent") and order._confirm_blockers()
                for order in tx.sale_order_ids
            )
        )
        for order in waiting.sale_order_ids:
            order._sop_notify_waiting()
        return super(PaymentTransaction, self - waiting)._check_amount_and_confirm_order()

    def _post_process(self):
        self._sop_leave_blocked_invoices()
        return super()._post_process()

    def _invoice_sale_orders(self):
        result = super()._invoice_sale_orders()
        self._sop_leave_blocked_invoices()
        return result

    def _sop_leave_blocked_invoices(self):
        """Blocked invoices stay drafts: posting them would roll the payment back.

        Odoo posts the invoices of all these transactions as soon as one of them is done. What
        was paid for stays known by the orders, so that the money is earmarked.
        """
        if "done" not in self.mapped("state"):
            return
        drafts = self.invoice_ids.filtered(lambda move: move.state == "draft")
        blocked = drafts._sop_blocked_together() if drafts else drafts
        for tx in self.filtered(lambda tx: tx.invoice_ids & blocked):
            left = tx.invoice_ids & blocked
            tx.invoice_ids -= left
            tx.sale_order_ids |= left.sudo().line_ids.sale_line_ids.order_id

    def _create_payment(self, **extra_create_values):
        """Money paid online for an order is earmarked to its contract (C3)."""
        payment = super()._create_payment(**extra_create_values)
        contract = self.sale_order_ids.sop_contract_id.sudo()
        if len(contract) == 1 and payment.payment_type == "inbound" and payment.move_id:
            self.env["sop.payment.allocation"].sudo().create(
                {"payment_id": payment.id, "contract_id": contract.id, "amount": payment.amount}
            )
        return payment
