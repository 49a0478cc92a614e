from odoo import models


class AccountPayment(models.Model):
    """Money that is in the ledger of commission keeps its journal entry (B1, B4)."""

    _inherit = "account.payment"

    def write(self, vals):
        """A rejected payment stays matched with the sheet that it pays no more (B3)."""
        result = super().write(vals)
        if "state" in vals:
            paid = self.filtered(lambda payment: payment.partner_type == "supplier")
            paid.move_id._commission_judge_anew()
        return result

    def action_cancel(self):
        """Cancel the entry with the payment, where Odoo would delete it."""
        moves = self.move_id._commission_earning_moves()
        moves.button_cancel()
        others = self.filtered(lambda payment: payment.move_id not in moves)
        return super(AccountPayment, others).action_cancel()
