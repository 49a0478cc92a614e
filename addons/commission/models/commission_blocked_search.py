from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sales_sop.models.sop_collection import EARMARKED_MONEY
from odoo.addons.sales_sop.models.sop_collection_scope import CONTRACT_GROUP


class CommissionBlocked(models.Model):
    """A search reads the money of the contracts it asks for, not all of the company's."""

    _inherit = "commission.blocked"
    _row_group = CONTRACT_GROUP

    @api.model
    def _asked_rows_sql(self, domain):
        collection = self.env["sop.collection"].sudo()
        conditions = domain.map_conditions(self._condition_on_contract)
        contract_ids = collection._contract_ids_where(conditions)
        # The rows of no contract share the ids of the first group.
        if contract_ids is None or 0 in map(self._row_group.of_number, contract_ids):
            return None
        scope = self._scope_of_contracts(contract_ids)
        return self._rows_of_scopes_sql(
            [
                replace(self._company_scope(company), **scope)
                for company in self.env.companies.sudo()
            ]
        )

    def _scope_of_contracts(self, contract_ids):
        """Return what :class:`Scope` looks at: the money earmarked to them, and what shares it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT COALESCE(payment.move_id, statement_line.move_id)
                  FROM sop_payment_allocation allocation
                       %s
                 WHERE allocation.contract_id = ANY(%s)
                """,
                EARMARKED_MONEY,
                contract_ids,
            )
        )
        money_ids = tuple(money_id for (money_id,) in rows if money_id)
        shared = self.env.execute_query(
            self.env["account.move"]._sop_contracts_sql(list(money_ids))
        )
        sharing = {contract_id for (contract_id,) in shared if contract_id}
        return {"money_ids": money_ids, "contract_ids": tuple(sharing.union(contract_ids))}

    def _condition_on_contract(self, condition):
        """Return the domain of contracts among which are all whose rows meet the condition.

        Money of no contract has a customer and a company, and is never said of a contract or a
        salesperson.
        """
        name, operator, value = condition.field_expr, condition.operator, condition.value
        if operator != "in" or not all(value):
            return Domain.TRUE
        if name == "id":
            groups = set(map(self._row_group.of_row, value))
            if 0 in groups:
                return Domain.TRUE
            return Domain("id", "in", self.env["sop.collection"]._with_same_groups(groups))
        if name == "contract_id":
            return Domain("id", "in", value)
        return condition if name == "user_id" else Domain.TRUE
