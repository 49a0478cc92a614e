from odoo import models


class SopPolicy(models.Model):
    """The sample asks for a registered enquiry where a project is sold (A5).

    Instalment sales and large direct sales start with an enquiry; who buys spare parts, orders
    again or calls off from a frame is known already.
    """

    _inherit = "sop.policy"

    def _sample_terms(self):
        terms = super()._sample_terms()
        for term in terms:
            is_large = term.get("sales_mode") == "direct" and term.get("amount_from")
            if is_large or term.get("sales_mode") == "instalment":
                term["enquiry_required"] = True
        return terms
