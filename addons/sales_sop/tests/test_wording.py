from odoo.tests import tagged
from odoo.tools.translate import code_translations

from odoo.addons.sales_sop.models import wording

from .common import SopCase

CHINESE = {
    "%(label)s: %(value)s": "%(label)s：%(value)s",
    "%(text)s (%(remark)s)": "%(text)s（%(remark)s）",
    "%(first)s; %(second)s": "%(first)s；%(second)s",
    "%(first)s, %(second)s": "%(first)s、%(second)s",
    "%(sentence)s %(next)s": "%(sentence)s%(next)s",
    "%(area)s, %(place)s": "%(area)s %(place)s",
}


@tagged("post_install", "-at_install")
class TestWording(SopCase):
    """Texts are put together with the marks of the reader's language."""

    def in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.patch(code_translations, "get_python_translations", lambda *args: CHINESE)
        return self.env(context={**self.env.context, "lang": "zh_CN"})

    def test_english_keeps_its_marks(self):
        env = self.env
        self.assertEqual(wording.labelled(env, "Stage 1", "why"), "Stage 1: why")
        self.assertEqual(wording.in_brackets(env, "3 %", "margin"), "3 % (margin)")
        self.assertEqual(wording.clauses(env, ["one", "", False, "two"]), "one; two")
        self.assertEqual(wording.paragraph(env, ["One.", "", "Two."]), "One. Two.")
        self.assertEqual(wording.enumerated(env, ["A", "B"]), "A, B")
        self.assertEqual(wording.address_line(env, ["China, ", "  ", "Main 1"]), "China, Main 1")

    def test_nothing_makes_nothing(self):
        for write in (
            wording.clauses,
            wording.paragraph,
            wording.enumerated,
            wording.address_line,
        ):
            self.assertEqual(write(self.env, []), "")

    def test_chinese_has_full_width_marks(self):
        env = self.in_chinese()
        self.assertEqual(wording.labelled(env, "第 1 阶段", "原因"), "第 1 阶段：原因")
        self.assertEqual(wording.in_brackets(env, "3 %", "毛利"), "3 %（毛利）")
        self.assertEqual(wording.clauses(env, ["15 天", "发货前付"]), "15 天；发货前付")
        self.assertEqual(wording.paragraph(env, ["一。", "二。"]), "一。二。")
        self.assertEqual(wording.enumerated(env, ["A", "B"]), "A、B")
        self.assertEqual(wording.address_line(env, ["中国, ", "水泥路8号"]), "中国 水泥路8号")
