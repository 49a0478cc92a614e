from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._sop_touch_contracts()
        return partials

    def unlink(self):
        if self.env["sop.policy"]._governed_company_ids():
            # Odoo also calls it for reconciliations that are gone already.
            self.exists()._sop_touch_contracts()._watch_money()
        return super().unlink()

    def _sop_touch_contracts(self):
        """Reconciling and undoing it changes what is collected (C1)."""
        partials = self.sudo()
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        return moves._sop_touch_contracts()
