from odoo import fields, models


class SopOpeningUndo(models.TransientModel):
    """Asks why the take-over of an opening contract is undone."""

    _name = "sop.opening.undo"
    _description = "Undo the Take-over"

    opening_id = fields.Many2one("sop.opening.contract", string="Opening Contract", required=True)
    reason = fields.Text(required=True, help="It is kept in the history of the contract.")

    def action_undo(self):
        """Undo with the reason given."""
        self.ensure_one()
        self.opening_id.undo_take_over(self.reason)
        return {"type": "ir.actions.act_window_close"}
