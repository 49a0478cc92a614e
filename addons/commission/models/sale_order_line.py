from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Facts of the line that commission rests on, as they were when the product was chosen."""

    _inherit = "sale.order.line"

    commission_categ_path = fields.Char(
        string="Categories for Commission",
        compute="_compute_commission_categ_path",
        store=True,
        precompute=True,
        help="The product's category and those above it when it was ordered, by their numbers. A "
        "product or a category that is moved later changes no commission.",
    )
    commission_unit_cost = fields.Float(
        string="Cost for Commission",
        compute="_compute_commission_unit_cost",
        store=True,
        precompute=True,
        min_display_digits="Product Price",
        groups="base.group_user",
        help="Cost of one unit of the line when the product was chosen, in the currency of the "
        "order. Nobody can write it: margins of commission rest on it.",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"commission_categ_path", "commission_unit_cost"}

    # Not on the category: what was agreed stays.
    @api.depends("product_id")
    def _compute_commission_categ_path(self):
        for line in self:
            line.commission_categ_path = line.product_id.categ_id.parent_path

    @api.depends("product_id", "company_id", "currency_id", "product_uom_id")
    def _compute_commission_unit_cost(self):
        for line in self:
            product = line.product_id.with_company(line.company_id)
            if not product:
                line.commission_unit_cost = 0.0
                continue
            cost = product.uom_id._compute_price(product.standard_price, line.product_uom_id)
            company = line.company_id or self.env.company
            # Not at the order's date: who earns by the margin writes it.
            line.commission_unit_cost = product.cost_currency_id._convert(
                cost,
                line.currency_id or product.cost_currency_id,
                company,
                company._sop_today(),
                round=False,
            )
