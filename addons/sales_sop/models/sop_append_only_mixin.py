from odoo import api, models
from odoo.exceptions import AccessError


class SopAppendOnlyMixin(models.AbstractModel):
    """Rows that are added and kept for ever: no client changes one, and nobody deletes one."""

    _name = "sop.append.only.mixin"
    _description = "Rows That Are Only Added"

    # Whether private code, too, never writes a row.
    _sop_fixed = False

    def write(self, vals):
        if self and (self._sop_fixed or not self.env.su):
            self._sop_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._sop_refuse_change()

    def _sop_refuse_change(self):
        raise AccessError(self._sop_kept_text())

    def _sop_kept_text(self):
        """Say that these rows are kept, and what to do instead."""
        raise NotImplementedError
