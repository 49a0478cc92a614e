from odoo import fields, models


class SopContractHandover(models.TransientModel):
    """Asks to whom contracts are handed over, and why."""

    _name = "sop.contract.handover"
    _description = "Hand Over Contracts"

    contract_ids = fields.Many2many("sop.contract", string="Contracts", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="New Salesperson",
        required=True,
        domain=lambda self: [
            ("share", "=", False),
            ("all_group_ids", "in", self.env.ref("sales_sop.group_salesperson").ids),
        ],
        help="Looks after the contracts and their orders from now on, and sees them.",
    )
    reason = fields.Char(required=True, help="Stays in the history of each contract.")

    def action_hand_over(self):
        """Hand the contracts over."""
        self.ensure_one()
        self.contract_ids._sop_hand_over(self.user_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
