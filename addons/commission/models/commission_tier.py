from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang


class CommissionTier(models.Model):
    """From where on which rate counts: from ``start`` on, up to the next tier's start."""

    _name = "commission.tier"
    _description = "Commission Tier"
    _inherit = ["sop.draft.part.mixin"]
    _order = "rule_id, start"

    rule_id = fields.Many2one("commission.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    start = fields.Float(
        string="From",
        digits=(16, 2),
        # Without a value the database would have none, and the first tier would not be found.
        default=0.0,
        help="Amount collected without tax in the plan's currency, or percent of the target. The "
        "tier includes its start and ends before the start of the next one.",
    )
    rate = fields.Float(string="%", digits=(16, 4))

    _start_rule_uniq = models.Constraint(
        "UNIQUE(rule_id, start)", "Two tiers of a rule start at the same amount."
    )

    @api.constrains("start", "rate")
    def _check_values(self):
        for tier in self:
            if tier.start < 0 or not 0 <= tier.rate <= 100:
                raise ValidationError(
                    self.env._(
                        "%s: a tier starts at 0 or more, and its rate lies between 0 and 100 %%.",
                        tier.rule_id.name,
                    )
                )

    def _draft_document(self):
        return self.rule_id.plan_id

    def _text(self):
        """Say where the tier starts and what it pays."""
        self.ensure_one()
        if self.rule_id.tier_unit == "target":
            start = f"{self.start:.12g} %"
        else:
            start = formatLang(self.env, self.start, currency_obj=self.rule_id.currency_id)
        return self.env._("from %(start)s: %(rate)s %%", start=start, rate=f"{self.rate:.12g}")
