from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    sop_approval_step_id = fields.Many2one(
        "sop.approval.step",
        string="Approval Step",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="The open approval step this activity reminds of; it disappears with the decision.",
    )
