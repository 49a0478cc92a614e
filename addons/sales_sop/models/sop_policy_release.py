from odoo import api, fields, models
from odoo.exceptions import ValidationError

# The rules that a release can ever excuse. Not C2 (an invoice without an order or beyond its
# contract), not D9 (more than ordered), not A1 (it is decided by whoever has the authority).
RELEASABLE_RULES = [
    ("D1", "D1: delivery order not approved"),
    ("D4", "D4: payment before goods missing"),
    ("C1", "C1: too little collected for the invoice"),
    ("D3", "D3: goods not signed for"),
    ("K2", "K2: contract not countersigned"),
]
# Who decides where the policy's lines say nothing: rule, role, largest share of the contract.
DEFAULT_AUTHORITY = [
    ("D1", "sales_sop.group_vp_sales", 0.0),
    ("D4", "sales_sop.group_finance_vp", 0.0),
    ("C1", "sales_sop.group_finance_vp", 30.0),
    ("C1", "sales_sop.group_general_manager", 0.0),
    ("D3", "sales_sop.group_finance_vp", 0.0),
    ("K2", "sales_sop.group_general_manager", 0.0),
]


class SopPolicy(models.Model):
    """What the policy says about releases: who decides, how long, and after the fact."""

    _inherit = "sop.policy"

    release_max_days = fields.Integer(
        string="Longest Exception (Days)",
        default=30,
        help="An exception expires at most this many days after it was requested.",
    )
    after_the_fact_days = fields.Integer(
        string="Approve Afterwards Within (Days)",
        help="Goods may leave on a day without approvers by an exception that is approved within "
        "this many days. Zero: not allowed.",
    )
    after_the_fact_on = fields.Selection(
        [("weekend", "Saturday and Sunday"), ("any", "Any Day")],
        string="Allowed on",
        default="weekend",
        required=True,
        help="The days on which an exception after the fact can be filed.",
    )
    release_line_ids = fields.One2many(
        "sop.policy.release",
        "policy_id",
        string="Who Grants Exceptions",
        copy=True,
        default=lambda self: self._default_release_lines(),
    )

    @api.model
    def _default_release_lines(self):
        return [
            fields.Command.create(
                {
                    "sequence": sequence,
                    "rule": rule,
                    "group_id": self.env.ref(group).id,
                    "percent_max": percent,
                }
            )
            for sequence, (rule, group, percent) in enumerate(DEFAULT_AUTHORITY)
        ]

    def _content_lines(self):
        """Who releases is voted on and compared like everything else the policy says (P1)."""
        lines = self.env["sop.policy.release"].search([("policy_id", "=", self.id)])
        return super()._content_lines() | {"release_line_ids": lines}

    def _line_keys(self, lines):
        if lines._name != "sop.policy.release":
            return super()._line_keys(lines)
        return (lambda line: (line.rule, line.group_id), lambda line: line.rule)

    def _line_name(self, record):
        if record._name != "sop.policy.release":
            return super()._line_name(record)
        rules = dict(record._fields["rule"]._description_selection(self.env))
        return f"{rules[record.rule]} · {record.group_id.name}"

    @api.constrains("release_max_days", "after_the_fact_days")
    def _check_release_days(self):
        for policy in self:
            if policy.release_max_days < 1 or policy.after_the_fact_days < 0:
                raise ValidationError(
                    self.env._(
                        "%s: an exception lasts at least one day, and the days for approving "
                        "afterwards cannot be negative.",
                        policy.name,
                    )
                )

    def _release_group(self, rule, contract, amount):
        """Return the role that decides a release of ``rule`` up to ``amount`` on ``contract``.

        The first line of the rule whose maximum is not exceeded; beyond all of them the general
        manager. A policy from before there were lines goes by the defaults.

        :param float amount: of the release, in the contract's currency
        """
        lines = self.sudo().release_line_ids.filtered(lambda line: line.rule == rule)
        limits = [(line.group_id, line.percent_max, line.amount_max) for line in lines] or [
            (self.env.ref(group), percent, 0.0)
            for candidate, group, percent in DEFAULT_AUTHORITY
            if candidate == rule
        ]
        for group, percent, limit in limits:
            if self._is_within(contract, amount, percent, limit):
                return group
        return self.env.ref("sales_sop.group_general_manager")

    def _is_within(self, contract, amount, percent, limit):
        """Whether ``amount`` is at most ``percent`` of the contract and at most ``limit``."""
        share = contract._gate_amount(percent)
        if percent and contract.currency_id.compare_amounts(amount, share) > 0:
            return False
        company_amount = amount / (contract.currency_rate or 1.0)
        return not limit or self.currency_id.compare_amounts(company_amount, limit) <= 0


class SopPolicyRelease(models.Model):
    """How far a role may release a rule; beyond it the next line of the rule decides."""

    _name = "sop.policy.release"
    _inherit = "sop.policy.part"
    _description = "Authority to Grant Exceptions"
    _order = "policy_id, sequence, id"

    currency_id = fields.Many2one(related="policy_id.company_id.currency_id")
    sequence = fields.Integer(default=10)
    rule = fields.Selection(RELEASABLE_RULES, required=True)
    group_id = fields.Many2one("res.groups", string="Role", required=True, ondelete="restrict")
    percent_max = fields.Float(
        string="Up to (% of the Contract)",
        digits=(5, 2),
        help="Largest share of the contract's total this role may excuse. Zero means no limit.",
    )
    amount_max = fields.Monetary(
        string="Up to (Amount)",
        help="Largest amount this role may excuse, in the company's currency. Zero means no limit.",
    )

    @api.constrains("percent_max", "amount_max")
    def _check_limits(self):
        for line in self:
            if not 0 <= line.percent_max <= 100 or line.amount_max < 0:
                raise ValidationError(
                    self.env._(
                        "%s: a role excuses between 0 and 100 percent of a contract, and no "
                        "negative amount.",
                        line.policy_id.name,
                    )
                )
