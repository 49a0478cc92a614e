from odoo import api, fields, models


class SopPolicyPart(models.AbstractModel):
    """A line of a policy: it changes only while its policy is a draft (P1)."""

    _name = "sop.policy.part"
    _description = "Part of a Sales Policy"

    policy_id = fields.Many2one("sop.policy", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="policy_id.company_id", store=True)

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_policy_is_draft()
        return parts

    def write(self, vals):
        self._check_policy_is_draft()
        result = super().write(vals)
        self._check_policy_is_draft()
        return result

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        self._check_policy_is_draft()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_policy_is_draft(self):
        self._check_policy_is_draft()

    def _check_policy_is_draft(self):
        if not self.env.su:
            self.policy_id._check_is_draft()
