from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .sop_row_id_mixin import RowGroup

# What a row has from its contract: a condition on it is one on the contract.
OF_CONTRACT = {"partner_id", "user_id", "company_id", "currency_id"}
CONTRACT_GROUP = RowGroup("contract_id", bits=15)
# Of more money the documents are not looked up one by one.
MOST_MONEY = 10_000
# Of more contracts, or of more than this part of them, all are read.
FEW_CONTRACTS = 1_000
MOST_CONTRACTS = 1 / 3


class SopCollection(models.Model):
    """A search reads the money of the contracts it asks for, not that of all (C1, C8)."""

    _inherit = "sop.collection"
    _row_group = CONTRACT_GROUP

    @api.model
    def _asked_rows_sql(self, domain):
        contract_ids = self._contract_ids_asked(domain)
        if contract_ids is None:
            return None
        return self._row_ids_sql(self._rows_sql(contract_ids))

    def _contract_ids_asked(self, domain):
        """Return the ids of contracts that have all the rows of the domain; None if of most.

        Those that share a part of the row ids with them come along, or rows whose keys have the
        same hash could get each other's ids.
        """
        return self._contract_ids_where(domain.map_conditions(self._condition_on_contract))

    def _contract_ids_where(self, domain):
        """Return the ids of these contracts and of those that share row ids; None: of most."""
        if domain.is_true():
            return None
        contracts = self.env["sop.contract"].sudo().with_context(active_test=False)
        ids = contracts._search(domain).get_result_ids()
        if len(ids) > FEW_CONTRACTS and len(ids) > contracts.search_count([]) * MOST_CONTRACTS:
            return None
        return self._with_same_groups(set(map(self._row_group.of_number, ids)))

    def _with_same_groups(self, groups):
        last = self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM sop_contract"))[0][0]
        return [
            number
            for group in sorted(groups)
            for number in range(group, last + 1, self._row_group.count)
            if number
        ]

    def _condition_on_contract(self, condition):
        """Return the domain of contracts among which are all whose rows meet the condition."""
        name, operator, value = condition.field_expr, condition.operator, condition.value
        if name.split(".")[0] in OF_CONTRACT:
            return condition
        if operator == "in":
            numbers = [number for number in value if number]
            if name == "id":
                groups = set(map(self._row_group.of_row, numbers))
                return Domain("id", "in", self._with_same_groups(groups))
            if name == "contract_id":
                return Domain("id", "in", numbers)
            if name == "order_id" and all(value):
                return self._contracts_of(self._contracts_of_orders_sql(numbers))
            if name in ("money_move_id", "invoice_id") and all(value):
                return self._contracts_of(self.env["account.move"]._sop_contracts_sql(numbers))
        if name in ("date", "recorded_on"):
            if operator in (">", ">="):
                return self._contracts_with_money_since(name, value)
            if operator == "in" and all(value):
                return self._contracts_with_money_since(name, min(value))
        return Domain.TRUE

    def _contracts_of(self, sql):
        rows = self.env.execute_query(sql)
        return Domain("id", "in", [contract for (contract,) in rows if contract])

    def _contracts_of_orders_sql(self, order_ids):
        return SQL(
            """
            SELECT sop_contract_id
              FROM sale_order
             WHERE id = ANY(%(ids)s)
             UNION
            SELECT move.sop_contract_id
              FROM sale_order_line sol
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
              JOIN account_move_line line ON line.id = rel.invoice_line_id
              JOIN account_move move ON move.id = line.move_id
             WHERE sol.order_id = ANY(%(ids)s)
             UNION
            SELECT contract_id
              FROM sop_payment_allocation
             WHERE order_id = ANY(%(ids)s)
            """,
            ids=order_ids,
        )

    def _contracts_with_money_since(self, name, since):
        """Return the domain of the contracts that have rows of this ``date`` or ``recorded_on``."""
        money = self.env.execute_query(
            SQL(
                """SELECT id
                     FROM account_move
                    WHERE %s >= %s
                      AND (origin_payment_id IS NOT NULL OR statement_line_id IS NOT NULL)
                    LIMIT %s""",
                SQL.identifier("date" if name == "date" else "create_date"),
                since,
                MOST_MONEY + 1,
            )
        )
        if len(money) > MOST_MONEY:
            return Domain.TRUE
        # In advance, money is recorded again by earmarking it; an opening figure never is.
        if name == "date":
            others = SQL("SELECT id FROM sop_contract WHERE opening_date >= %s", since)
        else:
            others = SQL(
                "SELECT contract_id FROM sop_payment_allocation WHERE create_date >= %s", since
            )
        of_money = self.env["account.move"]._sop_contracts_sql([number for (number,) in money])
        return self._contracts_of(SQL("%s UNION %s", of_money, others))
