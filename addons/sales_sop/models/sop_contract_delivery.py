from odoo import fields, models


class SopContract(models.Model):
    """What the term says about the way of the goods, frozen on the contract (P4, P5)."""

    _inherit = "sop.contract"

    shipping_data_required = fields.Boolean(string="Shipping Data Confirmed", readonly=True)
    packing_required = fields.Boolean(string="Packing Confirmed", readonly=True)
    gate_pass_required = fields.Boolean(string="Gate Pass Needed", readonly=True)
    dispatch_notice = fields.Boolean(readonly=True)
