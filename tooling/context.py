"""Puts the parts together: source, Python, PostgreSQL, databases."""

from dataclasses import dataclass
from pathlib import Path

from tooling import browser, postgres, python_env, source
from tooling.cache import check_space
from tooling.databases import Databases
from tooling.odoo import Odoo


@dataclass
class Context:
    """What a command works with; built once, on demand."""

    cache: Path

    def databases(self, kind="test", with_browser=False, requirements=(), modules=()):
        """Everything provisioned and running, for the test or the demo server.

        `modules` are installed besides those that our addons need.
        """
        check_space(self.cache)
        found = source.ensure(self.cache)
        env = python_env.ensure(self.cache, found, requirements)
        search_path = browser.search_path(self.cache) if with_browser else None
        server = postgres.start(self.cache, kind)
        return Databases(Odoo(self.cache, env, server, search_path), found, modules)
