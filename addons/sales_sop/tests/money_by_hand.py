"""Collected money counted by hand: money by money, matching by matching, earmark by earmark.

It knows nothing of the statements that the addon reads the books with.
"""

from collections import defaultdict
from dataclasses import dataclass, field

COUNTED = ("in_process", "paid")


@dataclass
class Count:
    """Where one money is; in the money's currency but for ``collected``."""

    # What it brings each contract, in the contract's currency.
    collected: dict = field(default_factory=lambda: defaultdict(float))
    # What of it each contract has by invoices and by earmarks.
    on_invoices: dict = field(default_factory=lambda: defaultdict(float))
    earmarked: float = 0.0
    given_back: float = 0.0
    free: float = 0.0

    @property
    def total(self):
        return sum(self.on_invoices.values()) + self.earmarked + self.given_back + self.free


class MoneyByHand:
    """Counts payments and bank lines by the invoices and credit notes of known contracts."""

    def __init__(self, contract_of):
        """``contract_of``: ``{invoice or credit note: its one contract}``."""
        self.contract_of = contract_of

    @staticmethod
    def is_there(money):
        """Money that was rejected, cancelled or taken back into draft did not come."""
        booked = money.move_id.state == "posted"
        return booked and (money._name != "account.payment" or money.state in COUNTED)

    def count(self, money):
        """Count money that came from a customer."""
        count, lines = Count(), self._customer_lines(money)
        credited = -sum(lines.mapped("amount_currency"))
        # Of a payment with a write-off only the cash counts.
        cash = min(1.0, money.amount / credited)
        for partial in lines.matched_debit_ids:
            part = cash * partial.credit_amount_currency
            contract = self._contract_of(partial.debit_move_id.move_id)
            if contract:
                count.on_invoices[contract] += part
                count.collected[contract] += cash * self._in_contract(
                    partial, partial.debit_move_id, partial.debit_amount_currency, contract
                )
            else:
                count.given_back += part
        self._count_earmarks(money, count, lines, credited * cash)
        return count

    def _count_earmarks(self, money, count, lines, cash):
        """What is open goes to the earmarks in the order in which they were made."""
        left = cash - count.total
        company_value = abs(sum(lines.mapped("balance")) / sum(lines.mapped("amount_currency")))
        used = dict(count.on_invoices)
        for earmark in money.allocation_ids.sorted("id"):
            contract = earmark.contract_id
            reached = min(earmark.amount, used.get(contract, 0.0))
            used[contract] = used.get(contract, 0.0) - reached
            part = min(earmark.amount - reached, left)
            left -= part
            count.earmarked += part
            same = contract.currency_id == money.currency_id
            count.collected[contract] += part * (
                1.0 if same else company_value * contract.currency_rate
            )
        count.free = left

    def count_back(self, payback):
        """Money that went back on credit notes takes its part from their contracts."""
        count = Count()
        for partial in self._customer_lines(payback).matched_credit_ids:
            contract = self._contract_of(partial.credit_move_id.move_id)
            if contract:
                count.collected[contract] -= self._in_contract(
                    partial, partial.credit_move_id, partial.credit_amount_currency, contract
                )
        return count

    def _contract_of(self, move):
        return self.contract_of.get(move) if move.state == "posted" else None

    @staticmethod
    def _in_contract(partial, document_line, amount, contract):
        if document_line.currency_id == contract.currency_id:
            return amount
        return partial.amount * contract.currency_rate

    @staticmethod
    def _customer_lines(money):
        """The customer's side; of a bank line that nobody matched yet, the suspense account."""
        suspense = money.journal_id.suspense_account_id
        is_bank_line = money._name == "account.bank.statement.line"
        return money.move_id.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                or (is_bank_line and line.account_id == suspense)
            )
        )
