from odoo import api, fields, models


class CommissionDisputeAsk(models.TransientModel):
    """Asks the payee what is wrong with a line of the own commission.

    A client may name any line; of it the dialog shows what the client may read.
    """

    _name = "commission.dispute.ask"
    _description = "Dispute a Line of Commission"

    entry_id = fields.Many2one("commission.entry", string="Line", required=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_of_entry")
    amount = fields.Monetary(string="Commission", compute="_compute_of_entry")
    explanation = fields.Char(compute="_compute_of_entry")
    reason = fields.Text(required=True, help="The sales office and finance read it.")

    @api.depends("entry_id")
    def _compute_of_entry(self):
        for ask in self:
            entry = ask.entry_id
            entry.check_access("read")
            ask.currency_id = entry.currency_id
            ask.amount = entry.amount
            ask.explanation = entry.explanation

    def action_dispute(self):
        """Dispute the line for the reason given."""
        self.ensure_one()
        self.entry_id.dispute(self.reason)
        return {"type": "ir.actions.act_window_close"}
