"""Submit, approve twice and confirm 200 orders: Sales SOP against OCA's sale_tier_validation.

The peer is a database of its own: a copy of the very template that ours was made from, with the
same modules of Odoo and OCA's ``sale_tier_validation`` (with ``base_tier_validation``) instead of
our addon; both are pinned in ``requirements.txt`` beside this file. It has two tiers in sequence,
manager then director, each a group of one. Ours has a policy whose term asks for the same two
reviews and for no written contract, so that confirmation follows the second approval.

Two registries in one process take the same steps in turn, with the same goods, prices, users and
Odoo rights. "single" is one order a request, 200 times; "batch" is 50 orders a request. Every
request has a new cursor, so nothing is cached, and ends with a commit. At the end each order has
to be confirmed, and approved by both.

Both sides notify as they come. Ours puts the order on the to-do list of whoever is next, writes
each step into its history, and tells the salesperson at the end; OCA's refreshes the counters of
the reviewers and tells nobody. What it costs when it tells the reviewers that it is their turn
(``notify_on_pending``) is shown too, without a goal. Everybody reads notifications in Odoo, so no
side sends e-mail.

The goal is for the four steps together. The number of queries is exact and repeatable. CPU is the
median, per order or per batch.
"""

from odoo.modules.registry import Registry

from tooling import bench_runner
from tooling.console import say

from . import turns
from .approval_company import SopCompany, TierCompany
from .approval_steps import STEPS

STOCK_PEER = True
PEER_MODULES = ["sale_tier_validation"]

ORDERS = 200
BATCH = 50
WARM_UP = 3
GOAL = 1.0


def run(env):
    """Return ``[(what, ours, peer, ratio, goal)]``."""
    env.cr.commit()
    tiers = Registry(bench_runner.stock_database())
    peer = TierCompany(tiers, "Tiers")
    telling = TierCompany(tiers, "Tiers that tell", notify=True)
    ours = SopCompany(env.registry)
    companies = (peer, telling, ours)
    for _turn in range(2):
        turns.take(companies, STEPS, WARM_UP, size=1)
        turns.take(companies, STEPS, WARM_UP, size=WARM_UP)
    figures = []
    for mode, size in (("single", 1), ("batch", BATCH)):
        say(f"{ORDERS} orders, {mode}")
        costs = turns.repeated(companies, STEPS, ORDERS, size, times=1)
        figures += _figures(mode, costs[ours], costs[peer], GOAL)
        figures += _figures(f"{mode}, reviewers told", costs[ours], costs[telling])
    return figures


def _figures(label, ours, peer, goal=None):
    rows = [(step.name, ours[step], peer[step], None) for step in STEPS]
    rows.append(("total", turns.total(ours, STEPS), turns.total(peer, STEPS), goal))
    for name, mine, theirs, name_goal in rows:
        for what, ours_value, peer_value, one_goal in (
            ("queries", mine.queries(), theirs.queries(), name_goal),
            ("CPU ms", mine.cpu() * 1000, theirs.cpu() * 1000, name_goal),
            ("database CPU ms", mine.database_cpu() * 1000, theirs.database_cpu() * 1000, None),
        ):
            ratio = ours_value / peer_value if peer_value else None
            yield f"{label}: {name}, {what}", ours_value, peer_value, ratio, one_goal
