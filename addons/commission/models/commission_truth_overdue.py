from odoo import models
from odoo.tools import SQL

from odoo.addons.sales_sop.models.account_payment_alert import LOST_STATES

DAYS_A_YEAR = 365


class CommissionTruth(models.AbstractModel):
    """What late money takes from its own commission (B4, C5)."""

    _inherit = "commission.truth"

    def _open_cash_sql(self, scope):
        """Instalments that are overdue and open, as if each was paid on the day asked for.

        Money in advance that waits to be matched has paid the oldest of them.
        """
        return SQL(
            """
            SELECT TRUE, contract_id, COALESCE(order_id, 0), move_id, date_maturity, NULL::integer,
                   %(open_on)s::date,
                   GREATEST(0, LEAST(amount, running - COALESCE(advance.amount_open, 0))),
                   %(open_on)s::date, move_id, date_maturity
              FROM (
                  SELECT due.*,
                         SUM(due.amount) OVER (
                             PARTITION BY due.contract_id
                             ORDER BY due.date_maturity, due.line_id, due.order_id) AS running
                    FROM (%(due)s) due) late
         LEFT JOIN (
                  SELECT contract_id AS advance_contract_id, SUM(amount) AS amount_open
                    FROM collected
                   WHERE invoice_id = 0
                GROUP BY contract_id) advance
                ON advance.advance_contract_id = late.contract_id
             WHERE late.date_maturity < %(open_on)s AND late.running > COALESCE(amount_open, 0)
            """,
            open_on=scope.open_on,
            due=self._due_sql(scope),
        )

    def _due_sql(self, scope):
        """What was open on each instalment of the contracts' invoices, in their currency.

        It is what is open now and what was matched after the day until which the books are read,
        so that a calculation made later finds what one made that day would have found. A payment
        that is none any more has paid nothing, though Odoo leaves it matched.
        """
        return SQL(
            """
            SELECT *
              FROM (
                  WITH not_paid AS MATERIALIZED (
                           SELECT debit_move_id AS line_id,
                                  SUM(amount) AS amount,
                                  SUM(debit_amount_currency) AS amount_currency
                             FROM account_partial_reconcile
                            WHERE max_date > %(until)s
                               OR credit_move_id IN (
                                  SELECT item.id
                                    FROM account_payment payment
                                    JOIN account_move_line item ON item.move_id = payment.move_id
                                   WHERE payment.company_id = %(company)s
                                     AND payment.state IN %(lost)s)
                         GROUP BY debit_move_id),
                       invoice AS MATERIALIZED (
                           SELECT id, sop_contract_id
                             FROM account_move
                            WHERE state = 'posted'
                              AND move_type = 'out_invoice'
                              AND (payment_state NOT IN ('paid', 'in_payment', 'reversed')
                                   OR id IN (SELECT line.move_id
                                               FROM not_paid
                                               JOIN account_move_line line
                                                 ON line.id = not_paid.line_id))
                              AND company_id = %(company)s),
                       invoice_share AS MATERIALIZED (%(invoice_share)s)
                  SELECT line.id AS line_id,
                         line.move_id,
                         line.date_maturity,
                         invoice_share.contract_id,
                         invoice_share.order_id,
                         invoice_share.share
                             * CASE WHEN line.currency_id = contract.currency_id
                                    THEN line.amount_residual_currency
                                         + COALESCE(not_paid.amount_currency, 0)
                                    ELSE (line.amount_residual + COALESCE(not_paid.amount, 0))
                                         * contract.currency_rate
                               END AS amount
                    FROM invoice
                    JOIN account_move_line line ON line.move_id = invoice.id
                    JOIN account_account account
                      ON account.id = line.account_id
                     AND account.account_type = 'asset_receivable'
                    JOIN invoice_share ON invoice_share.move_id = invoice.id
                    JOIN sop_contract contract ON contract.id = invoice_share.contract_id
               LEFT JOIN not_paid ON not_paid.line_id = line.id
                   WHERE line.amount_residual + COALESCE(not_paid.amount, 0) > 0) due
            """,
            company=scope.company.id,
            until=scope.until,
            lost=LOST_STATES,
            invoice_share=self.env["sop.collection"]._invoice_share_sql(),
        )

    def _late_sql(self, scope):
        """Each payee's late money, and open money as if it came on the day asked for.

        ``granted`` is the part of its commission that the contract's limit leaves. A deduction is
        ``part`` of the commission, or else the ``interest``. Interest is taken from the
        salespeople's commission alone, a percentage from everybody's.
        """
        return SQL(
            """
            SELECT late.*,
                   CASE late.overdue_mode WHEN 'steps'
                        THEN COALESCE(late.overdue_percent, 0)::numeric / 100
                             * CEIL(late.days_counted::numeric / late.overdue_days)
                   END AS part,
                   CASE WHEN late.role = 'salesperson'
                        THEN ABS(late.taxed) * late.interest_rate / 100
                             * late.days_counted / %(year)s
                        ELSE 0
                   END AS interest
              FROM (SELECT shared.*, version.overdue_mode, version.overdue_percent,
                           version.overdue_days, version.fulfilment_period,
                           COALESCE(limited.granted, 1) AS granted,
                           shared.days_from_due - COALESCE(version.overdue_grace_days, 0)
                               AS days_counted
                      FROM shared
                 LEFT JOIN version ON version.id = shared.plan_id
                 LEFT JOIN contract_month limited
                        ON limited.payee_id = shared.payee_id
                       AND limited.rule_id = shared.rule_id
                       AND limited.contract_id = shared.contract_id
                       AND limited.period = shared.judged_period
                     WHERE %(deducts)s AND (%(deducts_open)s OR NOT shared.is_open)) late
             WHERE late.days_counted > 0
            """,
            deducts=scope.plan_sql(SQL("shared.plan_id"), lambda plan: plan.overdue_mode != "none"),
            deducts_open=scope.plan_sql(SQL("shared.plan_id"), lambda plan: plan.deduct_open),
            year=DAYS_A_YEAR,
        )

    def _deducted_sql(self, commission):
        """What ``late`` money takes from a ``commission`` of it, which is never more than that.

        Money that goes back takes the deduction of the money it takes back with it.
        """
        return SQL(
            """
            (SIGN(%(commission)s) * LEAST(ABS(%(commission)s),
                                          COALESCE(ABS(%(commission)s) * late.part, late.interest)))
            """,
            commission=commission,
        )

    def _overdue_sql(self):
        """Money that came late: its deduction, on the day of the money."""
        return self._deduction_sql("overdue", SQL("NOT late.is_open"))

    def _open_overdue_sql(self):
        """Money that has not come: its deduction until it comes."""
        return self._deduction_sql("open_overdue", SQL("late.is_open"))

    def _deduction_sql(self, kind, condition):
        """``base`` is the commission that the deduction is taken from, ``rate`` its percentage.

        It is the commission of the first tier that the contract's limit leaves.
        """
        return SQL(
            """
            SELECT %(kind)s AS kind,
                   late.payee_id, NULL::integer AS tier_team_id,
                   late.plan_id, late.rule_id, late.contract_id, late.order_id, late.invoice_id,
                   late.date_maturity, late.money_move_id, late.period,
                   late.judged_period, late.money_date,
                   late.raw * late.granted AS base,
                   deduction.amount / (late.raw * late.granted) * 100 AS rate,
                   late.share,
                   late.days_from_due AS days_late,
                   -deduction.amount AS raw
              FROM late
             CROSS JOIN LATERAL (SELECT %(deducted)s AS amount) deduction
             WHERE %(condition)s
               AND late.raw <> 0 AND late.granted > 0 AND deduction.amount <> 0
            """,
            kind=kind,
            condition=condition,
            deducted=self._deducted_sql(SQL("(late.raw * late.granted)")),
        )

    def _tier_overdue_sql(self):
        """What late money takes from what its tier adds to its own commission (B4, B5, C5).

        A rule by tiers has no limit for a contract, so all of its commission is granted. With
        marginal tiers that is added in the month of the money; with retroactive ones each
        month that ends in another tier changes it. ``base`` is what the tier has added in the
        month, ``rate`` the percentage of it that is deducted.
        """
        return SQL(
            """
            SELECT 'tier_overdue' AS kind,
                   late.payee_id, late.subject_id AS tier_team_id,
                   late.plan_id, late.rule_id, late.contract_id, late.order_id, late.invoice_id,
                   late.date_maturity, late.money_move_id, late.tier_period AS period,
                   NULL::date AS money_date,
                   late.added - late.added_before AS base,
                   deduction.amount / NULLIF(late.added - late.added_before, 0) * 100 AS rate,
                   late.share,
                   late.days_from_due AS days_late,
                   -deduction.amount AS raw
              FROM (SELECT late.*, tier_rate.subject_id, tier_rate.period AS tier_period,
                           late.base * tier_rate.factor AS added,
                           CASE WHEN tier_rate.period = late.judged_period THEN 0
                                ELSE late.base * tier_rate.factor_before END AS added_before
                      FROM late
                 LEFT JOIN commission_rule rule ON rule.id = late.rule_id
                      JOIN tier_rate
                        ON tier_rate.rule_id = late.rule_id
                       AND tier_rate.span
                           = DATE_TRUNC(late.fulfilment_period, late.judged_period)::date
                       AND (tier_rate.period = late.judged_period
                            OR (tier_rate.tier_mode = 'retroactive'
                                AND tier_rate.period > late.judged_period))
                       AND CASE WHEN rule.tier_scope = 'team' AND late.team_id IS NOT NULL
                                THEN tier_rate.subject_id = late.team_id
                                ELSE tier_rate.sole_id = late.payee_id END
                     WHERE NOT late.is_open) late
             CROSS JOIN LATERAL (SELECT %(with_tier)s - %(before)s AS amount) deduction
             WHERE deduction.amount <> 0
            """,
            with_tier=self._deducted_sql(SQL("(late.raw + late.added)")),
            before=self._deducted_sql(SQL("(late.raw + late.added_before)")),
        )
