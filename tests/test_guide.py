"""The guides say the product's own words: menus, buttons, refusals and rules, in two languages.

What is marked in a guide (``*italics*`` in English, 「」 in Chinese) is a menu, a button, a field;
what is quoted (“”) is what the product says when it refuses.
"""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import polib
import pytest

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path

from tooling import settings

ADDONS = settings.REPO / "addons"
GUIDES = {
    "en_US": settings.REPO / "docs" / "guide.md",
    "zh_CN": settings.REPO / "docs" / "guide_zh_CN.md",
}
BOLD = re.compile(r"\*\*.+?\*\*", re.DOTALL)
MARKS = {"en_US": re.compile(r"\*([^*]+)\*"), "zh_CN": re.compile(r"「([^」]+)」")}
REFUSAL = re.compile(r"“([^”]+)”")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
RULE = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{1,2}(?![A-Za-z0-9])")
STEP = " › "

# Odoo's own words that the guides name, and where they are translated.
ODOO_ADDONS = "base base_import crm portal sale sale_crm stock account web".split()
ODOO_WORDS = {
    "Accept & Sign": "同意 & 签名",
    "Confirm": "确认",
    "Discounts": "折扣",
    "Grant portal access": "授权门户访问",
    "Import records": "导入记录",
    "New": "新建",
    "New Quotation": "新建报价",
    "Opportunity": "商机",
    "Other Info": "其他信息",
    "Sales": "销售",
    "Send": "发送",
    "Settings": "设置",
    "Users": "用户",
    "Users & Companies": "用户和公司",
    "Validate": "验证",
    "Your Orders": "您的订单",
}
# Odoo's own menus that ours hang under.
ODOO_MENUS = {
    "account.menu_finance_receivables": (("Invoicing", "Customers"), ("发票", "客户")),
    "sale.sale_order_menu": (("Sales", "Orders"), ("销售", "订单")),
    "stock.menu_stock_transfers": (
        ("Inventory", "Operations", "Transfers"),
        ("库存", "作业", "调拨"),
    ),
}
# Places that are no menu of ours.
OTHER_PLACES = (
    ("Settings", "Sales SOP"),
    ("Settings", "Sales SOP", "Commission"),
    ("Settings", "Sales", "Discounts"),
    ("Settings", "Users & Companies", "Users"),
)

# Whose work each chapter about a role describes, in the order of the guide.
ROLES = (
    ("salesperson", "sales_office", "general_manager"),
    ("salesperson",),
    ("sales_office",),
    ("sales_manager",),
    ("sales_head",),
    ("marketing_director",),
    ("general_manager", "vp_sales"),
    ("finance",),
    ("finance_vp",),
    ("finance", "account.group_account_invoice"),
    ("stock.group_stock_user",),
    ("gate_guard",),
    ("legal",),
    ("quality", "planner"),
    ("migration", "finance", "finance_vp"),
    ("base.group_system", "sales_office"),
    (),
)


# -- what the product says -----------------------------------------------------------------------


@cache
def _terms():
    """Return {English text: Chinese text} of all that is in the addons' translations."""
    return {
        entry.msgid: entry.msgstr or entry.msgid
        for path in ADDONS.glob("*/i18n/zh_CN.po")
        for entry in polib.pofile(str(path))
    }


def _words():
    return {**_terms(), **ODOO_WORDS}


def _roots():
    for folder in ("views", "report"):
        for path in ADDONS.glob(f"*/{folder}/*.xml"):
            yield path.relative_to(ADDONS).parts[0], ElementTree.parse(path).getroot()


def _qualified(addon, xmlid):
    return xmlid if "." in xmlid else f"{addon}.{xmlid}"


def _menu_nodes():
    """Return {id of a menu: (its name, id of the menu above or None)}."""
    return {
        _qualified(addon, node.get("id")): (
            node.get("name"),
            node.get("parent") and _qualified(addon, node.get("parent")),
        )
        for addon, root in _roots()
        for node in root.iter("menuitem")
    }


def _names_from_the_top(xmlid, menus):
    if xmlid in ODOO_MENUS:
        return list(zip(*ODOO_MENUS[xmlid], strict=True))
    name, parent = menus[xmlid]
    above = _names_from_the_top(parent, menus) if parent else []
    return [*above, (name, _terms().get(name, name))]


def _report_places():
    for __, root in _roots():
        for record in root.iterfind(".//record[@model='ir.actions.report']"):
            name = record.findtext("field[@name='name']")
            yield ("Print", name), ("打印", _terms().get(name, name))


@cache
def _places():
    """Return {English path: Chinese path} of every menu and paper, also without what is above."""
    menus = _menu_nodes()
    words = _words()
    places = {path: tuple(words[name] for name in path) for path in OTHER_PLACES}
    places.update(_report_places())
    for xmlid in menus:
        names = _names_from_the_top(xmlid, menus)
        for start in range(len(names) - 1):
            english, chinese = zip(*names[start:], strict=True)
            places[english] = chinese
    return places


# -- what the guides say -------------------------------------------------------------------------


@cache
def _text(lang):
    return GUIDES[lang].read_text(encoding="utf-8")


def _marks_of(text, lang="en_US"):
    return [" ".join(mark.split()) for mark in MARKS[lang].findall(BOLD.sub("", text))]


def _paths_of(text, lang="en_US"):
    return {tuple(mark.split(STEP)) for mark in _marks_of(text, lang) if STEP in mark}


def _marks(lang):
    return _marks_of(_text(lang), lang)


def _paths(lang):
    return _paths_of(_text(lang), lang)


def _role_chapters():
    chapter = _text("en_US").partition("\n## 2. ")[2].partition("\n## 3. ")[0]
    return chapter.split("\n### ")[1:]


def _refusals(lang):
    return [re.split("…+", refusal) for refusal in REFUSAL.findall(_text(lang))]


def _says(message, fragments):
    """Whether the message has the fragments in this order."""
    pattern = ".*".join(re.escape(fragment.strip()) for fragment in fragments)
    return re.search(pattern, message, re.DOTALL)


def _enforced_rules():
    readme = (settings.REPO / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| rule | what happens |")[2].partition("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.count("|") > 1]
    return set(RULE.findall(" ".join(first_cells)))


# -- tests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", GUIDES)
def test_a_guide_names_what_the_product_has(lang):
    words = set(_words() if lang == "en_US" else _words().values())
    unknown = sorted({mark for mark in _marks(lang) if STEP not in mark and mark not in words})
    assert not unknown, f"no menu, button or field is called so: {unknown}"


def test_words_of_odoo_are_odoos():
    paths = [Path(file_path(f"{addon}/i18n/zh_CN.po")) for addon in ODOO_ADDONS]
    translations = "".join(path.read_text(encoding="utf-8") for path in paths)
    menus = {pair for names in ODOO_MENUS.values() for pair in zip(*names, strict=True)}
    wrong = [
        (english, chinese)
        for english, chinese in menus | set(ODOO_WORDS.items())
        if f'msgid "{english}"\nmsgstr "{chinese}"\n' not in translations
    ]
    assert not wrong


@pytest.mark.parametrize("lang", GUIDES)
def test_a_guide_leads_to_menus_that_are_there(lang):
    places = set(_places() if lang == "en_US" else _places().values())
    wrong = sorted(STEP.join(path) for path in _paths(lang) if path not in places)
    assert not wrong, f"there is no such menu: {wrong}"


def test_both_guides_lead_to_the_same_menus():
    english = {_places().get(path, path) for path in _paths("en_US")}
    assert english == _paths("zh_CN")


def test_both_guides_name_the_same_buttons():
    words = _words()
    english = {words.get(mark, mark) for mark in _marks("en_US") if STEP not in mark}
    assert english == {mark for mark in _marks("zh_CN") if STEP not in mark}


@pytest.mark.parametrize("lang", GUIDES)
def test_the_marks_of_a_guide_are_read(lang):
    """A guide in which nothing is marked would prove nothing."""
    assert len(_paths(lang)) > 50
    assert len(set(_marks(lang))) > 150
    assert len(_refusals(lang)) > 30


def test_both_guides_quote_the_same_refusals_of_the_product():
    english, chinese = _refusals("en_US"), _refusals("zh_CN")
    assert len(english) == len(chinese)
    wrong = [
        ("…".join(source), "……".join(translation))
        for source, translation in zip(english, chinese, strict=True)
        if not any(
            _says(msgid, source) and _says(msgstr, translation)
            for msgid, msgstr in _terms().items()
        )
    ]
    assert not wrong, f"the product does not say so, or not both in one sentence: {wrong}"


@pytest.mark.parametrize("lang", GUIDES)
def test_a_guide_explains_every_rule(lang):
    rules = _enforced_rules()
    assert "C1" in rules
    assert set(RULE.findall(_text(lang))) == rules


def test_both_guides_have_the_same_chapters():
    english, chinese = (HEADING.findall(_text(lang)) for lang in GUIDES)
    assert english == chinese


def test_both_guides_have_as_many_rows_in_their_tables():
    english, chinese = (
        [line.count("|") for line in _text(lang).splitlines() if line.startswith("|")]
        for lang in GUIDES
    )
    assert english == chinese


@tagged("post_install", "-at_install")
class TestMenusOfRoles(TransactionCase):
    """In the database, because groups, parents and Odoo's own menus decide what somebody sees."""

    def _visible(self, role):
        group = role if "." in role else f"sales_sop.group_{role}"
        user = self.env["res.users"].create(
            {
                "name": role,
                "login": f"guide {role}",
                "group_ids": [Command.set([self.env.ref(group).id])],
            }
        )
        menus = self.env["ir.ui.menu"].with_user(user).with_context(lang="en_US")
        visible = menus.browse(menus._visible_menu_ids())
        return {tuple(menu.complete_name.split("/")) for menu in visible}

    def test_a_role_sees_the_menus_of_its_chapter(self):
        seen = {role: self._visible(role) for role in {role for roles in ROLES for role in roles}}
        chapters = _role_chapters()
        self.assertEqual(len(chapters), len(ROLES))
        for chapter, roles in zip(chapters, ROLES, strict=True):
            menus = {path for path in _paths_of(chapter) if path not in OTHER_PLACES}
            hidden = menus.difference(*(seen[role] for role in roles))
            self.assertFalse(hidden, f"{chapter.splitlines()[0]}: none of {roles} sees these")


@pytest.mark.parametrize("lang", GUIDES)
def test_the_readme_leads_to_the_guides(lang):
    readme = (settings.REPO / "README.md").read_text(encoding="utf-8")
    assert f"](docs/{GUIDES[lang].name})" in readme
