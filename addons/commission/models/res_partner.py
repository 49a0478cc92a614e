from odoo import api, models


class ResPartnerCategory(models.Model):
    """A customer's groups decide what a sale pays, so who earns by it does not set them (B1)."""

    _inherit = "res.partner.category"

    @api.model
    def _sop_deciding(self):
        rules = (
            self.env["commission.rule"]
            .sudo()
            .search([("partner_category_ids", "!=", False), ("plan_id.approval_ids", "!=", False)])
        )
        return super()._sop_deciding() | self.browse(rules.partner_category_ids.ids)
