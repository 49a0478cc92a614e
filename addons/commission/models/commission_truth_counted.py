from odoo import models
from odoo.tools import SQL


class CommissionTruth(models.AbstractModel):
    """Of the money collected, what the contract asks for: the rest is the customer's (B1).

    A contract is paid when its total has come. What comes beyond it, earmarked by mistake or left
    over after an amendment or a short close, waits to be given back or earmarked elsewhere and
    earns nothing; neither does giving it back take anything away.
    """

    _inherit = "commission.truth"

    def _counted_parts(self):
        """Return ``{name: SELECT}`` of the money that earns, with the columns of ``collected``."""
        return {"paid_up": self._paid_up_sql(), "counted": self._counted_sql()}

    def _paid_up_sql(self):
        """The contracts that may have collected more than they ask for, and what they ask for.

        Money for an invoice always counts: an invoice of interest comes on top of the total. A
        frame asks for nothing itself, and what has no order has no total.
        """
        return SQL(
            """
            SELECT contract.id AS contract_id, total.asked
              FROM (SELECT contract_id,
                           SUM(amount) FILTER (WHERE amount > 0) AS received,
                           SUM(amount) FILTER (WHERE invoice_id <> 0) AS invoiced
                      FROM collected
                  GROUP BY contract_id
                    HAVING BOOL_OR(invoice_id = 0)) since
              JOIN sop_contract contract ON contract.id = since.contract_id
        CROSS JOIN LATERAL (
                   SELECT GREATEST(0, since.invoiced,
                                   contract.amount_total::numeric
                                   - COALESCE(contract.opening_amount_collected, 0)::numeric)
                          AS asked) total
             WHERE ROUND(since.received - total.asked, 6) > 0
               AND contract.state IN ('effective', 'closed')
               AND contract.kind <> 'frame'
               AND EXISTS (SELECT FROM sale_order so WHERE so.sop_contract_id = contract.id)
            """
        )

    def _counted_sql(self):
        """Of what comes last, only as much as was still missing; what goes back goes from there.

        All money is one scan, whose size the planner can tell.
        """
        return SQL(
            """
            SELECT contract_id, order_id, invoice_id, date_maturity, money_move_id, date,
                   part.amount
              FROM (SELECT collected.*, paid_up.asked,
                           SUM(collected.amount) OVER (
                               PARTITION BY collected.contract_id
                               ORDER BY date, invoice_id = 0, invoice_id, order_id, date_maturity,
                                        money_move_id) AS running
                      FROM collected
                 LEFT JOIN paid_up ON paid_up.contract_id = collected.contract_id) money
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN asked IS NULL THEN amount
                               ELSE LEAST(running, asked) - LEAST(running - amount, asked)
                          END AS amount) part
             WHERE part.amount <> 0
            """
        )
