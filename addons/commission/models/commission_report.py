from odoo import api, models
from odoo.tools import SQL

from .commission_truth import Scope


class CommissionReport(models.AbstractModel):
    """A list that is computed from the books when it is opened; nothing of it is stored."""

    _name = "commission.report"
    _description = "Commission Read From the Books"

    @property
    def _table_query(self):
        self.env["commission.truth"]._flush_sources()
        parts = [
            self._rows_sql(self._company_scope(company.sudo())) for company in self.env.companies
        ]
        return SQL(
            "SELECT ROW_NUMBER() OVER (ORDER BY %(order)s) AS id, rows.* FROM (%(rows)s) rows",
            order=self._row_order_sql(),
            rows=SQL(" UNION ALL ").join(SQL("(%s)", part) for part in parts),
        )

    def _company_scope(self, company):
        """Return what the list looks at in ``company``."""
        return self._today_scope(company)

    def _rows_sql(self, scope):
        """Return the SELECT of the rows of ``scope``, without ``id``."""
        raise NotImplementedError

    def _row_order_sql(self):
        """Return the columns by which rows are numbered."""
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
