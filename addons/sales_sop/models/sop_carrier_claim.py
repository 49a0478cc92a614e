from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from .sop_draft_mixin import content_names

CLAIM_STATES = [
    ("open", "Open"),
    ("accepted", "Accepted by the Carrier"),
    ("rejected", "Rejected"),
    ("settled", "Settled"),
]
TRANSITIONS = {
    "open": {"accepted", "rejected"},
    "accepted": {"settled", "rejected"},
    # A carrier that was wrong to reject it is asked once more.
    "rejected": {"open"},
    "settled": set(),
}
CLERKS = (
    "sales_sop.group_sales_office",
    "sales_sop.group_finance",
    "stock.group_stock_user",
)


class SopCarrierClaim(models.Model):
    """What we ask of the carrier for goods that arrived damaged or not at all (D12)."""

    _name = "sop.carrier.claim"
    _description = "Claim Against a Carrier"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.protected.mixin"]
    _order = "id desc"
    _mail_post_access = "read"
    _check_company_auto = True

    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('pod_date', '!=', False)]",
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    customer_id = fields.Many2one(related="picking_id.partner_id", string="Customer", store=True)
    carrier_partner_id = fields.Many2one(
        "res.partner", string="Carrier", required=True, index=True, tracking=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        tracking=True,
        help="What we claim; proposed is the value of the damaged and missing goods at the order's "
        "prices, without tax.",
    )
    amount_settled = fields.Monetary(string="Paid by the Carrier", readonly=True, tracking=True)
    goods = fields.Text(compute="_compute_goods", compute_sudo=True)
    reason = fields.Text(string="What Happened")
    claimed_on = fields.Date(
        required=True, default=lambda self: self.env.company._sop_today(), string="Claimed on"
    )
    state = fields.Selection(
        CLAIM_STATES,
        string="Status",
        default="open",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    closed_on = fields.Date(string="Decided on", readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="restrict"
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "state",
            "amount_settled",
            "closed_on",
            "closed_by_id",
        }

    @api.depends("picking_id.name", "carrier_partner_id.name")
    def _compute_display_name(self):
        for claim in self:
            names = (claim.picking_id.name, claim.carrier_partner_id.name)
            claim.display_name = " – ".join(filter(None, names))

    def _sop_refused_moves(self):
        return self.picking_id.sudo().move_ids.filtered(
            lambda move: move.qty_damaged or move.qty_missing
        )

    @api.depends("picking_id")
    def _compute_amount(self):
        for claim in self:
            amount = 0.0
            for move in claim._sop_refused_moves():
                line = move.sale_line_id
                quantity = move._sop_to_line_unit(move.qty_damaged + move.qty_missing)
                price = line.price_subtotal / (line.product_uom_qty or 1.0)
                amount += line.currency_id._convert(
                    price * quantity, claim.currency_id, claim.company_id, claim.claimed_on
                )
            claim.amount = amount

    @api.depends("picking_id.move_ids.qty_damaged", "picking_id.move_ids.qty_missing")
    def _compute_goods(self):
        for claim in self:
            claim.goods = "\n".join(
                self.env._(
                    "%(product)s: %(damaged).12g damaged, %(missing).12g missing",
                    product=move.product_id.display_name,
                    damaged=move.qty_damaged,
                    missing=move.qty_missing,
                )
                for move in claim._sop_refused_moves()
            )

    # -- kept ----------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        claims = super().create(vals_list)
        for claim in claims:
            claim._sop_check_claim()
        return claims

    def write(self, vals):
        own = content_names(vals)
        if not self.env.su and own:
            if "picking_id" in own or any(claim.state != "open" for claim in self):
                raise AccessError(
                    self.env._(
                        "%s: a claim that was answered does not change, and none changes its "
                        "delivery.",
                        format_list(self.env, self.mapped("display_name")),
                    )
                )
        result = super().write(vals)
        if "amount" in own:
            for claim in self:
                claim._sop_check_claim()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Claims are kept. Reject one that was wrong."))

    def _sop_check_claim(self):
        if not self._sop_refused_moves():
            raise UserError(
                self.env._(
                    "%s: nothing was damaged or missing, so there is nothing to claim. Record the "
                    "proof of delivery first.",
                    self.picking_id.name,
                )
            )
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(self.env._("%s: enter what is claimed.", self.display_name))

    # -- transitions ---------------------------------------------------------------------------

    def action_accept(self):
        """The carrier accepts the claim."""
        return self._sop_answer("accepted", *CLERKS)

    def action_reject(self):
        """The carrier rejects the claim."""
        return self._sop_answer("rejected", *CLERKS)

    def action_reopen(self):
        """The carrier is asked once more."""
        return self._sop_answer("open", *CLERKS)

    def action_settle(self):
        """Finance has the carrier's money, or has set it off."""
        return self._sop_answer("settled", "sales_sop.group_finance")

    def _sop_answer(self, state, *groups):
        self.env.user._sop_require_role(self.env._("record a carrier's answer"), *groups)
        self.check_access("read")
        states = dict(self._fields["state"]._description_selection(self.env))
        for claim in self.sudo():
            if state not in TRANSITIONS[claim.state]:
                raise UserError(
                    self.env._(
                        "%(claim)s is %(state)s and cannot become %(new)s.",
                        claim=claim.display_name,
                        state=states[claim.state],
                        new=states[state],
                    )
                )
            claim.write(
                {
                    "state": state,
                    "closed_on": state != "open" and claim.company_id._sop_today(),
                    "closed_by_id": state != "open" and self.env.uid,
                    "amount_settled": claim.amount if state == "settled" else 0.0,
                }
            )
        return True


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pod_claim_ids = fields.One2many(
        "sop.carrier.claim",
        "picking_id",
        string="Claims",
        groups="sales_sop.group_user,stock.group_stock_user,account.group_account_invoice",
    )
    pod_is_refused = fields.Boolean(
        string="Not All Accepted", compute="_compute_pod_is_refused", compute_sudo=True
    )

    @api.depends("move_ids.qty_damaged", "move_ids.qty_missing")
    def _compute_pod_is_refused(self):
        for picking in self:
            picking.pod_is_refused = any(
                move.qty_damaged or move.qty_missing for move in picking.move_ids
            )

    def action_pod_claim(self):
        """Open the form that records a claim against the carrier."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claim Against a Carrier"),
            "res_model": "sop.carrier.claim",
            "view_mode": "form",
            "context": {"default_picking_id": self.id},
        }
