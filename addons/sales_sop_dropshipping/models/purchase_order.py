from odoo import models


class PurchaseOrder(models.Model):
    """Whoever buys what was sold need not read the sale.

    Odoo reads the order and its lines with the buyer's own rights when a purchase is confirmed.
    """

    _inherit = "purchase.order"

    def _prepare_reference_vals(self):
        if not self.company_id._sop_is_governed():
            return super()._prepare_reference_vals()
        return super(PurchaseOrder, self.sudo())._prepare_reference_vals()


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _prepare_stock_moves(self, picking):
        if not self.company_id._sop_is_governed():
            return super()._prepare_stock_moves(picking)
        return super(PurchaseOrderLine, self.sudo())._prepare_stock_moves(picking)
