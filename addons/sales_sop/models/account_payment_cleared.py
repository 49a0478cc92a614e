from contextlib import contextmanager

from odoo import api, models

from .account_payment_booked import CASH_TYPES

# The bank keeps less than the rest: a fee, or the discount of a bill that is not due yet.
SMALLEST_CASH = 0.9
# What an item of the entry that cleared a payment says of the cash.
ITEM_FIELDS = frozenset({"account_id", "amount_currency", "balance", "credit", "debit", "move_id"})


class AccountPayment(models.Model):
    """The bank has a payment when cash came, and not when somebody wrote it off (C3).

    Odoo takes for matched whatever leaves nothing open on the outstanding account.
    """

    _inherit = "account.payment"

    def _compute_reconciliation_status(self):
        result = super()._compute_reconciliation_status()
        for payment in self:
            if payment.is_matched and payment._sop_waits_for_bank():
                payment.is_matched = payment._sop_has_cash()
        return result

    def _sop_waits_for_bank(self):
        """Whether it stands on an outstanding account until the bank has it."""
        account = self.outstanding_account_id
        if not account or not self.move_id or account == self.journal_id.default_account_id:
            return False
        return self.sop_governed and not self.currency_id.is_zero(self.amount)

    def _sop_has_cash(self):
        items = self.move_id.line_ids.filtered(
            lambda item: item.account_id == self.outstanding_account_id
        )
        cash = sum(
            partial.amount
            for partials, side in (
                (items.matched_debit_ids, "debit_move_id"),
                (items.matched_credit_ids, "credit_move_id"),
            )
            for partial in partials
            if partial[side].move_id._sop_brings_cash(self.outstanding_account_id)
        )
        return cash >= abs(sum(items.mapped("balance"))) * SMALLEST_CASH

    def _sop_judge_cleared(self):
        self.env.add_to_compute(self._fields["is_matched"], self)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _sop_brings_cash(self, account):
        """Whether the entry takes from ``account`` what came as cash."""
        if self.state != "posted":
            return False
        cash = self.line_ids.filtered(lambda item: item.account_id.account_type in CASH_TYPES)
        taken = self.line_ids.filtered(lambda item: item.account_id == account)
        return abs(sum(cash.mapped("balance"))) >= abs(sum(taken.mapped("balance"))) * SMALLEST_CASH

    def write(self, vals):
        # Odoo keeps what is matched with an entry that becomes a draft, and changes, again.
        again = self.browse()
        if "state" in vals:
            again = self.filtered(lambda move: move.posted_before and move.move_type == "entry")
        result = super().write(vals)
        if again:
            again._sop_matched_payments()._sop_judge_cleared()
        return result

    @contextmanager
    def _sop_judging_cleared(self):
        """What these entries clear is judged again when their items have changed."""
        posted = self.filtered(lambda move: move.state == "posted" and move.move_type == "entry")
        payments = posted._sop_matched_payments()
        if payments:
            payments.move_id._sop_touch_contracts()._watch_money()
        yield
        payments._sop_judge_cleared()

    def _sop_matched_payments(self):
        """Return the customers' payments that these entries are matched with."""
        items = self.sudo().line_ids
        others = items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id
        return others.move_id.origin_payment_id.filtered("sop_governed")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        entries = self.env["account.move"].browse({vals.get("move_id") for vals in vals_list})
        with entries._sop_judging_cleared():
            return super().create(vals_list)

    def write(self, vals):
        if ITEM_FIELDS.isdisjoint(vals):
            return super().write(vals)
        entries = self.move_id | self.env["account.move"].browse(vals.get("move_id", []))
        with entries._sop_judging_cleared():
            return super().write(vals)

    def unlink(self):
        with self.move_id._sop_judging_cleared():
            return super().unlink()
