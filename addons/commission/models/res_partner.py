from odoo import api, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """Who is paid commission stays the partner under which it is booked (B3, B5)."""

    _inherit = "res.partner"

    def write(self, vals):
        if vals.get("parent_id"):
            self._commission_check_parent(self.browse(vals["parent_id"]))
        return super().write(vals)

    def _commission_check_parent(self, parent):
        """Odoo moves a contact's items to its company; the own company does not pay itself."""
        payees = self.env["commission.payee"].sudo().with_context(active_test=False)
        own = payees.search(
            [
                ("partner_id", "in", self.ids),
                ("company_id.partner_id", "=", parent.sudo().commercial_partner_id.id),
            ]
        )
        lines = self.env["commission.accrual.line"].sudo()
        for line in lines.search([("payee_id", "in", own.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Commission of %(payee)s is booked under this contact, so it does not go under "
                    "the contact of %(company)s any more. Leave it as it is.",
                    payee=line.payee_id.name,
                    company=line.company_id.name,
                )
            )


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
