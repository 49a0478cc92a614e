from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import float_round


class SaleOrder(models.Model):
    """What was collected for each order of a contract (C1, C3)."""

    _inherit = "sale.order"

    amount_collected = fields.Monetary(
        string="Collected",
        compute="_compute_amount_collected",
        compute_sudo=True,
        help="Money collected for this order (C1), in the contract's currency. Money that came "
        "for the contract as a whole is shared by what its orders still lack.",
    )
    sop_percent_collected = fields.Float(
        string="Collected (%)",
        digits=(5, 2),
        compute="_compute_amount_collected",
        compute_sudo=True,
    )

    @api.depends("sop_contract_id", "amount_total")
    def _compute_amount_collected(self):
        collected = self.sop_contract_id.sudo()._collected_by_order()
        for order in self:
            order.amount_collected = collected.get(order._origin.id, 0.0)
            order.sop_percent_collected = order._sop_percent(order.amount_collected)

    def _sop_percent(self, collected):
        """Return ``collected`` in percent of the order, down to the hundredth."""
        if not self.sop_contract_id:
            return 0.0
        if not self.amount_total:
            return self.sop_contract_id.percent_collected
        percent = collected / self.amount_total * 100
        # Down, so that a cent less than the gate never reads as if it were reached.
        return float_round(percent, precision_digits=2, rounding_method="DOWN")


class SopContract(models.Model):
    """The order as the second dimension of what a contract collected."""

    _inherit = "sop.contract"

    def _collected_by_order(self):
        """Return ``{order id: money}``; the orders of a contract add up to what it collected.

        An order has the money of its invoices and of the earmarks that name it. What came for
        the contract as a whole goes to what its orders still lack, and what is more than all of
        them ask for by their totals.
        """
        own = defaultdict(dict)
        for contract_id, order_id, amount, __ in self.env["sop.collection"]._collected_parts(self):
            own[contract_id][order_id] = amount
        collected = {}
        for contract in self:
            amounts = own[contract.id]
            shared = amounts.pop(None, 0.0)
            collected |= contract._with_shared_money(amounts, shared)
        return collected

    def _with_shared_money(self, own, shared):
        """Return ``{order id: money}`` of the orders' own money and their part of ``shared``."""
        orders = self._counted_orders()
        amounts = defaultdict(float, own)
        lacks = {
            order.id: max(0.0, order.amount_total - own.get(order.id, 0.0)) for order in orders
        }
        part = min(shared, sum(lacks.values())) if shared > 0 else 0.0
        totals = {order.id: order.amount_total for order in orders}
        for amount, weights in ((part, lacks), (shared - part, totals)):
            weight = sum(weights.values())
            for order_id, order_weight in weights.items():
                amounts[order_id] += amount * order_weight / weight if weight else 0.0
        return self._rounded_together(amounts)

    def _rounded_together(self, amounts):
        """Round each amount so that together they are the rounded sum: no cent is lost."""
        rounded, exact, given = {}, 0.0, 0.0
        for order_id in sorted(amounts):
            exact += amounts[order_id]
            rounded[order_id] = self.currency_id.round(self.currency_id.round(exact) - given)
            given = self.currency_id.round(given + rounded[order_id])
        return rounded
