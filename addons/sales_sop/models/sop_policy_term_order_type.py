from odoo import api, fields, models
from odoo.exceptions import ValidationError

ORDER_TYPES = [
    ("sale", "Sale"),
    ("counter", "Sale over the Counter"),
    ("free", "Free Goods"),
    ("sample", "Sample"),
    ("warranty", "Warranty Replacement"),
    ("service", "Service"),
    ("pickup", "Customer Pick-Up"),
]
GOODS = frozenset({"consu", "combo"})
# These are given freedoms; a term for every type of order never covers them.
NAMED_TYPES = frozenset({"counter", "free", "sample", "warranty"})
# What costs the customer nothing; a price on such an order makes it a sale.
FREE_TYPES = frozenset({"free", "sample", "warranty"})


class SopPolicyTerm(models.Model):
    """What a term says about the everyday types of order (P5)."""

    _inherit = "sop.policy.term"

    order_type = fields.Selection(
        ORDER_TYPES,
        help="Type of order this line is for. Empty means sales, services and what customers "
        "collect; sales over the counter, free goods, samples and warranty replacements need a "
        "line that names them.",
    )
    delivery_approval = fields.Boolean(
        string="Delivery Is Approved",
        default=True,
        help="The sales manager approves each delivery order before the goods leave (D1).",
    )
    max_free_value = fields.Monetary(
        string="Free up to",
        help="Largest value at list price of free goods or samples on one order, in the company's "
        "currency. Above it the general manager approves too.",
    )
    warranty_months = fields.Integer(
        string="Warranty (Months)",
        default=12,
        help="Goods are replaced free of charge for so many months after the customer accepted "
        "them (S1).",
    )

    @api.constrains("max_free_value", "warranty_months")
    def _check_order_type_limits(self):
        for term in self:
            if term.max_free_value < 0 or term.warranty_months < 0:
                raise ValidationError(
                    self.env._(
                        "%s: the value of free goods and the months of warranty cannot be "
                        "negative.",
                        term.name,
                    )
                )

    def _is_free(self):
        """Whether the orders of this line cost the customer nothing."""
        return self.order_type in FREE_TYPES

    def _is_for_order_type(self, order_type):
        """Whether this line is for orders of the type; some types need a line that names them."""
        self.ensure_one()
        if not self.order_type:
            return order_type not in NAMED_TYPES
        return self.order_type == order_type

    def _matches(self, sales_mode, amount, products, order_type="sale"):
        return self._is_for_order_type(order_type) and super()._matches(
            sales_mode, amount, products, order_type
        )

    @api.model
    def _no_term_sentence(self, policy, document, order_type, amount):
        """Say which line for the type of order is missing, or which amount is too large."""
        terms = policy.sudo().term_ids.filtered(
            lambda term: term.order_type == order_type and term.amount_to
        )
        limit = max(terms.mapped("amount_to"), default=0.0)
        if (
            order_type in NAMED_TYPES
            and limit
            and terms.currency_id.compare_amounts(amount, limit) >= 0
        ):
            return self.env._(
                "%(document)s: the sales policy %(policy)s allows the type %(type)s below "
                "%(limit)s, and the order comes to %(amount)s. Change its type to a sale and "
                "submit it.",
                document=document,
                policy=policy.name,
                type=self._order_type_label(order_type),
                limit=terms.currency_id.format(limit),
                amount=terms.currency_id.format(amount),
            )
        if order_type in NAMED_TYPES:
            return self.env._(
                "%(document)s: the sales policy %(policy)s has no line that names the type "
                "%(type)s for such goods. Change the type of the order, or ask the general "
                "manager to issue a version that covers it.",
                document=document,
                policy=policy.name,
                type=self._order_type_label(order_type),
            )
        return super()._no_term_sentence(policy, document, order_type, amount)

    @api.model
    def _type_of_goods(self, order_type, products):
        """Return the type as which an order of ``products`` is judged (P5)."""
        has_goods = not GOODS.isdisjoint(products.mapped("type"))
        is_other = {"service": has_goods, "pickup": not has_goods}.get(order_type)
        return "sale" if is_other else order_type

    @api.model
    def _order_type_label(self, order_type):
        return dict(self._fields["order_type"]._description_selection(self.env))[order_type]
