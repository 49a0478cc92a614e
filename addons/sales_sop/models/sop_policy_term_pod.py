import base64

from odoo import fields, models
from odoo.exceptions import UserError


class SopPolicyTerm(models.Model):
    """Whether the signed copy of a delivery has to be kept as a scan (D3)."""

    _inherit = "sop.policy.term"

    pod_scan_required = fields.Boolean(
        string="Scan of Receipt",
        help="A proof of delivery on paper is recorded only with the scan of the signed copy (D3).",
    )


class SopContract(models.Model):
    _inherit = "sop.contract"

    pod_scan_required = fields.Boolean(
        string="Scan of Receipt",
        readonly=True,
        help="A proof of delivery on paper is recorded only with the scan of the signed copy.",
    )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pod_scan_required = fields.Boolean(
        string="Scan Required", compute="_compute_pod_scan_required", compute_sudo=True
    )

    def _compute_pod_scan_required(self):
        for picking in self:
            contracts = picking._sop_contracts()
            picking.pod_scan_required = any(contracts.mapped("pod_scan_required"))

    def _sop_check_receipt(self, values, quantities):
        """What is signed on paper is kept as a scan where the policy says so (D3)."""
        has_scan = bool(base64.b64decode(values.get("document") or b""))
        if values["source"] == "paper" and self.pod_scan_required and not has_scan:
            raise UserError(
                self.env._(
                    "D3: %s: the terms of the contract ask for the scan of the signed copy. "
                    "Attach it, then record the proof of delivery.",
                    self.name,
                )
            )
        return super()._sop_check_receipt(values, quantities)

    def _sop_may_record_pod(self):
        """What is signed at loading waits for its scan."""
        return super()._sop_may_record_pod() and not self.pod_scan_required


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _sop_frozen_terms(self, term):
        terms = super()._sop_frozen_terms(term)
        return terms | {"pod_scan_required": term.pod_scan_required}
