"""./sop i18n: bring the template and the translations of the addons up to their texts."""

from tooling import addons, process, settings
from tooling.console import Failure, say, step


def run(context, options, rest):
    chosen = addons.named(options.addons) if options.addons else addons.ours()
    names = options.addons or list(chosen)
    if not names:
        raise Failure("there are no addons to translate")
    databases = context.databases()
    odoo = databases.odoo
    with databases.scratch(databases.with_addons()) as database:
        command = odoo.command("i18n", "export", "-c", odoo.config, "-d", database)
        command += ["-l", "pot", *settings.LANGUAGES, "--", *names]
        log = context.cache / "logs" / "i18n.log"
        with step("Write the texts"):
            process.checked(command, log, "exporting the texts", env=odoo.variables)
    for name in names:
        say(f"  {chosen[name].path / 'i18n'}")
    return 0
