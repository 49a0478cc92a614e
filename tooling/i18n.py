"""./sop i18n: bring the template and the translations of the addons up to their texts."""

import shutil
import tempfile
from pathlib import Path

from tooling import addons, process, settings
from tooling.console import Failure, say, step


def run(context, options, rest):
    chosen = addons.named(options.addons) if options.addons else addons.with_texts()
    names = options.addons or list(chosen)
    if not names:
        raise Failure("there are no addons to translate")
    databases = context.databases(modules=settings.TEST_MODULES)
    odoo = databases.odoo
    folders = [chosen[name].path / "i18n" for name in names]
    translations = [folder / f"{code}.po" for folder in folders for code in settings.LANGUAGES]
    with (
        tempfile.TemporaryDirectory(prefix="sop-i18n-") as former,
        databases.scratch(databases.with_addons()) as database,
    ):
        _keep(translations, former)
        command = odoo.command("i18n", "export", "-c", odoo.config, "-d", database)
        command += ["-l", "pot", *settings.LANGUAGES, "--", *names]
        log = context.cache / "logs" / "i18n.log"
        with step("Write the texts"):
            process.checked(command, log, "exporting the texts", env=odoo.variables)
        compare = [odoo.env.python, "-m", "tooling.translations", former, *translations]
        failed = process.attached(compare, env={"PYTHONPATH": str(settings.REPO)})
    for folder in folders:
        say(f"  {folder}")
    return failed


def _keep(translations, folder):
    for number, path in enumerate(translations):
        if path.exists():
            shutil.copy(path, Path(folder, str(number)))
