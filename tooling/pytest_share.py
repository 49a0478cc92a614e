"""Several pytest processes share the test files, each taking the next one that nobody has.

Every process collects everything and puts the files in the same order, the longest first. One
file of each is its own, so that no process is without work; of the others each takes the first
that is not marked as taken in the folder of the run. At its end each process writes down what it
did, so that `parallel` can judge the run as a whole.
"""

import json
import os
import time
from itertools import groupby
from pathlib import Path

import pytest

from tooling.parallel import TIMES

# What a file takes that has not been timed here: about a second a test, and more when its tests
# wait for a browser or another program, or do the same many times.
SLOW_WORDS = ("HttpCase", "subprocess", "hypothesis", "lint.CHECKS", "Race", "AtOnce", "ROLES")
SLOW_EXTRA = 40


def pytest_addoption(parser):
    parser.addoption("--share-folder", type=Path, help="folder of a run in several processes")
    parser.addoption("--share-number", type=int, help="which of these processes, from 0")
    parser.addoption("--share-count", type=int, help="how many they are")


def pytest_configure(config):
    if config.option.share_folder:
        config.pluginmanager.register(Share(config.option), "sop_share")


class Share:
    """The part of one process."""

    def __init__(self, options):
        self.folder = options.share_folder
        self.number = options.share_number
        self.count = options.share_count
        self.report = {"collected": 0, "files": 0, "ran": {}, "outcomes": {}}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Like pytest's own loop, which goes on when files could not be collected."""
        if session.testsfailed or session.config.option.collectonly:
            return None
        files = in_order(by_file(session.items), json.loads((self.folder / TIMES).read_text()))
        self.report.update(collected=len(session.items), files=len(files))
        chosen = mine(list(files), self.folder, self.number, self.count)
        for item, following in with_next(item for name in chosen for item in files[name]):
            self._run(session, item, following)
        return True

    def _run(self, session, item, following):
        started = _now()
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        entry = self.report["ran"].setdefault(file_of(item), [0, 0.0])
        entry[0] += 1
        entry[1] += _now() - started
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        stats = session.config.pluginmanager.get_plugin("terminalreporter").stats
        self.report["outcomes"] = {name: len(found) for name, found in stats.items() if name}
        text = json.dumps(self.report)
        (self.folder / f"report-{self.number}.json").write_text(text, encoding="utf-8")


def _now():
    """A clock that no test stops."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def file_of(item):
    return item.nodeid.split("::")[0]


def by_file(items):
    return {name: list(found) for name, found in groupby(items, file_of)}


def in_order(files, seconds):
    """The files with their tests, those that take longest first."""

    def key(name):
        return -seconds.get(name, estimate(files[name])), name

    return {name: files[name] for name in sorted(files, key=key)}


def estimate(items):
    source = items[0].path.read_text(encoding="utf-8")
    return len(items) + SLOW_EXTRA * any(word in source for word in SLOW_WORDS)


def mine(names, folder, number, count):
    """The files of one process: its own first one, then what nobody has taken yet."""
    yield from names[number : number + 1]
    for place, name in enumerate(names[count:]):
        if _take(folder / f"taken-{place}"):
            yield name


def _take(mark):
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def with_next(items):
    """Each with the one after it, by which pytest knows what to tear down."""
    items = iter(items)
    current = next(items, None)
    while current is not None:
        following = next(items, None)
        yield current, following
        current = following
