from odoo import models


class SaleOrder(models.Model):
    """What a vendor sends straight to the customer is ordered when the money is there (D4).

    Such goods are never loaded here: once the vendor is told, they are on their way. Without
    Odoo's purchasing nothing is bought.
    """

    _inherit = "sale.order"

    def _sop_vendor_blockers(self, collected=None):
        """Return why nothing may be ordered from a vendor for this order's customer yet."""
        contract = self.sudo().sop_contract_id
        if not contract or self.sop_opening:
            return []
        if collected is None:
            collected = contract._collected()
        return contract._collection_blockers("D4", "prepayment_percent", collected)

    def _sop_vendor_is_waiting(self):
        """Whether a purchase for this order's customer is drafted and not ordered yet."""
        lines = self.sudo().order_line
        if self.state != "sale" or "purchase_line_ids" not in lines._fields:
            return False
        return any(
            purchase.state in ("draft", "sent", "to approve")
            and purchase.picking_type_id.default_location_dest_id.usage == "customer"
            for purchase in lines.purchase_line_ids.order_id
            if "picking_type_id" in purchase._fields
        )

    # -- by release ----------------------------------------------------------------------------

    def _sop_open_blockers(self):
        blockers = super()._sop_open_blockers()
        if blockers or not self._sop_is_governed() or not self._sop_vendor_is_waiting():
            return blockers
        return self.env["sop.gate"]._without_released(self, self._sop_vendor_blockers())

    def _releasable_rules(self, to_vendor=False, **scope):
        """:param bool to_vendor: a purchase for the customer is being ordered just now"""
        rules = super()._releasable_rules(**scope)
        return rules | {"D4"} if to_vendor or self._sop_vendor_is_waiting() else rules


class StockMove(models.Model):
    """Confirming a purchase plans the way from the vendor to the customer: here it is stopped."""

    _inherit = "stock.move"

    def _action_confirm(self, *args, **kwargs):
        self._sop_check_vendor_orders()
        return super()._action_confirm(*args, **kwargs)

    def _sop_check_vendor_orders(self):
        """Raise unless the money demanded first is there for what a vendor shall send (D4)."""
        sent = self._sop_sent_by_vendor()
        if not sent:
            return
        sent = sent._sop_governed_deliveries()
        orders = sent.sudo().sale_line_id.order_id
        gate, contracts = self.env["sop.gate"], orders.sop_contract_id
        contracts._touch()
        collected = contracts._collected()
        # What belongs to no order is not sent to a customer by anybody (D1).
        loose = sent.filtered(lambda move: move._sop_basis() == "none")
        blockers = {move.picking_id: move._sop_basis_blockers() for move in loose}
        with gate._using_releases():
            for order in orders:
                money = order._sop_vendor_blockers(collected)
                blockers[order] = gate._without_released(order, money, to_vendor=True)
        gate._raise_if_blocked(blockers)

    def _sop_sent_by_vendor(self):
        if "purchase_line_id" not in self._fields:
            return self.browse()
        return self.filtered(
            lambda move: move.purchase_line_id and move.location_id.usage == "supplier"
        )

    def _sop_bought_for_order(self):
        """Return those that a vendor sends because they were bought for their very order line.

        The purchase proves it; the place they come from is written by whoever loads them.
        """
        return self._sop_sent_by_vendor().filtered(
            lambda move: move.purchase_line_id in move.sale_line_id.purchase_line_ids
        )
