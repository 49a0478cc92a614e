"""What a piece of HTML says, in one form only, so that two can be compared."""

import html

from lxml import html as lxml_html

# They only put text on lines of its own.
LINES = frozenset({"p", "div", "br"})
# Without an attribute these change nothing that is read.
PLAIN = LINES | {"span"}
# They say something without a text in them.
EMPTY = frozenset({"hr", "img"})
# What an editor adds while nothing is changed.
IGNORED = frozenset({"rel", "target"})
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def canonical_html(text):
    """Return what ``text`` says as a string; the same for whatever reads the same.

    Whitespace, the order of attributes, entities, empty paragraphs and what an editor adds make no
    difference. A word, a link, a picture and every mark that changes how it is read do, as a
    struck-out or hidden word does.
    """
    if not text or not text.strip():
        return ""
    root = lxml_html.fragment_fromstring(str(text), create_parent="div")
    return " ".join("".join(_inside(root)).translate(INVISIBLE).split())


def _inside(node):
    yield html.escape(node.text or "", quote=False)
    for child in node:
        if isinstance(child.tag, str):  # not a comment
            yield from _element(child)
        yield html.escape(child.tail or "", quote=False)


def _element(node):
    inside = "".join(_inside(node))
    attributes = _attributes(node)
    said = inside.translate(INVISIBLE).strip()
    if node.tag in LINES and not (attributes and said):
        yield f" {inside} "
    elif node.tag in PLAIN and not attributes:
        yield inside
    elif said or node.tag in EMPTY:
        space = " " if node.tag in LINES else ""
        yield f"{space}<{node.tag}{attributes}>{inside}</{node.tag}>{space}"
    else:
        yield inside


def _attributes(node):
    return "".join(
        f" {name}={html.escape(' '.join(value.split()))!r}"
        for name, value in sorted(node.attrib.items())
        if value.strip() and name not in IGNORED and not name.startswith("data-")
    )
