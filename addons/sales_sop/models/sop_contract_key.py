from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .sop_draft_mixin import content_names

# Who says which contracts are key contracts, and checks them (K9).
CHECKERS = (
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
    "sales_sop.group_general_manager",
)


class SopContract(models.Model):
    """Key contracts are flagged, and their execution is checked on chosen days (K9)."""

    _inherit = "sop.contract"

    is_key = fields.Boolean(string="Key Contract", readonly=True, tracking=True)
    check_ids = fields.One2many(
        "sop.contract.check",
        "contract_id",
        string="Checks",
        groups="sales_sop.group_user,base.group_system",
    )

    def action_flag_key(self):
        """Flag contracts as key contracts (K9)."""
        return self._set_key(True)

    def action_unflag_key(self):
        """Take the flag of a key contract off again (K9)."""
        return self._set_key(False)

    def _set_key(self, is_key):
        self.check_access("read")
        self.env.user._sop_require_role(self.env._("say which contracts are key"), *CHECKERS)
        for contract in self.sudo():
            contract.is_key = is_key
            contract._note_approval(
                self.env._("%s is a key contract now.", contract.number)
                if is_key
                else self.env._("%s is no key contract any more.", contract.number)
            )
        return True

    def action_plan_check(self):
        """Open a new check of this contract's execution."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check of a Key Contract"),
            "res_model": "sop.contract.check",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }


class SopContractCheck(models.Model):
    """One check of a key contract's execution: planned for a day, done with a result (K9)."""

    _name = "sop.contract.check"
    _description = "Check of a Key Contract"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.protected.mixin"]
    _order = "date, id"
    _rec_name = "contract_id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "sop.contract", required=True, ondelete="restrict", index=True, check_company=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True)
    date = fields.Date(string="Planned for", required=True)
    user_id = fields.Many2one(
        "res.users", string="To Be Checked by", required=True, default=lambda self: self.env.uid
    )
    checked_by_id = fields.Many2one(
        "res.users", string="Checked by", readonly=True, copy=False, ondelete="restrict"
    )
    result = fields.Text(help="How far the contract is, what is late, what is done about it.")
    checked_on = fields.Date(readonly=True, copy=False)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"checked_on", "checked_by_id"}

    @api.depends("contract_id.number", "date")
    def _compute_display_name(self):
        for check in self:
            check.display_name = f"{check.contract_id.number} {check.date or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        for check in checks:
            if not check.contract_id.is_key:
                raise UserError(
                    self.env._(
                        "Contract %s is no key contract. Flag it first.", check.contract_id.number
                    )
                )
            check._remind()
        return checks

    def write(self, vals):
        own = content_names(vals)
        if own and not self.env.su:
            self._sop_check_open()
        if "contract_id" in own and not self.env.su:
            raise AccessError(
                self.env._("A check stays with its contract. Plan another one for the other.")
            )
        result = super().write(vals)
        if {"date", "user_id"} & own:
            for check in self.filtered(lambda check: not check.checked_on):
                check.activity_unlink(["sales_sop.mail_activity_check"])
                check._remind()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._sop_check_open()

    def _sop_check_open(self):
        for check in self:
            if check.checked_on:
                raise AccessError(
                    self.env._("%s is done and is kept as it was written.", check.display_name)
                )

    def _remind(self):
        self.activity_schedule(
            "sales_sop.mail_activity_check",
            date_deadline=self.date,
            summary=self.env._("Check the execution of %s", self.contract_id.number),
            user_id=self.user_id.id,
        )

    def action_done(self):
        """Keep the result of the check; it is not changed afterwards (K9)."""
        for check in self:
            check.check_access("write")
            check._sop_check_open()
            if not (check.result or "").strip():
                raise UserError(self.env._("%s: write down the result.", check.display_name))
            check.activity_unlink(["sales_sop.mail_activity_check"])
            check.sudo().write(
                {"checked_on": check.company_id._sop_today(), "checked_by_id": self.env.uid}
            )
            check.contract_id.sudo()._note_approval(
                self.env._("Execution checked: %s", check.result)
            )
        return True
