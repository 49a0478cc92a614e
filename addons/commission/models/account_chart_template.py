from odoo import models

# Accounts of Odoo's charts that fit, by the name they have in the chart.
COMMISSION_ACCOUNTS = {
    "generic_coa": {
        "commission_expense_account_id": "expense_sales",
        "commission_accrued_account_id": "current_liabilities",
        "commission_clearing_account_id": "salary_payable",
    },
    "cn": {
        "commission_expense_account_id": "l10n_cn_account_5601",
        "commission_accrued_account_id": "l10n_cn_common_account_2241",
        "commission_clearing_account_id": "l10n_cn_common_account_2211",
    },
    "cn_large_bis": {
        "commission_expense_account_id": "l10n_cn_large_bis_account_6601",
        "commission_accrued_account_id": "l10n_cn_common_account_2241",
        "commission_clearing_account_id": "l10n_cn_common_account_2211",
    },
}


class AccountChartTemplate(models.AbstractModel):
    """A company with a chart of accounts begins with a journal and accounts for commission."""

    _inherit = "account.chart.template"

    def _post_load_data(self, template_code, company, template_data):
        result = super()._post_load_data(template_code, company, template_data)
        self._set_up_commission(company or self.env.company)
        return result

    def _set_up_commission(self, company):
        """Choose what the chart of ``company`` has; what is chosen already stays."""
        chart = self.with_company(company)
        names = COMMISSION_ACCOUNTS.get(company.chart_template, {})
        for field, name in {"commission_journal_id": "general", **names}.items():
            if not company[field]:
                company[field] = chart.ref(name, raise_if_not_found=False)
