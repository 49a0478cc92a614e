"""Serving a database over HTTP, and a client that talks to it like a browser does."""

import http.cookiejar
import json
import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from tooling import process
from tooling.console import Failure, step

HOST = "127.0.0.1"
START_SECONDS = 180


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Failure(
                f"port {port} is in use",
                "Stop what uses it, or choose another one: --port NUMBER.",
            ) from error


@contextmanager
def served(odoo, database, port, log, *options):
    """Odoo serving this database for the time of the block; gives the process."""
    command = odoo.server_command(database, f"--http-port={port}", f"--db-filter=^{database}$")
    command += options
    with process.started(command, log, odoo.variables) as child:
        with step(f"Start Odoo on port {port}"):
            _wait(child, port, log)
        yield child


def _wait(child, port, log):
    client = Client(port)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            break
        if client.answers("/web/health"):
            return
        time.sleep(0.3)
    raise Failure("Odoo did not start", f"{process.tail(log)}\nThe whole log: {log}")


class Client:
    """One browser session."""

    def __init__(self, port):
        self.base = f"http://{HOST}:{port}"
        self.cookies = http.cookiejar.CookieJar()
        # Never by way of a proxy: it is this machine.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def answers(self, path):
        try:
            return self.get(path)[0] == 200
        except OSError:
            return False

    def get(self, path):
        with self.opener.open(self.base + path, timeout=120) as response:
            return response.status, response.read()

    def call(self, path, **params):
        """A JSON-RPC call; Odoo's error as a Failure."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            self.base + path, body, {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=120) as response:
            answer = json.load(response)
        if "error" in answer:
            error = answer["error"]
            raise Failure(f"{path}: {error.get('data', {}).get('message') or error['message']}")
        return answer["result"]

    def log_in(self, database, login, password):
        path = "/web/session/authenticate"
        try:
            result = self.call(path, db=database, login=login, password=password)
        except Failure as failure:
            raise Failure(f"{login} cannot log in: {failure.what}") from failure
        if not result.get("uid"):
            raise Failure(f"{login} cannot log in")
        return result

    def search_read(self, model, fields, limit=80):
        return self.call(
            f"/web/dataset/call_kw/{model}/web_search_read",
            model=model,
            method="web_search_read",
            args=[],
            kwargs={
                "domain": [],
                "specification": {name: {} for name in fields},
                "limit": limit,
            },
        )

    @property
    def session(self):
        return next(cookie.value for cookie in self.cookies if cookie.name == "session_id")
