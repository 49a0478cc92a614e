from odoo import api, fields, models


class CommissionAdjustment(models.TransientModel):
    """Asks finance for an adjustment that no dispute is behind."""

    _name = "commission.adjustment"
    _description = "Adjust Commission"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    # The amount is in the currency that the dialog shows: that of its company's plan.
    payee_id = fields.Many2one(
        "commission.payee",
        required=True,
        domain="[('company_id', '=', company_id)]",
        check_company=True,
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount = fields.Monetary(
        required=True,
        help="What is added to the payee's commission, in the currency of the plan in force; "
        "below zero it is taken off.",
    )
    reason = fields.Text(required=True, help="The payee reads it, and those who approve the sheet.")

    @api.depends("company_id")
    def _compute_currency_id(self):
        for wizard in self:
            company = wizard.company_id or self.env.company
            company.check_access("read")
            plan = self.env["commission.plan"]._in_force(company, company._sop_today())
            wizard.currency_id = plan.currency_id or company.currency_id

    def action_adjust(self):
        """Add the adjustment to the ledger."""
        self.ensure_one()
        self.env["commission.entry"].adjust(self.payee_id.id, self.amount, self.reason)
        return self.env["ir.actions.client"]._sop_notification(
            "success",
            self.env._("The adjustment goes on the next open sheet of %s.", self.payee_id.name),
        )
