from odoo import models


class SaleOrder(models.Model):
    """An order whose contract waits for the signed file waits too (K6)."""

    _inherit = "sale.order"

    def _prepare_sop_contract_values(self):
        values = super()._prepare_sop_contract_values()
        term = self.env["sop.policy.term"].browse(values["term_id"])
        return values | {"signed_file_required": term.signed_file_required}

    def _confirm_blockers(self):
        """The signed file is named when it is all that is missing (K6)."""
        blockers = super()._confirm_blockers()
        contract = self.sop_contract_id.sudo()
        if not blockers or contract.state != "draft" or not contract.signed_file_required:
            return blockers
        if self._is_approved("application") and contract._is_approved("contract"):
            return [("K6", contract._signed_file_sentence())]
        return blockers
