from markupsafe import Markup

from odoo import models


class AccountMove(models.Model):
    """Which invoices the policy leaves to the finance VP, and what the VP sees (C2)."""

    _inherit = "account.move"

    def _sop_limited_contracts(self):
        return self.sop_contract_ids.sudo().filtered("invoice_auto_amount")

    def _invoice_facts(self):
        """Also ``lately``: what each customer was invoiced without a decision, per contract."""
        limited = self._sop_limited_contracts()
        return super()._invoice_facts() | {"lately": limited._invoiced_lately()}

    def _sop_add_to_facts(self, facts):
        result = super()._sop_add_to_facts(facts)
        if self._is_approved("invoice"):
            return result
        for contract, (amount, __) in self._sop_amounts_by_holder().items():
            if contract._name == "sop.contract" and contract.invoice_auto_amount:
                amounts = facts["lately"][contract._customer_key()]
                amount /= contract.currency_rate or 1.0
                amounts[contract.id] = amounts.get(contract.id, 0.0) + amount
        return result

    def _sop_check_posting(self):
        limited = self.filtered(
            lambda move: move.state != "posted" and move._sop_is_governed()
        )._sop_limited_contracts()
        limited._touch_customers()
        return super()._sop_check_posting()

    def _sop_approval_reasons(self, facts):
        reasons = super()._sop_approval_reasons(facts)
        for holder, (amount, __) in self._sop_amounts_by_holder().items():
            if holder._name == "sop.contract":
                posted, __ = facts["invoiced"][holder]
                lately = facts["lately"][holder._customer_key()]
                reasons += holder._invoice_approval_reasons(
                    self._sop_name(),
                    posted + amount,
                    sum(lately[contract] for contract in lately if contract != holder.id),
                )
        return reasons

    def _approval_summary(self, route_code):
        """Also why it is the finance VP's."""
        reasons = self._sop_approval_reasons(self._invoice_facts())
        sentences = Markup().join(Markup("<li>%s</li>") % reason for reason in reasons)
        summary = super()._approval_summary(route_code)
        return summary + (Markup("<ul>%s</ul>") % sentences if reasons else Markup())
