"""Every public method, called as a client calls it; what it changes is noted and undone."""

import re
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tools import SQL, mute_logger

from .attack_case import CONTEXT, OURS, AttackCase

PLAIN_CONTEXT = {key: value for key, value in CONTEXT.items() if not key.startswith("default_")}
TABLE = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")


class MethodCase(AttackCase):
    """Every public method of ``modules`` by everybody, on the records that a test names."""

    modules = ("sales_sop",)
    # With what the names of the models begin in which these addons keep something.
    prefixes = ("sop.",)
    # What a method, or that of a model, is called with where it takes arguments.
    arguments = {"submit_approval": ["application"], "cast_vote": ["for"]}

    def _calls(self, records):
        """Yield ``(record, method, arguments)``; of an empty record, the methods of its model."""
        for record in records:
            offered = self._public_methods if record else self._model_methods
            for name, arguments in offered(record, self.modules):
                if not self._is_odoos(record, name):
                    wanted = self.arguments.get(name, arguments)
                    yield record, name, self.arguments.get((record._name, name), wanted)

    def _own_models(self):
        """Return all models of these addons that keep something, each as an empty record."""
        return [self.env[name] for name, one in self.env.registry.items() if self._is_own(one)]

    def _models_with_methods(self):
        """Return the names of the models whose records offer a method of these addons."""
        return {
            model._name
            for model in self._own_models()
            for name, __ in self._public_methods(model, self.modules)
            if not self._is_odoos(model, name)
        }

    def _is_odoos(self, record, name):
        """Whether the method is Odoo's own, and only extended here."""
        first = [cls for cls in type(record).__mro__ if name in vars(cls)][-1]
        return not first.__module__.startswith(tuple(f"{OURS}{name}." for name in self.modules))

    @classmethod
    def _is_own(cls, model):
        """Whether ``model`` is a table of these addons that keeps something."""
        keeps = model._auto and not model._transient and not model._abstract
        return keeps and model._name.startswith(cls.prefixes)

    @contextmanager
    def _written(self):
        """Yield the names of the tables whose rows are changed."""
        cursor, written = type(self.env.cr), set()
        execute = cursor.execute

        def noted(cr, query, *args, **kwargs):
            text = query.code if isinstance(query, SQL) else str(query)
            written.update(TABLE.findall(text.replace('"', "")))
            return execute(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", noted):
            yield written

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def _went_through(self, records, roles, watched=()):
        """Call every method as every role; return ``{(model, method): roles that changed it}``.

        :param watched: what else must not change; its methods are not called
        """
        victims = [*records, *watched]
        before, passed = self._contents_now(victims), {}
        for record, name, arguments in self._calls(records):
            for role in roles:
                if self._changes(record, role, name, arguments, victims, before):
                    passed.setdefault((record._name, name), set()).add(role)
        self.assertEqual(self._contents_now(victims), before)
        return passed

    def _went_through_states(self, states, roles, watched=()):
        """The same of one record in each state; return ``{state: {method: roles}}``."""
        return {
            state: {
                method: passed
                for (__, method), passed in self._went_through([record], roles, watched).items()
            }
            for state, record in states.items()
        }

    def _changes(self, record, role, name, arguments, records, before):
        """Whether a call changes one of the records, or any row that these addons keep."""
        model = self.as_user(record.browse(), role)
        ids = [record.ids] if record else []
        call = partial(self._request, model, name, [*ids, *arguments], PLAIN_CONTEXT)
        return self._is_changed_by(call, records, before)

    @staticmethod
    def _request(model, name, arguments, context):
        """Call a method by RPC; what it leaves to be computed is computed as its user, too."""
        result = call_kw(model, name, arguments, {"context": {**context}})
        model.env.flush_all()
        return result

    def _is_changed_by(self, call, records, before):
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint, self._written() as written:
                call()
                changed = self._has_changed(written, records, before)
                savepoint.rollback()
        except UserError:
            return False
        except IntegrityError:
            # It got as far as the database: that was no refusal.
            return True
        finally:
            self.env.invalidate_all()
        return changed

    def _has_changed(self, written, records, before):
        self.env.flush_all()
        if not written.isdisjoint(self._own_tables()):
            return True
        return not written <= self._tables_of_dialogs() and self._differs(records, before)

    def _own_tables(self):
        return {model._table for model in self.env.registry.values() if self._is_own(model)}

    def _tables_of_dialogs(self):
        return {model._table for model in self.env.registry.values() if model._transient}

    def _differs(self, records, before):
        return self._contents_now(records) != before

    def _contents_now(self, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return self._contents(records)
