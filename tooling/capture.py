"""Drives the browser for ./sop screenshot; runs in the environment with websocket-client."""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

from tooling.browser import NAMES

SECONDS = 40
# The page is there, and nothing is loading any more.
READY = """
document.readyState === "complete" && document.querySelector({selector})
    && !document.querySelector(".o_loading_indicator, .o_blockUI, .o_view_sample_data") ? 1 : 0
"""


class Browser:
    """A headless browser with one page."""

    def __init__(self, size):
        self.profile = Path(tempfile.mkdtemp(prefix="sop-browser-"))
        executable = next(filter(None, map(shutil.which, NAMES)))
        self.child = subprocess.Popen(
            [executable, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--remote-debugging-port=0", "--no-first-run",
             f"--user-data-dir={self.profile}", f"--window-size={size.replace('x', ',')}",
             "about:blank"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.count = 0
        self.page = websocket.create_connection(self._page_address(), suppress_origin=True)

    def _page_address(self):
        port_file = self.profile / "DevToolsActivePort"
        wait_for(lambda: port_file.exists() and port_file.read_text().strip(), "the browser")
        port = port_file.read_text().split()[0]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/json/list", timeout=10) as response:
            pages = json.load(response)
        return next(p["webSocketDebuggerUrl"] for p in pages if p["type"] == "page")

    def send(self, method, **params):
        self.count += 1
        self.page.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            answer = json.loads(self.page.recv())
            if answer.get("id") == self.count:
                return answer.get("result", {})

    def evaluate(self, expression):
        return self.send("Runtime.evaluate", expression=expression)["result"].get("value")

    def close(self):
        self.page.close()
        self.child.terminate()
        self.child.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def wait_for(condition, what):
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} is not ready after {SECONDS} s")
        time.sleep(0.2)


def capture(url, session, path, size, selector):
    browser = Browser(size)
    try:
        browser.send("Network.setCookie", name="session_id", value=session, url=url)
        browser.send("Page.navigate", url=url)
        ready = READY.format(selector=json.dumps(selector))
        try:
            wait_for(lambda: browser.evaluate(ready), f"{selector} on {url}")
            time.sleep(1)
        except TimeoutError as error:
            print(f"sop: {error}; the picture shows what is there", file=sys.stderr)
        picture = browser.send("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(picture))
    finally:
        browser.close()
    print(path)


if __name__ == "__main__":
    capture(*sys.argv[1:])
