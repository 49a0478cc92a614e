from odoo import models
from odoo.tools import formatLang

from odoo.addons.sales_sop.models.wording import paragraph


class SaleOrder(models.Model):
    """The last step of the chain panel: what is earned with the contract (B1, B2).

    Only those see it who may read the commission, each their own part.
    """

    _inherit = "sale.order"

    def _sop_chain_steps(self):
        steps = super()._sop_chain_steps()
        contract = self.sop_contract_id
        if not contract or not contract._commission_is_visible():
            return steps
        if not self.env["commission.plan"]._versions(self.company_id):
            return steps
        return [*steps, self._sop_chain_commission]

    def _sop_chain_commission(self):
        contract = self.sop_contract_id
        return {
            "key": "commission",
            "label": self.env._("Commission"),
            "records": self.env["commission.entry"],
            "domain": [("contract_id", "=", contract.id)],
            **self._sop_chain_commission_state(contract),
        }

    def _sop_chain_commission_state(self, contract):
        """State and text of the step."""
        blocked = contract._commission_blocked()
        if blocked:
            return {"state": "blocked", "text": self._sop_commission_blocked_text(blocked)}
        if contract.state == "draft":
            return {"state": "waiting"}
        earned = contract._commission_earned().get(contract.id, 0.0)
        to_come = contract._commission_to_come()
        currency = self.company_id.currency_id
        if currency.is_zero(to_come):
            text = self.env._("%s earned.", self._sop_commission_money(earned))
            return {"state": "none" if currency.is_zero(earned) else "done", "text": text}
        text = self.env._(
            "%(earned)s of %(total)s earned; the rest comes with the money.",
            earned=self._sop_commission_money(earned),
            total=self._sop_commission_money(earned + to_come),
        )
        return {"state": "waiting" if currency.is_zero(earned) else "current", "text": text}

    def _sop_commission_blocked_text(self, blocked):
        report = self.env["commission.blocked"]
        reasons = dict(report._fields["reason"]._description_selection(self.env))
        remedies = report._remedies()
        sentences = [
            self.env._(
                "%(amount)s earns nothing yet: %(reason)s. %(remedy)s",
                amount=formatLang(self.env, amount, currency_obj=self.sop_contract_id.currency_id),
                reason=reasons[reason],
                remedy=remedies[reason],
            )
            for reason, amount in blocked
        ]
        return paragraph(self.env, sentences)

    def _sop_commission_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.company_id.currency_id)
