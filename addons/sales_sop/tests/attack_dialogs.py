"""Dialogs that an attacker opens on whatever record, and all that can be pressed in them."""

from functools import partial
from itertools import product

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import mute_logger

from .attack_methods import PLAIN_CONTEXT, MethodCase


class DialogCase(MethodCase):
    """A dialog is ``(model, values)``: what a client says in it, of records it may not touch."""

    # What Odoo's own dialogs are pressed on; the methods are its own.
    buttons = {}

    # -- what is changed by it -----------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def _went_through_dialogs(self, dialogs, roles, records):
        """Fill in and press each dialog as each role; return ``{(model, method): roles}``.

        A dialog that changes something when it is filled in is there as ``web_save``.
        """
        before, passed = self._contents_now(records), {}
        for (model, values), role in product(dialogs, roles):
            for name in self._pressed(model, values, role, records, before):
                passed.setdefault((model, name), set()).add(role)
        self.assertEqual(self._contents_now(records), before)
        return passed

    def _pressed(self, model, values, role, records, before):
        """Return the names of the methods that have changed something; all is undone."""
        passed, savepoint = [], self.env.cr.savepoint()
        try:
            with savepoint:
                with self._written() as written:
                    dialog = self._filled_in(model, values, role)
                    if self._has_changed(written, records, before):
                        passed.append("web_save")
                for name in self._methods_of_dialog(dialog):
                    call = partial(self._press, dialog, role, name)
                    if self._is_changed_by(call, records, before):
                        passed.append(name)
                savepoint.rollback()
        except UserError:
            return []
        except IntegrityError:
            passed.append("web_save")
        finally:
            self.env.invalidate_all()
        return passed

    def _filled_in(self, model, values, role):
        """A client opens the dialog on a record by the context, and saves what it says."""
        found = self.as_user(self.env[model], role)
        context = self._context_of_dialog(found, values)
        [row] = self._request(found, "web_save", [[], values, {}], context)
        return self.env[model].browse(row["id"])

    @staticmethod
    def _context_of_dialog(model, values):
        context = {**PLAIN_CONTEXT, **{f"default_{key}": value for key, value in values.items()}}
        for name, value in values.items():
            if model._fields[name].type == "many2one":
                context |= {
                    "active_model": model._fields[name].comodel_name,
                    "active_id": value,
                    "active_ids": [value],
                }
                break
        return context

    def _methods_of_dialog(self, dialog):
        ours = [name for __, name, ___ in self._calls([dialog])]
        return [*ours, *self.buttons.get(dialog._name, ())]

    def _press(self, dialog, role, name):
        model = self.as_user(dialog.browse(), role)
        self._request(model, name, [dialog.ids], PLAIN_CONTEXT)

    def _own_dialogs(self, dialogs):
        return [dialog for dialog in dialogs if dialog[0].startswith(self.prefixes)]

    # -- what is read by it --------------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def _shown_of_ours(self, dialogs, roles):
        """Return ``{(model, field): roles}`` of what a dialog shows beside what it was told."""
        shown = {}
        for (model, values), role in product(self._own_dialogs(dialogs), roles):
            for name in self._shown_of(model, values, role):
                shown.setdefault((model, name), set()).add(role)
        return shown

    def _shown_of(self, model, values, role):
        """Return what is shown in a new dialog, and in one that is saved."""
        names = self.env[model]._fields.keys() - values.keys() - {*MAGIC_COLUMNS, "display_name"}
        dialog, savepoint = None, self.env.cr.savepoint()
        try:
            with savepoint:
                dialog = self._filled_in_or_none(model, values, role)
                shown = [
                    name
                    for name in sorted(names)
                    if self._shows_new(model, values, role, name)
                    or (dialog and self._shows(dialog, role, name))
                ]
                savepoint.rollback()
        finally:
            self.env.invalidate_all()
        return shown

    def _filled_in_or_none(self, model, values, role):
        try:
            with self.env.cr.savepoint():
                return self._filled_in(model, values, role)
        except UserError:
            return None

    def _shows_new(self, model, values, role, name):
        """Whether the form of a new dialog shows the field, once ``values`` are entered."""
        self.env.invalidate_all()
        new = self.as_user(self.env[model], role)
        specification = dict.fromkeys([*values, name], {})
        arguments = [[], dict(values), list(values), specification]
        try:
            found = self._request(new, "onchange", arguments, new.env.context)
        except UserError:
            return False
        return bool(found["value"].get(name))

    def _shows(self, dialog, role, name):
        self.env.invalidate_all()
        try:
            [row] = self.rpc(dialog, role, "read", [name])
        except UserError:
            return False
        return bool(row[name])

    def _found_by_others(self, dialogs, roles):
        """Return ``{model: roles}`` that find a dialog which somebody else has filled in."""
        found = {}
        for model, values in self._own_dialogs(dialogs):
            dialog = self.env[model].sudo().create(values)
            parts = [
                dialog[name]
                for name, field in dialog._fields.items()
                if field.type == "one2many" and self.env[field.comodel_name]._transient
            ]
            for record, role in product(filter(None, [dialog, *parts]), roles):
                seen = self.as_user(record.browse(), role)
                if seen.has_access("read") and seen.search_count([("id", "in", record.ids)]):
                    found.setdefault(record._name, set()).add(role)
        return found
