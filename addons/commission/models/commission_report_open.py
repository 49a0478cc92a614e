from odoo import models
from odoo.exceptions import UserError


class CommissionReport(models.AbstractModel):
    """What a click on a row of a list opens."""

    _inherit = "commission.report"

    def _open(self, document):
        return {
            "type": "ir.actions.act_window",
            "name": document.display_name,
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


class CommissionBlocked(models.Model):
    _inherit = "commission.blocked"

    def action_open_document(self):
        """Open what has to change: the payment, or else the contract or the entry of the money."""
        self.ensure_one()
        documents = [self.contract_id, self.money_move_id]
        if self.reason in ("no_contract", "uncertain", "rejected"):
            documents.insert(0, self.money_move_id.sudo().origin_payment_id.sudo(False))
        for document in documents:
            if document and document.has_access("read"):
                return self._open(document)
        raise UserError(
            self.env._("Finance can open the payment of %s.", self.partner_id.sudo().display_name)
        )


class CommissionExpected(models.Model):
    _inherit = "commission.expected"

    def action_open_contract(self):
        """Open the contract that the money is to come from."""
        self.ensure_one()
        if self.contract_id.has_access("read"):
            return self._open(self.contract_id)
        raise UserError(
            self.env._(
                "The contract belongs to %s, who can show it to you.",
                self.contract_id.sudo().user_id.name,
            )
        )


class CommissionDrift(models.Model):
    _inherit = "commission.drift"

    def action_open_entries(self):
        """Open the payee's ledger."""
        self.ensure_one()
        return self.payee_id.action_open_entries()
