from odoo import models

from .sop_gate import Blocker


class AccountMove(models.Model):
    """An invoice that may be posted although money (C1) or the receipt (D3) is missing."""

    _name = "account.move"
    _inherit = ["account.move", "sop.release.mixin"]

    def _invoice_blockers(self, facts=None):
        blockers = super()._invoice_blockers(facts=facts)
        return self.env["sop.gate"]._without_released(self, blockers)

    def _sop_contract_blockers(self, contract):
        return [Blocker(*blocker, contract) for blocker in super()._sop_contract_blockers(contract)]

    def _sop_check_posting(self):
        with self.env["sop.gate"]._using_releases():
            return super()._sop_check_posting()

    def _sop_open_blockers(self):
        waits = self.state == "draft" and self._sop_is_governed()
        return self._invoice_blockers() if waits else []

    def _releasable_rules(self, **scope):
        """Never what needs the finance VP's own approval (C2); K2 only of a draft."""
        contracts = self.sudo().sop_contract_ids
        if self.move_type == "out_refund" or not contracts:
            return frozenset()
        drafts = all(contract.state in ("draft", "effective") for contract in contracts)
        return frozenset({"C1", "D3", "K2"} if drafts else {"C1", "D3"})

    def _release_demands(self, **scope):
        return {
            holder: (holder.currency_id.round(amount), 0.0)
            for holder, (amount, __) in self.sudo()._sop_amounts_by_holder().items()
            if holder._name == "sop.contract"
        }

    def _release_content(self):
        return self.sudo()._approval_content("invoice")

    def write(self, vals):
        if vals.get("state") == "cancel":
            self._sop_void_releases()
        return super().write(vals)
