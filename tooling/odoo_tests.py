"""./sop odoo-tests: Odoo's own tests with our addons installed, against stock Odoo here.

Each module's tests run on a copy of a database, with everything that is installed loaded, by
Odoo's own runner. What fails on stock Odoo too is known by name from a run that is cached. A
failure that is new is tried once more alone, since browser tests fail now and then by chance.
"""

import json
import re
from dataclasses import asdict, dataclass, field

from tooling import addons, process, settings, web
from tooling.cache import lock
from tooling.console import Failure, say, step

SCRIPT = """
from odoo.tests.shell import run_tests
report = run_tests(env, {tags!r}, modules=[{module!r}])
print("SOP-RESULT", report.testsRun, report.failures_count + report.errors_count, report.skipped)
"""
STARTING = re.compile(r": Starting (\S+) \.\.\.")
FAILED = re.compile(r" ERROR \S+ (odoo\.addons\.\S+): (?:FAIL|ERROR): (.+)")
RESULT = re.compile(r"^SOP-RESULT (\d+) (\d+) (\d+)", re.MULTILINE)
# Of `Subtest TestX.test_y (a=1)` and `setUpClass (odoo.addons.m.tests.test_x.TestX)`.
NAME = re.compile(r"(?:Subtest )?(\w+\.\w+)")


@dataclass
class Result:
    run: int
    failed: list = field(default_factory=list)
    skipped: int = 0

    @property
    def passed(self):
        return self.run - len(self.failed) - self.skipped


def run(context, options, rest):
    chosen = addons.ours()
    if not chosen:
        raise Failure("there are no addons to install")
    databases = context.databases(with_browser=True)
    stock, ours = _templates(databases, chosen, options.addons)
    worse = []
    for module in options.addons:
        baseline = _baseline(databases, stock, module)
        result = _run(databases, ours, module, "ours", f"/{module}")
        new = sorted(set(result.failed) - set(baseline.failed))
        new = _still_failing(databases, ours, module, new)
        _report(module, baseline, result, new)
        worse += new
    return 1 if worse else 0


def _templates(databases, chosen, modules):
    """Stock Odoo, and the same with our addons; both have these modules."""
    extra = set(modules) - set(addons.closure(databases.source, addons.needed(chosen)))
    databases.extra_modules = sorted(extra)
    # Without our demo company: its policy would change what the tests see.
    return databases.base(addons.needed(chosen)), databases.with_addons(chosen, demo=False)


def _baseline(databases, stock, module):
    path = databases.cache / "odoo-tests" / f"{stock}-{module}.json"
    path.parent.mkdir(exist_ok=True)
    with lock(databases.cache, f"odoo-tests-{stock}-{module}", f"what fails on stock {module}"):
        if not path.exists():
            result = _run(databases, stock, module, "stock", f"/{module}")
            path.write_text(json.dumps(asdict(result)))
    return Result(**json.loads(path.read_text()))


def _run(databases, template, module, label, tags):
    log = databases.cache / "logs" / f"odoo-tests-{module}-{label}.log"
    odoo = databases.odoo
    with (
        step(f"Odoo's tests of {module} ({label})") as current,
        databases.scratch(template) as database,
    ):
        current.progress("assets")
        databases.pregenerate_assets(database)
        command = odoo.command(
            "shell", "-c", odoo.config, "-d", database, f"--http-port={web.free_port()}"
        )
        code = process.logged(
            command,
            log,
            env=odoo.variables,
            stdin=SCRIPT.format(tags=tags, module=module),
            on_line=_counter(current),
            cwd=settings.REPO,
        )
    return _read(log, code, module)


def _counter(current):
    count = 0

    def on_line(line):
        nonlocal count
        match = STARTING.search(line)
        if match:
            count += 1
            current.progress(f"test {count}, {match[1]}")

    return on_line


def _read(log, code, module):
    text = log.read_text(encoding="utf-8", errors="replace")
    totals = RESULT.search(text)
    if code or not totals:
        raise Failure(
            f"the tests of {module} did not come to an end", f"{process.tail(log)}\n{log}"
        )
    if not int(totals[1]):
        raise Failure(f"{module} has no tests here", f"Is it a module of Odoo? {log}")
    return Result(int(totals[1]), failures(text), int(totals[3]))


def failures(text):
    """The names of failed tests in a log, without repetition."""
    return sorted({f"{logger}.{_test_name(what)}" for logger, what in FAILED.findall(text)})


def _test_name(what):
    match = NAME.match(what)
    return match[1] if match else what.strip()


def _still_failing(databases, ours, module, names):
    if not names:
        return []
    tags = ",".join(f"/{module}:{test}" for test in sorted({_tag(name) for name in names}))
    try:
        again = _run(databases, ours, module, "again", tags)
    except Failure:
        # A failure of a whole class cannot be selected alone: it stands.
        return names
    lucky = sorted(set(names) - set(again.failed))
    for name in lucky:
        say(f"  passed when tried again: {name}")
    return [name for name in names if name in again.failed]


def _tag(name):
    return ".".join(name.split(".")[-2:])


def _report(module, baseline, result, new):
    known = len(result.failed) - len(new)
    print(
        f"{module}: {result.passed} passed, {len(result.failed)} failed "
        f"({known} of them fail on stock Odoo here too or passed again), "
        f"{result.skipped} skipped; stock: {baseline.passed} passed, "
        f"{len(baseline.failed)} failed",
        flush=True,
    )
    for name in new:
        print(f"  NEW FAILURE {name}", flush=True)
