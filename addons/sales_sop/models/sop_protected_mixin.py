from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list


class SopProtectedMixin(models.AbstractModel):
    """Fields that record a decision and that no client may write.

    A field's ``readonly`` holds on the screen only: by RPC it can be written. The methods that
    take the decision check the user's role first and then write with ``sudo()``; every other
    writer is refused here. A client cannot ask for ``sudo()``.
    """

    _name = "sop.protected.mixin"
    _description = "Fields That Only a Decision Writes"
    _inherit = ["sop.computed.mixin"]

    @api.model
    def _sop_protected_fields(self):
        """Return the names of the fields that only private code may write."""
        return frozenset()

    @api.model
    def _sop_file_fields(self):
        """Return the names of the fields whose files nobody replaces past the document."""
        return self._sop_protected_fields()

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._sop_check_protected({name for name, value in vals.items() if value})
        names = self._sop_protected_fields()
        computed = {name for name in names if self._fields[name].compute}
        fixed = {name: self._sop_own_default(name) for name in names - computed}
        records = super().create([{**fixed, **vals} for vals in vals_list])
        for name in computed.intersection(self._sop_client_defaults()):
            self.env.add_to_compute(self._fields[name], records)
        return records

    def _sop_own_default(self, name):
        """The default of the code; users can set others by the context or in ``ir.default``."""
        field = self._fields[name]
        return field.default(self) if field.default else False

    def write(self, vals):
        if not self.env.su:
            self._sop_check_protected(vals)
        return super().write(vals)

    @api.model
    def _sop_kind(self):
        """Return what such a document is called, in the user's language."""
        return self.env["ir.model"]._get(self._name).name

    def _sop_check_protected(self, names):
        offending = self._sop_protected_fields().intersection(names)
        if not offending:
            return
        # Who may not write these documents at all does not hear what they are called.
        self.check_access("write" if self else "create")
        labels = [
            field["string"] for field in self.sudo().fields_get(offending, ["string"]).values()
        ]
        raise AccessError(
            self.env._(
                "%(document)s: %(fields)s is set by the decision it records and cannot be "
                "written. Use the buttons of the document.",
                document=format_list(self.env, self.sudo().mapped("display_name"))
                or self._sop_kind(),
                fields=format_list(self.env, sorted(labels)),
            )
        )
