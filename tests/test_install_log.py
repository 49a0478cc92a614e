"""The addons install on Odoo with its demo data without one warning."""

import os
from pathlib import Path

import pytest

from tooling.odoo import complaints
from tooling.testing import LOG_VARIABLE


@pytest.mark.skipif(LOG_VARIABLE not in os.environ, reason="a whole ./sop test installs anew")
def test_installing_the_addons_logs_no_warning():
    found = complaints(Path(os.environ[LOG_VARIABLE]))
    if found:
        pytest.fail("\n".join(found), pytrace=False)
