"""Punctuation as the reader's language has it: Chinese writes full-width marks."""

from functools import reduce


def labelled(env, label, value):
    """Return "label: value"."""
    return env._("%(label)s: %(value)s", label=label, value=value)


def in_brackets(env, text, remark):
    """Return "text (remark)"."""
    return env._("%(text)s (%(remark)s)", text=text, remark=remark)


def clauses(env, texts):
    """Return "one; another; a third", without those that are empty."""
    texts = [text for text in texts if text]
    if not texts:
        return ""
    return reduce(
        lambda first, second: env._("%(first)s; %(second)s", first=first, second=second), texts
    )


def paragraph(env, sentences):
    """Return the sentences one after the other; Chinese puts no space between them."""
    sentences = [sentence for sentence in sentences if sentence]
    if not sentences:
        return ""
    return reduce(
        lambda first, second: env._("%(sentence)s %(next)s", sentence=first, next=second),
        sentences,
    )


def address_line(env, lines):
    """Return an address in one line, without the commas that empty parts leave."""
    lines = [line for line in (line.strip(" ,") for line in lines) if line]
    if not lines:
        return ""
    return reduce(
        lambda first, second: env._("%(area)s, %(place)s", area=first, place=second), lines
    )


def enumerated(env, names):
    """Return "one, another, a third", as in the cell of a table; a sentence has ``format_list``."""
    names = list(names)
    if not names:
        return ""
    return reduce(
        lambda first, second: env._("%(first)s, %(second)s", first=first, second=second), names
    )
