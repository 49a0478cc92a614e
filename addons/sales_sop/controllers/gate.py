from odoo import http
from odoo.http import request


class SopGate(http.Controller):
    """The code on a gate pass opens its card on the guard's phone (D2)."""

    @http.route("/sop/gate/<string:code>", type="http", auth="user", methods=["GET"])
    def gate_pass(self, code):
        """Open the gate pass with this code, if the user may read it."""
        gate_pass = request.env["sop.gate.pass"].search([("code", "=", code)], limit=1)
        if not gate_pass:
            return request.not_found()
        action = "sales_sop.sop_gate_pass_action_today"
        return request.redirect(f"/odoo/action-{action}/{gate_pass.id}")
