from odoo import api, models


class SaleOrder(models.Model):
    """A new quotation for an enquiry starts with what the customer asked for."""

    _inherit = "sale.order"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        enquiry = self.env["crm.lead"].browse(values.get("opportunity_id"))
        if enquiry.exists() and enquiry.has_access("read"):
            company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
            proposed = enquiry._sop_prepare_quotation(company)
            values |= {
                name: value
                for name, value in proposed.items()
                if name in fields and not values.get(name)
            }
        return values
