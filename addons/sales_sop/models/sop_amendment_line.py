from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_repr

from .sop_amendment import EDITABLE_STATES, LINE_FIELDS

DIGITS = 6


class SopAmendmentLine(models.Model):
    """One line of the order as it is and as it shall be; a line without an old side is new."""

    _name = "sop.amendment.line"
    _description = "Contract Amendment Line"
    _inherit = ["sop.protected.mixin"]
    _order = "amendment_id, sequence, id"
    _check_company_auto = True

    amendment_id = fields.Many2one("sop.amendment", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=1000)
    company_id = fields.Many2one(related="amendment_id.company_id")
    currency_id = fields.Many2one(related="amendment_id.currency_id")
    amendment_state = fields.Selection(related="amendment_id.state")
    order_line_id = fields.Many2one(
        "sale.order.line", readonly=True, ondelete="set null", index="btree_not_null"
    )
    product_id = fields.Many2one(
        "product.product", required=True, check_company=True, ondelete="restrict"
    )
    quantity = fields.Float(string="New Quantity", digits="Product Unit", default=1.0)
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
    )
    price_unit = fields.Float(
        string="New Price",
        min_display_digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
    )
    discount = fields.Float(string="New Discount (%)", digits="Discount")
    tax_ids = fields.Many2many(
        "account.tax",
        string="New Taxes",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        check_company=True,
        domain=[("type_tax_use", "=", "sale")],
        context={"active_test": False},
    )
    removed = fields.Boolean(help="The line shall not be part of the order any more.")
    old_product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    old_quantity = fields.Float(digits="Product Unit", readonly=True)
    old_product_uom_id = fields.Many2one(
        "uom.uom", string="Old Unit", readonly=True, ondelete="restrict"
    )
    old_price_unit = fields.Float(
        string="Old Price", min_display_digits="Product Price", readonly=True
    )
    old_discount = fields.Float(string="Old Discount (%)", digits="Discount", readonly=True)
    old_tax_ids = fields.Many2many(
        "account.tax",
        "sop_amendment_line_old_tax_rel",
        string="Old Taxes",
        readonly=True,
        context={"active_test": False},
    )
    old_subtotal = fields.Monetary(string="Old Amount", readonly=True)
    old_total = fields.Monetary(string="Old Amount with Tax", readonly=True)
    price_subtotal = fields.Monetary(
        string="New Amount", compute="_compute_amounts", compute_sudo=True, store=True
    )
    price_total = fields.Monetary(
        string="New Amount with Tax", compute="_compute_amounts", compute_sudo=True, store=True
    )
    change = fields.Selection(
        [
            ("same", "Unchanged"),
            ("changed", "Changed"),
            ("new", "Added"),
            ("removed", "Removed"),
        ],
        compute="_compute_change",
        store=True,
    )

    @api.model
    def _sop_protected_fields(self):
        old = {f"old_{name}" for name in LINE_FIELDS}
        amounts = {"old_subtotal", "old_total", "price_subtotal", "price_total"}
        return super()._sop_protected_fields() | {"order_line_id", "change", *old, *amounts}

    # -- computed ------------------------------------------------------------------------------

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self.filtered(lambda line: line._takes_defaults()):
            line.product_uom_id = line.product_id.uom_id

    @api.depends("product_id", "product_uom_id")
    def _compute_price_unit(self):
        for line in self.filtered(lambda line: line._takes_defaults()):
            line.price_unit = line._pricelist_price()

    @api.depends("product_id")
    def _compute_tax_ids(self):
        for line in self.filtered(lambda line: line._takes_defaults()):
            order = line.amendment_id.order_id
            taxes = line.product_id.taxes_id._filter_taxes_by_company(order.company_id)
            line.tax_ids = order.fiscal_position_id.map_tax(taxes)

    def _takes_defaults(self):
        """A new product brings its unit, price and taxes; a line of the order keeps its own."""
        self.ensure_one()
        return bool(self.product_id) and self.product_id != self.old_product_id

    def _pricelist_price(self):
        order = self.amendment_id.order_id
        product = self.product_id.with_company(order.company_id)
        price = order.pricelist_id._get_product_price(
            product,
            quantity=self.quantity or 1.0,
            uom=self.product_uom_id,
            currency=order.currency_id,
            date=order.date_order,
        )
        return product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.taxes_id._filter_taxes_by_company(order.company_id),
            fiscal_position=order.fiscal_position_id,
        )

    @api.depends(
        "product_id",
        "quantity",
        "product_uom_id",
        "price_unit",
        "discount",
        "tax_ids",
        "removed",
    )
    def _compute_amounts(self):
        tax = self.env["account.tax"]
        for line in self:
            subtotal = total = 0.0
            order = line.amendment_id.order_id
            if order and not line.removed:
                base_line = line._base_line()
                tax._add_tax_details_in_base_line(base_line, order.company_id)
                tax._round_base_lines_tax_details([base_line], order.company_id)
                subtotal = base_line["tax_details"]["total_excluded_currency"]
                total = base_line["tax_details"]["total_included_currency"]
            line.price_subtotal, line.price_total = subtotal, total

    @api.depends(*LINE_FIELDS, *(f"old_{name}" for name in LINE_FIELDS), "removed")
    def _compute_change(self):
        for line in self:
            if not line.old_product_id:
                line.change = "new"
            elif line.removed:
                line.change = "removed"
            else:
                line.change = "changed" if line._changed_fields() else "same"

    def _base_line(self):
        """Return the new side for Odoo's tax computation."""
        order = self.amendment_id.order_id
        values = {
            "product_id": self.product_id,
            "product_uom_id": self.product_uom_id,
            "tax_ids": self.tax_ids,
            "price_unit": self.price_unit,
            "quantity": self.quantity,
            "discount": self.discount,
        }
        if self.order_line_id:
            return self.order_line_id._prepare_base_line_for_taxes_computation(**values)
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            partner_id=order.partner_id,
            currency_id=order.currency_id,
            rate=order.currency_rate,
            name=self.product_id.display_name,
            **values,
        )

    # -- what changes --------------------------------------------------------------------------

    @staticmethod
    def _comparable(value):
        """Text and ids that compare exactly."""
        if isinstance(value, models.BaseModel):
            return sorted(value._origin.ids or value.ids)
        return float_repr(value or 0.0, DIGITS)

    def _changed_fields(self):
        """Return the names of the fields whose new value is not the old one."""
        self.ensure_one()
        return [
            name
            for name in LINE_FIELDS
            if self._comparable(self[name]) != self._comparable(self[f"old_{name}"])
        ]

    def _is_replaced(self):
        """Whether another product takes the place of the old one."""
        self.ensure_one()
        return bool(self.old_product_id) and self.product_id != self.old_product_id

    def _content(self):
        """The line as the approval keeps it."""
        self.ensure_one()
        return [
            self.order_line_id.id or 0,
            self.removed,
            [self._comparable(self[name]) for name in LINE_FIELDS],
        ]

    # -- the old side --------------------------------------------------------------------------

    @api.model
    def _prepare_old(self, order_line):
        """Return the values of the old side."""
        values = {
            f"old_{name}": order_line._fields[origin].convert_to_write(
                order_line[origin], order_line
            )
            for name, origin in LINE_FIELDS.items()
        }
        return values | {
            "old_subtotal": order_line.price_subtotal,
            "old_total": order_line.price_total,
        }

    @api.model
    def _prepare_prefilled(self, amendment, order_line):
        """Return the values of a line whose new side is the old one."""
        old = self._prepare_old(order_line)
        return {
            "amendment_id": amendment.id,
            "order_line_id": order_line.id,
            "sequence": order_line.sequence,
            **old,
            **{name: old[f"old_{name}"] for name in LINE_FIELDS},
        }

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines.amendment_id._check_editable()
        return lines

    def write(self, vals):
        if not self.env.su:
            self.amendment_id._check_editable()
            if "amendment_id" in vals and self.amendment_id.ids != [vals["amendment_id"]]:
                raise AccessError(
                    self.env._("A line stays in its amendment. Add the product to the other one.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_added_here(self):
        if self.env.su:
            return
        self.amendment_id._check_editable()
        for line in self.filtered("old_product_id"):
            raise UserError(
                self.env._(
                    "%(product)s is part of what was agreed. Mark the line of %(amendment)s as "
                    "removed instead of deleting it.",
                    product=line.old_product_id.display_name,
                    amendment=line.amendment_id.display_name,
                )
            )

    def action_remove(self):
        """Take a new line out again, or mark a line of the order as removed, or not."""
        for line in self:
            if line.amendment_state not in EDITABLE_STATES or line.old_product_id:
                line.removed = not line.removed
            else:
                line.unlink()
        return True
