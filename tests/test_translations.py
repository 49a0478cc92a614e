"""Every text of our addons is in their template and is said in Chinese, in the company's words."""

import ast
import re
from functools import cache
from xml.etree import ElementTree

import polib
import pytest

from tooling import addons, settings

ADDONS = settings.REPO / "addons"
ADDONS_WITH_TEXTS = sorted(addons.with_texts())
PLACEHOLDER = re.compile(r"%(?:\([a-z_]+\))?(?:\.\d+)?[sdfg]|%%")
# The names of what a view translates, and of what a record's field is translated from.
VIEW_ATTRIBUTES = {"string", "placeholder", "confirm", "help", "sum", "title"}
FIELD_TEXTS = {"string", "help"}
BROWSER_TEXT = re.compile(r"\b_t\(\s*(\"(?:[^\"\\]|\\.)*\")")
# The same word in Chinese: a translation equal to its source is left empty.
# The ids of rules are the same in every language, and so are lines to write on.
SAME_IN_CHINESE = re.compile(r"ID|SHA-256|[A-Z]\d{1,2}|_+")
# Names that a template's author types are the same in every language.
CODE = re.compile(r"<code>[^<]*</code>")
# Other ERP systems, and Odoo itself, say these; the company does not.
NOT_OUR_WORDS = {
    "开据": "开具",
    "台帐": "台账",
    "入帐": "入账",
    "过帐": "过账",
    "佣金": "提成",
    "销售员": "业务员",
    "销售人员": "业务员",
    "信贷额度": "信用额度",
    "客户付款": "客户收款",
    "交货单": "发货单",
    "拒绝": "驳回",
    "批准": "签批",
}
CHINESE = r"[\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE} ?[,;:?!]|[,;:?!] ?{CHINESE}")


def _pairs():
    return [(addon, language) for addon in ADDONS_WITH_TEXTS for language in settings.LANGUAGES]


@cache
def _read(path):
    assert path.is_file(), f"{path.relative_to(ADDONS)} is missing; run ./sop i18n"
    return polib.pofile(str(path))


def _template(addon):
    return {entry.msgid for entry in _read(ADDONS / addon / "i18n" / f"{addon}.pot")}


def _translation(addon, language):
    return _read(ADDONS / addon / "i18n" / f"{language}.po")


# -- what the sources say ------------------------------------------------------------------------


def _trees(addon):
    for folder in ("models", "wizards", "controllers"):
        for path in (ADDONS / addon / folder).glob("*.py"):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _name(function):
    return getattr(function, "attr", getattr(function, "id", ""))


def _text(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _calls(addon):
    return [
        (_name(node.func), node)
        for tree in _trees(addon)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def _sentences(addon):
    """Texts that the code says: ``self.env._("…")``."""
    return {_text(call.args[0]) for name, call in _calls(addon) if name == "_" and call.args}


def _is_field(call):
    return getattr(getattr(call.func, "value", None), "id", "") == "fields"


def _field_texts(addon):
    """Labels and explanations of fields."""
    return {
        _text(keyword.value)
        for name, call in _calls(addon)
        if _is_field(call)
        for keyword in call.keywords
        if keyword.arg in FIELD_TEXTS
    }


def _constants(addon):
    return {
        target.id: node.value
        for tree in _trees(addon)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _options(addon):
    """Labels of selections, written in the field or as a constant of the addon."""
    constants = _constants(addon)
    for name, call in _calls(addon):
        if name == "Selection" and _is_field(call) and call.args:
            options = constants.get(getattr(call.args[0], "id", ""), call.args[0])
            for option in getattr(options, "elts", []):
                # Others are taken over from a constant, whose own field is read here too.
                if isinstance(option, ast.Tuple):
                    yield _text(option.elts[1])


def _xml_roots(addon, *folders):
    for folder in folders:
        for path in (ADDONS / addon / folder).rglob("*.xml"):
            yield ElementTree.parse(path).getroot()


def _view_texts(addon):
    """Labels of what views show."""
    for root in _xml_roots(addon, "views", "wizards"):
        for arch in root.iterfind(".//field[@type='xml']"):
            for node in arch.iter():
                for attribute in VIEW_ATTRIBUTES & set(node.attrib):
                    yield node.get(attribute)


def _menu_names(addon):
    for root in _xml_roots(addon, "views"):
        for menu in root.iter("menuitem"):
            yield menu.get("name")


def _browser_texts(addon):
    """Texts that the browser's code says: ``_t("…")``."""
    for path in (ADDONS / addon / "static" / "src").rglob("*.js"):
        for text in BROWSER_TEXT.findall(path.read_text(encoding="utf-8")):
            yield ast.literal_eval(text)


SOURCES = (_sentences, _field_texts, _options, _view_texts, _menu_names, _browser_texts)


# -- tests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__.strip("_"))
@pytest.mark.parametrize("addon", ADDONS_WITH_TEXTS)
def test_the_template_has_every_text(addon, source):
    texts = {text for text in source(addon) if text and re.search("[A-Za-z]", text)}
    missing = texts - _template(addon)
    assert not missing, f"run ./sop i18n {addon}: {sorted(missing)}"


def test_the_sources_are_read():
    """A reader that finds nothing in the core would prove nothing about the other addons."""
    empty = [source.__name__ for source in SOURCES if not any(source("sales_sop"))]
    assert not empty


@pytest.mark.parametrize("addon, language", _pairs())
def test_every_text_is_translated(addon, language):
    entries = {entry.msgid: entry for entry in _translation(addon, language)}
    template = _template(addon)
    missing = [
        msgid
        for msgid in sorted(template)
        if not SAME_IN_CHINESE.fullmatch(msgid)
        and CODE.sub("", msgid).strip()
        and (msgid not in entries or not entries[msgid].msgstr.strip())
    ]
    assert not missing, missing
    gone = sorted(set(entries) - template)
    assert not gone, f"not in the template any more: {gone}"
    assert not [entry.msgid for entry in entries.values() if entry.fuzzy]


@pytest.mark.parametrize("addon, language", _pairs())
def test_a_translation_keeps_the_placeholders(addon, language):
    different = [
        (entry.msgid, entry.msgstr)
        for entry in _translation(addon, language)
        if entry.msgstr and _placeholders(entry.msgid) != _placeholders(entry.msgstr)
    ]
    assert not different, different


def _placeholders(text):
    return sorted(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("addon", ADDONS_WITH_TEXTS)
def test_chinese_uses_the_words_of_the_company(addon):
    wrong = [
        f"{entry.msgstr!r}: {word} -> {ours}"
        for entry in _translation(addon, "zh_CN")
        for word, ours in NOT_OUR_WORDS.items()
        if word in entry.msgstr
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("addon", ADDONS_WITH_TEXTS)
def test_chinese_is_punctuated_in_full_width(addon):
    wrong = [
        entry.msgstr
        for entry in _translation(addon, "zh_CN")
        if HALF_WIDTH.search(re.sub("<[^>]*>", "", entry.msgstr))
    ]
    assert not wrong, wrong
