"""Tens of thousands of contracts with their money, copied in SQL from a few real ones.

A handful of orders goes through the procedure with Odoo's own methods, each to another stage. Then
their rows are copied, with new ids, as often as needed: the copies are what the originals are.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from . import turns
from .order_chain_company import Company
from .order_chain_steps import STEPS

# How many steps of the chain the originals have behind them.
STAGES = ("proof of delivery", "pay", "pay", "earmark", "confirm")
# Parents first: a row's references are rows that are copied before it.
TABLES = (
    "sop_contract",
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "sop_payment_allocation",
)
# What has to stay unique gets the number of the copy.
NAMES = {"sop_contract": ("number",), "sale_order": ("name",), "account_move": ("name",)}
# References that the copies do without.
LOOSE = {
    "account_move": ("made_sequence_gap", "access_token"),
    "sale_order": ("access_token", "procurement_group_id"),
}


class CollectionCompany(Company):
    """A company whose contracts are at five different stages."""

    def __init__(self, registry):
        super().__init__(registry, "Collection", governed=True)
        self.chains = self._live_through()
        with self.registry.cursor() as cr:
            self.originals = Originals(api.Environment(cr, SUPERUSER_ID, {}), self.chains)
        self.copies = 0

    def _live_through(self):
        chains = self.quotations(len(STAGES))
        names = [step.name for step in STEPS]
        for position, stage in enumerate(STAGES):
            for step in STEPS[: names.index(stage) + 1]:
                turns._take_step(self, step, [chains[position]])
        return chains

    def grow(self, contracts):
        """Copy the originals until the company has about ``contracts`` contracts."""
        wanted = contracts // len(STAGES) - 1
        with self.registry.cursor() as cr:
            self.originals.copy(cr, self.copies + 1, wanted)
        self.copies = wanted
        self._analyze()

    def _analyze(self):
        with self.registry.cursor() as cr:
            for table in (*TABLES, "sale_order_line_invoice_rel"):
                cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    def contract_ids(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT id FROM sop_contract WHERE company_id = %s ORDER BY id DESC", (self.id,)
            )
            return [row[0] for row in cr.fetchall()]


class Originals:
    """The rows to copy, and where their copies' ids begin."""

    def __init__(self, env, chains):
        orders = env["sale.order"].browse([chain.order for chain in chains])
        payments = (
            env["sop.payment.allocation"]
            .search([("contract_id", "in", orders.sop_contract_id.ids)])
            .payment_id
        )
        invoices = orders.invoice_ids
        lines = (invoices | payments.move_id).line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        moves |= invoices | payments.move_id
        payments |= moves.origin_payment_id
        records = (
            orders.sop_contract_id,
            orders,
            orders.order_line,
            moves,
            moves.line_ids,
            payments,
            partials,
            env["sop.payment.allocation"].search(
                [("contract_id", "in", orders.sop_contract_id.ids)]
            ),
        )
        self.ids = {table: sorted(one.ids) for table, one in zip(TABLES, records, strict=True)}
        self.first = {table: self._newest(env.cr, table) + 1000 for table in TABLES}
        self.columns = {table: self._columns(env.cr, table) for table in TABLES}
        self.references = {table: self._references(env.cr, table) for table in TABLES}

    @staticmethod
    def _newest(cr, table):
        cr.execute(SQL("SELECT MAX(id) FROM %s", SQL.identifier(table)))
        return cr.fetchone()[0] or 0

    @staticmethod
    def _columns(cr, table):
        cr.execute(
            """SELECT column_name FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = %s AND is_generated = 'NEVER'
             ORDER BY ordinal_position""",
            (table,),
        )
        return [row[0] for row in cr.fetchall()]

    @staticmethod
    def _references(cr, table):
        """``{column: table}`` of the references to copied tables."""
        cr.execute(
            """SELECT att.attname, con.confrelid::regclass::text
                 FROM pg_constraint con
                 JOIN pg_attribute att
                   ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]
                WHERE con.contype = 'f' AND con.conrelid = %s::regclass""",
            (table,),
        )
        return {column: other for column, other in cr.fetchall() if other in TABLES}

    def copy(self, cr, first_copy, last_copy):
        """Make the copies with these numbers."""
        # Loops of references (payment and entry) are no hindrance.
        cr.execute("SET session_replication_role = replica")
        for table in TABLES:
            cr.execute(self._copy_sql(table, first_copy, last_copy))
        cr.execute(self._copy_links_sql(first_copy, last_copy))
        cr.execute("SET session_replication_role = DEFAULT")

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
        if column in NAMES.get(table, ()):
            return SQL("%s || '-' || copy", value)
        if column in LOOSE.get(table, ()):
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

    def _copy_links_sql(self, first_copy, last_copy):
        return SQL(
            """INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
               SELECT %(invoice)s, %(order)s
                 FROM sale_order_line_invoice_rel original
           CROSS JOIN GENERATE_SERIES(%(first)s, %(last)s) copy
                WHERE original.order_line_id = ANY(%(ids)s)""",
            invoice=self._new_id_sql("account_move_line", SQL("original.invoice_line_id")),
            order=self._new_id_sql("sale_order_line", SQL("original.order_line_id")),
            first=first_copy,
            last=last_copy,
            ids=self.ids["sale_order_line"],
        )
