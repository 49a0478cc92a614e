from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .crm_lead import REGISTRARS


class CrmLead(models.Model):
    """Of merged leads the registered enquiry stays; two of them are not merged (A5)."""

    _inherit = "crm.lead"

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        registered = self.filtered("sop_registered_on")
        if len(registered) > 1:
            raise UserError(
                self.env._(
                    "%s are registered enquiries and are kept, each with its number. Merge leads "
                    "into one of them at a time, and mark the other as lost.",
                    format_list(self.env, registered.mapped("sop_enquiry_number")),
                )
            )
        if registered and not self.env.su:
            # What is merged brings its lines along, and so corrects what is registered.
            self.env.user._sop_require_role(
                self.env._("correct the registered enquiry %s", registered.sop_enquiry_number),
                *REGISTRARS,
            )
        return super()._merge_opportunity(
            user_id=user_id, team_id=team_id, auto_unlink=auto_unlink, max_length=max_length
        )

    def _sort_by_confidence_level(self, reverse=False):
        """The registered enquiry comes first, so that the others are merged into it."""
        leads = super()._sort_by_confidence_level(reverse=reverse)
        return leads.sorted(lambda lead: bool(lead.sop_registered_on), reverse=reverse)

    def _get_lead_duplicates(self, partner=None, email=None, include_lost=False):
        """Propose at most one registered enquiry, this one first, to be merged with."""
        leads = super()._get_lead_duplicates(
            partner=partner, email=email, include_lost=include_lost
        )
        registered = leads.filtered("sop_registered_on")
        return leads - registered + ((registered & self) or registered)[:1]

    def _merge_get_fields_address(self):
        """The place of a registered enquiry stays as it was registered."""
        return super(
            CrmLead, self.filtered("sop_registered_on") or self
        )._merge_get_fields_address()

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().sop_line_ids.write({"lead_id": self.id})
        return result
