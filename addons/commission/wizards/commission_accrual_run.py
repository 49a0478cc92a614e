from odoo import api, fields, models
from odoo.tools import date_utils


class CommissionAccrualRun(models.TransientModel):
    """Shows what is earned and not booked yet, and books it."""

    _name = "commission.accrual.run"
    _description = "Accrue Commission"
    _inherit = ["commission.month.mixin"]

    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    month = fields.Date(
        help="Any day of the month until whose end it counts. The month that ended last is "
        "proposed.",
    )
    amount = fields.Monetary(
        string="Not Accrued Yet",
        compute="_compute_amount",
        help="What is earned until the end of that month and not booked yet, in the company's "
        "currency. It is negative when more went back than came.",
    )

    @api.depends("company_id", "month")
    def _compute_amount(self):
        accruals = self.env["commission.accrual"]
        # A client may name any company.
        accruals._check_accountant(self.env._("accrue commission"), self.company_id)
        for run in self:
            until = run._last_day()
            lines = until and accruals._missing_lines(run.company_id, until)
            run.amount = sum(line["amount_company"] for line in lines or ())

    def _last_day(self):
        """Return the end of the month; False where none is asked for that has begun."""
        if not self.company_id or not self.month:
            return False
        if date_utils.start_of(self.month, "month") > self.company_id._sop_today():
            return False
        return date_utils.end_of(self.month, "month")

    def action_accrue(self):
        """Book it and open what was booked."""
        self.ensure_one()
        accrual = self.env["commission.accrual"].accrue(self.company_id.id, self.month)
        if not accrual:
            return self.env["ir.actions.client"]._sop_notification(
                "info", self.env._("Everything earned until then is accrued already.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "commission.accrual",
            "res_id": accrual.id,
            "view_mode": "form",
        }
