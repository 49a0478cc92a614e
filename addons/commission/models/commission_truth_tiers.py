from odoo import models
from odoo.tools import SQL


class CommissionTruth(models.AbstractModel):
    """How full the tiers are at the end of each month: the cumulative fulfilment (B5)."""

    _inherit = "commission.truth"

    def _tier_running_sql(self, scope):
        """What whoever's money counts had collected until the end of each month.

        ``unit`` is the money of one unit of a tier's start; without a target there is none, and
        only the first tier counts.
        """
        return SQL(
            """
            SELECT tier_month.*,
                   CASE tier_unit WHEN 'amount' THEN 1 ELSE target.amount / 100 END AS unit
              FROM tier_month
         LEFT JOIN commission_target target
                ON target.company_id = %s
               AND target.date_from = tier_month.span
               AND target.currency_id = tier_month.currency_id
               AND (target.team_id = tier_month.subject_id OR target.payee_id = tier_month.sole_id)
            """,
            scope.company.id,
        )

    def _tier_month_sql(self, scope):
        """What each rule's tiers count in a month, and have ``reached`` with it.

        The money is that of the team ``subject_id``, or else of the payee ``sole_id``.
        """
        if not scope.counts_roles:
            return self._own_month_sql()
        return SQL("%s UNION ALL %s", self._own_month_sql(), self._role_month_sql())

    def _own_month_sql(self):
        """The money under the rule itself, and what earlier versions of it had collected."""
        return SQL(
            """
            SELECT rule_id, tier_mode, tier_unit, plan_id, currency_id, span, period, subject_id,
                   sole_id, base,
                   SUM(base) OVER (
                       PARTITION BY root_id, currency_id, subject_id, sole_id, span
                       ORDER BY period, first_day, rule_id) AS reached
              FROM (SELECT rule_id, root_id, tier_mode, tier_unit, plan_id, first_day, currency_id,
                           span, period,
                           team_id AS subject_id,
                           CASE WHEN team_id IS NULL THEN payee_id END AS sole_id,
                           SUM(base) AS base
                      FROM tier_base
                     WHERE tier_rules = 'own'
                  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) own
            """
        )

    def _role_month_sql(self):
        """The money under all rules for the role, without tax, whatever they pay a share of.

        Earlier versions of the plan count, also where their tiers counted otherwise.
        """
        return SQL(
            """
            SELECT rule.id, rule.tier_mode, rule.tier_unit, role.plan_id, role.currency_id,
                   role.span, role.period, role.subject_id, role.sole_id, role.base, role.reached
              FROM (SELECT month.*,
                           SUM(base) OVER (
                               PARTITION BY role, tier_scope, currency_id, subject_id, sole_id, span
                               ORDER BY period, first_day, plan_id) AS reached
                      FROM (%s) month) role
              JOIN commission_rule rule
                ON rule.plan_id = role.plan_id
               AND rule.role = role.role
               AND rule.tier_scope = role.tier_scope
               AND rule.rate_kind = 'tiers'
               AND rule.tier_rules = 'role'
            """,
            self._role_collected_sql(),
        )

    def _role_collected_sql(self):
        return SQL(
            """
            SELECT asked.role,
                   asked.tier_scope,
                   earned.plan_id,
                   version.first_day,
                   version.currency_id,
                   DATE_TRUNC(version.fulfilment_period, earned.judged_period)::date AS span,
                   earned.judged_period AS period,
                   CASE asked.tier_scope WHEN 'team' THEN earned.team_id END AS subject_id,
                   CASE WHEN asked.tier_scope = 'payee' OR earned.team_id IS NULL
                        THEN earned.payee_id END AS sole_id,
                   SUM(earned.untaxed) AS base
              FROM earned
         LEFT JOIN version ON version.id = earned.plan_id
              JOIN (SELECT DISTINCT rule.role, rule.tier_scope
                      FROM commission_rule rule
                      JOIN version ON version.id = rule.plan_id
                     WHERE rule.rate_kind = 'tiers' AND rule.tier_rules = 'role') asked
                ON asked.role = earned.role
          GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
            """
        )
