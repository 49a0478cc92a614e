from odoo import fields, models


class CommissionDisputeAsk(models.TransientModel):
    """Asks the payee what is wrong with a line of the own commission."""

    _name = "commission.dispute.ask"
    _description = "Dispute a Line of Commission"

    entry_id = fields.Many2one("commission.entry", string="Line", required=True)
    currency_id = fields.Many2one(related="entry_id.currency_id")
    amount = fields.Monetary(related="entry_id.amount")
    explanation = fields.Char(related="entry_id.explanation")
    reason = fields.Text(required=True, help="The sales office and finance read it.")

    def action_dispute(self):
        """Dispute the line for the reason given."""
        self.ensure_one()
        self.entry_id.dispute(self.reason)
        return {"type": "ir.actions.act_window_close"}
