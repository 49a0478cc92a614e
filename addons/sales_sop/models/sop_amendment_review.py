from odoo import models
from odoo.tools import formatLang

from .wording import paragraph


class SopAmendment(models.Model):
    """What an amendment adds is reviewed like an order: stock (A2) and credit (C7)."""

    _inherit = "sop.amendment"

    def _approval_steps(self, route):
        steps = super()._approval_steps(route)
        for values in self._review_steps():
            self.order_id._sop_add_step(steps, {"stage": 1, **values})
        return steps

    def _review_steps(self):
        """Return the values of the steps that ask for what is added (A2, C7)."""
        steps = []
        asks = any((self.term_id | self.contract_id.term_id).mapped("stock_review"))
        shortage = self._shortage_text() if asks else ""
        if shortage:
            planner = self.env.ref("sales_sop.group_planner")
            steps.append({"group_id": planner.id, "reason": shortage, "rules": "A2"})
        if exposure := self._credit_exposure():
            sentence = self._credit_sentence(exposure)
            steps.append(self.order_id._sop_prepare_credit_step(exposure, sentence))
        return steps

    def _added_quantities(self):
        """Return ``{product: quantity}`` that the amendment adds, of kits their parts."""
        added = {}
        for line in self.line_ids.filtered("product_id"):
            product = line.product_id
            quantity = line._quantity_in("", product)
            if not line._is_replaced():
                quantity -= line._quantity_in("old_", product)
            added[product] = added.get(product, 0.0) + quantity
        return self.env["product.product"]._sop_stock_needed(added, self.company_id)

    def _shortage_text(self):
        warehouse = self.order_id.warehouse_id
        sentences = []
        for product, added in self._added_quantities().items():
            free = product.with_context(warehouse_id=warehouse.id).free_qty
            if added > 0 and product.uom_id.compare(added, free) > 0:
                sentences.append(
                    self.env._(
                        "%(product)s: %(needed).12g are needed, %(free).12g are free in stock.",
                        product=product.display_name,
                        needed=added,
                        free=max(0.0, free),
                    )
                )
        return paragraph(self.env, sentences)

    def _credit_exposure(self):
        """Return what a larger total lets the customer owe above its credit limit; else 0 (C7)."""
        company, order = self.company_id, self.order_id
        customer = order._sop_credit_customer()
        grows = self.currency_id.compare_amounts(self.amount_new, order.amount_total) > 0
        if not company.account_use_credit_limit or customer.credit_limit <= 0 or not grows:
            return 0.0
        exposure = order._sop_exposure(customer, self._new_contract_total())
        is_over = company.currency_id.compare_amounts(exposure, customer.credit_limit) > 0
        return exposure if is_over else 0.0

    def _credit_sentence(self, exposure):
        customer, currency = self.order_id._sop_credit_customer(), self.company_id.currency_id
        return self.env._(
            "%(customer)s would owe %(exposure)s with this amendment; the credit limit is "
            "%(limit)s.",
            customer=customer.display_name,
            exposure=formatLang(self.env, exposure, currency_obj=currency),
            limit=formatLang(self.env, customer.credit_limit, currency_obj=currency),
        )


class SopAmendmentLine(models.Model):
    _inherit = "sop.amendment.line"

    def _quantity_in(self, side, product):
        """Return the quantity of one side, in the product's unit."""
        unit = self[f"{side}product_uom_id"]
        if not unit or (not side and self.removed):
            return 0.0
        return unit._compute_quantity(self[f"{side}quantity"], product.uom_id)
