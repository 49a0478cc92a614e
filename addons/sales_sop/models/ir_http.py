from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Send the words of our own scripts to the portal, in the customer's language."""
        return [*super()._get_translation_frontend_modules_name(), "sales_sop"]
