from odoo import models, tools


class IrModel(models.Model):
    _inherit = "ir.model"

    @tools.ormcache("self.id")
    def _sop_name(self):
        """Technical name of this model, which never changes."""
        return self.sudo().model

    def _sop_recall_names(self):
        """Put the technical names of these models into the cache, so that no query reads them."""
        for model in self:
            self._fields["model"]._insert_cache(model, [model._sop_name()])
