"""What tests have to commit, and how it is taken away again."""

from psycopg2 import IntegrityError

from odoo.tools import SQL, mute_logger


def newest_rows(registry):
    """The newest id of every table, by its name."""
    tables = {model._table for model in registry.values() if model._auto and not model._abstract}
    with registry.cursor() as cr:
        return {table: _newest_row(cr, table) for table in sorted(tables)}


def delete_rows(registry, after, until):
    """Delete every row that is newer than ``after`` and no newer than ``until``."""
    with registry.cursor() as cr:
        left = {table for table, row in until.items() if row > after[table]}
        while left:
            deleted = {table for table in left if _delete(cr, table, after[table], until[table])}
            if not deleted:
                raise AssertionError(f"Rows of a test stay in the database: {sorted(left)}")
            left -= deleted
    registry.clear_all_caches()


def _newest_row(cr, table):
    cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table)))
    return cr.fetchone()[0]


@mute_logger("odoo.sql_db")
def _delete(cr, table, after, until):
    query = SQL("DELETE FROM %s WHERE id > %s AND id <= %s", SQL.identifier(table), after, until)
    try:
        with cr.savepoint():
            cr.execute(query)
    except IntegrityError:
        return False
    return True
