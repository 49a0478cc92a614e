"""./sop demo: the demo company in a lasting database, served to the browser."""

import csv
from dataclasses import dataclass

from tooling import addons, web
from tooling.console import Failure, say, step, table
from tooling.shell import DEMO

ADMIN = ("admin", "admin")
DEFAULT_PORT = 8069
SERVER_OPTIONS = ("--no-database-list", "--max-cron-threads=1")
LIST_FIELDS = ("name", "partner_id", "state", "amount_total")


@dataclass(frozen=True)
class Login:
    login: str
    password: str
    role: str
    role_zh: str

    def role_in(self, language):
        return self.role_zh if language == "zh_CN" and self.role_zh else self.role


def run(context, options, rest):
    web.check_port(options.port)
    # The template is built where building is fast, and only then moved to the safe server.
    fast = context.databases()
    # The browser prints.
    databases = context.databases("demo", with_browser=True)
    _prepare(fast, databases, options.reset)
    people = logins()
    if options.lang:
        _set_language(databases, people, options.lang)
    log = context.cache / "logs" / "demo.log"
    with web.served(databases.odoo, DEMO, options.port, log, *SERVER_OPTIONS) as child:
        if options.check:
            return _check(options.port, people)
        _announce(options.port, people, options.lang, log)
        return child.wait()


def _prepare(fast, databases, reset):
    if reset:
        databases.drop(DEMO)
    databases.lasting(DEMO, addons.ours(), lambda: databases.take(fast, fast.with_addons(), DEMO))


def logins():
    """What the addons' demo data declare: login, password, and role as "English;Chinese"."""
    people = []
    for addon in addons.ours().values():
        path = addon.path / "demo" / "logins.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as rows:
                people += [_login(row) for row in csv.DictReader(rows)]
    return people


def _login(row):
    english, _, chinese = row["role"].partition(";")
    return Login(row["login"], row["password"], english.strip(), chinese.strip())


def _set_language(databases, people, language):
    _load_language(databases, language)
    names = ", ".join(f"'{login}'" for login in [ADMIN[0], *(p.login for p in people)])
    databases.server.sql(
        f"UPDATE res_partner SET lang = '{language}' WHERE id IN "
        f"(SELECT partner_id FROM res_users WHERE login IN ({names}))",
        DEMO,
    )


def _load_language(databases, language):
    if not language.replace("_", "").replace("@", "").isalnum():
        raise Failure(f"{language} is no language code", "Try --lang zh_CN.")
    query = f"SELECT active FROM res_lang WHERE code = '{language}'"
    state = databases.server.value(query, DEMO)
    if state is None:
        raise Failure(f"Odoo does not know the language {language}", "Try --lang zh_CN.")
    if state != "t":
        log = databases.cache / "logs" / "language.log"
        with step(f"Load the language {language}"):
            databases.odoo.load_languages(DEMO, [language], log)


def _check(port, people):
    """What a visitor does first: log in, open the order list."""
    with step("Log in and load the order list") as current:
        for login, password in [(p.login, p.password) for p in people] + [ADMIN]:
            current.progress(login)
            client = web.Client(port)
            client.log_in(DEMO, login, password)
        status, page = client.get("/odoo")
        found = client.search_read("sale.order", LIST_FIELDS)
    if not found["length"]:
        raise Failure("the order list is empty")
    say(f"{len(people) + 1} logins work; the list shows {found['length']} orders")
    return 0


def _announce(port, people, language, log):
    rows = [(p.login, p.password, p.role_in(language)) for p in people]
    rows.append((*ADMIN, "管理员" if language == "zh_CN" else "Administrator"))
    print(table(rows, ("login", "password", "role")))
    print(f"\nOpen {web.Client(port).base}/odoo   (Ctrl-C stops; log: {log})", flush=True)
