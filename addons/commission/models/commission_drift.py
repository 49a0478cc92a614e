from odoo import fields, models
from odoo.tools import SQL


class CommissionDrift(models.Model):
    """What the books say today against what the ledger says; normally nothing differs.

    A difference is what the next calculation will add. One that stays after a calculation is a
    defect. Adjustments are not in the books and are left out.
    """

    _name = "commission.drift"
    _description = "Commission: Books Against Ledger"
    _inherit = ["commission.report"]
    _auto = False
    _order = "payee_id"
    _rec_name = "payee_id"
    _row_keys = {"company_id": "id", "payee_id": "id", "currency_id": "id"}

    payee_id = fields.Many2one("commission.payee", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_books = fields.Monetary(string="In the Books", readonly=True)
    amount_ledger = fields.Monetary(string="In the Ledger", readonly=True)
    amount_difference = fields.Monetary(string="Difference", readonly=True)

    def _company_scope(self, company):
        return self.env["commission.ledger"]._scope(company, company._commission_known_until())

    def _rows_sql(self, scope):
        return self.env["commission.ledger"]._with_parts_sql(
            scope,
            SQL(
                """
                SELECT payee_id,
                       %s AS company_id,
                       currency_id,
                       SUM(posted_total + missing) AS amount_books,
                       SUM(posted_total) AS amount_ledger,
                       SUM(missing) AS amount_difference
                  FROM weighed
                 WHERE position = 1
              GROUP BY payee_id, currency_id
                """,
                scope.company.id,
            ),
        )
