from odoo import api, models


class IrActionsClient(models.Model):
    _inherit = "ir.actions.client"

    @api.model
    def _sop_notification(self, kind, message, **params):
        """Return the action that shows ``message`` and closes the dialog it was asked from.

        :param str kind: ``info``, ``success`` or ``warning``
        :param params: ``title``, ``sticky``, or another action to go on with as ``next``
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
                **params,
            },
        }
