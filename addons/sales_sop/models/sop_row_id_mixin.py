from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# An id has 31 bits: 28 of what the row is of, 3 of its rank among rows of the same.
KEY_BITS, RANK_BITS = 28, 3


@dataclass(frozen=True)
class RowGroup:
    """Which rows are read alone: their ids begin with the last bits of the number in a column.

    The more bits, the fewer rows of other numbers are read along, and the fewer bits are left for
    the rows of one number: of 13 some thousand rows have ids of their own, of 20 some 100,000.
    """

    column: str
    bits: int

    @property
    def count(self):
        return 1 << self.bits

    def of_number(self, number):
        return number % self.count

    def of_row(self, row_id):
        return (row_id - 1) >> (KEY_BITS + RANK_BITS - self.bits)


def _unless_excluding(condition):
    """Leave out what asks for rows that a search does not find: with all rights it finds more."""
    return Domain.TRUE if _is_excluding(condition) else condition


def _is_excluding(condition):
    if condition.operator in ("not any", "not any!"):
        return True
    value = condition.value
    return isinstance(value, Domain) and any(map(_is_excluding, value.iter_conditions()))


class SopRowIdMixin(models.AbstractModel):
    """A list that is read from other tables: its rows have ids that stay.

    The id follows from what the row is of, so that a row opened later is the same one, whatever
    has been added since. Rows whose keys have the same hash, of some millions a few, are told
    apart by their rank. More than 31 bits do not pass through XML-RPC.
    """

    _name = "sop.row.id.mixin"
    _description = "Rows That Keep Their Ids"
    # The :class:`RowGroup` of which rows are read alone, if any.
    _row_group = None

    # -- searches that read a part of the rows only --------------------------------------------

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        query = super()._search(
            domain,
            offset,
            limit,
            order,
            active_test=active_test,
            bypass_access=bypass_access,
        )
        if not self._row_group:
            return query
        asked = Domain(domain).optimize_full(self)
        if not (self.env.su or bypass_access):
            rules = self.env["ir.rule"]._compute_domain(self._name, "read")
            asked &= rules.optimize_full(self.sudo())
        return self._narrowed(query, asked)

    def _as_query(self, ordered=True):
        query = super()._as_query(ordered)
        if not self._row_group:
            return query
        return self._narrowed(query, Domain("id", "in", self.ids).optimize_full(self))

    def _narrowed(self, query, domain):
        """Let the query read the rows that the domain can be about, not all of them.

        The planner cannot do that: it would compute all rows to find one. What is negated as a
        whole or written in SQL cannot be said of fewer rows.

        :param domain: optimized, with the rules of access
        """
        if any(part == "!" or isinstance(part, Domain) for part in domain):
            return query
        rows = self._asked_rows_sql(domain.map_conditions(_unless_excluding))
        if rows is not None:
            query._tables[query.table] = SQL("(%s)", rows)
        return query

    @api.model
    def _asked_rows_sql(self, domain):
        """Return the SELECT, with ids, of rows that hold all of the domain; None: of all rows.

        Asked of models with a ``_row_group`` only.

        :param domain: optimized, of conditions joined by "and" and "or"
        """
        raise NotImplementedError

    # -- ids -----------------------------------------------------------------------------------

    @api.model
    def _with_row_ids_sql(self, rows, keys, order=()):
        """Return the SELECT of ``rows`` with their ``id``.

        :param rows: a SELECT; where it holds all rows of a group, they have the ids that they
            have among all rows
        :param dict keys: ``{column: "id", "date" or "text"}`` of what a row is of
        :param order: further columns that tell rows of the same keys apart
        """
        return SQL(
            """
            SELECT ((hash << %s) + ROW_NUMBER() OVER (PARTITION BY hash ORDER BY %s)) AS id, rows.*
              FROM (SELECT rows.*, %s AS hash FROM (%s) rows) rows
            """,
            RANK_BITS,
            SQL(", ").join(SQL.identifier(name) for name in (*keys, *order)),
            self._row_key_hash_sql(keys),
            rows,
        )

    def _row_key_hash_sql(self, keys):
        """The first bits of a row's id, a bigint."""
        folded, group = self._row_hash_sql(keys), self._row_group
        if group is None:
            return SQL("%s & %s", folded, (1 << KEY_BITS) - 1)
        rest = KEY_BITS - group.bits
        return SQL(
            "((COALESCE(%s, 0) & %s)::bigint << %s) + (%s & %s)",
            SQL.identifier(group.column),
            group.count - 1,
            rest,
            folded,
            (1 << rest) - 1,
        )

    def _row_hash_sql(self, keys):
        """Fold the keys of a row into one number."""
        folded = SQL("0::bigint")
        for name, kind in keys.items():
            folded = SQL("hashint8extended(%s, %s)", self._row_key_sql(name, kind), folded)
        return folded

    def _row_key_sql(self, name, kind):
        column = SQL.identifier(name)
        if kind == "date":
            return SQL("COALESCE(%s - DATE '2000-01-01', 0)", column)
        if kind == "text":
            return SQL("hashtext(%s)", column)
        return SQL("COALESCE(%s, 0)", column)
