"""Keeps translations over an export; runs in the environment that has polib.

Odoo empties the file before it reads the translations of the code's texts from it, and keeps the
translation of a label under the name of its record, also when the English is reworded. So each
text gets what the former file said for the same English, and a new wording starts without any.
"""

import sys
from pathlib import Path

import polib


def carry_over(before, after):
    """Give the texts in file `after` their translations from file `before`, if there is one."""
    if not before.exists():
        return
    former = {entry.msgid: entry for entry in polib.pofile(str(before))}
    exported = polib.pofile(str(after))
    for entry in exported:
        known = former.get(entry.msgid)
        entry.msgstr = known.msgstr if known else ""
        entry.flags = known.flags if known else []
    exported.save(str(after))


def missing(path):
    """Texts without a translation; what is the same in both languages is written as none."""
    return [entry.msgid for entry in polib.pofile(str(path)) if not entry.msgstr]


def main(folder, *paths):
    """`folder` has copies of the files at `paths` as they were, named by their number."""
    for number, path in enumerate(map(Path, paths)):
        carry_over(Path(folder, str(number)), path)
        for text in missing(path):
            print(f"  {path.name} says nothing for: {text}")


if __name__ == "__main__":
    main(*sys.argv[1:])
