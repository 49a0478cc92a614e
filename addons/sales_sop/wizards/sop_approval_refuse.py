from odoo import fields, models


class SopApprovalRefuse(models.TransientModel):
    """Asks why an approval is refused."""

    _name = "sop.approval.refuse"
    _description = "Refuse an Approval"

    approval_ids = fields.Many2many("sop.approval", string="Documents", required=True)
    reason = fields.Text(required=True, help="Whoever submitted the document reads it.")

    def action_refuse(self):
        """Refuse with the reason given."""
        self.ensure_one()
        self.approval_ids.refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
