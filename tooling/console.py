"""What the user sees: steps with their progress and time, tables, failures with a remedy.

Progress goes to standard error, so that the output of a script run by `./sop shell` stays clean.
"""

import sys
import threading
import time
from contextlib import contextmanager

HEARTBEAT_SECONDS = 20


class Failure(Exception):
    """Something the user can act on: what went wrong, and the remedy."""

    def __init__(self, what, remedy=""):
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def say(text=""):
    print(text, file=sys.stderr, flush=True)


def report(failure):
    say(f"sop: {failure.what}")
    for line in filter(None, failure.remedy.splitlines()):
        say(f"     {line}")


def megabytes(size):
    return f"{size / 1024**2:.0f} MB"


class Step:
    """One long piece of work on the screen: what, how far, how long."""

    def __init__(self, what):
        self.what = what
        self.detail = ""
        self.started = time.monotonic()
        self.live = sys.stderr.isatty()
        self._done = threading.Event()

    def progress(self, detail):
        self.detail = detail

    @property
    def seconds(self):
        return time.monotonic() - self.started

    def line(self):
        detail = f": {self.detail}" if self.detail else ""
        return f"[{self.seconds:4.0f} s] {self.what}{detail}"

    def tick(self):
        """Redraw on a terminal; elsewhere only a sign of life now and then."""
        pause = 0.3 if self.live else HEARTBEAT_SECONDS
        while not self._done.wait(pause):
            if self.live:
                print(f"\r\033[K{self.line()[:110]}", end="", file=sys.stderr, flush=True)
            else:
                say(self.line())

    def finish(self, outcome):
        self._done.set()
        start = "\r\033[K" if self.live else ""
        say(f"{start}[{self.seconds:4.0f} s] {self.what}: {outcome}")


@contextmanager
def step(what):
    current = Step(what)
    ticker = threading.Thread(target=current.tick, daemon=True)
    ticker.start()
    try:
        yield current
    except BaseException:
        current.finish("failed")
        raise
    current.finish("done")


def table(rows, header):
    """The rows as aligned text. East Asian characters take two columns."""
    rows = [header, *rows]
    widths = [max(_width(row[i]) for row in rows) for i in range(len(header))]
    lines = ["  ".join(_pad(c, w) for c, w in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _width(text):
    return sum(2 if ord(char) >= 0x1100 else 1 for char in text)


def _pad(text, width):
    return text + " " * (width - _width(text))
