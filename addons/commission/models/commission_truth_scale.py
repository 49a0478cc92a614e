from odoo import models
from odoo.tools import SQL

# The parts that the limits of a month count, each with the column of its month.
LIMITED = {
    "earned": "judged_period",
    "overdue": "judged_period",
    "tier": "period",
    "tier_overdue": "period",
    "contract_limit": "period",
}


class CommissionTruth(models.AbstractModel):
    """Tiers on the money collected in a period (B5), and the limits of a contract and a month.

    Every money earns the rate of the first tier. What its tier adds is one row per payee, rule
    and month: what is due for the period until this month, less what was due until the last one.
    """

    _inherit = "commission.truth"

    def _tier_parts(self, scope):
        return {
            "tier_base": self._tier_base_sql(scope),
            "tier_step": self._tier_step_sql(),
            "tier_month": self._tier_month_sql(scope),
            "tier_running": self._tier_running_sql(scope),
            "tier_rate": self._tier_rate_sql(),
            "tier": SQL("%s UNION ALL %s", self._marginal_sql(), self._retroactive_sql()),
        }

    def _tier_base_sql(self, scope):
        """What was collected per rule, payee and month; ``team_id`` where the team's counts."""
        return SQL(
            """
            SELECT rule.id AS rule_id,
                   COALESCE(rule.lineage_id, rule.id) AS root_id,
                   rule.tier_mode,
                   rule.tier_unit,
                   rule.tier_rules,
                   earned.plan_id,
                   version.first_day,
                   version.currency_id,
                   CASE rule.tier_scope WHEN 'team' THEN earned.team_id END AS team_id,
                   earned.payee_id,
                   DATE_TRUNC(version.fulfilment_period, earned.judged_period)::date AS span,
                   earned.judged_period AS period,
                   SUM(earned.base) AS base
              FROM earned
         LEFT JOIN commission_rule rule ON rule.id = earned.rule_id
         LEFT JOIN version ON version.id = earned.plan_id
             WHERE %(has_tiers)s
          GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
            """,
            has_tiers=scope.rule_sql(SQL("earned.rule_id"), lambda rule: rule.rate_kind == "tiers"),
        )

    def _tier_step_sql(self):
        """The tiers as half-open intervals from ``start`` up to ``stop``."""
        return SQL(
            """
            SELECT tier.rule_id,
                   tier.start::numeric AS start,
                   LEAD(tier.start::numeric) OVER tiers AS stop,
                   COALESCE(tier.rate, 0)::numeric AS rate,
                   FIRST_VALUE(COALESCE(tier.rate, 0)::numeric) OVER tiers AS first_rate
              FROM commission_tier tier
            WINDOW tiers AS (PARTITION BY tier.rule_id ORDER BY tier.start)
            """
        )

    def _tier_rate_sql(self):
        """What the tiers add to the first tier's commission: ``factor`` of the money.

        With marginal tiers it is of the month's money; with retroactive ones of all of the
        period's, in place of ``factor_before``, the last month's.
        """
        return SQL(
            """
            SELECT rated.*,
                   LAG(factor, 1, 0) OVER (
                       PARTITION BY rule_id, subject_id, sole_id, span ORDER BY period)
                       AS factor_before
              FROM (
                  SELECT tier_running.*, due.rate,
                         CASE WHEN tier_running.tier_mode = 'marginal' AND tier_running.base <> 0
                              THEN due.amount / tier_running.base
                              ELSE (due.rate - due.first_rate) / 100 END AS factor
                    FROM tier_running
                   CROSS JOIN LATERAL (
                         SELECT SUM(step.rate / 100 * (inside.after - inside.before))
                                    - MIN(step.first_rate) / 100 * tier_running.base AS amount,
                                MIN(step.first_rate) AS first_rate,
                                (ARRAY_AGG(step.rate ORDER BY step.start DESC) FILTER (
                                    WHERE step.start * COALESCE(tier_running.unit, 1)
                                          <= GREATEST(tier_running.reached, 0)))[1] AS rate
                           FROM tier_step step
                          CROSS JOIN LATERAL (
                                SELECT %(after)s AS after, %(before)s AS before) inside
                          WHERE step.rule_id = tier_running.rule_id
                            AND (step.start = 0 OR tier_running.unit IS NOT NULL)) due) rated
            """,
            after=self._inside_step_sql(SQL("tier_running.reached")),
            before=self._inside_step_sql(SQL("tier_running.reached - tier_running.base")),
        )

    def _marginal_sql(self):
        """Each part of the money at the rate of the tier it falls into."""
        return SQL(
            """
            SELECT 'tier' AS kind, tier_base.payee_id, tier_base.team_id AS tier_team_id,
                   tier_base.plan_id, tier_base.rule_id, NULL::integer AS contract_id,
                   NULL::integer AS order_id, NULL::integer AS invoice_id,
                   NULL::date AS date_maturity, NULL::integer AS money_move_id,
                   tier_base.period, NULL::date AS money_date,
                   tier_rate.reached AS base, tier_rate.rate, NULL::numeric AS share,
                   0 AS days_late, tier_base.base * tier_rate.factor AS raw
              FROM tier_rate
              JOIN tier_base
                ON tier_base.rule_id = tier_rate.rule_id
               AND tier_base.span = tier_rate.span
               AND tier_base.period = tier_rate.period
               AND (tier_base.team_id = tier_rate.subject_id
                    OR (tier_base.team_id IS NULL AND tier_rate.subject_id IS NULL
                        AND tier_base.payee_id = tier_rate.sole_id))
             WHERE tier_rate.tier_mode = 'marginal'
            """
        )

    def _inside_step_sql(self, amount):
        """How much of ``amount`` is inside of the step; less than nothing is in the first one."""
        return SQL(
            """
            CASE WHEN step.start = 0
                 THEN LEAST(%(amount)s, step.stop * tier_running.unit)
                 ELSE GREATEST(0, LEAST(%(amount)s, step.stop * tier_running.unit)
                                  - step.start * tier_running.unit)
            END
            """,
            amount=amount,
        )

    def _retroactive_sql(self):
        """All the money of the period at the rate reached; earlier months follow by this row.

        Everybody whose money was counted has a row in each month in which the rate may change.
        """
        return SQL(
            """
            SELECT 'tier', payee_id, subject_id, plan_id, rule_id, NULL, NULL, NULL, NULL::date,
                   NULL, period, NULL::date, reached, rate, NULL, 0,
                   factor * own - factor_before * (own - base)
              FROM (
                  SELECT tier_rate.rule_id, tier_rate.plan_id, tier_rate.subject_id,
                         tier_rate.period, tier_rate.reached, tier_rate.rate, tier_rate.factor,
                         tier_rate.factor_before, member.payee_id,
                         COALESCE(mine.base, 0) AS base,
                         SUM(COALESCE(mine.base, 0)) OVER (
                             PARTITION BY tier_rate.rule_id, tier_rate.span,
                                          tier_rate.subject_id, member.payee_id
                             ORDER BY tier_rate.period) AS own
                    FROM tier_rate
                    JOIN (SELECT DISTINCT rule_id, span, team_id, payee_id FROM tier_base) member
                      ON member.rule_id = tier_rate.rule_id
                     AND member.span = tier_rate.span
                     AND (member.team_id = tier_rate.subject_id
                          OR (member.team_id IS NULL AND tier_rate.subject_id IS NULL
                              AND member.payee_id = tier_rate.sole_id))
               LEFT JOIN tier_base mine
                      ON mine.rule_id = member.rule_id
                     AND mine.span = member.span
                     AND mine.payee_id = member.payee_id
                     AND mine.team_id IS NOT DISTINCT FROM member.team_id
                     AND mine.period = tier_rate.period
                   WHERE tier_rate.tier_mode = 'retroactive') grid
            """
        )

    # -- limits --------------------------------------------------------------------------------

    def _contract_month_sql(self, scope):
        """What a rule with a limit earns a payee with a contract, month by month.

        ``limited`` is what the limit takes away from the month, and ``granted`` the part of the
        month's commission that it leaves, between 0 and 1. A later version of the rule goes on
        counting where the earlier one stopped.
        """
        return SQL(
            """
            SELECT month.*, cut.limited,
                   GREATEST(0, LEAST(1, 1 + cut.limited / NULLIF(raw, 0))) AS granted
              FROM (
                  SELECT earned.payee_id, earned.plan_id, earned.rule_id, earned.contract_id,
                         earned.judged_period AS period,
                         rule.amount_max::numeric AS most,
                         SUM(earned.raw) AS raw,
                         SUM(SUM(earned.raw)) OVER (
                             PARTITION BY earned.payee_id, COALESCE(rule.lineage_id, rule.id),
                                          earned.contract_id
                             ORDER BY earned.judged_period, version.first_day) AS running
                    FROM earned
               LEFT JOIN version ON version.id = earned.plan_id
               LEFT JOIN commission_rule rule ON rule.id = earned.rule_id
                   WHERE %(is_limited)s
                GROUP BY earned.payee_id, earned.plan_id, earned.rule_id, rule.lineage_id, rule.id,
                         earned.contract_id, earned.judged_period, version.first_day) month
             CROSS JOIN LATERAL (
                   SELECT LEAST(0, most - running) - LEAST(0, most - (running - raw))
                       AS limited) cut
            """,
            is_limited=scope.rule_sql(SQL("earned.rule_id"), lambda rule: rule.amount_max > 0),
        )

    def _contract_limit_sql(self):
        """What a payee does not earn, because the rule's most for a contract is reached."""
        return SQL(
            """
            SELECT 'contract_limit' AS kind, payee_id, NULL::integer AS tier_team_id,
                   plan_id, rule_id, contract_id, NULL::integer AS order_id,
                   NULL::integer AS invoice_id, NULL::date AS date_maturity,
                   NULL::integer AS money_move_id, period, NULL::date AS money_date,
                   running AS base, NULL::numeric AS rate,
                   NULL::numeric AS share, 0 AS days_late, limited AS raw
              FROM contract_month
            """
        )

    def _month_limit_sql(self, names):
        """What the plan's most and least of a month take from a payee or add.

        The month counts as a whole, in each currency: the newest version that judges any of its
        money says what is the most and the least.

        :param names: the parts that there are
        """
        amounts = SQL(" UNION ALL ").join(
            SQL(
                "SELECT payee_id, plan_id, %s AS period, raw FROM %s",
                SQL.identifier(month),
                SQL.identifier(name),
            )
            for name, month in LIMITED.items()
            if name in names
        )
        return SQL(
            """
            SELECT 'month_limit' AS kind, month.payee_id, NULL::integer AS tier_team_id,
                   month.plan_id, NULL::integer AS rule_id, NULL::integer AS contract_id,
                   NULL::integer AS order_id, NULL::integer AS invoice_id,
                   NULL::date AS date_maturity, NULL::integer AS money_move_id, month.period,
                   NULL::date AS money_date, month.raw AS base, NULL::numeric AS rate,
                   NULL::numeric AS share, 0 AS days_late,
                   CASE WHEN version.amount_max > 0
                        THEN LEAST(0, version.amount_max::numeric - month.raw) ELSE 0 END
                   + CASE WHEN month.raw > 0
                          THEN GREATEST(0, COALESCE(version.amount_min, 0)::numeric - month.raw)
                          ELSE 0 END AS raw
              FROM (
                  SELECT amounts.payee_id, amounts.period,
                         (ARRAY_AGG(version.id ORDER BY version.first_day DESC))[1] AS plan_id,
                         SUM(amounts.raw) AS raw
                    FROM (%(amounts)s) amounts
               LEFT JOIN version ON version.id = amounts.plan_id
                GROUP BY amounts.payee_id, amounts.period, version.currency_id) month
              JOIN version ON version.id = month.plan_id
             WHERE version.amount_max > 0 OR version.amount_min > 0
            """,
            amounts=amounts,
        )
