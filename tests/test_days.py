"""No rule asks a reader's clock, or the server's, which day it is."""

import re

from tooling import settings

ADDONS = settings.REPO / "addons"
CLOCKS = re.compile(r"context_today|context_timestamp|Date\.today\(|\.now\(\)\.date\(")
# Where it is right, and why.
ALLOWED = {
    # Odoo posts by this day, and what it left is looked for.
    "account_move_below_gate.py": 1,
    # Odoo's own day of a to-do that is done.
    "mail_activity.py": 1,
    # The days around it are read; each company's own day decides.
    "sop_delegation.py": 1,
    # A moment on a paper, as its reader's clock shows it.
    "sop_paper.py": 1,
}


def test_the_day_is_the_companys():
    found = {
        path.name: len(CLOCKS.findall(path.read_text(encoding="utf-8")))
        for folder in ("models", "wizards", "controllers")
        for path in ADDONS.glob(f"*/{folder}/*.py")
    }
    assert {name: count for name, count in found.items() if count} == ALLOWED
