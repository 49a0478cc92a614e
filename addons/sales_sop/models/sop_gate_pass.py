import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

PASS_STATES = [
    ("expected", "Expected"),
    ("left", "Has Left"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    "expected": {"left", "cancelled"},
    "left": set(),
    "cancelled": set(),
}
MAKERS = ("sales_sop.group_sales_office", "stock.group_stock_user")
PROTECTED = frozenset(
    {
        "name",
        "code",
        "state",
        "left_on",
        "guard_id",
        "agreed_by_id",
        "agreed_on",
        "agreed_content",
    }
)


class SopGatePass(models.Model):
    """One vehicle that leaves with the goods of one or more deliveries (D2).

    The sales office or the warehouse makes it, the gate guard registers that it left. Nobody
    writes what the guard registered, and a vehicle that left does not change any more.
    """

    _name = "sop.gate.pass"
    _description = "Gate Pass"
    _inherit = [
        "mail.thread",
        "sop.protected.mixin",
        "sop.own.defaults.mixin",
    ]
    _order = "date_planned desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(string="Number", readonly=True, copy=False, index=True)
    code = fields.Char(
        readonly=True,
        copy=False,
        index=True,
        help="Random; printed on the paper as a code that opens this gate pass.",
    )
    state = fields.Selection(
        PASS_STATES,
        string="Status",
        default="expected",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    picking_ids = fields.Many2many(
        "stock.picking",
        "sop_gate_pass_picking_rel",
        "gate_pass_id",
        "picking_id",
        string="Deliveries",
        check_company=True,
        copy=False,
    )
    vehicle_plate = fields.Char(string="License Plate", tracking=True)
    driver_name = fields.Char(string="Driver", tracking=True)
    driver_phone = fields.Char(string="Driver's Phone")
    carrier_id = fields.Many2one("res.partner", ondelete="restrict")
    date_planned = fields.Datetime(
        string="Planned Departure", required=True, default=fields.Datetime.now
    )
    date_expected = fields.Datetime(string="Expected Arrival")
    note = fields.Text()

    freight_amount = fields.Monetary(string="Agreed Freight", tracking=True)
    papers_sealed = fields.Boolean(
        string="Papers Travel Sealed",
        help="The customer's copy and the money receipt travel sealed with the driver (D8).",
    )
    agreed_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    agreed_on = fields.Datetime(readonly=True, copy=False)
    agreed_content = fields.Json(readonly=True, copy=False)
    is_agreed = fields.Boolean(
        string="Transport Agreed",
        compute="_compute_is_agreed",
        help="The transport was agreed with the driver as it stands here (D8).",
    )

    left_on = fields.Datetime(readonly=True, copy=False)
    guard_id = fields.Many2one(
        "res.users", string="Registered by", readonly=True, copy=False, ondelete="restrict"
    )

    customer_names = fields.Char(string="Customer", compute="_compute_goods", compute_sudo=True)
    goods = fields.Text(compute="_compute_goods", compute_sudo=True)
    not_ready = fields.Text(
        string="May Not Leave Because",
        compute="_compute_not_ready",
        compute_sudo=True,
        help="What is still missing before the vehicle may leave, one reason a line.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "The code of a gate pass has to be unique.")
    _name_uniq = models.UniqueIndex(
        "(company_id, name)", "The number of a gate pass has to be unique in the company."
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | PROTECTED

    # -- computed ------------------------------------------------------------------------------

    @api.depends("picking_ids.move_ids.quantity", "picking_ids.partner_id")
    @api.depends_context("lang")
    def _compute_goods(self):
        for gate_pass in self:
            pickings = gate_pass.picking_ids
            customers = pickings.partner_id.commercial_partner_id
            gate_pass.customer_names = format_list(self.env, customers.mapped("name"))
            gate_pass.goods = "\n".join(pickings._sop_goods_lines())

    @api.depends(
        "agreed_content",
        "vehicle_plate",
        "driver_name",
        "driver_phone",
        "carrier_id",
        "freight_amount",
        "papers_sealed",
    )
    def _compute_is_agreed(self):
        for gate_pass in self:
            content = gate_pass.agreed_content
            gate_pass.is_agreed = bool(content) and content == gate_pass._transport_content()

    @api.depends(
        "picking_ids.state",
        "picking_ids.sop_transport_mode",
        "vehicle_plate",
        "driver_name",
        "driver_phone",
        "state",
        "is_agreed",
    )
    @api.depends_context("lang")
    def _compute_not_ready(self):
        for gate_pass in self:
            waits = gate_pass.state == "expected"
            blockers = gate_pass._leaving_blockers() if waits else []
            gate_pass.not_ready = "\n".join(sentence for __, sentence in blockers)

    # -- the vehicle and its goods ---------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.env.user._sop_require_role(self.env._("make a gate pass"), *MAKERS)
        passes = super().create(vals_list)
        for gate_pass in passes.sudo():
            gate_pass.write(
                {
                    "name": self._next_number(gate_pass.company_id),
                    "code": secrets.token_urlsafe(16),
                }
            )
        return passes

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._check_is_open()
            if "company_id" in vals:
                raise AccessError(self.env._("The company of a gate pass does not change."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Gate passes are kept for ever; cancel them instead."))

    def _check_is_open(self):
        if closed := self.filtered(lambda gate_pass: gate_pass.state != "expected"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Gate pass %(gate_pass)s is %(state)s and does not change any more.",
                    gate_pass=closed[0].name,
                    state=labels[closed[0].state].lower(),
                )
            )

    @api.model
    def _next_number(self, company):
        return self.env["ir.sequence"]._sop_next_yearly(
            {
                "name": f"{company.name}: gate passes",
                "code": "sop.gate.pass",
                "prefix": "CM%(range_year)s-",
            },
            company,
        )

    @api.constrains("picking_ids", "state")
    def _check_pickings(self):
        """Goods leave on one vehicle: each delivery is on one gate pass that counts (D2)."""
        # Two people who put one delivery on two vehicles see one another.
        self.picking_ids._sop_contracts()._touch()
        for gate_pass in self.filtered(lambda gate_pass: gate_pass.state != "cancelled"):
            for picking in gate_pass.sudo().picking_ids:
                gate_pass._check_picking(picking)

    def _check_picking(self, picking):
        if not picking.sop_governed or picking.state == "cancel":
            raise ValidationError(
                self.env._(
                    "%s is not a delivery to a customer under the sales policy.", picking.name
                )
            )
        others = picking.sop_gate_pass_ids.filtered(lambda other: other.state != "cancelled")
        if other := (others - self)[:1]:
            raise ValidationError(
                self.env._(
                    "%(picking)s is already on gate pass %(gate_pass)s. Take it off there first.",
                    picking=picking.name,
                    gate_pass=other.name,
                )
            )

    # -- transport agreement (D8) ----------------------------------------------------------------

    def _transport_content(self):
        """Return what is agreed with the driver, as data that JSON can hold."""
        return {
            "plate": self.vehicle_plate or "",
            "driver": self.driver_name or "",
            "phone": self.driver_phone or "",
            "carrier": self.carrier_id.id,
            "freight": self.currency_id.round(self.freight_amount),
            "sealed": self.papers_sealed,
        }

    def action_agree(self):
        """Record that the transport is agreed with the driver as it stands here (D8)."""
        self.check_access("write")
        self.env.user._sop_require_role(self.env._("agree a transport"), *MAKERS)
        self._check_is_open()
        for gate_pass in self:
            gate_pass._check_transport_is_complete()
            gate_pass.sudo().write(
                {
                    "agreed_by_id": self.env.uid,
                    "agreed_on": fields.Datetime.now(),
                    "agreed_content": gate_pass._transport_content(),
                }
            )
        return True

    def _check_transport_is_complete(self):
        checks = (
            (self.env._("license plate"), self.vehicle_plate),
            (self.env._("driver"), self.driver_name),
            (self.env._("driver's phone"), self.driver_phone),
            (self.env._("papers sealed with the driver"), self.papers_sealed),
        )
        missing = [label for label, value in checks if not value]
        if missing:
            raise UserError(
                self.env._(
                    "D8: gate pass %(gate_pass)s: enter what is still missing: %(missing)s.",
                    gate_pass=self.name,
                    missing=format_list(self.env, missing),
                )
            )

    # -- leaving (D2) ------------------------------------------------------------------------------

    def _leaving_blockers(self):
        """Return ``[(rule, sentence)]`` why the vehicle may not leave now; empty = it may."""
        self.ensure_one()
        blockers = [("D2", sentence) for sentence in self._unready_sentences()]
        if self._is_agreement_missing():
            sentence = self.env._(
                "The transport on gate pass %s is not agreed with the driver as it is now. Record "
                "the agreement.",
                self.name or "",
            )
            blockers.append(("D8", sentence))
        return blockers

    def _is_agreement_missing(self):
        """Whether a carrier brings goods on this pass, other than was agreed (D8)."""
        carried = self.picking_ids.filtered(
            lambda picking: picking.sop_gate_pass_required and picking._sop_is_carried()
        )
        return bool(carried) and not self.is_agreed

    def _unready_sentences(self):
        sentences = []
        if not self.picking_ids:
            sentences.append(self.env._("No delivery is on gate pass %s.", self.name or ""))
        names = ("vehicle_plate", "driver_name", "driver_phone")
        if not all((self[name] or "").strip() for name in names):
            sentences.append(
                self.env._("The warehouse enters license plate, driver and driver's phone first.")
            )
        sentences += [
            self.env._("%s is not loaded: the warehouse has not validated it yet.", picking.name)
            for picking in self.picking_ids
            if picking.state != "done"
        ]
        return sentences

    def action_register_leaving(self):
        """The gate guard registers that the vehicles leave with their goods (D2)."""
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("register a vehicle at the gate"), "sales_sop.group_gate_guard"
        )
        for gate_pass in self:
            gate_pass.sudo()._register_leaving(self.env.user)
        return True

    def _register_leaving(self, guard):
        if self.state == "left":
            raise UserError(
                self.env._(
                    "The vehicle of gate pass %(gate_pass)s left already; %(guard)s registered it.",
                    gate_pass=self.name,
                    guard=self.guard_id.name,
                )
            )
        # Whoever records the goods or their way at this moment is seen, or sees this.
        self.picking_ids._sop_contracts()._touch()
        self.env["sop.gate"]._raise_if_blocked({self: self._leaving_blockers()})
        self._set_state("left", left_on=fields.Datetime.now(), guard_id=guard.id)
        self.picking_ids._sop_tell_dispatch()

    def _set_state(self, state, **values):
        for gate_pass in self:
            if state not in TRANSITIONS[gate_pass.state]:
                gate_pass._check_is_open()
        self.write({"state": state, **values})

    def action_cancel(self):
        """The vehicle does not come; its deliveries may go on another gate pass."""
        self.check_access("write")
        self.env.user._sop_require_role(self.env._("cancel a gate pass"), *MAKERS)
        self.sudo()._set_state("cancelled")
        return True

    # -- the code on the paper -------------------------------------------------------------------

    def _code_url(self):
        """Return the address that the code on the paper opens."""
        self.ensure_one()
        return f"{self.sudo().get_base_url()}/sop/gate/{self.sudo().code}"
