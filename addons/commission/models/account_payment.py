from odoo import models


class AccountPayment(models.Model):
    """Money that is in the ledger of commission keeps its journal entry (B1, B4)."""

    _inherit = "account.payment"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._commission_judge_anew()
        return result

    def _commission_judge_anew(self):
        """A rejected payment stays matched with the sheet that it pays no more (B3)."""
        items = self.filtered(lambda payment: payment.partner_type == "supplier").move_id.line_ids
        partials = items.matched_debit_ids | items.matched_credit_ids
        paid = (partials.debit_move_id | partials.credit_move_id).move_id
        bookings = self.env["commission.booking"].sudo()
        if paid:
            bookings = bookings.search([("move_id", "in", paid.ids)])
        self.env.add_to_compute(bookings._fields["is_paid"], bookings)

    def action_cancel(self):
        """Cancel the entry with the payment, where Odoo would delete it."""
        moves = self.move_id._commission_earning_moves()
        moves.button_cancel()
        others = self.filtered(lambda payment: payment.move_id not in moves)
        return super(AccountPayment, others).action_cancel()
