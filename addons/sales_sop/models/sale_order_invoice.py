from odoo import models


class SaleOrder(models.Model):
    """The order's contract keeps what its policy says about invoices (C2)."""

    _inherit = "sale.order"

    def _sop_frozen_terms(self, term):
        names = ("invoice_approval", "invoice_auto_amount")
        return super()._sop_frozen_terms(term) | {name: term[name] for name in names}
