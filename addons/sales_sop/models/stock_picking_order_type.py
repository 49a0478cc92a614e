from odoo import api, fields, models


class StockPicking(models.Model):
    """Deliveries of the everyday types of order: without D1, or under warranty (S1)."""

    _inherit = "stock.picking"

    sop_needs_approval = fields.Boolean(
        string="Needs Approval",
        compute="_compute_sop_needs_approval",
        compute_sudo=True,
        help="The sales manager approves the delivery order before the goods leave (D1).",
    )

    @api.depends("sop_governed", "move_ids.sale_line_id.order_id.sop_contract_id.delivery_approval")
    def _compute_sop_needs_approval(self):
        for picking in self:
            picking.sop_needs_approval = picking.sop_governed and (
                picking.move_ids._sop_needs_delivery_approval()
            )

    @api.depends("sop_needs_approval")
    def _compute_sop_delivery_state(self):
        """Lists do not show as not submitted what needs no submission."""
        result = super()._compute_sop_delivery_state()
        for picking in self:
            needless = picking.sop_governed and not picking.sop_needs_approval
            if picking.sop_delivery_state == "none" and needless:
                picking.sop_delivery_state = False
        return result

    def _sop_approval_blockers(self, moves):
        """Where the terms of every order ask for no approved delivery order, D1 is met."""
        if not moves._sop_needs_delivery_approval():
            return []
        return super()._sop_approval_blockers(moves)

    def _delivery_blockers(self, moves=None, collected=None):
        blockers = super()._delivery_blockers(moves, collected)
        if moves is None:
            moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        return blockers or moves._sop_governed_deliveries()._sop_warranty_blockers()


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_needs_delivery_approval(self):
        """Whether one of the moves' contracts asks for an approved delivery order (D1)."""
        contracts = self.sudo().sale_line_id.order_id.sop_contract_id
        return not contracts or any(contracts.mapped("delivery_approval"))

    def _sop_basis(self):
        """A replacement is proven by the order that the goods were delivered with (S1)."""
        basis = super()._sop_basis()
        order = self.sudo().sale_line_id.order_id
        return "warranty" if basis == "order" and order._sop_is_warranty() else basis

    def _sop_warranty_blockers(self):
        """Goods are replaced only as far as the order delivered before covers them (S1)."""
        gates = self.env["sop.gate"]._basis_gates()
        moves = self.filtered(lambda move: "S1" in gates[move._sop_basis()]["delivery"])
        orders = moves.sudo().sale_line_id.order_id
        return [blocker for order in orders for blocker in order._sop_warranty_blockers()]

    def _sop_check_delivery(self):
        self.sudo().sale_line_id.order_id._sop_touch_origins()
        return super()._sop_check_delivery()
