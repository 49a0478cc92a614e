from datetime import timedelta

from odoo import models
from odoo.tools import format_date


class AccountMove(models.Model):
    """An invoice is due when its order says; later is the finance VP's to decide (C2).

    From the due date on money is overdue, bears interest and reduces commission (C5).
    """

    _inherit = "account.move"

    def _sop_approval_reasons(self, facts):
        return [*super()._sop_approval_reasons(facts), *self._sop_due_reasons()]

    def _approval_content(self, route_code):
        """A day that is later than agreed is part of what the finance VP approves (C2)."""
        content = super()._approval_content(route_code)
        if self._sop_is_due_later():
            content["due"] = str(self._sop_last_due())
        return content

    def _sop_due_reasons(self):
        """Return the sentences why the invoice asks for its money at another time than agreed."""
        orders = self.sudo()._sop_product_lines().sale_line_ids.order_id
        if not orders or self.move_type != "out_invoice":
            return []
        others = orders.filtered(
            lambda order: order.payment_term_id != self.invoice_payment_term_id
        )
        reasons = [self._sop_other_term_sentence(order) for order in others[:1]]
        if self._sop_is_due_later():
            reasons.append(self._sop_due_later_sentence())
        return reasons

    def _sop_is_due_later(self):
        due = self._sop_last_due()
        return bool(due) and due > self._sop_agreed_due()

    def _sop_due_later_sentence(self):
        return self.env._(
            "%(invoice)s is due on %(due)s, but by its payment terms on %(agreed)s.",
            invoice=self._sop_name(),
            due=format_date(self.env, self._sop_last_due()),
            agreed=format_date(self.env, self._sop_agreed_due()),
        )

    def _sop_other_term_sentence(self, order):
        no_term = self.env._("no payment term")
        return self.env._(
            "%(invoice)s is to be paid by “%(mine)s”, but order %(order)s agrees on “%(agreed)s”.",
            invoice=self._sop_name(),
            mine=self.invoice_payment_term_id.display_name or no_term,
            order=order.name,
            agreed=order.payment_term_id.display_name or no_term,
        )

    def _sop_last_due(self):
        """Return the last day on which some of the money is due; None when it is not known yet."""
        lines = self.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        return max((day for day in lines.mapped("date_maturity") if day), default=None)

    def _sop_agreed_due(self):
        """Return the last day by the payment term; a date that has not come counts as today.

        Without a term money is due at once, on the day on which it is asked for.
        """
        today = self.company_id._sop_today()
        if not self.invoice_payment_term_id:
            return today
        ahead = (self.invoice_date or today) - today
        days = [key["date_maturity"] for key in self.sudo().needed_terms]
        return max(days, default=today) - max(ahead, timedelta())
