from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sales_sop.models.sop_collection import EARMARKED_MONEY

REASONS = [
    ("no_contract", "Not Assigned to a Contract"),
    ("uncertain", "Assigned, but Not Certain Yet"),
    ("not_effective", "Contract Not in Force"),
    ("cancelled", "Contract or Order Cancelled"),
    ("rejected", "Payment Rejected or Cancelled"),
    ("beyond", "More Than the Contract"),
    ("no_plan", "No Commission Plan of That Day"),
    ("no_lines", "The Contract Sells Nothing"),
    ("no_rule", "No Rule of the Plan Matches"),
    ("no_cost", "Cost Not Known, so No Margin"),
    ("no_payee", "Nobody Is the Payee"),
    ("no_share", "Nobody Is Named for the Manager or the Pool"),
]
# What is no concern of the salesperson, whose own commission is earned.
OTHERS_REASONS = ("no_share",)


class CommissionBlocked(models.Model):
    """Money that earns nothing yet, with the reason (B2).

    Amounts include tax. They are the company's money where the reason is about the payment, and
    the contract's where it is about what the contract earns.
    """

    _name = "commission.blocked"
    _description = "Money Without Commission"
    _inherit = ["commission.report"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reason"
    _row_keys = {
        "company_id": "id",
        "date": "date",
        "reason": "text",
        "money_move_id": "id",
        "contract_id": "id",
        "invoice_id": "id",
    }

    reason = fields.Selection(REASONS, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    contract_id = fields.Many2one("sop.contract", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    money_move_id = fields.Many2one("account.move", string="Money", readonly=True)
    invoice_id = fields.Many2one("account.move", readonly=True)
    date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    remedy = fields.Char(compute="_compute_remedy")

    def _compute_remedy(self):
        remedies = self._remedies()
        for row in self:
            row.remedy = remedies.get(row.reason)

    @api.model
    def _remedies(self):
        """Return ``{reason: what to do about it}``."""
        return {
            "no_contract": self.env._("Let finance earmark the money to its contract."),
            "uncertain": self.env._("It counts when the bank has it, as the sales policy says."),
            "not_effective": self.env._("Let the contract be countersigned."),
            "cancelled": self.env._(
                "Let finance pay the money back, or earmark it to another contract."
            ),
            "rejected": self.env._("Collect the money again."),
            "beyond": self.env._(
                "Let finance give the money back or earmark it to another contract, or let the "
                "contract be amended."
            ),
            "no_plan": self.env._("Let a plan that starts earlier be approved."),
            "no_lines": self.env._(
                "Let finance earmark the money to the order or the contract that it pays for."
            ),
            "no_rule": self.env._("Add a rule for what was sold to the next version of the plan."),
            "no_cost": self.env._("Invoice the order, so that the cost is known."),
            "no_payee": self.env._(
                "Make the salesperson a payee, or record a split of the contract or the team."
            ),
            "no_share": self.env._(
                "Record a split of the team for its manager or its pool that begins earlier."
            ),
        }

    def _rows_sql(self, scope):
        """Return the SELECT of the rows; a contract that has paid all of it back has none."""
        lists = [
            self._without_contract_sql(scope),
            self._rejected_sql(scope),
            self._rejected_matched_sql(scope),
            self._rejected_earned_sql(scope),
            *self._contract_lists(scope),
        ]
        return self.env["commission.truth"]._with_sql(
            self.env["commission.truth"]._earned_parts(scope),
            SQL(
                """
                SELECT reason,
                       %(company)s AS company_id,
                       contract.id AS contract_id,
                       COALESCE(contract.partner_id, money.commercial_partner_id) AS partner_id,
                       contract.user_id,
                       blocked.money_move_id,
                       NULLIF(blocked.invoice_id, 0) AS invoice_id,
                       blocked.date,
                       COALESCE(blocked.currency_id, contract.currency_id) AS currency_id,
                       blocked.amount
                  FROM (SELECT lists.*,
                               SUM(amount) OVER (PARTITION BY reason, contract_id) AS left_over
                          FROM (%(lists)s) lists) blocked
             LEFT JOIN sop_contract contract ON contract.id = blocked.contract_id
             LEFT JOIN account_move money ON money.id = blocked.money_move_id
                 WHERE ROUND(blocked.amount, 2) <> 0
                   AND ROUND(blocked.left_over, 2) <> 0
                """,
                company=scope.company.id,
                lists=SQL(" UNION ALL ").join(lists),
            ),
        )

    def _contract_lists(self, scope):
        """Return the lists of money that has a contract."""
        return [
            self._not_effective_sql(),
            self._beyond_sql(),
            self._without_plan_sql(scope),
            self._without_lines_sql(),
            self._without_rule_sql(scope),
            self._without_payee_sql(),
        ]

    def _of_contract_sql(self, scope):
        """Return the SELECT of ``reason, amount`` of the contracts of ``scope``.

        The amounts are in the contract's currency.
        """
        return self.env["commission.truth"]._with_sql(
            self.env["commission.truth"]._earned_parts(scope),
            SQL(
                "SELECT reason, SUM(amount) AS amount FROM (%s) blocked GROUP BY reason",
                SQL(" UNION ALL ").join(self._contract_lists(scope)),
            ),
        )

    # -- SQL, one reason each ------------------------------------------------------------------

    def _without_contract_sql(self, scope):
        """Money that customers paid, less what of it counts for a contract.

        What came before the first plan is nobody's concern here.
        """
        return SQL(
            """
            (WITH received AS MATERIALIZED (%(received)s)
            SELECT CASE WHEN earmark.money_move_id IS NULL THEN 'no_contract' ELSE 'uncertain' END
                       AS reason,
                   earmark.contract_id,
                   received.id AS money_move_id,
                   NULL::integer AS invoice_id,
                   received.date,
                   %(currency)s AS currency_id,
                   received.amount - COALESCE(counted.amount, 0) AS amount
              FROM received
         LEFT JOIN (%(counted)s) counted ON counted.money_move_id = received.id
         LEFT JOIN (SELECT COALESCE(payment.move_id, statement_line.move_id) AS money_move_id,
                           MIN(allocation.contract_id) AS contract_id
                      FROM sop_payment_allocation allocation
                           %(earmarked_money)s
                  GROUP BY 1) earmark
                ON earmark.money_move_id = received.id AND counted.money_move_id IS NULL
             WHERE received.amount - COALESCE(counted.amount, 0) > 0
               AND received.date BETWEEN %(first_day)s AND %(until)s)
            """,
            currency=scope.company.currency_id.id,
            received=self._received_sql(scope),
            counted=self._counted_money_sql(scope),
            earmarked_money=EARMARKED_MONEY,
            first_day=self._first_day(scope),
            until=scope.until,
        )

    def _counted_money_sql(self, scope):
        """What of each money counts for contracts, in the company's money at the money's own rate.

        At the frozen rate of a contract more or less of it would count than was received.
        """
        return SQL(
            """
            SELECT collected.money_move_id,
                   SUM(collected.amount
                       * CASE WHEN paid.amount_invoice <> 0
                              THEN paid.amount / CASE WHEN paid.currency_id = sold.currency_id
                                                      THEN paid.amount_invoice
                                                      ELSE paid.amount_company * sold.currency_rate
                                                 END * received.rate
                              WHEN collected.invoice_id = 0
                                   AND received.currency_id = sold.currency_id
                              THEN received.rate
                              ELSE 1 / contract.currency_rate END) AS amount
              FROM collected
              JOIN contract ON contract.id = collected.contract_id
              JOIN sop_contract sold ON sold.id = collected.contract_id
              JOIN received ON received.id = collected.money_move_id
         LEFT JOIN (%(paid)s) paid
                ON paid.money_id = collected.money_move_id
               AND paid.invoice_id = collected.invoice_id
          GROUP BY collected.money_move_id
            """,
            paid=self._foreign_paid_sql(scope),
        )

    def _foreign_paid_sql(self, scope):
        """What money paid on an invoice where one of them is foreign, in both their currencies.

        What an exchange difference took from the money was paid on the invoice, too.
        """
        return SQL(
            """
            SELECT money_id, invoice_id, MIN(currency_id) AS currency_id, SUM(amount) AS amount,
                   SUM(amount_invoice) AS amount_invoice, SUM(amount_company) AS amount_company
              FROM (
                  SELECT credit.move_id AS money_id,
                         debit.move_id AS invoice_id,
                         debit.currency_id,
                         partial.credit_amount_currency AS amount,
                         partial.debit_amount_currency AS amount_invoice,
                         partial.amount AS amount_company
                    FROM account_partial_reconcile partial
                    JOIN account_move_line credit ON credit.id = partial.credit_move_id
                    JOIN account_move_line debit ON debit.id = partial.debit_move_id
                   WHERE partial.company_id = %(company)s
                     AND (partial.credit_currency_id <> %(currency)s
                          OR partial.debit_currency_id <> %(currency)s)
                   UNION ALL
                  SELECT credit.move_id, invoice.move_id, invoice.currency_id,
                         partial.credit_amount_currency, 0, 0
                    FROM account_partial_reconcile origin
                    JOIN account_move_line invoice ON invoice.id = origin.debit_move_id
                    JOIN account_move_line debit ON debit.move_id = origin.exchange_move_id
                    JOIN account_partial_reconcile partial ON partial.debit_move_id = debit.id
                    JOIN account_move_line credit ON credit.id = partial.credit_move_id
                   WHERE origin.company_id = %(company)s
                     AND origin.exchange_move_id IS NOT NULL) parts
          GROUP BY money_id, invoice_id
            """,
            company=scope.company.id,
            currency=scope.company.currency_id.id,
        )

    def _first_day(self, scope):
        return scope.versions[0][1] if scope.versions else scope.until

    def _received_sql(self, scope):
        """What customers paid, in the company's money: the cash part of each of their entries.

        A discount, a bank fee and a write-off in the entry are no money. What was paid back to
        the customers out of it is not there any more. ``rate`` is the company's money for one
        unit of the entry's.
        """
        return SQL(
            """
            SELECT money.id, money.date,
                   MIN(line.currency_id) AS currency_id,
                   SUM(line.balance) / NULLIF(SUM(line.amount_currency), 0) AS rate,
                   LEAST(-SUM(line.balance), MAX(cash.amount)) - COALESCE(SUM(back.amount), 0)
                       AS amount
              FROM account_move money
              JOIN account_journal journal ON journal.id = money.journal_id
         LEFT JOIN account_payment payment ON payment.id = money.origin_payment_id
              JOIN LATERAL (
                   SELECT SUM(item.balance) AS amount
                     FROM account_move_line item
                    WHERE item.move_id = money.id AND %(is_cash)s) cash ON TRUE
              JOIN account_move_line line ON line.move_id = money.id
              JOIN account_account account
                ON account.id = line.account_id AND account.account_type = 'asset_receivable'
         LEFT JOIN LATERAL (
                   SELECT SUM(partial.credit_amount_currency)
                              * line.balance / NULLIF(line.amount_currency, 0) AS amount
                     FROM account_partial_reconcile partial
                     JOIN account_move_line debit ON debit.id = partial.debit_move_id
                     JOIN account_move paid_back ON paid_back.id = debit.move_id
                    WHERE partial.credit_move_id = line.id
                      AND (paid_back.origin_payment_id IS NOT NULL
                           OR paid_back.statement_line_id IS NOT NULL)) back ON TRUE
             WHERE money.company_id = %(company)s
               AND %(is_asked)s
               AND money.state = 'posted'
               AND (payment.state IN ('in_process', 'paid')
                    OR money.statement_line_id IS NOT NULL)
          GROUP BY money.id, money.date
            HAVING SUM(line.balance) < 0
            """,
            company=scope.company.id,
            is_asked=scope.money_sql(SQL("money.id")),
            is_cash=self.env["sop.collection"]._is_liquidity_sql(
                SQL("item.account_id"),
                SQL("payment.outstanding_account_id"),
                SQL("journal.default_account_id"),
            ),
        )

    def _rejected_sql(self, scope):
        """An earmark without its money, as far as no other money came for the contract.

        For an order that is cancelled nothing is to be collected.
        """
        return SQL(
            """
            SELECT 'rejected', contract.id, payment.move_id, NULL::integer,
                   payment.date, allocation.currency_id,
                   GREATEST(0, LEAST(
                       allocation.amount::numeric,
                       (contract.amount_total::numeric
                           - COALESCE(contract.opening_amount_collected, 0)::numeric
                           - (SELECT COALESCE(SUM(amount), 0)
                                FROM collected
                               WHERE collected.contract_id = contract.id))
                       * CASE WHEN allocation.currency_id = contract.currency_id THEN 1
                              ELSE payment.amount / NULLIF(
                                  ABS(payment.amount_company_currency_signed)
                                  * contract.currency_rate::numeric, 0) END))
              FROM sop_payment_allocation allocation
              JOIN account_payment payment ON payment.id = allocation.payment_id
              JOIN sop_contract contract ON contract.id = allocation.contract_id
         LEFT JOIN sale_order so ON so.id = allocation.order_id
             WHERE payment.company_id = %s
               AND %s
               AND payment.state IN ('draft', 'canceled', 'rejected')
               AND so.state IS DISTINCT FROM 'cancel'
            """,
            scope.company.id,
            scope.contract_sql(SQL("contract.id")),
        )

    def _rejected_matched_sql(self, scope):
        """A payment that was registered from an invoice and is still matched with it.

        With it may be matched what was written off besides.
        """
        return SQL(
            """
            SELECT 'rejected', contract.id, payment.move_id, invoice.id, payment.date, %(currency)s,
                   LEAST(SUM(partial.amount),
                         ABS(MIN(payment.amount_company_currency_signed)))
              FROM account_payment payment
              JOIN account_move_line line ON line.move_id = payment.move_id
              JOIN account_partial_reconcile partial ON partial.credit_move_id = line.id
              JOIN account_move_line debit ON debit.id = partial.debit_move_id
              JOIN account_move invoice ON invoice.id = debit.move_id
              JOIN LATERAL (
                   SELECT COALESCE(invoice.sop_contract_id, MIN(so.sop_contract_id)) AS id
                     FROM account_move_line item
                     JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                     JOIN sale_order_line sol ON sol.id = rel.order_line_id
                     JOIN sale_order so ON so.id = sol.order_id
                    WHERE item.move_id = invoice.id) contract ON contract.id IS NOT NULL
             WHERE %(is_lost)s
          GROUP BY contract.id, payment.id, invoice.id
            """,
            currency=scope.company.currency_id.id,
            is_lost=self._is_lost_sql(scope),
        )

    def _rejected_earned_sql(self, scope):
        """A payment whose commission the next calculation takes back."""
        return SQL(
            """
            SELECT 'rejected', MIN(entry.contract_id), payment.move_id, MIN(entry.invoice_id),
                   payment.date, payment.currency_id, payment.amount::numeric
              FROM account_payment payment
              JOIN commission_entry entry ON entry.money_move_id = payment.move_id
             WHERE %(is_lost)s
               AND NOT EXISTS (
                   SELECT FROM account_move_line line
                     JOIN account_partial_reconcile partial ON partial.credit_move_id = line.id
                    WHERE line.move_id = payment.move_id)
          GROUP BY payment.id
            HAVING SUM(entry.amount) <> 0
            """,
            is_lost=self._is_lost_sql(scope),
        )

    def _is_lost_sql(self, scope):
        """A customer's payment that is none any more, and was earmarked to nothing."""
        return SQL(
            """
            payment.company_id = %s
            AND payment.payment_type = 'inbound'
            AND payment.state IN ('draft', 'canceled', 'rejected')
            AND NOT EXISTS (SELECT FROM sop_payment_allocation allocation
                             WHERE allocation.payment_id = payment.id)
            """,
            scope.company.id,
        )

    def _not_effective_sql(self):
        return SQL(
            """
            SELECT CASE sop_contract.state WHEN 'cancelled' THEN 'cancelled'
                                           ELSE 'not_effective' END AS reason,
                   contract_id, money_move_id, invoice_id, date, NULL::integer, amount
              FROM dated
              JOIN contract ON contract.id = dated.contract_id AND NOT contract.is_effective
              JOIN sop_contract ON sop_contract.id = contract.id
            """
        )

    def _beyond_sql(self):
        """What is left of the money that came when the contract had collected its total."""
        return SQL(
            """
            SELECT 'beyond', contract_id, money_move_id, invoice_id, date, NULL::integer, amount
              FROM (SELECT rest.contract_id, money_move_id, invoice_id, date,
                           SUM(amount) AS amount,
                           SUM(SUM(amount)) OVER (PARTITION BY rest.contract_id) AS left_over
                      FROM (SELECT contract_id, money_move_id, invoice_id, date, amount
                              FROM collected
                             UNION ALL
                            SELECT contract_id, money_move_id, invoice_id, date, -amount
                              FROM counted) rest
                      JOIN paid_up ON paid_up.contract_id = rest.contract_id
                  GROUP BY rest.contract_id, money_move_id, invoice_id, date) beyond
              JOIN contract ON contract.id = beyond.contract_id AND contract.is_effective
             WHERE ROUND(left_over, 6) > 0
            """
        )

    def _without_plan_sql(self, scope):
        """Money that came since the first plan, of a contract or an invoice from before it."""
        return SQL(
            """
            SELECT 'no_plan', contract_id, money_move_id, invoice_id, date, NULL::integer, amount
              FROM dated
              JOIN contract ON contract.id = dated.contract_id AND contract.is_effective
             WHERE plan_id IS NULL AND date >= %s
            """,
            self._first_day(scope),
        )

    def _without_lines_sql(self):
        """Money for an order or an invoice on which nothing is sold, so no rule can match.

        A call-off that is cancelled leaves its money to a contract that goes on.
        """
        return SQL(
            """
            SELECT CASE so.state WHEN 'cancel' THEN 'cancelled' ELSE 'no_lines' END,
                   contract_id, money_move_id, invoice_id, date, NULL::integer, amount
              FROM dated
              JOIN contract ON contract.id = dated.contract_id AND contract.is_effective
         LEFT JOIN sale_order so ON so.id = dated.order_id
         LEFT JOIN item_total ON item_total.thing = dated.thing AND item_total.taxed <> 0
             WHERE dated.plan_id IS NOT NULL AND item_total.thing IS NULL
            """
        )

    def _without_rule_sql(self, scope):
        """The part of each money that no salesperson's rule is for."""
        return SQL(
            """
            SELECT 'no_rule', dated.contract_id, dated.money_move_id, dated.invoice_id,
                   dated.date, NULL::integer,
                   dated.amount * (1 - COALESCE(ruled.taxed, 0) / item_total.taxed)
              FROM dated
              JOIN contract ON contract.id = dated.contract_id AND contract.is_effective
              JOIN item_total ON item_total.thing = dated.thing AND item_total.taxed <> 0
         LEFT JOIN (SELECT mix.thing, mix.plan_id, SUM(mix.taxed) AS taxed
                      FROM mix
                     WHERE %(is_for_sellers)s
                  GROUP BY mix.thing, mix.plan_id) ruled
                ON ruled.thing = dated.thing AND ruled.plan_id = dated.plan_id
             WHERE dated.plan_id IS NOT NULL
            """,
            is_for_sellers=scope.rule_sql(
                SQL("mix.rule_id"), lambda rule: rule.role == "salesperson"
            ),
        )

    def _without_payee_sql(self):
        """Money with a rule that nobody earns with, or whose margin is not known.

        A manager or a pool that nobody has named earns nothing, and nothing is missing then; one
        that was named later has a reason of its own. A money for which several roles lack
        something is listed once.
        """
        return SQL(
            """
            SELECT CASE WHEN is_without_cost THEN 'no_cost'
                        WHEN BOOL_OR(role = 'salesperson') THEN 'no_payee'
                        ELSE 'no_share' END,
                   contract_id, money_move_id, invoice_id, date, NULL::integer,
                   (ARRAY_AGG(amount ORDER BY ABS(amount) DESC))[1]
              FROM (SELECT part.raw IS NULL AS is_without_cost, part.role,
                           part.contract_id, part.money_move_id, part.invoice_id, part.date,
                           SUM(part.taxed * part.share / 100 * contract.currency_rate
                               / version.currency_rate::numeric) AS amount
                      FROM (%s) part
                 LEFT JOIN version ON version.id = part.plan_id
                      JOIN contract ON contract.id = part.contract_id
                     WHERE (part.payee_id IS NULL OR part.raw IS NULL)
                       AND (part.role = 'salesperson'
                            OR part.payee_id IS NOT NULL
                            OR EXISTS (SELECT FROM share
                                        WHERE share.role = part.role
                                          AND share.subject_id = part.team_id))
                  GROUP BY 1, 2, 3, 4, 5, 6) lacking
          GROUP BY is_without_cost, contract_id, money_move_id, invoice_id, date
            """,
            self.env["commission.truth"]._shared_part_sql(),
        )
