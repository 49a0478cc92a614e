import math

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

RECEIVED_FIELDS = ("qty_accepted", "qty_damaged", "qty_missing")


class StockMove(models.Model):
    """What the customer signed for (D3), and what came back (D6)."""

    _inherit = "stock.move"

    qty_accepted = fields.Float(
        string="Accepted",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Quantity the customer accepted: the sum of what was signed for and of the "
        "corrections decided later (D3).",
    )
    qty_damaged = fields.Float(string="Damaged", digits="Product Unit", readonly=True, copy=False)
    qty_missing = fields.Float(string="Missing", digits="Product Unit", readonly=True, copy=False)
    sop_receipt_line_ids = fields.One2many(
        "sop.pod.receipt.line", "move_id", string="Receipts", readonly=True
    )
    sop_missing_ids = fields.One2many(
        "sop.pod.missing", "move_id", string="Missing Goods", readonly=True
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | set(RECEIVED_FIELDS)

    # -- received ------------------------------------------------------------------------------

    def _sop_sum_receipts(self):
        """Write what the customer accepted: the sum of all rows, in one query (D3)."""
        rows = self.env["sop.pod.receipt.line"]._read_group(
            [("move_id", "in", self.ids)],
            ["move_id"],
            [f"{name}:sum" for name in RECEIVED_FIELDS],
        )
        for move, *sums in rows:
            values = zip(RECEIVED_FIELDS, map(move.product_uom.round, sums), strict=True)
            move.write(dict(values))

    def _sop_check_received(self, accepted, damaged, missing):
        """Raise unless the three add up to what was delivered, none of them negative (D3)."""
        self.ensure_one()
        total = accepted + damaged + missing
        unit = self.product_uom
        # JSON carries NaN, which compares with nothing.
        strange = not math.isfinite(total) or any(
            unit.compare(value, 0.0) < 0 for value in (accepted, damaged, missing)
        )
        if strange or unit.compare(total, self.quantity) != 0:
            raise UserError(
                self.env._(
                    "%(picking)s, %(product)s: accepted, damaged and missing have to add up to "
                    "the %(quantity).12g delivered, none of them negative; they add up to "
                    "%(total).12g.",
                    picking=self.picking_id.name,
                    product=self.product_id.display_name,
                    quantity=self.quantity,
                    total=total,
                )
            )

    def _sop_accepted_and_kept(self):
        """Accepted quantity without what came back, in the product's unit.

        What was damaged comes back first; only more than that takes from what was accepted. What
        finance wrote to transit loss was never accepted.
        """
        unit = self.product_id.uom_id
        returned = sum(
            move._sop_product_quantity() for move in self._sop_done_returns() - self._sop_losses()
        )
        damaged = self.product_uom._compute_quantity(self.qty_damaged, unit)
        accepted = self.product_uom._compute_quantity(self.qty_accepted, unit)
        return max(0.0, accepted - max(0.0, returned - damaged))

    def _sop_done_returns(self):
        return self.returned_move_ids.filtered(
            lambda move: move.state == "done" and move.location_id._sop_counts_as_delivered()
        )

    def _sop_losses(self):
        """Return the moves to transit loss that finance booked for these deliveries."""
        if not any(self.mapped("qty_missing")):
            return self.browse()
        return self.sudo().sop_missing_ids.loss_move_id

    # -- what came back ------------------------------------------------------------------------

    def _sop_is_from_customer(self):
        """Whether goods come back, from a customer or by the transit from a sister company."""
        self.ensure_one()
        moves = [self, *self.move_line_ids]
        return any(move.location_id._sop_gives_back_to(move.location_dest_id) for move in moves)

    def _sop_governed_returns(self):
        """Return the moves that bring goods of an order back, in a company with a policy."""
        if not self.env["sop.policy"]._governed_company_ids():
            return self.browse()
        returns = self.filtered(
            lambda move: (
                (move.sale_line_id or move.origin_returned_move_id.sale_line_id)
                and move.company_id._sop_is_governed()
                and move._sop_is_from_customer()
            )
        )
        return returns.with_prefetch(self._prefetch_ids)

    def _sop_touch_contracts(self):
        """What comes back changes what may be invoiced: keep it apart from posting."""
        origins = self | self.origin_returned_move_id
        origins.sudo().sale_line_id.order_id.sop_contract_id._touch()

    def _sop_check_returned(self):
        """No more comes back than was delivered, each with its own delivery (D6)."""
        returns = self.sudo()._sop_governed_returns()
        for move in returns.filtered("origin_returned_move_id"):
            move._sop_check_comes_back_with_its_own()
        for origin in returns.origin_returned_move_id:
            back = sum(move._sop_product_quantity() for move in origin._sop_done_returns())
            left = origin._sop_product_quantity() if origin.state == "done" else 0.0
            if origin.product_id.uom_id.compare(back, left) > 0:
                origin._sop_raise_over_returned(back)
        loose = returns.filtered(lambda move: not move.origin_returned_move_id)
        for line in loose.sale_line_id:
            if line.product_uom_id.compare(line.qty_delivered, 0.0) < 0:
                loose.filtered(lambda move, line=line: move.sale_line_id == line)[
                    :1
                ]._sop_raise_over_returned(line.qty_delivered)

    def _sop_check_comes_back_with_its_own(self):
        """By another delivery's return, what the customer gave back would go on being invoiced."""
        origin = self.origin_returned_move_id
        strange = self.sale_line_id and self.sale_line_id != origin.sale_line_id
        if strange or self.product_id != origin.product_id:
            raise UserError(
                self.env._(
                    "D6: %(picking)s, %(product)s: it did not leave with %(delivery)s. Make the "
                    "return from the delivery that it left with.",
                    picking=self.picking_id.name or self.reference,
                    product=self.product_id.display_name,
                    delivery=origin.picking_id.name or origin.reference,
                )
            )

    def _sop_report_returned(self):
        """Tell the manager in charge of the goods that came back (D12)."""
        returns = (
            self.sudo()
            ._sop_governed_returns()
            .filtered(lambda move: move.state == "done" and move.picking_id)
        )
        for picking, moves in returns.grouped("picking_id").items():
            picking._sop_report_return(moves)

    def _sop_raise_over_returned(self, quantity):
        raise UserError(
            self.env._(
                "D6: %(picking)s, %(product)s: more would come back than was delivered "
                "(%(quantity).12g). Reduce the quantity of the return.",
                picking=self.picking_id.name or self.reference,
                product=self.product_id.display_name,
                quantity=quantity,
            )
        )

    def _sop_raise_returned_by_hand(self):
        raise AccessError(
            self.env._(
                "%s: goods that came back from a customer are recorded by validating the return, "
                "and neither changed nor linked to another delivery afterwards. Correct a mistake "
                "with a transfer of its own.",
                format_list(self.env, (self.picking_id or self).mapped("display_name")),
            )
        )
