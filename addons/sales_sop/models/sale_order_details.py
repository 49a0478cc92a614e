from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .sop_policy_term_order_type import FREE_TYPES

# Who speaks with the customer about a quotation.
SELLING_ROLES = (
    "sales_sop.group_salesperson",
    "sales_sop.group_sales_office",
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
)


class SaleOrder(models.Model):
    """What a quotation and an order have to state (A4, P8), and the customer's yes (P9)."""

    _inherit = "sale.order"

    sop_warranty = fields.Char(
        string="After-Sales and Warranty",
        default=lambda self: self.env._("twelve months from receipt"),
        help="What the quotation promises after the sale (P8).",
    )
    sop_customer_confirmed_on = fields.Date(
        string="Customer Confirmed on",
        readonly=True,
        copy=False,
        help="When the customer has said yes; finance is told then (P9).",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sop_customer_confirmed_on"}

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"sop_warranty"}

    def _approval_content(self, route_code):
        """What is promised after the sale is part of what is approved (P8, A3)."""
        return super()._approval_content(route_code) | {"warranty": self.sop_warranty or ""}

    def _sop_warranty_text(self):
        return self.sop_warranty or ""

    # -- complete details (A4, P8) -------------------------------------------------------------

    def _prepare_sop_contract_values(self):
        values = super()._prepare_sop_contract_values()
        self._sop_check_details(self.env["sop.policy.term"].browse(values["term_id"]))
        return values

    def _sop_check_details(self, term):
        """Name everything at once that the order lacks under ``term``."""
        sentences = self._sop_details_sentences(term)
        if sentences:
            raise UserError("\n".join(sentences))

    def _sop_details_sentences(self, term):
        """Return what the order lacks under ``term``, as sentences that name the remedy."""
        missing = self._sop_missing_details() if term.details_required else []
        if not missing:
            return []
        return [
            self.env._(
                "%(order)s cannot be submitted: it does not state %(missing)s. Complete the "
                "quotation or the customer's card (A4, P8).",
                order=self.name,
                missing=format_list(self.env, missing),
            )
        ]

    def _sop_missing_details(self):
        """Return the names of what the order does not state."""
        customer = self.partner_id.commercial_partner_id
        address = self.partner_shipping_id or self.partner_id
        people = self._sop_contact_people()
        phones = (people | customer | self.partner_id).mapped("phone")
        stated = {
            self.env._("a contact person of the customer"): people,
            self.env._("a phone number of the customer"): any(phones),
            self.env._("the delivery address with its city"): address.city
            and address._sop_has_street(),
            self.env._("the delivery date"): self.commitment_date,
            self.env._("how long the quotation is valid"): self.validity_date,
            self.env._("the payment terms"): self.payment_term_id,
            self.env._("after-sales and warranty"): (self.sop_warranty or "").strip(),
        }
        missing = [name for name, value in stated.items() if not value]
        return missing + self._sop_past_dates() + self._sop_missing_prices()

    def _sop_contact_people(self):
        """Return the customer's people; an address to deliver or invoice to is nobody (A4)."""
        customer = self.partner_id.commercial_partner_id
        cards = self.partner_id | customer.child_ids
        return cards.filtered(lambda card: not card.is_company and card.type == "contact")

    def _sop_past_dates(self):
        """Return which of the dates that the order states are over.

        An order that is entered later is judged by its own date.
        """
        company = self.company_id
        today = min(company._sop_today(), company._sop_day(self.date_order))
        past = []
        if self.commitment_date and company._sop_day(self.commitment_date) < today:
            past.append(self.env._("a delivery date that is not over"))
        if self.validity_date and self.validity_date < today:
            past.append(self.env._("a validity that is not over"))
        return past

    def _sop_missing_prices(self):
        """Name the goods whose price is left out; a gift has a type of its own, or 100 % off."""
        if self.sop_order_type in FREE_TYPES:
            return []
        products = self._sop_product_lines().filtered(lambda line: line._sop_lacks_price())
        return [
            self.env._("the price of %s", product.display_name) for product in products.product_id
        ]

    # -- the customer's yes (P9) ---------------------------------------------------------------

    def action_sop_customer_confirmed(self):
        """Record that the customer has accepted the approved quotation, and tell finance (P9)."""
        self.env.user._sop_require_role(
            self.env._("record that the customer has confirmed a quotation"), *SELLING_ROLES
        )
        for order in self:
            order.check_access("write")
            order._sop_check_customer_can_confirm()
            order.sudo()._sop_record_customer_confirmation()
        return True

    def _sop_check_customer_can_confirm(self):
        if not self._sop_is_governed() or not self._is_approved("application"):
            raise UserError(
                self.env._(
                    "%s is not approved, so the customer has not been offered it yet. Submit it "
                    "first.",
                    self.name,
                )
            )

    def _sop_record_customer_confirmation(self):
        if self.sop_customer_confirmed_on:
            return
        self.sop_customer_confirmed_on = self.company_id._sop_today()
        finance = self.env.ref("sales_sop.group_finance")._sop_holders(self.company_id)
        self.message_notify(
            subject=self.env._("The customer has confirmed %s", self.name),
            body=self.env._(
                "%(customer)s has confirmed %(order)s over %(amount)s.",
                customer=self.partner_id.display_name,
                order=self.name,
                amount=self.currency_id.format(self.amount_total),
            ),
            partner_ids=finance.partner_id.ids,
        )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("signed_on"):
            signed = self.sudo().filtered(
                lambda order: order._sop_is_governed() and order._is_approved("application")
            )
            for order in signed:
                order._sop_record_customer_confirmation()
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_lacks_price(self):
        """Whether goods that have a list price stand here without one (P8)."""
        self.ensure_one()
        is_priced_elsewhere = (
            self.product_type == "combo" or self.combo_item_id or self._sop_is_reward()
        )
        if self.price_unit or is_priced_elsewhere or not self.product_id.lst_price:
            return False
        return not self.order_id._sop_charged_freight(self)
