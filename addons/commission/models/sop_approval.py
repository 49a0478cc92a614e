from odoo import models
from odoo.tools import SQL

from .commission_sheet_approval import ROUTE


class SopApproval(models.Model):
    """Nobody decides about commission of their own, whatever the company allows otherwise (B3)."""

    _inherit = "sop.approval"

    def _compute_waiting_for_me(self):
        # Whose commission the sheets are is read at once.
        self._payees_of_sheets()
        return super()._compute_waiting_for_me()

    def _barred(self):
        return super()._barred() | self._payees_of_sheets()

    def _payees_of_sheets(self):
        approvals = self.sudo().filtered(lambda approval: approval.code == ROUTE)
        return (
            self.env["commission.sheet"]
            .sudo()
            .browse(approvals.mapped("res_id"))
            .payee_id._people()
        )

    def _barred_sql(self, people):
        return SQL(
            """
            %s OR (approval.code = %s AND EXISTS (
                SELECT FROM commission_sheet sheet
                  JOIN commission_payee payee ON payee.id = sheet.payee_id
                  JOIN res_users person ON person.id = payee.user_id
                                        OR person.partner_id = payee.partner_id
                 WHERE sheet.id = approval.res_id AND person.id IN %s))
            """,
            super()._barred_sql(people),
            ROUTE,
            people,
        )
