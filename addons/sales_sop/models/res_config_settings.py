from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sop_governed = fields.Boolean(related="company_id.sop_governed")
    sop_requester_may_approve = fields.Boolean(
        related="company_id.sop_requester_may_approve", readonly=False
    )
    go_live_date = fields.Date(related="company_id.go_live_date", readonly=False)
    sop_meeting_member_ids = fields.Many2many(
        related="company_id.sop_meeting_member_ids", readonly=False
    )
    sop_meeting_quorum = fields.Integer(related="company_id.sop_meeting_quorum", readonly=False)
    sop_meeting_quorum_type = fields.Selection(
        related="company_id.sop_meeting_quorum_type", readonly=False
    )
