from odoo import api, fields, models

# What an earmark of the line rests on.
MONEY_FIELDS = frozenset({"amount", "partner_id", "foreign_currency_id"})


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    allocation_ids = fields.One2many(
        "sop.payment.allocation",
        "statement_line_id",
        string="Earmarks",
        help="The contracts this money pays for (C3).",
    )

    sop_amount_free = fields.Monetary(
        string="Not Earmarked",
        compute="_compute_sop_amount_free",
        compute_sudo=True,
        search="_search_sop_amount_free",
    )

    @api.depends("allocation_ids.amount", "amount")
    def _compute_sop_amount_free(self):
        for line in self:
            line.sop_amount_free = line.amount - sum(line.allocation_ids.mapped("amount"))

    @api.model
    def _search_sop_amount_free(self, operator, value):
        earmarks = self.env["sop.payment.allocation"]
        return earmarks._search_not_earmarked(self, "statement_line_id", operator, value)

    def action_sop_earmark(self):
        """Say in one dialog which contracts the money pays for (C3)."""
        self.ensure_one()
        return self.env["sop.payment.allocation"]._action_earmark("statement_line_id", self.id)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_earmarked(self):
        self.sudo().allocation_ids._refuse_deletion_of_money()

    def write(self, vals):
        if not self.env.su and "move_id" in vals:
            self.check_access("write")
            for line in self.sudo():
                if line.move_id.id != vals["move_id"]:
                    line.move_id._sop_raise_not_its_money()
        result = super().write(vals)
        if not MONEY_FIELDS.isdisjoint(vals):
            self.sudo().allocation_ids._check_allocation()
        return result

    def unlink(self):
        # Now: without its line, the entry is no money any more when it is unmatched.
        self.sudo().move_id._sop_touch_contracts()._watch_money()
        return super().unlink()
