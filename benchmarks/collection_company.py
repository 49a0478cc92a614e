"""Tens of thousands of contracts with their money, copied in SQL from a few real ones.

A handful of orders goes through the procedure with Odoo's own methods, each to another stage. Then
their rows are copied, with new ids, as often as needed: the copies are what the originals are.
"""

from odoo import SUPERUSER_ID, api

from . import turns
from .order_chain_company import Company
from .order_chain_steps import STEPS
from .originals import Originals

# How many steps of the chain the originals have behind them.
STAGES = ("proof of delivery", "pay", "pay", "earmark", "confirm")


class CollectionCompany(Company):
    """A company whose contracts are at five different stages."""

    def __init__(self, registry):
        super().__init__(registry, "Collection", governed=True)
        self.chains = self._live_through()
        with self.registry.cursor() as cr:
            self.originals = CollectionOriginals(api.Environment(cr, SUPERUSER_ID, {}), self.chains)
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
            self.originals.analyze(cr)

    def contract_ids(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT id FROM sop_contract WHERE company_id = %s ORDER BY id DESC", (self.id,)
            )
            return [row[0] for row in cr.fetchall()]

    def contract_of_each_stage(self):
        """The contracts of the copy in the middle, in the order of the stages."""
        return self.originals.copied_ids("sop_contract", self.copies // 2)


class CollectionOriginals(Originals):
    """Contracts with their orders, invoices and money."""

    tables = (
        "sop_contract",
        "sale_order",
        "sale_order_line",
        "account_move",
        "account_move_line",
        "account_payment",
        "account_partial_reconcile",
        "sop_payment_allocation",
    )
    links = {
        "sale_order_line_invoice_rel": {
            "order_line_id": "sale_order_line",
            "invoice_line_id": "account_move_line",
        },
    }
    names = {"sop_contract": ("number",), "sale_order": ("name",), "account_move": ("name",)}
    loose = {
        "account_move": ("made_sequence_gap", "access_token"),
        "sale_order": ("access_token", "procurement_group_id"),
    }

    def __init__(self, env, chains):
        orders = env["sale.order"].browse([chain.order for chain in chains])
        super().__init__(env.cr, {one._table: one.ids for one in self._records(env, orders)})

    def _records(self, env, orders):
        """Everything that belongs to the orders, one recordset for each table."""
        contracts = orders.sop_contract_id
        allocations = env["sop.payment.allocation"].search([("contract_id", "in", contracts.ids)])
        payments = allocations.payment_id
        invoices = orders.invoice_ids
        lines = (invoices | payments.move_id).line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        moves |= invoices | payments.move_id
        payments |= moves.origin_payment_id
        return [
            contracts,
            orders,
            orders.order_line,
            moves,
            moves.line_ids,
            payments,
            partials,
            allocations,
        ]
