from dataclasses import dataclass, replace

from odoo import models


@dataclass(frozen=True)
class PriceItem:
    """Goods and what is asked for them, of an order line or of a planned change.

    ``quantity`` is in ``unit``; ``subtotal`` is what the customer pays for it without tax, after
    every discount; ``list_extra`` is what a combination costs above its list price, for one.
    """

    product: object
    quantity: float
    unit: object
    subtotal: float
    list_extra: float = 0.0


@dataclass(frozen=True)
class PriceJudgement:
    """What the policy says of one item.

    ``target`` is the policy's price for the whole quantity, ``discount`` the percentage below it
    (0 when not below), ``line`` the policy line it was judged by (empty: the list price),
    ``group_ids`` the ids of the groups that have to decide, from the lowest authority up,
    ``is_outside`` whether a price strategy exists and does not know the product.
    """

    item: PriceItem
    target: float
    discount: float
    line: object
    group_ids: tuple
    is_outside: bool


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
        product = item.product
        line = self._price_line(product, quantities[product], partner, price_kind)
        price = (
            line._unit_price(product, currency, self.company_id, date)
            if line
            else product._sop_list_price(currency, self.company_id, date)
        )
        quantity = item.unit._compute_quantity(item.quantity, product.uom_id, round=False)
        target = (price + item.list_extra) * quantity
        # No line of the strategy: outside the policy, so the highest authority decides (P3).
        is_outside = bool(self.line_ids) and not line
        groups = self._groups_for(target, item.subtotal, currency, is_outside)
        discount = max(0.0, (1 - item.subtotal / target) * 100) if target else 0.0
        return PriceJudgement(item, target, discount, line, tuple(groups.ids), is_outside)

    def _price_line(self, product, quantity, partner, price_kind):
        """Return the first line that fits; a special price kind falls back to the normal one."""
        for kind in dict.fromkeys((price_kind, "normal")):
            for line in self.line_ids:
                if line._matches(product, quantity, partner, kind):
                    return line
        return self.env["sop.policy.line"]

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
