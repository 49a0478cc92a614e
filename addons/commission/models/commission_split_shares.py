from odoo import api, fields, models

from odoo.addons.sales_sop.models.wording import enumerated


class CommissionSplit(models.Model):
    """The shares at a glance: in a list, and their sum while they are entered."""

    _inherit = "commission.split"

    shares_text = fields.Char(string="Shared By", compute="_compute_shares_text")
    percent_total = fields.Float(
        string="Together (%)", digits=(16, 4), compute="_compute_percent_total", compute_sudo=True
    )

    @api.depends("line_ids.percent", "line_ids.payee_id.name")
    @api.depends_context("lang", "uid")
    def _compute_shares_text(self):
        """Of the shares that the user may read: payees read their own."""
        for split in self:
            split.shares_text = enumerated(self.env, [line._text() for line in split.line_ids])

    @api.depends("line_ids.percent")
    def _compute_percent_total(self):
        for split in self:
            split.percent_total = sum(split.line_ids.mapped("percent"))


class CommissionSplitLine(models.Model):
    _inherit = "commission.split.line"

    def _text(self):
        self.ensure_one()
        # The contract's salesperson reads who shares, not what else they earn.
        return f"{self.payee_id.sudo().name} {self.percent:.12g} %"
