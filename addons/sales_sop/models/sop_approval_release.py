from odoo import models


class SopApproval(models.Model):
    """A request for an exception that is taken back is void, and kept."""

    _inherit = "sop.approval"

    def _withdraw(self, reason):
        release = self.env["sop.release"]
        if self.res_model == release._name:
            release = self._document()
            release._check_withdrawal()
        result = super()._withdraw(reason)
        release.sudo()._set_state("void")
        return result
