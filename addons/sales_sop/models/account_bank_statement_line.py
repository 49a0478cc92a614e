from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    allocation_ids = fields.One2many(
        "sop.payment.allocation",
        "statement_line_id",
        string="Earmarks",
        help="The contracts this money pays for (C3).",
    )
