from odoo import models
from odoo.tools import SQL

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
        so that a calculation made later finds what one made that day would have found.
        """
        return SQL(
            """
            SELECT *
              FROM (
                  WITH matched_later AS MATERIALIZED (
                           SELECT debit_move_id AS line_id,
                                  SUM(amount) AS amount,
                                  SUM(debit_amount_currency) AS amount_currency
                             FROM account_partial_reconcile
                            WHERE max_date > %(until)s
                         GROUP BY debit_move_id),
                       invoice AS MATERIALIZED (
                           SELECT id, sop_contract_id
                             FROM account_move
                            WHERE state = 'posted'
                              AND move_type = 'out_invoice'
                              AND (payment_state NOT IN ('paid', 'in_payment', 'reversed')
                                   OR id IN (SELECT line.move_id
                                               FROM matched_later
                                               JOIN account_move_line line
                                                 ON line.id = matched_later.line_id))
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
                                         + COALESCE(later.amount_currency, 0)
                                    ELSE (line.amount_residual + COALESCE(later.amount, 0))
                                         * contract.currency_rate
                               END AS amount
                    FROM invoice
                    JOIN account_move_line line ON line.move_id = invoice.id
                    JOIN account_account account
                      ON account.id = line.account_id
                     AND account.account_type = 'asset_receivable'
                    JOIN invoice_share ON invoice_share.move_id = invoice.id
                    JOIN sop_contract contract ON contract.id = invoice_share.contract_id
               LEFT JOIN matched_later later ON later.line_id = line.id
                   WHERE line.amount_residual + COALESCE(later.amount, 0) > 0) due
            """,
            company=scope.company.id,
            until=scope.until,
            invoice_share=self.env["sop.collection"]._invoice_share_sql(),
        )

    def _overdue_sql(self):
        """Money that came late: its deduction, on the day of the money."""
        return self._deduction_sql("overdue", SQL("NOT shared.is_open"))

    def _open_overdue_sql(self):
        """Money that has not come: its deduction until it comes."""
        return self._deduction_sql("open_overdue", SQL("shared.is_open"))

    def _deduction_sql(self, kind, condition):
        """``base`` is the commission that the deduction is taken from, ``rate`` its percentage.

        It is the commission that the contract's limit leaves, and a deduction is never more than
        that. Money that goes back takes the deduction of the money it takes back with it. Interest
        is taken from the salespeople's commission alone, a percentage from everybody's.
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
              FROM (SELECT shared.*, version.overdue_mode, version.overdue_percent,
                           version.overdue_days,
                           COALESCE(limited.granted, 1) AS granted,
                           shared.days_from_due - COALESCE(version.overdue_grace_days, 0)
                               AS days_counted
                      FROM shared
                      JOIN version ON version.id = shared.plan_id
                 LEFT JOIN contract_month limited
                        ON limited.payee_id = shared.payee_id
                       AND limited.rule_id = shared.rule_id
                       AND limited.contract_id = shared.contract_id
                       AND limited.period = shared.judged_period
                     WHERE shared.raw <> 0
                       AND %(condition)s
                       AND (version.deduct_open OR NOT shared.is_open)
                       AND version.overdue_mode <> 'none') late
             CROSS JOIN LATERAL (
                   SELECT SIGN(late.raw) * LEAST(ABS(late.raw) * late.granted, CASE
                       WHEN late.overdue_mode = 'steps'
                       THEN ABS(late.raw) * late.granted
                            * COALESCE(late.overdue_percent, 0)::numeric / 100
                            * CEIL(late.days_counted::numeric / late.overdue_days)
                       WHEN late.role = 'salesperson'
                       THEN ABS(late.taxed) * late.interest_rate / 100
                            * late.days_counted / %(year)s
                       ELSE 0 END) AS amount) deduction
             WHERE late.days_counted > 0 AND late.granted > 0 AND deduction.amount <> 0
            """,
            kind=kind,
            condition=condition,
            year=DAYS_A_YEAR,
        )
