from odoo import api, models

# Who says to which account customers pay.
ACCOUNT_ROLES = (
    "sales_sop.group_finance",
    "sales_sop.group_finance_vp",
    "account.group_account_manager",
    "base.group_system",
)


class ResPartnerBank(models.Model):
    """The company's own bank accounts, to which invoices and pro-formas send the money (C3).

    The sales office enters the customers' accounts (D7), and could have entered another one here.
    """

    _inherit = "res.partner.bank"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._sop_check_own_accounts()
        return accounts

    def write(self, vals):
        self._sop_check_own_accounts()
        result = super().write(vals)
        self._sop_check_own_accounts()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_role(self):
        self._sop_check_own_accounts()

    def _sop_check_own_accounts(self):
        if self.env.su:
            return
        companies = self.sudo().partner_id.ref_company_ids
        if companies.filtered(lambda company: company._sop_is_governed()):
            self.env.user._sop_require_role(
                self.env._("change the bank accounts of the company"), *ACCOUNT_ROLES
            )
