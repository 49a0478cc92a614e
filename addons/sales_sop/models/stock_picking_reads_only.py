from odoo import api, models

from .sop_reads_only_mixin import buttons_named


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "sop.reads.only.mixin"]

    @api.model
    def _sop_writing_buttons(self):
        # Some come with the module for carriers.
        return [
            *super()._sop_writing_buttons(),
            buttons_named(
                "action_confirm",
                "action_assign",
                "action_cancel",
                "action_put_in_pack",
                "send_to_shipper",
                "cancel_shipment",
            ),
        ]
