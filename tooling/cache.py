"""The folder where everything that is fetched or built is kept, and how it is shared safely."""

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from tooling import settings
from tooling.console import Failure, megabytes, say


def default_folder():
    if os.environ.get("SOP_CACHE"):
        return Path(os.environ["SOP_CACHE"]).expanduser().absolute()
    if os.geteuid() == 0:
        # PostgreSQL runs as another user, who cannot enter root's home.
        return Path("/var/cache/sales-sop")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sales-sop"


def prepare(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "locks").mkdir(exist_ok=True)
        (folder / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise Failure(
            f"the cache folder {folder} cannot be used: {error.strerror}",
            "Choose another one: --cache FOLDER or SOP_CACHE=FOLDER.",
        ) from error
    return folder


def check_space(folder):
    """Fail early when the disk cannot hold what is to come; the free bytes."""
    first = not any((folder / "odoo").glob("[!.]*"))
    needed = settings.DISK_FIRST if first else settings.DISK_LATER
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Failure(
            f"the disk is nearly full: {megabytes(free)} free in {folder}, "
            f"{megabytes(needed)} needed",
            "Free some space or choose another folder: --cache FOLDER or SOP_CACHE=FOLDER.",
        )
    return free


@contextmanager
def lock(cache, name, what):
    """One ./sop at a time; a second one says what it waits for."""
    with open(cache / "locks" / f"{name}.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another ./sop is preparing {what}; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def fresh_folder(path):
    """A folder that appears at `path` only when it is complete."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    yield unfinished
    unfinished.rename(path)


def digest(*parts):
    """A short name for this content."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part if isinstance(part, bytes) else str(part).encode())
        total.update(b"\0")
    return total.hexdigest()[:12]


def prune(folder, pattern, keep, spare=()):
    """Remove all but the most recently used folders."""
    found = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[keep:]:
        if path not in spare:
            shutil.rmtree(path, ignore_errors=True)
