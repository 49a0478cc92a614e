"""The test files are shared out fairly, and a run in several processes fails when it should."""

import sys
from types import SimpleNamespace

import pytest

from tooling import console, parallel, process, pytest_share, settings, testing
from tooling.cli import _parse
from tooling.parallel import Worker

# A suite of three files; `fate.py` says what happens in the first one.
SUITE = {
    "test_a.py": "import fate\ndef test_a(): fate.happens()\n",
    "test_b.py": "def test_b1(): pass\ndef test_b2(): pass\n",
    "test_c.py": "def test_c(): pass\n",
}
FATES = {
    "well": "def happens(): pass",
    "fails": "def happens(): assert 1 == 2, 'this is the reason'",
    "dies": "import os\ndef happens(): os._exit(0)",
    "is killed": "import os\ndef happens(): os.kill(os.getpid(), 9)",
    "breaks": "import nowhere",
}


def files(**counts):
    """Test items by file, as pytest collects them, from files that do not look slow."""
    item = SimpleNamespace(path=settings.REPO / "tests" / "__init__.py")
    return {name: [item] * count for name, count in counts.items()}


def worker(number=0, code=0, tests=3, collected=6, found=2, **outcomes):
    """One of two processes that ran half of six tests in two files."""
    outcomes = outcomes or {"passed": tests}
    ran = {"test_x.py": [tests, 1.0]} if tests else {}
    report = {"collected": collected, "files": found, "ran": ran, "outcomes": outcomes}
    return Worker(number, code=code, report=report)


# -- sharing out ---------------------------------------------------------------------------------


def test_the_longest_file_comes_first():
    order = pytest_share.in_order(files(a=1, b=2, c=3), {"b": 90.0, "a": 5.0})
    assert list(order) == ["b", "a", "c"]


def test_a_file_that_was_never_timed_counts_a_second_a_test_and_more_when_it_looks_slow(tmp_path):
    path = tmp_path / "test_tours.py"
    path.write_text("class TestTours(HttpCase):")
    slow = [SimpleNamespace(path=path)]
    order = pytest_share.in_order({**files(many=40, few=2), "tours": slow}, {})
    assert list(order) == ["tours", "many", "few"]


def test_no_file_is_run_twice_and_none_is_left(tmp_path):
    names = [f"test_{number}.py" for number in range(20)]
    shares = [pytest_share.mine(names, tmp_path, number, 3) for number in range(3)]
    taken = [[], [], []]
    # The first process is three times as fast as the others.
    for number in [0, 0, 0, 1, 2] * 20:
        taken[number] += [name for name in [next(shares[number], None)] if name]
    assert sorted(sum(taken, [])) == sorted(names)
    assert len(taken[0]) > len(taken[1])


def test_a_process_that_starts_late_still_has_its_own_file(tmp_path):
    names = ["a", "b", "c"]
    assert list(pytest_share.mine(names, tmp_path, 0, 2)) == ["a", "c"]
    assert list(pytest_share.mine(names, tmp_path, 1, 2)) == ["b"]


def test_more_processes_than_files_leave_the_last_ones_without_work(tmp_path):
    assert list(pytest_share.mine(["a"], tmp_path, 0, 2)) == ["a"]
    assert not list(pytest_share.mine(["a"], tmp_path, 1, 2))


def test_pytest_is_told_what_comes_next_also_across_files():
    assert list(pytest_share.with_next("abc")) == [("a", "b"), ("b", "c"), ("c", None)]
    assert not list(pytest_share.with_next(""))


# -- how many ------------------------------------------------------------------------------------


def test_there_is_a_process_for_each_processor_but_not_more_than_four(monkeypatch):
    monkeypatch.delenv(parallel.VARIABLE, raising=False)
    for processors, count in ((1, 1), (2, 2), (64, 4)):
        available = set(range(processors))
        monkeypatch.setattr(parallel.os, "sched_getaffinity", lambda _pid, found=available: found)
        assert parallel.jobs() == count


def test_the_caller_decides_before_the_environment(monkeypatch):
    monkeypatch.setenv(parallel.VARIABLE, "3")
    assert parallel.jobs() == 3
    assert parallel.jobs("1") == 1


@pytest.mark.parametrize("number", ["0", "5", "many", "-1"])
def test_a_number_that_makes_no_sense_is_refused(number):
    with pytest.raises(console.Failure) as raised:
        parallel.jobs(number)
    assert number in raised.value.what and "--jobs" in raised.value.remedy


def test_chosen_tests_run_in_one_process_unless_asked(monkeypatch):
    monkeypatch.setenv(parallel.VARIABLE, "2")
    for arguments, count in (
        (["test"], 2),
        (["test", "-q", "--durations=9"], 2),
        (["test", "tests/test_rules.py"], 1),
        (["test", "-k", "gate"], 1),
        (["test", "--pdb"], 1),
        (["test", "--jobs", "3", "-k", "gate"], 3),
    ):
        options, rest = _parse(arguments)
        assert testing.processes(options.jobs, rest) == count


# -- judging -------------------------------------------------------------------------------------


def test_a_run_in_which_every_test_was_run_once_is_right():
    assert not parallel.complaints([worker(0), worker(1)])


def test_failed_tests_are_no_complaint_of_their_own():
    assert not parallel.complaints([worker(0, code=1, passed=2, failed=1), worker(1)])


def test_a_process_that_died_is_a_complaint_and_so_is_what_it_did_not_run():
    died, missing = parallel.complaints([worker(0), Worker(1, code=-9)])
    assert "process 2 ended with -9" in died
    assert missing == "3 tests did not come to an end"


def test_a_process_that_died_without_an_error_is_a_complaint():
    assert "process 1 ended with 0" in parallel.complaints([Worker(0), worker(1, tests=6)])[0]


def test_a_process_that_ran_nothing_is_a_complaint():
    idle = worker(1, tests=0, passed=0)
    assert "process 2 ran no test" in parallel.complaints([worker(0, tests=6), idle])


def test_a_process_for_which_there_was_no_file_is_none():
    idle = worker(1, code=parallel.NO_TESTS, tests=0, found=1, passed=0)
    assert not parallel.complaints([worker(0, tests=6, found=1), idle])


def test_a_run_of_no_tests_is_a_complaint():
    empty = [worker(n, parallel.NO_TESTS, tests=0, collected=0, found=0, x=0) for n in (0, 1)]
    assert parallel.complaints(empty) == ["no test passed"]


def test_a_run_of_skipped_tests_is_a_complaint():
    assert "no test passed" in parallel.complaints([worker(0, skipped=3), worker(1, skipped=3)])


def test_a_test_that_nobody_ran_is_a_complaint():
    assert parallel.complaints([worker(0), worker(1, tests=2)]) == [
        "1 tests did not come to an end"
    ]


def test_processes_that_see_different_tests_are_a_complaint():
    found = parallel.complaints([worker(0), worker(1, collected=7)])
    assert "different tests: [6, 7]" in found[0]


def test_an_end_of_pytest_that_no_failure_explains_is_a_complaint():
    assert parallel.complaints([worker(0, code=1), worker(1)]) == ["process 1 ended with 1"]
    assert parallel.complaints([worker(0, code=3), worker(1)]) == ["process 1 ended with 3"]


# -- all of it -----------------------------------------------------------------------------------


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Run the suite in two processes without Odoo; gives exit code and what was printed."""
    monkeypatch.syspath_prepend(tmp_path)

    def run(fate, capsys, jobs=2):
        tests = tmp_path / "tests"
        tests.mkdir()
        for name, text in {**SUITE, "fate.py": FATES[fate]}.items():
            (tests / name).write_text(text)
        (tmp_path / "logs").mkdir()
        command = [sys.executable, "-m", "pytest", "-c", "/dev/null", f"--rootdir={tests}"]
        command += ["-p", "no:cacheprovider", "-p", "tooling.pytest_share"]
        code = parallel.run(Databases(tmp_path), "x", jobs, lambda _name: [*command, tests], ENV)
        return code, capsys.readouterr().out

    return run


ENV = {
    "PYTHONPATH": str(settings.REPO),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}


class Databases:
    """Nothing to copy: the tests of this suite have no database."""

    def __init__(self, cache):
        self.cache = cache

    def scratch(self, template, label):
        return process.contextmanager(lambda: iter([label]))()


@pytest.mark.parametrize(
    "fate, code, said",
    [
        ("well", 0, ["4 passed, 0 failed, 0 skipped in "]),
        ("fails", 1, ["3 passed, 1 failed, 0 skipped in ", "AssertionError: this is the reason"]),
        ("dies", 1, ["The run fails: process 2 ended with 0 before it was done."]),
        ("is killed", 1, ["The run fails: process 2 ended with -9 before it was done."]),
        ("breaks", 1, ["The run fails: no test passed.", "No module named 'nowhere'"]),
    ],
)
def test_a_suite_in_two_processes(suite, capsys, fate, code, said):
    found, output = suite(fate, capsys)
    assert found == code, output
    assert all(text in output for text in said), output


def test_a_suite_in_more_processes_than_files(suite, capsys):
    code, output = suite("well", capsys, jobs=4)
    assert not code, output
    assert output.strip().endswith("in 4 processes")


def test_a_process_is_ended_with_the_run_that_started_it(tmp_path):
    with pytest.raises(ZeroDivisionError):
        with process.started(["sleep", "60"], tmp_path / "x.log") as child:
            raise ZeroDivisionError
    assert child.returncode
