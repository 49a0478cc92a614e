from odoo import api, models
from odoo.tools import SQL

from .commission_truth import Scope


class CommissionReport(models.AbstractModel):
    """A list that is computed from the books when it is opened; nothing of it is stored."""

    _name = "commission.report"
    _description = "Commission Read From the Books"
    _inherit = ["sop.row.id.mixin"]
    # What a row is of: ``{column: "id", "date" or "text"}``.
    _row_keys = {}

    @property
    def _table_query(self):
        self.env["commission.truth"]._prepare_statement()
        return self._rows_of_scopes_sql(
            [self._company_scope(company.sudo()) for company in self.env.companies]
        )

    def _rows_of_scopes_sql(self, scopes):
        """Return the SELECT of the rows of all scopes, with ``id``."""
        rows = SQL(" UNION ALL ").join(SQL("(%s)", self._rows_sql(scope)) for scope in scopes)
        return self._with_row_ids_sql(rows, self._row_keys)

    def _company_scope(self, company):
        """Return what the list looks at in ``company``."""
        return self._today_scope(company)

    def _rows_sql(self, scope):
        """Return the SELECT of the rows of ``scope``, without ``id``."""
        raise NotImplementedError

    @api.model
    def _today_scope(self, company, **values):
        """Return the scope of what is known today, with the versions of the plan in force."""
        return Scope(
            company=company,
            until=company._commission_known_until(),
            versions=self.env["commission.plan"]._versions(company),
            **values,
        )
