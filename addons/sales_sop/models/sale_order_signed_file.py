from odoo import models


class SaleOrder(models.Model):
    """An order whose contract waits for the signed file waits too (K6)."""

    _inherit = "sale.order"

    def _sop_frozen_terms(self, term):
        terms = super()._sop_frozen_terms(term)
        return terms | {"signed_file_required": term.signed_file_required}

    def _confirm_blockers(self):
        """The signed file is named when it is all that is missing (K6)."""
        blockers = super()._confirm_blockers()
        contract = self.sop_contract_id.sudo()
        if not blockers or contract.state != "draft" or not contract.signed_file_required:
            return blockers
        if self._is_approved("application") and contract._is_approved("contract"):
            return [("K6", contract._signed_file_sentence())]
        return blockers
