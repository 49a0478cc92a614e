"""Amounts of money in Chinese capitals (大写金额), as contracts and bills state them."""

from decimal import ROUND_HALF_UP, Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def chinese_capitals(amount):
    """Return an amount of yuan in Chinese capitals: 1409.50 is 壹仟肆佰零玖元伍角整.

    The rules are those of the People's Bank for bills and settlement papers (支付结算办法,
    annex 1, "正确填写票据和结算凭证的基本规定"):

    - zeros between digits are one 零, however many they are (6007.14: 陆仟零柒元壹角肆分);
    - zeros before 万, 亿 or 元 are not written when the next group has its thousands, where the
      rules leave the choice (107000.53: 壹拾万柒仟元伍角叁分);
    - no jiao, but fen: 零 after 元 (325.04: 叁佰贰拾伍元零肆分);
    - an amount that ends with yuan or jiao is closed by 整, so that nothing can be added; one
      that ends with fen is not;
    - tens begin with 壹 (10: 壹拾元整).

    :param amount: a number; it is rounded half up to the fen
    :rtype: str
    """
    fen = int((Decimal(str(amount)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    sign = "负" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    jiao, fen = divmod(rest, 10)
    text = f"{_integer(yuan)}元" if yuan or not rest else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif fen and yuan:
        text += "零"
    return f"{sign}{text}{DIGITS[fen]}分" if fen else f"{sign}{text}整"


def _integer(number):
    for value, unit in UNITS:
        if number >= value:
            head, rest = divmod(number, value)
            zero = "零" if 0 < rest < value // 10 else ""
            return f"{_integer(head)}{unit}{zero}{_integer(rest) if rest else ''}"
    return DIGITS[number]


def chinese_ordinal(number):
    """Return a number up to 99 as a clause is numbered: 1 is 一, 10 十, 21 二十一."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return f"{head}{digits[ones] if ones or not tens else ''}"
