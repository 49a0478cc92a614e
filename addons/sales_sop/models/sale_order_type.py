from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .sop_policy_term_order_type import FREE_TYPES, GOODS, ORDER_TYPES


class SaleOrder(models.Model):
    """Everyday types of order; the policy's term for the type says which gates apply (P5)."""

    _inherit = "sale.order"

    sop_order_type = fields.Selection(
        ORDER_TYPES,
        string="Type of Order",
        default="sale",
        required=True,
        help="The sales policy has its own terms for sales over the counter, free goods, samples, "
        "warranty replacements, services and goods that the customer collects (P5).",
    )

    @api.depends("sop_order_type", "sop_origin_order_id")
    def _compute_sop_application_state(self):
        return super()._compute_sop_application_state()

    def _sop_judged_type(self):
        """Return the type that the order is judged as (P5).

        The freedoms of a type are for what it is made for: with a price on a line, free goods
        are a sale; so is a service with goods, and a pick-up without any.
        """
        self.ensure_one()
        lines = self._sop_product_lines()
        if self.sop_order_type in FREE_TYPES and any(line._sop_is_priced() for line in lines):
            return "sale"
        return self.env["sop.policy.term"]._type_of_goods(self.sop_order_type, lines.product_id)

    def _prepare_sop_contract_values(self):
        values = super()._prepare_sop_contract_values()
        term = self.env["sop.policy.term"].browse(values["term_id"])
        order_type = self._sop_judged_type()
        return values | {
            "order_type": order_type,
            "warranty_months": term.warranty_months if order_type == "warranty" else 0,
            "claimed_on": self.company_id._sop_today() if order_type == "warranty" else False,
        }

    def _sop_frozen_terms(self, term):
        return super()._sop_frozen_terms(term) | {"delivery_approval": term.delivery_approval}

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"sop_order_type", "sop_origin_order_id"}

    def _approval_content(self, route_code):
        content = super()._approval_content(route_code)
        # A plain sale keeps the content it had before there were types.
        if self.sop_order_type != "sale":
            content["order_type"] = self.sop_order_type
        if self.sop_order_type == "warranty":
            content["origin_order"] = self.sop_origin_order_id.id
        return content

    def _check_submission(self, route_code):
        result = super()._check_submission(route_code)
        lines = self._sop_product_lines()
        if self.sop_order_type in FREE_TYPES and any(line.product_uom_qty <= 0 for line in lines):
            raise UserError(
                self.env._(
                    "%s gives goods away: every quantity has to be above zero. Take goods back "
                    "with a return.",
                    self.name,
                )
            )
        return result

    def _after_submission(self, approval):
        result = super()._after_submission(approval)
        if self.sop_contract_id.order_type != self.sop_order_type:
            self._note_approval(
                self.env._(
                    "%(order)s is judged as a sale: it has lines that the type %(type)s is not "
                    "made for.",
                    order=self.name,
                    type=self.env["sop.policy.term"]._order_type_label(self.sop_order_type),
                )
            )
        return result

    # -- free goods and samples ----------------------------------------------------------------

    def _approval_step_reason(self, route_step):
        """Free goods of more than the term's value go to the general manager too (P3)."""
        reason = super()._approval_step_reason(route_step)
        if reason:
            return reason
        data = self.env["ir.model.data"]
        if route_step.group_id.id == data._xmlid_to_res_id("sales_sop.group_general_manager"):
            return self._sop_free_value_sentence() or reason
        return reason

    def _sop_free_value_sentence(self):
        """Say that the goods are worth more than may be given away; False when they are not."""
        contract = self.sop_contract_id
        if contract.order_type not in ("free", "sample"):
            return False
        currency = self.company_id.currency_id
        value = currency.round(sum(line._sop_list_value() for line in self._sop_product_lines()))
        limit = contract.term_id.max_free_value
        if currency.compare_amounts(value, limit) <= 0:
            return False
        return self.env._(
            "The goods are worth %(value)s at list price; up to %(limit)s may be given away "
            "without the general manager.",
            value=formatLang(self.env, value, currency_obj=currency),
            limit=formatLang(self.env, limit, currency_obj=currency),
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_is_priced(self):
        """Whether the customer owes something for the line."""
        self.ensure_one()
        return not self.currency_id.is_zero(self.price_total)

    def _sop_is_goods(self):
        self.ensure_one()
        return self.product_id.type in GOODS

    def _sop_list_value(self):
        """Return what the line is worth, untaxed, in the company's currency.

        At list price, or at cost where the product has no list price.
        """
        self.ensure_one()
        company = self.order_id.company_id
        product = self.product_id.with_company(company)
        quantity = self.product_uom_id._compute_quantity(self.product_uom_qty, product.uom_id)
        price = product._sop_list_price(company.currency_id, company, company._sop_today())
        return quantity * (price or product.standard_price)

    @api.depends("order_id.sop_contract_id.order_type", "order_id.amount_total")
    def _compute_invoice_status(self):
        """What is free needs no invoice."""
        result = super()._compute_invoice_status()
        for line in self:
            order = line.order_id
            is_free = order.sudo().sop_contract_id.order_type in FREE_TYPES
            if is_free and line.state == "sale" and not order.amount_total:
                line.invoice_status = "no"
        return result
