"""./sop test: everything, from nothing, on fresh copies of the installed template."""

import os
import re
from pathlib import Path

from tooling import addons, parallel, process, settings
from tooling.shell import dev_name

LINT = "tests/test_lint.py"
INSTALL_LOG = "tests/test_install_log.py"
# Read by the pytest plugin and by the tests of the installation.
LOG_VARIABLE = "SOP_INSTALL_LOG"
# What only changes how pytest shows the same tests.
PRESENTATION = re.compile(r"-[qv]+|-r\w+|--(durations|durations-min|tb|color)=.*")


def run(context, options, rest):
    databases = context.databases(with_browser=True, modules=settings.TEST_MODULES)
    paths = _paths(options, rest)
    if options.dev:
        name = databases.develop(dev_name(), options.reset)
        return _pytest(databases.odoo, name, paths, rest)
    count = processes(options.jobs, rest)
    chosen = addons.named([options.addon]) if options.addon else None
    template = databases.with_addons(chosen)
    variables = {LOG_VARIABLE: str(databases.install_log(template))}
    if count > 1:
        return _parallel(databases, template, count, paths, rest, variables)
    with databases.scratch(template) as name:
        return _pytest(databases.odoo, name, paths, rest, variables)


def processes(asked, rest):
    """One for what the caller chose or looks into, unless asked for more."""
    if asked is None and not all(PRESENTATION.fullmatch(argument) for argument in rest):
        return 1
    return parallel.jobs(asked)


def _paths(options, rest):
    """What pytest collects when the caller names nothing."""
    if any(Path(argument.split("::")[0]).exists() for argument in rest):
        return [LINT] if options.lint else []
    if options.addon:
        addon = addons.named([options.addon])[options.addon]
        return [*_existing([addon.path / "tests"]), INSTALL_LOG]
    own = _existing(addon.path / "tests" for addon in addons.all_of_ours().values())
    return [*own, "tests", *([f"--ignore={LINT}"] if options.no_lint else [])]


def _existing(paths):
    return [str(path) for path in paths if path.is_dir()]


def _parallel(databases, template, count, paths, rest, variables):
    odoo = databases.odoo

    def command(database):
        return _command(odoo, database, paths, rest)

    return parallel.run(databases, template, count, command, _environment(odoo, variables))


def _pytest(odoo, database, paths, rest, variables=None):
    command = _command(odoo, database, paths, rest)
    return process.attached(command, env=_environment(odoo, variables))


def _command(odoo, database, paths, rest):
    options = [
        "-c",
        str(settings.REPO / "pyproject.toml"),
        f"--rootdir={settings.REPO}",
        "-p",
        "no:cacheprovider",
        "-p",
        "tooling.pytest_plugin",
        "-p",
        "tooling.pytest_share",
        f"--odoo-config={odoo.config}",
        f"--odoo-database={database}",
        "--odoo-http",
        "-rs",
    ]
    return [odoo.env.python, "-m", "pytest", *options, *paths, *rest]


def _environment(odoo, variables):
    return {**odoo.variables, "PYTHONPATH": _python_path(), **(variables or {})}


def _python_path():
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join(filter(None, [str(settings.REPO), inherited]))
