from odoo import api, fields, models
from odoo.fields import Domain

from .sop_opening_contract import CREATING, log_changes, shown_values


class SopOpeningLine(models.Model):
    """What a contract from before the go-live sells, and how far it was fulfilled by then."""

    _name = "sop.opening.line"
    _description = "Opening Contract Line"
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one(
        "sop.opening.contract", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    sequence = fields.Integer(default=10)
    product = fields.Char(
        string="Product in the File",
        help="Internal reference, barcode or exact name of the product, as the imported file has "
        "it.",
    )
    product_id = fields.Many2one("product.product", domain="[('sale_ok', '=', True)]")
    name = fields.Char(string="Description", help="Empty: the product's own description.")
    quantity = fields.Float(string="Ordered", digits="Product Unit")
    uom = fields.Char(string="Unit in the File", help="Name of the unit; empty: the product's.")
    uom_id = fields.Many2one("uom.uom", string="Unit")
    price_unit = fields.Float(string="Unit Price", min_display_digits="Product Price")
    discount = fields.Float(string="Discount (%)", digits="Discount")
    taxes = fields.Char(
        string="Taxes in the File",
        help="Names of the taxes, with commas between them; a dash means none. Empty: the "
        "product's taxes.",
    )
    tax_ids = fields.Many2many("account.tax", string="Taxes")
    qty_delivered = fields.Float(string="Delivered Before", digits="Product Unit")
    qty_accepted = fields.Float(
        string="Accepted Before",
        digits="Product Unit",
        help="What the customer signed for as accepted before the go-live (D3).",
    )
    qty_invoiced = fields.Float(string="Invoiced Before", digits="Product Unit")
    price_total = fields.Monetary(string="Total", compute="_compute_price_total", store=True)

    @api.depends("quantity", "price_unit", "discount", "tax_ids", "product_id")
    def _compute_price_total(self):
        for line in self:
            line.price_total = line._amounts(line.quantity)["total_included"]

    def _amounts(self, quantity):
        """Return Odoo's totals of ``quantity`` of this line, untaxed and taxed."""
        self.ensure_one()
        return self.tax_ids.compute_all(
            self.price_unit * (1 - self.discount / 100),
            currency=self.currency_id,
            quantity=quantity,
            product=self.product_id,
            partner=self.contract_id.partner_id,
        )

    def _invoiced_amount(self):
        return self._amounts(self.qty_invoiced)["total_included"]

    def _is_by_receipt(self):
        """Whether the goods are invoiced by what the customer accepted (D3)."""
        self.ensure_one()
        return self.product_id.type == "consu"

    # -- names of the file ---------------------------------------------------------------------

    @api.model
    def _find(self, model, text, names, domain=()):
        return self.env["sop.opening.contract"]._find_by_text(model, text, names, domain)

    @api.model
    def _find_products(self, text, company):
        domain = [("company_id", "in", (False, company.id))]
        return self._find("product.product", text, ("default_code", "barcode", "name"), domain)

    @api.model
    def _find_units(self, text):
        return self._find("uom.uom", text, ("name",))

    @api.model
    def _find_taxes(self, text, company):
        """Return ``(taxes found, names not found)``."""
        taxes, missing = self.env["account.tax"].sudo(), []
        names = [name.strip() for name in (text or "").split(",")]
        for name in [name for name in names if name and name != "-"]:
            domain = Domain(taxes._check_company_domain(company)) & Domain(
                "type_tax_use", "=", "sale"
            )
            found = self._find("account.tax", name, ("name",), domain)
            taxes |= found[:1]
            if len(found) != 1:
                missing.append(name)
        return taxes, missing

    @api.model
    def _complete_values(self, vals, company, product=None):
        """Return ``vals`` with the records that the names of the file mean, and the defaults."""
        vals = dict(vals)
        products = self.env["product.product"].sudo()
        if "product" in vals and not vals.get("product_id"):
            found = self._find_products(vals["product"], company)
            vals["product_id"] = found.id if len(found) == 1 else False
        if "product_id" in vals:
            product = products.browse(vals["product_id"])
            vals.setdefault("uom_id", product.uom_id.id)
            vals.setdefault("taxes", False)
        if vals.get("uom"):
            found = self._find_units(vals["uom"])
            vals["uom_id"] = found.id if len(found) == 1 else False
        if "taxes" in vals and not vals.get("tax_ids"):
            taxes = self._find_taxes(vals["taxes"], company)[0]
            if not vals["taxes"] and product:
                domain = taxes._check_company_domain(company)
                taxes = product.taxes_id.filtered_domain(domain)
            vals["tax_ids"] = [fields.Command.set(taxes.ids)]
        return vals

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        contracts = self.env["sop.opening.contract"]
        completed = []
        for vals in vals_list:
            contract = contracts.browse(vals.get("contract_id"))
            completed.append(self._complete_values(vals, contract.company_id))
        lines = super().create(completed)
        lines._check_editable()
        lines.contract_id._set_open_figures()
        if not self.env.cr.cache.get(CREATING):
            for line in lines:
                line._note(self.env._("Line added: %s", line._label()))
        return lines

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._check_editable()
        for line in self:
            values = line._complete_values(vals, line.company_id, line.product_id)
            names = list(values)
            before = shown_values(line, names)
            super(SopOpeningLine, line).write(values)
            title = self.env._("Line %s changed:", line._label())
            log_changes(line.contract_id, title, before, shown_values(line, names))
        self._check_editable()
        self.contract_id._set_open_figures()
        return True

    def unlink(self):
        contracts = self.contract_id
        for line in self:
            line._note(self.env._("Line deleted: %s", line._label()))
        result = super().unlink()
        contracts.exists()._set_open_figures()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._check_editable()

    def _check_editable(self):
        if not self.env.su:
            self.contract_id._check_editable()

    def _note(self, body):
        self.contract_id.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")

    def _label(self):
        return self.product_id.display_name or self.product or self.name or "—"
