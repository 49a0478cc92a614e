from odoo import api, fields, models
from odoo.tools import format_list


class SopOpeningClose(models.TransientModel):
    """Shows how far the opening is, and closes it for ever."""

    _name = "sop.opening.close"
    _description = "Close the Opening"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    go_live_date = fields.Date(related="company_id.go_live_date", related_sudo=False)
    opening_state = fields.Selection(related="company_id.sop_opening_state", related_sudo=False)
    closed_on = fields.Datetime(related="company_id.sop_opening_closed_on", related_sudo=False)
    closed_by_id = fields.Many2one(
        related="company_id.sop_opening_closed_by_id", related_sudo=False
    )
    taken_count = fields.Integer(string="Taken Over", compute="_compute_counts")
    undecided_count = fields.Integer(string="Not Decided Yet", compute="_compute_counts")
    totals = fields.Char(
        string="Collected of Total", compute="_compute_counts", help="Per currency."
    )
    understood = fields.Boolean(string="I know that this cannot be undone")

    @api.depends("company_id")
    def _compute_counts(self):
        openings = self.env["sop.opening.contract"]
        for wizard in self:
            mine = [("company_id", "=", wizard.company_id.id)]
            wizard.undecided_count = openings.search_count(
                [*mine, ("state", "in", ("draft", "ready", "queued"))]
            )
            wizard.taken_count = openings.search_count([*mine, ("state", "=", "taken")])
            groups = openings._read_group(
                [*mine, ("state", "=", "taken")],
                ["currency_id"],
                ["amount_collected:sum", "amount_total:sum"],
            )
            wizard.totals = format_list(
                self.env,
                [
                    self.env._(
                        "%(collected)s of %(total)s",
                        collected=currency.format(collected),
                        total=currency.format(total),
                    )
                    for currency, collected, total in groups
                ],
            )

    def action_close(self):
        """Close the opening of the company."""
        self.ensure_one()
        self.company_id.action_sop_close_opening()
        return {"type": "ir.actions.act_window_close"}
