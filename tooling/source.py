"""Odoo's source: the user's own where there is one, else Debian's package in the cache."""

import hashlib
import importlib.util
import os
import runpy
import shutil
from dataclasses import dataclass
from pathlib import Path

from tooling import apt, process, settings
from tooling.cache import digest, fresh_folder, lock
from tooling.console import Failure, say, step

PACKAGES = "usr/lib/python3/dist-packages"
# A broken partial duplicate that Odoo would add to its path, and languages nobody asked for.
EXCLUDED = (
    f"./{PACKAGES}/addons",
    f"./{PACKAGES}/setup",
    f"./{PACKAGES}/doc",
    f"./{PACKAGES}/*.egg-info",
    "*/i18n/[a-y]*.po",
    "*/i18n/z[!h]*.po",
)
# Debian leaves it out, but `web.assets_backend` names it and every browser test needs that.
MISSING_ASSET = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Source:
    path: Path  # the folder that contains the package `odoo`
    version: str  # names this source in keys of what is built from it
    origin: str


def ensure(cache):
    return own(cache) or _fetched(cache)


def own(cache):
    """The user's own Odoo: ODOO_SOURCE, or `odoo` importable by this Python."""
    if os.environ.get("ODOO_SOURCE"):
        path = Path(os.environ["ODOO_SOURCE"]).expanduser().resolve()
        if not (path / "odoo" / "release.py").is_file():
            raise Failure(
                f"ODOO_SOURCE={path} does not contain odoo/release.py",
                "Point it at the folder that contains odoo-bin.",
            )
        return _own_source(path, "ODOO_SOURCE")
    path = _importable()
    # Called from our own environment, what is importable is what we fetched.
    if not path or path.is_relative_to(cache.resolve()):
        return None
    return _own_source(path, "importable `odoo`")


def _importable():
    try:
        spec = importlib.util.find_spec("odoo.release")
    except ImportError:
        return None
    return Path(spec.origin).resolve().parent.parent if spec else None


def _own_source(path, origin):
    version = check_series(path)
    return Source(path, digest(version, path, _commit(path)), origin)


def _commit(path):
    try:
        return process.output(["git", "-C", path, "rev-parse", "HEAD"])
    except (Failure, OSError):
        return ""


def check_series(path):
    release = runpy.run_path(str(path / "odoo" / "release.py"))
    if release["version_info"][:2] != settings.ODOO_SERIES:
        wanted = ".".join(map(str, settings.ODOO_SERIES))
        raise Failure(
            f"{path} is Odoo {release['version']}; these addons need {wanted}", apt.SOURCE_CHECKOUT
        )
    return release["version"]


def _fetched(cache):
    return cached(cache) or _fetch(cache)


def cached(cache):
    found = sorted((cache / "odoo").glob("[!.]*"))
    return _packaged(found[-1]) if found else None


def _packaged(root):
    return Source(root / PACKAGES, root.name, "Debian package")


def _fetch(cache):
    with lock(cache, "odoo", "Odoo's source"):
        if found := cached(cache):
            return found
        (cache / "odoo").mkdir(exist_ok=True)
        private = apt.Apt(cache / "apt-unstable", unstable=True)
        with step("Ask Debian for Odoo 19.0"):
            private.prepare()
            private.update()
        with step("Download Odoo 19.0") as current:
            names = (settings.ODOO_PACKAGE, *settings.ODOO_COMPANIONS)
            debs = private.download(names, current.progress)
        with step("Unpack Odoo 19.0"):
            root = _unpack(cache, debs)
        shutil.rmtree(private.root, ignore_errors=True)
        return _packaged(root)


def _unpack(cache, debs):
    package = next(deb for deb in debs if deb.name.startswith(f"{settings.ODOO_PACKAGE}_"))
    _remark_on_unknown_build(package)
    version = package.name.split("_")[1].replace("%3a", ":")
    with fresh_folder(cache / "odoo" / version) as root:
        apt.unpack(package, root, EXCLUDED)
        for deb in debs:
            if deb != package:
                apt.unpack(deb, root)
        _add_missing_asset(root / PACKAGES)
        check_series(root / PACKAGES)
    return cache / "odoo" / version


def _add_missing_asset(path):
    asset = path / MISSING_ASSET
    if not asset.exists():
        asset.parent.mkdir(parents=True, exist_ok=True)
        asset.write_text("/**/\n")


def _remark_on_unknown_build(package):
    if hashlib.sha256(package.read_bytes()).hexdigest() != settings.ODOO_PROVEN_SHA256:
        say(f"Note: {package.name} is newer than the build these tools were proven on.")
