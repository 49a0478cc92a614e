"""Confirm, deliver, invoice and pay 100 orders: Sales SOP against stock Odoo, in one run.

Stock Odoo is a database of its own: a copy of the very template that ours was made from, with the
same modules of Odoo and without our addon. A company without a policy in our own database would
be the more convenient peer, but it runs through our hooks as well, so it would hide what they
cost; it is measured too, against stock Odoo, since it has to cost next to nothing.

Two registries in one process take the same steps in turn, with the same goods, prices, users and
rights. "single" is one order a request, 100 times; "batch" is all 100 orders in one request.
Every request has a new cursor, so nothing is cached, and ends with a commit. What stock Odoo does
not have (approvals, proof of delivery, earmarks) happens between the measured steps; it is shown
with its own cost and has no goal. 60 % of the total is paid before the goods leave, so that the
gates of money before goods (30 %) and before the invoice (60 %) are at work, and the rest after
the invoice: on all sides alike.

The number of queries is exact and repeatable. CPU is the median, per order or per batch.
"""

from odoo.modules.registry import Registry

from tooling import bench_runner
from tooling.console import say

from . import turns
from .order_chain_company import Company
from .order_chain_steps import STEPS

STOCK_PEER = True

ORDERS = 100
BATCHES = 3
WARM_UP = 3
GOAL = 1.15
# Without a policy not one query more; for CPU the tolerance of the measurement.
QUERIES_WITHOUT_POLICY = 1.02


def run(env):
    """Return ``[(what, ours, peer, ratio, goal)]``."""
    env.cr.commit()
    stock, idle, issued = companies = _companies(env.registry)
    for _turn in range(2):
        turns.take(companies, STEPS, WARM_UP, size=1)
        turns.take(companies, STEPS, WARM_UP, size=WARM_UP)
    figures = []
    for mode, size, times in (("single", 1, 1), ("batch", ORDERS, BATCHES)):
        say(f"{ORDERS} orders, {mode}")
        costs = turns.repeated(companies, STEPS, ORDERS, size, times)
        figures += _figures(mode, costs[issued], costs[stock])
        figures += _own_figures(mode, costs[issued])
        label = f"{mode}, no policy"
        figures += _figures(label, costs[idle], costs[stock], QUERIES_WITHOUT_POLICY)
    return figures


def _companies(registry):
    stock = Registry(bench_runner.stock_database())
    return (
        Company(stock, "Stock"),
        Company(registry, "Without policy"),
        Company(registry, "With policy", governed=True),
    )


# -- reporting -------------------------------------------------------------------------------------


def _figures(label, ours, stock, queries_goal=GOAL):
    steps = [step for step in STEPS if not step.own]
    rows = [(step.name, ours[step], stock[step]) for step in steps]
    rows.append(("total", turns.total(ours, steps), turns.total(stock, steps)))
    for name, mine, peer in rows:
        for what, ours_value, peer_value, goal in (
            ("queries", mine.queries(), peer.queries(), queries_goal),
            ("CPU ms", mine.cpu() * 1000, peer.cpu() * 1000, GOAL),
            ("database CPU ms", mine.database_cpu() * 1000, peer.database_cpu() * 1000, None),
        ):
            ratio = ours_value / peer_value if peer_value else None
            yield f"{label}: {name}, {what}", ours_value, peer_value, ratio, goal


def _own_figures(mode, costs):
    for step in STEPS:
        if step.own:
            series = costs[step]
            yield f"{mode}: {step.name}, queries", series.queries(), None, None, None
            yield f"{mode}: {step.name}, CPU ms", series.cpu() * 1000, None, None, None
