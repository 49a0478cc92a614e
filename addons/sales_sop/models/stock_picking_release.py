from odoo import models

from .sop_gate import Blocker


class StockPicking(models.Model):
    """A delivery whose goods may leave although money (D4) or approval (D1) is missing."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "sop.release.mixin"]

    def _delivery_blockers(self, moves=None, collected=None):
        blockers = super()._delivery_blockers(moves=moves, collected=collected)
        return self.env["sop.gate"]._without_released(self, blockers, moves=moves)

    def _sop_contract_blockers(self, contracts):
        return [
            Blocker(*blocker, contract)
            for contract in contracts
            for blocker in super(StockPicking, self)._sop_contract_blockers(contract)
        ]

    def _sop_open_blockers(self):
        waits = self.sop_governed and self.state not in ("draft", "done", "cancel")
        return self._delivery_blockers() if waits else []

    def _release_moves(self, moves=None):
        if moves is None:
            moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        return moves._sop_governed_deliveries().sudo()

    def _releasable_rules(self, moves=None, **scope):
        """Never goods without an order (D1) or more than ordered (D9); K2 only of a draft."""
        moves = self._release_moves(moves)
        orders = moves.sale_line_id.order_id
        contracts = orders.sop_contract_id
        # Every order has to have a contract that the release can be for.
        if moves._sop_basis_blockers() or any(not order.sop_contract_id for order in orders):
            return frozenset()
        drafts = all(contract.state in ("draft", "effective") for contract in contracts)
        return frozenset({"D1", "D4", "K2"} if drafts else {"D1", "D4"})

    def _release_demands(self, moves=None, planned=False, **scope):
        """The goods that leave, or are planned to, at the order's prices."""
        demands = {}
        for line, leaving in self._release_moves(moves).grouped("sale_line_id").items():
            contract = line.order_id.sop_contract_id
            if contract:
                quantity = leaving._sop_ordered_quantity(line, planned)
                price = line.price_total / line.product_uom_qty if line.product_uom_qty else 0.0
                amount, total = demands.get(contract, (0.0, 0.0))
                demands[contract] = (amount + quantity * price, total + quantity)
        return {
            contract: (contract.currency_id.round(amount), quantity)
            for contract, (amount, quantity) in demands.items()
        }

    def _release_units(self):
        """Return the units in which the goods of this delivery were ordered."""
        # Also of what has left: a used release still says how much it allowed.
        return self.move_ids._sop_governed_deliveries().sudo().sale_line_id.product_uom_id

    def _release_content(self):
        return self.sudo()._approval_content("delivery")

    def _release_holds(self, content):
        """Less than released is still released; another customer or more goods is not."""
        return self._sop_address_stays(content) and self._sop_stays_within(content)

    def _sop_releases(self):
        """A backorder inherits what is left of its origin's releases."""
        releases = super()._sop_releases()
        seen, origin = self, self.sudo().backorder_id
        # The link can be written: a circle of backorders ends where it started.
        while origin and origin not in seen:
            releases |= super(StockPicking, origin)._sop_releases()
            seen, origin = seen | origin, origin.backorder_id
        return releases

    def action_cancel(self):
        self._sop_void_releases()
        return super().action_cancel()


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_check_delivery(self):
        with self.env["sop.gate"]._using_releases():
            return super()._sop_check_delivery()

    def _sop_ordered_quantity(self, line, planned):
        """How much of the order line these moves bring, in its unit.

        The parts of a kit count as the largest share that one of them is of the whole kit.
        """
        if not any(move._sop_is_kit() for move in self):
            return sum(
                move._sop_planned_quantity_in_line_unit()
                if planned
                else move._sop_quantity_in_line_unit()
                for move in self
            )
        shares = []
        for product, moves in self.grouped("product_id").items():
            ordered = line.move_ids.filtered(
                lambda move, product=product: (
                    move.product_id == product
                    and move.state != "cancel"
                    and move._sop_is_customer_bound()
                )
            )
            leaving = sum(
                move.product_qty if planned else move._sop_product_quantity() for move in moves
            )
            whole = sum(ordered.mapped("product_qty"))
            shares.append(leaving / whole if whole else 1.0)
        return max(shares) * line.product_uom_qty
