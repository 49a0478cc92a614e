from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

from .marks import marked, marked_ids

# Changing one of these on goods that have left would rewrite what was delivered.
DONE_FIELDS = frozenset(
    {
        "quantity",
        "product_id",
        "product_uom",
        "sale_line_id",
        "location_id",
        "location_dest_id",
        "picking_id",
        "state",
        "company_id",
        # Of goods that came back: what they are counted against.
        "origin_returned_move_id",
        "to_refund",
    }
)
PLACE_FIELDS = frozenset({"location_id", "location_dest_id", "company_id"})
IN_ACTION_DONE = "sales_sop.moves_in_action_done"


class StockMove(models.Model):
    """Goods leave for a customer only through the delivery gate (D1, D4)."""

    _name = "stock.move"
    _inherit = ["stock.move", "sop.protected.mixin"]

    # Salespeople see the deliveries of their colleagues, too; Odoo words a line's description by
    # the order line, which they may not read.
    description_picking = fields.Text(compute_sudo=True)

    # -- what a move is ------------------------------------------------------------------------

    def _sop_is_customer_bound(self):
        """Whether the goods go to a customer and not from one customer to another.

        What counts as delivered of an order is gated wherever it comes from, and also where it
        goes to a sister company, by the transit between companies.
        """
        self.ensure_one()
        to = self.location_dest_id
        # Below the transit between companies Odoo counts whatever stands there as delivered.
        if self.sale_line_id and to._sop_counts_as_delivered():
            return True
        if to.usage == "customer" and self.location_id.usage != "customer":
            return True
        # A line of the move can name another source and destination than the move.
        places = [
            (line.location_id.usage, line.location_dest_id.usage) for line in self.move_line_ids
        ]
        return any(end == "customer" and source != "customer" for source, end in places)

    def _sop_governed_deliveries(self):
        """Return the moves that bring goods to a customer of a company with a policy."""
        if not self.env["sop.policy"]._governed_company_ids():
            return self.browse()
        governed = self.filtered(
            lambda move: move.company_id._sop_is_governed() and move._sop_is_customer_bound()
        )
        # Of many deliveries, what the moves refer to is read at once.
        return governed.with_prefetch(self._prefetch_ids)

    def _sop_basis(self):
        """Return the basis of this outgoing move, proven by its order line."""
        self.ensure_one()
        order = self.sudo().sale_line_id.order_id
        if not order:
            return "none"
        return "opening" if order.sop_opening else "order"

    def _sop_basis_blockers(self):
        """Goods without a basis stay (D1)."""
        blockers = []
        for move in self:
            order = move.sudo().sale_line_id.order_id
            if move._sop_basis() == "none" or not move.picking_id:
                sentence = self.env._(
                    "%(product)s on %(picking)s belongs to no order line. Remove it, or add it to "
                    "an order that is approved.",
                    product=move.product_id.display_name,
                    picking=move.picking_id.name or move.display_name,
                )
            elif order.state != "sale":
                sentence = self.env._("Order %s is not confirmed.", order.name)
            elif strange := move._sop_strange_products():
                sentence = self.env._(
                    "%(picking)s: %(product)s is not what order %(order)s sells.",
                    picking=move.picking_id.name,
                    product=format_list(self.env, strange.mapped("display_name")),
                    order=order.name,
                )
            else:
                continue
            blockers.append(("D1", sentence))
        return blockers

    def _sop_strange_products(self):
        """Products that the order line does not sell; a line of the move can bring its own."""
        products = self.move_line_ids.product_id - self.product_id
        if not self._sop_is_kit():
            products |= self.product_id - self.sudo().sale_line_id.product_id
        return products

    def _sop_planned_excess_blockers(self):
        """No more is planned to leave than is ordered (D9)."""
        blockers = []
        linked = self.sudo().filtered("sale_line_id")
        for line, moves in linked.grouped("sale_line_id").items():
            open_moves = moves.filtered(lambda move: move.state not in ("done", "cancel"))
            planned = sum(move._sop_planned_quantity_in_line_unit() for move in open_moves)
            blockers += line._sop_order_excess_blockers(planned)
        return blockers

    def _sop_leaving_excess_blockers(self):
        """No more leaves than is ordered (D9)."""
        blockers = []
        linked = self.sudo().filtered("sale_line_id").with_prefetch(self._prefetch_ids)
        for line, moves in linked.grouped("sale_line_id").items():
            leaving = sum(move._sop_quantity_in_line_unit() for move in moves)
            blockers += line._sop_order_excess_blockers(leaving)
        return blockers

    def _sop_is_kit(self):
        """Whether the move brings a component of the ordered kit."""
        if "bom_line_id" not in self._fields:
            return False
        component = self.sudo().bom_line_id
        is_component = component.product_id == self.product_id
        return is_component and self.sudo().sale_line_id._sop_is_kit_with(component.bom_id)

    def _sop_product_quantity(self):
        """Quantity that moved, in the product's unit."""
        return self.product_uom._compute_quantity(self.quantity, self.product_id.uom_id)

    def _sop_quantity_in_line_unit(self):
        """Quantity that leaves or has left, in the order line's unit."""
        return self._sop_to_line_unit(self.quantity)

    def _sop_planned_quantity_in_line_unit(self):
        """Quantity planned or already picked, whichever is larger, in the order line's unit."""
        planned = self.quantity if self.state == "done" else self.product_uom_qty
        return self._sop_to_line_unit(max(planned, self.quantity))

    def _sop_to_line_unit(self, quantity):
        unit = self.sale_line_id.product_uom_id
        if self.product_uom == unit or not unit or self._sop_is_kit():
            return quantity
        return self.product_uom._compute_quantity(quantity, unit, rounding_method="HALF-UP")

    # -- the gate ------------------------------------------------------------------------------

    def _action_done(self, cancel_backorder=False):
        leaving = self._sop_governed_deliveries()
        coming_back = self._sop_governed_returns()
        if not leaving and not coming_back:
            return super()._action_done(cancel_backorder=cancel_backorder)
        if leaving:
            leaving._sop_check_issuer()
            leaving._sop_check_delivery()
            leaving._sop_count_as_delivered()
        coming_back._sop_touch_contracts()
        with (leaving | coming_back)._sop_in_action_done():
            done = super()._action_done(cancel_backorder=cancel_backorder)
        done.picking_id._sop_expect_pod()
        done._sop_check_returned()
        done._sop_report_returned()
        return done

    def _sop_check_issuer(self):
        """The warehouse issues the goods (D2), not whoever may write a delivery."""
        if not self.env.su and not self.env.user.has_group("stock.group_stock_user"):
            raise AccessError(
                self.env._(
                    "%s: goods are issued by the warehouse. Ask a warehouse keeper to validate "
                    "the delivery.",
                    format_list(self.env, (self.picking_id or self).mapped("display_name")),
                )
            )

    def _sop_check_delivery(self):
        """Raise unless these moves may leave; keep simultaneous gates apart."""
        leaving = self.filtered(
            lambda move: move.state not in ("done", "cancel") and move.picked and move.quantity
        )
        contracts = leaving.sudo().sale_line_id.order_id.sop_contract_id
        contracts._touch()
        collected = contracts._collected()
        blockers = {}
        for picking, moves in leaving.grouped("picking_id").items():
            blockers[picking] = (
                picking._delivery_blockers(moves, collected)
                if picking
                else moves._sop_basis_blockers()
            )
        self.env["sop.gate"]._raise_if_blocked(blockers)

    def _sop_count_as_delivered(self):
        """What leaves is delivered, also again for goods that came back (D9).

        Odoo leaves out what is sent for a return without credit, and it would be due once more.
        """
        left_out = self.filtered(lambda move: move.origin_returned_move_id and not move.to_refund)
        left_out.to_refund = True

    def _sop_in_action_done(self):
        """Mark these moves as passing the gate now."""
        return marked(self, IN_ACTION_DONE)

    def _sop_passing(self):
        return marked_ids(self.env, IN_ACTION_DONE)

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda move: move.state == "done")._sop_refuse_by_hand()
        return moves

    def write(self, vals):
        # Before Odoo compares them with what is there.
        self._sop_check_numbers(vals)
        if not (DONE_FIELDS | self._sop_place_sources()).isdisjoint(vals):
            self._sop_check_done_by_hand(becoming_done=vals.get("state") == "done")
        if vals.get("picking_id"):
            self._sop_check_joins(self.env["stock.picking"].browse(vals["picking_id"]))
        result = super().write(vals)
        if not PLACE_FIELDS.isdisjoint(vals):
            self._sop_check_done_by_hand()
        return result

    def _sop_check_done_by_hand(self, becoming_done=False):
        """Goods have left when the gate let them out; nobody writes it, or changes it later."""
        passing = self._sop_passing()
        suspects = self.filtered(
            lambda move: (becoming_done or move.state == "done") and move.id not in passing
        )
        suspects._sop_refuse_by_hand()

    def _sop_check_joins(self, picking):
        """Nothing is put to goods that have left: their delivery would be open again."""
        if self.env.su or self.picking_id == picking:
            return
        self.check_access("write")
        picking.sudo().move_ids._sop_check_done_by_hand()

    def _sop_refuse_by_hand(self):
        """Raise when one of these moves brought goods to a customer or back from one."""
        if self._sop_governed_deliveries():
            self._sop_raise_done_by_hand()
        if self._sop_governed_returns():
            self._sop_raise_returned_by_hand()

    def _sop_raise_done_by_hand(self):
        raise AccessError(
            self.env._(
                "%s: goods that left for a customer are recorded by validating the delivery, and "
                "not changed afterwards. Correct a mistake with a return.",
                format_list(self.env, (self.picking_id or self).mapped("display_name")),
            )
        )
