import logging

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class SopContract(models.Model):
    """The balance closes the ledger entry (C9)."""

    _inherit = "sop.contract"

    @api.model
    def _cron_close_settled(self):
        """Close the contracts on which all is delivered, invoiced and collected (C9).

        It can be repeated: what is closed is no longer looked at. A contract that fails stops no
        other one.
        """
        settled = self._settled()
        self.env["ir.cron"]._commit_progress(remaining=len(settled))
        for contract in settled:
            try:
                with self.env.cr.savepoint():
                    contract._close_if_settled()
            except Exception:
                _logger.exception("Contract %s could not be closed", contract.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _close_if_settled(self):
        self._touch()
        if not self._closing_blockers():
            self._close()

    @api.model
    def _settled(self):
        """Return the effective contracts that collected exactly their total."""
        self.env["sop.collection"]._flush_sources()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contract.id
                  FROM sop_contract contract
                  JOIN res_currency currency ON currency.id = contract.currency_id
                  JOIN (SELECT contract_id, SUM(amount) AS amount
                          FROM (%s) rows
                      GROUP BY contract_id) collected ON collected.contract_id = contract.id
                 WHERE contract.state = 'effective'
                   AND contract.amount_total > 0
                   AND ABS(collected.amount - contract.amount_total) < currency.rounding / 2
              ORDER BY contract.id
                """,
                self.env["sop.collection"]._rows_sql(),
            )
        )
        return self.sudo().browse([row[0] for row in rows])
