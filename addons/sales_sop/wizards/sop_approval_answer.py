from odoo import api, fields, models


class SopApprovalAnswer(models.TransientModel):
    """Asks for the answer that a step of the order review wants (A2)."""

    _name = "sop.approval.answer"
    _description = "Answer a Review"

    approval_id = fields.Many2one("sop.approval", string="Document", required=True)
    question = fields.Char(compute="_compute_question")
    answer = fields.Text(required=True, help="Kept with the approval; the salesperson reads it.")

    @api.depends("approval_id")
    @api.depends_context("uid")
    def _compute_question(self):
        for wizard in self:
            approval = wizard.approval_id
            claim = approval and approval._claim_of(self.env.user)
            wizard.question = claim.step.sudo().reason if claim else False

    def action_approve(self):
        """Approve with the answer given."""
        self.ensure_one()
        self.approval_id.approve(self.answer)
        return {"type": "ir.actions.act_window_close"}
