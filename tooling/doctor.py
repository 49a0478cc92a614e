"""./sop doctor: what this machine has, and the remedy for what it lacks. Changes nothing."""

import shutil
import sys

from tooling import apt, browser, postgres, printing, process, python_env, settings, source, web
from tooling.cache import check_space
from tooling.console import Failure, megabytes, table
from tooling.demo import DEFAULT_PORT

PDF_REMEDY = "not needed here: demo and tests print with chromium"


def run(context, options, rest):
    rows, broken = [], 0
    for check in CHECKS:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        try:
            rows.append((name, "ok", check(context.cache)))
        except Failure as failure:
            broken += 1
            remedy = " ".join(failure.remedy.split())
            rows.append((name, "BAD", f"{failure.what}. {remedy}".strip()))
    print(table(rows, ("what", "state", "found")))
    return 1 if broken else 0


def check_python(cache):
    found = ".".join(map(str, sys.version_info[:3]))
    return f"{found}, {python_env.base_python()}"


def check_disk(cache):
    free = check_space(cache)
    return f"{megabytes(free)} free in {cache}"


def check_odoo(cache):
    found = source.own(cache) or source.cached(cache)
    return f"{found.origin}: {found.path}" if found else "not fetched yet; ./sop test fetches it"


def check_debian_mirror(cache):
    if source.own(cache) or source.cached(cache):
        return "not needed: Odoo is there"
    apt.mirror()
    private = apt.Apt(cache / "apt-doctor", unstable=True)
    try:
        private.prepare()
        private.update()
        private._expected_size(["apt-get", "-q", "download", settings.ODOO_PACKAGE])
    finally:
        shutil.rmtree(private.root, ignore_errors=True)
    return f"answers and has {settings.ODOO_PACKAGE}"


def check_python_index(cache):
    command = [
        python_env.base_python(),
        "-m",
        "pip",
        "download",
        "-q",
        "--no-cache-dir",
        "--no-deps",
        "-d",
    ]
    folder = cache / "doctor"
    try:
        process.output([*command, "--no-deps", "-d", folder, "six"])
    except Failure as failure:
        if list((cache / "python").glob("*/.complete")):
            return "does not answer, but the packages are there"
        raise Failure("the Python package index does not answer", failure.what) from failure
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return "answers"


def check_postgresql(cache):
    external = postgres.external_settings()
    if external:
        postgres.start(cache, "test")
        return f"your own at {external['PGHOST']}"
    return ", ".join(postgres.states(cache)) or "built in; fetched on first use"


def check_browser(cache):
    if browser.installed():
        return browser.installed()
    fetched = (cache / "browser").exists()
    return "in the cache" if fetched else "not fetched yet; ./sop test fetches it"


def check_pdf_tool(cache):
    return printing.installed() or f"no wkhtmltopdf with patched Qt, {PDF_REMEDY}"


def check_port(cache):
    web.check_port(DEFAULT_PORT)
    return f"{DEFAULT_PORT} is free"


def check_cache(cache):
    parts = ("odoo", "python", "postgresql", "browser")
    found = [name for name in parts if any((cache / name).glob("[!.]*"))]
    return f"{cache}: {', '.join(found) or 'empty'}"


CHECKS = (
    check_python,
    check_cache,
    check_disk,
    check_odoo,
    check_debian_mirror,
    check_python_index,
    check_postgresql,
    check_browser,
    check_pdf_tool,
    check_port,
)
