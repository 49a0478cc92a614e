from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from .sop_collection import EARMARKED_MONEY, INVOICE_TYPES

# With the money of more contracts, PostgreSQL may expect a statement to be worth compiling.
MOST_NOT_COMPILED = 1_000


@dataclass(frozen=True)
class CollectionKeys:
    """The documents that hold the money of some contracts, or of all.

    Written into the statement as arrays, they tell the planner how much there is to read.
    """

    # The contracts asked for; None: all of them, and the statement finds their documents itself.
    contracts: tuple = None
    # ``(id, contract on the invoice itself)``
    invoices: tuple = ()
    # ``(id, entry of the money)``
    earmarks: tuple = ()
    has_opening: bool = True

    @property
    def is_all(self):
        return self.contracts is None

    @property
    def is_large(self):
        return self.is_all or len(self.contracts) > MOST_NOT_COMPILED

    @property
    def has_invoices(self):
        return self.is_all or bool(self.invoices)

    @property
    def has_earmarks(self):
        return self.is_all or bool(self.earmarks)

    def invoices_sql(self):
        return _table_sql(("id", "sop_contract_id"), self.invoices)

    def earmarks_sql(self):
        return _table_sql(("id", "money_id"), self.earmarks)

    def earmarked_money_sql(self):
        """Each entry of earmarked money once."""
        return _table_sql(("money_id",), {(money_id,) for __, money_id in self.earmarks})

    def asked_sql(self, contract_id):
        """Whether the column ``contract_id`` is one of the contracts asked for."""
        if self.is_all:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", contract_id, _array_sql(self.contracts))


def _table_sql(columns, rows):
    return SQL(
        "SELECT * FROM UNNEST(%s) AS keys(%s)",
        SQL(", ").join(map(_array_sql, zip(*rows, strict=True))),
        SQL(", ").join(map(SQL.identifier, columns)),
    )


def _array_sql(ids):
    """One text is read much faster than thousands of numbers, here and in the database."""
    text = ",".join("NULL" if number is None else str(number) for number in ids)
    return SQL("%s::integer[]", f"{{{text}}}")


class SopCollection(models.Model):
    """Which documents hold the money of some contracts."""

    _inherit = "sop.collection"

    @api.model
    def _keys(self, contract_ids):
        """Return the :class:`CollectionKeys` of these contracts; of all when None."""
        if contract_ids is None:
            return CollectionKeys()
        asked = tuple(contract_ids)
        if not asked:
            return CollectionKeys(contracts=())
        self._flush_sources()
        earmarks = self.env.execute_query(self._earmark_keys_sql(asked))
        # What is open on money is shared with the other contracts it is earmarked to.
        scope = {*asked, *(contract_id for __, __, contract_id, __ in earmarks)}
        return CollectionKeys(
            contracts=asked,
            invoices=tuple(self.env.execute_query(self._invoice_keys_sql(scope))),
            earmarks=tuple((earmark_id, money_id) for earmark_id, money_id, __, __ in earmarks),
            has_opening=any(is_opening for __, __, __, is_opening in earmarks),
        )

    @api.model
    def _without_jit(self):
        """Have PostgreSQL compile no statement of this transaction (JIT).

        It compiles what it expects to take long, and of money that is found in many steps it
        expects far more than there is: compiling takes ten times as long as running.
        """
        self.env.cr.execute("SET LOCAL jit = off")

    def _earmark_keys_sql(self, contract_ids):
        """All earmarks of the money that is earmarked to the contracts."""
        return SQL(
            """
            SELECT allocation.id,
                   COALESCE(payment.move_id, statement_line.move_id),
                   allocation.contract_id,
                   contract.is_opening
              FROM sop_payment_allocation allocation
              JOIN sop_contract contract ON contract.id = allocation.contract_id
                   %(money)s
             WHERE allocation.payment_id = ANY(ARRAY(
                       SELECT payment_id
                         FROM sop_payment_allocation
                        WHERE contract_id = ANY(%(ids)s)))
                OR allocation.statement_line_id = ANY(ARRAY(
                       SELECT statement_line_id
                         FROM sop_payment_allocation
                        WHERE contract_id = ANY(%(ids)s)))
            """,
            money=EARMARKED_MONEY,
            ids=_array_sql(contract_ids),
        )

    def _invoice_keys_sql(self, contract_ids):
        """The posted invoices and credit notes of the contracts, by their orders or their own."""
        return SQL(
            """
            SELECT move.id, move.sop_contract_id
              FROM account_move move
             WHERE (move.sop_contract_id = ANY(%(ids)s)
                    OR move.id = ANY(ARRAY(
                        SELECT line.move_id
                          FROM sale_order so
                          JOIN sale_order_line sol ON sol.order_id = so.id
                          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                          JOIN account_move_line line ON line.id = rel.invoice_line_id
                         WHERE so.sop_contract_id = ANY(%(ids)s))))
               AND move.state = 'posted'
               AND move.move_type IN %(types)s
            """,
            ids=_array_sql(contract_ids),
            types=INVOICE_TYPES,
        )
