from odoo import api, fields, models


class SopContract(models.Model):
    """The contract's amendments, and money that a smaller total does not ask for any more."""

    _inherit = "sop.contract"

    amendment_ids = fields.One2many(
        "sop.amendment",
        "contract_id",
        string="Amendments",
        readonly=True,
        groups="sales_sop.group_user",
    )
    amendment_count = fields.Integer(
        string="Number of Amendments",
        compute="_compute_amendment_count",
        groups="sales_sop.group_user",
    )
    can_amend = fields.Boolean(
        string="Can Be Amended", compute="_compute_can_amend", groups="sales_sop.group_user"
    )
    amount_surplus = fields.Monetary(
        string="Collected Beyond the Total",
        compute="_compute_amount_surplus",
        compute_sudo=True,
        help="Money collected that the contract does not ask for any more, for example after an "
        "amendment. It stays here until finance gives it back or earmarks it elsewhere.",
    )

    @api.depends("amendment_ids")
    def _compute_amendment_count(self):
        for contract in self:
            contract.amendment_count = len(contract.amendment_ids)

    @api.depends("state", "order_ids.state", "order_ids.approval_ids.state")
    @api.depends_context("uid")
    def _compute_can_amend(self):
        for contract in self:
            contract.can_amend = any(order.sop_can_amend for order in contract.order_ids)

    @api.depends("amount_total", "amount_collected")
    def _compute_amount_surplus(self):
        for contract in self:
            surplus = contract.currency_id.round(contract.amount_collected - contract.amount_total)
            contract.amount_surplus = max(0.0, surplus)

    def action_amend(self):
        """Amend the contract's order; of several, let the user choose."""
        self.ensure_one()
        orders = self.order_ids.filtered("sop_can_amend")
        if len(orders) == 1:
            return orders.action_sop_amend()
        return self.action_view_orders()

    def action_view_amendments(self):
        """Open the contract's amendments."""
        self.ensure_one()
        return self.env["sop.amendment"]._action_view(self.amendment_ids)

    def _set_state(self, state, **values):
        result = super()._set_state(state, **values)
        if state in ("closed", "cancelled"):
            self.sudo().amendment_ids._void()
        return result
