"""The command line of ./sop."""

import argparse
import errno
import os
import signal
import sys
from pathlib import Path

from tooling import (
    bench,
    cache,
    demo,
    doctor,
    i18n,
    lint,
    odoo_tests,
    postgres,
    screenshot,
    shell,
    testing,
)
from tooling.console import Failure, report, say
from tooling.context import Context

TERMINATED = 128 + signal.SIGTERM


def main(arguments):
    # What is made here must be readable for PostgreSQL's user, whatever the caller's umask.
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    options, rest = _parse(arguments)
    try:
        folder = cache.prepare((options.cache or cache.default_folder()).absolute())
        say(f"Cache: {folder}")
        return options.run(Context(folder), options, rest)
    except Failure as failure:
        report(failure)
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        report(Failure("the disk is full", "Free some space, or choose --cache FOLDER elsewhere."))
        return 1
    except KeyboardInterrupt:
        say("Interrupted")
        return 130


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./sop", description="Sales SOP for Odoo 19.0")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in ADDERS:
        command = add(commands)
        command.add_argument("--cache", type=Path, help="folder for everything fetched and built")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return options, rest


def _add_demo(commands):
    command = commands.add_parser("demo", help="serve the demo company on this machine")
    command.add_argument("--port", type=int, default=demo.DEFAULT_PORT)
    command.add_argument("--reset", action="store_true", help="start from new demo data")
    command.add_argument("--lang", metavar="CODE", help="the demo users' language, e.g. zh_CN")
    command.add_argument("--check", action="store_true", help="start, log in, read, and stop")
    command.set_defaults(run=demo.run)
    return command


def _add_test(commands):
    command = commands.add_parser(
        "test",
        help="all tests and lint; other arguments go to pytest",
        allow_abbrev=False,
    )
    command.add_argument("--addon", help="install this addon alone and run its tests")
    command.add_argument("--dev", action="store_true", help="use a lasting developer's database")
    command.add_argument("--reset", action="store_true", help="with --dev: start from a new copy")
    command.add_argument("--lint", action="store_true", help="lint also when paths are given")
    command.add_argument("--no-lint", action="store_true", help="skip lint")
    command.add_argument("--jobs", metavar="N", help="run the tests in N processes")
    command.set_defaults(run=testing.run)
    return command


def _add_shell(commands):
    command = commands.add_parser("shell", help="Odoo's shell; reads a script from its input")
    command.add_argument("-d", "--database", help="this database instead of the demo's")
    command.add_argument("--fresh", action="store_true", help="a copy that is dropped afterwards")
    command.add_argument("--dev", action="store_true", help="the developer's database, updated")
    command.set_defaults(run=shell.run)
    return command


def _add_stop(commands):
    command = commands.add_parser("stop", help="stop the built-in PostgreSQL")
    command.set_defaults(run=_stop)
    return command


def _add_odoo_tests(commands):
    command = commands.add_parser("odoo-tests", help="Odoo's own tests with our addons installed")
    command.add_argument("addons", nargs="+", metavar="ADDON", help="a module of Odoo, e.g. sale")
    command.set_defaults(run=odoo_tests.run)
    return command


def _add_bench(commands):
    command = commands.add_parser("bench", help="run a benchmark of benchmarks/")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=bench.run)
    return command


def _add_lint(commands):
    command = commands.add_parser("lint", help="the static checks alone")
    command.set_defaults(run=lint.run)
    return command


def _add_i18n(commands):
    command = commands.add_parser("i18n", help="update the translation files of our addons")
    command.add_argument("addons", nargs="*", metavar="ADDON", help="default: all")
    command.set_defaults(run=i18n.run)
    return command


def _add_doctor(commands):
    command = commands.add_parser("doctor", help="what this machine has, and remedies")
    command.set_defaults(run=doctor.run)
    return command


def _add_screenshot(commands):
    command = commands.add_parser("screenshot", help="a picture of a page")
    command.add_argument("path", help="what follows the host, e.g. /odoo/sales")
    command.add_argument("-o", "--output", default="screenshot.png")
    command.add_argument("--login", default="admin")
    command.add_argument("--password", help="default: the login")
    command.add_argument("--dev", action="store_true", help="of the developer's database")
    command.add_argument("--size", default="1440x900", metavar="WxH")
    command.add_argument("--wait", default=".o_action, form", help="CSS of what must be there")
    command.set_defaults(run=screenshot.run)
    return command


def _stop(context, options, rest):
    stopped = postgres.stop_all(context.cache)
    say(f"Stopped PostgreSQL: {', '.join(stopped)}" if stopped else "Nothing was running")
    return 0


ADDERS = (
    _add_demo,
    _add_test,
    _add_lint,
    _add_shell,
    _add_odoo_tests,
    _add_bench,
    _add_i18n,
    _add_screenshot,
    _add_doctor,
    _add_stop,
)
