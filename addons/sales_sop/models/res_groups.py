from odoo import api, models, tools

from .sop_remembered_mixin import remembered

# Who stands above whom, from near to far: a higher role may decide what a lower one is asked.
SUPERIORS = {
    "sales_office": ("sales_manager", "marketing_director", "vp_sales", "general_manager"),
    "sales_manager": ("marketing_director", "vp_sales", "general_manager"),
    "sales_head": ("marketing_director", "vp_sales", "general_manager"),
    "marketing_director": ("vp_sales", "general_manager"),
    "vp_sales": ("general_manager",),
    "planner": ("vp_sales", "general_manager"),
    "quality": ("general_manager",),
    "legal": ("general_manager",),
    "finance": ("finance_vp", "general_manager"),
    "finance_vp": ("general_manager",),
}


class ResGroups(models.Model):
    _name = "res.groups"
    _inherit = ["res.groups", "sop.remembered.mixin"]

    @api.model
    def _sop_superiors_by_role(self):
        """Return ``{external id: external ids of the higher roles}``; an addon adds its own."""
        return {
            f"sales_sop.group_{role}": tuple(f"sales_sop.group_{name}" for name in superiors)
            for role, superiors in SUPERIORS.items()
        }

    def _sop_holders(self, company):
        """Return the active users of ``company`` who hold one of these roles."""
        ids = [id_ for group in self for id_ in self._sop_holder_ids(group.id, company.id)]
        return self.env["res.users"].browse(dict.fromkeys(ids))

    @api.model
    @remembered("group_id", "company_id")
    def _sop_holder_ids(self, group_id, company_id):
        """Ids of the role's holders; whatever changes a user's roles or companies empties it."""
        users = self.env["res.users"].with_env(self.env(su=True, context={}))
        return tuple(
            users.search(
                [
                    ("all_group_ids", "in", [group_id]),
                    ("company_ids", "in", [company_id]),
                    ("share", "=", False),
                ]
            ).ids
        )

    @api.model
    @tools.ormcache()
    def _sop_superior_ids(self):
        """Return ``{group id: ids of the higher groups, from near to far}``."""

        def group_id(name):
            return self.env["ir.model.data"]._xmlid_to_res_id(name, raise_if_not_found=True)

        return {
            group_id(role): tuple(map(group_id, superiors))
            for role, superiors in self._sop_superiors_by_role().items()
        }
