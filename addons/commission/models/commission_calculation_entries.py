from odoo import models
from odoo.tools import format_date


class CommissionCalculation(models.Model):
    _inherit = "commission.calculation"

    def action_open_entries(self):
        """Open what the calculation has found new."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("commission.commission_entry_action")
        return {
            **action,
            "name": self.env._("Calculation Until %s", format_date(self.env, self.date_to)),
            "domain": [("calculation_id", "=", self.id)],
            "context": {},
        }
