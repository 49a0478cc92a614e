from odoo import api, models
from odoo.exceptions import UserError


class Blocker(tuple):
    """A ``(rule_id, sentence)`` of a gate that also knows the contract it is about."""

    def __new__(cls, rule, sentence, contract):
        """Make the pair; ``contract`` is one ``sop.contract``."""
        blocker = super().__new__(cls, (rule, sentence))
        blocker.contract = contract
        return blocker


class SopGate(models.AbstractModel):
    """What the gates of orders, deliveries and invoices have in common.

    A gate is a method that returns a list of ``(rule_id, sentence)``; empty means free. Every
    outgoing move and every customer invoice has one *basis*, proven by a real link. The table
    says which rules a basis has to pass; an addon that brings a basis extends it.
    """

    _name = "sop.gate"
    _description = "Gate"

    @api.model
    def _basis_gates(self):
        """Return ``{basis: {"delivery": rules, "invoice": rules}}``; rules are rule ids."""
        return {
            "order": {
                "delivery": frozenset({"K2", "D1", "D4", "D9"}),
                "invoice": frozenset({"K2", "C1", "C2", "D3"}),
            },
            # Agreed before the company's first policy: goes on as it was agreed, and no further.
            "opening": {"delivery": frozenset({"D9"}), "invoice": frozenset({"C2"})},
            # Nothing proves why the goods leave or the money is asked for.
            "none": {"delivery": frozenset({"D1"}), "invoice": frozenset({"C2"})},
        }

    @api.model
    def _raise_if_blocked(self, blockers):
        """Raise one UserError with every sentence.

        :param dict blockers: ``{record: [(rule_id, sentence), …]}``
        """
        lines = self._blockers_lines(reason for reasons in blockers.values() for reason in reasons)
        if lines:
            raise UserError("\n".join(dict.fromkeys(lines)))

    @api.model
    def _blockers_text(self, blockers):
        """Render a list of blockers as lines of text; False when there are none."""
        return "\n".join(self._blockers_lines(blockers)) or False

    @api.model
    def _blockers_lines(self, blockers):
        return [
            self.env._("%(rule)s: %(sentence)s", rule=rule, sentence=sentence)
            for rule, sentence in blockers
        ]
