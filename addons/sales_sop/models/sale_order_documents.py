from odoo import fields, models
from odoo.tools import formatLang


class SaleOrder(models.Model):
    """What the papers say about an order: contract text (K7, K8) and quotation (P8)."""

    _inherit = "sale.order"

    def _sop_prepare_contract(self):
        """The written contract's text is drafted with it, and again while it may change (K7)."""
        result = super()._sop_prepare_contract()
        contract = self.sop_contract_id
        if contract.contract_required:
            contract._refresh_text()
        return result

    def _sop_text_basis(self):
        """Return what the contract's text says beyond the approved content."""
        return [
            fields.Datetime.to_string(self.commitment_date) or "",
            self.partner_shipping_id.id,
            self.with_context(lang="en_US")._sop_warranty_text(),
            str(self.note or ""),
        ]

    def _sop_warranty_text(self):
        """Say the usual warranty in the words of the paper's reader, not in its writer's."""
        text = super()._sop_warranty_text()
        languages = ["en_US", *(code for code, __ in self.env["res.lang"].get_installed())]
        usual = {self._sop_usual_warranty(code) for code in languages}
        return self._sop_usual_warranty(self.env.lang) if text in usual else text

    def _sop_usual_warranty(self, lang):
        return self.with_context(lang=lang).env._("twelve months from receipt")

    def _sop_contract_gaps(self):
        """Return a sentence for everything that this order does not tell its contract (K8)."""
        gaps = []
        dated = self.commitment_date or self._sop_is_frame()
        if self.sop_contract_id.term_id.details_required and not dated:
            gaps.append(self.env._("%s: the delivery date.", self.name))
        for line in self._sop_product_lines():
            if line.product_uom_qty <= 0:
                gaps.append(
                    self.env._(
                        "%(order)s: the quantity of %(product)s.",
                        order=self.name,
                        product=line.product_id.display_name,
                    )
                )
        return gaps


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_specification(self):
        """Return model and specification: article number, variant and what the line adds."""
        product = self.product_id
        variant = product.product_template_attribute_value_ids._get_combination_name()
        own = [line.strip() for line in (self.name or "").splitlines()]
        own = [line for line in own if line and not self._sop_is_product_name(line)]
        return " ".join(filter(None, (product.default_code, variant, *own)))

    def _sop_is_product_name(self, text):
        """Whether a line of the description only repeats the product, in whatever language."""
        product = self.product_id
        if text in (product.name, product.display_name):
            return True
        languages = [code for code, name in self.env["res.lang"].get_installed()]
        others = (product.with_context(lang=code) for code in languages if code != self.env.lang)
        return any(text in (other.name, other.display_name) for other in others)

    def _sop_quantity_text(self):
        """Return the quantity without zeros that say nothing."""
        quantity = self.product_uom_qty
        if quantity == int(quantity):
            return formatLang(self.env, quantity, digits=0)
        return formatLang(self.env, quantity, dp="Product Unit")
