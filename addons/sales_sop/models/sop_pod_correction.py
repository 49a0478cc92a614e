from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import float_repr, format_list

from .sop_approval_mixin import DOCUMENT_STATES
from .sop_draft_mixin import content_names
from .stock_move_pod import RECEIVED_FIELDS

# What whoever asks may write until the correction is decided.
OPEN_FIELDS = frozenset({"reason", "line_ids"})


class SopPodCorrection(models.Model):
    """A wrong proof of delivery is put right by a counter-document, never by editing (D3).

    The sales office says what stands on the signed copy, finance decides; nobody does both. The
    decided correction adds its differences to what was signed for.
    """

    _name = "sop.pod.correction"
    _description = "Correction of a Proof of Delivery"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "sop.approval.mixin",
        "sop.protected.mixin",
    ]
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
    partner_id = fields.Many2one(
        "res.partner", string="Customer", compute="_compute_partner_id", store=True
    )
    reason = fields.Text(required=True)
    line_ids = fields.One2many(
        "sop.pod.correction.line",
        "correction_id",
        string="Goods",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "Applied")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    approval_state = fields.Selection(
        DOCUMENT_STATES,
        string="Decision",
        compute="_compute_approval_state",
        compute_sudo=True,
    )
    waiting_for = fields.Char(compute="_compute_approval_state", compute_sudo=True)
    receipt_id = fields.Many2one("sop.pod.receipt", readonly=True, copy=False)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"state", "receipt_id"}

    # -- computed ------------------------------------------------------------------------------

    @api.depends("picking_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._("Correction of %s", row.picking_id.name or "")

    @api.depends("picking_id.partner_id")
    def _compute_partner_id(self):
        for row in self:
            row.partner_id = row.picking_id._sop_receiver()

    @api.depends("picking_id")
    def _compute_line_ids(self):
        """Propose what is recorded so far."""
        for row in self:
            moves = row.picking_id.move_ids.filtered(lambda move: move.sudo().sop_receipt_line_ids)
            row.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {"move_id": move.id, **{name: move[name] for name in RECEIVED_FIELDS}}
                    )
                    for move in moves
                ),
            ]

    @api.depends("approval_ids.step_ids.state", "state")
    def _compute_approval_state(self):
        for row in self:
            approval = row._approval_for("pod_correction")
            state = row._approval_state("pod_correction")
            # Carried out, it changes what it was decided on.
            row.approval_state = approval.state if row.state != "draft" else state
            row.waiting_for = approval.waiting_for if approval.state == "pending" else False

    # -- written by whoever asks, until it is decided ------------------------------------------

    def write(self, vals):
        own = content_names(vals)
        if not self.env.su and own:
            self._sop_check_open(own)
        return super().write(vals)

    def _sop_check_open(self, names=frozenset()):
        for row in self:
            if row.state != "draft" or not set(names) <= OPEN_FIELDS:
                raise AccessError(
                    self.env._(
                        "%s: only reason and figures of a correction that is not decided can be "
                        "changed.",
                        row.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for row in self.sudo():
            if row.approval_ids or row.state != "draft":
                raise UserError(self.env._("%s has been submitted and is kept.", row.display_name))

    # -- approval ------------------------------------------------------------------------------

    def action_submit(self):
        """Submit the correction to finance."""
        for row in self:
            row.check_access("write")
            row.submit_approval("pod_correction")
        return True

    def _check_submission(self, route_code):
        if self.state != "draft" or self._approval_state("pod_correction") == "pending":
            raise UserError(self.env._("%s is already submitted.", self.display_name))
        self.sudo()._sop_check_correction()

    def _sop_check_correction(self):
        """Raise unless this changes something, and nothing that cannot be changed any more."""
        self.picking_id._sop_contracts()._touch()
        moves = self.line_ids.move_id
        if moves.picking_id - self.picking_id or len(moves) != len(self.line_ids):
            raise UserError(
                self.env._(
                    "%s: each line stands here once, and only lines of this delivery.",
                    self.display_name,
                )
            )
        changed = self.line_ids.filtered(lambda line: any(line._sop_differences()))
        if not changed:
            raise UserError(
                self.env._(
                    "%s changes nothing. Enter what stands on the signed copy.", self.display_name
                )
            )
        for line in changed:
            line._sop_check_line()

    def _approval_content(self, route_code):
        """The figures recorded when it was decided, and what they become."""
        self.ensure_one()
        return {
            "picking": self.picking_id.id,
            "reason": self.reason,
            "lines": sorted(
                [line.move_id.id]
                + [float_repr(line[name], 6) for name in RECEIVED_FIELDS]
                + [float_repr(line.move_id[name], 6) for name in RECEIVED_FIELDS]
                for line in self.line_ids
            ),
        }

    def _approval_holds(self, approval):
        if self.state != "draft":
            return approval.state == "approved"
        return super()._approval_holds(approval)

    def _approval_salesperson(self):
        return self.picking_id.sale_id.user_id

    def _approval_summary(self, route_code):
        header = [
            self.env._("Product"),
            self.env._("Accepted"),
            self.env._("Damaged"),
            self.env._("Missing"),
        ]
        rows = [(self.env._("Reason"), self.reason, "", "")]
        for line in self.line_ids:
            figures = (f"{line.move_id[name]:.12g} → {line[name]:.12g}" for name in RECEIVED_FIELDS)
            rows.append((line.product_id.display_name, *figures))
        return self._approval_table(header, rows)

    def _on_approval_approved(self, approval):
        """Add the differences to what was signed for; what follows from them is made."""
        self._sop_check_correction()
        changed = self.line_ids.filtered(lambda line: any(line._sop_differences()))
        differences = {line.move_id: line._sop_differences() for line in changed}
        lines = self.env["sop.pod.receipt.line"]._sop_values(differences)
        self.receipt_id = self.env["sop.pod.receipt"].create(
            {
                "picking_id": self.picking_id.id,
                "kind": "correction",
                "source": "paper",
                "date": self.company_id._sop_today(),
                "signatory": False,
                "comment": self.reason,
                "user_id": approval.requested_by_id.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        self.state = "applied"
        self._sop_check_invoiced(differences)
        self._sop_follow(differences)

    def _sop_check_invoiced(self, moves):
        """Accepted is never less than what is invoiced; a credit note comes first (D3)."""
        for line in self.env["stock.move"].union(*moves).sale_line_id:
            line._sop_check_accepted_covers_invoiced(line.qty_accepted)

    def _sop_follow(self, differences):
        """More damaged or missing makes work; less takes back what is still open."""
        more = [{}, {}]
        for move, (__, damaged, missing) in differences.items():
            for made, difference in zip(more, (damaged, missing), strict=True):
                if difference > 0:
                    made[move] = difference
            if damaged < 0:
                move._sop_reduce_open_returns(-damaged)
            if missing < 0:
                move.sop_missing_ids._sop_reduce(-missing)
        self.picking_id._sop_after_receipt(*more)


class SopPodCorrectionLine(models.Model):
    """What the signed copy really says of one delivered line."""

    _name = "sop.pod.correction.line"
    _description = "Line of a Correction of a Proof of Delivery"
    _inherit = ["sop.own.defaults.mixin"]
    _order = "id"

    correction_id = fields.Many2one(
        "sop.pod.correction", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="correction_id.company_id")
    move_id = fields.Many2one("stock.move", string="Stock Move", required=True, ondelete="restrict")
    product_id = fields.Many2one(related="move_id.product_id")
    product_uom = fields.Many2one(related="move_id.product_uom")
    qty_delivered = fields.Float(
        string="Delivered", digits="Product Unit", related="move_id.quantity"
    )
    qty_accepted = fields.Float(string="Accepted", digits="Product Unit")
    qty_damaged = fields.Float(string="Damaged", digits="Product Unit")
    qty_missing = fields.Float(string="Missing", digits="Product Unit")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines.correction_id._sop_check_open()
        return lines

    def write(self, vals):
        if not self.env.su:
            self.correction_id._sop_check_open()
        result = super().write(vals)
        if not self.env.su:
            self.correction_id._sop_check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if not self.env.su:
            self.correction_id._sop_check_open()

    def _sop_differences(self):
        """Return accepted, damaged and missing as differences from what is recorded."""
        self.ensure_one()
        unit = self.product_uom
        return tuple(unit.round(self[name] - self.move_id[name]) for name in RECEIVED_FIELDS)

    def _sop_check_line(self):
        if not self.move_id.sop_receipt_line_ids:
            raise UserError(
                self.env._(
                    "%(picking)s, %(product)s: nobody has signed for it yet. Record the proof of "
                    "delivery.",
                    picking=self.move_id.picking_id.name,
                    product=self.product_id.display_name,
                )
            )
        self.move_id._sop_check_received(*(self[name] for name in RECEIVED_FIELDS))
        accepted, __, missing = self._sop_differences()
        if missing < 0:
            self.move_id.sop_missing_ids._sop_check_reducible(-missing)
        line = self.move_id.sale_line_id
        if accepted < 0:
            kept = line._sop_accepted_with(self.move_id, accepted)
            line._sop_check_accepted_covers_invoiced(kept)


class SopPodMissing(models.Model):
    _inherit = "sop.pod.missing"

    def _sop_check_reducible(self, quantity):
        """What finance has written to transit loss is delivered again, not corrected."""
        rows = self.filtered(lambda row: row.state == "open")
        if rows and rows[0].product_uom.compare(sum(rows.mapped("quantity")), quantity) >= 0:
            return
        raise UserError(
            self.env._(
                "%s: finance has already confirmed missing goods as lost, so they count as not "
                "delivered. What turned up is delivered again, by a delivery of its own.",
                format_list(self.env, set(self.picking_id.mapped("name"))),
            )
        )

    def _sop_reduce(self, quantity):
        """Take back questions that a correction has answered."""
        self._sop_check_reducible(quantity)
        for row in self.filtered(lambda row: row.state == "open"):
            taken = min(row.quantity, quantity)
            quantity -= taken
            row.quantity = row.product_uom.round(row.quantity - taken)
            if row.product_uom.is_zero(row.quantity):
                row.state = "void"
                row.activity_unlink(["sales_sop.mail_activity_pod_missing"])


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_reduce_open_returns(self, quantity):
        """Less was damaged: the return that was planned for it shrinks."""
        for move in self.returned_move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        ):
            taken = min(move.product_uom_qty, quantity)
            quantity -= taken
            left = move.product_uom.round(move.product_uom_qty - taken)
            if move.product_uom.is_zero(left):
                move._action_cancel()
            elif taken:
                move._do_unreserve()
                move.product_uom_qty = left
                move._action_assign()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_accepted_with(self, move, change):
        """What would be accepted if ``change`` were added to what was accepted of ``move``."""
        self.ensure_one()
        return self.qty_accepted + move._sop_to_line_unit(change)

    def _sop_check_accepted_covers_invoiced(self, accepted):
        """Raise when ``accepted`` would be less than what is invoiced and not credited (D3)."""
        self.ensure_one()
        if not self._sop_waits_for_receipt():
            return
        if self.product_uom_id.compare(accepted, self.qty_invoiced_posted) < 0:
            raise UserError(
                self.env._(
                    "D3: %(order)s, %(product)s: %(invoiced).12g are invoiced, and only "
                    "%(accepted).12g would be accepted. Post a credit note for the difference "
                    "first.",
                    order=self.order_id.name,
                    product=self.product_id.display_name,
                    invoiced=self.qty_invoiced_posted,
                    accepted=accepted,
                )
            )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pod_correction_ids = fields.One2many(
        "sop.pod.correction",
        "picking_id",
        string="Corrections",
        readonly=True,
        groups="sales_sop.group_user,stock.group_stock_user,account.group_account_invoice",
    )

    def action_pod_correct(self):
        """Open the form that asks for a correction of what was signed for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correction of a Proof of Delivery"),
            "res_model": "sop.pod.correction",
            "view_mode": "form",
            "context": {"default_picking_id": self.id},
        }
