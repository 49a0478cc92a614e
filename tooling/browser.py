"""The browser for tours: the machine's own where there is one, else Debian's in the cache."""

import os
import shutil

from tooling import apt
from tooling.cache import fresh_folder, lock
from tooling.console import Failure, step

# The names that Odoo's test runner looks for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# The font makes Chinese pages readable in screenshots; few servers have one.
PACKAGES = ("chromium", "fonts-wqy-microhei", "fonts-dejavu-core")

WRAPPER = """#!/bin/sh
# The unpacked package expects its libraries and fonts in system folders.
LD_LIBRARY_PATH={libraries} FONTCONFIG_FILE={root}/fonts.conf \\
exec {root}/usr/lib/chromium/chromium "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{root}/usr/share/fonts</dir>
  <cachedir>{root}/fontcache</cachedir>
</fontconfig>
"""


def installed():
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure(cache):
    """The folder to put first in PATH, or None when the machine has a browser."""
    if installed():
        return None
    folder = cache / "browser"
    if not folder.exists():
        with lock(cache, "browser", "the browser"):
            if not folder.exists():
                _fetch(cache, folder)
    return folder / "bin"


def search_path(cache):
    """PATH for programs that look for a browser."""
    folder = ensure(cache)
    path = os.environ.get("PATH", os.defpath)
    return f"{folder}{os.pathsep}{path}" if folder else path


def _fetch(cache, folder):
    private = apt.Apt(cache / "apt-own", unstable=False)
    with step("Ask Debian for Chromium"):
        private.prepare()
        private.update()
    with step("Download Chromium") as current:
        debs = private.download_missing(PACKAGES, current.progress)
    with step("Unpack Chromium"), fresh_folder(folder) as target:
        for deb in debs:
            apt.unpack(deb, target, ("./usr/share/doc", "./usr/share/man"))
        _write_wrapper(target, folder)
    shutil.rmtree(private.root, ignore_errors=True)


def _write_wrapper(target, final):
    if not (target / "usr/lib/chromium/chromium").exists():
        raise Failure("Debian's chromium has no usr/lib/chromium/chromium any more")
    # Some packages keep libraries in a folder of their own, so look where they are.
    found = sorted({path.parent for path in target.rglob("lib*.so*")})
    libraries = ":".join(str(final / path.relative_to(target)) for path in found)
    (target / "fonts.conf").write_text(FONTS.format(root=final))
    wrapper = target / "bin" / "chromium"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(root=final, libraries=libraries))
    wrapper.chmod(0o755)
