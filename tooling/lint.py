"""Static checks, each a command of its own; called as tests by tests/test_lint.py."""

import subprocess
import sys
from pathlib import Path

from tooling import addons, process, python_env, settings, source

BIN = Path(sys.executable).parent
# A generated README.rst is OCA's own habit; the others are spelling that Odoo's own data
# files do otherwise.
NOT_OURS = ("missing-readme", "xml-header-wrong", "xml-field-numeric-without-eval")
# One concept is one file, also where several extend the same model.
PYLINT_NOT_OURS = ("missing-readme", "consider-merging-classes-inherited")
PYTHON_FOLDERS = ("tooling", "addons", "tests", "benchmarks")


def ruff_check():
    return _run("ruff", "check", "--no-cache", *_python_folders())


def ruff_format():
    return _run("ruff", "format", "--no-cache", "--check", "--diff", *_python_folders())


def pylint_odoo():
    return _each_addon(
        "pylint", "--rcfile=pyproject.toml", f"--disable={','.join(PYLINT_NOT_OURS)}"
    )


def oca_module():
    return _each_addon("oca-checks-odoo-module", f"--disable={','.join(NOT_OURS)}")


def oca_po():
    files = [po for addon in addons.all_of_ours().values() for po in addon.path.glob("i18n/*.po*")]
    return _run("oca-checks-po", *files) if files else ""


CHECKS = (ruff_check, ruff_format, pylint_odoo, oca_module, oca_po)


def run(context, options, rest):
    """./sop lint: the checks without a database, in the environment that has the tools."""
    env = python_env.ensure(context.cache, source.ensure(context.cache))
    return process.attached([env.python, "-m", "tooling.lint"], env={"PYTHONUNBUFFERED": "1"})


def main():
    failed = 0
    for check in CHECKS:
        complaints = check()
        failed += bool(complaints)
        print(f"{check.__name__}: {complaints or 'content'}")
    return 1 if failed else 0


def _python_folders():
    return [name for name in PYTHON_FOLDERS if (settings.REPO / name).is_dir()]


def _each_addon(*command):
    paths = [addon.path for addon in addons.all_of_ours().values()]
    return _run(*command, *paths) if paths else ""


def _run(tool, *arguments):
    """What the tool complains about; empty when it is content."""
    done = subprocess.run(
        [str(BIN / tool), *map(str, arguments)],
        cwd=settings.REPO,
        env=process.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if not done.returncode:
        return ""
    return (done.stdout + done.stderr).strip() or f"{tool} ended with {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
