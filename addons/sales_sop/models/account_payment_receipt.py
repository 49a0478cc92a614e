from odoo import models
from odoo.tools import formatLang


class AccountPayment(models.Model):
    """The collection receipt (收款收据) that the customer gets for money received (C3, D8)."""

    _inherit = "account.payment"

    def _sop_receipt(self):
        """Return what the collection receipt prints, in the reader's language."""
        self.ensure_one()
        self.check_access("read")
        payment, paper = self.sudo(), self.env["sop.paper"]
        return {
            "company_lines": paper._company_lines(payment.company_id),
            "watermark": paper._watermark(self._sop_receipt_watermark()),
            "facts": [row for row in self._sop_receipt_facts(payment, paper) if row[1]],
            "lines": self._sop_receipt_lines(payment),
            "amount": formatLang(self.env, payment.amount, currency_obj=payment.currency_id),
            "words": payment.currency_id.with_env(self.env)._sop_amount_in_words(payment.amount),
        }

    def _sop_receipt_watermark(self):
        """A receipt for money that is not there is marked."""
        if self.state in ("in_process", "paid") and self.payment_type == "inbound":
            return False
        return self.env._("VOID")

    def _sop_receipt_facts(self, payment, paper):
        money_paper = payment.sop_paper_id.with_env(self.env(su=True))
        method = money_paper._kind_label() if money_paper else self._sop_receipt_method(payment)
        return [
            (self.env._("Received from"), payment.partner_id.display_name or ""),
            (self.env._("Date"), paper._date(payment.date)),
            (self.env._("Means of payment"), method),
            (self.env._("Reference"), payment.memo or ""),
            (self.env._("Paper number"), money_paper.name or ""),
            (self.env._("Drawer"), money_paper.drawer or ""),
            (self.env._("Bank or acceptor"), money_paper.issuing_bank or ""),
            (self.env._("Due date"), paper._date(money_paper.date_due)),
        ]

    def _sop_receipt_method(self, payment):
        if payment.journal_id.type == "cash":
            return self.env._("Cash")
        return self.env._("Transfer")

    def _sop_receipt_lines(self, payment):
        """Return what the money is for: its earmarks, and what is left of it."""

        def money(amount):
            return formatLang(self.env, amount, currency_obj=payment.currency_id)

        lines = [
            {
                "contract": allocation.contract_id.number,
                "orders": ", ".join(
                    (allocation.order_id or allocation.contract_id.order_ids).mapped("name")
                ),
                "amount": money(allocation.amount),
            }
            for allocation in payment.allocation_ids.sorted("id")
        ]
        if payment.currency_id.compare_amounts(payment.amount_not_earmarked, 0.0) > 0:
            lines.append(
                {
                    "contract": self.env._("Not assigned yet"),
                    "orders": "",
                    "amount": money(payment.amount_not_earmarked),
                }
            )
        return lines
