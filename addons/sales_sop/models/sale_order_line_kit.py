from collections import defaultdict

from odoo import api, models


class SaleOrderLine(models.Model):
    """A kit is ordered as one thing; it leaves, comes back and is accepted in parts.

    Parts are told apart by the lines of the bill of materials, as Odoo does; without Odoo's
    manufacturing there are no kits.
    """

    _inherit = "sale.order.line"

    def _sop_kit_bom(self):
        """The bill of materials by which the parts of the kit are planned; empty for a product."""
        self.ensure_one()
        moves = self.sudo().move_ids.filtered(lambda move: move.state != "cancel")
        if "bom_line_id" not in moves._fields or not moves.bom_line_id:
            return None
        template = self.product_id.product_tmpl_id
        own = moves.bom_line_id.bom_id.filtered(lambda bom: bom.product_tmpl_id == template)
        found = own or own._bom_find(
            self.product_id, company_id=self.company_id.id, bom_type="phantom"
        ).get(self.product_id)
        return found and found[:1]

    def _sop_kits_ordered(self, bom):
        return self.product_uom_id._compute_quantity(self.product_uom_qty, bom.product_uom_id)

    def _sop_parts_needed(self, bom):
        """How much of each part the ordered kits need: ``{line of the bill: quantity}``."""
        kits = self._sop_kits_ordered(bom) / bom.product_qty
        never = self.product_no_variant_attribute_value_ids
        __, rows = bom.explode(self.product_id, kits, never_attribute_values=never)
        needed = defaultdict(float)
        for part, data in rows:
            unit = part.product_id.uom_id
            quantity = part.product_uom_id._compute_quantity(data["qty"], unit)
            if part.product_id.type != "service" and not unit.is_zero(quantity):
                needed[part] += quantity
        return needed

    def _sop_whole_kits(self, bom, quantities):
        """How many whole kits these quantities of parts make, in the line's unit."""
        ordered = self._sop_kits_ordered(bom)
        kits = [
            part.product_id.uom_id.round(quantities[part] / needed * ordered)
            for part, needed in self._sop_parts_needed(bom).items()
        ]
        whole = max(0.0, min(kits, default=0.0) // 1)
        return bom.product_uom_id._compute_quantity(
            whole, self.product_uom_id, rounding_method="HALF-UP"
        )

    # -- accepted (D3) -------------------------------------------------------------------------

    def _sop_accepted_kits(self):
        """Kits of which the customer accepted and kept every part."""
        bom = self._sop_kit_bom()
        return self._sop_whole_kits(bom, self._sop_accepted_parts()) if bom else 0.0

    def _sop_accepted_parts(self):
        done = self.sudo().move_ids.filtered(lambda move: move.state == "done")
        accepted = defaultdict(float)
        for move in done:
            if move._sop_is_customer_bound():
                accepted[move.bom_line_id] += move._sop_accepted_and_kept()
            elif move.location_id.usage == "customer" and not move.origin_returned_move_id:
                accepted[move.bom_line_id] -= move._sop_product_quantity()
        return accepted

    def _sop_accepted_with(self, move, change):
        bom = self._sop_kit_bom()
        if not bom:
            return super()._sop_accepted_with(move, change)
        accepted = self._sop_accepted_parts()
        unit = move.product_id.uom_id
        accepted[move.sudo().bom_line_id] += move.product_uom._compute_quantity(change, unit)
        return self._sop_whole_kits(bom, accepted)

    # -- due (D3, D6, D9) ----------------------------------------------------------------------

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        """A kit is due again when one of its parts came back or was lost."""
        quantity = super()._get_qty_procurement(previous_product_uom_qty)
        bom = self.order_id._sop_is_governed() and self._sop_kit_bom()
        return self._sop_whole_kits(bom, self._sop_parts_planned()) if bom else quantity

    def _sop_parts_planned(self):
        """Per part what has left or is to leave, without what came back.

        As of other goods, what is only planned to come back is not due again.
        """
        filters = self._get_incoming_outgoing_moves_filter()
        moves = self.sudo().move_ids
        out = moves.filtered(filters["incoming_moves"])
        back = moves.filtered(filters["outgoing_moves"])
        return self._sop_parts_of(
            # Of several steps to the customer the last one that is planned counts.
            out - out.move_orig_ids,
            back.filtered(lambda move: move.state == "done"),
        )

    def _sop_parts_left(self):
        """Per part what has left and did not come back."""
        done = self.sudo().move_ids.filtered(lambda move: move.state == "done")
        return self._sop_parts_of(
            done.filtered(lambda move: move._sop_is_customer_bound()),
            done.filtered(lambda move: move.to_refund and move._sop_is_from_customer()),
        )

    @api.model
    def _sop_parts_of(self, out, back):
        quantities = defaultdict(float)
        for sign, moves in ((1, out), (-1, back)):
            for move in moves:
                done = move.state == "done"
                moved = move._sop_product_quantity() if done else move.product_qty
                quantities[move.bom_line_id] += sign * moved
        return quantities

    def _create_procurements(self, product_qty, procurement_uom, values):
        """Of kits that have left before, only the parts that are due are planned."""
        bom = self.order_id._sop_is_governed() and self._sop_kit_bom()
        if not bom or product_qty <= 0:
            return super()._create_procurements(product_qty, procurement_uom, values)
        planned = self._sop_parts_planned()
        procurements = []
        for part, needed in self._sop_parts_needed(bom).items():
            due = needed - planned[part]
            if part.product_id.uom_id.compare(due, 0.0) > 0:
                of_kit = super()._create_procurements(
                    due, part.product_id.uom_id, {**values, "bom_line_id": part.id}
                )
                procurements += [one._replace(product_id=part.product_id) for one in of_kit]
        return procurements


class StockMove(models.Model):
    """No more of a part leaves than the ordered kits need (D9)."""

    _inherit = "stock.move"

    def _sop_kits_apart(self):
        """Return the moves of parts of kits, and the others, which go on being read at once."""
        kits = self.filtered(lambda move: move._sop_is_kit())
        return kits, (self - kits).with_prefetch(self._prefetch_ids)

    def _sop_planned_excess_blockers(self):
        kits, others = self._sop_kits_apart()
        blockers = super(StockMove, others)._sop_planned_excess_blockers()
        still = kits.filtered(lambda move: move.state not in ("done", "cancel"))
        return blockers + still._sop_part_excess_blockers(planned=True)

    def _sop_leaving_excess_blockers(self):
        kits, others = self._sop_kits_apart()
        blockers = super(StockMove, others)._sop_leaving_excess_blockers()
        return blockers + kits._sop_part_excess_blockers(planned=False)

    def _sop_part_excess_blockers(self, planned):
        blockers = []
        for line, moves in self.sudo().grouped("sale_line_id").items():
            bom = line._sop_kit_bom()
            needed = line._sop_parts_needed(bom) if bom else {}
            left = line._sop_parts_left()
            for part, of_part in moves.grouped("bom_line_id").items():
                leaving = sum(move._sop_part_quantity(planned) for move in of_part)
                if part.product_id.uom_id.compare(left[part] + leaving, needed.get(part, 0)) > 0:
                    sentence = of_part._sop_part_excess(needed.get(part, 0), left[part], leaving)
                    blockers.append(("D9", sentence))
        return blockers

    def _sop_part_quantity(self, planned):
        """Quantity that leaves, in the product's unit; of what is planned the larger one."""
        leaving = self._sop_product_quantity()
        return max(self.product_qty, leaving) if planned else leaving

    def _sop_part_excess(self, needed, left, leaving):
        line = self.sale_line_id
        return self.env._(
            "%(order)s, %(part)s of %(kit)s: the kits need %(needed).12g and %(left).12g have "
            "left; %(leaving).12g more would be too many. Reduce the quantity.",
            order=line.order_id.name,
            part=self.product_id.display_name,
            kit=line.product_id.display_name,
            needed=needed,
            left=left,
            leaving=leaving,
        )
