from odoo import api, models
from odoo.fields import Domain

from odoo.addons.sales_sop.models.sop_row_id_mixin import RowGroup


class CommissionExpected(models.Model):
    """A search reads the contracts of the payees it asks for, not all of the company's."""

    _inherit = "commission.expected"
    # Payees are few, and each may have a row of every contract.
    _row_group = RowGroup("payee_id", bits=8)

    @api.model
    def _asked_rows_sql(self, domain):
        payees = self._payees_asked(domain)
        if payees is None:
            return None
        return self._rows_of_scopes_sql(
            [
                payees.filtered(lambda payee, c=company: payee.company_id == c)._scope_of(
                    self.sudo()._company_scope(company)
                )
                for company in self.env.companies.sudo()
            ]
        )

    def _payees_asked(self, domain):
        """Return payees that have all the rows of the domain; None if those are most of them.

        Those that share a part of the row ids with them come along.
        """
        domain = domain.map_conditions(self._condition_on_payee)
        if domain.is_true():
            return None
        everybody = self._payees_where(Domain.TRUE)
        groups = set(map(self._row_group.of_number, self._payees_where(domain).ids))
        payees = self._with_same_groups(everybody, groups)
        return payees if len(payees) * 3 <= len(everybody) else None

    def _with_same_groups(self, payees, groups):
        return payees.filtered(lambda payee: self._row_group.of_number(payee.id) in groups)

    def _payees_where(self, domain):
        payees = self.env["commission.payee"].sudo().with_context(active_test=False)
        return payees.search(domain & Domain("company_id", "in", self.env.companies.ids))

    def _condition_on_payee(self, condition):
        """Return the domain of payees among which are all whose rows meet the condition."""
        name, operator, value = condition.field_expr, condition.operator, condition.value
        if name.split(".")[0] == "company_id":
            return condition
        if name == "payee_id" and operator in ("any", "any!") and isinstance(value, Domain):
            return value
        if name == "payee_id" and operator == "in":
            return Domain("id", "in", [number for number in value if number])
        if name == "id" and operator == "in":
            groups = {self._row_group.of_row(number) for number in value if number}
            payees = self._with_same_groups(self._payees_where(Domain.TRUE), groups)
            return Domain("id", "in", payees.ids)
        return Domain.TRUE
