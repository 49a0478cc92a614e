from odoo import api, models
from odoo.tools import SQL


class SopRowIdMixin(models.AbstractModel):
    """A list that is read from other tables: its rows have ids that stay.

    The id follows from what the row is of, so that a row opened later is the same one, whatever
    has been added since. Rows whose keys have the same hash, of some millions a few, are told
    apart by their rank. An id has 31 bits: more do not pass through XML-RPC.
    """

    _name = "sop.row.id.mixin"
    _description = "Rows That Keep Their Ids"

    @api.model
    def _with_row_ids_sql(self, rows, keys, order=()):
        """Return the SELECT of ``rows`` with their ``id``.

        :param rows: a SELECT
        :param dict keys: ``{column: "id", "date" or "text"}`` of what a row is of
        :param order: further columns that tell rows of the same keys apart
        """
        return SQL(
            """
            SELECT (hash * 8 + ROW_NUMBER() OVER (PARTITION BY hash ORDER BY %s)) AS id, rows.*
              FROM (SELECT rows.*, %s & 268435455 AS hash FROM (%s) rows) rows
            """,
            SQL(", ").join(SQL.identifier(name) for name in (*keys, *order)),
            self._row_hash_sql(keys),
            rows,
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
