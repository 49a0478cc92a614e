"""A private apt: downloads Debian packages with the machine's own mirror and keys.

Nothing is installed system-wide and no right of root is needed. The mirror is asked of the
machine's apt at run time, so a proxy, a company mirror or a credential file work unchanged.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tooling import process
from tooling.console import Failure, megabytes

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCE_CHECKOUT = (
    "Or use a source checkout of Odoo, branch 19.0: ODOO_SOURCE=/path/to/odoo ./sop ...\n"
    "(the folder that contains odoo-bin)."
)

CONFIGURATION = """
Dir::Etc::netrc "/etc/apt/auth.conf"; Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Acquire::Check-Valid-Until "false"; Acquire::Languages "none"; Acquire::Retries "3";
Dir::Etc "{root}/etc"; Dir::Etc::main "none"; Dir::Etc::parts "apt.conf.d";
Dir::Etc::preferences "none"; Dir::Etc::preferencesparts "preferences.d";
Dir::State "{root}"; Dir::State::lists "{root}/lists"; Dir::State::status "{status}";
Dir::Cache "{root}"; Dir::Cache::archives "{root}/archives";
Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; Dir::Log "{root}";
APT::Sandbox::User ""; Debug::NoLocking "1";
"""
UNSTABLE = 'Dir::Etc::sourcelist "none"; Dir::Etc::sourceparts "sources.list.d";\n'
OWN_SUITES = (
    'Dir::Etc::sourcelist "/etc/apt/sources.list";\n'
    'Dir::Etc::sourceparts "/etc/apt/sources.list.d";\n'
    'Dir::Etc::trusted "/etc/apt/trusted.gpg"; Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";\n'
)


class Apt:
    """Package lists and downloads in a folder of our own."""

    def __init__(self, root, unstable):
        if not shutil.which("apt-get"):
            raise Failure(
                "this machine has no apt-get, and no Odoo 19.0 was found", SOURCE_CHECKOUT
            )
        self.root = root
        self.unstable = unstable
        self.env = {"APT_CONFIG": str(root / "apt.conf"), "LC_ALL": "C.UTF-8"}

    def prepare(self):
        shutil.rmtree(self.root, ignore_errors=True)
        for name in ("lists/partial", "archives/partial"):
            (self.root / name).mkdir(parents=True)
        for name in ("apt.conf.d", "sources.list.d", "preferences.d"):
            (self.root / "etc" / name).mkdir(parents=True)
        # An empty status so that apt considers nothing; the machine's own so that it adds
        # only what the machine lacks.
        status = self.root / "status" if self.unstable else "/var/lib/dpkg/status"
        (self.root / "status").touch()
        text = _acquire_settings() + CONFIGURATION.format(root=self.root, status=status)
        text += UNSTABLE if self.unstable else OWN_SUITES
        (self.root / "apt.conf").write_text(text)
        if self.unstable:
            self._write_unstable_source()

    def _write_unstable_source(self):
        (self.root / "etc/sources.list.d/unstable.sources").write_text(
            f"Types: deb\nURIs: {mirror()}\nSuites: sid\nComponents: main\nSigned-By: {KEYRING}\n"
        )

    def update(self):
        # Without Error-Mode=any an unreachable mirror ends with exit code 0.
        self._run(
            ["apt-get", "-q", "-o", "APT::Update::Error-Mode=any", "update"],
            "the Debian mirror of this machine does not answer",
            f"Try `apt-get update`; when that works, run ./sop again.\n{SOURCE_CHECKOUT}",
        )

    def download(self, names, progress):
        """The named packages, nothing they depend on."""
        self._fetch(["apt-get", "-q", "download", *names], progress)
        return self._debs()

    def download_missing(self, names, progress):
        """The named packages and whatever of their dependencies this machine lacks."""
        command = ["apt-get", "-q", "-y", "-d", "--no-install-recommends", "install", *names]
        self._fetch(command, progress)
        return self._debs()

    def _debs(self):
        return sorted((self.root / "archives").glob("*.deb"))

    def _fetch(self, command, progress):
        expected = self._expected_size(command)
        log = self.root / "download.log"
        with log.open("w") as sink:
            child = subprocess.Popen(
                command,
                cwd=self.root / "archives",
                env=process.environment(self.env),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
            try:
                self._watch(child, expected, progress)
            finally:
                process.stop(child)
        if child.returncode:
            raise Failure("a download from the Debian mirror failed", process.tail(log))

    def _watch(self, child, expected, progress):
        while True:
            try:
                child.wait(0.5)
                return
            except subprocess.TimeoutExpired:
                have = sum(_size(path) for path in (self.root / "archives").rglob("*"))
                progress(f"{megabytes(have)} of {megabytes(expected)}")

    def _expected_size(self, command):
        """The sum of the sizes that apt lists; it also fails early for an unknown package."""
        listed = self._run(
            [*command, "--print-uris"],
            "Debian does not offer a package that is needed",
            "It may have been renamed or removed from Debian's unstable suite.\n" + SOURCE_CHECKOUT,
        )
        sizes = re.findall(r"^'[^']+' \S+ (\d+)", listed, re.MULTILINE)
        return sum(int(size) for size in sizes)

    def _run(self, command, what, remedy):
        try:
            return process.output(command, env=self.env)
        except Failure as failure:
            raise Failure(what, f"{failure.what}\n{remedy}") from failure


def _size(path):
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _acquire_settings():
    """Proxy, certificates and the like, as the machine's apt has them."""
    lines = process.output(["apt-config", "dump"]).splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("Acquire::"))


def mirror():
    """Where this machine's apt gets Debian from."""
    release = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text().splitlines()
        if "=" in line
    )
    codename = release.get("VERSION_CODENAME", "").strip('"')
    listed = process.output(["apt-get", "update", "--print-uris"], env={"LC_ALL": "C.UTF-8"})
    match = re.search(rf"^'(\S*/)dists/{codename}/InRelease'", listed, re.MULTILINE)
    if not (codename and match):
        raise Failure("this machine's apt names no Debian mirror", SOURCE_CHECKOUT)
    return match[1]


def unpack(deb, folder, excluded=()):
    """Extract a package; what is excluded never touches the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    source = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE)
    patterns = [f"--exclude={pattern}" for pattern in excluded]
    tar = ["tar", "-x", "--no-same-owner", "-C", str(folder), *patterns]
    done = subprocess.run(tar, stdin=source.stdout, env={**os.environ, "LC_ALL": "C.UTF-8"})
    source.stdout.close()
    if source.wait() or done.returncode:
        raise Failure(f"{deb.name} could not be unpacked", "Is the disk full? See ./sop doctor.")
