"""./sop screenshot PATH: a picture of a page as a user sees it, to look at one's own work."""

import os

from tooling import process, settings, web
from tooling.console import Failure
from tooling.shell import DEMO, dev_name


def run(context, options, rest):
    databases = context.databases("test" if options.dev else "demo", with_browser=True)
    database = databases.develop(dev_name()) if options.dev else DEMO
    if not databases.server.exists(database):
        raise Failure(f"there is no database {database}", "Run ./sop demo first, or use --dev.")
    port = web.free_port()
    log = context.cache / "logs" / "screenshot.log"
    with web.served(databases.odoo, database, port, log):
        client = web.Client(port)
        client.log_in(database, options.login, options.password or options.login)
        return _capture(databases.odoo, client, options)


def _capture(odoo, client, options):
    command = [odoo.env.python, "-m", "tooling.capture", client.base + options.path]
    command += [client.session, os.path.abspath(options.output), options.size, options.wait]
    env = {**odoo.variables, "PYTHONPATH": str(settings.REPO)}
    return process.attached(command, env=env)
