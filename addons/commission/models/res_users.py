from odoo import models
from odoo.exceptions import AccessError

# Who reads everybody's commission; the others read their own.
READERS = (
    "sales_sop.group_sales_office",
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
    "sales_sop.group_marketing_director",
    "sales_sop.group_vp_sales",
    "sales_sop.group_general_manager",
    "sales_sop.group_finance",
    "sales_sop.group_finance_vp",
    "base.group_system",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    def _commission_reads_all(self):
        """Whether this user reads everybody's commission; record rules ask."""
        return self._sop_has_role(*READERS)

    def _commission_require_role(self, action, companies, *groups):
        """Raise unless the user does ``action`` by a role and works for ``companies``."""
        self._sop_require_role(action, *groups)
        if companies - self.company_ids:
            raise AccessError(self.env._("You do not work for this company."))
