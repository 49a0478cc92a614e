from odoo import models
from odoo.tools import format_list


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts writes past the payees: whom it pays is no longer who earned it (B1)."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        if len(partner_ids) > 1 and not self.env.su:
            self._commission_check_payees(partner_ids)
        return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)

    def _commission_check_payees(self, partner_ids):
        payees = self.env["commission.payee"].sudo().with_context(active_test=False)
        found = payees.search([("partner_id", "in", partner_ids)])
        if found:
            self.env.user._sop_require_role(
                self.env._(
                    "merge the contact of %s, to whom commission is paid",
                    format_list(self.env, found.partner_id.mapped("display_name")),
                ),
                "sales_sop.group_finance_vp",
                "base.group_system",
            )
