from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# When the money is due, how much of it, and what is given for paying early.
AGREED_FIELDS = frozenset(
    {"discount_days", "discount_percentage", "early_discount", "early_pay_discount_computation"}
)
AGREED_LINE_FIELDS = frozenset(
    {"days_next_month", "delay_type", "nb_days", "payment_id", "value", "value_amount"}
)


class AccountPaymentTerm(models.Model):
    """What was agreed on stays: a term that orders name does not change its days (A3, C5).

    The order holds the term and not its days, so an invoice would be due when nobody agreed to.
    """

    _name = "account.payment.term"
    _inherit = ["account.payment.term", "sop.computed.mixin"]

    def write(self, vals):
        if not self.env.su and (names := AGREED_FIELDS.intersection(vals)):
            self.check_access("write")
            self._sop_changed_by(vals, names)._sop_check_not_agreed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self._sop_check_not_agreed()

    def _sop_check_not_agreed(self):
        if not self or not self.env["sop.policy"]._governed_company_ids():
            return
        for term in self.sudo():
            if document := term._sop_agreed_in():
                raise UserError(
                    self.env._(
                        "%(term)s is agreed on in %(document)s and does not change. Make another "
                        "payment term for what is agreed from now on, and archive this one.",
                        term=term.display_name,
                        document=document.display_name,
                    )
                )

    def _sop_agreed_in(self):
        """Return a document that is agreed with the term, or waits for its approval with it."""
        submitted = Domain("approval_ids.state", "in", ("pending", "approved"))
        agreed = submitted | Domain("sop_contract_id.state", "=", "effective")
        opening = Domain("sop_opening", "=", True) & Domain("invoice_status", "!=", "invoiced")
        for model, term, domain in (
            ("sale.order", "payment_term_id", Domain("state", "!=", "cancel") & (agreed | opening)),
            ("sop.amendment", "payment_term_id", Domain("state", "=", "pending")),
            ("account.move", "invoice_payment_term_id", Domain("state", "=", "draft") & submitted),
        ):
            if document := self.env[model].search(Domain(term, "=", self.id) & domain, limit=1):
                return document
        return None


class AccountPaymentTermLine(models.Model):
    _name = "account.payment.term.line"
    _inherit = ["account.payment.term.line", "sop.computed.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines.payment_id._sop_check_not_agreed()
        return lines

    def write(self, vals):
        names = set() if self.env.su else AGREED_LINE_FIELDS.intersection(vals)
        if names:
            self.check_access("write")
            self._sop_changed_by(vals, names).payment_id._sop_check_not_agreed()
        result = super().write(vals)
        if "payment_id" in names:
            self.payment_id._sop_check_not_agreed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self.payment_id._sop_check_not_agreed()
