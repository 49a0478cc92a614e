"""Rows that are copied in SQL, with new ids, as often as a benchmark needs."""

from odoo.tools import SQL


class Originals:
    """The rows to copy, and where their copies' ids begin.

    A subclass says which tables there are and what a copy must not share with its original.
    """

    # Parents first: a row's references are rows that are copied before it.
    tables = ()
    # ``{relation: {column: table}}`` of many2many relations, a copied table first; no table where
    # the other side is shared.
    links = {}
    # What has to stay unique gets the number of the copy.
    names = {}
    # References that the copies do without.
    loose = {}

    def __init__(self, cr, ids):
        """:param ids: ``{table: ids of the rows to copy}``"""
        self.ids = {table: sorted(ids[table]) for table in self.tables}
        self.first = {table: self._newest(cr, table) + 1000 for table in self.tables}
        self.columns = {table: self._columns(cr, table) for table in self.tables}
        self.references = {table: self._references(cr, table) for table in self.tables}

    @staticmethod
    def _newest(cr, table):
        cr.execute(SQL("SELECT MAX(id) FROM %s", SQL.identifier(table)))
        return cr.fetchone()[0] or 0

    @staticmethod
    def _columns(cr, table):
        """``{column: its type}``"""
        cr.execute(
            """SELECT column_name, data_type FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = %s AND is_generated = 'NEVER'
             ORDER BY ordinal_position""",
            (table,),
        )
        return dict(cr.fetchall())

    def _references(self, cr, table):
        """``{column: table}`` of the references to copied tables."""
        cr.execute(
            """SELECT att.attname, con.confrelid::regclass::text
                 FROM pg_constraint con
                 JOIN pg_attribute att
                   ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]
                WHERE con.contype = 'f' AND con.conrelid = %s::regclass""",
            (table,),
        )
        return {column: other for column, other in cr.fetchall() if other in self.tables}

    def copy(self, cr, first_copy, last_copy):
        """Make the copies with these numbers."""
        # Loops of references (payment and entry) are no hindrance.
        cr.execute("SET session_replication_role = replica")
        for table in self.tables:
            cr.execute(self._copy_sql(table, first_copy, last_copy))
        for relation, columns in self.links.items():
            cr.execute(self._copy_links_sql(relation, columns, first_copy, last_copy))
        cr.execute("SET session_replication_role = DEFAULT")

    def copied_ids(self, table, copy):
        """The ids of the copy with this number, in the order of the originals."""
        size = len(self.ids[table])
        start = self.first[table] + copy * (size + 1)
        return [start + position for position in range(1, size + 1)]

    def analyze(self, cr):
        """Count all tables, as a nightly VACUUM does: also the small ones, which autovacuum skips.

        The planner that knows how few rules there are plans otherwise than one that guesses.
        """
        cr.execute("ANALYZE")

    def _copy_sql(self, table, first_copy, last_copy):
        columns = self.columns[table]
        return SQL(
            """INSERT INTO %(table)s (%(columns)s)
               SELECT %(values)s
                 FROM %(table)s original
           CROSS JOIN GENERATE_SERIES(%(first)s, %(last)s) copy
                WHERE original.id = ANY(%(ids)s)""",
            table=SQL.identifier(table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(self._value_sql(table, column) for column in columns),
            first=first_copy,
            last=last_copy,
            ids=self.ids[table],
        )

    def _value_sql(self, table, column):
        value = SQL("original.%s", SQL.identifier(column))
        if column == "id":
            return self._new_id_sql(table, value)
        if column in self.references[table]:
            return self._new_id_sql(self.references[table][column], value)
        if column in self.names.get(table, ()):
            return SQL("%s || '-' || copy", value)
        if column in self.loose.get(table, ()):
            return SQL("NULL")
        return value

    def _new_id_sql(self, table, value):
        """The copy's id where the value is an original's, else the value itself."""
        ids = self.ids[table]
        return SQL(
            """CASE WHEN %(value)s = ANY(%(ids)s)
                    THEN %(first)s + copy * %(size)s + ARRAY_POSITION(%(ids)s, %(value)s)
                    ELSE %(value)s END""",
            value=value,
            ids=ids,
            first=self.first[table],
            size=len(ids) + 1,
        )

    def _copy_links_sql(self, relation, columns, first_copy, last_copy):
        """Columns without a table of copied rows keep their value."""
        values = {
            column: self._new_id_sql(table, SQL("original.%s", SQL.identifier(column)))
            if table
            else SQL("original.%s", SQL.identifier(column))
            for column, table in columns.items()
        }
        first_column = next(iter(columns))
        return SQL(
            """INSERT INTO %(relation)s (%(columns)s)
               SELECT %(values)s
                 FROM %(relation)s original
           CROSS JOIN GENERATE_SERIES(%(first)s, %(last)s) copy
                WHERE original.%(first_column)s = ANY(%(ids)s)""",
            relation=SQL.identifier(relation),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(values.values()),
            first=first_copy,
            last=last_copy,
            first_column=SQL.identifier(first_column),
            ids=self.ids[columns[first_column]],
        )
