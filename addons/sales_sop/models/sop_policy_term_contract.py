from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SopPolicyTerm(models.Model):
    """What a written contract of this kind needs besides the countersigning (K6)."""

    _inherit = "sop.policy.term"

    signed_file_required = fields.Boolean(
        string="Signed File",
        help="The contract becomes effective only when the scan of the signed contract is "
        "registered too (K6).",
    )

    @api.constrains("signed_file_required", "contract_required")
    def _check_signed_file(self):
        for term in self:
            if term.signed_file_required and not term.contract_required:
                raise ValidationError(
                    self.env._(
                        "%s: a signed file is asked for, but no written contract. Ask for both, "
                        "or for neither.",
                        term.name,
                    )
                )
