from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

# From the bottom to the top of the company; used for labels such as "waits for Sales Manager".
ROLE_GROUPS = (
    "sales_sop.group_salesperson",
    "sales_sop.group_sales_office",
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
    "sales_sop.group_marketing_director",
    "sales_sop.group_vp_sales",
    "sales_sop.group_general_manager",
    "sales_sop.group_planner",
    "sales_sop.group_quality",
    "sales_sop.group_gate_guard",
    "sales_sop.group_finance",
    "sales_sop.group_finance_vp",
    "sales_sop.group_legal",
    "sales_sop.group_migration",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sop_has_role(self, *groups):
        """Whether this user holds one of ``groups`` (external ids)."""
        return any(self.has_group(group) for group in groups)

    def _sop_require_role(self, action, *groups):
        """Raise an AccessError that names ``action`` and the roles that may do it."""
        if self._sop_has_role(*groups):
            return
        names = [self.env.ref(group).sudo().name for group in groups]
        raise AccessError(
            self.env._(
                "%(user)s cannot %(action)s. This needs one of these roles: %(roles)s.",
                user=self.name,
                action=action,
                roles=format_list(self.env, names, "or"),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        # Who holds a role is remembered; Odoo forgets it when a user changes, not for a new one.
        self.env.registry.clear_cache()
        return users

    def write(self, vals):
        result = super().write(vals)
        if not {"active", "group_ids"}.isdisjoint(vals):
            self.env["sop.approval.step"].sudo()._alert_if_vacant()
        return result
