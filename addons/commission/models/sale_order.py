from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _prepare_sop_contract_values(self):
        return super()._prepare_sop_contract_values() | {"commission_team_id": self.team_id.id}
