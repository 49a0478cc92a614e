"""./sop bench NAME: run benchmarks/bench_NAME.py on a fresh copy of the installed template."""

import ast

from tooling import addons, process, settings
from tooling.console import Failure, step

FOLDER = settings.REPO / "benchmarks"
SCRIPT = "from tooling import bench_runner; bench_runner.main(env, {name!r})\n"


def run(context, options, rest):
    path = FOLDER / f"bench_{options.name}.py"
    if not path.exists():
        names = ", ".join(sorted(p.stem.removeprefix("bench_") for p in FOLDER.glob("bench_*.py")))
        raise Failure(f"there is no benchmark {options.name}", f"There are: {names or 'none'}.")
    databases = context.databases(requirements=_requirements())
    with databases.scratch(databases.with_addons(addons.ours())) as database:
        _install(databases, database, extra_modules(path))
        odoo = databases.odoo
        command = odoo.shell_command(database)
        return process.attached(command, env=odoo.variables, stdin=SCRIPT.format(name=options.name))


def _requirements():
    """Peers to compare with are installed for benchmarks only."""
    return [settings.BENCH_REQUIREMENTS] if settings.BENCH_REQUIREMENTS.exists() else []


def extra_modules(path):
    """The constant MODULES of the benchmark, read without importing it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODULES":
            return list(ast.literal_eval(node.value))
    return []


def _install(databases, database, modules):
    if not modules:
        return
    log = databases.cache / "logs" / "bench-install.log"
    with step(f"Install {', '.join(modules)}") as current:
        options = ["-i", ",".join(modules)]
        databases.odoo.change(database, options, log, "installing the benchmark's peers", current)
