"""./sop test: everything, from nothing, on a fresh copy of the installed template."""

import os
from pathlib import Path

from tooling import addons, process, settings
from tooling.shell import dev_name

LINT = "tests/test_lint.py"
INSTALL_LOG = "tests/test_install_log.py"
# Read by the pytest plugin and by the tests of the installation.
LOG_VARIABLE = "SOP_INSTALL_LOG"


def run(context, options, rest):
    databases = context.databases(with_browser=True, modules=settings.TEST_MODULES)
    paths = _paths(options, rest)
    if options.dev:
        return _pytest(databases, databases.develop(dev_name(), options.reset), paths, rest)
    chosen = addons.named([options.addon]) if options.addon else None
    template = databases.with_addons(chosen)
    log = databases.install_log(template)
    with databases.scratch(template) as name:
        return _pytest(databases, name, paths, rest, {LOG_VARIABLE: str(log)})


def _paths(options, rest):
    """What pytest collects when the caller names nothing."""
    if any(Path(argument.split("::")[0]).exists() for argument in rest):
        return [LINT] if options.lint else []
    if options.addon:
        addon = addons.named([options.addon])[options.addon]
        return [*_existing([addon.path / "tests"]), INSTALL_LOG]
    own = _existing(addon.path / "tests" for addon in addons.ours().values())
    return [*own, "tests", *([f"--ignore={LINT}"] if options.no_lint else [])]


def _existing(paths):
    return [str(path) for path in paths if path.is_dir()]


def _pytest(databases, database, paths, rest, variables=None):
    odoo = databases.odoo
    options = [
        "-c",
        str(settings.REPO / "pyproject.toml"),
        f"--rootdir={settings.REPO}",
        "-p",
        "no:cacheprovider",
        "-p",
        "tooling.pytest_plugin",
        f"--odoo-config={odoo.config}",
        f"--odoo-database={database}",
        "--odoo-http",
        "-rs",
    ]
    env = {**odoo.variables, "PYTHONPATH": _python_path(), **(variables or {})}
    command = [odoo.env.python, "-m", "pytest", *options, *paths, *rest]
    return process.attached(command, env=env)


def _python_path():
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join(filter(None, [str(settings.REPO), inherited]))
