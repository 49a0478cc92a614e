from odoo import api, fields, models
from odoo.tools import SQL


class SopOpeningBalance(models.Model):
    """Opening contracts against the accountants' opening receivable, per customer.

    The contracts say what was invoiced and collected before the go-live; the accounts have what
    the accountants entered as opening balance. Information only: nothing is posted from here.
    """

    _name = "sop.opening.balance"
    _description = "Opening Receivable Compared"
    _inherit = ["sop.row.id.mixin"]
    _auto = False
    _order = "difference_size desc, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    contract_count = fields.Integer(string="Contracts", readonly=True)
    amount_invoiced = fields.Monetary(string="Invoiced Before", readonly=True)
    amount_collected = fields.Monetary(string="Collected Before", readonly=True)
    amount_open = fields.Monetary(
        string="Open by Contracts",
        readonly=True,
        help="Invoiced less collected, of the opening contracts that are not cancelled, in the "
        "company's currency; negative is money received in advance.",
    )
    amount_booked = fields.Monetary(
        string="Open in the Accounts",
        readonly=True,
        help="Balance of the customer's receivable accounts on the day before the go-live.",
    )
    difference = fields.Monetary(readonly=True)
    difference_size = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        for name in ("sop.opening.contract", "account.move.line", "res.company", "res.partner"):
            self.env[name].flush_model()
        return self._with_row_ids_sql(self._rows_sql(), {"company_id": "id", "partner_id": "id"})

    def _rows_sql(self):
        return SQL(
            """
            WITH contracts AS (%(contracts)s), booked AS (%(booked)s)
            SELECT rows.*,
                   company.currency_id,
                   rows.amount_open - rows.amount_booked AS difference,
                   ABS(rows.amount_open - rows.amount_booked) AS difference_size
              FROM (
                  SELECT COALESCE(contracts.company_id, booked.company_id) AS company_id,
                         COALESCE(contracts.partner_id, booked.partner_id) AS partner_id,
                         COALESCE(contracts.contract_count, 0) AS contract_count,
                         COALESCE(contracts.invoiced, 0) AS amount_invoiced,
                         COALESCE(contracts.collected, 0) AS amount_collected,
                         COALESCE(contracts.invoiced - contracts.collected, 0) AS amount_open,
                         COALESCE(booked.balance, 0) AS amount_booked
                    FROM contracts
               FULL JOIN booked
                      ON booked.company_id = contracts.company_id
                     AND booked.partner_id = contracts.partner_id) rows
              JOIN res_company company ON company.id = rows.company_id
            """,
            contracts=self._contracts_sql(),
            booked=self._booked_sql(),
        )

    @api.model
    def _contracts_sql(self):
        return SQL(
            """
            SELECT opening.company_id,
                   partner.commercial_partner_id AS partner_id,
                   COUNT(*) AS contract_count,
                   SUM(opening.amount_invoiced / NULLIF(opening.currency_rate, 0)) AS invoiced,
                   SUM(opening.amount_collected / NULLIF(opening.currency_rate, 0)) AS collected
              FROM sop_opening_contract opening
              JOIN res_partner partner ON partner.id = opening.partner_id
             WHERE opening.state != 'cancelled'
          GROUP BY opening.company_id, partner.commercial_partner_id
            """
        )

    @api.model
    def _booked_sql(self):
        return SQL(
            """
            SELECT line.company_id, partner.commercial_partner_id AS partner_id,
                   SUM(line.balance) AS balance
              FROM account_move_line line
              JOIN account_account account
                ON account.id = line.account_id AND account.account_type = 'asset_receivable'
              JOIN res_company company ON company.id = line.company_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.parent_state = 'posted' AND line.date < company.go_live_date
          GROUP BY line.company_id, partner.commercial_partner_id
            HAVING SUM(line.balance) != 0
            """
        )
