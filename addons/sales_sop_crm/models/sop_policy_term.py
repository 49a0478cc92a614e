from odoo import fields, models


class SopPolicyTerm(models.Model):
    """Whether an order of this kind rests on a registered enquiry (A5)."""

    _inherit = "sop.policy.term"

    enquiry_required = fields.Boolean(
        string="Registered Enquiry",
        help="An order is submitted only when it rests on a registered enquiry of the same "
        "customer (A5).",
    )

    def _demand_fields(self):
        return ["enquiry_required", *super()._demand_fields()]
