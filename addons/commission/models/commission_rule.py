from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_repr, format_list, formatLang

from odoo.addons.sales_sop.models.sop_policy_line import PRICE_KINDS
from odoo.addons.sales_sop.models.sop_policy_term import SALES_MODES
from odoo.addons.sales_sop.models.wording import clauses, in_brackets, labelled

ROLES = [
    ("salesperson", "Salesperson"),
    ("manager", "Manager of the Team"),
    ("pool", "Pool of the Team"),
]


class CommissionRule(models.Model):
    """What a plan pays for which sale (B1); for each role the first match by sequence wins.

    A share of the money collected goes to every line of what was sold, in proportion to the
    lines' amounts; the rule that matches a line decides about its share.
    """

    _name = "commission.rule"
    _description = "Commission Rule"
    _inherit = ["sop.draft.part.mixin", "sop.protected.mixin"]
    _order = "plan_id, sequence, id"

    plan_id = fields.Many2one("commission.plan", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    role = fields.Selection(
        ROLES,
        string="For",
        required=True,
        default="salesperson",
        help="Who earns: the contract's salesperson or those it is split between, the manager of "
        "the contract's sales team, or the team's pool, which is shared out among its members.",
    )
    lineage_id = fields.Many2one(
        "commission.rule",
        string="Rule of an Earlier Version",
        ondelete="set null",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="What was collected under the earlier version of this rule counts towards its tiers.",
    )
    product_id = fields.Many2one("product.product", ondelete="restrict")
    product_categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="restrict",
        help="The category with those below it, as it was when the product was ordered.",
    )
    sales_mode = fields.Selection(SALES_MODES, help="Empty: every kind of sale.")
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Groups",
        ondelete="restrict",
        # A rule for an archived group is for nobody, not for everybody.
        context={"active_test": False},
        help="Customers that were in one of these groups when the contract was made; empty means "
        "every customer.",
    )
    price_kind = fields.Selection(
        PRICE_KINDS, string="Price Sold At", help="Empty: whatever price of the policy was used."
    )
    base = fields.Selection(
        [("untaxed", "Money Collected Without Tax"), ("margin", "Margin in the Money Collected")],
        required=True,
        default="untaxed",
    )
    rate_kind = fields.Selection(
        [
            ("percent", "Percent"),
            ("unit", "Amount per Unit"),
            ("tiers", "Percent by Tiers"),
            ("none", "No Commission"),
        ],
        string="Commission Is",
        required=True,
        default="percent",
    )
    rate = fields.Float(string="%", digits=(16, 4), help="Percent of the base.")
    amount_per_unit = fields.Monetary(
        help="For one unit of the product, in the unit it is stored in. It is earned as the money "
        "for it comes in.",
    )
    amount_max = fields.Monetary(
        string="At Most a Contract",
        help="The most that one payee earns under this rule with one contract; 0 means no limit.",
    )
    tier_ids = fields.One2many("commission.tier", "rule_id", string="Tiers", copy=True)
    tier_mode = fields.Selection(
        [
            ("marginal", "Each Part at Its Own Rate"),
            ("retroactive", "All at the Rate Reached"),
        ],
        required=True,
        default="marginal",
    )
    tier_scope = fields.Selection(
        [("payee", "The Payee's"), ("team", "The Team's")],
        string="Collected Money Counted",
        required=True,
        default="payee",
    )
    tier_rules = fields.Selection(
        [("own", "This Rule Alone"), ("role", "All Rules for the Same Role")],
        string="Money Counted Under",
        required=True,
        default="own",
        help="Whose money without tax fills the tiers: that of the sales this rule is for, or that "
        "of all sales on which the payee earns in this role, whatever rule of the plan pays them.",
    )
    tier_unit = fields.Selection(
        [("amount", "Amount"), ("target", "% of the Target")],
        string="Tiers Start at",
        required=True,
        default="amount",
    )

    condition_text = fields.Char(
        string="For Which Sales", compute="_compute_text", help="What the rule asks of a sale."
    )
    rate_text = fields.Char(
        string="Pays", compute="_compute_text", help="What the rule pays, in words."
    )

    @api.depends(
        "product_id",
        "product_categ_id",
        "sales_mode",
        "partner_category_ids",
        "price_kind",
        "base",
        "rate_kind",
        "rate",
        "amount_per_unit",
        "tier_ids.start",
        "tier_ids.rate",
        "tier_mode",
        "tier_unit",
    )
    @api.depends_context("lang")
    def _compute_text(self):
        for rule in self:
            rule.condition_text = rule._conditions() or self.env._("Every sale")
            rule.rate_text = rule._rate_text()

    @api.constrains("rate_kind", "amount_max")
    def _check_limit(self):
        """What a tier adds belongs to all contracts of the period, so to none of them."""
        for rule in self:
            if rule.rate_kind == "tiers" and rule.amount_max:
                raise ValidationError(
                    self.env._(
                        "%s: a rule by tiers has no limit for a contract. Empty the limit, and let "
                        "the plan limit the month if that is what you mean.",
                        rule.name,
                    )
                )

    @api.constrains("rate", "amount_per_unit", "amount_max")
    def _check_values(self):
        for rule in self:
            if not 0 <= rule.rate <= 100 or rule.amount_per_unit < 0 or rule.amount_max < 0:
                raise ValidationError(
                    self.env._(
                        "%s: a percentage lies between 0 and 100, and amounts cannot be negative.",
                        rule.name,
                    )
                )

    def _check_complete(self):
        """Raise unless every rule of a plan that is submitted says what it pays."""
        for rule in self:
            if rule.rate_kind == "tiers" and not rule._tiers_start_at_zero():
                raise ValidationError(
                    self.env._(
                        "%s: the first tier has to start at 0, so that every amount has a rate.",
                        rule.name,
                    )
                )

    def _tiers_start_at_zero(self):
        return bool(self.tier_ids.filtered(lambda tier: not tier.start))

    def _draft_document(self):
        return self.plan_id

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"lineage_id"}

    def _descend_from(self, rules):
        """Let these rules, in order, go on counting what the earlier ``rules`` have counted."""
        for rule, earlier in zip(self.sudo().sorted("id"), rules.sorted("id")):
            if rule.company_id == earlier.company_id:
                rule.lineage_id = earlier.lineage_id or earlier

    def _content(self):
        """Return the rule as data that JSON can hold; a plan's approval rests on it."""
        self.ensure_one()
        return [
            self.id,
            self.sequence,
            self.role,
            self.lineage_id.id,
            self.product_id.id,
            self.product_categ_id.id,
            self.sales_mode,
            sorted(self.partner_category_ids.ids),
            self.price_kind,
            self.base,
            self.rate_kind,
            float_repr(self.rate, 4),
            repr(self.amount_per_unit),
            repr(self.amount_max),
            self.tier_mode,
            self.tier_scope,
            self.tier_rules,
            self.tier_unit,
            [[float_repr(tier.start, 6), float_repr(tier.rate, 4)] for tier in self.tier_ids],
        ]

    # -- in words ------------------------------------------------------------------------------

    def _label(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _role_text(self):
        return self._label("role")

    def _condition_text(self):
        """Say which sales the rule is for, with its name."""
        conditions = self._conditions()
        return labelled(self.env, self.name, conditions) if conditions else self.name

    def _conditions(self):
        self.ensure_one()
        parts = [
            self.product_id.display_name,
            self.product_categ_id.display_name,
            self._label("sales_mode"),
            format_list(self.env, self.partner_category_ids.mapped("display_name")),
            self._label("price_kind"),
        ]
        return clauses(self.env, parts)

    def _rate_text(self):
        """Say what the rule pays."""
        self.ensure_one()
        base = self._label("base")
        if self.rate_kind == "percent":
            return in_brackets(self.env, f"{self.rate:.12g} %", base)
        if self.rate_kind == "unit":
            amount = formatLang(self.env, self.amount_per_unit, currency_obj=self.currency_id)
            return self.env._("%s per unit", amount)
        if self.rate_kind == "tiers":
            tiers = clauses(self.env, [tier._text() for tier in self.tier_ids])
            return in_brackets(self.env, tiers, self._label("tier_mode"))
        return self._label("rate_kind")
