from odoo import models
from odoo.exceptions import UserError


class SopAmendment(models.Model):
    """An order that is amended into a kind with registered enquiries rests on one too (A5)."""

    _inherit = "sop.amendment"

    def _check_term(self, term):
        self._check_enquiry(term)
        return super()._check_term(term)

    def _check_enquiry(self, term):
        order = self.order_id
        if not term.enquiry_required or order._sop_is_call_off():
            return
        sentences = order._sop_enquiry_sentences()
        if sentences:
            raise UserError("\n".join(sentences))

    def _apply_terms(self):
        """Between submission and approval the order may have lost its enquiry."""
        self._check_enquiry(self.term_id)
        result = super()._apply_terms()
        self.order_id._sop_fix_enquiry()
        return result
