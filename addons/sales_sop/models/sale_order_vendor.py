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
        """Raise unless a vendor may send this: what was sold, to whom it was sold, when the money
        demanded first is there (D1, D4, D9)."""
        bought = self._sop_bought()
        if not bought:
            return
        sent = bought._sop_governed_deliveries()
        orders = sent.sudo().sale_line_id.order_id
        gate, contracts = self.env["sop.gate"], orders.sop_contract_id
        contracts._touch()
        blockers = {
            picking: moves._sop_vendor_goods_blockers()
            for picking, moves in sent.grouped("picking_id").items()
        }
        collected = contracts._collected()
        with gate._using_releases():
            for order in orders:
                money = order._sop_vendor_blockers(collected)
                blockers[order] = gate._without_released(order, money, to_vendor=True)
        gate._raise_if_blocked(blockers)

    def _sop_vendor_goods_blockers(self):
        """Return ``[(rule_id, sentence)]``: the vendor sends what the order sells, and no more.

        These are moves of one delivery. Once the vendor was told, nobody stops them here.
        """
        # What belongs to no order is not sent to a customer by anybody (D1).
        blockers = self._sop_basis_blockers()
        if blockers:
            return blockers
        lines = self.sudo().sale_line_id
        planned = self | lines.move_ids.filtered(lambda move: move._sop_bought())
        blockers = planned._sop_planned_excess_blockers()
        blockers += self._sop_receiver_blockers()
        contracts = lines.order_id.sop_contract_id
        # An order that was confirmed before its contract is effective was let through by release.
        agreed = contracts.filtered(lambda contract: contract.state != "draft")
        return blockers + self.picking_id._sop_contract_blockers(agreed)

    def _sop_receiver_blockers(self):
        """Return ``[("D1", sentence)]`` where a purchase names somebody else than the customer."""
        return [
            (
                "D1",
                self.env._(
                    "%(picking)s: %(product)s would be sent to %(receiver)s, but order %(order)s "
                    "is delivered to %(customer)s. Enter the customer as the address on the "
                    "purchase order.",
                    picking=move.picking_id.name,
                    product=move.product_id.display_name,
                    receiver=move.partner_id.display_name,
                    order=order.name,
                    customer=order.partner_shipping_id.display_name,
                ),
            )
            for move in self.sudo()
            if move.partner_id and not move._sop_is_received_by_customer()
            for order in move.sale_line_id.order_id
        ]

    def _sop_is_received_by_customer(self):
        order = self.sale_line_id.order_id
        customers = (order.partner_shipping_id | order.partner_id).commercial_partner_id
        return self.partner_id.commercial_partner_id in customers

    def _sop_bought(self):
        """Return those that a purchase has planned."""
        if "purchase_line_id" not in self._fields:
            return self.browse()
        return self.filtered("purchase_line_id")

    def _sop_sent_by_vendor(self):
        return self._sop_bought().filtered(lambda move: move.location_id.usage == "supplier")

    def _sop_bought_for_order(self):
        """Return those that a vendor sends because they were bought for their very order line.

        The purchase proves it; the place they come from is written by whoever loads them.
        """
        return self._sop_sent_by_vendor().filtered(
            lambda move: move.purchase_line_id in move.sale_line_id.purchase_line_ids
        )
