from odoo import api, fields, models
from odoo.exceptions import UserError

from .sop_policy_line import PRICE_KINDS

# What a price list says; where it stands in a list of lists is anybody's to choose.
CONTENT_FIELDS = frozenset({"name", "active", "currency_id", "company_id", "item_ids"})


class ProductPricelist(models.Model):
    """A price list that a sales policy was issued as (P6) says what the policy says.

    The prices of quotations are judged by the policy and never by this list, so it opens no gate;
    it is fixed all the same, because people read it as the company's price table.
    """

    _name = "product.pricelist"
    _inherit = ["product.pricelist", "sop.protected.mixin"]

    sop_policy_id = fields.Many2one(
        "sop.policy",
        string="Sales Policy",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The sales policy that was issued as this price list (P6).",
    )
    sop_price_kind = fields.Selection(PRICE_KINDS, string="Prices For", readonly=True, copy=False)
    sop_partner_category_id = fields.Many2one(
        "res.partner.category", string="Customer Group", readonly=True, copy=False
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "sop_policy_id",
            "sop_price_kind",
            "sop_partner_category_id",
        }

    def write(self, vals):
        if CONTENT_FIELDS.intersection(vals):
            self._sop_check_is_own()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_not_of_a_policy(self):
        self._sop_check_is_own()

    def _sop_check_is_own(self):
        """Raise when one of these lists is the price table of an issued policy."""
        if self.env.su or not self.env["sop.policy"]._governed_company_ids():
            return
        for pricelist in self.sudo():
            if pricelist.sop_policy_id:
                raise UserError(
                    self.env._(
                        "The price list %(pricelist)s is the price table of %(policy)s and cannot "
                        "change (P6). Issue a new version of the policy, or copy the list.",
                        pricelist=pricelist.name,
                        policy=pricelist.sop_policy_id.name,
                    )
                )


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.pricelist_id._sop_check_is_own()
        return items

    def write(self, vals):
        self.pricelist_id._sop_check_is_own()
        result = super().write(vals)
        if "pricelist_id" in vals:
            self.pricelist_id._sop_check_is_own()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_not_of_a_policy(self):
        self.pricelist_id._sop_check_is_own()
