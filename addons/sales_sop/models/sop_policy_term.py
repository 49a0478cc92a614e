from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

SALES_MODES = [
    ("direct", "Direct Sale"),
    ("instalment", "Instalment Sale"),
    ("frame", "Frame Contract"),
]


class SopPolicyTerm(models.Model):
    """One line of a policy: which gates apply to which kind of order (P5); first match wins."""

    _name = "sop.policy.term"
    _description = "Sales Policy Term"
    _inherit = ["sop.policy.part"]
    _order = "policy_id, sequence, id"

    currency_id = fields.Many2one(related="policy_id.company_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    sales_mode = fields.Selection(
        SALES_MODES, help="Kind of sale this line is for; empty means every kind."
    )
    amount_from = fields.Monetary(
        string="From Amount", help="Smallest order total, tax included, in the company's currency."
    )
    amount_to = fields.Monetary(
        string="Below",
        help="The line is for totals below this amount, tax included, in the company's currency. "
        "Zero means no limit.",
    )
    product_categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="restrict",
        help="The line is for orders whose products are all of this category or below it; empty "
        "means every product.",
    )
    review_group_ids = fields.Many2many(
        "res.groups",
        string="Reviewed by",
        ondelete="restrict",
        default=lambda self: self._default_review_groups(),
        help="The roles that review and approve every application of this kind (A1), whatever "
        "its price. Empty: only what goes beyond the salesperson's authority is approved (P3).",
    )
    judge_prices = fields.Boolean(
        string="Prices Are Judged",
        default=True,
        help="A price below the policy's goes to whose authority it needs (P3). Off for what is "
        "free by its nature, such as samples and warranty replacements.",
    )
    details_required = fields.Boolean(
        string="Complete Details",
        default=True,
        help="What an order and a quotation have to state is checked at submission: customer, "
        "contact, phone, address, delivery date, validity, payment and warranty (A4, P8).",
    )
    stock_review = fields.Boolean(
        help="The production planner reviews an application whose goods are not in stock (A2).",
    )
    legal_review = fields.Boolean(
        help="Legal reviews the contract before it is countersigned (K7).",
    )
    contract_required = fields.Boolean(
        string="Written Contract",
        default=True,
        help="The order needs a written contract, countersigned by the head of sales and by "
        "finance (K1, K2).",
    )
    prepayment_percent = fields.Float(
        string="Payment Before Goods (%)",
        digits=(5, 2),
        help="Percent of the contract that has to be collected before goods leave (D4).",
    )
    first_payment_percent = fields.Float(
        string="First Payment Before Installation (%)",
        digits=(5, 2),
        help="Percent of the contract that has to be collected before installation (I1).",
    )
    invoice_gate_percent = fields.Float(
        string="Collected Before Invoice (%)",
        digits=(5, 2),
        default=60.0,
        help="Percent of the contract that has to be collected before it is invoiced (C1).",
    )

    @api.model
    def _demand_fields(self):
        """The switches whose help says in one sentence what an order then has to meet.

        An addon that brings such a switch adds its name.
        """
        return [
            "stock_review",
            "signed_file_required",
            "shipping_data_required",
            "packing_required",
            "gate_pass_required",
            "pod_scan_required",
        ]

    def _further_demands(self):
        """Return the sentences of the switches that are on, for who has never read a policy."""
        helps = self.fields_get(self._demand_fields(), ["help"])
        return [texts["help"] for name, texts in helps.items() if self[name]]

    @api.model
    def _default_review_groups(self):
        return self.env.ref("sales_sop.group_sales_manager")

    @api.constrains("prepayment_percent", "first_payment_percent", "invoice_gate_percent")
    def _check_percentages(self):
        for term in self:
            percentages = (
                term.prepayment_percent,
                term.first_payment_percent,
                term.invoice_gate_percent,
            )
            if any(not 0 <= percent <= 100 for percent in percentages):
                raise ValidationError(
                    self.env._("%s: a percentage has to be between 0 and 100.", term.name)
                )

    @api.constrains("amount_from", "amount_to")
    def _check_amounts(self):
        for term in self:
            if term.amount_from < 0 or (term.amount_to and term.amount_to <= term.amount_from):
                raise ValidationError(
                    self.env._(
                        "%s: the amounts have to be positive and the upper one has to be above "
                        "the lower one.",
                        term.name,
                    )
                )

    def _matches(self, sales_mode, amount, products, order_type="sale"):
        """Whether this line is for an order of ``sales_mode`` over ``amount``.

        :param float amount: order total, tax included, in the company's currency
        :param products: ``product.product`` records that the order sells
        :param str order_type: the type the order is judged as
        """
        self.ensure_one()
        if self.sales_mode and self.sales_mode != sales_mode:
            return False
        if self.currency_id.compare_amounts(amount, self.amount_from) < 0:
            return False
        if self.amount_to and self.currency_id.compare_amounts(amount, self.amount_to) >= 0:
            return False
        prefix = self.product_categ_id.parent_path
        # A product without a category is of none, not of every one.
        return not prefix or all(
            (product.categ_id.parent_path or "").startswith(prefix) for product in products
        )

    @api.model
    def _match(self, policy, sales_mode, amount, products, document, order_type="sale"):
        """Return the first line of ``policy`` that matches; raise if there is none (P5)."""
        for term in policy.sudo().term_ids:
            if term._matches(sales_mode, amount, products, order_type):
                return term
        raise UserError(self._no_term_sentence(policy, document, order_type, amount))

    @api.model
    def _no_term_sentence(self, policy, document, order_type, amount):
        return self.env._(
            "%(document)s: the sales policy %(policy)s has no line for this kind of order. "
            "Ask the general manager to issue a version that covers it.",
            document=document,
            policy=policy.name,
        )
