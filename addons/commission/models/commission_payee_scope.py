from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL


class CommissionPayee(models.Model):
    """Which contracts decide what a payee earns.

    What is shown of one payee is computed from these alone, not from everything the company sold.
    """

    _inherit = "commission.payee"

    def _scope_of(self, scope):
        """Return ``scope``, of the payees' company, with the contracts that decide only.

        Their amounts are exact there; those of other payees need not be.
        """
        self.env["commission.truth"]._prepare_statement()
        rows = self.env.execute_query(self._deciding_contracts_sql(scope))
        return replace(scope, contract_ids=tuple(contract_id for (contract_id,) in rows))

    def _deciding_contracts_sql(self, scope):
        """The contracts they sold, share in or have earned with; with tiers their teams' too."""
        return SQL(
            """
            WITH own AS (
                SELECT contract.id, contract.commission_team_id AS team_id
                  FROM sop_contract contract
                 WHERE contract.company_id = %(company)s
                   AND (contract.user_id = ANY(%(users)s)
                        OR contract.id IN (%(split_contracts)s)
                        OR contract.commission_team_id IN (%(split_teams)s)
                        OR contract.id IN (SELECT contract_id
                                             FROM commission_entry
                                            WHERE payee_id = ANY(%(payees)s))))
            SELECT id FROM own
             UNION
            SELECT id
              FROM sop_contract
             WHERE %(counts_teams)s
               AND company_id = %(company)s
               AND commission_team_id IN (SELECT team_id FROM own)
            """,
            company=scope.company.id,
            users=self.user_id.ids,
            split_contracts=self._split_sql(SQL("contract_id")),
            split_teams=self._split_sql(SQL("team_id")),
            payees=self.ids,
            counts_teams=scope.counts_teams,
        )

    def _split_sql(self, column):
        return SQL(
            """
            SELECT split.%s
              FROM commission_split_line line
              JOIN commission_split split ON split.id = line.split_id
             WHERE line.payee_id = ANY(%s)
            """,
            column,
            self.ids,
        )


class CommissionReport(models.AbstractModel):
    _inherit = "commission.report"

    @api.model
    def _of_payees(self, payees, amount):
        """Return ``{(payee, currency): sum}`` of the column ``amount`` of the payees' rows.

        Whoever asks has read the payees already.
        """
        sums = {}
        for company, group in payees.sudo().grouped("company_id").items():
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT payee_id, currency_id, SUM(%s)
                      FROM (%s) rows
                     WHERE payee_id = ANY(%s)
                  GROUP BY payee_id, currency_id
                    """,
                    SQL.identifier(amount),
                    self.sudo()._rows_sql(group._scope_of(self.sudo()._company_scope(company))),
                    group.ids,
                )
            )
            currencies = self.env["res.currency"]
            for payee_id, currency_id, total in rows:
                key = payees.browse(payee_id), currencies.browse(currency_id)
                sums[key] = float(total)
        return sums
