from odoo import models


class SopAmendment(models.Model):
    """A supplement takes the stricter of the old and the new term of the policy (P5).

    Otherwise a contract could be signed small, below every gate, and be amended to a large one.
    What it was signed with is never loosened.
    """

    _inherit = "sop.amendment"

    def _stricter_terms(self):
        """Return ``{field of the contract: value}`` of what the new content makes stricter."""
        self.ensure_one()
        contract, order = self.contract_id, self.order_id
        if self.kind != "contract" or order._sop_is_call_off():
            return {}
        stricter = {}
        for name, new in order._sop_frozen_terms(self.term_id).items():
            value = self._stricter(contract._fields[name].type, contract[name], new)
            if value != contract[name]:
                stricter[name] = value
        return stricter

    @staticmethod
    def _stricter(kind, old, new):
        """Return the stricter of two values; an amount is a limit, and zero means none."""
        if kind == "boolean":
            return old or new
        if kind == "float":
            return max(old, new)
        if kind == "monetary":
            return min(old, new) if old and new else old or new
        return old

    def _apply_stricter_terms(self):
        stricter = self._stricter_terms()
        if stricter:
            self.contract_id.write(stricter)

    def _stricter_rows(self):
        """Return ``(product, what, old, new)`` of what the policy asks for from now on."""
        contract = self.contract_id
        return [
            (
                "",
                contract._fields[name]._description_string(self.env),
                self._term_text(contract[name]),
                self._term_text(value),
            )
            for name, value in self._stricter_terms().items()
        ]

    # -- tenders -------------------------------------------------------------------------------

    def _approval_steps(self, route):
        """Legal and the head of sales review a tender's supplement before it is signed (K10)."""
        steps = super()._approval_steps(route)
        signing = {group.id for group in self._countersigning_groups()}
        stages = [step["stage"] for step in steps if step["group_id"] in signing]
        if self.kind != "contract" or not self.contract_id.is_tender or not stages:
            return steps
        legal = self.env.ref("sales_sop.group_legal")
        kept = [step for step in steps if step["group_id"] != legal.id]
        first = min(step["stage"] for step in kept if step["group_id"] in signing)
        for step in kept:
            step["stage"] += step["stage"] >= first
        return kept + self.contract_id._tender_reviews(first)
