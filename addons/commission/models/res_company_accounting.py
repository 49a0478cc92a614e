from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class ResCompany(models.Model):
    """Where a company books its commission (B3, B5)."""

    _inherit = "res.company"

    commission_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general')]",
        check_company=True,
        help="Commission that is accrued, released and paid is booked in this journal.",
    )
    commission_expense_account_id = fields.Many2one(
        "account.account",
        domain="[('internal_group', '=', 'expense')]",
        check_company=True,
        help="What commission costs, in the month in which it is earned.",
    )
    commission_accrued_account_id = fields.Many2one(
        "account.account",
        string="Accrued Commission Account",
        domain="[('account_type', '=', 'liability_current')]",
        check_company=True,
        help="What is earned and not paid yet. A sheet's payment releases it.",
    )
    commission_payable_account_id = fields.Many2one(
        "account.account",
        string="Payable Account for Employees",
        domain="[('account_type', '=', 'liability_payable')]",
        check_company=True,
        help="What is owed to an employee until it is paid; empty: the payable account of the "
        "employee's contact.",
    )
    commission_employee_payment = fields.Selection(
        [
            ("entry", "By a Journal Entry"),
            ("payroll", "With the Salary"),
        ],
        string="Employees Are Paid",
        default="entry",
        required=True,
        help="By a journal entry: the sheet's amount is owed to the employee and paid like a "
        "bill. With the salary: approved sheets are exported for payroll.",
    )
    commission_clearing_account_id = fields.Many2one(
        "account.account",
        string="Payroll Clearing Account",
        domain="[('account_type', 'in', ('liability_current', 'asset_current'))]",
        check_company=True,
        help="Takes what is exported for payroll until payroll books it.",
    )

    def _commission_accounting(self, *names):
        """Return the company with ``sudo()``; raise when one of its settings ``names`` is empty."""
        self.ensure_one()
        company = self.sudo()
        missing = [name for name in names if not company[name]]
        if missing:
            labels = company.fields_get(missing, ["string"])
            raise UserError(
                self.env._(
                    "%(company)s has no %(settings)s yet. Ask the administrator to choose it under "
                    "Settings › Sales SOP › Commission.",
                    company=company.name,
                    settings=format_list(
                        self.env, [labels[name]["string"] for name in missing], "or"
                    ),
                )
            )
        return company
