"""Inside Odoo's shell: run one benchmark, print its figures, fail when a goal is missed."""

import importlib
import os
import sys

STOCK_DATABASE = "SOP_STOCK_DATABASE"
LINE = "{verdict:<4}  {what}: ours {ours}, peer {peer}, ratio {ratio}, goal {goal}"


def main(env, name):
    module = importlib.import_module(f"benchmarks.bench_{name}")
    figures = list(module.run(env))
    for line in lines(figures):
        print(line, flush=True)
    if not figures or missed(figures):
        sys.exit(1)


def stock_database():
    """The copy of stock Odoo (with PEER_MODULES) that a benchmark with STOCK_PEER compares with."""
    return os.environ[STOCK_DATABASE]


def missed(figures):
    """Those above their goal; a figure without a goal is for information."""
    return [figure for figure in figures if figure[4] is not None and figure[3] > figure[4]]


def lines(figures):
    for figure in figures:
        what, ours, peer, ratio, goal = figure
        verdict = "info" if goal is None else "MISS" if missed([figure]) else "ok"
        yield LINE.format(
            verdict=verdict,
            what=what,
            ours=_short(ours),
            peer=_short(peer),
            ratio=_short(ratio, 2),
            goal=_short(goal, 2),
        )


def _short(value, digits=3):
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)
