from odoo import models


class AccountMove(models.Model):
    """An entry that is a draft again stays matched with the sheet that it pays no more (B3)."""

    _inherit = "account.move"

    def write(self, vals):
        again = self.browse()
        if "state" in vals:
            again = self.filtered(lambda move: move.posted_before and move.move_type == "entry")
        result = super().write(vals)
        again._commission_judge_anew()
        return result

    def _commission_judge_anew(self):
        """Judge again whether the sheets that these entries are matched with are paid."""
        items = self.line_ids.filtered(
            lambda item: item.account_id.account_type == "liability_payable"
        )
        partials = items.matched_debit_ids | items.matched_credit_ids
        paid = (partials.debit_move_id | partials.credit_move_id).move_id
        if paid:
            bookings = self.env["commission.booking"].sudo().search([("move_id", "in", paid.ids)])
            # Whatever depends on what they are matched with.
            bookings.modified(["accepted_move_ids"])
