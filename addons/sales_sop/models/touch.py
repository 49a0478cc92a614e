"""Transactions at the same moment that go by the same rows see one another."""

from odoo.tools import SQL


def touch(records, and_references=False):
    """Update the rows of ``records`` as they are, so that of two transactions the second repeats.

    PostgreSQL refuses the second of two transactions that update one row; Odoo runs it again and
    it then sees what the first one did, so what is cached stays right. Reading with a lock would
    not do: the second one would wait and then decide by its old snapshot. The rows are locked in
    the order of their ids, so that two that touch several do not wait for each other.

    :param bool and_references: also of a transaction that adds a row which refers to one of
        ``records``, as a calculation adds entries of a contract. Not for what all documents refer
        to: whoever writes a document of the company would wait.
    """
    if records.ids:
        records.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s
                   SET write_date = write_date
                 WHERE id IN (SELECT id
                                FROM %(table)s
                               WHERE id IN %(ids)s
                            ORDER BY id
                                 FOR %(lock)s)
                """,
                table=SQL.identifier(records._table),
                ids=tuple(records.ids),
                lock=SQL("UPDATE") if and_references else SQL("NO KEY UPDATE"),
            )
        )
