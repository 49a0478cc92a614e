"""What commission is compared with: OCA's settlements, and SQL that knows this data alone."""

from odoo import SUPERUSER_ID, Command, api
from odoo.tools import SQL

from .commission_checks import check_stored
from .commission_company import RATE


class Settlements:
    """OCA's ``account_commission_oca``: what is fully paid is settled, by the invoices' months.

    Each salesperson's contact is an agent. Every invoice line has its agent's line, made in SQL as
    OCA's own methods make them when an invoice is created.
    """

    def __init__(self, company):
        self.company = company
        with company.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"allowed_company_ids": [company.id]})
            commission = env["commission"].create(
                {
                    "name": "Every sale",
                    "fix_qty": RATE,
                    "invoice_state": "paid",
                    "settlement_type": "sale_invoice",
                }
            )
            agents = env["res.users"].browse(company.salespeople).partner_id
            agents.write({"agent": True, "commission_id": commission.id, "settlement": "monthly"})
            self.commission, self.agents = commission.id, agents.ids

    def prepare(self):
        """Give the invoices' lines their agents."""
        with self.company.registry.cursor() as cr:
            cr.execute(self._agent_lines_sql())
            cr.execute(
                """UPDATE account_move move
                      SET commission_total = total.amount
                     FROM (SELECT invoice_id, SUM(amount) AS amount
                             FROM account_invoice_line_agent GROUP BY invoice_id) total
                    WHERE move.id = total.invoice_id"""
            )
            cr.execute("ANALYZE account_invoice_line_agent")
            cr.execute("ANALYZE account_move")
        self._check_lines()

    def _agent_lines_sql(self):
        return SQL(
            """
            INSERT INTO account_invoice_line_agent (
                object_id, agent_id, commission_id, amount, invoice_id, invoice_date, settled,
                company_id, create_uid, write_uid, create_date, write_date)
            SELECT line.id, seller.partner_id, %(commission)s,
                   ROUND(line.price_subtotal * %(rate)s / 100, 2)
                       * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END,
                   move.id, move.invoice_date, FALSE,
                   move.company_id, %(user)s, %(user)s, NOW() AT TIME ZONE 'UTC',
                   NOW() AT TIME ZONE 'UTC'
              FROM account_move move
              JOIN account_move_line line
                ON line.move_id = move.id AND line.display_type = 'product'
              JOIN res_users seller ON seller.id = move.invoice_user_id
             WHERE move.company_id = %(company)s
               AND move.move_type IN ('out_invoice', 'out_refund')
          ORDER BY line.id
            """,
            commission=self.commission,
            rate=RATE,
            user=SUPERUSER_ID,
            company=self.company.id,
        )

    def _check_lines(self):
        """OCA's own methods come to the same lines."""
        with self.company.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            lines = env["account.invoice.line.agent"].search([("company_id", "=", self.company.id)])
            check_stored(
                lines[:: max(1, len(lines) // 30)],
                ("amount", "invoice_id", "invoice_date", "settled", "company_id"),
            )
            cr.rollback()

    def settle(self, env, until):
        """Run OCA's wizard for all the agents."""
        env["commission.make.settle"].create(
            {
                "date_to": until,
                "agent_ids": [Command.set(self.agents)],
                "settlement_type": "sale_invoice",
            }
        ).action_settle()
        env.flush_all()

    def check(self, cr):
        """Everything that is fully paid is settled, and nothing else."""
        cr.execute(
            """SELECT COUNT(*) FILTER (WHERE agent.settled IS NOT TRUE AND move.is_paid),
                      COUNT(*) FILTER (WHERE agent.settled AND NOT move.is_paid),
                      COUNT(*) FILTER (WHERE agent.settled)
                 FROM account_invoice_line_agent agent
                 JOIN (SELECT id, payment_state IN ('paid', 'reversed') AS is_paid
                         FROM account_move) move
                   ON move.id = agent.invoice_id
                WHERE agent.company_id = %s""",
            (self.company.id,),
        )
        missing, wrong, settled = cr.fetchone()
        if missing or wrong or not settled:
            raise AssertionError(f"OCA settled {settled} lines, {missing} missing, {wrong} wrong")
        return settled


class ByHand:
    """SQL for exactly this data: one currency, one rate, one order to an invoice, no splits.

    It writes exact amounts, as many rows as there are of ours.
    """

    def __init__(self, company):
        self.company = company
        with company.registry.cursor() as cr:
            cr.execute(
                """CREATE TABLE commission_by_hand (
                       payee_id integer, contract_id integer, invoice_id integer,
                       money_move_id integer, date_maturity date, date date, amount numeric)"""
            )

    def calculate(self, env, until):
        env.cr.execute(
            SQL(
                """
                INSERT INTO commission_by_hand
                WITH sold AS (
                    SELECT DISTINCT line.move_id AS invoice_id, so.sop_contract_id AS contract_id
                      FROM sale_order so
                      JOIN sale_order_line sol ON sol.order_id = so.id
                      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                      JOIN account_move_line line ON line.id = rel.invoice_line_id
                     WHERE so.company_id = %(company)s)
                SELECT payee.id, contract.id, invoice.id, money.id, cash.date_maturity, money.date,
                       SUM(cash.amount) * invoice.amount_untaxed / invoice.amount_total
                           * %(rate)s / 100
                  FROM (SELECT debit.move_id AS invoice_id, credit.move_id AS money_id,
                               debit.date_maturity, partial.amount
                          FROM account_partial_reconcile partial
                          JOIN account_move_line debit ON debit.id = partial.debit_move_id
                          JOIN account_move_line credit ON credit.id = partial.credit_move_id
                         UNION ALL
                        SELECT credit.move_id, debit.move_id, credit.date_maturity, -partial.amount
                          FROM account_partial_reconcile partial
                          JOIN account_move_line debit ON debit.id = partial.debit_move_id
                          JOIN account_move_line credit ON credit.id = partial.credit_move_id
                       ) cash
                  JOIN account_move invoice
                    ON invoice.id = cash.invoice_id
                   AND invoice.move_type IN ('out_invoice', 'out_refund')
                  JOIN account_move money
                    ON money.id = cash.money_id AND money.origin_payment_id IS NOT NULL
                  JOIN sold ON sold.invoice_id = invoice.id
                  JOIN sop_contract contract ON contract.id = sold.contract_id
                  JOIN commission_payee payee ON payee.user_id = contract.user_id
                 WHERE invoice.company_id = %(company)s AND money.date <= %(until)s
              GROUP BY payee.id, contract.id, invoice.id, money.id, cash.date_maturity
                 UNION ALL
                SELECT payee.id, contract.id, NULL, money.id, NULL, money.date,
                       -line.amount_residual * so.amount_untaxed / so.amount_total * %(rate)s / 100
                  FROM sop_payment_allocation allocation
                  JOIN account_payment payment ON payment.id = allocation.payment_id
                  JOIN account_move money ON money.id = payment.move_id
                  JOIN account_move_line line
                    ON line.move_id = money.id AND line.amount_residual < 0
                  JOIN sop_contract contract ON contract.id = allocation.contract_id
                  JOIN sale_order so ON so.sop_contract_id = contract.id
                  JOIN commission_payee payee ON payee.user_id = contract.user_id
                 WHERE allocation.company_id = %(company)s AND money.date <= %(until)s
                """,
                rate=RATE,
                company=self.company.id,
                until=until,
            )
        )

    def totals(self, cr):
        """``{payee: cents}``; as in the ledger a contract's total is rounded once."""
        cr.execute(
            """SELECT payee_id, SUM(amount)
                 FROM (SELECT payee_id, contract_id, ROUND(SUM(amount), 2) AS amount
                         FROM commission_by_hand GROUP BY payee_id, contract_id) contracts
             GROUP BY payee_id"""
        )
        return {payee: round(amount * 100) for payee, amount in cr.fetchall()}
