from odoo import api, models


class CommissionPlanPart(models.AbstractModel):
    """A line of a commission plan: it changes only while its plan is a draft."""

    _name = "commission.plan.part"
    _description = "Part of a Commission Plan"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_plan_is_draft()
        return parts

    def write(self, vals):
        self._check_plan_is_draft()
        result = super().write(vals)
        self._check_plan_is_draft()
        return result

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        self._check_plan_is_draft()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_plan_is_draft(self):
        self._check_plan_is_draft()

    def _check_plan_is_draft(self):
        if not self.env.su:
            self._plan()._check_is_draft()

    def _plan(self):
        """Return the plans that these parts belong to."""
        return self.plan_id
