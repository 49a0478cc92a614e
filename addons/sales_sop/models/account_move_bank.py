from odoo import api, models
from odoo.exceptions import ValidationError


class AccountMove(models.Model):
    """To whose account an invoice sends the money, and a credit note sends it back (C3)."""

    _inherit = "account.move"

    @api.constrains("partner_bank_id", "partner_id", "move_type", "company_id")
    def _check_partner_bank(self):
        for move in self.sudo().filtered("partner_bank_id"):
            owner = move.partner_bank_id.partner_id
            is_sale = move.is_sale_document(include_receipts=True)
            if is_sale and owner not in move._sop_payees() and move.company_id._sop_is_governed():
                raise ValidationError(
                    self.env._(
                        "%(invoice)s: the account %(account)s is of %(owner)s. The money goes to "
                        "an account of %(expected)s: choose one of these.",
                        invoice=move._sop_name(),
                        account=move.partner_bank_id.acc_number,
                        owner=owner.display_name,
                        expected=move.bank_partner_id.display_name,
                    )
                )

    def _sop_payees(self):
        """Return who may be paid; a branch uses the accounts of its company, too."""
        payees = self.bank_partner_id
        return payees | self.company_id.parent_ids.partner_id if self.is_inbound() else payees
