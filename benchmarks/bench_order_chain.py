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

from odoo import api
from odoo.modules.registry import Registry

from tooling import bench_runner
from tooling.console import say

from .measuring import Cost, Series, measured
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
        _take_all_steps(companies, WARM_UP, single=True)
        _take_all_steps(companies, WARM_UP, single=False)
    figures = []
    for mode, measure in (("single", _single), ("batch", _batch)):
        say(f"{ORDERS} orders, {mode}")
        costs = measure(companies)
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


# -- measuring -------------------------------------------------------------------------------------


def _single(companies):
    return _take_all_steps(companies, ORDERS, single=True)


def _batch(companies):
    total = {company: {step: Series() for step in STEPS} for company in companies}
    for turn in range(BATCHES):
        costs = _take_all_steps(companies, ORDERS, single=False, turn=turn)
        for company, steps in costs.items():
            for step, series in steps.items():
                total[company][step].costs += series.costs
    return total


def _take_all_steps(companies, count, single, turn=0):
    """Return ``{company: {step: Series}}`` of ``count`` new orders in each company."""
    chains = {company: company.quotations(count) for company in companies}
    costs = {company: {step: Series() for step in STEPS} for company in companies}
    parts = [slice(i, i + 1) for i in range(count)] if single else [slice(None)]
    for step in STEPS:
        for number, part in enumerate(parts):
            for company in _in_turn(companies, number + turn):
                if company.governed or not step.own:
                    cost = _take(company, step, chains[company][part])
                    costs[company][step].costs.append(cost)
    for company in companies:
        _check_is_done(company, chains[company])
    return costs


def _in_turn(companies, number):
    """Each of the companies comes first, second and last equally often."""
    start = number % len(companies)
    return companies[start:] + companies[:start]


def _take(company, step, chains):
    cost = Cost()
    for role, function in step.requests:
        with company.registry.cursor() as cr:
            env = company.environment(cr, role)
            with measured(cr) as one:
                function(env, chains)
                cr.commit()
        cost += one
    if step.after:
        with company.registry.cursor() as cr:
            step.after(api.Environment(cr, api.SUPERUSER_ID, {}), chains)
    return cost


def _check_is_done(company, chains):
    """A step that was silently refused would be a very fast one."""
    with company.registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        pickings = env["stock.picking"].browse([chain.picking for chain in chains])
        invoices = env["account.move"].browse([chain.invoice for chain in chains])
        done = set(pickings.mapped("state")), set(invoices.mapped("state"))
        if done != ({"done"}, {"posted"}) or any(invoices.mapped("amount_residual")):
            raise AssertionError(f"{company.label}: not every order came to its end: {done}")


# -- reporting -------------------------------------------------------------------------------------


def _figures(label, ours, stock, queries_goal=GOAL):
    steps = [step for step in STEPS if not step.own]
    rows = [(step.name, ours[step], stock[step]) for step in steps]
    rows.append(("total", _total(ours, steps), _total(stock, steps)))
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


def _total(costs, steps):
    """The whole chain as one piece of work: per order or per batch, its steps added up."""
    return Series([sum(parts, Cost()) for parts in zip(*(costs[step].costs for step in steps))])
