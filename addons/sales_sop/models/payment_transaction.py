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
