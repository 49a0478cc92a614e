"""Our addons as files: their manifests, what they need, and keys of their content."""

import ast
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tooling import settings
from tooling.cache import digest
from tooling.console import Failure

# What cannot change an installed database.
IGNORED_FOLDERS = {"tests", "__pycache__", "readme", ".git"}
IGNORED_SUFFIXES = {".pyc", ".pot", ".md", ".rst", ".swp", ".orig"}


@dataclass(frozen=True)
class Addon:
    path: Path
    manifest: dict = field(compare=False)

    @property
    def name(self):
        return self.path.name

    @property
    def depends(self):
        return set(self.manifest.get("depends", ()))

    @cached_property
    def content(self):
        """The key of everything that an installed database is made from."""
        parts = []
        for file in _content_files(self.path):
            parts += [file.relative_to(self.path), file.read_bytes()]
        return digest(*parts)

    @cached_property
    def assets(self):
        """The key of what the browser loads."""
        files = [f for f in _content_files(self.path) if "static" in f.parts]
        return digest(self.manifest.get("assets", ""), *(file.read_bytes() for file in files))


def _content_files(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(set(names) - IGNORED_FOLDERS)
        for file in sorted(files):
            path = Path(folder, file)
            if path.suffix not in IGNORED_SUFFIXES and path.is_file():
                yield path


def folders():
    """Where our addons are: addons/, or SOP_ADDONS_PATH (separated by commas)."""
    given = os.environ.get("SOP_ADDONS_PATH")
    if given:
        return [Path(part).absolute() for part in given.split(",")]
    return [settings.REPO / "addons"]


def ours(modules=()):
    """Our installable addons by name.

    What goes with a module that people may have besides is there only where that is one of
    `modules`.
    """
    found = {}
    for folder in folders():
        for manifest in sorted(folder.glob("*/__manifest__.py")):
            addon = Addon(manifest.parent, _read(manifest))
            besides = addon.depends & set(settings.TEST_MODULES)
            if addon.manifest.get("installable", True) and besides <= set(modules):
                found[addon.name] = addon
    return found


def all_of_ours():
    """Our installable addons by name, also those that go with a module people may not have."""
    return ours(settings.TEST_MODULES)


def with_texts():
    """Those of ours that say anything; some only give rights."""
    return {
        name: addon
        for name, addon in all_of_ours().items()
        if any(addon.path.glob("models/*.py")) or any(addon.path.glob("*/*.xml"))
    }


def _read(manifest):
    try:
        return ast.literal_eval(manifest.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise Failure(f"{manifest} cannot be read: {error}") from error


def named(names):
    """These addons and those of ours that they need."""
    known = all_of_ours()
    chosen, open_names = {}, list(names)
    while open_names:
        name = open_names.pop()
        if name not in known:
            raise Failure(f"there is no addon {name}", f"There are: {', '.join(known) or 'none'}.")
        if name not in chosen:
            chosen[name] = known[name]
            open_names += known[name].depends & set(known)
    return {name: known[name] for name in sorted(chosen)}


def needed(addons):
    """The modules of Odoo that these addons name in their manifests."""
    names = set().union(*(addon.depends for addon in addons.values()))
    return sorted((names - set(ours())) or {"base", "web"})


def closure(source, modules):
    """These modules of Odoo and all that they need, from Odoo's manifests."""
    found, open_names = set(), list(modules)
    while open_names:
        name = open_names.pop()
        manifest = _odoo_manifest(source, name)
        if name not in found and manifest:
            found.add(name)
            open_names += _read(manifest).get("depends", ["base"])
    return found


def _odoo_manifest(source, name):
    folders = (source.path / "odoo" / "addons", source.path / "addons")
    paths = [folder / name / "__manifest__.py" for folder in folders]
    return next((path for path in paths if path.exists()), None)


def content_key(addons):
    return digest(*(f"{name}={addon.content}" for name, addon in sorted(addons.items())))


def assets_key(addons):
    return digest(*(f"{name}={addon.assets}" for name, addon in sorted(addons.items())))
