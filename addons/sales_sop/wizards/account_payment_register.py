from odoo import fields, models


class AccountPaymentRegister(models.TransientModel):
    """Money registered from an invoice can be earmarked at once (C3).

    What pays the invoice counts for its contract anyway, as long as they are matched. The earmark
    holds the rest, and stays when the matching is undone.
    """

    _inherit = "account.payment.register"

    sop_contract_id = fields.Many2one(
        "sop.contract",
        string="Earmark for Contract",
        check_company=True,
        help="The whole payment is earmarked for this contract. What it pays on the contract's "
        "invoices counts once; the rest waits there as an advance.",
    )

    def _create_payments(self):
        payments = super()._create_payments()
        contract = self.sop_contract_id
        if contract:
            self.env["sop.payment.allocation"].create(
                [
                    {
                        "payment_id": payment.id,
                        "contract_id": contract.id,
                        "amount": payment.amount,
                    }
                    for payment in payments
                ]
            )
        return payments
