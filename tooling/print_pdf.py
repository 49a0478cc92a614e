"""Answers to the command line of wkhtmltopdf, and prints with the browser that is there anyway.

Odoo calls a program named wkhtmltopdf. Debian's lacks headers and footers and newer releases have
none, so demo and tests put this one into their own PATH (see ``printing``). Your own Odoo prints
with your own wkhtmltopdf; nothing in the addons knows of this file.

Runs in the environment with Odoo's requirements and websocket-client.
"""

import base64
import io
import json
import re
import resource
import sys
import time
import traceback
from pathlib import Path

import lxml.html
from PyPDF2 import PdfReader, PdfWriter

from tooling.capture import Browser

VERSION = "wkhtmltopdf 0.12.6 (with patched qt), printing with Chromium"
FLAGS = {
    "--disable-local-file-access",
    "--disable-javascript",
    "--quiet",
    "--header-line",
    "--disable-smart-shrinking",
}
PAPER = {"A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "Letter": (216, 279)}
# What wkhtmltopdf's shrinking comes to with Odoo's style sheets.
SCALE = 0.78
SECONDS = 20
MILLIMETRES = 25.4
# As wide as the paper; Odoo's style sheets think of a screen.
FULL_WIDTH = "<style>body { max-width: none !important }</style>"
NO_BACKGROUND = "<style>html, body { background: transparent !important; margin: 0 }</style>"
AT_THE_BOTTOM = (
    "<style>body { position: fixed; bottom: 0; left: 0; right: 0; height: auto !important }</style>"
)


def parse(arguments):
    """Return ``(options, body files, PDF file)`` of a command line as Odoo writes it."""
    options, files = {}, []
    rest = iter(arguments)
    for argument in rest:
        if argument in FLAGS:
            options[argument] = True
        elif argument.startswith("--"):
            options[argument] = next(rest)
        else:
            files.append(argument)
    return options, files[:-1], files[-1]


def paper(options):
    """Return width and height in millimetres."""
    size = PAPER.get(options.get("--page-size", "A4"), PAPER["A4"])
    if "--page-width" in options:
        size = tuple(
            float(options[name].removesuffix("mm")) for name in ("--page-width", "--page-height")
        )
    turned = options.get("--orientation", "").lower() == "landscape"
    return tuple(reversed(size)) if turned else size


def margin(options, side):
    return float(options.get(f"--margin-{side}", 0))


class Printer:
    """A browser that prints pages which say where their style sheets and pictures are."""

    def __init__(self, size):
        self.size = size
        self.browser = Browser("1280x1280")
        self.browser.page.settimeout(SECONDS)

    def close(self):
        self.browser.close()

    def use_session(self, jar):
        """Read Odoo's file with the cookie of the session that prints."""
        parts = dict(
            part.strip().partition("=")[::2] for part in Path(jar).read_text().split(";") if part
        )
        self.browser.send(
            "Network.setCookie",
            name="session_id",
            value=parts["session_id"],
            domain=parts["domain"],
            path="/",
        )

    def print(self, html, top=0.0, right=0.0, bottom=0.0, left=0.0):
        """Return the PDF of a page; the margins are in millimetres."""
        self._show(html.replace("</head>", f"{FULL_WIDTH}</head>", 1))
        width, height = self.size
        answer = self.browser.send(
            "Page.printToPDF",
            printBackground=True,
            scale=SCALE,
            paperWidth=width / MILLIMETRES,
            paperHeight=height / MILLIMETRES,
            marginTop=top / MILLIMETRES,
            marginRight=right / MILLIMETRES,
            marginBottom=bottom / MILLIMETRES,
            marginLeft=left / MILLIMETRES,
        )
        return PdfReader(io.BytesIO(base64.b64decode(answer["data"])))

    def _show(self, html):
        """Open the page as if Odoo had served it, so that it may load Odoo's fonts."""
        base = re.search(r'<base[^>]* href="([^"]+)"', html)
        address = f"{base[1].rstrip('/')}/sop-print" if base else "http://127.0.0.1/sop-print"
        page = self.browser
        page.send("Emulation.setScriptExecutionDisabled", value=True)
        page.send("Fetch.enable", patterns=[{"urlPattern": address}])
        page.count += 1
        navigation = {"id": page.count, "method": "Page.navigate", "params": {"url": address}}
        page.page.send(json.dumps(navigation))
        request = self._event("Fetch.requestPaused")["requestId"]
        page.send(
            "Fetch.fulfillRequest",
            requestId=request,
            responseCode=200,
            responseHeaders=[{"name": "Content-Type", "value": "text/html; charset=utf-8"}],
            body=base64.b64encode(html.encode()).decode(),
        )
        self._wait_until_loaded()
        page.send("Fetch.disable")

    def _event(self, name):
        while True:
            message = json.loads(self.browser.page.recv())
            if message.get("method") == name:
                return message["params"]

    def _wait_until_loaded(self):
        """Print what is there when a style sheet or a picture does not come in time."""
        deadline = time.monotonic() + SECONDS
        ready = "document.readyState === 'complete' && document.fonts.status === 'loaded'"
        while time.monotonic() < deadline:
            if self.browser.evaluate(f"location.pathname === '/sop-print' && {ready}"):
                return
            time.sleep(0.05)


def numbered(html, page, pages):
    """Fill in the page numbers of a header or footer."""
    for name, number in (("page", page), ("topage", pages)):
        empty = rf'(<span[^>]*class="{name}"[^>]*)(/>|>\s*</span>)'
        html = re.sub(empty, rf"\1>{number}</span>", html)
    return html


def of_record(html, part, index):
    """Odoo writes the headers of all records into one page; keep the one of this record."""
    tree = lxml.html.fromstring(html)
    for holder in tree.xpath(f"//div[@id='minimal_layout_report_{part}s']"):
        for number, child in enumerate(list(holder)):
            if number != index:
                holder.remove(child)
    return "<!DOCTYPE html>" + lxml.html.tostring(tree, encoding="unicode")


def print_all(options, bodies, target):
    printer = Printer(paper(options))
    writer = PdfWriter()
    try:
        if "--cookie-jar" in options:
            printer.use_session(options["--cookie-jar"])
        for index, body in enumerate(bodies):
            margins = {side: margin(options, side) for side in ("top", "right", "bottom", "left")}
            printed = printer.print(Path(body).read_text(encoding="utf-8"), **margins)
            for number, page in enumerate(printed.pages, 1):
                _add_frame(printer, options, page, index, number, len(printed.pages))
                writer.add_page(page)
    finally:
        printer.close()
    with open(target, "wb") as file:
        writer.write(file)


def _add_frame(printer, options, page, index, number, pages):
    """Put header and footer, each a page of its own, over the printed page."""
    for part, style in (("header", ""), ("footer", AT_THE_BOTTOM)):
        path = options.get(f"--{part}-html")
        html = Path(path).read_text(encoding="utf-8") if path else ""
        if f'class="{part}' not in html:
            continue
        html = numbered(of_record(html, part, index), number, pages)
        html = html.replace("</head>", f"{NO_BACKGROUND}{style}</head>")
        sides = {side: margin(options, side) for side in ("right", "left")}
        page.merge_page(printer.print(html, **sides).pages[0])


def main(arguments):
    if "--version" in arguments:
        print(VERSION)
        return
    # Odoo bounds its own memory by the address space, of which a browser reserves a lot.
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        print_all(*parse(arguments))
    except Exception as error:
        # Odoo takes 1 for a warning and would hand out an empty file.
        sys.exit(_failed(error))


def _failed(error):
    traceback.print_exception(error)
    return 3


if __name__ == "__main__":
    main(sys.argv[1:])
