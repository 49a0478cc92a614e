from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SopPolicyTerm(models.Model):
    """Which invoices the finance VP approves, and which the policy lets pass by itself (C2)."""

    _inherit = "sop.policy.term"

    invoice_approval = fields.Boolean(
        string="Every Invoice Is Approved",
        help="The finance VP approves every invoice of the contract (C2). Off: an invoice over "
        "what was accepted, at the agreed prices and within the contract, needs no decision.",
    )
    invoice_auto_amount = fields.Monetary(
        string="Invoices Without Approval Up To",
        help="Up to this amount, all invoices of the contract together, tax included, in the "
        "company's currency, invoices at the agreed prices need no decision. What other contracts "
        "of the customer were invoiced in the last 30 days without a decision counts too, so "
        "splitting an invoice or an order does not help. Zero means no limit (C2).",
    )

    @api.constrains("invoice_auto_amount", "invoice_approval")
    def _check_invoice_auto_amount(self):
        for term in self:
            if term.invoice_auto_amount < 0:
                raise ValidationError(
                    self.env._("%s: the amount of invoices has to be positive.", term.name)
                )
            if term.invoice_approval and term.invoice_auto_amount:
                raise ValidationError(
                    self.env._(
                        "%s: either every invoice is approved, or those above an amount.", term.name
                    )
                )
