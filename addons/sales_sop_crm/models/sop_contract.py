from odoo import models


class SopContract(models.Model):
    """Who goes on with a contract reads the enquiry that it came from (A5)."""

    _inherit = "sop.contract"

    def _sop_give_to(self, user, reason):
        before = self.user_id
        result = super()._sop_give_to(user, reason)
        enquiries = self.order_ids.opportunity_id.filtered(lambda lead: lead.user_id == before)
        for team, leads in enquiries.grouped("team_id").items():
            leads.write({"user_id": user.id, "team_id": team.id})
        return result
