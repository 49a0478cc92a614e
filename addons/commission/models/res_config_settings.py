from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    commission_journal_id = fields.Many2one(
        related="company_id.commission_journal_id", readonly=False
    )
    commission_expense_account_id = fields.Many2one(
        related="company_id.commission_expense_account_id", readonly=False
    )
    commission_accrued_account_id = fields.Many2one(
        related="company_id.commission_accrued_account_id", readonly=False
    )
    commission_payable_account_id = fields.Many2one(
        related="company_id.commission_payable_account_id", readonly=False
    )
    commission_employee_payment = fields.Selection(
        related="company_id.commission_employee_payment", readonly=False
    )
    commission_clearing_account_id = fields.Many2one(
        related="company_id.commission_clearing_account_id", readonly=False
    )
