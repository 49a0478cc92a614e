"""A wkhtmltopdf for demo and tests: Odoo finds it in its PATH and prints with the browser."""

import os
import shutil
import subprocess
from pathlib import Path

from tooling import settings

WRAPPER = """#!/bin/sh
PYTHONPATH={repo} exec {python} -m tooling.print_pdf "$@"
"""


def installed():
    """The machine's own wkhtmltopdf, when it can print headers and footers."""
    found = shutil.which("wkhtmltopdf")
    if not found:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    return found if "with patched qt" in version else None


def search_path(folder, python, path):
    """PATH with our program first, unless the machine has one that serves."""
    if installed():
        return path
    wrapper = Path(folder, "bin", "wkhtmltopdf")
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(repo=settings.REPO, python=python))
    wrapper.chmod(0o755)
    return f"{wrapper.parent}{os.pathsep}{path}"
