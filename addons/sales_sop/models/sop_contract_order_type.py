from odoo import fields, models

from .sop_policy_term_order_type import ORDER_TYPES


class SopContract(models.Model):
    """What the term says about the type of order, frozen on the contract (P4, P5)."""

    _inherit = "sop.contract"

    order_type = fields.Selection(
        ORDER_TYPES,
        required=True,
        readonly=True,
        default="sale",
        help="The type its order was judged as at submission. Free goods with a price, or a "
        "service with goods, are judged as a sale.",
    )
    delivery_approval = fields.Boolean(
        string="Delivery Is Approved",
        readonly=True,
        default=True,
        help="The sales manager approves each delivery order before the goods leave (D1).",
    )
    warranty_months = fields.Integer(
        string="Warranty (Months)",
        readonly=True,
        help="Months after acceptance in which goods are replaced free of charge (S1).",
    )
    claimed_on = fields.Date(
        readonly=True,
        help="The day the warranty was claimed; by it the warranty is judged, also later.",
    )
