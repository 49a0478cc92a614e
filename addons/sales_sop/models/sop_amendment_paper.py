from odoo import models


class SopAmendment(models.Model):
    """The printed supplementary agreement: what changes, old beside new, to be signed."""

    _inherit = "sop.amendment"

    def _paper_lang(self):
        """Return the language of the paper: the contract's own, or the customer's."""
        self.ensure_one()
        amendment = self.sudo()
        installed = dict(self.env["res.lang"].get_installed())
        wanted = (amendment.contract_id.text_lang, amendment.partner_id.lang, self.env.lang)
        return next((lang for lang in wanted if lang in installed), "en_US")

    def _paper(self):
        """Return what the supplementary agreement prints."""
        self.ensure_one()
        self.check_access("read")
        amendment, paper = self.sudo(), self.env["sop.paper"]
        return {
            "company_lines": paper._company_lines(amendment.company_id),
            "watermark": amendment._paper_watermark(),
            "title": self._paper_title(),
            "facts": amendment._paper_facts(),
            "rows": amendment._changed_rows(),
            "totals": amendment._paper_totals(),
            "seller": amendment.company_id.name,
            "buyer": amendment.partner_id.name,
        }

    def _paper_title(self):
        if self.kind == "quotation":
            return self.env._("Changed Quotation")
        return self.env._("Supplementary Agreement")

    def _paper_watermark(self):
        """Mark what is not in force; what only waits for the signatures is printed for them."""
        if self.supplement_missing:
            return self.env["sop.paper"]._watermark(False)
        labels = {"applied": False, "cancelled": self.env._("CANCELLED")}
        text = labels.get(self.state, self.env._("NOT IN FORCE"))
        return self.env["sop.paper"]._watermark(text)

    def _paper_facts(self):
        paper, contract = self.env["sop.paper"], self.contract_id
        return [
            (self.env._("Contract number"), contract.number),
            (self.env._("Order"), self.order_id.name),
            (self.env._("Seller"), self.company_id.name),
            (self.env._("Buyer"), self.partner_id.name),
            (self.env._("Contract in force since"), paper._date(contract.date_effective)),
            (self.env._("Amendment in force since"), paper._date(self.applied_on)),
        ]

    def _paper_totals(self):
        words = self.currency_id.with_env(self.env)._sop_amount_in_words(self.amount_new)
        return [
            (self.env._("Old total, tax included"), self._money(self.amount_old)),
            (self.env._("Change"), self._signed(self.amount_change)),
            (self.env._("New total, tax included"), self._money(self.amount_new)),
            (self.env._("In words"), words),
        ]
