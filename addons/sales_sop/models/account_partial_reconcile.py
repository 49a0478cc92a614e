from odoo import api, models
from odoo.exceptions import UserError

from .account_payment_booked import LARGEST_RATE_DIFFERENCE

# What a matching says; Odoo itself only ever adds and removes matchings.
MATCHED_FIELDS = frozenset(
    {
        "debit_move_id",
        "credit_move_id",
        "amount",
        "debit_amount_currency",
        "credit_amount_currency",
        "debit_currency_id",
        "credit_currency_id",
    }
)

MATCHED_LINES = ("debit_move_id", "credit_move_id")


class AccountPartialReconcile(models.Model):
    """A matching is of money that is there (C1, C3).

    Odoo lets accountants and stock managers make and change matchings by remote calls, with any
    amount. What is collected is read from them, so here they say no more than both entries have.
    """

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        is_governed = self.env["sop.policy"]._governed_company_ids()
        if is_governed:
            self._sop_watch_money_of_others(vals_list)
        partials = super().create(vals_list)
        if is_governed:
            partials.sudo()._sop_check_matching()
            partials._sop_touch_contracts()
        return partials

    @api.model
    def _sop_watch_money_of_others(self, vals_list):
        """Matching money that is earmarked elsewhere takes it away there (C1, C3)."""
        line_ids = {vals.get(name) for vals in vals_list for name in MATCHED_LINES} - {None, False}
        moves = self.env["account.move.line"].sudo().browse(line_ids).move_id
        contracts = moves._sop_contracts_of_money()
        # What is no contract's takes it away, too: an entry by hand, an invoice without order.
        others = moves.filtered(lambda move: not (move.origin_payment_id or move.statement_line_id))
        if len(contracts) > 1 or any(not move.sop_contract_ids for move in others):
            contracts._watch_money()

    def write(self, vals):
        if not MATCHED_FIELDS.isdisjoint(vals):
            for partial in self.sudo()._sop_governed_matchings():
                partial._sop_raise_matching(
                    self.env._("A matching is not changed. Undo it and match the entries again.")
                )
        return super().write(vals)

    def unlink(self):
        if self.env["sop.policy"]._governed_company_ids():
            # Odoo also calls it for reconciliations that are gone already.
            self.exists()._sop_touch_contracts()._watch_money()
        return super().unlink()

    def _sop_touch_contracts(self):
        """Reconciling and undoing it changes what is collected (C1)."""
        partials = self.sudo()
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        return moves._sop_touch_contracts()

    # -- no more than both entries have --------------------------------------------------------

    def _sop_governed_matchings(self):
        return self.filtered(
            lambda partial: (partial.debit_move_id | partial.credit_move_id).company_id.filtered(
                lambda company: company._sop_is_governed()
            )
        )

    def _sop_check_matching(self):
        for partial in self._sop_governed_matchings():
            debit, credit = partial.debit_move_id, partial.credit_move_id
            if debit.account_id != credit.account_id:
                partial._sop_raise_matching(
                    self.env._(
                        "They are on different accounts. Match journal items of one account."
                    )
                )
            if not partial._sop_amounts_agree():
                partial._sop_raise_matching(
                    self.env._(
                        "The amounts of the matching contradict one another. Match the entries "
                        "with “Reconcile”, which computes them."
                    )
                )
            if partial._sop_is_paid_for_less():
                partial._sop_raise_matching(
                    self.env._(
                        "The rate differs by more than %(percent)s %% from that of both days. "
                        "Enter the rate of the day, or write the rest off.",
                        percent=f"{LARGEST_RATE_DIFFERENCE * 100:g}",
                    )
                )
            if (debit | credit).filtered(lambda line: line._sop_is_matched_beyond()):
                partial._sop_raise_matching(
                    self.env._(
                        "More would be matched than is open on them. Match the open amount or less."
                    )
                )

    def _sop_amounts_agree(self):
        """Whether the amounts are positive and the same wherever the currency is."""
        company = self.debit_move_id.company_currency_id
        debit, credit = self.debit_move_id.currency_id, self.credit_move_id.currency_id
        amounts = [
            (company, self.amount),
            (debit, self.debit_amount_currency),
            (credit, self.credit_amount_currency),
        ]
        if any(currency.compare_amounts(amount, 0.0) < 0 for currency, amount in amounts):
            return False
        return all(
            currency != other or currency.compare_amounts(amount, other_amount) == 0
            for index, (currency, amount) in enumerate(amounts)
            for other, other_amount in amounts[index + 1 :]
        )

    def _sop_is_paid_for_less(self):
        """Whether a rate of one's own lets a little money pay much of another currency.

        What is beyond the difference of rates is a write-off.

        An invoice counts in its own currency, and Odoo takes a rate from the client's context.
        """
        debit, credit = self.debit_move_id, self.credit_move_id
        if debit.currency_id == credit.currency_id:
            return False
        most = (self.amount + debit.company_currency_id.rounding) / (1 - LARGEST_RATE_DIFFERENCE)
        sides = ((debit, self.debit_amount_currency), (credit, self.credit_amount_currency))
        return any(
            most < line._sop_least_value(amount, {debit.date, credit.date})
            for line, amount in sides
        )

    def _sop_raise_matching(self, reason):
        raise UserError(
            self.env._(
                "%(debit)s cannot be matched with %(credit)s like this. %(reason)s",
                debit=self.debit_move_id.move_id.display_name,
                credit=self.credit_move_id.move_id.display_name,
                reason=reason,
            )
        )
