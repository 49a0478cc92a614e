from odoo import models

from .sale_order_price import TOLERANCE
from .sop_policy_price import PriceItem


class SopAmendment(models.Model):
    """The new prices against the policy; their authority decides, as of an application (P3, P4)."""

    _inherit = "sop.amendment"

    def _approval_steps(self, route):
        """Add the steps that a price below the policy needs (P3) to those of the route."""
        steps = super()._approval_steps(route)
        return self.order_id._sop_with_price_steps(route, steps, self._judged_prices())

    def _judged_prices(self):
        """Return ``{lines: PriceJudgement}`` of what changes, by the policy of the amendment.

        An unchanged line was approved before. It is judged again only where it fares worse than
        it did, because a discount on the whole or the quantity of the product has changed.
        """
        self.ensure_one()
        if not any((self.term_id | self.contract_id.term_id).mapped("judge_prices")):
            return {}
        before = self._judge_side("old_")
        return {
            lines: judgement
            for lines, judgement in self._judge_side("").items()
            if any(line.change != "same" for line in lines)
            or lines not in before
            or judgement.discount > before[lines].discount + TOLERANCE
        }

    def _judge_side(self, side):
        items = self._price_items(side)
        order = self.order_id
        judged = self.policy_id._judge_prices(
            list(items.values()),
            self.currency_id,
            self.company_id._sop_today(),
            order.partner_id,
            order.sop_price_kind,
        )
        return dict(zip(items, judged))

    def _price_items(self, side):
        """Return ``{lines: PriceItem}`` of one side, with every discount shared out (P3)."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line._is_sold(side))
        reductions = lines.filtered(lambda line: line._subtotal(side) < 0)
        goods = lines - reductions
        total = sum(line._subtotal(side) for line in goods)
        reduction = -sum(line._subtotal(side) for line in reductions)
        factor = 1 - reduction / total if total else 1.0
        groups = {}
        for line in goods:
            key = line._price_key(side, goods)
            groups[key] = groups.get(key, goods.browse()) | line
        return {group: group._price_item(side, factor) for group in groups.values()}

    def _prepare_approval(self, route):
        rows = self.order_id._sop_price_rows(self._judged_prices())
        return super()._prepare_approval(route) | {"price_rows": rows}


class SopAmendmentLine(models.Model):
    _inherit = "sop.amendment.line"

    def _is_sold(self, side):
        return bool(self.old_product_id) if side else not self.removed

    def _subtotal(self, side):
        return self.old_subtotal if side else self.price_subtotal

    def _price_key(self, side, lines):
        """Lines with the same key are judged together, as on the order."""
        if not self.order_line_id or self._is_replaced():
            return ("line", self.id)
        kind, key = self.order_line_id._sop_price_key()
        if kind == "combo":
            head = lines.filtered(lambda line: line.order_line_id.id == key)
            # A part whose quantity differs from its combination's is judged by itself.
            if self[f"{side}quantity"] != head[:1][f"{side}quantity"]:
                return ("line", self.id)
        return (kind, key) if kind != "line" else ("line", self.id)

    def _sop_price_head(self):
        """Return the line that says what these lines sell."""
        combos = self.filtered(lambda line: line.product_id.type == "combo")
        return combos[:1] or self[:1]

    def _price_item(self, side, factor):
        """Return these lines, judged together, as one item; ``factor`` is what discounts leave."""
        head = self._sop_price_head()
        product = head[f"{side}product_id"]
        subtotal = sum(line._subtotal(side) for line in self) * factor
        if product.type == "combo":
            kept = self.amendment_id.policy_id.sudo()._list_prices_at_issue()
            extra = (self - head).order_line_id._sop_combo_extra(head.order_line_id, kept)
            unit, quantity = head[f"{side}product_uom_id"], head[f"{side}quantity"]
            return PriceItem(product, quantity, unit, subtotal, extra)
        quantity = sum(
            line[f"{side}product_uom_id"]._compute_quantity(
                line[f"{side}quantity"], product.uom_id, round=False
            )
            for line in self
        )
        origin = self._origin_lines(side)
        return PriceItem(
            product,
            quantity,
            product.uom_id,
            subtotal,
            options=origin._sop_options() if origin else None,
            is_charge=len(origin) == len(self)
            and origin.order_id._sop_charged_freight(origin) == origin,
        )

    def _origin_lines(self, side):
        """Return the lines of the order whose options and kind the lines of this side keep."""
        kept = self if side else self.filtered(lambda line: not line._is_replaced())
        return kept.order_line_id
