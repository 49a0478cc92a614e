from odoo import models

# In these states of its application a quotation may still change.
CHANGEABLE = frozenset({"none", "refused", "stale"})
# What is decided inside the company is not the customer's business.
INTERNAL_STEPS = frozenset({"policy", "commission"})


class SaleOrder(models.Model):
    """The order as the customer sees it on the portal."""

    _inherit = "sale.order"

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
