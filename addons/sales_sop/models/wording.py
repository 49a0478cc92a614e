"""Texts that are put together with the marks of the reader's language: Chinese has its own."""

from functools import reduce


def labelled(env, label, value):
    """Return "label: value"."""
    return env._("%(label)s: %(value)s", label=label, value=value)


def in_brackets(env, text, remark):
    """Return "text (remark)"."""
    return env._("%(text)s (%(remark)s)", text=text, remark=remark)


def clauses(env, texts):
    """Return "one; another; a third"."""
    return _joined(
        texts, lambda first, second: env._("%(first)s; %(second)s", first=first, second=second)
    )


def enumerated(env, names):
    """Return "one, another, a third", as in the cell of a table; a sentence has ``format_list``."""
    return _joined(
        names, lambda first, second: env._("%(first)s, %(second)s", first=first, second=second)
    )


def paragraph(env, sentences):
    """Return the sentences one after the other; Chinese puts no space between them."""
    return _joined(
        sentences,
        lambda first, second: env._("%(sentence)s %(next)s", sentence=first, next=second),
    )


def address_line(env, lines):
    """Return an address in one line, without the commas that empty parts leave."""
    return _joined(
        (line.strip(" ,") for line in lines),
        lambda first, second: env._("%(area)s, %(place)s", area=first, place=second),
    )


def _joined(texts, join):
    """Join the texts that are not empty."""
    texts = [text for text in texts if text]
    return reduce(join, texts) if texts else ""
