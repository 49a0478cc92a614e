from odoo import api, fields, models


class SopPaymentAllocationChange(models.Model):
    """The trace of an earmark: what was made, moved, changed or removed, by whom and why (C3).

    Rows are only added, and only by the earmarks themselves.
    """

    _name = "sop.payment.allocation.change"
    _description = "Change of an Earmark"
    _inherit = ["sop.own.defaults.mixin", "sop.append.only.mixin"]
    _order = "id desc"
    _rec_name = "contract_id"

    kind = fields.Selection(
        [
            ("made", "Made"),
            ("changed", "Changed"),
            ("moved", "Moved"),
            ("removed", "Removed"),
        ],
        required=True,
        readonly=True,
    )
    payment_id = fields.Many2one(
        "account.payment",
        string="Customer Payment",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Line",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    contract_id = fields.Many2one(
        "sop.contract", required=True, readonly=True, ondelete="restrict", index=True
    )
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="restrict")
    to_contract_id = fields.Many2one("sop.contract", readonly=True, ondelete="restrict")
    to_order_id = fields.Many2one("sale.order", readonly=True, ondelete="restrict")
    amount_before = fields.Monetary(string="Before", readonly=True)
    amount_after = fields.Monetary(
        string="After", readonly=True, help="What stays earmarked for the contract."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    reason = fields.Char(readonly=True)
    below_gate = fields.Boolean(
        string="Below the Gate",
        readonly=True,
        help="The contract had an invoice and has now less money than its invoice needs (C1).",
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    done_on = fields.Datetime(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        trace = {"user_id": self.env.uid, "done_on": fields.Datetime.now()}
        return super().create([{**vals, **trace} for vals in vals_list])

    def _sop_kept_text(self):
        return self.env._("The trace of earmarked money is kept for ever; nobody changes it.")
