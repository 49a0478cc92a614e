from odoo import models


class CommissionPayee(models.Model):
    _inherit = "commission.payee"

    def _accounting_partner(self):
        """Return the partner that a payee's journal items carry.

        Bills of a company's contact are the company's, as everywhere in Odoo; a colleague's
        contact may stand below the own company and is a partner of its own.
        """
        self.ensure_one()
        partner = self.sudo().partner_id
        commercial = partner.commercial_partner_id
        return partner if commercial == self.company_id.sudo().partner_id else commercial
