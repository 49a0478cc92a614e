from odoo import api, fields, models

from .commission_bookkeeping import Posting

AMOUNTS = ("amount", "amount_company")


class CommissionAccrualLine(models.Model):
    """What an accrual booked for a payee, by the rate of one version of the plan."""

    _name = "commission.accrual.line"
    _description = "Line of a Commission Accrual"
    _inherit = ["commission.booked.mixin"]
    _order = "accrual_id desc, payee_id, id"

    accrual_id = fields.Many2one(
        "commission.accrual", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="accrual_id.company_id", store=True, index=True)
    month = fields.Date(related="accrual_id.month")
    payee_id = fields.Many2one(
        "commission.payee", required=True, readonly=True, index=True, ondelete="restrict"
    )
    plan_id = fields.Many2one("commission.plan", readonly=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount = fields.Monetary(string="Commission", readonly=True)
    amount_company = fields.Monetary(
        string="In Company Currency",
        currency_field="company_currency_id",
        readonly=True,
        help="By the plan's fixed rate, which no later rate changes.",
    )

    @api.depends("payee_id.name", "accrual_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.accrual_id.display_name} {line.payee_id.name}"

    def _prepare_posting(self):
        """What is earned is a cost, and owed."""
        self.ensure_one()
        return Posting(
            debit=self.accrual_id.expense_account_id,
            credit=self.accrual_id.accrued_account_id,
            partner=self.payee_id._accounting_partner(),
            label=self.env._(
                "Commission of %(payee)s until %(month)s",
                payee=self.payee_id.name,
                month=self.accrual_id._month_text(),
            ),
            currency=self.currency_id,
            amount=self.amount,
            amount_company=self.amount_company,
        )

    def _opposite(self):
        """Return the values of the line that takes this one back."""
        values = {name: self[name].id for name in ("payee_id", "plan_id", "currency_id")}
        return values | {name: -self[name] for name in AMOUNTS}
