"""The parts of ./sop that can be wrong without a database or a network."""

import multiprocessing
import os
import socket
import time

import pytest

from tooling import (  # fmt: skip
    addons,
    apt,
    bench,
    bench_runner,
    cache,
    console,
    demo,
    odoo,
    odoo_tests,
    postgres,
    process,
    pytest_plugin,
    settings,
    source,
    testing,
    translations,
    web,
)
from tooling.cli import _parse

LOG = """\
2026-01-01 08:00:00,000 7 INFO db odoo.modules.loading: Loading module sale (3/9)
2026-01-01 08:00:01,000 7 WARNING db odoo.models: the field x has no label
2026-01-01 08:00:02,000 7 ERROR db odoo.sql_db: bad query
Traceback (most recent call last):
  in x
2026-01-01 08:00:03,000 7 INFO db odoo.modules.loading: done
"""
TEST_LOG = """\
2026-01-01 08:00:02,000 7 ERROR db odoo.addons.sale.tests.test_a: FAIL: TestA.test_one
Traceback (most recent call last):
2026-01-01 08:00:02,000 7 ERROR db odoo.addons.sale.tests.test_a: ERROR: Subtest TestA.test_two (i=1)
2026-01-01 08:00:02,000 7 ERROR db odoo.addons.sale.tests.test_a: ERROR: Subtest TestA.test_two (i=2)
"""  # noqa: E501


def make_addon(folder, name, depends=("sale",), **files):
    path = folder / name
    path.mkdir(parents=True)
    manifest = {"name": name, "depends": list(depends)}
    (path / "__manifest__.py").write_text(repr(manifest))
    for file, text in files.items():
        target = path / file.replace("__", "/")
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
    return path


@pytest.fixture
def our_addons(tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_ADDONS_PATH", str(tmp_path))
    make_addon(tmp_path, "house")
    make_addon(tmp_path, "leaf", depends=["house", "purchase"])
    return tmp_path


def test_only_modules_of_odoo_go_into_the_base_template(our_addons):
    assert addons.needed(addons.ours()) == ["purchase", "sale"]


def test_an_addon_alone_comes_with_what_it_depends_on(our_addons):
    assert list(addons.named(["leaf"])) == ["house", "leaf"]
    assert list(addons.named(["house"])) == ["house"]


def test_an_unknown_addon_is_named_with_those_that_exist(our_addons):
    with pytest.raises(console.Failure) as raised:
        addons.named(["hous"])
    assert "hous" in raised.value.what
    assert "house, leaf" in raised.value.remedy


def test_a_changed_file_changes_the_key_of_its_addon(our_addons):
    before = addons.content_key(addons.ours())
    (our_addons / "leaf" / "model.py").write_text("x = 1")
    assert addons.content_key(addons.ours()) != before


def test_a_changed_test_changes_no_key(our_addons):
    before = addons.content_key(addons.ours())
    (our_addons / "leaf" / "tests").mkdir()
    (our_addons / "leaf" / "tests" / "test_x.py").write_text("x = 1")
    assert addons.content_key(addons.ours()) == before


def test_a_manifest_that_cannot_be_read_is_named(our_addons):
    (our_addons / "leaf" / "__manifest__.py").write_text("{")
    with pytest.raises(console.Failure, match="leaf"):
        addons.ours()


def test_an_unfinished_folder_never_appears_under_its_name(tmp_path):
    target = tmp_path / "thing"
    with pytest.raises(ZeroDivisionError), cache.fresh_folder(target) as folder:
        (folder / "half").touch()
        raise ZeroDivisionError
    assert not target.exists()
    with cache.fresh_folder(target) as folder:
        assert not list(folder.iterdir())
    assert target.exists()


def _hold_lock(folder, started):
    with cache.lock(folder, "x", "x"):
        started.set()
        time.sleep(0.5)


def test_a_second_process_waits_for_the_first_and_says_so(tmp_path, capsys):
    folder = cache.prepare(tmp_path)
    started = multiprocessing.Event()
    other = multiprocessing.Process(target=_hold_lock, args=(folder, started))
    other.start()
    started.wait(10)
    with cache.lock(folder, "x", "the database"):
        pass
    other.join()
    assert "Another ./sop is preparing the database" in capsys.readouterr().err


def test_a_cache_folder_that_cannot_be_made_is_a_failure_with_a_remedy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(console.Failure) as raised:
        cache.prepare(tmp_path / "file" / "below")
    assert "--cache" in raised.value.remedy


def test_the_cache_can_be_chosen_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_CACHE", str(tmp_path))
    assert cache.default_folder() == tmp_path


def test_pruning_keeps_what_was_used_last(tmp_path):
    for age, name in enumerate(("new", "middle", "old")):
        (tmp_path / name).mkdir()
        stamp = time.time() - 100 * age
        os.utime(tmp_path / name, (stamp, stamp))
    cache.prune(tmp_path, "*", 1, spare=(tmp_path / "old",))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


def test_a_warning_in_the_install_log_is_a_complaint_with_its_traceback(tmp_path):
    log = tmp_path / "install.log"
    log.write_text(LOG)
    warning, error = odoo.complaints(log)
    assert "no label" in warning
    assert error.endswith("in x")


def test_progress_is_read_from_the_log_of_odoo():
    step = console.Step("x")
    odoo._follow(step)(LOG.splitlines()[0])
    assert step.detail == "3 of 9 modules, sale"


def test_a_failed_command_shows_the_end_of_its_log(tmp_path):
    command = ["sh", "-c", "echo first; echo the reason; exit 3"]
    with pytest.raises(console.Failure) as raised:
        process.checked(command, tmp_path / "x.log", "doing it")
    assert raised.value.what == "doing it failed"
    assert "the reason" in raised.value.remedy


def test_the_callers_own_database_settings_do_not_reach_our_odoo(monkeypatch):
    monkeypatch.setenv("PGDATABASE", "production")
    monkeypatch.setenv("ODOO_RC", "/etc/odoo.conf")
    assert not {"PGDATABASE", "ODOO_RC"} & set(process.environment())


def test_the_server_of_an_outer_run_is_our_own(tmp_path):
    own = postgres.Cluster(tmp_path, "test", None).env
    assert postgres._is_own(tmp_path, "test", own)
    assert not postgres._is_own(tmp_path, "test", own | {"PGHOST": "db.example.com"})


def test_a_source_folder_without_odoo_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
    with pytest.raises(console.Failure, match="odoo/release.py"):
        source.own(tmp_path)


def test_another_series_of_odoo_is_refused(tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0)\nversion = '18.0'")
    with pytest.raises(console.Failure) as raised:
        source.check_series(tmp_path)
    assert "18.0" in raised.value.what
    assert "ODOO_SOURCE" in raised.value.remedy


def test_a_machine_without_apt_is_told_about_a_source_checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(console.Failure) as raised:
        apt.Apt(tmp_path, unstable=True)
    assert "branch 19.0" in raised.value.remedy


def test_a_package_that_is_gone_is_told_with_the_way_to_go_on(tmp_path, monkeypatch):
    tool = tmp_path / "apt-get"
    tool.write_text("#!/bin/sh\necho 'E: Unable to locate package odoo-19' >&2\nexit 100\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    private = apt.Apt(tmp_path, unstable=True)
    with pytest.raises(console.Failure) as raised:
        private.download(["odoo-19"], print)
    assert "renamed or removed" in raised.value.remedy
    assert "Unable to locate package" in raised.value.remedy


def test_a_port_in_use_is_a_failure_with_a_remedy():
    with socket.socket() as taken:
        taken.bind((web.HOST, 0))
        taken.listen()
        with pytest.raises(console.Failure) as raised:
            web.check_port(taken.getsockname()[1])
    assert "--port" in raised.value.remedy


def test_demo_logins_have_a_role_in_both_languages(our_addons):
    (our_addons / "house" / "demo").mkdir()
    text = "login,password,role\nwang,wang,Salesperson;销售员\n"
    (our_addons / "house" / "demo" / "logins.csv").write_text(text, encoding="utf-8")
    [person] = demo.logins()
    assert (person.role_in(None), person.role_in("zh_CN")) == ("Salesperson", "销售员")


def test_chinese_columns_line_up():
    lines = console.table([("王", "1"), ("ab", "2")], ("who", "n")).splitlines()
    assert lines[2] == "王   1"
    assert lines[3] == "ab   2"


def test_failed_tests_are_read_from_the_log_without_repetition():
    assert odoo_tests.failures(TEST_LOG) == [
        "odoo.addons.sale.tests.test_a.TestA.test_one",
        "odoo.addons.sale.tests.test_a.TestA.test_two",
    ]


def test_a_test_that_is_left_out_is_as_bad_as_a_failure():
    stock = odoo_tests.Result(3, failed=["a.A.one"], started=["a.A.one", "a.A.two", "a.A.three"])
    ours = odoo_tests.Result(
        2, failed=["a.A.one"], started=["a.A.one", "a.A.two"], left_out=["a.A.two"]
    )
    assert odoo_tests.worse_than(stock, ours) == [("NOT RUN", "a.A.three"), ("SKIPPED", "a.A.two")]
    assert odoo_tests.worse_than(stock, stock) == []


def test_a_missed_goal_is_marked_in_its_line():
    figures = [("queries", 12, 10, 1.2, 1.15), ("cpu", 1.0, 1.0, 1.0, 1.15)]
    missed, met = bench_runner.lines(figures)
    assert missed.startswith("MISS") and met.startswith("ok")
    assert bench_runner.missed(figures) == figures[:1]


def test_a_figure_without_a_goal_is_for_information():
    figures = [("approvals", 12, None, None, None)]
    assert list(bench_runner.lines(figures)) == [
        "info  approvals: ours 12, peer -, ratio -, goal -"
    ]
    assert not bench_runner.missed(figures)


def test_the_constants_of_a_benchmark_are_read_without_importing_it(tmp_path):
    path = tmp_path / "bench_x.py"
    path.write_text("import nowhere\nMODULES = ['peer']\nSTOCK_PEER = True\n")
    assert bench.constant(path, "MODULES") == ["peer"]
    assert bench.constant(path, "STOCK_PEER") is True
    assert bench.constant(path, "OTHER") is None


def test_arguments_that_are_not_ours_go_to_pytest():
    options, rest = _parse(["test", "--dev", "-k", "gate", "-x"])
    assert options.dev and rest == ["-k", "gate", "-x"]


def test_lint_is_left_out_when_paths_are_named(our_addons):
    options, rest = _parse(["test", "tests/test_lint.py::x"])
    assert testing._paths(options, rest) == []
    options, rest = _parse(["test", "--lint", "tests"])
    assert testing._paths(options, rest) == [testing.LINT]
    options, rest = _parse(["test", "-k", "gate"])
    assert "tests" in testing._paths(options, rest)


@pytest.mark.parametrize(
    "reason",
    [
        "Chrome executable not found",
        "websocket-client module is not installed",
        "HttpCase and --odoo-http is not set",
        "Failed to detect chrome devtools port after 10.0s.",
    ],
)
def test_a_browser_test_skipped_for_want_of_its_tools_is_recognised(reason):
    assert pytest_plugin.SILENT.search(reason)


def test_requirements_are_pinned():
    files = (settings.REQUIREMENTS, settings.TOOL_REQUIREMENTS, settings.BENCH_REQUIREMENTS)
    for path in files:
        lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
        assert lines and all("==" in line for line in lines)


def po_file(path, **texts):
    entries = [f'msgid "{text}"\nmsgstr "{chinese}"\n' for text, chinese in texts.items()]
    path.write_text("\n".join(entries), encoding="utf-8")
    return path


def test_an_export_keeps_what_was_translated_and_nothing_else(tmp_path):
    before = po_file(tmp_path / "before.po", Money="回款", Gate="管控条件", Gone="旧")
    after = po_file(tmp_path / "after.po", Money="", Barrier="管控条件", Due="")
    translations.carry_over(before, after)
    assert translations.missing(after) == ["Barrier", "Due"]
    text = after.read_text(encoding="utf-8")
    assert "回款" in text and "Gone" not in text


def test_a_first_translation_is_kept_as_odoo_knows_it(tmp_path):
    after = po_file(tmp_path / "after.po", Money="款项")
    translations.carry_over(tmp_path / "none.po", after)
    assert translations.missing(after) == []
