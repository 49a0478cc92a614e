from odoo import fields, models


class CommissionDisputeAnswer(models.TransientModel):
    """Asks what a dispute is answered with."""

    _name = "commission.dispute.answer"
    _description = "Answer a Dispute About Commission"

    dispute_id = fields.Many2one("commission.dispute", required=True)
    decision = fields.Selection(
        [("accept", "Accept"), ("refuse", "Refuse")], required=True, default="refuse"
    )
    payee_id = fields.Many2one(related="dispute_id.payee_id")
    reason = fields.Text(related="dispute_id.reason", string="What the Payee Says")
    explanation = fields.Char(related="dispute_id.explanation", string="Disputed Line")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount_disputed = fields.Monetary(related="dispute_id.amount_disputed")
    amount = fields.Monetary(
        string="Adjustment",
        help="What is added to the payee's commission; below zero it is taken off.",
    )
    answer = fields.Text(required=True, help="The payee reads it.")

    def action_answer(self):
        """Accept or refuse with the answer given."""
        self.ensure_one()
        if self.decision == "accept":
            self.dispute_id.accept(self.amount, self.answer)
        else:
            self.dispute_id.refuse(self.answer)
        return {"type": "ir.actions.act_window_close"}
