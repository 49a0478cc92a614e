from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, float_round

from . import money_certainty

# The receivable lines of an entry are its customer's account; only these carry collected money.
RECEIVABLE = SQL("'asset_receivable'")
INVOICE_TYPES = SQL("('out_invoice', 'out_refund', 'out_receipt')")


class SopCollection(models.Model):
    """Collected money, one row per contract, order and money move; read from the books.

    Three kinds of rows (C1, C3):

    * ``invoice``: cash reconciled with an invoice of the contract. An invoice that serves several
      orders shares it pro rata of their product lines, tax included.
    * ``earmark``: the part of an earmark that has not reached an invoice of its contract yet, and
      at most what is still open on the money. Of a contract from before the go-live, money that
      was reconciled with an opening entry counts too: it has paid no invoice of a contract.
    * ``opening``: what such a contract had collected before the go-live.

    Money is a posted entry of a payment in process or paid, or of a bank statement line, that is
    as certain as the contract's policy asks for its kind (see ``money_certainty``). Credit
    notes, write-offs and exchange differences are not money. Where the money's entry credits the
    customer with more than the cash received (discount, write-off, bank fee), only the cash
    counts: ``factor = min(1, liquidity / receivable)``.

    Amounts are in the contract's currency: the invoice's own amount when the currency is the
    same, else the company's amount at the contract's frozen rate.
    """

    _name = "sop.collection"
    _description = "Collected Money"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "contract_id"

    contract_id = fields.Many2one("sop.contract", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    money_move_id = fields.Many2one("account.move", string="Money", readonly=True)
    payment_id = fields.Many2one("account.payment", readonly=True)
    invoice_id = fields.Many2one("account.move", readonly=True)
    date = fields.Date(readonly=True)
    date_maturity = fields.Date(
        string="Due Date",
        readonly=True,
        help="When the instalment that the money paid was due; empty for money in advance.",
    )
    kind = fields.Selection(
        [("invoice", "Paid Invoice"), ("earmark", "Earmarked"), ("opening", "Opening")],
        readonly=True,
    )
    amount = fields.Monetary(string="Collected", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (
                       ORDER BY contract_id, date, money_move_id, kind, invoice_id, order_id,
                                date_maturity) AS id,
                   rows.*
              FROM (%s) rows
            """,
            self._rows_sql(),
        )

    @api.model
    def _collected(self, contracts):
        """Return ``{contract id: money collected, in the contract's currency}``, read now.

        Contracts without money are missing from the result.
        """
        amounts, roundings = defaultdict(float), {}
        for contract_id, __, amount, rounding in self._collected_parts(contracts):
            amounts[contract_id] += amount
            roundings[contract_id] = rounding
        return {
            contract_id: float_round(amount, precision_rounding=roundings[contract_id])
            for contract_id, amount in amounts.items()
        }

    @api.model
    def _collected_parts(self, contracts):
        """Return ``[(contract id, order id or None, money, rounding)]``, read now.

        The money is not rounded; the rounding of the contract's currency comes with it, because
        reading the contract would take longer than the rest.
        """
        if not contracts.ids:
            return []
        self._flush_sources()
        rows = self.env.execute_query(
            SQL(
                """SELECT rows.contract_id, rows.order_id, SUM(rows.amount), currency.rounding
                     FROM (%s) rows
                     JOIN res_currency currency ON currency.id = rows.currency_id
                 GROUP BY rows.contract_id, rows.order_id, currency.rounding""",
                self._rows_sql(contracts.ids),
            )
        )
        return [
            (contract_id, order_id, float(amount), float(rounding))
            for contract_id, order_id, amount, rounding in rows
        ]

    @api.model
    def _flush_sources(self):
        for model in (
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "account.payment",
            "sale.order",
            "sale.order.line",
            "sop.contract",
            "sop.money.paper",
            "sop.payment.allocation",
        ):
            self.env[model].flush_model()

    # -- SQL, from small parts -----------------------------------------------------------------

    @api.model
    def _rows_sql(self, contract_ids=None):
        """Return the SELECT of all rows, or of the rows of ``contract_ids`` only.

        A plain view cannot serve the gates: the planner would compute every contract's rows to
        find one's. With the ids inside the parts only their invoices and money are read. Each
        part joins few tables: beyond eight the planner takes them in the order in which they are
        written, and planning took longer than the work.
        """
        return SQL(
            """
            WITH scope AS MATERIALIZED (%(scope)s),
                 invoice AS MATERIALIZED (%(invoice)s),
                 invoice_share AS MATERIALIZED (%(invoice_share)s),
                 invoice_line AS MATERIALIZED (%(invoice_line)s),
                 partial AS MATERIALIZED (%(partial)s),
                 allocation AS MATERIALIZED (%(allocation)s),
                 entry AS MATERIALIZED (%(entry)s),
                 money AS MATERIALIZED (%(money)s),
                 cash AS MATERIALIZED (%(cash)s),
                 paid AS MATERIALIZED (%(paid)s),
                 earmark AS MATERIALIZED (%(earmark)s)
            %(invoice_rows)s
            UNION ALL
            %(earmark_rows)s
            UNION ALL
            %(opening_rows)s
            """,
            scope=self._scope_sql(contract_ids),
            invoice=self._invoice_sql(contract_ids),
            invoice_share=self._invoice_share_sql(),
            invoice_line=self._invoice_line_sql(),
            partial=self._partial_sql(),
            allocation=self._allocation_sql(),
            entry=self._entry_sql(),
            money=self._money_sql(),
            cash=self._cash_sql(),
            paid=self._paid_sql(),
            earmark=self._earmark_sql(),
            invoice_rows=self._invoice_rows_sql(contract_ids),
            earmark_rows=self._earmark_rows_sql(contract_ids),
            opening_rows=self._opening_rows_sql(contract_ids),
        )

    def _scope_sql(self, contract_ids):
        """The contracts asked for and those that share earmarked money with them."""
        if contract_ids is None:
            return SQL("SELECT id FROM sop_contract")
        return SQL(
            """
            SELECT UNNEST(%(ids)s) AS id
             UNION
            SELECT other.contract_id
              FROM sop_payment_allocation mine
              JOIN sop_payment_allocation other ON other.payment_id = mine.payment_id
             WHERE mine.contract_id = ANY(%(ids)s)
             UNION
            SELECT other.contract_id
              FROM sop_payment_allocation mine
              JOIN sop_payment_allocation other
                ON other.statement_line_id = mine.statement_line_id
             WHERE mine.contract_id = ANY(%(ids)s)
            """,
            ids=list(contract_ids),
        )

    def _invoice_sql(self, contract_ids):
        """The posted invoices and credit notes of the contracts in scope."""
        if contract_ids is None:
            return SQL(
                """SELECT id, sop_contract_id
                     FROM account_move
                    WHERE state = 'posted' AND move_type IN %s""",
                INVOICE_TYPES,
            )
        return SQL(
            """
            SELECT move.id, move.sop_contract_id
              FROM (SELECT line.move_id AS id
                      FROM scope
                      JOIN sale_order so ON so.sop_contract_id = scope.id
                      JOIN sale_order_line sol ON sol.order_id = so.id
                      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                      JOIN account_move_line line ON line.id = rel.invoice_line_id
                     UNION
                    SELECT own.id
                      FROM scope
                      JOIN account_move own ON own.sop_contract_id = scope.id) found
              JOIN account_move move ON move.id = found.id
             WHERE move.state = 'posted' AND move.move_type IN %s
            """,
            INVOICE_TYPES,
        )

    def _invoice_share_sql(self):
        """Per invoice, contract and order: its share of the invoice's product lines, taxed."""
        return SQL(
            """
            SELECT move_id,
                   contract_id,
                   order_id,
                   SUM(price_total)
                       / NULLIF(SUM(SUM(price_total)) OVER (PARTITION BY move_id), 0) AS share
              FROM (
                  SELECT DISTINCT ON (line.id)
                         line.id,
                         line.move_id,
                         line.price_total,
                         sol.order_id,
                         COALESCE(so.sop_contract_id, invoice.sop_contract_id) AS contract_id
                    FROM invoice
                    JOIN account_move_line line
                      ON line.move_id = invoice.id AND line.display_type = 'product'
               LEFT JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
               LEFT JOIN sale_order_line sol ON sol.id = rel.order_line_id
               LEFT JOIN sale_order so ON so.id = sol.order_id
                ORDER BY line.id, sol.id) lines
          GROUP BY move_id, contract_id, order_id
            """
        )

    def _invoice_line_sql(self):
        """The receivable lines of the invoices: one for each instalment."""
        return SQL(
            """
            SELECT line.id, line.move_id, line.currency_id, line.date_maturity
              FROM invoice
              JOIN account_move_line line ON line.move_id = invoice.id
              JOIN account_account account
                ON account.id = line.account_id AND account.account_type = %s
            """,
            RECEIVABLE,
        )

    def _partial_sql(self):
        """Reconciliations of the invoices, from the invoice's side."""
        sides = [
            # A customer pays: the invoice is the debit side. We pay back: the credit side.
            (SQL("debit"), SQL("credit"), SQL("1")),
            (SQL("credit"), SQL("debit"), SQL("-1")),
        ]
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT invoice_line.move_id AS invoice_id,
                       money_line.move_id AS money_id,
                       invoice_line.currency_id AS invoice_currency_id,
                       invoice_line.date_maturity,
                       partial.amount,
                       partial.%(mine)s_amount_currency AS amount_invoice,
                       partial.%(other)s_amount_currency AS amount_money,
                       %(sign)s AS sign
                  FROM invoice_line
                  JOIN account_partial_reconcile partial
                    ON partial.%(mine)s_move_id = invoice_line.id
                  JOIN account_move_line money_line
                    ON money_line.id = partial.%(other)s_move_id
                """,
                mine=mine,
                other=other,
                sign=sign,
            )
            for mine, other, sign in sides
        )

    def _allocation_sql(self):
        """The earmarks of the contracts in scope, and the entries of their money."""
        return SQL(
            """
            SELECT allocation.id,
                   allocation.contract_id,
                   allocation.order_id,
                   allocation.currency_id,
                   allocation.amount,
                   COALESCE(payment.move_id, statement_line.move_id) AS money_id
              FROM scope
              JOIN sop_payment_allocation allocation ON allocation.contract_id = scope.id
         LEFT JOIN account_payment payment ON payment.id = allocation.payment_id
         LEFT JOIN account_bank_statement_line statement_line
                ON statement_line.id = allocation.statement_line_id
            """
        )

    def _entry_sql(self):
        """The entries that are money (C3), how certain each is, and what its accounts are."""
        return SQL(
            """
            SELECT money.id,
                   money.date,
                   money.origin_payment_id AS payment_id,
                   money.statement_line_id,
                   payment.outstanding_account_id,
                   money_journal.default_account_id,
                   money_journal.suspense_account_id,
                   %(certainty)s
              FROM (SELECT money_id AS id FROM partial
                     UNION
                    SELECT money_id FROM allocation) found
              JOIN account_move money ON money.id = found.id
         LEFT JOIN account_payment payment ON payment.id = money.origin_payment_id
                   %(joins)s
             WHERE money.state = 'posted'
               AND (payment.state IN ('in_process', 'paid')
                    OR money.statement_line_id IS NOT NULL)
            """,
            certainty=money_certainty.COLUMNS,
            joins=money_certainty.JOINS,
        )

    def _money_sql(self):
        """Each money with the cash part of its entry, and what of it is open.

        ``factor`` is 1 unless the entry holds discounts or fees. ``open`` is the customer's open
        credit in the money's currency, ``rate`` the company's money for one unit of it.
        """
        return SQL(
            """
            SELECT entry.id,
                   MIN(entry.date) AS date,
                   MIN(entry.payment_id) AS payment_id,
                   MIN(entry.money_kind) AS money_kind,
                   MIN(entry.certainty) AS certainty,
                   LEAST(1.0, COALESCE(
                       ABS(SUM(line.balance) FILTER (WHERE %(liquidity)s))
                       / NULLIF(ABS(SUM(line.balance) FILTER (WHERE %(credited)s)), 0), 0))
                       AS factor,
                   COALESCE(GREATEST(0, -SUM(
                       CASE WHEN account.account_type = %(receivable)s
                            THEN line.amount_residual_currency
                            ELSE line.amount_currency END) FILTER (WHERE %(credited)s)), 0)
                       AS open,
                   ABS(SUM(line.balance) FILTER (WHERE %(credited)s))
                       / NULLIF(ABS(SUM(line.amount_currency) FILTER (WHERE %(credited)s)), 0)
                       AS rate
              FROM entry
              JOIN account_move_line line ON line.move_id = entry.id
              JOIN account_account account ON account.id = line.account_id
          GROUP BY entry.id
            """,
            receivable=RECEIVABLE,
            liquidity=SQL(
                """account.account_type IN ('asset_cash', 'liability_credit_card')
                   OR line.account_id IN (entry.outstanding_account_id,
                                          entry.default_account_id)"""
            ),
            credited=self._credited_sql(),
        )

    def _credited_sql(self):
        """Lines of the money's entry that credit the customer.

        A bank line that is not matched yet stands on its journal's suspense account.
        """
        return SQL(
            """(account.account_type = %s
                OR (entry.statement_line_id IS NOT NULL
                    AND line.account_id = entry.suspense_account_id))""",
            RECEIVABLE,
        )

    def _cash_sql(self):
        """Per invoice and money: the cash that reached the invoice, money back negative."""
        return SQL(
            """
            SELECT partial.invoice_id,
                   partial.date_maturity,
                   money.id AS money_id,
                   money.date,
                   money.payment_id,
                   money.money_kind,
                   money.certainty,
                   partial.sign * partial.amount * money.factor AS amount_company,
                   partial.sign * partial.amount_invoice * money.factor AS amount_invoice,
                   partial.sign * partial.amount_money * money.factor AS amount_money,
                   partial.invoice_currency_id
              FROM partial
              JOIN money ON money.id = partial.money_id
            """
        )

    def _paid_sql(self):
        """What each money already paid on the invoices of each contract."""
        return SQL(
            """
            SELECT cash.money_id,
                   invoice_share.contract_id,
                   SUM(cash.amount_money * invoice_share.share) AS amount
              FROM cash
              JOIN invoice_share ON invoice_share.move_id = cash.invoice_id
          GROUP BY cash.money_id, invoice_share.contract_id
            """
        )

    def _earmark_sql(self):
        """Earmarks with what their money has not yet paid there and what is still open on it.

        When the same money carries several earmarks for one contract, the oldest ones are used
        up first.
        """
        return SQL(
            """
            SELECT allocation.id,
                   allocation.contract_id,
                   allocation.order_id,
                   allocation.currency_id,
                   money.id AS money_id,
                   money.date,
                   money.payment_id,
                   money.money_kind,
                   money.certainty,
                   allocation.amount - GREATEST(0, LEAST(
                       allocation.amount,
                       COALESCE(paid.amount, 0) - COALESCE(SUM(allocation.amount) OVER (
                           PARTITION BY allocation.contract_id, allocation.money_id
                           ORDER BY allocation.id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS remaining,
                   money.open * money.factor AS open,
                   money.rate,
                   CASE WHEN contract.is_opening
                        THEN (%(opening_paid)s) * money.factor
                        ELSE 0 END AS opening_paid
              FROM allocation
              JOIN money ON money.id = allocation.money_id
              JOIN sop_contract contract ON contract.id = allocation.contract_id
         LEFT JOIN paid
                ON paid.money_id = allocation.money_id
               AND paid.contract_id = allocation.contract_id
            """,
            opening_paid=self._opening_paid_sql(),
        )

    def _opening_paid_sql(self):
        """What the money paid on entries from before the go-live, for an opening contract only.

        The old receivable is an entry of the accountants and no invoice of a contract.
        """
        return SQL(
            """
            SELECT COALESCE(SUM(opened.credit_amount_currency), 0)
              FROM account_move_line line
              JOIN account_account account
                ON account.id = line.account_id AND account.account_type = %s
              JOIN account_partial_reconcile opened ON opened.credit_move_id = line.id
              JOIN account_move_line debit ON debit.id = opened.debit_move_id
              JOIN account_move old ON old.id = debit.move_id
             WHERE line.move_id = money.id
               AND old.move_type = 'entry'
               AND old.state = 'posted'
               AND old.origin_payment_id IS NULL
               AND old.statement_line_id IS NULL
               AND old.date <= contract.opening_date
            """,
            RECEIVABLE,
        )

    def _invoice_rows_sql(self, contract_ids):
        return SQL(
            """
            SELECT contract.id AS contract_id,
                   invoice_share.order_id,
                   contract.partner_id,
                   contract.user_id,
                   contract.company_id,
                   contract.currency_id,
                   cash.money_id AS money_move_id,
                   cash.payment_id,
                   cash.invoice_id,
                   cash.date,
                   cash.date_maturity,
                   'invoice' AS kind,
                   invoice_share.share * CASE
                       WHEN cash.invoice_currency_id = contract.currency_id
                       THEN cash.amount_invoice
                       ELSE cash.amount_company * contract.currency_rate
                   END AS amount
              FROM cash
              JOIN invoice_share ON invoice_share.move_id = cash.invoice_id
              JOIN sop_contract contract ON contract.id = invoice_share.contract_id
              JOIN sop_policy policy ON policy.id = contract.policy_id
             WHERE (%(counts)s OR cash.amount_company < 0) AND %(asked)s
            """,
            counts=money_certainty.counts("cash"),
            asked=self._asked_sql(contract_ids),
        )

    def _earmark_rows_sql(self, contract_ids):
        """The open part of each earmark; earmarks of one money share what is open, oldest first.

        Those of opening contracts first share what the money paid on opening entries.
        """
        return SQL(
            """
            SELECT contract.id,
                   earmark.order_id,
                   contract.partner_id,
                   contract.user_id,
                   contract.company_id,
                   contract.currency_id,
                   earmark.money_id,
                   earmark.payment_id,
                   NULL::integer,
                   earmark.date,
                   NULL::date,
                   'earmark',
                   earmark.counted * CASE
                       WHEN earmark.currency_id = contract.currency_id
                       THEN 1.0
                       ELSE earmark.rate * contract.currency_rate
                   END
              FROM (
                  SELECT split.*,
                         from_opening + GREATEST(0, LEAST(
                             remaining - from_opening,
                             open - COALESCE(SUM(GREATEST(remaining - from_opening, 0))
                                 OVER (PARTITION BY money_id ORDER BY id
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))
                             AS counted
                    FROM (
                        SELECT earmark.*,
                               GREATEST(0, LEAST(
                                   remaining,
                                   opening_paid - COALESCE(SUM(GREATEST(remaining, 0))
                                       FILTER (WHERE opening_paid > 0)
                                       OVER (PARTITION BY money_id ORDER BY id
                                             ROWS BETWEEN UNBOUNDED PRECEDING
                                                      AND 1 PRECEDING), 0)))
                                   AS from_opening
                          FROM earmark) split) earmark
              JOIN sop_contract contract ON contract.id = earmark.contract_id
              JOIN sop_policy policy ON policy.id = contract.policy_id
             WHERE earmark.counted > 0 AND %(counts)s AND %(asked)s
            """,
            counts=money_certainty.counts("earmark"),
            asked=self._asked_sql(contract_ids),
        )

    def _opening_rows_sql(self, contract_ids):
        """What contracts from before the go-live had collected by then."""
        return SQL(
            """
            SELECT contract.id,
                   NULL::integer,
                   contract.partner_id,
                   contract.user_id,
                   contract.company_id,
                   contract.currency_id,
                   NULL::integer,
                   NULL::integer,
                   NULL::integer,
                   contract.opening_date,
                   NULL::date,
                   'opening',
                   contract.opening_amount_collected
              FROM sop_contract contract
             WHERE contract.opening_amount_collected > 0 AND %s
            """,
            self._asked_sql(contract_ids),
        )

    def _asked_sql(self, contract_ids):
        if contract_ids is None:
            return SQL("TRUE")
        return SQL("contract.id = ANY(%s)", list(contract_ids))
