"""Databases: templates that are built once, and copies of them that are thrown away.

base template    Odoo's modules that our addons need, with Odoo's demo data and Chinese
addons template  a copy of it with our addons installed; rebuilt when a file of theirs changes
copies           `sop_run_*` for one run, `sop_dev_*` for a developer, `sop_demo` to look at
"""

import json
import os
import shutil
import time
from contextlib import contextmanager, nullcontext

from tooling import addons, settings
from tooling.cache import digest, lock
from tooling.console import say, step
from tooling.postgres import process_alive

# To be raised when a template is built in another way, so that none of the old ones is used.
RECIPE = 2
KEEP_TEMPLATES = 2
# Odoo's own tests of one module, between two copies of a template, take that long.
SAFE_SECONDS = 60 * 60
PREGENERATE = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()\n"
UNINSTALL = """
env["ir.module.module"].search(
    [("name", "in", {names}), ("state", "=", "installed")]
).button_immediate_uninstall()
env.cr.commit()
"""


class Databases:
    """The databases on one server."""

    def __init__(self, odoo, source, modules=()):
        self.odoo = odoo
        self.server = odoo.server
        self.source = source
        self.cache = odoo.cache
        self.state = self.cache / f"state-{self.server.name}"
        self.state.mkdir(exist_ok=True)
        self.extra_modules = modules

    # Templates

    def base(self, needed):
        """The template with Odoo's modules; its name."""
        needed = sorted({*needed, *self.extra_modules})
        requirements = settings.REQUIREMENTS.read_text()
        version = self.source.version
        content = (needed, settings.LANGUAGES, settings.UNWANTED_MODULES)
        key = digest(RECIPE, version, requirements, *content)
        return self._template("base", key, lambda name: self._build_base(name, needed))

    def with_addons(self, chosen=None, demo=True):
        """The template with our addons (all of them, or those chosen); its name."""
        chosen = addons.ours(self.extra_modules) if chosen is None else chosen
        base = self.base(addons.needed(chosen))
        if not chosen:
            return base
        key = digest(base, addons.content_key(chosen), demo)
        kind = "addons" if demo else "plain"
        return self._template(kind, key, lambda name: self._build_addons(name, base, chosen, demo))

    def install_log(self, template):
        return self.cache / "logs" / f"{template}.log"

    def _template(self, kind, key, build):
        name = f"sop_{kind}_{key}"
        with lock(self.cache, f"{self.server.name}-{kind}-{key}", f"the template {name}"):
            if not self.server.exists(name):
                unfinished = f"{name}_unfinished"
                self.drop(unfinished)
                self._touch(unfinished)
                name = build(unfinished) or name
                self.drop(name)
                self._rename(unfinished, name)
            self._touch(name)
        self._prune(kind, name)
        return name

    def _build_base(self, name, needed):
        log = self.cache / "logs" / f"{name.removesuffix('_unfinished')}.log"
        with step(f"Install Odoo's modules ({', '.join(needed)})") as current:
            # Odoo creates the database itself, with the extensions that it wants.
            self.odoo.change(
                name, ["-i", ",".join(needed), "--with-demo"], log, "installing Odoo", current
            )
            current.progress("languages")
            extra = log.with_suffix(".more.log")
            self.odoo.load_languages(name, settings.LANGUAGES, extra)
            current.progress("removing what calls out")
            text = UNINSTALL.format(names=settings.UNWANTED_MODULES)
            self.odoo.script(name, text, extra, "uninstalling modules")

    def _build_addons(self, name, base, chosen, demo):
        log = self.install_log(name.removesuffix("_unfinished"))
        with step(f"Install {', '.join(chosen)}") as current:
            self.clone(base, name)
            with nullcontext() if demo else self._no_demo_data(name):
                options = ["-i", ",".join(chosen)]
                self.odoo.change(name, options, log, "installing the addons", current)
            current.progress("assets")
            self.pregenerate_assets(name)
        return self._name_if_changed(name, chosen, log)

    @contextmanager
    def _no_demo_data(self, name):
        """Odoo gives demo data to each module whose dependencies have theirs."""
        flagged = self.server.value(
            "SELECT STRING_AGG(QUOTE_LITERAL(name), ',') FROM ir_module_module WHERE demo", name
        )
        self.server.sql("UPDATE ir_module_module SET demo = FALSE", name)
        yield
        self.server.sql(f"UPDATE ir_module_module SET demo = TRUE WHERE name IN ({flagged})", name)

    def _name_if_changed(self, name, chosen, log):
        """A name of its own for a template whose files changed while it was being built."""
        now = {
            addon: new for addon, new in addons.ours(self.extra_modules).items() if addon in chosen
        }
        if addons.content_key(chosen) == addons.content_key(now):
            return None
        say("Note: an addon changed meanwhile; what was installed is used for this run only")
        own_name = f"{name.removesuffix('_unfinished')}_{os.getpid()}"
        shutil.copy(log, self.install_log(own_name))
        return own_name

    def pregenerate_assets(self, database):
        log = self.cache / "logs" / f"{database}.assets.log"
        self.odoo.script(database, PREGENERATE, log, "building the assets")

    # Copies

    def clone(self, template, name):
        self.server.create(name, template)
        self._share_filestore(self.odoo.filestore(template), name)

    def _share_filestore(self, source, name):
        target = self.odoo.filestore(name)
        shutil.rmtree(target, ignore_errors=True)
        if source.exists():
            # Odoo never changes a file it has stored, so the copies can share them.
            shutil.copytree(source, target, copy_function=os.link)

    @contextmanager
    def scratch(self, template, keep=False, label=""):
        """A copy for the time of one run; a second copy of the same run needs a label."""
        self._drop_abandoned()
        name = f"sop_run_{os.getpid()}{label}"
        self.drop(name)
        self._touch(template)
        self.clone(template, name)
        try:
            yield name
        finally:
            if not keep:
                self.drop(name)

    def drop(self, name):
        self.server.drop(name)
        shutil.rmtree(self.odoo.filestore(name), ignore_errors=True)

    def _rename(self, name, new_name):
        if self.odoo.filestore(name).exists():
            shutil.rmtree(self.odoo.filestore(new_name), ignore_errors=True)
            self.odoo.filestore(name).rename(self.odoo.filestore(new_name))
        self.server.rename(name, new_name)

    def _drop_abandoned(self):
        """What a killed run left behind."""
        for name in self.server.databases("sop_run_"):
            if not process_alive(int(name.split("_")[2])):
                self.drop(name)

    # Lasting databases, in which only what changed is updated

    def develop(self, name, reset=False):
        """A developer's own copy; its name."""
        database = f"sop_dev_{name}"
        chosen = addons.ours(self.extra_modules)
        if reset:
            self.drop(database)
        self.lasting(database, chosen, lambda: self.clone(self.with_addons(chosen), database))
        return database

    def lasting(self, database, chosen, make):
        """Make this database, or bring it up to the addons as they are now."""
        with lock(self.cache, database, f"the database {database}"):
            state = self.state / f"{database}.json"
            if self.server.exists(database) and state.exists():
                self._update(database, chosen)
                return
            self.drop(database)
            make()
            self._remember(database, chosen)

    def take(self, other, template, name):
        """Copy a template of another server."""
        if other.server.env == self.server.env:
            self.clone(template, name)
            return
        with step(f"Copy {template} to {name}"):
            self.server.create(name)
            other.server.copy_to(self.server, template, name)
            self._share_filestore(other.odoo.filestore(template), name)

    def _update(self, database, chosen):
        known = self._recall(database)
        current = {name: addon.content for name, addon in chosen.items()}
        new = sorted(set(current) - set(known))
        changed = sorted(name for name in known if known[name] != current.get(name, known[name]))
        if not new and not changed:
            return
        options = ["-i", ",".join(new)] if new else []
        options += ["-u", ",".join(changed)] if changed else []
        log = self.install_log(database)
        with step(f"Update {database} ({', '.join(new + changed)})") as current_step:
            self.odoo.change(database, options, log, "updating the addons", current_step)
            if self._recall(database, "assets") != addons.assets_key(chosen):
                current_step.progress("assets")
                self.pregenerate_assets(database)
        self._remember(database, chosen)

    def _remember(self, database, chosen):
        state = {
            "content": {name: addon.content for name, addon in chosen.items()},
            "assets": addons.assets_key(chosen),
        }
        (self.state / f"{database}.json").write_text(json.dumps(state))

    def _recall(self, database, key="content"):
        path = self.state / f"{database}.json"
        return json.loads(path.read_text())[key] if path.exists() else {}

    # Upkeep

    def _touch(self, name):
        (self.state / f"{name}.used").touch()

    def _prune(self, kind, spare):
        """Keep the templates used last; remove the others and what never came to an end."""
        names = self.server.databases(f"sop_{kind}_")
        names.sort(key=lambda name: (not name.endswith("_unfinished"), self._last_use(name)))
        names.reverse()
        # Another ./sop may be about to copy one that it asked for a moment ago.
        limit = time.time() - SAFE_SECONDS
        for name in names[KEEP_TEMPLATES:]:
            if name != spare and self._last_use(name) < limit:
                self.drop(name)
                (self.state / f"{name}.used").unlink(missing_ok=True)

    def _last_use(self, name):
        path = self.state / f"{name}.used"
        return path.stat().st_mtime if path.exists() else 0
