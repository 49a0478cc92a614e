from dataclasses import dataclass, field
from functools import cached_property

from odoo import models
from odoo.tools import SQL

# The columns that make a row of commission: what two rows of the same money have in common.
KEY = (
    "kind",
    "payee_id",
    "tier_team_id",
    "plan_id",
    "rule_id",
    "contract_id",
    "order_id",
    "invoice_id",
    "date_maturity",
    "money_move_id",
    "period",
)
# The parts whose rows are commission.
ROW_PARTS = (
    "earned",
    "overdue",
    "tier",
    "tier_overdue",
    "contract_limit",
    "month_limit",
    "open_overdue",
)
# What else a row says; none of it decides whether two rows are the same.
FACTS = ("money_date", "base", "rate", "share", "days_late")


@dataclass(frozen=True)
class Scope:
    """What a calculation looks at.

    ``versions`` are ``[(plan, first day, last day or None)]``; ``open_on`` is the end of a month
    on which open overdue money is deducted, if any. With ``is_expected`` the money that has not
    come yet is looked at, as if all of it came on ``until``. With ``contract_ids`` only these
    contracts are looked at; what depends on all of a payee's money is wrong then. With
    ``money_ids`` only these entries are looked at where money is asked for that counts nowhere.
    """

    company: object
    until: object
    versions: list = field(default_factory=list)
    open_on: object = None
    is_expected: bool = False
    contract_ids: tuple | None = None
    money_ids: tuple | None = None

    def contract_sql(self, column):
        """Return the condition that ``column`` is a contract that is looked at."""
        if self.contract_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", column, list(self.contract_ids))

    def money_sql(self, column):
        """Return the condition that ``column`` is an entry of money that is looked at."""
        if self.money_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", column, list(self.money_ids))

    def entry_sql(self, column):
        """Return the condition that ``column`` is such a contract, or that of no contract."""
        return SQL("(%s OR %s IS NULL)", self.contract_sql(column), column)

    def rule_sql(self, column, wanted):
        """Return the condition that ``column`` is a rule of which ``wanted`` is true.

        It names the other rules: of a join with the few rules that there are, or of what they say,
        the planner expects next to nothing, and looks through all the money row by row.
        """
        others = [rule.id for rule in self._rules() if not wanted(rule)]
        return SQL("%s <> ALL(%s)", column, others)

    def plan_sql(self, column, wanted):
        """Return the condition that ``column`` is a version of which ``wanted`` is true."""
        others = [plan.id for plan in self._plans() if not wanted(plan)]
        return SQL("%s <> ALL(%s)", column, others)

    @property
    def reads_all_invoices(self):
        """Whether the lines of all invoices are read, and not of those only that money paid.

        Asked for what money paid, the planner expects little and searches the lines of each
        invoice by themselves; for a whole company that takes longer.
        """
        return self.contract_ids is None and not self.is_expected

    @cached_property
    def counts_units(self):
        """Whether any rule pays an amount per unit."""
        return any(rule.rate_kind == "unit" for rule in self._rules())

    @cached_property
    def counts_margin(self):
        """Whether any rule pays a part of the margin."""
        return any(rule.base == "margin" for rule in self._rules())

    @cached_property
    def has_tiers(self):
        """Whether any rule pays by tiers."""
        return any(rule.rate_kind == "tiers" for rule in self._rules())

    @cached_property
    def counts_teams(self):
        """Whether any tier counts the money of a whole team."""
        return any(
            rule.rate_kind == "tiers" and rule.tier_scope == "team" for rule in self._rules()
        )

    @cached_property
    def counts_roles(self):
        """Whether any tier counts the money of all rules for its role."""
        return any(
            rule.rate_kind == "tiers" and rule.tier_rules == "role" for rule in self._rules()
        )

    @cached_property
    def limits_contracts(self):
        """Whether any rule pays at most so much with a contract."""
        return any(rule.amount_max > 0 for rule in self._rules())

    @cached_property
    def limits_months(self):
        """Whether any version pays at most, or at least, so much a month."""
        return any(plan.amount_max > 0 or plan.amount_min > 0 for plan in self._plans())

    @cached_property
    def deducts(self):
        """Whether any version takes something for late money."""
        return any(plan.overdue_mode != "none" for plan in self._plans())

    def _plans(self):
        return [plan.sudo() for plan, __, __ in self.versions]

    def _rules(self):
        return [rule for plan in self._plans() for rule in plan.rule_ids]


class CommissionTruth(models.AbstractModel):
    """What everybody has earned, computed from the books now (B1, B4, C5).

    Nothing is stored here. The ledger is brought to this truth by the calculation; a what-if
    reads it with another plan. The statement is built from small parts, each a table that the
    next ones read:

    ``invoiced``
        the lines of invoices, with the order and the contract they are for
    ``collected``
        the money of the contracts, from ``sop.collection``, per order, invoice and instalment
    ``paid_up``, ``counted``
        that money without what comes beyond the total of a contract
    ``cash``
        that money with the day it is judged by; and, where asked for, the open overdue
        instalments as if they were paid on that day
    ``contract``
        the facts of the contracts that rules ask for
    ``item``
        what the money paid for: the lines of the invoice, or of the order for money in advance. A
        down payment's line stands for the order's lines.
    ``version``, ``matched``, ``mix``
        the rule for every line, and each rule's part of an invoice or order
    ``earned``
        each money's part under each rule, shared out among the payees
    """

    _name = "commission.truth"
    _description = "Commission Computed From the Books"

    def _prepare_statement(self):
        """Write what is pending, for the statement reads the tables; and have it not compiled."""
        self.env.flush_all()
        self.env["sop.collection"]._without_jit()

    def _truth_sql(self, scope):
        """Return the SELECT of all rows: ``KEY``, ``FACTS`` and the exact amount ``raw``.

        Amounts are in the plan's currency and not rounded.
        """
        parts = {**self._earned_parts(scope), **self._adjustment_parts(scope)}
        columns = SQL(", ").join(SQL.identifier(name) for name in (*KEY, *FACTS, "raw"))
        rows = SQL(" UNION ALL ").join(
            SQL("SELECT %s FROM %s", columns, SQL.identifier(name))
            for name in parts
            if name in ROW_PARTS
        )
        return self._with_sql(parts, rows)

    def _with_sql(self, parts, query):
        tables = SQL(", ").join(
            SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), part)
            for name, part in parts.items()
        )
        return SQL("WITH %s %s", tables, query)

    def _earned_parts(self, scope):
        """Return ``{name: SELECT}`` of the parts up to ``share``, in the order they need."""
        money = {
            "collected": self._collected_sql(scope),
            **self._counted_parts(),
            "cash": self._cash_sql(scope),
        }
        lines = {"invoiced": self._invoiced_sql(scope)}
        if scope.reads_all_invoices:
            first = {**lines, "collected_line": self._collected_line_sql(), **money}
        else:
            first = {**money, **lines}
        return {
            **first,
            "contract": self._contract_sql(scope),
            "item": self._item_sql(scope),
            "version": self._version_sql(scope),
            "matched": self._matched_sql(),
            "item_total": self._item_total_sql(),
            "mix": self._mix_sql(),
            "dated": self._dated_sql(),
            "share": self._share_sql(scope),
            "paid_part": self._paid_part_sql(scope),
            "shared": self._shared_sql(),
            "earned": self._earned_sql(),
        }

    def _adjustment_parts(self, scope):
        """Return ``{name: SELECT}`` of what raises or lowers the earned amounts, where it can."""
        parts = {}
        if scope.deducts or scope.limits_contracts:
            parts["contract_month"] = self._contract_month_sql(scope)
        if scope.deducts:
            parts |= {"late": self._late_sql(scope), "overdue": self._overdue_sql()}
        if scope.has_tiers:
            parts |= self._tier_parts(scope)
        if scope.has_tiers and scope.deducts:
            parts["tier_overdue"] = self._tier_overdue_sql()
        if scope.limits_contracts:
            parts["contract_limit"] = self._contract_limit_sql()
        if scope.limits_months:
            parts["month_limit"] = self._month_limit_sql(["earned", *parts])
        if scope.deducts and scope.open_on:
            parts["open_overdue"] = self._open_overdue_sql()
        return parts
