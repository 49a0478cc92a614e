"""The Python environment: pinned requirements, with Odoo's source on its path."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tooling import apt, process, settings
from tooling.cache import digest, fresh_folder, lock, prune
from tooling.console import Failure, step

UV_REQUIREMENT = "uv==0.13.9"
KEEP = 4


@dataclass(frozen=True)
class PythonEnv:
    folder: Path

    @property
    def python(self):
        return self.folder / "bin" / "python"

    @property
    def bin(self):
        return self.folder / "bin"


def ensure(cache, source, extra=()):
    """The environment for this source and these requirement files."""
    files = [settings.REQUIREMENTS, settings.TOOL_REQUIREMENTS, *extra]
    texts = [path.read_text() for path in files]
    key = digest(*texts, source.path, sys.version_info[:2], base_python())
    folder = cache / "python" / key
    # The scripts inside name their own folder, so it cannot be built elsewhere and renamed;
    # the mark says that it is complete.
    mark = folder / ".complete"
    if not mark.exists():
        with lock(cache, "python", "the Python environment"):
            if not mark.exists():
                _build(cache, folder, source, files)
                mark.touch()
                prune(cache / "python", "*", KEEP, spare=(folder,))
    os.utime(folder)
    return PythonEnv(folder)


def base_python():
    """The Python below an environment that the caller may have active."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def _build(cache, folder, source, files):
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    with step(f"Install Python packages into {folder}") as current:
        current.progress("making the environment")
        _make_venv(cache, folder)
        _announce_odoo(folder, source)
        current.progress("installing")
        requirements = [part for path in files for part in ("-r", str(path))]
        _install(cache, folder, requirements)


def _make_venv(cache, folder):
    base = [base_python(), "-m", "venv"]
    if _has_module("ensurepip"):
        process.output([*base, folder])
        return
    # Debian keeps pip's wheel in a package of its own, which a small machine lacks.
    process.output([*base, "--without-pip", folder])
    wheel = _pip_wheel(cache)
    process.output([folder / "bin/python", f"{wheel}/pip", "install", "--no-index", wheel])


def _has_module(name):
    done = subprocess.run([base_python(), "-c", f"import {name}"], capture_output=True)
    return done.returncode == 0


def _pip_wheel(cache):
    folder = cache / "pip"
    if not folder.exists():
        private = apt.Apt(cache / "apt-pip", unstable=False)
        private.prepare()
        private.update()
        with fresh_folder(folder) as target:
            for deb in private.download(["python3-pip-whl"], lambda text: None):
                apt.unpack(deb, target)
    return next((folder / "usr/share/python-wheels").glob("pip-*.whl"))


def _announce_odoo(folder, source):
    """Odoo importable, and known to pip, so that addons from an index install on top."""
    site = next((folder / "lib").glob("python3*/site-packages"))
    (site / "odoo.pth").write_text(f"{source.path}\n")
    info = site / "odoo-19.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: sop\nRoot-Is-Purelib: true\n")
    (info / "INSTALLER").write_text("sop\n")
    (info / "RECORD").write_text("")


def _install(cache, folder, requirements):
    log = cache / "logs" / "python.log"
    pip = [folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    if _install_with_uv(cache, folder, pip, requirements, log):
        return
    process.checked(
        [*pip, *requirements],
        log,
        "installing the Python packages",
        "Does the package index answer (`pip download six`)? Is the disk full? See ./sop doctor.",
    )


def _install_with_uv(cache, folder, pip, requirements, log):
    """Ten times faster than pip; where it cannot reach the index, pip still may."""
    if process.logged([*pip, UV_REQUIREMENT], log):
        return False
    env = {"UV_CACHE_DIR": str(cache / "uv"), "UV_PYTHON_DOWNLOADS": "never", **_index()}
    command = [folder / "bin/uv", "pip", "install", "--quiet", "--python", folder / "bin/python"]
    return process.logged([*command, *requirements], log, env=env) == 0


def _index():
    """uv does not read pip's configuration: hand over the index that it names."""
    try:
        listed = process.output([base_python(), "-m", "pip", "config", "list"])
    except Failure:
        return {}
    match = re.search(r"^\S*\.index-url='([^']+)'", listed, re.MULTILINE)
    return {"UV_DEFAULT_INDEX": match[1]} if match and "UV_DEFAULT_INDEX" not in os.environ else {}
