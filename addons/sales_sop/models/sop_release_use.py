from odoo import api, fields, models
from odoo.exceptions import UserError


class SopReleaseUse(models.Model):
    """What a release let through, and when; rows are only ever added, by the gate."""

    _name = "sop.release.use"
    _description = "Use of an Exception"
    _inherit = ["sop.own.defaults.mixin"]
    _order = "id"

    release_id = fields.Many2one(
        "sop.release",
        string="Exception",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one(related="release_id.company_id")
    currency_id = fields.Many2one(related="release_id.currency_id")
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="What it took from the exception; nothing when posted once more."
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)
    used_on = fields.Datetime(readonly=True)
    user_id = fields.Many2one("res.users", string="Used by", readonly=True, ondelete="restrict")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What an exception let through is kept for ever."))
