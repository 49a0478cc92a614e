from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import formatLang

from .wording import address_line, clauses, enumerated


class SaleOrder(models.Model):
    """The printed quotation (P8) and the printed contract application (A1)."""

    _inherit = "sale.order"

    # -- quotation -----------------------------------------------------------------------------

    def _sop_watermark(self):
        """Return what a quotation is marked with until it is approved (A1); else False."""
        self.ensure_one()
        order = self.sudo()
        if order._sop_is_offered():
            return False
        return self.env._("NOT APPROVED")

    def _sop_watermark_html(self):
        return self.env["sop.paper"]._watermark(self._sop_watermark())

    def _sop_offer_terms(self):
        """Return ``[(label, value)]``: validity, delivery, payment, warranty (P8)."""
        self.ensure_one()
        if not self.sudo()._sop_is_governed():
            return []
        terms = self.sudo()._sop_terms()
        validity = self.env["sop.paper"]._date(self.validity_date)
        return [row for row in ((self.env._("Valid until"), validity), *terms) if row[1]]

    def _sop_terms(self):
        """Return ``[(label, value)]`` of what was agreed beside goods and prices."""
        contract = self.sop_contract_id.with_env(self.env)
        return [
            (self.env._("Delivery terms"), self._sop_delivery_text()),
            (self.env._("Payment terms"), self._sop_payment_text(contract)),
            (self.env._("After-sales and warranty"), self._sop_warranty_text()),
        ]

    def _sop_delivery_text(self):
        contract = self.env["sop.contract"]
        place = contract._text_address(self.partner_shipping_id)
        return address_line(self.env, [contract._text_date(self) or "", place])

    def _sop_payment_text(self, contract):
        parts = [self.payment_term_id.name]
        names = ("prepayment_percent", "first_payment_percent")
        texts = (
            self.env._("%s %% before the goods are dispatched"),
            self.env._("%s %% before installation"),
        )
        for name, text in zip(names, texts, strict=True):
            if contract and contract[name]:
                parts.append(text % f"{contract[name]:.12g}")
        return clauses(self.env, parts)

    # -- application ---------------------------------------------------------------------------

    def _sop_application_paper(self):
        """Return what the contract application prints, in the reader's language (A1)."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._(
                    "The application of %s, with what was said about it, stays in the company.",
                    self.name,
                )
            )
        order, paper = self.sudo(), self.env["sop.paper"]
        approval = order._approval_for("application")
        states = dict(self._fields["sop_application_state"]._description_selection(self.env))
        contract = order.sop_contract_id
        return {
            "company_lines": paper._company_lines(order.company_id),
            "status": states[order._approval_state("application")],
            "watermark": self._sop_watermark_html(),
            "facts": [
                (self.env._("Contract number"), contract.number or ""),
                (self.env._("Order"), order.name),
                (self.env._("Customer"), order.partner_id.commercial_partner_id.name),
                (self.env._("Contact"), order.partner_id.name),
                (self.env._("Phone"), order.partner_id.phone or ""),
                (self.env._("Address"), contract._text_address(order.partner_id)),
                (self.env._("Salesperson"), order.user_id.name or ""),
                (self.env._("Kind of sale"), self._sop_mode_label()),
                (self.env._("Submitted by"), approval.requested_by_id.name or ""),
                (self.env._("Submitted on"), paper._datetime(approval.requested_on)),
            ],
            "lines": [line._sop_paper_row() for line in order._sop_product_lines()],
            "amounts": self._sop_amounts(),
            "terms": [row for row in order._sop_terms() if row[1]],
            "note": order.note,
            "approvals": paper._approval_rows(approval),
        }

    def _sop_mode_label(self):
        return dict(self._fields["sop_sales_mode"]._description_selection(self.env))[
            self.sop_sales_mode
        ]

    def _sop_amounts(self):
        def money(amount):
            return formatLang(self.env, amount, currency_obj=self.currency_id)

        return [
            (self.env._("Amount without tax"), money(self.amount_untaxed)),
            (self.env._("Tax"), money(self.amount_tax)),
            (self.env._("Total, tax included"), money(self.amount_total)),
            (self.env._("In words"), self.currency_id._sop_amount_in_words(self.amount_total)),
        ]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_paper_row(self):
        """Return the line as the papers print it."""
        digits = self.currency_id.decimal_places
        return {
            "product": self.product_id.name or self.name,
            "specification": self._sop_specification(),
            "unit": self.product_uom_id.name or "",
            "quantity": self._sop_quantity_text(),
            "price": formatLang(self.env, self.price_unit, digits=digits),
            "discount": f"{self.discount:.12g} %" if self.discount else "",
            "tax": enumerated(self.env, self.tax_ids.mapped("name")),
            "amount": formatLang(self.env, self.price_subtotal, digits=digits),
        }
