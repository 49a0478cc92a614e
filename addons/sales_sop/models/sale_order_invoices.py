from odoo import models


class SaleOrder(models.Model):
    """Whoever reads an order sees that it is invoiced, also who may read no invoice (A2, K7).

    Planner, quality, legal and warehouse read orders. Odoo counts the invoices with the reader's
    rights, so whether the order opens would hang on which field is read first.
    """

    _inherit = "sale.order"

    def _get_invoiced(self):
        reads_invoices = self.env["account.move.line"].has_access("read")
        orders = self if reads_invoices else self.sudo()
        return super(SaleOrder, orders)._get_invoiced()
