"""Model by model, role by role, operation by operation: what was decided stays."""

import inspect

from psycopg2 import IntegrityError

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import call_kw
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, SopCase

# Who has no role in the procedure and none of Odoo's rights.
OUTSIDERS = ("portal", "employee")
EVERYBODY = (*ROLES, *STANDARD_USERS, "portal")
OURS = "odoo.addons."
# What a copy, an import or a form may make is a draft and no more.
DRAFTS = {"draft", False}
CONTEXT = {
    "default_state": "approved",
    "default_user_id": 1,
    "tracking_disable": True,
    "install_mode": True,
    "import_file": True,
    "sop_force": True,
    "bypass": True,
    "uid": 1,
    "su": True,
}


class AttackCase(SopCase):
    """Everybody tries everything on the victims that a test names.

    Victims are ``{record: (values to write, values to create or None, methods to call)}``.
    """

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["portal"] = new_test_user(
            cls.env,
            login=f"portal.{cls.company.id}",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.users["portal"].partner_id.parent_id = cls.customer
        cls.users["employee"] = cls._new_user("employee", "base.group_user", cls.company)

    def _may(self, record, operation, role):
        """Whether it is this role's own to do, and no attack."""
        return False

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def assertNobodyChanges(self, victims):
        """Nobody changes a victim in a way that is not their own to do."""
        attempts = [
            (record, role, operation, arguments)
            for record, (values, new, methods) in victims.items()
            for operation, arguments in self._operations(record, values, new, methods)
            for role in EVERYBODY
            if not self._may(record, operation, role)
        ]
        self._assert_harmless(attempts, list(victims))

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def assertOutsidersChangeNothing(self, records, *modules):
        """No public method of ``modules`` changes a thing for who has no role at all."""
        attempts = [
            (record, role, name, [record.ids, *arguments])
            for record in records
            for name, arguments in self._public_methods(record, modules)
            for role in OUTSIDERS
        ]
        self.assertGreater(len(attempts), len(records))
        self._assert_harmless(attempts, records)

    def assertHearsNoMore(self, record, role):
        """Who may not write the record hears so, and not what state it is in."""
        self.assertFalse(self.as_user(record.browse(), role).has_access("write"))
        calls = [("write", [{name: value}]) for name, value in self._written_back(record).items()]
        for method, arguments in [*calls, ("unlink", []), ("copy", [])]:
            with (
                self.subTest(model=record._name, role=role, method=method, values=arguments),
                self.assertRefused(exception=AccessError),
            ):
                self.rpc(record, role, method, *arguments)

    def _written_back(self, record):
        """Return what a form would write: the values of its fields, as they are."""
        names = [
            name
            for name, field in record._fields.items()
            if field.store and field.type not in ("one2many", "many2many", "binary")
        ]
        [values] = record.sudo().read(names, load=None)
        return {name: value for name, value in values.items() if name not in MAGIC_COLUMNS}

    def _assert_harmless(self, attempts, victims):
        self.env.flush_all()
        before = self._contents(victims)
        went_through = [
            (record._name, operation, role)
            for record, role, operation, arguments in attempts
            if not self._is_harmless(record, role, operation, arguments, victims, before)
        ]
        self.assertEqual(went_through, [])
        self.assertEqual(self._contents(victims), before)

    def _public_methods(self, record, modules):
        """Yield ``(name, arguments)`` of the methods that RPC offers and ``modules`` define."""
        return self._offered(record, modules, of_model=False)

    def _model_methods(self, record, modules):
        """Yield the same of the methods of the model, which are called without records."""
        return self._offered(record, modules, of_model=True)

    def _offered(self, record, modules, of_model):
        for name in self._names_of_methods(record, modules):
            method = getattr(type(record), name)
            is_of_model = getattr(method, "_api_model", False)
            if getattr(method, "_api_private", False) or is_of_model != of_model:
                continue
            wanted = [*inspect.signature(method).parameters.values()][1:]
            yield (
                name,
                [
                    "approved"
                    for one in wanted
                    if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD
                ],
            )

    @staticmethod
    def _names_of_methods(record, modules):
        prefixes = tuple(
            f"{OURS}{module}.{folder}." for module in modules for folder in ("models", "wizards")
        )
        names = {
            name
            for cls in type(record).__mro__
            if cls.__module__.startswith(prefixes)
            for name, value in vars(cls).items()
            if inspect.isfunction(value)
            and not name.startswith("_")
            and not hasattr(models.BaseModel, name)
        }
        return sorted(names)

    def _operations(self, record, values, new, methods):
        """Yield ``(name, positional arguments with the ids where the method takes them)``."""
        ids = [record.ids]
        name, value = next(iter(values.items()))
        yield "write", [*ids, values]
        yield "web_save", [*ids, values, {}]
        yield "copy", [*ids, values]
        if not isinstance(value, list):
            yield "load", [[".id", name], [[str(record.ids[0]), str(value)]]]
        if new:
            yield "create", [[new]]
        for method in methods:
            yield method, [*ids, *(["approved"] if method in ("_set_state", "_close") else [])]

    def _is_harmless(self, record, role, operation, arguments, victims, before):
        model = self.as_user(record.browse(), role)
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                result = call_kw(model, operation, arguments, {"context": {**CONTEXT}})
                self.env.flush_all()
                self.env.invalidate_all()
                harmless = self._contents(victims) == before and self._made_drafts(
                    record, operation, result
                )
                savepoint.rollback()
        except UserError:
            return True
        except IntegrityError:
            # It got as far as the database: that was no refusal.
            return False
        return harmless

    def _contents(self, victims):
        return {record: self._content(record) for record in victims}

    def _content(self, record):
        """What counts of a record; None once it is gone."""
        record = record.sudo()
        if not record.exists():
            return None
        names = [
            name
            for name, field in record._fields.items()
            if field.store and not name.startswith(("message_", "activity_", "write_"))
        ]
        return record.read(names, load=None)

    def _made_drafts(self, record, operation, result):
        """Whether what the operation has made, if anything, is no more than a draft."""
        if operation == "load":
            return True
        if operation not in ("create", "copy") or not result:
            return True
        ids = result if isinstance(result, list) else [result]
        made = record.browse(ids)
        return "state" in made._fields and set(made.sudo().mapped("state")) <= DRAFTS

    def registered_paper(self):
        """A cheque that finance has registered."""
        paper = self.as_user(self.env["sop.money.paper"], "finance").create(
            {
                "name": "1309100012345",
                "kind": "cheque",
                "partner_id": self.customer.id,
                "drawer": "Hillside Glass",
                "issuing_bank": "Harbour Bank",
                "amount": 7.0,
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "journal_id": self.bank_journal.id,
            }
        )
        paper.action_register()
        return paper
