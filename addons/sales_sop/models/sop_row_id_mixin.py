from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# An id has 31 bits: 28 of what the row is of, 3 of its rank among rows of the same.
KEY_BITS, RANK_BITS = 28, 3
# Where the rows of a group are read alone, the group's 15 bits come first.
GROUP_BITS = 15
GROUPS = 1 << GROUP_BITS


def group_of_id(row_id):
    """Return the group, its number modulo ``GROUPS``, of the row with this id."""
    return (row_id - 1) >> (KEY_BITS + RANK_BITS - GROUP_BITS)


class SopRowIdMixin(models.AbstractModel):
    """A list that is read from other tables: its rows have ids that stay.

    The id follows from what the row is of, so that a row opened later is the same one, whatever
    has been added since. Rows whose keys have the same hash, of some millions a few, are told
    apart by their rank. More than 31 bits do not pass through XML-RPC.
    """

    _name = "sop.row.id.mixin"
    _description = "Rows That Keep Their Ids"

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
        asked = Domain(domain)
        if not (self.env.su or bypass_access):
            asked &= Domain(self.env["ir.rule"]._compute_domain(self._name, "read"))
        return self._narrowed(query, asked)

    def _as_query(self, ordered=True):
        return self._narrowed(super()._as_query(ordered), Domain("id", "in", self.ids))

    def _narrowed(self, query, domain):
        """Let the query read the rows that the domain can be about, not all of them.

        The planner cannot do that: it would compute all rows to find one.
        """
        rows = self._asked_rows_sql(domain.optimize_full(self.sudo()))
        if rows is not None:
            query._tables[query.table] = SQL("(%s)", rows)
        return query

    @api.model
    def _asked_rows_sql(self, domain):
        """Return the SELECT, with ids, of rows that hold all of the domain; None: of all rows.

        :param domain: optimized, with the rules of access
        """
        return None

    # -- ids -----------------------------------------------------------------------------------

    @api.model
    def _with_row_ids_sql(self, rows, keys, order=(), group=None):
        """Return the SELECT of ``rows`` with their ``id``.

        :param rows: a SELECT
        :param dict keys: ``{column: "id", "date" or "text"}`` of what a row is of
        :param order: further columns that tell rows of the same keys apart
        :param group: a number; where ``rows`` holds all rows of a group, they have the ids that
            they have among all rows
        """
        return SQL(
            """
            SELECT ((hash << %s) + ROW_NUMBER() OVER (PARTITION BY hash ORDER BY %s)) AS id, rows.*
              FROM (SELECT rows.*, %s AS hash FROM (%s) rows) rows
            """,
            RANK_BITS,
            SQL(", ").join(SQL.identifier(name) for name in (*keys, *order)),
            self._row_key_hash_sql(keys, group),
            rows,
        )

    def _row_key_hash_sql(self, keys, group):
        """The first bits of a row's id, a bigint."""
        folded = self._row_hash_sql(keys)
        if group is None:
            return SQL("%s & %s", folded, (1 << KEY_BITS) - 1)
        rest = KEY_BITS - GROUP_BITS
        return SQL(
            "((%s & %s)::bigint << %s) + (%s & %s)",
            group,
            GROUPS - 1,
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
