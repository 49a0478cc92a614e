"""Inside Odoo's shell: run one benchmark, print its figures, fail when a goal is missed."""

import importlib
import sys

LINE = "{verdict:<4}  {what}: ours {ours}, peer {peer}, ratio {ratio:.2f}, goal {goal:.2f}"


def main(env, name):
    module = importlib.import_module(f"benchmarks.bench_{name}")
    figures = list(module.run(env))
    for line in lines(figures):
        print(line, flush=True)
    if not figures or missed(figures):
        sys.exit(1)


def missed(figures):
    return [figure for figure in figures if figure[3] > figure[4]]


def lines(figures):
    for what, ours, peer, ratio, goal in figures:
        verdict = "MISS" if ratio > goal else "ok"
        yield LINE.format(
            verdict=verdict, what=what, ours=_short(ours), peer=_short(peer), ratio=ratio, goal=goal
        )


def _short(value):
    return f"{value:.3f}" if isinstance(value, float) else str(value)
