from markupsafe import Markup

from odoo import models


class AccountMove(models.Model):
    """Which invoices the policy leaves to the finance VP, and what the VP sees (C2)."""

    _inherit = "account.move"

    def _sop_approval_reasons(self, facts):
        reasons = super()._sop_approval_reasons(facts)
        for holder, (amount, __) in self._sop_amounts_by_holder().items():
            if holder._name == "sop.contract":
                posted, __ = facts["invoiced"][holder]
                reasons += holder._invoice_approval_reasons(self._sop_name(), posted + amount)
        return reasons

    def _approval_summary(self, route_code):
        """Also why it is the finance VP's."""
        reasons = self._sop_approval_reasons(self._invoice_facts())
        sentences = Markup().join(Markup("<li>%s</li>") % reason for reason in reasons)
        summary = super()._approval_summary(route_code)
        return summary + (Markup("<ul>%s</ul>") % sentences if reasons else Markup())
