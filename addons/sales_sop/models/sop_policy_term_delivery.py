from odoo import fields, models


class SopPolicyTerm(models.Model):
    """What the goods of this kind of sale need on their way to the customer."""

    _inherit = "sop.policy.term"

    shipping_data_required = fields.Boolean(
        string="Shipping Data Confirmed",
        help="Invoice data and transport are confirmed before the goods leave (D7).",
    )
    packing_required = fields.Boolean(
        string="Packing Confirmed",
        help="The warehouse counts, packs and marks the goods before they are loaded (D10).",
    )
    gate_pass_required = fields.Boolean(
        string="Gate Pass Needed",
        help="The vehicle is registered at the gate (D2) before the proof of delivery can be "
        "recorded; with a carrier, the transport is agreed before loading (D8).",
    )
    dispatch_notice = fields.Boolean(
        help="Customer and salesperson are told when the goods leave (D5). With a gate pass they "
        "always are, when the guard registers it.",
    )
