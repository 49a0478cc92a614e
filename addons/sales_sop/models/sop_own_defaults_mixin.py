from odoo import api, models


class SopOwnDefaultsMixin(models.AbstractModel):
    """Records that only the code makes: no default of a user's reaches them.

    Users may keep defaults of their own for any field, and Odoo fills them in also where the code
    creates with ``sudo()``. Here only the defaults of the fields themselves count.
    """

    _name = "sop.own.defaults.mixin"
    _description = "Records That Take No Defaults of Users"

    @api.model
    def default_get(self, fields):  # pylint: disable=method-required-super
        values = {}
        for name in fields:
            field = self._fields.get(name)
            if field and field.default:
                cached = field.convert_to_cache(field.default(self), self, validate=False)
                values[name] = field.convert_to_write(cached, self)
        return values
