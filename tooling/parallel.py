"""The whole suite in several pytest processes, each on a database of its own.

`pytest_share` deals out the files. Here the processes are started, watched and judged: the run is
green when every process came to its end, every test was run by one of them, and none failed.
"""

import json
import os
import re
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass

from tooling import cache, process
from tooling.console import Failure, step

VARIABLE = "SOP_TEST_JOBS"
MOST = 4
KEEP_LOGS = 5
# How long each file took last time.
TIMES = "test-seconds.json"
NO_TESTS = 5
FINISHED = re.compile(r" (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b")
HEADING = re.compile(r"^={3,} .+ ={3,}$", re.MULTILINE)
PASSED, FAILED, SKIPPED = ("passed",), ("failed", "error"), ("skipped",)


@dataclass
class Worker:
    """One pytest process: which it is, how it ended, and what it says that it did."""

    number: int
    log: object = None
    child: object = None
    code: int = 0
    report: dict | None = None

    @property
    def name(self):
        return f"process {self.number + 1}"

    @property
    def tests(self):
        return sum(count for count, _seconds in self.report["ran"].values())

    @property
    def has_work(self):
        """Whether there was a file that this process had to run."""
        return self.number < self.report["files"]

    @property
    def expected_codes(self):
        """How pytest ends when nothing went wrong but, perhaps, tests that failed."""
        if self.total(*FAILED):
            return (1,)
        return (0,) if self.has_work else (0, NO_TESTS)

    def total(self, *outcomes):
        return sum(self.report["outcomes"].get(outcome, 0) for outcome in outcomes)


def jobs(asked=None):
    """In how many processes: as asked, as the environment says, or one for each processor."""
    given = asked if asked is not None else os.environ.get(VARIABLE)
    if given in (None, ""):
        return min(len(os.sched_getaffinity(0)), MOST)
    try:
        number = int(given)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST:
        raise Failure(
            f"{given} processes cannot run the tests",
            f"Choose 1 to {MOST}: --jobs N or {VARIABLE}=N.",
        )
    return number


def run(databases, template, count, command, variables):
    """The exit code of pytest in ``count`` processes; ``command(database)`` is its command line."""
    folder = _fresh_folder(databases.cache)
    shutil.copy(_timings(databases.cache), folder / TIMES)
    started = time.monotonic()
    with ExitStack() as stack:
        workers = []
        for number in range(count):
            name = stack.enter_context(databases.scratch(template, label=f"_{number}"))
            workers.append(_start(stack, folder, number, count, command(name), variables))
        with step(f"Test in {count} processes") as current:
            _watch(workers, current)
    for worker in workers:
        _take_stock(folder, worker)
    _remember(folder, _timings(databases.cache), _seconds(workers))
    return report(workers, time.monotonic() - started)


def _timings(cache_folder):
    path = cache_folder / TIMES
    if not path.exists():
        path.write_text("{}")
    return path


def _remember(folder, timings, seconds):
    """Replace the file at once: another run may be about to read it."""
    known = json.loads(timings.read_text())
    new = folder / f"new-{TIMES}"
    new.write_text(json.dumps({**known, **seconds}, indent=0, sort_keys=True))
    new.replace(timings)


def _fresh_folder(cache_folder):
    folder = cache_folder / "logs" / f"tests-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    cache.prune(folder.parent, "tests-*", KEEP_LOGS, spare=(folder,))
    return folder


def _start(stack, folder, number, count, command, variables):
    log = folder / f"{number + 1}.log"
    share = [f"--share-folder={folder}", f"--share-number={number}", f"--share-count={count}"]
    command = [*command, "-v", *share]
    return Worker(number, log, stack.enter_context(process.started(command, log, variables)))


def _watch(workers, current):
    while any(worker.child.poll() is None for worker in workers):
        time.sleep(1)
        found = [outcome for worker in workers for outcome in FINISHED.findall(_text(worker.log))]
        failed = sum(outcome in ("FAILED", "ERROR") for outcome in found)
        current.progress(f"{len(found)} tests, {failed} failed")


def _take_stock(folder, worker):
    worker.code = worker.child.wait()
    path = folder / f"report-{worker.number}.json"
    worker.report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _seconds(workers):
    return {
        name: round(seconds, 1)
        for worker in workers
        if worker.report
        for name, (_tests, seconds) in worker.report["ran"].items()
    }


# -- judging -------------------------------------------------------------------------------------


def complaints(workers):
    """What is wrong with the run besides tests that failed."""
    found = [text for worker in workers for text in _complaints_of(worker)]
    reports = [worker.report for worker in workers if worker.report]
    collected = {report["collected"] for report in reports}
    if len(collected) > 1:
        found.append(f"the processes collected different tests: {sorted(collected)}")
    missing = max(collected, default=0) - sum(w.tests for w in workers if w.report)
    if missing:
        found.append(f"{missing} tests did not come to an end")
    if not _sum(workers, *PASSED):
        found.append("no test passed")
    return found


def _complaints_of(worker):
    if not worker.report:
        yield f"{worker.name} ended with {worker.code} before it was done"
    elif worker.code not in worker.expected_codes:
        yield f"{worker.name} ended with {worker.code}"
    elif worker.has_work and not worker.tests:
        yield f"{worker.name} ran no test"


def report(workers, seconds):
    """Print what each process has to say and one line for all; the exit code."""
    for worker in workers:
        print(f"\n{worker.name} ({worker.log})\n{closing(_text(worker.log))}")
    found = complaints(workers)
    for text in found:
        print(f"The run fails: {text}.")
    passed, failed, skipped = (_sum(workers, *names) for names in (PASSED, FAILED, SKIPPED))
    print(
        f"{passed} passed, {failed} failed, {skipped} skipped "
        f"in {seconds:.0f} s, in {len(workers)} processes",
        flush=True,
    )
    return 1 if found or failed else 0


def _sum(workers, *outcomes):
    return sum(worker.total(*outcomes) for worker in workers if worker.report)


def closing(text):
    """What pytest prints after the tests; the last lines when it did not come so far."""
    headings = [match.start() for match in HEADING.finditer(text)]
    if len(headings) > 1:
        return text[headings[1] :].strip()
    return "\n".join(text.splitlines()[-process.TAIL_LINES :])


def _text(log):
    return log.read_text(encoding="utf-8", errors="replace")
