from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list


class SopComputedMixin(models.AbstractModel):
    """Fields that Odoo computes and by which something is decided here.

    A computed field that is stored can be written by RPC, and keeps what was written until Odoo
    computes it again.
    """

    _name = "sop.computed.mixin"
    _description = "Fields That Follow From Others"

    def _sop_computed_fields(self):
        """Return the names of the fields that no client writes."""
        return frozenset()

    def _sop_client_defaults(self):
        """Names of the fields for which users have set a default."""
        in_context = {
            key.removeprefix("default_") for key in self.env.context if key.startswith("default_")
        }
        return in_context.union(self.env["ir.default"]._get_model_defaults(self._name))

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if names := self._sop_computed_fields():
            for name in names.intersection(self._sop_client_defaults().union(*vals_list)):
                self.env.add_to_compute(self._fields[name], records)
        return records

    def write(self, vals):
        if not self.env.su and (names := self._sop_written_computed(vals)):
            self._sop_refuse_written({name: vals[name] for name in names})
        return super().write(vals)

    def _sop_written_computed(self, vals):
        """Return the names of those that ``vals`` would decide."""
        return self._sop_computed_fields().intersection(vals)

    def _sop_refuse_written(self, vals):
        """Without a policy nothing is decided by them, and they are Odoo's business."""
        # Who may not write these records at all does not hear what they are called.
        self.check_access("write")
        governed = self.sudo().filtered(lambda record: record._sop_decides_here())
        # Odoo itself writes some of them as they are.
        names = [name for name in vals if governed._sop_differs(name, vals[name])]
        if not names:
            return
        labels = [field["string"] for field in self.sudo().fields_get(names, ["string"]).values()]
        raise AccessError(
            self.env._(
                "%(document)s: %(fields)s is computed and cannot be written. Change what it is "
                "computed from.",
                document=format_list(self.env, governed[:5].mapped("display_name")),
                fields=format_list(self.env, sorted(labels)),
            )
        )

    def _sop_changed_by(self, vals, names):
        """Return those of these records in which ``vals`` would change one of the fields."""
        return self.filtered(
            lambda record: any(record._sop_differs(name, vals[name]) for name in names)
        )

    def _sop_differs(self, name, value):
        """Whether ``value`` is another one than one of these records has."""
        if not self:
            return False
        # Before it is read as one.
        self._sop_check_numbers({name: value})
        field = self._fields[name]
        written = field.convert_to_cache(value, self, validate=False)
        return any(field.convert_to_cache(record[name], record) != written for record in self)

    def _sop_decides_here(self):
        """Whether the record is of a company with a policy; without a company, of all of them."""
        company = self.company_id
        if company:
            return company._sop_is_governed()
        return bool(self.env["sop.policy"]._governed_company_ids())
