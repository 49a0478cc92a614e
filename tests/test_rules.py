"""Every rule that a gate enforces has a test that is refused and one that is let through."""

import ast
import re

import pytest

from tooling import settings

ADDONS = settings.REPO / "addons"
# A gate reports its reasons as ("C1", sentence).
REASON = re.compile(r"[\[(]\(?\s*\"([A-Z]\d{1,2})\",")
# These are enforced by methods of their own, or by who sees and changes what.
ALSO = {
    *("A2", "A3", "A4", "A5"),
    *("B1", "B2", "B3", "B4", "B5"),
    *("C3", "C5", "C8", "C11"),
    *("D6", "D11", "D12"),
    *("K1", "K3", "K7", "K8", "K9", "K10"),
    *("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"),
}


def _enforced_rules():
    sources = [path.read_text(encoding="utf-8") for path in ADDONS.glob("*/models/*.py")]
    return sorted(ALSO.union(*(REASON.findall(source) for source in sources)))


def _tests():
    """Yield (rules, test function) of all tagged tests."""
    for path in ADDONS.glob("*/tests/test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield _tagged_rules(node), node


def _tagged_rules(function):
    return {
        argument.value
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "rule"
        for argument in decorator.args
    }


def _calls(function):
    return {
        node.func.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


@pytest.mark.parametrize("rule", _enforced_rules())
def test_rule_has_a_refusal_and_a_permission(rule):
    tests = [function for rules, function in _tests() if rule in rules]
    refused = [function.name for function in tests if "assertRefused" in _calls(function)]
    # A test with a refusal in it could do nothing but refuse.
    permitted = [
        function.name
        for function in tests
        if "assertRefused" not in _calls(function)
        and any(call.startswith("assert") for call in _calls(function))
    ]
    assert refused, f"no test is refused by {rule}"
    assert permitted, f"no test is let through by {rule}"
