from collections import defaultdict

from odoo import models
from odoo.tools import formatLang

from .wording import enumerated


class AccountPayment(models.Model):
    """The collection receipt (收款收据) that the customer gets for money received (C3, D8)."""

    _inherit = "account.payment"

    def _sop_receipt_lang(self):
        """The customer gets it, so it is in the customer's language."""
        self.ensure_one()
        return self.env["sop.paper"]._customer_lang(self.partner_id)

    def _sop_receipt(self):
        """Return what the collection receipt prints, in the language of the context."""
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
        return self.env._("Bank Transfer")

    def _sop_receipt_lines(self, payment):
        """Return what the money is for: paid invoices, then earmarks, then what is left of it."""
        left, paid, rows = payment.amount, defaultdict(float), []
        for invoice, amount in payment._sop_paid_invoices():
            # The customer's account may be credited with a discount too; that is no money.
            amount = min(amount, left)
            left -= amount
            shares = invoice._sop_contract_shares()
            for contract, share in shares.items():
                paid[contract] += amount * share
            orders = invoice.line_ids.sale_line_ids.order_id.mapped("name")
            contracts = enumerated(self.env, [contract.number for contract in shares if contract])
            rows.append((contracts, enumerated(self.env, [invoice.name, *orders]), amount))
        for allocation in payment.allocation_ids.sorted("id"):
            contract = allocation.contract_id
            used = min(paid[contract], allocation.amount)
            paid[contract] -= used
            amount = min(allocation.amount - used, left)
            left -= amount
            orders = allocation.order_id or contract.order_ids
            rows.append((contract.number, enumerated(self.env, orders.mapped("name")), amount))
        rows.append((self.env._("Not assigned yet"), "", left))
        currency = payment.currency_id
        return [
            {
                "contract": contract,
                "orders": documents,
                "amount": formatLang(self.env, amount, currency_obj=currency),
            }
            for contract, documents, amount in rows
            if currency.compare_amounts(amount, 0.0) > 0
        ]

    def _sop_paid_invoices(self):
        """Return ``[(invoice, amount in the payment's currency)]`` of what the money paid."""
        lines = self.move_id._sop_receivable_lines()
        amounts = defaultdict(float)
        for partial in lines.matched_debit_ids.sorted("id"):
            invoice = partial.debit_move_id.move_id
            if invoice.is_sale_document(include_receipts=True):
                amounts[invoice] += partial.credit_amount_currency
        return list(amounts.items())


class AccountMove(models.Model):
    """Of which contracts an invoice is, for the receipt of its money."""

    _inherit = "account.move"

    def _sop_contract_shares(self):
        """Return ``{contract: its share of the product lines}``; no contract is a key too."""
        self.ensure_one()
        totals = defaultdict(float)
        for line in self.invoice_line_ids.filtered(lambda one: one.display_type == "product"):
            order = line.sale_line_ids.order_id[:1]
            totals[order.sop_contract_id or self.sop_contract_id] += line.price_total
        total = sum(totals.values())
        return {contract: amount / total if total else 0.0 for contract, amount in totals.items()}
