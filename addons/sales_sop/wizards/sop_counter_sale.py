from odoo import fields, models


class SopCounterSale(models.TransientModel):
    """Asks who takes the goods at the counter, and finance where the money goes."""

    _name = "sop.counter.sale"
    _description = "Sale over the Counter"

    order_id = fields.Many2one("sale.order", required=True)
    company_id = fields.Many2one(related="order_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="order_id.currency_id", related_sudo=False)
    amount_total = fields.Monetary(related="order_id.amount_total", related_sudo=False)
    signatory = fields.Char(
        string="Signed by", help="Who takes the goods and signs for them at the counter (D3)."
    )
    receive_only = fields.Boolean()
    journal_id = fields.Many2one(
        "account.journal",
        string="Received in",
        domain="[('type', 'in', ('cash', 'bank')), ('company_id', '=', company_id)]",
        groups="sales_sop.group_finance,sales_sop.group_finance_vp",
        help="The money that is still missing is received in this journal and earmarked to the "
        "contract (C3). Empty: no money is received now.",
    )

    def action_sell(self):
        """Sell, hand out and have it signed for."""
        self.ensure_one()
        self.order_id._sop_sell_over_counter(self.signatory or "", self._journal())
        return {"type": "ir.actions.act_window_close"}

    def action_receive(self):
        """Receive the missing money and earmark it."""
        self.ensure_one()
        self.order_id._sop_counter_receive(self._journal())
        return {"type": "ir.actions.act_window_close"}

    def _journal(self):
        """Only finance sees and sets the field; whoever uses it is checked again."""
        return self.sudo().journal_id.sudo(False)
