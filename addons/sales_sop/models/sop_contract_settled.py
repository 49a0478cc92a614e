from odoo import models

from .account_payment_alert import COUNTED_STATES


class SopContract(models.Model):
    """Nothing is owed any more, though the money is not the contract's total (C9).

    A cash discount, a bank fee, a balance that finance wrote off and the difference of two rates
    are settled in the books and are no money. Such a contract is closed by hand.
    """

    _inherit = "sop.contract"

    def _open_money(self):
        return [] if self._owes_nothing() else super()._open_money()

    def _owes_nothing(self):
        """Whether all is invoiced and settled, and all money for it counts and has paid for it.

        What is open of an opening contract from before the go-live is on no invoice here.
        """
        self.ensure_one()
        if not self.env.su:
            return self.sudo()._owes_nothing()
        if self.is_opening or self._open_invoices():
            return False
        invoices = self._invoices().filtered(lambda move: move.state == "posted")
        lines = invoices._sop_receivable_lines()
        if not lines or any(
            not line.company_currency_id.is_zero(line.amount_residual) for line in lines
        ):
            return False
        rows = self.env["sop.collection"].search([("contract_id", "=", self.id)])
        if any(row.kind == "earmark" for row in rows):
            return False
        return (lines._sop_matched_money() | self._earmarked_and_open()) <= rows.money_move_id

    def _earmarked_and_open(self):
        """Return the entries of payments that are earmarked here and have not paid everything."""
        payments = self.allocation_ids.payment_id.filtered(
            lambda payment: payment.state in COUNTED_STATES and payment._sop_open_amount()
        )
        return payments.move_id
