from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

from .sop_remembered_mixin import remembered
from .wording import address_line

# Changing one of these can put a customer under another company.
COMPANY_FIELDS = frozenset({"parent_id", "is_company", "child_ids"})
# What is remembered of the people of a company and of its own address.
REMEMBERED_FIELDS = frozenset({"tz", "name", "email"})
# For whom a tag decides, and whether it does.
TAG_FIELDS = frozenset({"partner_ids", "active"})
PRICE_ROLES = (
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
    "sales_sop.group_marketing_director",
    "sales_sop.group_vp_sales",
    "sales_sop.group_general_manager",
)
CREDIT_ROLES = (
    "sales_sop.group_finance",
    "sales_sop.group_finance_vp",
    "sales_sop.group_general_manager",
)


class ResPartner(models.Model):
    """Who a customer is decides about prices (P2) and credit (C7), so not everybody says it."""

    _name = "res.partner"
    _inherit = ["res.partner", "sop.computed.mixin"]

    def _sop_computed_fields(self):
        """To whose contracts, money and credit a contact belongs (C3, C7)."""
        return super()._sop_computed_fields() | {"commercial_partner_id"}

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # A tag can also come from a default that the client has set, and be archived.
        if not self.env.su and partners.with_context(active_test=False).category_id:
            partners._sop_check_price_tags({})
        return partners

    def write(self, vals):
        if not REMEMBERED_FIELDS.isdisjoint(vals) and not self._sop_own_ids().isdisjoint(self.ids):
            self.env["sop.remembered.mixin"]._sop_forget()
        if self.env.su or not self.env["sop.policy"]._governed_company_ids():
            return super().write(vals)
        tags = self._sop_price_tags() if "category_id" in vals else {}
        owners = {}
        if not COMPANY_FIELDS.isdisjoint(vals):
            family = self._sop_family(vals)
            owners = {partner: partner.commercial_partner_id for partner in family}
        result = super().write(vals)
        if "category_id" in vals:
            self._sop_check_price_tags(tags)
        moved = self.browse().union(
            *(
                partner
                for partner, owner in owners.items()
                if partner.commercial_partner_id != owner
            )
        )
        moved._sop_check_may_move()
        return result

    @api.model
    @remembered()
    def _sop_own_ids(self):
        """Ids of the addresses of companies and of the people who work in them."""
        users = self.env["res.users"].sudo().with_context(active_test=False)
        people = users.search([("share", "=", False)]).partner_id
        addresses = self.sudo().with_context(active_test=False)
        companies = addresses.search([("ref_company_ids", "!=", False)])
        return frozenset((people | companies).ids)

    def _sop_family(self, vals):
        """Return these partners, those that ``vals`` makes their children, and all below them."""
        ids = set(self.ids)
        for command in vals.get("child_ids") or ():
            if len(command) == 3 and isinstance(command[2], list | tuple):
                ids.update(command[2])
            elif len(command) > 1 and isinstance(command[1], int):
                ids.add(command[1])
        everybody = self.sudo().with_context(active_test=False)
        return everybody.search([("id", "child_of", list(ids - {0}))]).sudo(False)

    # -- special prices (P2) ---------------------------------------------------------------------

    def _sop_price_tags(self):
        """Return ``{partner: tags that decide about prices}``, archived ones too."""
        deciding = self.env["res.partner.category"]._sop_deciding()
        everything = self.with_context(active_test=False)
        return {partner: partner.category_id & deciding for partner in everything}

    def _sop_check_price_tags(self, before):
        """A tag that decides about money is given and taken by who has authority over prices."""
        changed = self.env["res.partner.category"]
        for partner, tags in self._sop_price_tags().items():
            earlier = before.get(partner, changed.browse())
            changed |= (tags | earlier) - (tags & earlier)
        changed._sop_require_price_role()

    def _sop_check_tags_come_to(self, kept):
        """Merging gives a contact the tags of the others."""
        if self.env.su:
            return
        tags = self._sop_price_tags() | kept._sop_price_tags()
        own = tags.pop(kept, self.env["res.partner.category"])
        (own.union(*tags.values()) - own)._sop_require_price_role()

    # -- credit (C7) -----------------------------------------------------------------------------

    def _sop_check_may_move(self):
        """Under another company a customer's contracts count against that company's credit."""
        if not self or self.env.user._sop_has_role(*CREDIT_ROLES):
            return
        bound = self._sop_with_contracts()
        if bound:
            raise AccessError(
                self.env._(
                    "%(customers)s has contracts, which would count against another company's "
                    "credit limit. Ask finance to change the company it belongs to.",
                    customers=format_list(self.env, bound.mapped("display_name")),
                )
            )

    def _sop_with_contracts(self):
        """Return those of these partners that a contract or an order under one is about."""
        contracts = self.env["sop.contract"].sudo().search([("partner_id", "in", self.ids)])
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("sop_contract_id", "!=", False),
                    "|",
                    ("partner_id", "in", self.ids),
                    ("partner_invoice_id", "in", self.ids),
                ]
            )
        )
        return self & (contracts.partner_id | orders.partner_id | orders.partner_invoice_id)

    def _sop_place(self):
        """Return where it is, the same in every language, as data that JSON can hold."""
        names = ("street", "street2", "zip", "city")
        texts = [" ".join((self[name] or "").split()) for name in names]
        return [*texts, self.state_id.id or 0, self.country_id.id or 0]

    def _sop_has_street(self):
        """Whether a street is stated, in whichever of the two lines of the card."""
        return any((self[name] or "").strip() for name in ("street", "street2"))

    def _sop_address_line(self):
        """Return the address as papers print it, in one line."""
        return address_line(self.env, self._display_address(without_company=True).splitlines())


class ResPartnerCategory(models.Model):
    """Tags of customers; some of them bring a special price."""

    _inherit = "res.partner.category"

    def write(self, vals):
        guarded = self.browse()
        if not self.env.su and not TAG_FIELDS.isdisjoint(vals):
            guarded = self & self._sop_deciding()
        before = {tag: tag._sop_what_it_decides() for tag in guarded}
        result = super().write(vals)
        guarded.filtered(
            lambda tag: tag._sop_what_it_decides() != before[tag]
        )._sop_require_price_role()
        return result

    def _sop_what_it_decides(self):
        """Return whether the tag counts, and for whom."""
        return self.active, self.with_context(active_test=False).partner_ids

    @api.model
    def _sop_deciding(self):
        """Return the tags that decide about money; an addon adds its own."""
        return self._sop_priced()

    @api.model
    def _sop_priced(self):
        """Return the tags that a price of a decided or issued policy is for (P2)."""
        lines = (
            self.env["sop.policy.line"]
            .sudo()
            .search([("partner_category_ids", "!=", False), ("policy_id.state", "!=", "draft")])
        )
        return self.browse(lines.partner_category_ids.ids)

    def _sop_require_price_role(self):
        if not self or self.env.user._sop_has_role(*PRICE_ROLES):
            return
        names = [self.env.ref(role).sudo().name for role in PRICE_ROLES]
        raise AccessError(
            self.env._(
                "The tag %(tags)s decides about money, such as a special price of the sales "
                "policy. It is given, taken away and archived by %(roles)s.",
                tags=format_list(self.env, self.mapped("name")),
                roles=format_list(self.env, names, "or"),
            )
        )
