from odoo import api, fields, models
from odoo.fields import Command

from .sop_policy_line import PRICE_KINDS, LinesByProduct


class SopPolicy(models.Model):
    """The issued price strategy as price lists (P6).

    One list for each price kind, currency and customer group that the strategy names. Odoo takes
    the most specific rule of a list, the policy its first fitting line; so the rules are written
    for each scope and each quantity at which a line begins, with the price that the policy gives.
    """

    _inherit = "sop.policy"

    pricelist_ids = fields.One2many(
        "product.pricelist",
        "sop_policy_id",
        string="Price Lists",
        context={"active_test": False},
        readonly=True,
    )
    pricelist_count = fields.Integer(compute="_compute_pricelist_count")

    def _compute_pricelist_count(self):
        for policy in self:
            policy.pricelist_count = len(policy.pricelist_ids)

    def action_open_pricelists(self):
        """Open the price lists that this policy was issued as."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Price Lists"),
            "res_model": "product.pricelist",
            "view_mode": "list,form",
            "domain": [("sop_policy_id", "=", self.id)],
            "context": {"active_test": False, "create": False},
        }

    def _issue(self):
        result = super()._issue()
        self._write_price_lists()
        self._refresh_price_lists(self.company_id)
        self._sop_refresh_at_start()
        return result

    def _sop_refresh_at_start(self):
        """Let the lists change places when the first day begins, and not at the server's."""
        job = self.env.ref("sales_sop.ir_cron_price_lists", raise_if_not_found=False)
        if job and self.date_from > self.company_id._sop_today():
            job._trigger(at=self.company_id._sop_midnight(self.date_from))

    # -- on the day ----------------------------------------------------------------------------

    @api.model
    def _cron_refresh_price_lists(self):
        """The lists of a policy that starts today take the place of its predecessor's."""
        for company in self.env["res.company"].browse(self._governed_company_ids()):
            self._refresh_price_lists(company)

    @api.model
    def _refresh_price_lists(self, company):
        """Let only the lists of the policy in force be used."""
        in_force = self._in_force(company, company._sop_today())
        lists = self.env["product.pricelist"].with_context(active_test=False)
        for pricelist in lists.search([("sop_policy_id.company_id", "=", company.id)]):
            is_in_force = pricelist.sop_policy_id == in_force
            if pricelist.active != is_in_force:
                pricelist.active = is_in_force

    # -- writing the lists ---------------------------------------------------------------------

    def _write_price_lists(self):
        kinds = [kind for kind, __ in PRICE_KINDS if kind in self.line_ids.mapped("price_kind")]
        own = self.company_id.currency_id
        foreign = self.line_ids.filtered(lambda line: line.compute_price == "fixed").currency_id
        groups = [self.env["res.partner.category"], *self.line_ids.partner_category_ids]
        for kind in dict.fromkeys(["normal", *kinds]):
            for currency in own | foreign:
                for group in groups:
                    self._write_price_list(kind, currency, group)

    def _write_price_list(self, kind, currency, group):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": self._price_list_name(kind, group),
                "company_id": self.company_id.id,
                "currency_id": currency.id,
                "sequence": self._price_list_sequence(kind, currency, group),
                "sop_policy_id": self.id,
                "sop_price_kind": kind,
                "sop_partner_category_id": group.id,
                "item_ids": [
                    Command.create(values) for values in self._price_rules(kind, currency, group)
                ],
            }
        )
        for lang, __ in self.env["res.lang"].get_installed():
            pricelist.with_context(lang=lang).name = self.with_context(lang=lang)._price_list_name(
                kind, group
            )
        return pricelist

    def _price_list_name(self, kind, group):
        kinds = dict(self.line_ids._fields["price_kind"]._description_selection(self.env))
        parts = [self.name, kinds[kind], group.display_name]
        return " · ".join(part for part in parts if part)

    def _price_list_sequence(self, kind, currency, group):
        """The common list comes first: Odoo takes the first one for customers without their own."""
        is_common = kind == "normal" and currency == self.company_id.currency_id and not group
        return 5 if is_common else 50

    def _price_rules(self, kind, currency, group):
        """Return the rules of a list: for each scope, the policy's price from each quantity on."""
        lines = self._lines_for_list(kind, group)
        scopes = {line._price_scope(): line for line in lines}
        if not lines:
            return [self._rule_values(self.env["sop.policy.line"], False, 0.0, currency)]
        by_product = LinesByProduct(lines)
        rules = []
        for scope in scopes.values():
            candidates = self.line_ids.browse(by_product.ids_for(scope.product_id))
            covering = [line for line in candidates if line._covers(scope)]
            starts = sorted({line._start_for(scope.product_id) for line in covering})
            for start in starts:
                first = next(
                    line for line in covering if line._start_for(scope.product_id) <= start
                )
                rules.append(self._rule_values(first, scope, start, currency))
        return rules

    def _lines_for_list(self, kind, group):
        """Lines of the list in the order in which they match; the normal price is the fallback."""
        return [
            line
            for wanted in dict.fromkeys((kind, "normal"))
            for line in self.line_ids
            if line.price_kind == wanted
            and (not line.partner_category_ids or group in line.partner_category_ids)
        ]

    def _rule_values(self, line, scope, start, currency):
        values = {
            "min_quantity": start,
            "date_start": self.company_id._sop_midnight(self.date_from),
            "compute_price": "percentage",
            "percent_price": line.percent_off,
        }
        if line.compute_price == "fixed":
            price = line._unit_price(
                line.product_id, currency, self.company_id, self.company_id._sop_today()
            )
            values |= {"compute_price": "fixed", "fixed_price": price}
        if scope and scope.product_id:
            values |= {
                "applied_on": "0_product_variant",
                "product_id": scope.product_id.id,
                "product_tmpl_id": scope.product_id.product_tmpl_id.id,
            }
        elif scope and scope.product_categ_id:
            values |= {
                "applied_on": "2_product_category",
                "display_applied_on": "2_product_category",
                "categ_id": scope.product_categ_id.id,
            }
        else:
            values["applied_on"] = "3_global"
        return values


class SopPolicyLine(models.Model):
    _inherit = "sop.policy.line"

    def _price_scope(self):
        """What the line is for; lines with an equal scope are one rule with several quantities."""
        return self.product_id.id, not self.product_id and self.product_categ_id.id

    def _covers(self, scope):
        """Whether this line gives a price for everything that the line ``scope`` is for."""
        if scope.product_id:
            return self._is_for_product(scope.product_id)
        if self.product_id:
            return False
        prefix = self.product_categ_id.parent_path
        return not prefix or (scope.product_categ_id.parent_path or "").startswith(prefix)

    def _start_for(self, product):
        """Return the quantity at which the line begins, in the product's own unit."""
        unit = self._unit(product) if product else self.uom_id
        if not product or not self.min_quantity:
            return self.min_quantity
        return unit._compute_quantity(self.min_quantity, product.uom_id, round=False)
