from odoo import models
from odoo.exceptions import UserError

COUNTED_STATES = ("in_process", "paid")
ENDED_STATES = ("canceled", "rejected")
LOST_STATES = ("draft", *ENDED_STATES)


class AccountPayment(models.Model):
    """A payment that is rejected, cancelled or reset takes its money away again (C1)."""

    _inherit = "account.payment"

    def write(self, vals):
        if "state" in vals:
            self._sop_check_return(vals["state"])
        if vals.get("state") not in LOST_STATES:
            return super().write(vals)
        lost = {
            payment: payment._sop_contracts_of_money()
            for payment in self.sudo()
            if payment.state in COUNTED_STATES and payment.sop_governed
        }
        result = super().write(vals)
        for payment, contracts in lost.items():
            contracts._alert_money_lost(payment._sop_lost_sentence())
        return result

    def _sop_check_return(self, state):
        """Money that went back counts again when it is booked again, not because one says so."""
        if state in ENDED_STATES:
            return
        ended = self.sudo().filtered(
            lambda payment: payment.state in ENDED_STATES and payment.sop_governed
        )
        for payment in ended:
            if paper := payment.sop_paper_ids.filtered(lambda paper: paper.state == "bounced"):
                raise UserError(
                    self.env._(
                        "%(payment)s is the money of %(paper)s, which was not honoured. Register "
                        "the paper or the payment that the customer gives instead.",
                        payment=payment.display_name,
                        paper=paper[0].name,
                    )
                )
            if state != "draft":
                raise UserError(
                    self.env._(
                        "The payment %(payment)s of %(amount)s is %(state)s: its money went back. "
                        "If it came after all, press Reset to Draft and confirm it again.",
                        payment=payment.display_name,
                        amount=payment.currency_id.format(payment.amount),
                        state=payment._sop_state_label(),
                    )
                )

    def _sop_contracts_of_money(self):
        """Return the contracts that the payment counts for: earmarks and paid invoices."""
        contracts = self.allocation_ids.contract_id
        if not self.move_id:
            return contracts
        rows = self.env.execute_query(self.env["account.move"]._sop_contracts_sql(self.move_id.ids))
        return contracts | self.env["sop.contract"].sudo().browse([row[0] for row in rows])

    def _sop_lost_sentence(self):
        return self.env._(
            "The payment %(payment)s of %(amount)s is %(state)s.",
            payment=self.display_name,
            amount=self.currency_id.format(self.amount),
            state=self._sop_state_label(),
        )

    def _sop_state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]
