from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import clean_context

from .wording import address_line, clauses, labelled

# Warehouse, finance, production and operations.
TOLD = (
    "stock.group_stock_user",
    "sales_sop.group_finance",
    "sales_sop.group_planner",
    "sales_sop.group_sales_office",
)


class SopPolicyTerm(models.Model):
    _inherit = "sop.policy.term"

    order_notice = fields.Boolean(
        help="Warehouse, finance, production and operations are told of each order when it is "
        "confirmed (A4).",
    )


class SopContract(models.Model):
    _inherit = "sop.contract"

    order_notice = fields.Boolean(readonly=True)


class SaleOrder(models.Model):
    """Those who carry an order out are told of it when it is confirmed (A4)."""

    _inherit = "sale.order"

    def _sop_frozen_terms(self, term):
        return super()._sop_frozen_terms(term) | {"order_notice": term.order_notice}

    def _action_confirm(self):
        result = super()._action_confirm()
        env = self.env(context=clean_context(self.env.context), su=True)
        for order in self.with_env(env):
            if order.sop_contract_id.order_notice:
                order._sop_tell_of_order()
        return result

    def _sop_tell_of_order(self):
        """Tell everybody in their language; who confirms knows."""
        groups = self.env["res.groups"].union(*map(self.env.ref, TOLD))
        people = groups._sop_holders(self.company_id) - self.env.user
        for lang, users in people.grouped("lang").items():
            order = self.with_context(lang=lang)
            order.message_notify(
                subject=order.env._(
                    "%(order)s for %(customer)s is confirmed",
                    order=self.name,
                    customer=self.partner_id.display_name,
                ),
                body=order._sop_notice_body(),
                partner_ids=users.partner_id.ids,
            )

    def _sop_notice_body(self):
        rows = [
            (self.env._("Customer"), self.partner_id.commercial_partner_id.name),
            (self.env._("Contract number"), self.sop_contract_id.number),
            (self.env._("Order date"), self._sop_notice_day(self.date_order)),
            (self.env._("Delivery date"), self._sop_notice_day(self.commitment_date)),
            (self.env._("Deliver to"), self.partner_shipping_id._sop_address_line()),
            (self.env._("Contact"), self._sop_notice_contact()),
            (self.env._("Goods"), clauses(self.env, self._sop_notice_goods())),
        ]
        items = [
            Markup("<li>%s</li>") % labelled(self.env, label, value)
            for label, value in rows
            if value
        ]
        return Markup("<ul>%s</ul>") % Markup().join(items)

    def _sop_notice_day(self, moment):
        """Return the day of a moment as the company's calendar shows it."""
        return format_date(self.env, self.company_id._sop_day(moment))

    def _sop_notice_contact(self):
        person = self.partner_id
        phone = person.phone or person.commercial_partner_id.phone
        return address_line(self.env, [person.name or "", phone or ""])

    def _sop_notice_goods(self):
        return [
            f"{line.product_uom_qty:.12g} {line.product_uom_id.name} {line.product_id.display_name}"
            for line in self._sop_product_lines()
        ]
