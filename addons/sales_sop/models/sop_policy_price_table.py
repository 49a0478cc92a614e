from odoo import models
from odoo.tools import formatLang

from .sop_policy_line import PRICE_KINDS, LinesByProduct


class SopPolicy(models.Model):
    """The printed price list (产品价格表): every product that is sold, price by price (P6)."""

    _inherit = "sop.policy"

    def _price_table_policy(self):
        """Return the policy with all rights, once its reader's own were checked."""
        self.check_access("read")
        return self.sudo()

    def _price_tables(self):
        """Return a table for all customers and one for each customer group with own prices."""
        self.ensure_one()
        groups = [self.env["res.partner.category"], *self.line_ids.partner_category_ids]
        return [{"group": group, "rows": self._price_table_rows(group)} for group in groups]

    def _price_table_kinds(self):
        """Return the price kinds that the policy names, as ``[(kind, label)]``."""
        named = {"normal", *self.line_ids.mapped("price_kind")}
        labels = self.env["sop.policy.line"]._fields["price_kind"]._description_selection(self.env)
        return [(kind, label) for kind, label in labels if kind in named]

    def _price_table_rows(self, group):
        by_product = LinesByProduct(self._group_lines(group))
        rows = []
        for product in self._price_table_products():
            lines = self.line_ids.browse(by_product.ids_for(product))
            rows.extend(self._product_rows(product, lines))
        return rows

    def _price_table_products(self):
        return self.env["product.product"].search(
            [("sale_ok", "=", True), ("company_id", "in", (False, self.company_id.id))],
            order="categ_id, default_code, name, id",
        )

    def _product_rows(self, product, lines):
        """One row for the product and one for each quantity from which a price differs."""
        lines = [line for line in lines if line._is_for_product(product)]
        starts = sorted({0.0, *(line._start_for(product) for line in lines)})
        rows = []
        for start in starts:
            prices = {
                kind: self._table_price(product, start, lines, kind) for kind, __ in PRICE_KINDS
            }
            if not rows or prices != rows[-1]["prices"]:
                rows.append({"product": product, "from": start, "prices": prices})
        rows[0]["list_price"] = self._list_price_text(product)
        return rows

    def _group_lines(self, group):
        return [
            line
            for line in self.line_ids
            if not line.partner_category_ids or group in line.partner_category_ids
        ]

    def _table_price(self, product, quantity, lines, kind):
        """Return the price in the line's own currency, as people read it."""
        for wanted in dict.fromkeys((kind, "normal")):
            for line in lines:
                if line.price_kind == wanted and line._is_for_quantity(product, quantity):
                    return self._price_text(product, line)
        return "" if self.line_ids else self._list_price_text(product)

    def _price_text(self, product, line):
        own = self.company_id.currency_id
        currency = line.currency_id if line.compute_price == "fixed" else own
        price = line._unit_price(product, currency, self.company_id, self._price_day())
        return formatLang(self.env, price, currency_obj=currency)

    def _list_price_text(self, product):
        currency = self.company_id.currency_id
        kept = self._list_prices_at_issue()
        price = product._sop_list_price(currency, self.company_id, self._price_day(), kept=kept)
        return formatLang(self.env, price, currency_obj=currency)

    def _price_day(self):
        return max(self.date_from, self.company_id._sop_today())
