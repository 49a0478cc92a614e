from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """An order that may be confirmed before its contract is countersigned (K2), by release."""

    _name = "sale.order"
    _inherit = ["sale.order", "sop.release.mixin"]

    def _confirm_blockers(self):
        return self.env["sop.gate"]._without_released(self, super()._confirm_blockers())

    def _sop_check_confirm(self):
        with self.env["sop.gate"]._using_releases():
            return super()._sop_check_confirm()

    def _sop_open_blockers(self):
        waits = self.state in ("draft", "sent") and self._sop_is_governed()
        return self._confirm_blockers() if waits else []

    def _releasable_rules(self, **scope):
        """Never A1: who has authority decides the application itself. K2 only of a draft."""
        return frozenset({"K2"} if self.sudo().sop_contract_id.state == "draft" else ())

    def _release_demands(self, **scope):
        contract = self.sudo().sop_contract_id
        return {contract: (self.amount_total, 0.0)} if contract else {}

    def _release_content(self):
        return self.sudo()._approval_content("application")

    def _sop_check_content(self):
        """What an exception confirmed before its contract is effective does not change (A3)."""
        for order in self.sudo():
            contract = order.sop_contract_id
            if order.state != "sale" or contract.state != "draft" or order.sop_opening:
                continue
            contract._touch()
            if not order._is_approved("application"):
                raise UserError(
                    self.env._(
                        "%(order)s was confirmed by an exception before contract %(contract)s is "
                        "effective: its content cannot change. Cancel the order and submit it "
                        "again with the new content.",
                        order=order.name,
                        contract=contract.number,
                    )
                )
        return super()._sop_check_content()

    def _sop_on_cancel(self):
        self._sop_void_releases()
        return super()._sop_on_cancel()
