from odoo import api, fields, models
from odoo.tools import SQL, date_utils

from .commission_truth import FACTS, KEY, Scope

# Kinds whose total is exact for a contract as a whole, shared out among its payees.
SHARED_KINDS = ("earned", "overdue", "open_overdue")
# Whose total is rounded once.
GROUP = SQL("contract_id, rule_id, plan_id, kind, group_payee, group_period")


class CommissionLedger(models.AbstractModel):
    """Brings the ledger to what the books say, by adding rows (B1, B4).

    For every row of the truth and of the ledger the difference counts. It is rounded so that the
    ledger's total per contract, rule and kind is the exact total rounded once, and what its
    payees have adds up to it: three payments of a third come to the whole. Where the same money
    only found its invoice, nothing is added.
    """

    _name = "commission.ledger"
    _description = "Keeper of the Commission Ledger"

    @api.model
    def _scope(self, company, until):
        """Return what a calculation of ``company`` until the day ``until`` looks at."""
        return Scope(
            company=company,
            until=until,
            versions=self.env["commission.plan"]._versions(company),
            open_on=self._open_on(company, until),
        )

    @api.model
    def _open_on(self, company, until):
        """Return the last end of a month until ``until``; None when no plan deducts open money."""
        deducting = [
            ("company_id", "=", company.id),
            ("state", "=", "approved"),
            ("deduct_open", "=", True),
            ("overdue_mode", "!=", "none"),
        ]
        if not self.env["commission.plan"].sudo().search_count(deducting, limit=1):
            return None
        month_end = date_utils.end_of(until, "month")
        if until == month_end:
            return until
        return fields.Date.subtract(date_utils.start_of(until, "month"), days=1)

    @api.model
    def _post(self, calculation, since):
        """Add the rows that the ledger lacks and return ``(number of rows, their sum)``.

        :param calculation: the ``commission.calculation`` they are found by; its ``date_to`` is
            the last day looked at
        :param since: the first day that rows may be dated on; what is older is dated so
        """
        self.env["commission.truth"]._prepare_statement()
        scope = self._scope(calculation.company_id, calculation.date_to)
        rows = self.env.execute_query(self._insert_sql(scope, calculation, since))
        self.env["commission.entry"].invalidate_model()
        return rows[0][0], float(rows[0][1] or 0.0)

    # -- SQL, from small parts -----------------------------------------------------------------

    def _with_parts_sql(self, scope, query):
        return SQL(
            """
            WITH compared AS MATERIALIZED (%(compared)s),
                 weighed AS MATERIALIZED (%(weighed)s)
            %(query)s
            """,
            compared=self._compared_sql(scope),
            weighed=self._weighed_sql(),
            query=query,
        )

    def _compared_sql(self, scope):
        """Every row of either side, with its exact amount and what the ledger has of it."""
        facts = SQL(", ").join(
            SQL(
                "COALESCE(MAX(%(name)s) FILTER (WHERE is_truth), MAX(%(name)s)) AS %(name)s",
                name=SQL.identifier(name),
            )
            for name in FACTS
            if name != "base"
        )
        return SQL(
            """
            SELECT sides.*,
                   sides.raw - sides.posted AS difference,
                   plan.currency_id,
                   currency.rounding::numeric AS unit,
                   TRIM_SCALE(1 / currency.rounding::numeric) AS per_unit,
                   CASE WHEN sides.kind IN %(shared)s THEN 0 ELSE payee_id END AS group_payee,
                   CASE WHEN sides.kind IN %(shared)s THEN NULL ELSE period END AS group_period
              FROM (
                  SELECT %(key)s, %(facts)s,
                         SUM(base) AS base, SUM(raw) AS raw, SUM(posted) AS posted
                    FROM (
                        SELECT %(key)s, money_date, base, rate, share, days_late,
                               raw, 0 AS posted, TRUE AS is_truth
                          FROM (%(truth)s) truth
                         UNION ALL
                        SELECT %(key)s, money_date,
                               CASE WHEN kind IN %(shared)s THEN -base ELSE 0 END,
                               rate, share, days_late, 0, amount, FALSE
                          FROM commission_entry
                         WHERE kind <> 'adjustment'
                           AND %(contracts)s
                           AND payee_id IN (SELECT id
                                              FROM commission_payee
                                             WHERE company_id = %(company)s)) rows
                GROUP BY %(sorted_key)s) sides
         LEFT JOIN commission_plan plan ON plan.id = sides.plan_id
         LEFT JOIN res_currency currency ON currency.id = plan.currency_id
            """,
            key=SQL(", ").join(SQL.identifier(name) for name in KEY),
            # What tells most rows apart comes first, so that few columns are compared.
            sorted_key=SQL(", ").join(SQL.identifier(name) for name in reversed(KEY)),
            facts=facts,
            shared=SHARED_KINDS,
            truth=self.env["commission.truth"]._truth_sql(scope),
            contracts=scope.entry_sql(SQL("contract_id")),
            company=scope.company.id,
        )

    def _weighed_sql(self):
        """The rows with what their group lacks, ``missing``, and whether a row has changed.

        A row has changed when it is off by a unit of the currency or more, and its money is so as
        a whole: money that was earmarked and is now matched with its invoice has not changed.
        """
        return SQL(
            """
            SELECT *, BOOL_OR(is_changed) OVER payee AS any_changed
              FROM (
                  SELECT *,
                         ABS(difference) >= unit
                             AND ABS(SUM(difference) OVER money) >= unit AS is_changed,
                         ROW_NUMBER() OVER payee AS position,
                         SUM(posted) OVER payee AS posted_total,
                         %(target)s - %(before)s - SUM(posted) OVER payee AS missing
                    FROM compared
                  WINDOW payee AS (PARTITION BY %(group)s, payee_id),
                         payees AS (PARTITION BY %(group)s ORDER BY payee_id),
                         money AS (PARTITION BY %(group)s, payee_id,
                                                COALESCE(money_move_id, -invoice_id))) rows
            WINDOW payee AS (PARTITION BY %(group)s, payee_id)
            """,
            group=GROUP,
            target=self._rounded_sql(SQL("SUM(raw) OVER payees")),
            before=self._rounded_sql(SQL("SUM(raw) OVER payees - SUM(raw) OVER payee")),
        )

    def _rounded_sql(self, amount):
        """Multiplying is faster than dividing, and exact: any rounding divides a power of ten."""
        return SQL("ROUND((%s) * per_unit) * unit", amount)

    def _rows_sql(self):
        """The rows to add; the last one of a group takes what rounding leaves over."""
        return SQL(
            """
            SELECT *,
                   CASE WHEN is_last THEN missing ELSE %(running)s END - %(before)s AS amount
              FROM (
                  SELECT *,
                         SUM(difference) OVER payee AS running,
                         LEAD(1) OVER payee IS NULL AS is_last
                    FROM (%(moving)s) moving
                  WINDOW payee AS (
                      PARTITION BY %(group)s, payee_id
                      ORDER BY money_date, money_move_id, invoice_id, order_id, date_maturity,
                               period
                      ROWS UNBOUNDED PRECEDING)) rows
            """,
            moving=self._moving_sql(),
            group=GROUP,
            running=self._rounded_sql(SQL("running")),
            before=self._rounded_sql(SQL("running - difference")),
        )

    def _moving_sql(self):
        """The rows that have changed; what else a group lacks is put on its largest row."""
        return SQL(
            """
            SELECT * FROM weighed WHERE is_changed
             UNION ALL
            (SELECT DISTINCT ON (%(group)s, payee_id) *
               FROM weighed
              WHERE missing <> 0 AND NOT any_changed
           ORDER BY %(group)s, payee_id, ABS(difference) DESC, money_date DESC)
            """,
            group=GROUP,
        )

    def _insert_sql(self, scope, calculation, since):
        """Insert the rows and return their number and sum: one statement, all or nothing.

        They are added as they come, contract by contract, so that what they refer to and their
        places in the indexes lie side by side.
        """
        return self._with_parts_sql(
            scope,
            SQL(
                """
                , added AS (
                    INSERT INTO commission_entry (
                        %(key)s, %(facts)s, amount, role, date, calculation_id, create_date)
                    SELECT %(key_rows)s, rows.money_date, %(base)s,
                           rows.rate, share, days_late, rows.amount, rule.role,
                           LEAST(%(until)s, GREATEST(%(since)s, contract.date_effective, COALESCE(
                               money_date, (period + INTERVAL '1 month - 1 day')::date))),
                           %(calculation)s, %(now)s
                      FROM (%(rows)s) rows
                 LEFT JOIN commission_rule rule ON rule.id = rows.rule_id
                 LEFT JOIN sop_contract contract ON contract.id = rows.contract_id
                     WHERE rows.amount <> 0
                 RETURNING amount)
                SELECT COUNT(*), SUM(amount) FROM added
                """,
                key=SQL(", ").join(SQL.identifier(name) for name in KEY),
                key_rows=SQL(", ").join(SQL.identifier("rows", name) for name in KEY),
                facts=SQL(", ").join(SQL.identifier(name) for name in FACTS),
                base=self._rounded_sql(SQL("rows.base")),
                rows=self._rows_sql(),
                until=scope.until,
                since=since,
                calculation=calculation.id,
                now=self.env.cr.now(),
            ),
        )
