"""Makes pytest fail where it would silently prove nothing.

Odoo and pytest-odoo skip browser tests when the browser, a Python package or the HTTP server
is missing; such a run must not be green. Neither must a run in which no test passed.
"""

import re

import pytest

SILENT = re.compile(r"chrom|websocket|odoo-http|wkhtmltopdf|\bQt\b|devtools", re.IGNORECASE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and SILENT.search(_reason(report)):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, so nothing was tested: {_reason(report)}"
    return report


def _reason(report):
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if session.config.option.collectonly or exitstatus != pytest.ExitCode.OK:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not reporter.stats.get("passed"):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(terminalreporter, exitstatus):
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        terminalreporter.write_line("No test passed: the run fails.", red=True)
