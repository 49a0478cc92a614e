from odoo import api, fields, models
from odoo.exceptions import AccessError

from .stock_move_pod import RECEIVED_FIELDS


class SopPodReceipt(models.Model):
    """What was signed for on a delivery (D3); a later correction is another row.

    Rows are only ever added, by the code that records a proof of delivery or applies a decided
    correction. Nobody writes or deletes one; what counts is their sum.
    """

    _name = "sop.pod.receipt"
    _description = "Receipt of a Delivery"
    _inherit = ["sop.own.defaults.mixin", "sop.kept.paper.mixin"]
    _check_company_auto = True

    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("signed", "Signed"), ("correction", "Correction")],
        required=True,
        readonly=True,
        default="signed",
    )
    source = fields.Selection(
        [("paper", "Signed Copy"), ("portal", "Portal")],
        string="Signed on",
        required=True,
        readonly=True,
        default="paper",
    )
    signatory = fields.Char(string="Signed by", readonly=True)
    date = fields.Date(string="Received on", required=True, readonly=True)
    # In the table: an attachment could be replaced by whoever may write the delivery.
    signature = fields.Binary(attachment=False, readonly=True)
    comment = fields.Text(string="Remarks", readonly=True)
    line_ids = fields.One2many("sop.pod.receipt.line", "receipt_id", string="Goods", readonly=True)

    @api.depends("picking_id.name", "date")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.picking_id.name} {row.date}"

    def _sop_voids(self):
        return self.browse()

    def _sop_check_registrar(self):
        """Only private code writes here."""
        if not self.env.su:
            raise AccessError(
                self.env._("A proof of delivery is recorded with the button of the delivery.")
            )

    def _sop_check_new(self):
        """The paper is asked for where the policy says so, not for every row."""
        return True


class SopPodReceiptLine(models.Model):
    """One delivered line on a receipt; a correction's figures are differences."""

    _name = "sop.pod.receipt.line"
    _description = "Line of a Receipt"
    _inherit = ["sop.own.defaults.mixin", "sop.append.only.mixin"]
    _order = "id"
    _sop_fixed = True

    receipt_id = fields.Many2one(
        "sop.pod.receipt", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="receipt_id.company_id")
    move_id = fields.Many2one(
        "stock.move",
        string="Stock Move",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    product_id = fields.Many2one(related="move_id.product_id")
    product_uom = fields.Many2one(related="move_id.product_uom")
    qty_accepted = fields.Float(string="Accepted", digits="Product Unit", readonly=True)
    qty_damaged = fields.Float(string="Damaged", digits="Product Unit", readonly=True)
    qty_missing = fields.Float(string="Missing", digits="Product Unit", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._sop_refuse_change()
        lines = super().create(vals_list)
        lines.move_id._sop_sum_receipts()
        return lines

    def _sop_kept_text(self):
        return self.env._(
            "What was signed for is neither changed nor deleted. Ask for a correction on the "
            "delivery."
        )

    @api.model
    def _sop_values(self, quantities):
        """Return values for ``create`` from ``{move: (accepted, damaged, missing)}``."""
        return [
            {"move_id": move.id, **dict(zip(RECEIVED_FIELDS, numbers, strict=True))}
            for move, numbers in quantities.items()
        ]
