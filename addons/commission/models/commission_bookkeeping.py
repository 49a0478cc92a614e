from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Command

ACCOUNTANTS = ("sales_sop.group_finance", "sales_sop.group_finance_vp")


@dataclass(frozen=True)
class Posting:
    """An amount from one account to another, in the plan's currency and in the company's."""

    debit: object
    credit: object
    partner: object
    label: str
    currency: object
    amount: float
    amount_company: float


class CommissionBookkeeping(models.AbstractModel):
    """Books commission: who may, at which rate, and how an entry is made (B3, B5)."""

    _name = "commission.bookkeeping"
    _description = "Bookkeeping of Commission"

    @api.model
    def _check_accountant(self, action, companies):
        """Raise unless the user does ``action`` by role and works for ``companies``."""
        self.env.user._commission_require_role(action, companies, *ACCOUNTANTS)

    @api.model
    def _company_amount(self, company, plan, currency, amount):
        """Return ``amount`` in the company's currency, by the plan's fixed rate."""
        rate = 1.0 if currency == company.currency_id else plan.currency_rate
        return company.currency_id.round(amount / (rate or 1.0))

    @api.model
    def _post_entry(self, company, day, text, postings):
        """Post one entry with two journal items per posting and return it.

        A negative amount is booked the other way round. Where the day is locked, Odoo takes the
        first open period.
        """
        move = self._entries(company).create(
            {
                "move_type": "entry",
                "company_id": company.id,
                "journal_id": company.commission_journal_id.id,
                "currency_id": company.currency_id.id,
                "date": day,
                "auto_post": "no",
                "ref": text,
                "line_ids": [
                    Command.create(values)
                    for posting in postings
                    for values in self._prepare_items(posting)
                ],
            }
        )
        move._post(soft=False)
        return move.with_env(self.env)

    @api.model
    def _entries(self, company):
        """Return the model of entries in a context in which nothing that a client sends counts."""
        context = {"lang": self.env.lang, "allowed_company_ids": company.ids}
        return self.env(context=context)["account.move"].sudo()

    def _prepare_items(self, posting):
        common = {
            "partner_id": posting.partner.id,
            "name": posting.label,
            "currency_id": posting.currency.id,
            "tax_ids": [Command.clear()],
        }
        for account, sign in ((posting.debit, 1), (posting.credit, -1)):
            yield {
                **common,
                "account_id": account.id,
                "amount_currency": sign * posting.amount,
                "balance": sign * posting.amount_company,
            }
