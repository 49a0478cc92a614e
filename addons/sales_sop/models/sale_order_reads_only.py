from odoo import api, models

from .sop_reads_only_mixin import buttons_named


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sop.reads.only.mixin"]

    @api.model
    def _sop_writing_buttons(self):
        # Some come with modules for coupons, freight and online payment.
        return [
            *super()._sop_writing_buttons(),
            buttons_named(
                "action_quotation_send",
                "action_confirm",
                "action_cancel",
                "action_draft",
                "payment_action_capture",
                "payment_action_void",
                "action_sop_submit",
                "action_sop_submit_credit",
            ),
            "//div[@name='so_button_below_order_lines']//button",
        ]
