from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

# Of these money is booked and earmarked.
DECIDING_FIELDS = frozenset(
    {
        "amount",
        "currency_id",
        "invoice_ids",
        "is_post_processed",
        "operation",
        "partner_id",
        "payment_id",
        "provider_id",
        "sale_order_ids",
        "state",
    }
)


class PaymentTransaction(models.Model):
    """Money that a customer pays online: booked and earmarked when the provider says so (C3)."""

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        if not self.env.su:
            transactions._sop_refuse_by_hand()
        return transactions

    def write(self, vals):
        if not self.env.su and not DECIDING_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._sop_refuse_by_hand()
        return super().write(vals)

    def _sop_refuse_by_hand(self):
        """Accountants may write them; only finance earmarks money, and what has come is paid."""
        for transaction in self.sudo():
            if transaction.company_id._sop_is_governed():
                transaction._sop_raise_by_hand(transaction.reference)

    def _sop_raise_by_hand(self, name):
        raise AccessError(
            self.env._(
                "%s: what is paid online is said by the payment provider. Record other money as a "
                "payment.",
                name,
            )
        )

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
        if payment.payment_type == "inbound" and self.sale_order_ids:
            self.sudo()._sop_earmark_orders(payment.sudo())
        return payment

    def _sop_earmark_orders(self, payment):
        """Earmark what was paid for these orders; what cannot be is finance's to look at (C3).

        The money has come whoever paid and whatever became of the order, so nothing raises.
        """
        try:
            with self.env.cr.savepoint():
                left = self._sop_left_without_contract()
                self.env["sop.payment.allocation"].create(self._sop_prepare_earmarks(payment))
        except UserError as error:
            left = str(error)
        if left and payment.company_id._sop_is_governed():
            payment._sop_tell_finance_of_free_money(left)

    def _sop_payable_orders(self):
        return self.sale_order_ids.filtered(
            lambda order: order.sop_contract_id and order.state != "cancel"
        )

    def _sop_left_without_contract(self):
        orders = self.sale_order_ids - self._sop_payable_orders()
        if not orders:
            return ""
        return self.env._(
            "%s has no contract that waits for money: it was never submitted, or is cancelled.",
            format_list(self.env, orders.mapped("name")),
        )

    def _sop_prepare_earmarks(self, payment):
        """Return the earmarks: all for the one order, or of several each what it still lacks."""
        orders = self._sop_payable_orders().sorted("id")
        if len(self.sale_order_ids) == 1:
            parts = {order: payment.amount for order in orders}
        else:
            parts = self._sop_parts_of_orders(payment, orders)
        return [
            {
                "payment_id": payment.id,
                "contract_id": order.sop_contract_id.id,
                "order_id": order.id,
                "amount": amount,
            }
            for order, amount in parts.items()
        ]

    def _sop_parts_of_orders(self, payment, orders):
        """Return ``{order: amount}`` in the order in which the orders were made."""
        parts, left = {}, payment._sop_open_amount()
        orders.invalidate_recordset(["amount_collected"])
        for order in orders:
            contract = order.sop_contract_id
            lacks = contract.currency_id._convert(
                order.amount_total - order.amount_collected,
                payment.currency_id,
                payment.company_id,
                payment.date,
            )
            amount = min(lacks, left)
            if payment.currency_id.compare_amounts(amount, 0.0) > 0:
                parts[order] = amount
                left = payment.currency_id.round(left - amount)
        return parts


class SaleOrder(models.Model):
    """For which orders was paid online is said by the payment, not from the order (C3)."""

    _inherit = "sale.order"

    def write(self, vals):
        # A form sends an empty list when nothing has changed.
        if vals.get("transaction_ids", []) != [] and not self.env.su:
            self.check_access("write")
            for order in self:
                if order.company_id._sop_is_governed():
                    self.env["payment.transaction"]._sop_raise_by_hand(order.name)
        return super().write(vals)
