"""./sop odoo-tests: Odoo's own tests with our addons installed, against stock Odoo here.

Each module's tests run on a copy of a database, with everything that is installed loaded, by
Odoo's own runner. What fails on stock Odoo too is known by name from a run that is cached. The
same tests have to run: one that does not start, or is skipped, with our addons only is as bad as a
failure. What is worse is tried once more alone, since browser tests fail now and then by chance.
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
STARTING = re.compile(r" INFO \S+ (odoo\.addons\.\S+): Starting (\S+) \.\.\.")
SKIPPED = re.compile(r" INFO \S+ (odoo\.addons\.\S+): skipped (.+?) : ")
FAILED = re.compile(r" ERROR \S+ (odoo\.addons\.\S+): (?:FAIL|ERROR): (.+)")
RESULT = re.compile(r"^SOP-RESULT (\d+) (\d+) (\d+)", re.MULTILINE)
# Of `Subtest TestX.test_y (a=1)` and `setUpClass (odoo.addons.m.tests.test_x.TestX)`.
NAME = re.compile(r"(?:Subtest )?(\w+\.\w+)")


# To be raised when a cached result is read in another way.
FORMAT = 2


@dataclass
class Result:
    run: int
    failed: list = field(default_factory=list)
    skipped: int = 0
    # The names of those that started, and of those that skipped themselves.
    started: list = field(default_factory=list)
    left_out: list = field(default_factory=list)

    @property
    def passed(self):
        return self.run - len(self.failed) - self.skipped


def run(context, options, rest):
    chosen = addons.ours()
    if not chosen:
        raise Failure("there are no addons to install")
    databases = context.databases(with_browser=True)
    worse = []
    for module in options.addons:
        # A module takes so long that other runs may have removed the templates meanwhile.
        stock, ours = _templates(databases, chosen, options.addons)
        baseline = _baseline(databases, stock, module)
        result = _run(databases, ours, module, "ours", f"/{module}")
        found = _still_worse(databases, ours, module, worse_than(baseline, result))
        _report(module, baseline, result, found)
        worse += found
    return 1 if worse else 0


def _templates(databases, chosen, modules):
    """Stock Odoo, and the same with our addons; both have these modules."""
    extra = set(modules) - set(addons.closure(databases.source, addons.needed(chosen)))
    databases.extra_modules = sorted(extra)
    # Without our demo company: its policy would change what the tests see.
    return databases.base(addons.needed(chosen)), databases.with_addons(chosen, demo=False)


def _baseline(databases, stock, module):
    path = databases.cache / "odoo-tests" / f"{stock}-{module}.{FORMAT}.json"
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
            current.progress(f"test {count}, {match[2]}")

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
    return Result(
        int(totals[1]),
        failures(text),
        int(totals[3]),
        started=_names(STARTING, text),
        left_out=_names(SKIPPED, text),
    )


def failures(text):
    """The names of failed tests in a log, without repetition."""
    return _names(FAILED, text)


def _names(pattern, text):
    return sorted({f"{logger}.{_test_name(what)}" for logger, what in pattern.findall(text)})


def _test_name(what):
    match = NAME.match(what)
    return match[1] if match else what.strip()


def worse_than(baseline, result):
    """What our addons made worse: ``[(what happened, name of the test)]``."""
    kinds = (
        ("FAILURE", set(result.failed) - set(baseline.failed)),
        ("NOT RUN", set(baseline.started) - set(result.started)),
        ("SKIPPED", set(result.left_out) - set(baseline.left_out)),
    )
    return [(kind, name) for kind, names in kinds for name in sorted(names)]


def _still_worse(databases, ours, module, found):
    if not found:
        return []
    tags = ",".join(f"/{module}:{test}" for test in sorted({_tag(name) for __, name in found}))
    try:
        again = _run(databases, ours, module, "again", tags)
    except Failure:
        # A failure of a whole class cannot be selected alone: it stands.
        return found
    # What passes now was chance; what stock Odoo does is not asked again.
    asked = Result(0, started=sorted(name for kind, name in found if kind == "NOT RUN"))
    now = set(worse_than(asked, again))
    for kind, name in found:
        if (kind, name) not in now:
            say(f"  passed when tried again: {name}")
    return [one for one in found if one in now]


def _tag(name):
    return ".".join(name.split(".")[-2:])


def _report(module, baseline, result, found):
    for label, counted in (("with our addons", result), ("stock Odoo", baseline)):
        print(
            f"{module}, {label}: {counted.run} run, {counted.passed} passed, "
            f"{len(counted.failed)} failed, {counted.skipped} skipped",
            flush=True,
        )
    if not found:
        print(f"{module}: nothing is worse with our addons", flush=True)
    for kind, name in found:
        print(f"  NEW {kind} {name}", flush=True)
