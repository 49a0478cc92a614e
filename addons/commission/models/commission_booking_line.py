from odoo import fields, models


class CommissionBookingLine(models.Model):
    """A booking's part by the rate of one version of the plan."""

    _name = "commission.booking.line"
    _description = "Line of a Commission Booking"
    _inherit = ["commission.booked.mixin"]
    _order = "booking_id desc, id"
    _rec_name = "plan_id"

    booking_id = fields.Many2one(
        "commission.booking", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="booking_id.company_id", store=True, index=True)
    payee_id = fields.Many2one(related="booking_id.payee_id", store=True, index=True)
    is_live = fields.Boolean(related="booking_id.is_live", store=True)
    plan_id = fields.Many2one("commission.plan", readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="booking_id.currency_id", store=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount = fields.Monetary(readonly=True)
    amount_company = fields.Monetary(
        string="In Company Currency", currency_field="company_currency_id", readonly=True
    )
