from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sop_governed = fields.Boolean(related="company_id.sop_governed")
    sop_requester_may_approve = fields.Boolean(
        related="company_id.sop_requester_may_approve", readonly=False
    )
