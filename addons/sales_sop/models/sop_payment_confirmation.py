from odoo import api, fields, models
from odoo.exceptions import UserError


class SopPaymentConfirmation(models.Model):
    """Finance's signature on a delivery order: the money demanded first is there (D4).

    One row per delivery and contract, only ever added, by the button of the delivery. Whether it
    still holds is never stored: it follows from the goods and the money of the moment.
    """

    _name = "sop.payment.confirmation"
    _description = "Payment Signed by Finance"
    _inherit = ["sop.own.defaults.mixin"]
    _order = "id desc"
    _rec_name = "document_name"

    picking_id = fields.Many2one(
        "stock.picking", string="Delivery Order", ondelete="set null", index=True, readonly=True
    )
    document_name = fields.Char(string="Delivery Order Number", required=True, readonly=True)
    contract_id = fields.Many2one(
        "sop.contract", required=True, ondelete="restrict", index=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Signed for Finance by", required=True, readonly=True
    )
    signed_on = fields.Datetime(required=True, readonly=True)
    percent = fields.Float(string="Payment Before Goods (%)", digits=(5, 2), readonly=True)
    amount_demanded = fields.Monetary(
        string="Demanded",
        readonly=True,
        help="What the contract demanded before goods leave, when it was signed.",
    )
    amount_collected = fields.Monetary(
        string="Collected",
        readonly=True,
        help="What was collected for the contract when it was signed. The signature covers a "
        "demand up to this amount.",
    )
    is_own = fields.Boolean(
        string="Own Document",
        readonly=True,
        help="Signed by who submitted the delivery order, which the company has allowed.",
    )
    content = fields.Json(readonly=True)

    def _holds(self, picking, gone):
        """Whether the signature covers the delivery as it is now.

        Money may have gone back, the demand may have grown, goods may have been added.

        :param dict gone: quantities per order line id that left under this signature already
        """
        self.ensure_one()
        contract = self.contract_id
        demanded = contract._gate_amount(contract.prepayment_percent)
        return contract._is_collected(self.amount_collected, demanded) and (
            picking._sop_stays_within(self.content or {}, gone)
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What finance has signed is kept for ever."))
