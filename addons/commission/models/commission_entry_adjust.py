from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import date_utils


class CommissionEntry(models.Model):
    """Adjustments: what the books do not say, put right by finance and approved with the sheet."""

    _inherit = "commission.entry"

    @api.model
    def adjust(self, payee_id, amount, reason):
        """Add an adjustment to a payee's commission; it goes on the next open sheet (B4).

        :param int payee_id: whose commission is adjusted
        :param float amount: in the currency of the plan in force; below zero it is taken back
        :param str reason: the payee and those who approve the sheet read it
        :return: the new ``commission.entry``
        """
        self.env.user._sop_require_role(self.env._("adjust commission"), "sales_sop.group_finance")
        payee = self.env["commission.payee"].browse(payee_id)
        payee.check_access("read")
        return self._adjust(payee, amount, reason)

    @api.model
    def _adjust(self, payee, amount, reason, plan=None):
        """Check an adjustment, whoever is allowed to make it, and add it to the ledger.

        It is in the currency of ``plan``, of the one in force when there is none.
        """
        payee = payee.sudo()
        self._check_adjustment(payee, reason)
        self.sudo()._sop_check_numbers({"amount": amount})
        # A sheet is not submitted while an entry joins it.
        payee.company_id._commission_touch()
        today = payee.company_id._sop_today()
        plan = plan or self._plan_of_adjustment(payee.company_id, today)
        amount = plan.currency_id.round(float(amount or 0.0))
        if not amount:
            raise UserError(self.env._("Say how much the commission of %s changes.", payee.name))
        sheet = self.env["commission.sheet"].sudo()._first_draft(payee, plan.currency_id)
        entry = self.sudo().create(
            {
                "kind": "adjustment",
                "payee_id": payee.id,
                "plan_id": plan.id,
                "date": today,
                "period": date_utils.start_of(today, "month"),
                "amount": amount,
                "note": reason.strip(),
                "sheet_id": sheet.id,
                "create_uid": self.env.uid,
                "create_date": fields.Datetime.now(),
            }
        )
        sheet._refresh_amounts()
        payee._message_log(
            body=self.env._(
                "Adjustment of %(amount)s: %(reason)s",
                amount=entry._money(entry.amount),
                reason=entry.note,
            )
        )
        return entry.with_env(self.env)

    def _check_adjustment(self, payee, reason):
        if self.env.user in payee._people():
            raise AccessError(
                self.env._("This is your own commission. Somebody else of finance adjusts it.")
            )
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why the commission of %s changes.", payee.name))

    def _plan_of_adjustment(self, company, day):
        plan = self.env["commission.plan"]._in_force(company, day)
        if not plan:
            raise UserError(
                self.env._(
                    "%s has no commission plan in force, so there is no currency to adjust in. "
                    "Have a plan approved first.",
                    company.name,
                )
            )
        return plan
