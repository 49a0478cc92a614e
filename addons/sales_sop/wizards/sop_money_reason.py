from odoo import fields, models


class SopMoneyReason(models.TransientModel):
    """Asks why a paper was not honoured (C3) or an announced payment not found (C11)."""

    _name = "sop.money.reason"
    _description = "Reason"

    paper_id = fields.Many2one("sop.money.paper", readonly=True)
    announcement_id = fields.Many2one("sop.payment.announcement", readonly=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Carry it out with the reason given."""
        self.ensure_one()
        if self.paper_id:
            self.paper_id._bounce(self.reason)
        if self.announcement_id:
            self.announcement_id._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
