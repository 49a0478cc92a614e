from odoo import api, fields, models
from odoo.exceptions import UserError


class SopOpeningReceipt(models.TransientModel):
    """Records what the customer signed for of goods that had left before the go-live (D3).

    They left without a delivery of this Odoo, so there is none to sign.
    """

    _name = "sop.opening.receipt"
    _description = "Receipt of Goods Delivered Before the Go-live"

    contract_id = fields.Many2one("sop.contract", required=True)
    signatory = fields.Char(string="Signed by", required=True)
    date = fields.Date(
        string="Received on", required=True, default=lambda self: self.env.company._sop_today()
    )
    line_ids = fields.One2many(
        "sop.opening.receipt.line",
        "wizard_id",
        string="Goods",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("contract_id")
    def _compute_line_ids(self):
        """Propose that everything that waits was accepted."""
        # Whoever signs reads the contract, and perhaps not its orders.
        self.contract_id.sudo(False).check_access("read")
        for wizard in self:
            lines = wizard.contract_id._opening_lines_to_receive()
            wizard.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(
                        {
                            "order_line_id": line.id,
                            "qty_accepted": line.opening_qty_delivered - line.opening_qty_accepted,
                        }
                    )
                    for line in lines
                ),
            ]

    def action_confirm(self):
        """Keep what was accepted on the order."""
        self.ensure_one()
        if self.date > self.contract_id.sudo().company_id._sop_today():
            raise UserError(self.env._("Goods are not signed for in advance."))
        quantities = {line.order_line_id: line.qty_accepted for line in self.line_ids}
        self.contract_id._record_opening_receipt(quantities, self.signatory, self.date)
        return {"type": "ir.actions.act_window_close"}


class SopOpeningReceiptLine(models.TransientModel):
    """Accepted quantity of one order line."""

    _name = "sop.opening.receipt.line"
    _description = "Receipt of Goods Delivered Before the Go-live: Line"

    wizard_id = fields.Many2one("sop.opening.receipt", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="order_line_id.product_id")
    opening_qty_delivered = fields.Float(related="order_line_id.opening_qty_delivered")
    opening_qty_accepted = fields.Float(
        related="order_line_id.opening_qty_accepted", string="Accepted So Far"
    )
    qty_accepted = fields.Float(string="Accepted Now", digits="Product Unit")
