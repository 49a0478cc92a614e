from odoo import api, fields, models
from odoo.exceptions import ValidationError

PRICE_KINDS = [
    ("normal", "Normal Price"),
    ("entry", "Market-Entry Price"),
    ("keeping", "Market-Keeping Price"),
]


class LinesByProduct:
    """Which of thousands of price lines may be for a product, without asking each of them."""

    def __init__(self, lines):
        self._places = {}
        for place, line in enumerate(lines):
            self._places.setdefault(line.product_id.id, []).append((place, line.id))

    def ids_for(self, product):
        """Return the ids of the lines for ``product`` or for no one product, in their order."""
        found = {*self._places.get(product.id, ()), *self._places.get(False, ())}
        return [line_id for __, line_id in sorted(found)]


class SopPolicyLine(models.Model):
    """The price strategy for a product or a category (P2); first match by sequence wins."""

    _name = "sop.policy.line"
    _description = "Policy Price"
    _inherit = ["sop.policy.part"]
    _order = "policy_id, sequence, id"

    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", ondelete="restrict", help="Empty: every product of the category."
    )
    product_categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="restrict",
        help="The category with those below it. Product and category empty: every product.",
    )
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Groups",
        ondelete="restrict",
        # The price of an archived group is for nobody, not for everybody.
        context={"active_test": False},
        help="The price is for customers of one of these groups; empty means every customer.",
    )
    price_kind = fields.Selection(
        PRICE_KINDS,
        string="Price For",
        default="normal",
        required=True,
        help="The market-entry and the market-keeping price apply to quotations made for that "
        "purpose, and only where the policy has such a line; elsewhere the normal price does.",
    )
    min_quantity = fields.Float(
        string="From Quantity",
        digits="Product Unit",
        help="Smallest quantity of the product in the order, in the unit of the line.",
    )
    compute_price = fields.Selection(
        [("fixed", "Fixed Price"), ("percentage", "% Off the List Price")],
        string="Price Is",
        default="percentage",
        required=True,
    )
    fixed_price = fields.Float(
        digits="Product Price",
        help="Price for one unit without tax, in the line's currency.",
    )
    percent_off = fields.Float(
        string="% Off",
        digits=(5, 2),
        help="Percent off the product's list price without tax on the day of submission. A list "
        "price that was lowered after the policy was issued counts as it was then, until the next "
        "version.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        ondelete="restrict",
        help="Unit of the price and of the quantity; empty means the product's own unit.",
    )

    @api.depends("policy_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = line.currency_id or line.policy_id.company_id.currency_id

    @api.constrains("fixed_price", "percent_off", "min_quantity", "compute_price")
    def _check_price(self):
        for line in self:
            wrong = (
                line.fixed_price < 0
                or line.min_quantity < 0
                or not 0 <= line.percent_off <= 100
                or (line.compute_price == "fixed" and not line.product_id)
            )
            if wrong:
                raise ValidationError(
                    self.env._(
                        "%s: prices and quantities cannot be negative, a percentage lies between "
                        "0 and 100, and a fixed price is for one product.",
                        line._policy_line_name(),
                    )
                )

    def _policy_line_name(self):
        self.ensure_one()
        goods = self.product_id or self.product_categ_id
        return goods.display_name or self.env._("All products")

    def _unit(self, product):
        """Return the unit of the price; the product's own where the line's does not fit."""
        fits = self.uom_id and self.uom_id._has_common_reference(product.uom_id)
        return self.uom_id if fits else product.uom_id

    def _matches(self, product, quantity, partner, price_kind):
        """Whether this is a price for ``quantity`` of ``product``, in the product's unit."""
        self.ensure_one()
        if self.price_kind != price_kind or not self._is_for_product(product):
            return False
        groups = self.partner_category_ids
        if groups and not groups & (partner | partner.commercial_partner_id).category_id:
            return False
        return self._is_for_quantity(product, quantity)

    def _is_for_product(self, product):
        if self.product_id and self.product_id != product:
            return False
        prefix = self.product_categ_id.parent_path
        return not prefix or (product.categ_id.parent_path or "").startswith(prefix)

    def _is_for_quantity(self, product, quantity):
        unit = self._unit(product)
        available = product.uom_id._compute_quantity(quantity, unit, round=False)
        return unit.compare(available, self.min_quantity) >= 0

    def _is_free(self):
        """Whether the strategy itself gives the goods for nothing."""
        if self.compute_price == "percentage":
            return self.percent_off == 100
        return bool(self) and not self.fixed_price

    def _unit_price(self, product, currency, company, date, options=None):
        """Return the price of one unit of the product's own, without tax, in ``currency``.

        Options are on top of a list price; a fixed price is for the goods as they are sold, as on
        the price lists that the policy is issued as (P6).
        """
        self.ensure_one()
        if self.compute_price == "percentage":
            kept = self.policy_id._list_prices_at_issue()
            listed = product._sop_list_price(currency, company, date, options, kept)
            return listed * (1 - self.percent_off / 100)
        price = self._unit(product)._compute_price(self.fixed_price, product.uom_id)
        return self.currency_id._convert(price, currency, company, date, round=False)
