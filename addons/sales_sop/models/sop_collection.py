from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, float_round

from . import money_certainty

# The receivable lines of an entry are its customer's account; only these carry collected money.
RECEIVABLE = SQL("'asset_receivable'")
INVOICE_TYPES = SQL("('out_invoice', 'out_refund', 'out_receipt')")
# What a row is of.
ROW_KEYS = {
    "contract_id": "id",
    "money_move_id": "id",
    "kind": "text",
    "invoice_id": "id",
    "order_id": "id",
    "date_maturity": "date",
}
# To be joined to ``allocation``: an earmark belongs to one payment or to one bank line.
EARMARKED_MONEY = SQL(
    """
    LEFT JOIN account_payment payment ON payment.id = allocation.payment_id
    LEFT JOIN account_bank_statement_line statement_line
           ON statement_line.id = allocation.statement_line_id
    """
)


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
    counts: ``factor = min(1, liquidity / credited)``.

    Amounts are in the contract's currency: the invoice's own amount when the currency is the
    same, else the company's amount at the contract's frozen rate.
    """

    _name = "sop.collection"
    _description = "Collected Money"
    _inherit = ["sop.row.id.mixin"]
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
    payment_id = fields.Many2one("account.payment", string="Customer Payment", readonly=True)
    invoice_id = fields.Many2one("account.move", readonly=True)
    date = fields.Date(readonly=True)
    recorded_on = fields.Datetime(
        readonly=True,
        help="When the money was booked or, in advance, earmarked for the contract; its date may "
        "be earlier.",
    )
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
        self._flush_sources()
        return self._row_ids_sql(self._rows_sql())

    @api.model
    def _row_ids_sql(self, rows):
        return self._with_row_ids_sql(rows, ROW_KEYS, order=("amount",))

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
        """Write what is pending: the statements read the tables.

        Looking through all the fields takes as long as a statement, so see first whether anything
        is pending at all.
        """
        if not self.env.fields_to_compute() and not self.env.transaction.field_dirty:
            return
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
    def _rows_sql(self, contract_ids=None, lines=None):
        """Return the SELECT of all rows, or of the rows of ``contract_ids`` only.

        A statement that has read the product lines of the invoices already names its table
        ``lines``, so that they are read once: ``id, move_id, order_id, contract_id, price_total``,
        one row for each line, with the first of its order lines.

        A plain view cannot serve the gates: the planner would compute every contract's rows to
        find one's. So the keys of the contracts' documents are read first, and the parts that
        have nothing to read are left out: planning a part takes longer than its work. Each part
        joins few tables: that is planned faster, and beyond eight the planner takes them in the
        order in which they are written.
        """
        keys = self._keys(contract_ids)
        if keys.is_large:
            self._without_jit()
        parts = self._parts(keys, lines)
        if not parts:
            return self._opening_rows_sql(keys)
        return SQL(
            "WITH %s %s UNION ALL %s",
            SQL(", ").join(
                SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), part)
                for name, part in parts.items()
            ),
            self._counted_rows_sql(keys),
            self._opening_rows_sql(keys),
        )

    def _parts(self, keys, lines):
        """Return ``{name: SELECT}``: the tables of which rows are made, in the order they need."""
        parts = {}
        if keys.has_invoices:
            parts["invoice"] = self._invoice_sql(keys)
            parts["invoice_share"] = self._invoice_share_sql(lines)
            parts["invoice_line"] = self._invoice_line_sql()
            parts["partial"] = self._partial_sql()
        if keys.has_earmarks:
            parts["allocation"] = self._allocation_sql(keys)
        if parts:
            parts["booked"] = self._booked_sql(keys)
            parts["entry"] = self._entry_sql()
            parts["money"] = self._money_sql()
        if keys.has_invoices:
            parts["cash"] = self._cash_sql()
        if keys.has_earmarks:
            parts["earmark"] = self._earmark_sql(keys)
        return parts

    def _invoice_sql(self, keys):
        """The posted invoices and credit notes of the contracts in scope."""
        if keys.is_all:
            return SQL(
                """SELECT id, sop_contract_id
                     FROM account_move
                    WHERE state = 'posted' AND move_type IN %s""",
                INVOICE_TYPES,
            )
        return keys.invoices_sql()

    def _lines_sql(self):
        """The product lines of the invoices, each with the first order line it is for."""
        return SQL(
            """
            (SELECT DISTINCT ON (line.id)
                    line.id,
                    line.move_id,
                    line.price_total,
                    sol.order_id,
                    COALESCE(so.sop_contract_id, invoice.sop_contract_id) AS contract_id
               FROM invoice
               JOIN account_move_line line
                 ON line.move_id = invoice.id AND line.display_type = 'product'
          LEFT JOIN (sale_order_line_invoice_rel rel
                     JOIN sale_order_line sol ON sol.id = rel.order_line_id
                     JOIN sale_order so ON so.id = sol.order_id)
                 ON rel.invoice_line_id = line.id
           ORDER BY line.id, sol.id)
            """
        )

    def _invoice_share_sql(self, lines=None):
        """Per invoice, contract and order: its share of the invoice's product lines, taxed."""
        return SQL(
            """
            SELECT move_id,
                   contract_id,
                   order_id,
                   SUM(price_total)
                       / NULLIF(SUM(SUM(price_total)) OVER (PARTITION BY move_id), 0) AS share
              FROM %s lines
          GROUP BY move_id, contract_id, order_id
            """,
            lines or self._lines_sql(),
        )

    def _invoice_line_sql(self):
        """The receivable lines of the invoices: one for each instalment.

        A join with the accounts would tempt the planner to begin with all the lines of the
        receivable accounts, in the order of the accounts.
        """
        return SQL(
            """
            SELECT line.id, line.move_id, line.currency_id, line.date_maturity
              FROM invoice
              JOIN account_move_line line
                ON line.move_id = invoice.id AND line.account_id = %s
            """,
            self._any_account_sql(RECEIVABLE),
        )

    def _partial_sql(self):
        """Reconciliations of the invoices, from the invoice's side."""
        sides = [
            # A customer pays: the invoice is the debit side. We pay back: the credit side.
            (SQL("debit"), SQL("credit"), SQL("1")),
            (SQL("credit"), SQL("debit"), SQL("-1")),
        ]
        return SQL(
            """
            SELECT side.*, money_line.move_id AS money_id
              FROM (%s) side
              JOIN account_move_line money_line ON money_line.id = side.money_line_id
            """,
            SQL(" UNION ALL ").join(
                SQL(
                    """
                    SELECT invoice_line.move_id AS invoice_id,
                           invoice_line.currency_id AS invoice_currency_id,
                           invoice_line.date_maturity,
                           partial.amount,
                           partial.%(mine)s_amount_currency AS amount_invoice,
                           partial.%(other)s_amount_currency AS amount_money,
                           partial.%(other)s_move_id AS money_line_id,
                           %(sign)s AS sign
                      FROM invoice_line
                      JOIN account_partial_reconcile partial
                        ON partial.%(mine)s_move_id = invoice_line.id
                    """,
                    mine=mine,
                    other=other,
                    sign=sign,
                )
                for mine, other, sign in sides
            ),
        )

    def _allocation_sql(self, keys):
        """The earmarks of the contracts in scope, and the entries of their money."""
        if keys.is_all:
            money = SQL("COALESCE(payment.move_id, statement_line.move_id)")
            joins = EARMARKED_MONEY
        else:
            money = SQL("found.money_id")
            joins = SQL("JOIN (%s) found ON found.id = allocation.id", keys.earmarks_sql())
        return SQL(
            """
            SELECT allocation.id,
                   allocation.contract_id,
                   allocation.order_id,
                   allocation.currency_id,
                   allocation.amount,
                   allocation.create_date,
                   contract.state = 'cancelled' AS is_cancelled,
                   %(money)s AS money_id
              FROM sop_payment_allocation allocation
              JOIN sop_contract contract ON contract.id = allocation.contract_id
                   %(joins)s
            """,
            money=money,
            joins=joins,
        )

    def _booked_sql(self, keys):
        """The entries that are money (C3): of payments and of bank statement lines."""
        return SQL(
            """
            SELECT entry.id,
                   entry.date,
                   entry.create_date,
                   entry.journal_id,
                   entry.statement_line_id,
                   entry.origin_payment_id AS payment_id,
                   payment.payment_method_line_id,
                   payment.outstanding_account_id,
                   payment.is_matched
              FROM (%s) found
              JOIN account_move entry ON entry.id = found.money_id
         LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
             WHERE entry.state = 'posted'
               AND (payment.state IN ('in_process', 'paid')
                    OR entry.statement_line_id IS NOT NULL)
            """,
            self._found_money_sql(keys),
        )

    def _found_money_sql(self, keys):
        """Each money that paid an invoice or is earmarked, once.

        Of a UNION the planner expects as many rows as it reads, of what is written into the
        statement as many as there are, of a DISTINCT 200: with that it would search the tables of
        all contracts' money once for each.
        """
        if not keys.has_earmarks:
            return SQL("SELECT DISTINCT money_id FROM partial")
        if not keys.has_invoices:
            return keys.earmarked_money_sql()
        return SQL("SELECT money_id FROM partial UNION SELECT money_id FROM allocation")

    def _entry_sql(self):
        """How certain each money is, and what its accounts are."""
        return SQL(
            """
            SELECT booked.id,
                   booked.date,
                   booked.create_date,
                   booked.payment_id,
                   booked.statement_line_id,
                   booked.outstanding_account_id,
                   journal.default_account_id,
                   journal.suspense_account_id,
                   %(certainty)s
              FROM booked
              JOIN account_journal journal ON journal.id = booked.journal_id
                   %(joins)s
            """,
            certainty=money_certainty.COLUMNS,
            joins=money_certainty.JOINS,
        )

    def _money_sql(self):
        """Each money with the cash part of its entry, and what of it is open.

        ``factor`` is 1 unless the entry holds discounts or fees. ``open`` is the customer's open
        credit in the money's currency, ``rate`` the company's money for one unit of it.

        What is debited to a customer's account is no cash, such as a rest that is moved to
        doubtful debts. But a credit note that the customer has deducted counts: it takes its money
        from its own contract.
        """
        return SQL(
            """
            SELECT id,
                   LEAST(1.0, COALESCE(
                       (cash + CASE WHEN credit > 0 AND debit > 0
                                    THEN COALESCE((%(deducted)s), 0) ELSE 0 END)
                           / NULLIF(GREATEST(credit, debit), 0), 0)) AS factor,
                   open,
                   rate
              FROM (%(sums)s) money
            """,
            deducted=self._deducted_sql(),
            sums=self._money_sums_sql(),
        )

    def _money_sums_sql(self):
        """Each money's entry: its cash, and what it credits and debits on customers' accounts.

        By the amounts of the money's own currency where all lines have it: the company's are
        rounded for each line.
        """
        return SQL(
            """
            SELECT money_id AS id,
                   MIN(currency_id) = MAX(currency_id) AS is_one_currency,
                   CASE WHEN MIN(currency_id) = MAX(currency_id)
                        THEN ABS(SUM(amount_currency) FILTER (WHERE is_liquidity))
                        ELSE ABS(SUM(balance) FILTER (WHERE is_liquidity)) END AS cash,
                   CASE WHEN MIN(currency_id) = MAX(currency_id)
                        THEN -SUM(LEAST(amount_currency, 0)) FILTER (WHERE is_credited)
                        ELSE -SUM(LEAST(balance, 0)) FILTER (WHERE is_credited) END AS credit,
                   CASE WHEN MIN(currency_id) = MAX(currency_id)
                        THEN SUM(GREATEST(amount_currency, 0)) FILTER (WHERE is_credited)
                        ELSE SUM(GREATEST(balance, 0)) FILTER (WHERE is_credited) END AS debit,
                   COALESCE(GREATEST(0, -SUM(
                       CASE WHEN is_receivable THEN amount_residual_currency
                            ELSE amount_currency END) FILTER (WHERE is_credited)), 0)
                       AS open,
                   ABS(SUM(balance) FILTER (WHERE is_credited))
                       / NULLIF(ABS(SUM(amount_currency) FILTER (WHERE is_credited)), 0)
                       AS rate
              FROM (%(lines)s) line
          GROUP BY money_id
            """,
            lines=self._money_lines_sql(),
        )

    def _deducted_sql(self):
        """What of the smaller side of a money's lines is matched with documents of contracts."""
        return SQL(
            """
            SELECT SUM(CASE WHEN NOT money.is_one_currency THEN partial.amount
                            WHEN line.id = partial.debit_move_id
                            THEN partial.debit_amount_currency
                            ELSE partial.credit_amount_currency END)
              FROM account_move_line line
              JOIN account_partial_reconcile partial
                ON line.id IN (partial.debit_move_id, partial.credit_move_id)
              JOIN account_move_line other
                ON other.id IN (partial.debit_move_id, partial.credit_move_id)
               AND other.id != line.id
              JOIN account_move document ON document.id = other.move_id
             WHERE line.move_id = money.id
               AND SIGN(line.balance) = SIGN(money.credit - money.debit)
               AND line.account_id = %(receivable)s
               AND document.state = 'posted'
               AND (document.sop_contract_id IS NOT NULL
                    OR EXISTS (SELECT 1
                                 FROM account_move_line item
                                 JOIN sale_order_line_invoice_rel rel
                                   ON rel.invoice_line_id = item.id
                                WHERE item.move_id = document.id))
            """,
            receivable=self._any_account_sql(RECEIVABLE),
        )

    def _money_lines_sql(self):
        """The lines of each money's entry: is it money, and does it credit the customer?

        A bank line that is not matched yet stands on its journal's suspense account. The accounts
        are found once, where a join would search them for each money; OFFSET keeps the planner
        from asking the same again for each sum.
        """
        return SQL(
            """
            SELECT entry.id AS money_id,
                   line.currency_id,
                   line.balance,
                   line.amount_currency,
                   line.amount_residual_currency,
                   line.account_id = %(receivable)s AS is_receivable,
                   line.account_id = %(receivable)s
                       OR (entry.statement_line_id IS NOT NULL
                           AND line.account_id = entry.suspense_account_id) AS is_credited,
                   %(liquidity)s AS is_liquidity
              FROM entry
              JOIN account_move_line line ON line.move_id = entry.id
            OFFSET 0
            """,
            receivable=self._any_account_sql(RECEIVABLE),
            liquidity=self._is_liquidity_sql(
                SQL("line.account_id"),
                SQL("entry.outstanding_account_id"),
                SQL("entry.default_account_id"),
            ),
        )

    def _is_liquidity_sql(self, account, outstanding, default):
        """Whether a line's ``account`` is one of money: by its type, its payment or its journal."""
        return SQL(
            "(%(account)s = %(any)s OR %(account)s IN (%(outstanding)s, %(default)s))",
            account=account,
            any=self._any_account_sql(SQL("'asset_cash', 'liability_credit_card'")),
            outstanding=outstanding,
            default=default,
        )

    def _any_account_sql(self, types):
        """Any account of these types."""
        return SQL("ANY(ARRAY(SELECT id FROM account_account WHERE account_type IN (%s)))", types)

    def _cash_sql(self):
        """Per invoice, contract, order and money: the cash that came, money back negative.

        Of two tables of this statement the planner expects that their join has a part of the
        square of their rows. Joined by the ``invoice``, whose ids it knows, it expects what comes.
        """
        return SQL(
            """
            SELECT invoice_share.contract_id,
                   invoice_share.order_id,
                   partial.money_id,
                   partial.invoice_id,
                   partial.date_maturity,
                   partial.invoice_currency_id AS currency_id,
                   invoice_share.share * partial.sign * money.factor * partial.amount_invoice
                       AS amount,
                   invoice_share.share * partial.sign * money.factor * partial.amount
                       AS amount_company,
                   invoice_share.share * partial.sign * money.factor * partial.amount_money
                       AS amount_money,
                   partial.sign * money.factor * partial.amount < 0 AS is_paid_back
              FROM partial
              JOIN money ON money.id = partial.money_id
              JOIN invoice ON invoice.id = partial.invoice_id
              JOIN invoice_share ON invoice_share.move_id = invoice.id
            """
        )

    def _earmark_sql(self, keys):
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
                   allocation.money_id,
                   allocation.create_date,
                   allocation.is_cancelled,
                   allocation.amount - GREATEST(0, LEAST(
                       allocation.amount,
                       %(paid)s - COALESCE(SUM(allocation.amount) OVER (
                           PARTITION BY allocation.contract_id, allocation.money_id
                           ORDER BY allocation.id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS remaining,
                   money.open * money.factor AS open,
                   money.rate,
                   %(opening_paid)s AS opening_paid
              FROM allocation
              JOIN money ON money.id = allocation.money_id
                   %(joins)s
            """,
            paid=SQL("COALESCE(paid.amount, 0)") if keys.has_invoices else SQL("0"),
            opening_paid=self._opening_paid_sql() if keys.has_opening else SQL("0"),
            joins=SQL(" ").join(self._earmark_joins(keys)),
        )

    def _earmark_joins(self, keys):
        if keys.has_opening:
            yield SQL(
                """
                LEFT JOIN (SELECT id, opening_date FROM sop_contract WHERE is_opening) opening
                       ON opening.id = allocation.contract_id
                """
            )
        if keys.has_invoices:
            yield SQL(
                """
                LEFT JOIN (SELECT money_id, contract_id, SUM(amount_money) AS amount
                             FROM cash
                         GROUP BY money_id, contract_id) paid
                       ON paid.money_id = allocation.money_id
                      AND paid.contract_id = allocation.contract_id
                """
            )

    def _opening_paid_sql(self):
        """What the money paid on entries from before the go-live, for an opening contract only.

        The old receivable is an entry of the accountants and no invoice of a contract.
        """
        return SQL(
            """
            CASE WHEN opening.id IS NOT NULL THEN money.factor * (
                SELECT COALESCE(SUM(opened.credit_amount_currency), 0)
                  FROM account_move_line line
                  JOIN account_partial_reconcile opened ON opened.credit_move_id = line.id
                  JOIN account_move_line debit ON debit.id = opened.debit_move_id
                  JOIN account_move old ON old.id = debit.move_id
                 WHERE line.move_id = money.id
                   AND line.account_id = %s
                   AND old.move_type = 'entry'
                   AND old.state = 'posted'
                   AND old.origin_payment_id IS NULL
                   AND old.statement_line_id IS NULL
                   AND old.date <= opening.opening_date)
            ELSE 0 END
            """,
            self._any_account_sql(RECEIVABLE),
        )

    def _counted_rows_sql(self, keys):
        """The money on invoices and the earmarked money that the contract's policy counts.

        Money that was paid back counts however certain it is.
        """
        sources = []
        if keys.has_invoices:
            sources.append(
                SQL(
                    """
                    SELECT contract_id, order_id, money_id, invoice_id, date_maturity,
                           NULL::timestamp AS create_date, 'invoice' AS kind, is_paid_back,
                           currency_id, amount, amount_company
                      FROM cash
                    """
                )
            )
        if keys.has_earmarks:
            sources.append(self._open_earmarks_sql())
        return SQL(
            """
            SELECT contract.id AS contract_id,
                   counted.order_id,
                   contract.partner_id,
                   contract.user_id,
                   contract.company_id,
                   contract.currency_id,
                   counted.money_id AS money_move_id,
                   entry.payment_id,
                   counted.invoice_id,
                   entry.date,
                   GREATEST(entry.create_date, counted.create_date) AS recorded_on,
                   counted.date_maturity,
                   counted.kind,
                   CASE WHEN counted.currency_id = contract.currency_id
                        THEN counted.amount
                        ELSE counted.amount_company * contract.currency_rate
                   END AS amount
              FROM (%(sources)s) counted
              JOIN entry ON entry.id = counted.money_id
              JOIN sop_contract contract ON contract.id = counted.contract_id
              JOIN sop_policy policy ON policy.id = contract.policy_id
             WHERE (%(counts)s OR counted.is_paid_back) AND %(asked)s
            """,
            sources=SQL(" UNION ALL ").join(sources),
            counts=money_certainty.counts("entry"),
            asked=keys.asked_sql(SQL("counted.contract_id")),
        )

    def _open_earmarks_sql(self):
        """The open part of each earmark; earmarks of one money share what is open, oldest first.

        Those of cancelled contracts come last: what is paid back is theirs. Those of opening
        contracts first share what the money paid on opening entries.
        """
        return SQL(
            """
            SELECT contract_id, order_id, money_id, NULL::integer AS invoice_id,
                   NULL::date AS date_maturity, create_date, 'earmark' AS kind,
                   FALSE AS is_paid_back,
                   currency_id, open_part AS amount, open_part * rate AS amount_company
              FROM (
                  SELECT split.*,
                         from_opening + GREATEST(0, LEAST(
                             remaining - from_opening,
                             open - COALESCE(SUM(GREATEST(remaining - from_opening, 0))
                                 OVER (PARTITION BY money_id ORDER BY is_cancelled, id
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))
                             AS open_part
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
                          FROM earmark) split) shared
             WHERE open_part > 0
            """
        )

    def _opening_rows_sql(self, keys):
        """What contracts from before the go-live had collected by then."""
        return SQL(
            """
            SELECT contract.id AS contract_id,
                   NULL::integer AS order_id,
                   contract.partner_id,
                   contract.user_id,
                   contract.company_id,
                   contract.currency_id,
                   NULL::integer AS money_move_id,
                   NULL::integer AS payment_id,
                   NULL::integer AS invoice_id,
                   contract.opening_date AS date,
                   NULL::timestamp AS recorded_on,
                   NULL::date AS date_maturity,
                   'opening' AS kind,
                   contract.opening_amount_collected AS amount
              FROM sop_contract contract
             WHERE contract.opening_amount_collected > 0 AND %s
            """,
            keys.asked_sql(SQL("contract.id")),
        )
