from odoo import models

COUNTED_STATES = ("in_process", "paid")
LOST_STATES = ("draft", "canceled", "rejected")


class AccountPayment(models.Model):
    """A payment that is rejected, cancelled or reset takes its money away again (C1)."""

    _inherit = "account.payment"

    def write(self, vals):
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

    def _sop_contracts_of_money(self):
        """Return the contracts that the payment counts for: earmarks and paid invoices."""
        contracts = self.allocation_ids.contract_id
        if not self.move_id:
            return contracts
        rows = self.env.execute_query(self.env["account.move"]._sop_contracts_sql(self.move_id.ids))
        return contracts | self.env["sop.contract"].sudo().browse([row[0] for row in rows])

    def _sop_lost_sentence(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "The payment %(payment)s of %(amount)s is %(state)s.",
            payment=self.display_name,
            amount=self.currency_id.format(self.amount),
            state=states[self.state],
        )
