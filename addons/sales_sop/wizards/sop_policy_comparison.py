from odoo import api, fields, models


class SopPolicyComparison(models.TransientModel):
    """Two versions of the sales policy side by side."""

    _name = "sop.policy.comparison"
    _description = "Comparison of Two Sales Policies"

    company_id = fields.Many2one(related="new_id.company_id", related_sudo=False)
    old_id = fields.Many2one(
        "sop.policy",
        string="Earlier Version",
        required=True,
        domain="[('company_id', '=', company_id), ('id', '!=', new_id)]",
    )
    new_id = fields.Many2one(
        "sop.policy",
        string="Compared With",
        required=True,
        domain="[('company_id', '=', company_id), ('id', '!=', old_id)]",
    )
    only_differences = fields.Boolean(default=True)
    comparison_html = fields.Html(
        string="Comparison", compute="_compute_comparison_html", sanitize=False
    )

    @api.depends("old_id", "new_id", "only_differences")
    @api.depends_context("lang")
    def _compute_comparison_html(self):
        for comparison in self:
            old, new = comparison.old_id, comparison.new_id
            comparison.comparison_html = (
                new._comparison_html(old, comparison.only_differences) if old and new else False
            )
