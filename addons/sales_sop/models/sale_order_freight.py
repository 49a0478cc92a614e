from odoo import api, models


class SaleOrder(models.Model):
    """Real freight added to an approved order is no change of what was agreed (A3)."""

    _inherit = "sale.order"

    def _sop_product_lines(self):
        lines = super()._sop_product_lines()
        freight = self._sop_freight_lines(lines)
        return (lines - freight).with_prefetch(lines._prefetch_ids) if freight else lines

    def _sop_freight_lines(self, lines):
        """Return the freight among ``lines`` that stays within the policy's tolerance.

        The mark ``is_delivery`` can be written by anybody, so the product has to be a carrier's
        and the price must not be negative; above the tolerance all freight is content.
        """
        freight = self._sop_charged_freight(lines)
        if not freight:
            return freight
        goods = sum((lines - freight).mapped("price_subtotal"))
        allowed = goods * self._sop_freight_tolerance() / 100
        total = sum(freight.mapped("price_subtotal"))
        within = self.currency_id.compare_amounts(total, allowed) <= 0
        return freight if within else freight.browse()

    @api.model
    def _sop_charged_freight(self, lines):
        """Return the real freight among ``lines``, whatever it comes to."""
        freight = lines.browse()
        if "is_delivery" in lines._fields:
            freight = lines.filtered(lambda line: line.is_delivery and line._sop_is_charge())
        if not freight:
            return freight
        carriers = self.env["delivery.carrier"].sudo().with_context(active_test=False)
        known = carriers.search([("product_id", "in", freight.product_id.ids)]).product_id
        return freight.filtered(lambda line: line.product_id in known)

    def _sop_freight_tolerance(self):
        policy = self.sudo().sop_contract_id.policy_id or self.env["sop.policy"]._in_force(
            self.company_id, self.company_id._sop_today()
        )
        return policy.freight_tolerance


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_is_charge(self):
        """Whether the line can only raise the total; anything else would be a discount."""
        self.ensure_one()
        return self.price_unit >= 0 and self.product_uom_qty > 0 and 0 <= self.discount <= 100
