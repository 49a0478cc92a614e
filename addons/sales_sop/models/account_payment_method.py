from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list

# What changes the payment's method, on which depends when it counts.
METHOD_FIELDS = frozenset({"payment_method_line_id", "journal_id", "payment_type"})


class AccountPayment(models.Model):
    """A payment by a method of papers stays a paper (C3)."""

    _inherit = "account.payment"

    def write(self, vals):
        """A payment by paper stays one, or a cheque would count before it is cleared."""
        if METHOD_FIELDS.isdisjoint(vals):
            return super().write(vals)
        before = {payment: payment._sop_paper_method() for payment in self.sudo()}
        result = super().write(vals)
        changed = self.browse(
            payment.id for payment, kind in before.items() if payment._sop_paper_method() != kind
        )
        changed._sop_touch_contracts()
        if not self.env.su:
            changed.filtered(lambda payment: before[payment.sudo()])._sop_check_paper_stays()
        return result

    def _sop_paper_method(self):
        return self.payment_method_line_id.sop_paper_kind

    def _sop_check_paper_stays(self):
        """Of a draft that nobody earmarked, the method is only put right."""
        fixed = self.filtered(
            lambda payment: (
                payment.sop_governed and (payment.state != "draft" or payment.sudo().allocation_ids)
            )
        )
        if fixed:
            raise UserError(
                self.env._(
                    "%s came as a paper of money and keeps its payment method. Cancel it, and "
                    "register what came under Cheques and Bills or as another payment.",
                    format_list(self.env, fixed.mapped("display_name")),
                )
            )
