"""./sop shell: Odoo's shell, or a script on its standard input."""

import os
import sys

from tooling import process, settings
from tooling.console import Failure

DEMO = "sop_demo"


def dev_name():
    return os.environ.get("SOP_DEV_DB", "dev")


def run(context, options, rest):
    # Read the script first: building templates must not swallow it.
    text = None if sys.stdin.isatty() else sys.stdin.read()
    if options.fresh:
        databases = context.databases(modules=settings.TEST_MODULES)
        with databases.scratch(databases.with_addons()) as name:
            return _shell(databases, name, text)
    if options.dev:
        databases = context.databases(modules=settings.TEST_MODULES)
        return _shell(databases, databases.develop(dev_name()), text)
    name = options.database or DEMO
    databases = context.databases("demo" if name == DEMO else "test")
    if not databases.server.exists(name):
        raise Failure(f"there is no database {name}", "Run ./sop demo first, or use --fresh.")
    return _shell(databases, name, text)


def _shell(databases, name, text):
    odoo = databases.odoo
    return process.attached(odoo.shell_command(name), env=odoo.variables, stdin=text)
