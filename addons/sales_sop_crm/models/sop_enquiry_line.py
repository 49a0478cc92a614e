from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_list


class SopEnquiryLine(models.Model):
    """One thing that a customer asks for, how much of it and until when (A5)."""

    _name = "sop.enquiry.line"
    _description = "Enquiry Line"
    _order = "lead_id, sequence, id"
    _rec_names_search = ["product_id", "product_categ_id", "name"]
    _check_company_auto = True

    lead_id = fields.Many2one(
        "crm.lead", string="Enquiry", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="lead_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True)]",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    product_categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        compute="_compute_product_categ_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="What kind of product is asked for while the product itself is not known yet.",
    )
    name = fields.Char(
        string="Description",
        help="What the customer asks for in their own words, as long as no product is known.",
    )
    quantity = fields.Float(digits="Product Unit")
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    date_wanted = fields.Date(string="Wanted On", help="When the customer would like to have it.")

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "An enquiry cannot ask for less than nothing."
    )

    @api.depends("product_id")
    def _compute_product_categ_id(self):
        for line in self:
            line.product_categ_id = line.product_id.categ_id or line.product_categ_id

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            unit = line.product_id.uom_id
            if unit and not (line.uom_id and unit._has_common_reference(line.uom_id)):
                line.uom_id = unit

    @api.depends("product_id", "product_categ_id", "name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line._sop_what()

    # -- what it says --------------------------------------------------------------------------

    def _sop_what(self):
        """Return what is asked for, in words; empty if the line does not say it."""
        self.ensure_one()
        known = self.product_id.display_name or self.product_categ_id.display_name
        return ", ".join(filter(None, (known, (self.name or "").strip())))

    def _sop_missing(self):
        """Return what this line does not state (A5)."""
        self.ensure_one()
        what = self._sop_what()
        if not what:
            return [self.env._("what is asked for on each line")]
        if not self.uom_id or self.uom_id.compare(self.quantity, 0.0) <= 0:
            return [self.env._("quantity and unit of %s", what)]
        return []

    def _sop_text(self):
        """Return the line as one text: what, how much, until when."""
        self.ensure_one()
        parts = [self._sop_what() or "—", f"{self.quantity:.12g} {self.uom_id.name or ''}".strip()]
        if self.date_wanted:
            parts.append(format_date(self.env, self.date_wanted))
        return " · ".join(parts)

    # -- lines of registered enquiries ---------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        leads = self.lead_id.browse({vals.get("lead_id") for vals in vals_list} - {None, False})
        with leads._sop_correcting():
            return super().create(vals_list)

    def write(self, vals):
        leads = self.lead_id
        if "lead_id" in vals:
            target = leads.browse(vals["lead_id"])
            if leads - target and not self.env.su:
                raise UserError(
                    self.env._(
                        "A line stays in its enquiry %s. Add a line to the other one.",
                        format_list(self.env, (leads - target).mapped("display_name")),
                    )
                )
            leads |= target
        with leads._sop_correcting():
            return super().write(vals)

    def unlink(self):
        with self.lead_id._sop_correcting():
            return super().unlink()
