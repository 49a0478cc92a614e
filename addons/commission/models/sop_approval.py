from odoo import models
from odoo.tools import SQL

from .commission_sheet_approval import ROUTE


class SopApproval(models.Model):
    """Nobody decides about commission of their own, whatever the company allows otherwise (B3)."""

    _inherit = "sop.approval"

    def _barred(self):
        return super()._barred() | self._payees_of_sheets()

    def _payees_of_sheets(self):
        sheets = self.sudo().filtered(lambda approval: approval.code == ROUTE)
        return sheets.salesperson_id

    def _barred_sql(self, people):
        return SQL(
            "%s OR (approval.code = %s AND COALESCE(approval.salesperson_id, 0) IN %s)",
            super()._barred_sql(people),
            ROUTE,
            people,
        )
