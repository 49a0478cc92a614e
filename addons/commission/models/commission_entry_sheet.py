from odoo import api, fields, models
from odoo.tools import SQL, date_utils


class CommissionEntry(models.Model):
    """On which sheet an entry is (B3). An entry goes on one sheet and stays there."""

    _inherit = "commission.entry"

    sheet_id = fields.Many2one(
        "commission.sheet",
        string="Commission Sheet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The sheet it is paid with; empty while it is on none yet.",
    )

    _open_idx = models.Index("(payee_id, date) WHERE sheet_id IS NULL")

    @api.model
    def _put_on_sheets(self, company, month):
        """Put what is on no sheet on the payees' drafts up to ``month``; return how many.

        The first draft whose month has not ended before the entry takes it. One statement: the
        ledger refuses to be written, and a year of everybody's entries is many rows.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH moved AS (
                    UPDATE commission_entry entry
                       SET sheet_id = taker.sheet_id
                      FROM (
                          SELECT DISTINCT ON (waiting.id)
                                 waiting.id, sheet.id AS sheet_id
                            FROM commission_entry waiting
                            JOIN commission_plan plan ON plan.id = waiting.plan_id
                            JOIN commission_sheet sheet
                              ON sheet.payee_id = waiting.payee_id
                             AND sheet.currency_id = plan.currency_id
                             AND sheet.date_to >= waiting.date
                             AND sheet.month <= %(month)s
                             AND sheet.state = 'draft'
                           WHERE %(waiting)s
                        ORDER BY waiting.id, sheet.month) taker
                     WHERE entry.id = taker.id
                 RETURNING 1)
                SELECT COUNT(*) FROM moved
                """,
                month=month,
                waiting=self._waiting_sql(company, month),
            )
        )
        self._forget_sheets()
        return rows[0][0]

    @api.model
    def _late_count(self, company, month):
        """Return how many entries until the end of the month are on no sheet."""
        waiting = self._waiting_sql(company, month)
        rows = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM commission_entry waiting WHERE %s", waiting)
        )
        return rows[0][0]

    def _waiting_sql(self, company, month):
        return SQL(
            """waiting.payee_id IN (SELECT id FROM commission_payee WHERE company_id = %s)
               AND waiting.sheet_id IS NULL AND waiting.date <= %s""",
            company.id,
            date_utils.end_of(month, "month"),
        )

    def _forget_sheets(self):
        self.env["commission.entry"].invalidate_model(["sheet_id"])
        self.env["commission.sheet"].invalidate_model(["entry_ids"])
