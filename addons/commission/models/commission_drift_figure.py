from odoo import api, fields, models

# Who reads what the books say against what the ledger says.
DRIFT_GROUPS = "sales_sop.group_finance,sales_sop.group_finance_vp,sales_sop.group_general_manager"


class CommissionDrift(models.Model):
    _inherit = "commission.drift"

    @api.model
    def _differences(self, companies):
        """Return ``{currency: difference}`` of what the user may read."""
        rows = self.with_context(allowed_company_ids=companies.ids)._read_group(
            [("company_id", "in", companies.ids)],
            ["currency_id"],
            ["amount_difference:sum"],
        )
        return dict(rows)


class CommissionSheet(models.Model):
    """Finance sees on a sheet whether the ledger still says what the books say (B3)."""

    _inherit = "commission.sheet"

    amount_drift = fields.Monetary(
        string="Not in the Ledger Yet",
        compute="_compute_amount_drift",
        groups=DRIFT_GROUPS,
        help="What the next calculation will add for the payee. Of a paid sheet it is not asked.",
    )

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_amount_drift(self):
        asked = self.filtered(lambda sheet: sheet.state != "paid")
        report = self.env["commission.drift"]
        differences = report._of_payees(asked.payee_id, "amount_difference")
        for sheet in self:
            key = (sheet.payee_id, sheet.currency_id)
            sheet.amount_drift = differences.get(key, 0.0) if sheet in asked else 0.0

    def action_open_drift(self):
        """Open what the books say against what the ledger says of the payee."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("commission.commission_drift_action")
        return {**action, "domain": [("payee_id", "=", self.payee_id.id)], "context": {}}
