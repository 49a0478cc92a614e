from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Whether the company's opening is still open."""

    _inherit = "res.config.settings"

    sop_opening_state = fields.Selection(related="company_id.sop_opening_state")
