from odoo import api, fields, models


class CommissionDisputeAnswer(models.TransientModel):
    """Asks what a dispute is answered with.

    A client may name any dispute; of it the dialog shows what the client may read.
    """

    _name = "commission.dispute.answer"
    _description = "Answer a Dispute About Commission"

    dispute_id = fields.Many2one("commission.dispute", required=True)
    decision = fields.Selection(
        [("accept", "Accept"), ("refuse", "Refuse")], required=True, default="refuse"
    )
    payee_id = fields.Many2one("commission.payee", compute="_compute_of_dispute")
    reason = fields.Text(string="What the Payee Says", compute="_compute_of_dispute")
    explanation = fields.Char(string="Disputed Line", compute="_compute_of_dispute")
    currency_id = fields.Many2one("res.currency", compute="_compute_of_dispute")
    amount_disputed = fields.Monetary(string="Commission", compute="_compute_of_dispute")
    amount = fields.Monetary(
        string="Adjustment",
        help="What is added to the payee's commission; below zero it is taken off.",
    )
    answer = fields.Text(required=True, help="The payee reads it.")

    @api.depends("dispute_id")
    def _compute_of_dispute(self):
        for answer in self:
            dispute = answer.dispute_id
            dispute.check_access("read")
            answer.payee_id = dispute.payee_id
            answer.reason = dispute.reason
            answer.explanation = dispute.explanation
            answer.currency_id = dispute.currency_id
            answer.amount_disputed = dispute.amount_disputed

    def action_answer(self):
        """Accept or refuse with the answer given."""
        self.ensure_one()
        if self.decision == "accept":
            self.dispute_id.accept(self.amount, self.answer)
        else:
            self.dispute_id.refuse(self.answer)
        return {"type": "ir.actions.act_window_close"}
