from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import formatLang


class AccountMove(models.Model):
    """Which invoices the policy leaves to the finance VP, and what the VP sees (C2)."""

    _inherit = "account.move"

    sop_posted_on = fields.Datetime(
        string="Posted on",
        readonly=True,
        copy=False,
        help="When the invoice was posted last. Its date can be another one.",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sop_posted_on"}

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "posted":
            invoices = self.filtered(lambda move: move._sop_is_governed())
            invoices.sudo().write({"sop_posted_on": fields.Datetime.now()})
        return result

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

    # -- a credit note taken back --------------------------------------------------------------

    def _sop_check_credit_stays(self):
        """Nor does taking it back bring what nobody decided above the policy's limit (C2)."""
        credits = self._sop_posted_credits()
        contracts = credits.sop_contract_ids.sudo()
        # Before the contracts, as posting does it.
        contracts._touch_customers()
        result = super()._sop_check_credit_stays()
        if not contracts:
            return result
        with_credits, without = contracts._invoiced_lately(), contracts._invoiced_lately(credits)
        blockers = []
        for contract in contracts.browse([one for key in without for one in without[key]]):
            key = contract._customer_key()
            before, after = sum(with_credits[key].values()), sum(without[key].values())
            if contract._passes_invoice_limit(before, after):
                blockers.append(("C2", credits[:1]._sop_limit_sentence(contract, after)))
        for contract in contracts:
            before, after = credits._sop_total_without(contract)
            if contract._passes_invoice_limit(before, after):
                blockers.append(("C2", credits[:1]._sop_limit_sentence(contract, after)))
        self.env["sop.gate"]._raise_if_blocked({credits[:1]: blockers})
        return result

    def _sop_total_without(self, contract):
        """What the contract's invoices come to with these credit notes and without them."""
        rate = contract.currency_rate or 1.0
        invoiced, __ = contract._invoiced().get(contract.id, (0.0, 0.0))
        mine = sum(move._sop_amounts_by_holder().get(contract, (0.0, 0.0))[0] for move in self)
        return invoiced / rate, (invoiced + mine) / rate

    def _sop_limit_sentence(self, contract, amount):
        currency = contract.company_currency_id
        return self.env._(
            "%(move)s stays posted: without it invoices over %(amount)s would stand for "
            "%(customer)s without a decision, and the policy lets %(limit)s pass for contract "
            "%(contract)s. Take the invoice that followed back first.",
            move=self._sop_name(),
            amount=formatLang(self.env, amount, currency_obj=currency),
            customer=contract.partner_id.commercial_partner_id.display_name,
            limit=formatLang(self.env, contract.invoice_auto_amount, currency_obj=currency),
            contract=contract.number,
        )

    def _approval_summary(self, route_code):
        """Also why it is the finance VP's."""
        reasons = self._sop_approval_reasons(self._invoice_facts())
        sentences = Markup().join(Markup("<li>%s</li>") % reason for reason in reasons)
        summary = super()._approval_summary(route_code)
        return summary + (Markup("<ul>%s</ul>") % sentences if reasons else Markup())
