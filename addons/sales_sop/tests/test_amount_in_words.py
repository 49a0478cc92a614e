import re

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..models.amount_in_words import DIGITS, chinese_capitals, chinese_ordinal

VALUES = {"拾": 10, "佰": 100, "仟": 1000}
FEN = st.integers(min_value=0, max_value=10**15)


def read_integer(text):
    """The number that a careful reader takes from the words."""
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        head, found, rest = text.rpartition(unit)
        if found:
            return read_integer(head) * value + read_integer(rest)
    total, digit = 0, 0
    for character in text:
        if character in VALUES:
            total += digit * VALUES[character]
            digit = 0
        else:
            digit = DIGITS.index(character)
    return total + digit


def read_fen(text):
    yuan, found, rest = text.rpartition("元")
    jiao = re.search(r"(.)角", rest)
    fen = re.search(r"(.)分", rest)
    return (
        (read_integer(yuan) if found else 0) * 100
        + (DIGITS.index(jiao[1]) * 10 if jiao else 0)
        + (DIGITS.index(fen[1]) if fen else 0)
    )


@tagged("post_install", "-at_install")
class TestAmountInWords(TransactionCase):
    def test_amounts_read_as_the_banks_write_them(self):
        expected = {
            0: "零元整",
            0.05: "伍分",
            0.5: "伍角整",
            0.56: "伍角陆分",
            1: "壹元整",
            10: "壹拾元整",
            15: "壹拾伍元整",
            100.5: "壹佰元伍角整",
            325.04: "叁佰贰拾伍元零肆分",
            1001: "壹仟零壹元整",
            1010: "壹仟零壹拾元整",
            1409.5: "壹仟肆佰零玖元伍角整",
            1680.32: "壹仟陆佰捌拾元叁角贰分",
            6007.14: "陆仟零柒元壹角肆分",
            16409.02: "壹万陆仟肆佰零玖元零贰分",
            107000.53: "壹拾万柒仟元伍角叁分",
            100000: "壹拾万元整",
            100001: "壹拾万零壹元整",
            1000000: "壹佰万元整",
            10203040.5: "壹仟零贰拾万叁仟零肆拾元伍角整",
            100001000: "壹亿零壹仟元整",
            1000100000: "壹拾亿零壹拾万元整",
            1234567890123.45: "壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分",
            -12.3: "负壹拾贰元叁角整",
        }
        self.assertEqual({amount: chinese_capitals(amount) for amount in expected}, expected)

    def test_half_a_fen_is_rounded_up(self):
        self.assertEqual(chinese_capitals(1.005), "壹元零壹分")
        self.assertEqual(chinese_capitals(0.994999), "玖角玖分")

    @settings(deadline=None, max_examples=300)
    @given(FEN)
    def test_the_words_mean_the_amount_and_never_two_zeros(self, fen):
        words = chinese_capitals(f"{fen // 100}.{fen % 100:02}")
        self.assertEqual(read_fen(words), fen)
        self.assertNotIn("零零", words)
        self.assertEqual(words.endswith("整"), fen % 10 == 0)

    def test_clauses_are_numbered_in_chinese(self):
        numbers = [1, 9, 10, 11, 20, 21, 99]
        expected = ["一", "九", "十", "十一", "二十", "二十一", "九十九"]
        self.assertEqual([chinese_ordinal(number) for number in numbers], expected)

    def test_the_words_follow_the_readers_language(self):
        yuan, dollar = self.env.ref("base.CNY"), self.env.ref("base.USD")
        chinese = {"lang": "zh_CN"}
        self.assertEqual(
            yuan.with_context(**chinese)._sop_amount_in_words(1130.0), "人民币壹仟壹佰叁拾元整"
        )
        self.assertEqual(dollar.with_context(**chinese)._sop_amount_in_words(0.7), "美元柒角整")
        self.assertIn("Dollars", dollar._sop_amount_in_words(20.0))
