from odoo import models


class SopGatePass(models.Model):
    """The gate pass on paper: the driver shows it, the guard scans it (D2)."""

    _inherit = "sop.gate.pass"

    def _paper(self):
        """Return what the gate pass prints."""
        self.ensure_one()
        self.check_access("read")
        gate_pass, paper = self.sudo(), self.env["sop.paper"]
        cancelled = self.env._("CANCELLED") if self.state == "cancelled" else False
        return {
            "company_lines": paper._company_lines(gate_pass.company_id),
            "watermark": paper._watermark(cancelled),
            "facts": gate_pass._paper_facts(),
            "goods": [
                {**row, "delivery": picking.name, "customer": picking.partner_id.display_name}
                for picking in gate_pass.picking_ids
                for row in picking._sop_paper_goods()
            ],
            "code": paper._code_image(gate_pass._code_url()),
        }

    def _paper_facts(self):
        paper = self.env["sop.paper"]
        return [
            (self.env._("License plate"), self.vehicle_plate or ""),
            (self.env._("Planned departure"), paper._datetime(self.date_planned)),
            (self.env._("Driver"), self.driver_name or ""),
            (self.env._("Expected arrival"), paper._datetime(self.date_expected)),
            (self.env._("Driver's phone"), self.driver_phone or ""),
            (self.env._("Carrier"), self.carrier_id.name or ""),
            (self.env._("Left on"), paper._datetime(self.left_on)),
            (self.env._("Registered by"), self.guard_id.name or ""),
        ]
