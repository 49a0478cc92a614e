from odoo import api, fields, models
from odoo.tools import date_utils


class CommissionMonthMixin(models.AbstractModel):
    """A dialog that asks for which month of which company something is done.

    All of them propose the month that ended last, because its money is complete (B3, B5).
    """

    _name = "commission.month.mixin"
    _description = "Dialog About a Month of Commission"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    calculated_until = fields.Date(compute="_compute_calculated_until")
    month = fields.Date(
        required=True,
        compute="_compute_month",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Any day of the month. The month that ended last is proposed.",
    )

    @api.depends("company_id")
    def _compute_calculated_until(self):
        """Of a company that the client names, only what its user may read."""
        self.company_id.check_access("read")
        for dialog in self:
            dialog.calculated_until = dialog.company_id.commission_calculated_until

    @api.depends("company_id")
    def _compute_month(self):
        for dialog in self:
            dialog.month = dialog._proposed_month()

    def _proposed_month(self):
        company = self.company_id or self.env.company
        this_month = date_utils.start_of(company._sop_today(), "month")
        return date_utils.subtract(this_month, months=1)
