from odoo import api, fields, models
from odoo.exceptions import UserError

OPENING_FIELDS = ("opening_qty_delivered", "opening_qty_accepted", "opening_qty_invoiced")
# What the opening figures are figures of.
IDENTITY_FIELDS = ("order_id", "product_id", "product_uom_id")


class SaleOrderLine(models.Model):
    """What was delivered, accepted and invoiced before the go-live counts with what comes after.

    The three quantities are written when an opening contract is taken over, by nobody else.
    """

    _inherit = "sale.order.line"

    opening_qty_delivered = fields.Float(
        string="Delivered Before Go-live", digits="Product Unit", readonly=True, copy=False
    )
    opening_qty_accepted = fields.Float(
        string="Accepted Before Go-live", digits="Product Unit", readonly=True, copy=False
    )
    opening_qty_invoiced = fields.Float(
        string="Invoiced Before Go-live", digits="Product Unit", readonly=True, copy=False
    )

    @api.model
    def _sop_opening_fields(self):
        return OPENING_FIELDS

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | set(OPENING_FIELDS)

    def write(self, vals):
        if not set(IDENTITY_FIELDS).isdisjoint(vals):
            self._sop_check_opening_identity(vals)
        return super().write(vals)

    def _sop_check_opening_identity(self, vals):
        """What was accepted of one thing is not accepted of another, also by an amendment."""
        for line in self.sudo():
            changed = any(line[name].id != vals[name] for name in IDENTITY_FIELDS if name in vals)
            if changed and any(line[name] for name in OPENING_FIELDS):
                raise UserError(
                    self.env._(
                        "%(order)s, %(product)s carries figures from before the go-live: order, "
                        "product and unit of the line cannot change. Add a line instead.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                    )
                )

    # -- delivered and accepted ----------------------------------------------------------------

    @api.depends("opening_qty_delivered")
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        delivered = super()._prepare_qty_delivered()
        for line in self:
            # What is counted by hand has its opening figure in the count already.
            if line.opening_qty_delivered and line.qty_delivered_method != "manual":
                delivered[line] += line.opening_qty_delivered
        return delivered

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        """Nothing is delivered a second time."""
        quantity = super()._get_qty_procurement(previous_product_uom_qty)
        return quantity + self.opening_qty_delivered

    @api.depends("opening_qty_accepted")
    def _compute_qty_accepted(self):
        return super()._compute_qty_accepted()

    # -- invoiced ------------------------------------------------------------------------------

    @api.depends("opening_qty_invoiced")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        invoiced = super()._prepare_qty_invoiced()
        for line in self.filtered("opening_qty_invoiced"):
            invoiced[line] += line.opening_qty_invoiced
        return invoiced

    @api.depends("opening_qty_invoiced")
    def _compute_qty_invoiced_posted(self):
        result = super()._compute_qty_invoiced_posted()
        for line in self.filtered("opening_qty_invoiced"):
            line.qty_invoiced_posted += line.opening_qty_invoiced
        return result

    @api.depends("opening_qty_invoiced", "price_total", "product_uom_qty")
    def _compute_amount_invoiced(self):
        result = super()._compute_amount_invoiced()
        for line in self.filtered("opening_qty_invoiced"):
            line.amount_invoiced += line._opening_share(line.price_total)
        return result

    @api.depends("opening_qty_invoiced", "price_subtotal", "product_uom_qty")
    def _compute_untaxed_amount_invoiced(self):
        result = super()._compute_untaxed_amount_invoiced()
        for line in self.filtered("opening_qty_invoiced"):
            line.untaxed_amount_invoiced += line._opening_share(line.price_subtotal)
        return result

    @api.depends("opening_qty_invoiced")
    def _compute_untaxed_amount_to_invoice(self):
        result = super()._compute_untaxed_amount_to_invoice()
        for line in self.filtered("opening_qty_invoiced"):
            invoices = line._get_invoice_lines()
            if any(invoice.discount != line.discount for invoice in invoices):
                # Then Odoo adds up the invoices' lines and knows of nothing else.
                line.untaxed_amount_to_invoice -= line._opening_share(line.price_subtotal)
        return result

    def _opening_share(self, amount):
        """Return the part of the line's ``amount`` that was invoiced before the go-live."""
        if not self.product_uom_qty:
            return 0.0
        return amount * self.opening_qty_invoiced / self.product_uom_qty
