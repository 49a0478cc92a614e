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
        """Whether all is invoiced, and settled by entries that stand, with nothing left of them.

        What is open of an opening contract from before the go-live is on no invoice here.
        """
        self.ensure_one()
        if not self.env.su:
            return self.sudo()._owes_nothing()
        if self.is_opening or self._open_invoices():
            return False
        invoices = self._invoices().sudo().filtered(lambda move: move.state == "posted")
        if not invoices or any(not move._sop_is_settled() for move in invoices):
            return False
        return all(move._sop_is_settled() for move in self._money_entries(invoices))

    def _money_entries(self, invoices):
        """Return what the invoices are matched with, and the entries of earmarked money."""
        lines = invoices._sop_receivable_lines()
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        earmarks = self.sudo().allocation_ids
        return (
            (partials.debit_move_id | partials.credit_move_id).move_id
            | earmarks.payment_id.move_id
            | earmarks.statement_line_id.move_id
        ) - invoices


class AccountMove(models.Model):
    _inherit = "account.move"

    def _sop_receivable_lines(self):
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _sop_is_settled(self):
        """Whether it is posted, its payment was not taken back, and nothing of it is open."""
        self.ensure_one()
        payment = self.origin_payment_id
        if self.state != "posted" or (payment and payment.state not in COUNTED_STATES):
            return False
        return all(
            line.company_currency_id.is_zero(line.amount_residual)
            for line in self._sop_receivable_lines()
        )
