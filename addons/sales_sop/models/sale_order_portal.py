from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

# In these states of its application a quotation may still change.
CHANGEABLE = frozenset({"none", "refused", "stale"})
# What is decided inside the company is not the customer's business.
INTERNAL_STEPS = frozenset({"policy", "commission"})
# What the customer leaves who accepts the order on the portal.
SIGNATURE_FIELDS = frozenset({"signature", "signed_by", "signed_on"})


class SaleOrder(models.Model):
    """The order as the customer sees it on the portal."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if not self.env.su:
            orders.filtered(
                lambda order: any(order[name] for name in SIGNATURE_FIELDS)
            )._sop_raise_signed_for_customer()
        return orders

    def write(self, vals):
        written = [vals[name] for name in SIGNATURE_FIELDS.intersection(vals)]
        # Odoo forgets it when the order becomes a quotation again.
        is_reset = vals.get("state") == "draft" and not any(written)
        if written and not is_reset and not self.env.su:
            self.check_access("write")
            self._sop_raise_signed_for_customer()
        return super().write(vals)

    def _sop_raise_signed_for_customer(self):
        """The customer accepts the order (K7), and finance hears of it (P9)."""
        governed = self.filtered(lambda order: order._sop_is_governed())
        if governed:
            raise AccessError(
                self.env._(
                    "%s: the customer signs on the portal, and nobody for the customer. File what "
                    "is signed on paper with the contract.",
                    format_list(self.env, governed.mapped("name")),
                )
            )

    def _can_be_edited_on_portal(self):
        """A customer who chooses among options undoes nothing that is submitted (A3)."""
        editable = super()._can_be_edited_on_portal()
        if not editable or not self._sop_is_governed():
            return editable
        return self.sudo()._approval_state("application") in CHANGEABLE

    def _sop_portal_steps(self):
        """Return ``[{label, state, when, percent}]``: how far the order has come.

        No names, no reasons and no documents: what blocks inside the company is for the customer
        simply not done yet.
        """
        self.ensure_one()
        chain = self.sudo()._sop_chain()
        if not chain:
            return []
        return [
            {
                "label": step["label"],
                "state": "current" if step["state"] == "blocked" else step["state"],
                "when": step["when"],
                "percent": step.get("percent"),
            }
            for step in chain["steps"]
            if step["key"] not in INTERNAL_STEPS
        ]
