from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr

# Odoo does not round unit prices; six decimals tell every real difference apart.
CONTENT_DIGITS = 6
CONTENT_FIELDS = frozenset(
    {
        "order_id",
        "product_id",
        "product_uom_qty",
        "product_uom_id",
        "price_unit",
        "discount",
        "tax_ids",
        "display_type",
        "is_downpayment",
        "is_expense",
        "product_no_variant_attribute_value_ids",
    }
)


# What a line has from its order, and what is invoiced of it.
COMPUTED_FIELDS = frozenset(
    {
        "company_id",
        "currency_id",
        "order_partner_id",
        "salesman_id",
        "state",
        "qty_invoiced",
        "untaxed_amount_invoiced",
    }
)


class SaleOrderLine(models.Model):
    """Agreed lines do not change (A3); only what the customer accepted is invoiced (D3)."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "sop.protected.mixin"]

    qty_accepted = fields.Float(
        string="Accepted",
        digits="Product Unit",
        compute="_compute_qty_accepted",
        store=True,
        copy=False,
        help="Quantity the customer accepted by the signed proofs of delivery, without what came "
        "back, in the unit of the order line (D3).",
    )

    sop_by_receipt = fields.Boolean(
        string="Invoiced by Receipt",
        readonly=True,
        copy=False,
        help="The goods are invoiced by the quantity the customer accepted (D3). Fixed at "
        "submission, so that changing the product later opens no gate.",
    )

    @api.model
    def _sop_protected_fields(self):
        # Prices are judged by the amounts that Odoo computes; by RPC they could be written (P3).
        amounts = {
            "price_subtotal",
            "price_tax",
            "price_total",
            "price_reduce_taxexcl",
            "price_reduce_taxinc",
        }
        return (
            super()._sop_protected_fields()
            | amounts
            | {
                "qty_accepted",
                "qty_delivered_method",
                "sop_by_receipt",
            }
        )

    def _sop_computed_fields(self):
        return super()._sop_computed_fields() | COMPUTED_FIELDS

    def _sop_freeze_receipt(self):
        """Fix which of these lines are invoiced by what the customer accepted (D3).

        All goods are, whatever their invoicing policy: "ordered quantities" is only what Odoo
        gives a new product that nobody has thought about.
        """
        self.filtered("sop_by_receipt").sop_by_receipt = False
        # A quotation older than the installation of stock still counts its goods by hand.
        self.env.add_to_compute(self._fields["qty_delivered_method"], self)
        for line in self:
            line.sop_by_receipt = line.qty_delivered_method == "stock_move"

    def _sop_freeze_goods(self):
        """What was submitted as a service and is goods by now is invoiced by its receipt, too."""
        self.filtered(
            lambda line: (
                line.product_id.type == "consu"
                and not line.is_expense
                and line.qty_delivered_method != "stock_move"
            )
        )._sop_freeze_receipt()

    def _compute_qty_delivered_method(self):
        """What was submitted as goods is counted by its moves, whatever its product becomes (D3).

        As a service, the salesperson would write how much was delivered.
        """
        goods = self.filtered(lambda line: line._origin.sop_by_receipt)
        goods = goods.filtered(lambda line: line.order_id._sop_is_governed())
        goods.qty_delivered_method = "stock_move"
        return super(SaleOrderLine, self - goods)._compute_qty_delivered_method()

    def _sop_is_sold(self):
        """Whether a line says what is sold though its quantity is zero (A3)."""
        return not (self.is_downpayment or self.is_expense or self._is_line_optional())

    def _sop_content(self):
        """What was agreed on this line, as text and ids that compare exactly."""
        self.ensure_one()
        content = [
            self.product_id.id or 0,
            float_repr(self.product_uom_qty, CONTENT_DIGITS),
            self.product_uom_id.id or 0,
            float_repr(self.price_unit, CONTENT_DIGITS),
            float_repr(self.discount, CONTENT_DIGITS),
            sorted(self.tax_ids.ids),
            # Both would take the line out of the gates.
            [self.is_downpayment, self.is_expense],
        ]
        options = self.product_no_variant_attribute_value_ids
        # A line without options keeps the content it had before they were told apart.
        return [*content, sorted(options.ids)] if options else content

    def _sop_order_excess_blockers(self, leaving):
        """Return ``[("D9", sentence)]`` when ``leaving`` brings the deliveries above the order.

        :param float leaving: quantity about to leave, in the line's unit
        """
        self.ensure_one()
        total = self.qty_delivered + leaving
        if self.product_uom_id.compare(total, self.product_uom_qty) <= 0:
            return []
        sentence = self.env._(
            "%(order)s, %(product)s: %(ordered).12g are ordered and %(delivered).12g have left; "
            "%(leaving).12g more would be too many. Reduce the quantity.",
            order=self.order_id.name,
            product=self.product_id.display_name,
            ordered=self.product_uom_qty,
            delivered=self.qty_delivered,
            leaving=leaving,
        )
        return [("D9", sentence)]

    def _sop_is_kit_with(self, bom):
        """Whether ``bom`` is the bill of materials of the ordered kit or of a kit within it."""
        self.ensure_one()
        templates = known = self.product_id.product_tmpl_id
        while templates and bom.product_tmpl_id not in known:
            kits = bom.search([("type", "=", "phantom"), ("product_tmpl_id", "in", templates.ids)])
            templates = kits.bom_line_ids.product_id.product_tmpl_id - known
            known |= templates
        return bool(bom) and bom.product_tmpl_id in known

    # -- as of today (D3, D9) ------------------------------------------------------------------

    def _sop_as_of_today(self):
        """Odoo takes the day of an accrual from the context, also for what is kept for ever."""
        context = dict(self.env.context)
        context.pop("accrual_entry_date", None)
        return self.with_env(self.env(context=context))

    def _compute_qty_delivered(self):
        return super(SaleOrderLine, self._sop_as_of_today())._compute_qty_delivered()

    def _compute_qty_invoiced(self):
        return super(SaleOrderLine, self._sop_as_of_today())._compute_qty_invoiced()

    def _compute_qty_invoiced_posted(self):
        return super(SaleOrderLine, self._sop_as_of_today())._compute_qty_invoiced_posted()

    def _get_invoice_lines(self):
        """What a vendor bills is not invoiced to the customer, whatever order it names."""
        lines = super()._get_invoice_lines()
        if not lines or not self.company_id._sop_is_governed():
            return lines
        return lines.filtered(lambda line: line.move_id.is_sale_document(include_receipts=True))

    # -- accepted quantity (D3) ----------------------------------------------------------------

    @api.depends("qty_delivered", "move_ids.qty_accepted", "move_ids.state")
    def _compute_qty_accepted(self):
        by_moves = self.filtered(
            lambda line: (
                line.qty_delivered_method == "stock_move" and line.order_id._sop_is_governed()
            )
        )
        for line in self - by_moves:
            line.qty_accepted = line.qty_delivered
        # Of a long delivery, products and what came back are read at once and not line by line.
        moves = by_moves.move_ids
        moves.product_id.mapped("uom_id")
        moves.returned_move_ids.mapped("state")
        for line in by_moves:
            line.qty_accepted = min(line._accepted_by_moves(), line.qty_delivered)

    def _accepted_by_moves(self):
        """Return the accepted quantity that stayed with the customer, in the line's unit."""
        done = self.move_ids.filtered(lambda move: move.state == "done")
        opening = self.opening_qty_accepted
        if not opening and not any(done.mapped("qty_accepted")):
            return 0.0
        moves = done.filtered(lambda move: move._sop_is_customer_bound())
        if moves.product_id - self.product_id:
            return self._sop_accepted_kits()
        accepted = sum(move._sop_accepted_and_kept() for move in moves)
        for move in (done - moves).filtered(lambda move: move.product_id == self.product_id):
            if move.location_id.usage == "customer" and not move.origin_returned_move_id:
                accepted -= move._sop_product_quantity()
        accepted += self.product_uom_id._compute_quantity(
            opening, self.product_id.uom_id, round=False
        )
        # Goods can also come back without reference to the delivery they left with.
        return self.product_id.uom_id._compute_quantity(
            max(0.0, accepted), self.product_uom_id, rounding_method="HALF-UP"
        )

    def _sop_waits_for_receipt(self):
        """Whether the line is invoiced by what the customer accepted, not by what left (D3)."""
        self.ensure_one()
        return self.sop_by_receipt and self.order_id._sop_is_governed()

    def _qty_not_accepted(self):
        """Quantity that Odoo would invoice and nobody has accepted yet, only of lines with one."""
        return {
            line: line._sop_qty_by_policy() - line.qty_accepted
            for line in self
            if line.state == "sale"
            and line._sop_qty_by_policy() != line.qty_accepted
            and line._sop_waits_for_receipt()
        }

    def _sop_qty_by_policy(self):
        """The quantity that is invoiced by the product's invoicing policy."""
        self.ensure_one()
        by_delivery = self.product_id.invoice_policy == "delivery"
        return self.qty_delivered if by_delivery else self.product_uom_qty

    @api.depends("qty_accepted")
    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        for line in self._qty_not_accepted():
            line.qty_to_invoice = line.qty_accepted - line.qty_invoiced
        return result

    @api.depends("qty_accepted")
    def _compute_untaxed_amount_to_invoice(self):
        result = super()._compute_untaxed_amount_to_invoice()
        for line, quantity in self._qty_not_accepted().items():
            line.untaxed_amount_to_invoice -= line._untaxed_amount_of(quantity)
        return result

    def _untaxed_amount_of(self, quantity):
        price = self.price_unit * (1 - (self.discount or 0.0) / 100)
        if not any(self.tax_ids.mapped("price_include")):
            return price * quantity
        return self.tax_ids.compute_all(
            price,
            currency=self.currency_id,
            quantity=quantity,
            product=self.product_id,
            partner=self.order_id.partner_shipping_id,
        )["total_excluded"]

    @api.depends("qty_accepted")
    def _compute_amount_to_invoice(self):
        result = super()._compute_amount_to_invoice()
        for line, quantity in self._qty_not_accepted().items():
            if line.product_uom_qty:
                line.amount_to_invoice -= line.price_total / line.product_uom_qty * quantity
        return result

    # -- hooks ---------------------------------------------------------------------------------

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # Whoever looks for the lines of an order reads them next: one query for both.
        names = None if field_names == ["order_id"] else field_names
        return super().search_fetch(domain, names, offset=offset, limit=limit, order=order)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if any(vals.get("invoice_lines") for vals in vals_list):
            lines.filtered("invoice_lines")._sop_check_invoice_lines()
        lines.order_id._sop_check_content()
        return lines

    def write(self, vals):
        # Before Odoo compares them with what is delivered.
        self._sop_check_numbers(vals)
        # A form sends an empty list when nothing has changed; False would clear the links.
        if vals.get("invoice_lines", []) != []:
            self.check_access("write")
            self._sop_check_invoice_lines()
        if "qty_delivered" in vals:
            self.check_access("write")
            self._sop_check_qty_delivered()
        orders = self.order_id
        result = super().write(vals)
        if not CONTENT_FIELDS.isdisjoint(vals):
            (orders | self.order_id)._sop_check_content()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders.exists()._sop_check_content()
        return result

    def _sop_check_invoice_lines(self):
        """The invoice says which order it is for; from the order the link is not changed (C1)."""
        if self.env.su:
            return
        for order in self.order_id:
            if order.company_id._sop_is_governed():
                raise UserError(
                    self.env._(
                        "%s: which invoice lines belong to the order is said on the invoice.",
                        order.name,
                    )
                )

    def _sop_check_qty_delivered(self):
        """Goods are delivered by the warehouse; the number follows from the moves (D3)."""
        for line in self:
            by_moves = line.qty_delivered_method == "stock_move" and not self.env.su
            if by_moves and line.order_id._sop_is_governed():
                raise UserError(
                    self.env._(
                        "%(order)s, %(product)s: the delivered quantity follows from the "
                        "deliveries and cannot be written. Validate the delivery instead.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                    )
                )
