"""The copied data is valid: it adds up, and Odoo would compute what is stored."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

SAMPLE = 60
STORED = {
    "account.move": (
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
        "payment_state",
    ),
    "account.move.line": (
        "price_subtotal",
        "price_total",
        "amount_residual",
        "amount_residual_currency",
        "reconciled",
    ),
    "account.payment": ("is_reconciled", "is_matched"),
    "sale.order": ("amount_untaxed", "amount_total", "invoice_status"),
    "sale.order.line": ("price_subtotal", "price_total", "qty_invoiced", "commission_categ_path"),
    "sop.payment.allocation": ("date", "currency_id", "partner_id"),
}
WRONG = {
    "entries that are not balanced": """
        SELECT move.id FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
         WHERE move.company_id = %(company)s
      GROUP BY move.id
        HAVING ABS(SUM(line.balance)) > 0.001""",
    "lines whose open amount is not what is left of them": """
        SELECT line.id
          FROM account_move_line line
          JOIN account_account account
            ON account.id = line.account_id AND account.account_type = 'asset_receivable'
     LEFT JOIN (SELECT debit_move_id AS line_id, SUM(amount) AS amount
                  FROM account_partial_reconcile GROUP BY debit_move_id) debit
            ON debit.line_id = line.id
     LEFT JOIN (SELECT credit_move_id AS line_id, SUM(amount) AS amount
                  FROM account_partial_reconcile GROUP BY credit_move_id) credit
            ON credit.line_id = line.id
         WHERE line.company_id = %(company)s
           AND ABS(line.balance - COALESCE(debit.amount, 0) + COALESCE(credit.amount, 0)
                   - line.amount_residual) > 0.001""",
    "invoices whose open amount or payment status is not that of their instalments": """
        SELECT move.id
          FROM account_move move
          JOIN (SELECT line.move_id, SUM(line.amount_residual) AS open
                  FROM account_move_line line
                  JOIN account_account account
                    ON account.id = line.account_id AND account.account_type = 'asset_receivable'
              GROUP BY line.move_id) instalments
            ON instalments.move_id = move.id
         WHERE move.company_id = %(company)s
           AND move.move_type IN ('out_invoice', 'out_refund')
           AND (ABS(instalments.open - move.amount_residual_signed) > 0.001
                OR move.payment_state IS DISTINCT FROM
                   CASE WHEN move.amount_residual = 0 THEN 'paid'
                        WHEN move.amount_residual = move.amount_total THEN 'not_paid'
                        ELSE 'partial' END)""",
    "invoices without three lines, or without two instalments": """
        SELECT move.id
          FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
         WHERE move.company_id = %(company)s AND move.move_type = 'out_invoice'
      GROUP BY move.id
        HAVING COUNT(*) FILTER (WHERE line.display_type = 'product') <> 3
            OR COUNT(*) FILTER (WHERE line.display_type = 'payment_term') <> 2""",
}


def check(company, invoices):
    """Raise unless the company's data is valid and has ``invoices`` invoices."""
    with company.registry.cursor() as cr:
        for what, query in WRONG.items():
            cr.execute(query, {"company": company.id})
            wrong = cr.fetchall()
            if wrong:
                raise AssertionError(f"There are {len(wrong)} {what}: {wrong[:5]}")
        _check_references(cr, company.originals)
        env = api.Environment(cr, SUPERUSER_ID, {"allowed_company_ids": [company.id]})
        count = env["account.move"].search_count(
            [("company_id", "=", company.id), ("move_type", "=", "out_invoice")]
        )
        if count != invoices:
            raise AssertionError(f"There are {count} invoices instead of {invoices}")
        for name, fields in STORED.items():
            records = env[name].search([("company_id", "=", company.id)], order="id")
            check_stored(_some(records), fields)
        moves = env["account.move"].search([("company_id", "=", company.id)], order="id")
        lines = _some(moves).line_ids
        lines._constrains_matching_number()
        if moves._get_unbalanced_moves({"records": _some(moves)}):
            raise AssertionError("Odoo finds entries that are not balanced")
        cr.rollback()


def _some(records):
    """Records from the beginning to the end, a few hundred apart."""
    return records[:: max(1, len(records) // SAMPLE)]


def check_stored(records, fields):
    """Raise unless Odoo computes for the records what is stored; the caller rolls back."""
    before = _values(records, fields)
    for name in fields:
        records.env.add_to_compute(records._fields[name], records)
    after = _values(records, fields)
    if before != after:
        wrong = [
            (records.browse(one), before[one], after[one])
            for one in before
            if before[one] != after[one]
        ]
        raise AssertionError(f"{fields} of {len(wrong)} records differ: {wrong[:3]}")


def _values(records, fields):
    return {
        record.id: [_plain(record[name], record._fields[name]) for name in fields]
        for record in records
    }


def _plain(value, field):
    return round(value, 4) if field.type in ("float", "monetary") else value


def _check_references(cr, originals):
    """No copy refers to a row that is missing."""
    for table, references in originals.references.items():
        for column, other in references.items():
            cr.execute(
                SQL(
                    """SELECT COUNT(*) FROM %(table)s mine
                    LEFT JOIN %(other)s other ON other.id = mine.%(column)s
                        WHERE mine.%(column)s IS NOT NULL AND other.id IS NULL""",
                    table=SQL.identifier(table),
                    other=SQL.identifier(other),
                    column=SQL.identifier(column),
                )
            )
            if cr.fetchone()[0]:
                raise AssertionError(f"{table}.{column} refers to rows that are not there")
