from odoo import api, fields, models
from odoo.exceptions import UserError


class SopPod(models.TransientModel):
    """Records what the customer signed for on a delivery (D3)."""

    _name = "sop.pod"
    _description = "Proof of Delivery"

    picking_id = fields.Many2one("stock.picking", string="Delivery", required=True)
    signatory = fields.Char(string="Signed by", required=True)
    date = fields.Date(
        string="Received on",
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
    )
    document = fields.Binary(string="Signed Paper", attachment=False)
    document_name = fields.Char()
    scan_required = fields.Boolean(related="picking_id.pod_scan_required", related_sudo=False)
    comment = fields.Text(
        string="Remarks", help="What else stands on the signed copy, such as a complaint."
    )
    line_ids = fields.One2many(
        "sop.pod.line",
        "wizard_id",
        string="Goods",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("picking_id")
    def _compute_line_ids(self):
        """Propose that everything that nobody has signed for yet was accepted."""
        self.picking_id.sudo(False).check_access("read")
        for wizard in self:
            moves = wizard.picking_id._sop_unsigned_moves()
            wizard.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create({"move_id": move.id, "qty_accepted": move.quantity})
                    for move in moves
                ),
            ]

    @api.depends("picking_id")
    def _compute_date(self):
        for wizard in self:
            company = wizard.picking_id.company_id or self.env.company
            wizard.date = wizard.date or company._sop_today()

    def action_confirm(self):
        """Keep the proof of delivery on the delivery."""
        self.ensure_one()
        if len(self.line_ids.move_id) != len(self.line_ids):
            raise UserError(
                self.env._("%s: the same line stands here twice. Remove one.", self.picking_id.name)
            )
        self.picking_id._record_pod(
            {
                "pod_signatory": self.signatory,
                "pod_date": self.date,
                "pod_document": self.document,
                "pod_document_name": self.document_name,
                "comment": self.comment,
            },
            {
                line.move_id: (line.qty_accepted, line.qty_damaged, line.qty_missing)
                for line in self.line_ids
            },
        )
        return {"type": "ir.actions.act_window_close"}


class SopPodLine(models.TransientModel):
    """Accepted, damaged and missing quantity of one delivered line."""

    _name = "sop.pod.line"
    _description = "Proof of Delivery Line"

    wizard_id = fields.Many2one("sop.pod", required=True, ondelete="cascade")
    move_id = fields.Many2one("stock.move", string="Stock Move", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="move_id.product_id")
    product_uom = fields.Many2one(related="move_id.product_uom")
    qty_delivered = fields.Float(
        string="Delivered", digits="Product Unit", related="move_id.quantity"
    )
    qty_accepted = fields.Float(string="Accepted", digits="Product Unit")
    qty_damaged = fields.Float(string="Damaged", digits="Product Unit")
    qty_missing = fields.Float(string="Missing", digits="Product Unit")
