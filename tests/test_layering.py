"""Leaf addons never name one another, and sales_sop names none of them."""

import re

import pytest

from tooling import settings

ADDONS = settings.REPO / "addons"
CORE = "sales_sop"
SOURCES = {".py", ".xml", ".csv", ".js", ".scss"}


def _addons():
    return sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))


def _sources(addon):
    return [path for path in (ADDONS / addon).rglob("*") if path.suffix in SOURCES]


@pytest.mark.parametrize("addon", _addons())
def test_an_addon_names_no_leaf_but_itself(addon):
    others = set(_addons()) - {CORE, addon}
    offences = [
        f"{path.relative_to(ADDONS)}: {other}"
        for path in _sources(addon)
        for other in others
        if re.search(rf"\b(addons\.{other}|{other}\.\w)", path.read_text(encoding="utf-8"))
    ]
    assert not offences, offences


def test_there_are_addons_to_check():
    assert CORE in _addons()
