"""Calling Odoo's own commands: configuration, environment, and reading its log."""

import os
import re
import tempfile
from pathlib import Path

from tooling import addons, printing, process, settings

LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
LEVELS = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")

OPTIONS = """[options]
addons_path = {addons_path}
data_dir = {data_dir}
http_interface = 127.0.0.1
max_cron_threads = 0
limit_time_cpu = 600
limit_time_real = 1200
limit_time_real_cron = 1200
"""


class Odoo:
    """One Odoo: its Python, its server, its folder for files."""

    def __init__(self, cache, env, server, search_path=None):
        self.cache = cache
        self.env = env
        self.server = server
        self.data_dir = cache / f"data-{server.name}"
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix="sop-")
        path = os.environ.get("PATH", os.defpath)
        if search_path:
            path = printing.search_path(self._folder.name, env.python, search_path)
        self.variables = {
            **server.env,
            "PATH": f"{env.bin}{os.pathsep}{path}",
        }
        self.config = self._write_config()

    def _write_config(self):
        """A file of this process alone: another checkout has another addons path."""
        own = [str(folder) for folder in addons.folders() if any(folder.glob("*/__manifest__.py"))]
        text = OPTIONS.format(
            addons_path=",".join(own),
            data_dir=self.data_dir,
        )
        names = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user"}
        given = {option: self.server.env.get(name) for name, option in names.items()}
        text += "".join(f"{option} = {value}\n" for option, value in given.items() if value)
        path = Path(self._folder.name) / "odoo.conf"
        path.write_text(text)
        return path

    def command(self, *arguments):
        return [self.env.python, "-m", "odoo", *arguments]

    def server_command(self, database, *arguments):
        return self.command("server", "-c", self.config, "-d", database, *arguments)

    def change(self, database, arguments, log, what, step=None):
        """Install or update modules, following the progress in the log."""
        command = self.server_command(database, *arguments, "--stop-after-init", "--no-http")
        process.checked(
            command, log, what, env=self.variables, on_line=_follow(step), cwd=settings.REPO
        )

    def script(self, database, text, log, what):
        """Run Python in Odoo's shell."""
        process.checked(self.shell_command(database), log, what, env=self.variables, stdin=text)

    def shell_command(self, database):
        quiet = ["--no-http", "--log-level=warn"]
        return self.command("shell", "-c", self.config, "-d", database, *quiet)

    def load_languages(self, database, languages, log):
        command = self.command("i18n", "loadlang", "-c", self.config, "-d", database)
        command += ["-l", *languages]
        process.checked(command, log, "loading languages", env=self.variables)

    def filestore(self, database):
        return self.data_dir / "filestore" / database


def _follow(step):
    def on_line(line):
        match = LOADING.search(line)
        if match and step:
            step.progress(f"{match[2]} of {match[3]} modules, {match[1]}")

    return on_line


def complaints(log):
    """The lines of a log with a warning or worse, each with what belongs to it."""
    found, current = [], None
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if LEVELS.match(line):
            current = [line]
            found.append(current)
        elif re.match(r"^\d{4}-\d\d-\d\d ", line):
            current = None
        elif current is not None:
            current.append(line)
    return ["\n".join(lines) for lines in found]
