from dataclasses import dataclass, replace

from odoo import models

from .sop_policy_line import LinesByProduct
from .sop_remembered_mixin import remembered


@dataclass(frozen=True)
class PriceItem:
    """Goods and what is asked for them, of an order line or of a planned change.

    ``quantity`` is in ``unit``; ``subtotal`` is what the customer pays for it without tax, after
    every discount; ``list_extra`` is what a combination costs above its list price, for one;
    ``options`` are the attribute values chosen on the line that make no variant of their own;
    ``is_charge`` says that it is real freight, which can only raise the total.
    """

    product: object
    quantity: float
    unit: object
    subtotal: float
    list_extra: float = 0.0
    options: object = None
    is_charge: bool = False


@dataclass(frozen=True)
class PriceJudgement:
    """What the policy says of one item.

    ``target`` is the policy's price for the whole quantity, ``discount`` the percentage below it
    (0 when not below), ``line`` the policy line it was judged by (empty: the list price),
    ``group_ids`` the ids of the groups that have to decide, from the lowest authority up,
    ``is_outside`` whether there is no price to compare with: a price strategy exists and does not
    know the product, or the price is taken from a list on which it has none; ``special_kind`` the
    kind of price that somebody has to agree to, although it is kept.
    """

    item: PriceItem
    target: float
    discount: float
    line: object
    group_ids: tuple
    is_outside: bool
    special_kind: str = ""


class SopPolicy(models.Model):
    """Effective prices against the price strategy and the authority table (P2, P3)."""

    _inherit = "sop.policy"

    def _judge_prices(self, items, currency, date, partner, price_kind="normal"):
        """Judge each of ``items`` by this policy; return a list of :class:`PriceJudgement`.

        :param items: list of :class:`PriceItem`, amounts in ``currency``
        :param date: the day of submission: its rates and list prices count
        :param partner: the customer; prices can be for some groups of customers only
        :param str price_kind: see ``sop.policy.line.price_kind``
        """
        self.ensure_one()
        policy = self.sudo()
        # What the products refer to is read at once.
        products = self.env["product.product"].union(*(item.product for item in items))
        items = [
            replace(item, product=item.product.with_prefetch(products._prefetch_ids))
            for item in items
        ]
        policy._read_price_lines(products)
        quantities = policy._quantities_by_product(items)
        return [
            policy._judge_price(item, quantities, currency, date, partner, price_kind)
            for item in items
        ]

    def _quantities_by_product(self, items):
        """A price from a quantity on looks at the whole quantity of the product."""
        quantities = {}
        for item in items:
            quantity = item.unit._compute_quantity(item.quantity, item.product.uom_id, round=False)
            quantities[item.product] = quantities.get(item.product, 0.0) + quantity
        return quantities

    def _judge_price(self, item, quantities, currency, date, partner, price_kind):
        """A special price for a market is kept or not like any other; its use is agreed to (P3).

        Whether the customer is such a market is no word of the policy. So where the normal price
        would go up, the first authority above the salesperson is asked.
        """
        judge = (item, quantities, currency, date, partner)
        judgement = self._judge_by_kind(*judge, price_kind)
        special = judgement.line.price_kind
        if judgement.group_ids or special in (False, "normal"):
            return judgement
        if not self._judge_by_kind(*judge, "normal").group_ids:
            return judgement
        asked = self._special_price_group()
        return replace(judgement, group_ids=tuple(asked.ids), special_kind=special)

    def _judge_by_kind(self, item, quantities, currency, date, partner, price_kind):
        product = item.product
        line = self._price_line(product, quantities[product], partner, price_kind)
        price = (
            line._unit_price(product, currency, self.company_id, date, item.options)
            if line
            else product._sop_list_price(
                currency, self.company_id, date, item.options, self._list_prices_at_issue()
            )
        )
        quantity = item.unit._compute_quantity(item.quantity, product.uom_id, round=False)
        target = (price + item.list_extra) * quantity
        is_outside = self._is_outside(item, line, target)
        groups = self._groups_for(target, item.subtotal, currency, is_outside)
        discount = max(0.0, (1 - item.subtotal / target) * 100) if target else 0.0
        return PriceJudgement(item, target, discount, line, tuple(groups.ids), is_outside)

    def _is_outside(self, item, line, target):
        """Whether the policy gives no price for the item, so that the highest authority decides.

        A product without a list price has none that a discount could be measured by; what the
        strategy itself gives for nothing is known.
        """
        if not line and self.line_ids:
            return True
        judges = self.line_ids or self.authority_ids
        return bool(judges) and not target and not item.is_charge and not line._is_free()

    def _special_price_group(self):
        """Return the role next above the salesperson."""
        salesperson, __ = self._price_groups()
        rows = self.authority_ids.filtered(lambda row: row.group_id != salesperson)
        return rows[:1].group_id or self.env.ref("sales_sop.group_sales_manager")

    def _price_line(self, product, quantity, partner, price_kind):
        """Return the first line that fits; a special price kind falls back to the normal one."""
        lines = self.line_ids.browse(self._lines_by_product().ids_for(product))
        for kind in dict.fromkeys((price_kind, "normal")):
            for line in lines:
                if line._matches(product, quantity, partner, kind):
                    return line
        return self.env["sop.policy.line"]

    @remembered("self.id")
    def _lines_by_product(self):
        return LinesByProduct(self.line_ids)

    def _read_price_lines(self, products):
        """Read the lines for ``products`` at once, not product by product."""
        by_product = self._lines_by_product()
        ids = {line_id for product in products for line_id in by_product.ids_for(product)}
        lines = self.line_ids.browse(sorted(ids))
        lines._sop_recall()
        lines.mapped("partner_category_ids")

    def _groups_for(self, target, subtotal, currency, is_outside):
        """Return the roles that have to decide on ``subtotal`` where the policy asks ``target``.

        Amounts are compared as the currency rounds them, so that rounding never escalates.
        """
        salesperson, top = self._price_groups()
        if not self.authority_ids and not self.line_ids:
            return self.env["res.groups"]
        own = self.authority_ids.filtered(lambda row: row.group_id == salesperson)
        own_percent = own.max_discount if own else 0.0
        if is_outside:
            return (self.authority_ids - own).group_id | top
        if self._is_covered(target, subtotal, own_percent, currency):
            return self.env["res.groups"]
        groups = self.env["res.groups"]
        for row in self.authority_ids - own:
            if row.max_discount < own_percent:
                continue
            groups |= row.group_id
            if self._is_covered(target, subtotal, row.max_discount, currency):
                return groups
        return groups | top

    def _price_groups(self):
        """Return the role that needs nobody within its authority, and the one above them all."""
        groups, data = self.env["res.groups"], self.env["ir.model.data"]
        return [
            # Not env.ref: it would look for the record every time.
            groups.browse(data._xmlid_to_res_id(f"sales_sop.group_{role}"))
            for role in ("salesperson", "general_manager")
        ]

    @staticmethod
    def _is_covered(target, subtotal, percent, currency):
        floor = currency.round(target * (1 - percent / 100))
        return currency.compare_amounts(subtotal, floor) >= 0
