"""Running other programs: their output to a log, progress from it, a readable failure."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from tooling.console import Failure

TAIL_LINES = 25
# Settings of the caller's own Odoo or Python that would silently redirect ours.
FOREIGN_VARIABLES = ("PGDATABASE", "ODOO_RC", "OPENERP_SERVER", "PYTHONHOME", "VIRTUAL_ENV")


def environment(extra=None):
    env = {key: value for key, value in os.environ.items() if key not in FOREIGN_VARIABLES}
    env.update(extra or {})
    return env


def output(command, env=None, stdin=None):
    """Standard output of a short command; an exception with its message when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        env=environment(env),
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        message = (done.stderr or done.stdout).strip()
        raise Failure(f"{Path(command[0]).name} failed: {message}")
    return done.stdout


def logged(command, log, env=None, on_line=None, stdin=None, cwd=None):
    """Run with the output in the file `log`; return the exit code."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8", errors="replace") as sink:
        child = subprocess.Popen(
            [str(part) for part in command],
            env=environment(env),
            cwd=cwd,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            if stdin is not None:
                _feed(child, stdin)
            for line in child.stdout:
                sink.write(line)
                sink.flush()
                if on_line:
                    on_line(line)
            return child.wait()
        finally:
            stop(child)


@contextmanager
def started(command, log, env=None):
    """Run beside us with the output in the file `log`; gives the child, ended with the block."""
    with log.open("w") as sink:
        child = subprocess.Popen(
            [str(part) for part in command],
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield child
    finally:
        stop(child)


def _feed(child, text):
    def write():
        try:
            child.stdin.write(text)
            child.stdin.close()
        except BrokenPipeError:
            return

    threading.Thread(target=write, daemon=True).start()


def stop(child):
    """End a child that is still there because we were interrupted."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def checked(command, log, what, remedy="", **options):
    """Like `logged`, but a failure ends the run with the end of the log."""
    if logged(command, log, **options):
        raise Failure(f"{what} failed", f"{tail(log)}\nThe whole log: {log}\n{remedy}".strip())


def checked_detached(command, log, what, server_log):
    """For a command that leaves a server behind, which must not hold our pipes open."""
    with log.open("w") as sink:
        done = subprocess.run(
            [str(part) for part in command],
            env=environment({"LC_ALL": "C.UTF-8"}),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        end = tail(server_log, 8) if server_log.exists() else ""
        raise Failure(f"{what} failed", f"{tail(log)}\n{end}".strip())


def attached(command, env=None, stdin=None):
    """Run with our own terminal; return the exit code."""
    sys.stdout.flush()
    child = subprocess.Popen(
        [str(part) for part in command],
        env=environment(env),
        stdin=subprocess.PIPE if stdin is not None else None,
        text=True if stdin is not None else None,
    )
    try:
        if stdin is not None:
            _feed(child, stdin)
        return child.wait()
    finally:
        stop(child)


def tail(log, lines=TAIL_LINES):
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
