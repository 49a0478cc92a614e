"""The house's static checks as tests, so that one closing line counts everything."""

import pytest

from tooling import lint


@pytest.mark.parametrize("check", lint.CHECKS, ids=lambda check: check.__name__)
def test_lint_is_content_with(check):
    complaints = check()
    if complaints:
        pytest.fail(complaints, pytrace=False)
