"""Commission of 10,000 invoices, and of 100,000: ours against OCA's settlements and SQL by hand.

A company with 20 salespeople: invoices of three lines and two instalments, paid at once, in two
payments, partly or not at all, with an advance, with a credit note, with money given back, and
contracts that are paid in advance only. They are copied in SQL from a few that went through the
procedure, and checked: everything adds up, and Odoo computes for a sample what is stored. Each
payee gets 5 % of what is collected without tax.

Ours is one calculation (``commission.calculation``) by the sales office that writes its rows of the
ledger. It is compared, in one process and database, with

* OCA's ``account_commission_oca``, pinned in ``requirements.txt`` beside this file, whose wizard
  settles the lines of the invoices that are fully paid; partly paid ones earn nothing there. It is
  installed beside our addons, which shows that both can live in one database. It is measured on
  the smaller number of invoices only: on the larger one it would take many minutes and tell
  nothing more.
* SQL written by hand for exactly this data, which writes as many rows into a plain table. The
  amounts of each payee have to be ours to the cent, or the benchmark fails: both round the total
  of a contract once.

Each run has a new cursor, includes the writing of its rows, and is rolled back. Seconds are shown
too, but other work on the machine counts there; "CPU" is the processor time of Python and the
database's process. Figures are medians of several runs, of fewer on the larger number of invoices;
OCA's are of one.

"again" is a second calculation with nothing new, "1 % un-reconciled" the one after every hundredth
payment was un-reconciled from its invoice. "growth" compares our CPU time at the larger number
with the smaller one's in proportion: linear is 1.
"""

from datetime import date

from tooling.console import say

from .commission_checks import check
from .commission_company import CommissionCompany
from .commission_peers import ByHand, Settlements
from .measuring import measured, median

MODULES = ["account_commission_oca"]

INVOICES = 10_000
GROWN = 100_000
UNTIL = date(2026, 10, 31)
REPEAT = {INVOICES: 5, GROWN: 3}
MOST_QUERIES = 100
GOAL_OCA = 0.05
GOAL_BY_HAND = 8.0
GOAL_GROWTH = 1.2


def run(env):
    """Return ``[(what, ours, peer, ratio, goal)]``."""
    env.cr.commit()
    company = CommissionCompany(env.registry)
    by_hand, settlements = ByHand(company), Settlements(company)
    figures, cpu = [], {}
    for size in (INVOICES, GROWN):
        company.grow(size)
        check(company, size)
        say(f"{size:,} invoices")
        ours, hand = _in_turn(company, by_hand, REPEAT[size])
        figures += _figures(f"{size:,}: than by hand", ours, hand, GOAL_BY_HAND)
        if size == INVOICES:
            settlements.prepare()
            oca = [_settled(company, settlements)]
            figures += _figures(f"{size:,}: than OCA", ours, oca, GOAL_OCA, with_wall=True)
            queries = max(cost.queries for cost in ours)
            ratio = queries / MOST_QUERIES
            figures.append((f"{size:,}: queries", queries, MOST_QUERIES, ratio, 1.0))
            figures.append((f"{size:,}: queries of OCA", queries, oca[0].queries, None, None))
        figures += [
            (f"{size:,}: {name}, CPU ms", cost.all_cpu() * 1000, None, None, None)
            for name, cost in _afterwards(company, by_hand).items()
        ]
        cpu[size] = median(cost.all_cpu() for cost in ours)
    linear = cpu[INVOICES] * GROWN / INVOICES
    growth = cpu[GROWN] / linear
    figures.append(("growth, CPU ms", cpu[GROWN] * 1000, linear * 1000, growth, GOAL_GROWTH))
    return figures


def _figures(label, ours, peer, goal, with_wall=False):
    for what, cost_of, one_goal in (
        ("CPU ms", lambda cost: cost.all_cpu() * 1000, goal),
        ("ms", lambda cost: cost.wall * 1000, goal if with_wall else None),
    ):
        mine, theirs = median(map(cost_of, ours)), median(map(cost_of, peer))
        yield f"{label}, {what}", mine, theirs, mine / theirs, one_goal


def _calculate(env, company):
    office = env["commission.calculation"]
    calculation = office._calculate(env["res.company"].browse(company.id), UNTIL)
    env.flush_all()
    return calculation


def _in_turn(company, by_hand, times):
    """Both once after the other, several times: ``(our costs, the peer's)``."""
    ours, peer = [], []
    for _turn in range(times):
        with company.registry.cursor() as cr:
            env = company.environment(cr, "sales_office")
            with measured(cr) as cost:
                _calculate(env, company)
            ours.append(cost)
            mine = _totals(cr, company)
            cr.rollback()
        with company.registry.cursor() as cr:
            env = company.environment(cr, "sales_office")
            with measured(cr) as cost:
                by_hand.calculate(env, UNTIL)
            peer.append(cost)
            theirs = by_hand.totals(cr)
            cr.rollback()
        _check_same(mine, theirs)
    return ours, peer


def _totals(cr, company):
    """``{payee: cents}`` of the ledger."""
    cr.execute(
        """SELECT entry.payee_id, SUM(entry.amount)
             FROM commission_entry entry
             JOIN commission_payee payee ON payee.id = entry.payee_id
            WHERE payee.company_id = %s
         GROUP BY entry.payee_id""",
        (company.id,),
    )
    return {payee: round(amount * 100) for payee, amount in cr.fetchall()}


def _check_same(mine, theirs):
    if not mine or mine != theirs:
        raise AssertionError(f"Not the same: {sorted(mine.items())} {sorted(theirs.items())}")


def _settled(company, settlements):
    with company.registry.cursor() as cr:
        env = company.environment(cr, "finance")(su=True)
        with measured(cr) as cost:
            settlements.settle(env, UNTIL)
        settlements.check(cr)
        cr.rollback()
    return cost


def _afterwards(company, by_hand):
    """The costs of the calculations after the first one, on the ledger as it then is."""
    costs = {}
    with company.registry.cursor() as cr:
        env = company.environment(cr, "sales_office")
        _calculate(env, company)
        cr.execute("ANALYZE commission_entry")
        with measured(cr) as costs["again"]:
            calculation = _calculate(env, company)
        if calculation.entry_count:
            raise AssertionError("A second calculation has found something new")
        _un_reconcile(env, company)
        with measured(cr) as costs["1 % un-reconciled"]:
            calculation = _calculate(env, company)
        by_hand.calculate(env, UNTIL)
        _check_same(_totals(cr, company), by_hand.totals(cr))
        if calculation.amount >= 0:
            raise AssertionError("Money that was un-reconciled took no commission back")
        cr.rollback()
    return costs


def _un_reconcile(env, company):
    """Take every hundredth payment of an invoice from it."""
    payments = (
        env["account.payment"]
        .sudo()
        .search(
            [("company_id", "=", company.id), ("move_id.line_ids.matched_debit_ids", "!=", False)],
            order="id",
        )
    )
    payments[::100].move_id.line_ids.remove_move_reconcile()
    env.flush_all()
