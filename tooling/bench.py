"""./sop bench NAME: run benchmarks/bench_NAME.py on a fresh copy of the installed template.

A benchmark may set three constants. `MODULES`: what is installed for it besides. `STOCK_PEER =
True`: it compares with stock Odoo; a copy of the base template is made, its name handed over in
the environment, and our demo data left out, so that the addons are the only difference.
`PEER_MODULES`: what is installed into that copy, when the peer is stock Odoo with other addons.
"""

import ast
from contextlib import ExitStack

from tooling import addons, bench_runner, process, settings
from tooling.console import Failure, step

FOLDER = settings.REPO / "benchmarks"
SCRIPT = "from tooling import bench_runner; bench_runner.main(env, {name!r})\n"


def run(context, options, rest):
    path = FOLDER / f"bench_{options.name}.py"
    if not path.exists():
        names = ", ".join(sorted(p.stem.removeprefix("bench_") for p in FOLDER.glob("bench_*.py")))
        raise Failure(f"there is no benchmark {options.name}", f"There are: {names or 'none'}.")
    databases = context.databases(requirements=_requirements())
    odoo, chosen = databases.odoo, addons.ours()
    with_peer = bool(constant(path, "STOCK_PEER"))
    variables = dict(odoo.variables)
    with ExitStack() as copies:
        template = databases.with_addons(chosen, demo=not with_peer)
        database = copies.enter_context(databases.scratch(template))
        _install(databases, database, constant(path, "MODULES") or [])
        if with_peer:
            base = databases.base(addons.needed(chosen))
            peer = copies.enter_context(databases.scratch(base, label="_stock"))
            _install(databases, peer, constant(path, "PEER_MODULES") or [])
            variables[bench_runner.STOCK_DATABASE] = peer
        command = odoo.shell_command(database)
        return process.attached(command, env=variables, stdin=SCRIPT.format(name=options.name))


def _requirements():
    """Peers to compare with are installed for benchmarks only."""
    return [settings.BENCH_REQUIREMENTS] if settings.BENCH_REQUIREMENTS.exists() else []


def constant(path, name):
    """A constant of the benchmark, read without importing it; None when it is not there."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    return None


def _install(databases, database, modules):
    if not modules:
        return
    log = databases.cache / "logs" / "bench-install.log"
    with step(f"Install {', '.join(modules)}") as current:
        options = ["-i", ",".join(modules)]
        databases.odoo.change(database, options, log, "installing the benchmark's peers", current)
