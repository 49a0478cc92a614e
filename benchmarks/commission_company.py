"""A company with twenty salespeople, their contracts by the ten thousand, and a commission plan.

A few orders go through the procedure with Odoo's own methods, each to another end (see
``commission_stories``). Their rows are copied in SQL: each copy belongs to the next salesperson
and happened some days later, so that the money is spread over people and months.
"""

from dataclasses import replace

from odoo import SUPERUSER_ID, Command, api
from odoo.tools import SQL

from . import commission_stories, turns
from .collection_company import CollectionOriginals
from .order_chain_company import CUSTOMERS, SOP_ROLES, Chain, Company
from .order_chain_steps import STEPS

PAYEES = 20
SPREAD_DAYS = 180
RATE = 5.0
BEFORE_INVOICE = ("application and contract", "confirm")
AFTER_CONFIRMATION = ("approval of the delivery", "deliver", "proof of delivery")
# The copies of these rows are as many days later as their contract's.
DATED = (
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "sop_payment_allocation",
)
SALESPERSON = {
    "sop_contract": "user_id",
    "sale_order": "user_id",
    "account_move": "invoice_user_id",
}


class CommissionCompany(Company):
    """A company that pays 5 % of the money collected, without tax, to twenty people."""

    sop_roles = SOP_ROLES | {"finance_vp": ("sales_sop.group_finance_vp",)}

    def __init__(self, registry):
        super().__init__(registry, "Commission", governed=True)
        self.chains = self._live_through()
        self.copies = 0
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.originals = CommissionOriginals(env, self.chains, self.salespeople)

    # -- data ----------------------------------------------------------------------------------

    def _create(self, env):
        super()._create(env)
        env = env(context=dict(env.context, allowed_company_ids=[self.id]))
        self.payment_term = self._create_payment_term(env)
        self.salespeople = self._create_salespeople(env)
        self._put_plan_in_force(env)

    def _policy_term(self, env):
        """Money comes when it comes: no gate asks for it first."""
        gates = {"prepayment_percent": 0.0, "invoice_gate_percent": 0.0}
        return {**super()._policy_term(env), **gates}

    def _create_payment_term(self, env):
        """Half at once, half after 30 days."""
        halves = [
            {"value": "percent", "value_amount": 50.0, "nb_days": days, "delay_type": "days_after"}
            for days in (0, 30)
        ]
        term = env["account.payment.term"].create(
            {
                "name": "Two instalments",
                "company_id": self.id,
                "line_ids": [Command.clear(), *map(Command.create, halves)],
            }
        )
        return term.id

    def _create_salespeople(self, env):
        first = env["res.users"].browse(self.users["salesperson"])
        users = first | env["res.users"].create(
            [
                {
                    "name": f"Salesperson {number}",
                    "login": f"salesperson.{number}.{self.id}",
                    "company_id": self.id,
                    "company_ids": [Command.set([self.id])],
                    "group_ids": [Command.set(first.group_ids.ids)],
                    "notification_type": "inbox",
                }
                for number in range(1, PAYEES)
            ]
        )
        env["commission.payee"].create(
            [{"user_id": user.id, "company_id": self.id} for user in users]
        )
        return users.ids

    def _put_plan_in_force(self, env):
        office = env(user=self.users["sales_office"])
        plan = office["commission.plan"].create(
            {
                "name": "Commission",
                "company_id": self.id,
                "date_from": "2020-01-01",
                "rule_ids": [Command.create({"name": "Every sale", "rate": RATE})],
            }
        )
        plan.action_submit()
        for role in ("finance_vp", "general_manager"):
            plan.with_user(self.users[role]).approval_for("commission_plan").approve()

    # -- originals -----------------------------------------------------------------------------

    def _live_through(self):
        chains = self.quotations(len(commission_stories.STORIES))
        steps = {step.name: _without_signature(step) for step in STEPS}
        delivered = [
            chain for chain, story in zip(chains, commission_stories.STORIES) if story.is_invoiced
        ]
        for name in BEFORE_INVOICE:
            turns._take_step(self, steps[name], chains)
        for name in AFTER_CONFIRMATION:
            turns._take_step(self, steps[name], delivered)
        for chain, story in zip(chains, commission_stories.STORIES):
            for act in story.acts:
                with self.registry.cursor() as cr:
                    act(self.environment(cr, "finance"), chain)
        return chains

    def quotations(self, count):
        """No two of them have the same amount."""
        with self.registry.cursor() as cr:
            env = self.environment(cr, "salesperson")
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": self.customers[number % CUSTOMERS],
                        "payment_term_id": self.payment_term,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": product,
                                    "product_uom_qty": 1 + position + number,
                                }
                            )
                            for position, product in enumerate(self.products)
                        ],
                    }
                    for number in range(count)
                ]
            )
            return [Chain(order.id, self.bank_journal) for order in orders]

    # -- copies --------------------------------------------------------------------------------

    def grow(self, invoices):
        """Copy the originals until the company has ``invoices`` invoices."""
        wanted = invoices // commission_stories.INVOICES - 1
        with self.registry.cursor() as cr:
            self.originals.copy(cr, self.copies + 1, wanted)
        self.copies = wanted
        self.tidy()

    def tidy(self):
        """Leave the tables as the database's own housekeeping would."""
        with self.registry.cursor() as cr:
            self.originals.analyze(cr)


def _without_signature(step):
    """No money is demanded before the goods, so finance signs no delivery order."""
    if step.name != "approval of the delivery":
        return step
    return replace(step, requests=tuple(one for one in step.requests if one[0] != "finance"))


class CommissionOriginals(CollectionOriginals):
    """Copies belong to other salespeople and other days."""

    tables = (*CollectionOriginals.tables, "account_full_reconcile")
    links = {
        **CollectionOriginals.links,
        "account_move_line_account_tax_rel": {
            "account_move_line_id": "account_move_line",
            "account_tax_id": None,
        },
        "account_tax_sale_order_line_rel": {
            "sale_order_line_id": "sale_order_line",
            "account_tax_id": None,
        },
        "account_move__account_payment": {
            "payment_id": "account_payment",
            "invoice_id": "account_move",
        },
    }

    def __init__(self, env, chains, salespeople):
        self.salespeople = salespeople
        super().__init__(env, chains)

    def _records(self, env, orders):
        records = super()._records(env, orders)
        partials = next(one for one in records if one._name == "account.partial.reconcile")
        return [*records, partials.full_reconcile_id]

    def _value_sql(self, table, column):
        value = super()._value_sql(table, column)
        if column == SALESPERSON.get(table):
            return SQL("(%s)[1 + copy %% %s]", self.salespeople, len(self.salespeople))
        if table in DATED and self.columns[table][column] == "date":
            return SQL("%s + copy %% %s", value, SPREAD_DAYS)
        if (table, column) == ("account_move_line", "matching_number"):
            return self._matching_number_sql()
        return value

    def _matching_number_sql(self):
        """The full reconciliation's id, or P and that of the first partial one."""
        return SQL(
            """CASE WHEN original.full_reconcile_id IS NOT NULL THEN (%(full)s)::text
                    WHEN original.matching_number ~ '^P' THEN 'P' || (%(partial)s)
               END""",
            full=self._new_id_sql("account_full_reconcile", SQL("original.full_reconcile_id")),
            partial=self._new_id_sql(
                "account_partial_reconcile", SQL("SUBSTR(original.matching_number, 2)::integer")
            ),
        )
