from odoo import fields, models
from odoo.tools import formatLang


class SopContract(models.Model):
    """When the finance VP approves the contract's invoices, frozen with its terms (C2)."""

    _inherit = "sop.contract"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    invoice_approval = fields.Boolean(
        string="Every Invoice Is Approved",
        readonly=True,
        copy=False,
        help="The finance VP approves every invoice of this contract (C2).",
    )
    invoice_auto_amount = fields.Monetary(
        string="Invoices Without Approval Up To",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="What all invoices of this contract together may come to without the finance VP, at "
        "the agreed prices and in the company's currency. Zero means no limit (C2).",
    )

    def _invoice_approval_reasons(self, name, amount):
        """Return the sentences why the policy wants this invoice approved; empty if it does not.

        :param str name: how the invoice is called
        :param float amount: what the contract's invoices come to with it, in its currency
        """
        self.ensure_one()
        if self.invoice_approval:
            return [
                self.env._(
                    "%(invoice)s: the policy wants every invoice of contract %(contract)s "
                    "approved.",
                    invoice=name,
                    contract=self.number,
                )
            ]
        currency = self.company_currency_id
        total = currency.round(amount / (self.currency_rate or 1.0))
        limit = self.invoice_auto_amount
        if not limit or currency.compare_amounts(total, limit) <= 0:
            return []
        return [
            self.env._(
                "%(invoice)s brings the invoices of contract %(contract)s to %(amount)s; the "
                "policy lets %(limit)s pass without a decision.",
                invoice=name,
                contract=self.number,
                amount=formatLang(self.env, total, currency_obj=currency),
                limit=formatLang(self.env, limit, currency_obj=currency),
            )
        ]
