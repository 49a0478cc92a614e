from odoo import api, fields, models

from .sop_remembered_mixin import remembered


class SopListPriceChange(models.Model):
    """A change of a list price, or of what an option or a part of a combination costs more (P2).

    A policy promises a percentage off the list. Without this register whoever may change products
    could lower the list for the moment in which a quotation is submitted.
    """

    _name = "sop.list.price.change"
    _description = "Change of a List Price"
    _inherit = ["sop.append.only.mixin", "sop.remembered.mixin"]
    _order = "id desc"
    _rec_name = "product_tmpl_id"
    _sop_fixed = True

    product_tmpl_id = fields.Many2one(
        "product.template", string="Product", required=True, readonly=True, ondelete="cascade"
    )
    value_id = fields.Many2one(
        "product.template.attribute.value",
        string="Option",
        readonly=True,
        ondelete="cascade",
        help="The attribute value whose extra price was changed; empty: the product's list price.",
    )
    combo_item_id = fields.Many2one(
        "product.combo.item",
        string="Part of a Combination",
        readonly=True,
        ondelete="cascade",
        help="The part whose extra price was changed; empty: the product's list price.",
    )
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True)
    old_price = fields.Float(digits="Product Price", readonly=True)
    new_price = fields.Float(digits="Product Price", readonly=True)

    def _sop_kept_text(self):
        return self.env._("Changes of list prices are kept as they were made.")

    @api.model
    def _log(self, records, name, price):
        """Keep the change of the field ``name`` of ``records`` to ``price``, where it is one."""
        policies = self.env["sop.policy"]
        changed = records.filtered(lambda record: record[name] != price)
        if not changed or not policies._governed_company_ids():
            return
        self.sudo().create(
            [
                {**record._sop_priced(), "old_price": record[name], "new_price": price}
                for record in changed.sudo()
            ]
        )

    def _sop_record(self):
        """Return what has this price."""
        return self.combo_item_id or self.value_id or self.product_tmpl_id


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        if "list_price" in vals:
            self.env["sop.list.price.change"]._log(self, "list_price", vals["list_price"] or 0.0)
        return super().write(vals)

    def _sop_priced(self):
        return {"product_tmpl_id": self.id}


class ProductTemplateAttributeValue(models.Model):
    _inherit = "product.template.attribute.value"

    def write(self, vals):
        if "price_extra" in vals:
            self.env["sop.list.price.change"]._log(self, "price_extra", vals["price_extra"] or 0.0)
        return super().write(vals)

    def _sop_priced(self):
        return {"product_tmpl_id": self.product_tmpl_id.id, "value_id": self.id}

    def _sop_extra_lowered(self, kept):
        """Return by how much these cost less now than when a policy was issued."""
        return _lowered(self, "price_extra", kept)


class ProductComboItem(models.Model):
    _inherit = "product.combo.item"

    def write(self, vals):
        if "extra_price" in vals:
            self.env["sop.list.price.change"]._log(self, "extra_price", vals["extra_price"] or 0.0)
        return super().write(vals)

    def _sop_priced(self):
        return {
            "product_tmpl_id": self.product_id.product_tmpl_id.id,
            "combo_item_id": self.id,
        }

    def _sop_extra_lowered(self, kept):
        """Return by how much these cost less now than when a policy was issued."""
        return _lowered(self, "extra_price", kept)


def _lowered(records, name, kept):
    return sum(
        max(0.0, kept.get((record._name, record.id), record[name]) - record[name])
        for record in records
    )


class SopPolicy(models.Model):
    """What an issued policy promises off the list is not changed by the list (P1, P2)."""

    _inherit = "sop.policy"

    list_price_mark = fields.Integer(
        readonly=True,
        copy=False,
        help="The last change of a list price before the policy was issued.",
    )
    list_price_change_count = fields.Integer(compute="_compute_list_price_change_count")

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"list_price_mark"}

    def _issue(self):
        last = self.env["sop.list.price.change"].sudo().search([], limit=1)
        self.write({"list_price_mark": last.id})
        return super()._issue()

    def _list_price_change_domain(self):
        """The changes that came too late for this policy."""
        self.ensure_one()
        return [
            ("id", ">", self.list_price_mark),
            ("create_date", ">=", self.company_id._sop_midnight(self.date_from)),
            ("company_id", "in", [False, *self.company_id.ids]),
        ]

    @remembered("self.id", "self.state")
    def _list_prices_at_issue(self):
        """Return the list prices at issue of what has changed, ``{(model, id): price}``.

        Of a policy for a later day, those on that day.
        """
        if self.state not in ("issued", "superseded"):
            return {}
        changes = self.env["sop.list.price.change"].sudo()
        prices = {}
        for change in changes.search(self._list_price_change_domain(), order="id"):
            record = change._sop_record()
            prices.setdefault((record._name, record.id), change.old_price)
        return prices

    def _compute_list_price_change_count(self):
        changes = self.env["sop.list.price.change"]
        for policy in self:
            policy.list_price_change_count = (
                changes.search_count(policy._list_price_change_domain())
                if policy.state in ("issued", "superseded")
                else 0
            )

    def action_open_list_price_changes(self):
        """Open the changes of list prices since this policy was issued."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("List Price Changes"),
            "res_model": "sop.list.price.change",
            "view_mode": "list",
            "domain": self._list_price_change_domain(),
        }
