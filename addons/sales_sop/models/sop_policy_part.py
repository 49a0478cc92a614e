from odoo import fields, models


class SopPolicyPart(models.AbstractModel):
    """A line of a policy: it changes only while its policy is a draft (P1)."""

    _name = "sop.policy.part"
    _description = "Part of a Sales Policy"
    _inherit = ["sop.draft.part.mixin", "sop.rules.mixin"]

    policy_id = fields.Many2one("sop.policy", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="policy_id.company_id", store=True)

    def _draft_document(self):
        return self.policy_id
