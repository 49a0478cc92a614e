from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class StockPicking(models.Model):
    """The vehicle that brings the delivery, and the gate it passes (D2, D8).

    What a vendor sends straight to the customer passes no gate of ours.
    """

    _inherit = "stock.picking"

    sop_gate_pass_ids = fields.Many2many(
        "sop.gate.pass",
        "sop_gate_pass_picking_rel",
        "picking_id",
        "gate_pass_id",
        string="Gate Passes",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    sop_gate_pass_id = fields.Many2one(
        "sop.gate.pass",
        string="Gate Pass",
        compute="_compute_sop_gate_pass_id",
        compute_sudo=True,
        groups="base.group_user",
        help="The gate pass that counts: the one that is not cancelled.",
    )
    sop_gate_pass_required = fields.Boolean(
        string="Gate Pass Needed", compute="_compute_sop_gate_pass_required", compute_sudo=True
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sop_gate_pass_ids"}

    @api.depends("sop_governed")
    def _compute_sop_gate_pass_required(self):
        for picking in self:
            contracts = picking._sop_contracts() if picking.sop_governed else []
            required = any(contract.gate_pass_required for contract in contracts)
            picking.sop_gate_pass_required = required and picking._sop_is_loaded_here()

    @api.depends("sop_gate_pass_ids.state")
    def _compute_sop_gate_pass_id(self):
        for picking in self:
            picking.sop_gate_pass_id = picking._sop_gate_pass()

    @api.depends("sop_gate_pass_ids.agreed_content", "sop_gate_pass_ids.state")
    def _compute_sop_blockers(self):
        return super()._compute_sop_blockers()

    def _sop_gate_pass(self):
        """Return the gate pass that counts; empty when there is none yet."""
        passes = self.sudo().sop_gate_pass_ids
        return passes.filtered(lambda gate_pass: gate_pass.state != "cancelled")[:1]

    # -- before loading (D8) -----------------------------------------------------------------------

    def _sop_shipping_blockers(self, contracts):
        blockers = super()._sop_shipping_blockers(contracts)
        return blockers + self._sop_transport_blockers(contracts)

    def _sop_transport_blockers(self, contracts):
        """Return ``[("D8", sentence)]`` until the transport by a carrier is agreed.

        With the own vehicle or the customer's there is no freight to agree.
        """
        required = any(contract.gate_pass_required for contract in contracts)
        if not required or not self._sop_is_loaded_here():
            return []
        gate_pass = self._sop_gate_pass()
        if not self._sop_is_carried() or gate_pass.is_agreed:
            return []
        return [("D8", self._sop_transport_sentence(gate_pass))]

    def _sop_transport_sentence(self, gate_pass):
        if gate_pass:
            return self.env._(
                "The transport of %(picking)s is not agreed with a driver as it is now. On gate "
                "pass %(gate_pass)s, enter vehicle, driver and freight, and press “Record "
                "Transport Agreement”.",
                picking=self.name,
                gate_pass=gate_pass.name,
            )
        return self.env._(
            "The transport of %s is not agreed with a driver as it is now. As soon as nothing else "
            "holds the delivery, press “Make Gate Pass”, enter vehicle, driver and freight, and "
            "record the agreement.",
            self.name,
        )

    def _sop_is_carried(self):
        return self.sop_transport_mode not in ("own", "pickup")

    # -- the gate pass -----------------------------------------------------------------------------

    def action_sop_gate_pass(self):
        """Open the gate pass of the delivery; make one for several deliveries of a vehicle (D2)."""
        self.check_access("read")
        self._sop_check_one_vehicle()
        gate_pass = self._sop_gate_pass() or self._sop_make_gate_pass()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Gate Pass"),
            "res_model": "sop.gate.pass",
            "view_mode": "form",
            "res_id": gate_pass.id,
        }

    def _sop_check_one_vehicle(self):
        """Several deliveries go on one pass: all on the same one, or none on any yet (D2)."""
        if len(self.company_id) > 1:
            raise UserError(
                self.env._(
                    "%s are of different companies. Make a gate pass for each company.",
                    format_list(self.env, self.mapped("name")),
                )
            )
        by_pass = self.grouped(lambda picking: picking._sop_gate_pass())
        if len(by_pass) < 2:
            return
        placed = [
            self.env._(
                "%(picking)s is already on gate pass %(gate_pass)s.",
                picking=format_list(self.env, pickings.mapped("name")),
                gate_pass=gate_pass.name,
            )
            for gate_pass, pickings in by_pass.items()
            if gate_pass
        ]
        remedy = self.env._(
            "Choose only deliveries without a gate pass, or add the others to that pass."
        )
        raise UserError("\n".join([*placed, remedy]))

    def _sop_make_gate_pass(self):
        self.env["sop.gate.pass"].check_access("create")
        for picking in self:
            blockers = picking.sudo()._delivery_blockers() if picking.state != "done" else []
            self.env["sop.gate"]._raise_if_blocked(
                {picking: [blocker for blocker in blockers if blocker[0] != "D8"]}
            )
        return self.env["sop.gate.pass"].create(
            {
                "company_id": self.company_id.id,
                "picking_ids": [fields.Command.set(self.ids)],
                "carrier_id": self._sop_usual_carrier().id,
            }
        )

    def _sop_usual_carrier(self):
        """Return the carrier to start with; an addon knows more than this one."""
        return self.env["res.partner"]

    # -- before the receipt (D2, D3) ---------------------------------------------------------------

    def _sop_check_pod_waits(self):
        """What has not left the gate has not been received; who collects signs at loading."""
        result = super()._sop_check_pod_waits()
        if self._sop_waits_at_gate():
            raise UserError(
                self.env._(
                    "D2: the gate guard has not registered that %s left. Register its gate pass "
                    "before the proof of delivery.",
                    self.name,
                )
            )
        return result

    def _sop_waits_at_gate(self):
        self.ensure_one()
        if not self.sop_gate_pass_required or self.sop_transport_mode == "pickup":
            return False
        return self._sop_gate_pass().state != "left"

    def _sop_goods_lines(self):
        """Return what these deliveries bring, one line for each product."""
        return [
            f"{move.quantity or move.product_uom_qty:.12g} {move.product_uom.name} "
            f"{move.product_id.display_name}"
            for move in self._sop_brought_moves()
        ]
