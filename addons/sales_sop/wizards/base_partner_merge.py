from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts rewrites every document; what was approved for a customer stays (A3)."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) > 1 and self.env["sop.policy"]._governed_company_ids():
            self._sop_check_own_contact(partners)
            kept = dst_partner or self._get_ordered_partner(partners.ids)[-1:]
            lost = (partners - kept)._sop_with_contracts()
            if lost:
                raise UserError(
                    self.env._(
                        "%(customers)s has contracts and cannot be merged into %(kept)s: what was "
                        "approved for one customer would be another's. Merge into the contact that "
                        "has the contracts, or archive the other one.",
                        customers=format_list(self.env, lost.mapped("display_name")),
                        kept=kept.display_name,
                    )
                )
            (partners - kept)._sop_check_tags_come_to(kept)
        return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)

    def _sop_check_own_contact(self, partners):
        """Merging would give the company the bank accounts of the other contact (C3)."""
        if partners.sudo().ref_company_ids and not self.env.su:
            self.env.user._sop_require_role(
                self.env._("merge the company's own contact"), "base.group_system"
            )
