from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_list
from odoo.tools.misc import clean_context

from .sop_draft_mixin import content_names

# What says which of the delivered lots is missing; open to those who work on it.
OPEN_FIELDS = frozenset({"lot_ids"})


class SopPodMissing(models.Model):
    """Goods that left and did not arrive: a question that finance answers (D3).

    On its word they go from the customer to transit loss, so they count as not delivered and are
    due again.
    """

    _name = "sop.pod.missing"
    _description = "Missing Goods"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "sop.own.defaults.mixin",
        "sop.protected.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"
    _check_company_auto = True

    move_id = fields.Many2one(
        "stock.move",
        string="Stock Move",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        related="move_id.picking_id",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", compute="_compute_partner_id", store=True, index=True
    )
    product_id = fields.Many2one(related="move_id.product_id", store=True)
    product_uom = fields.Many2one(related="move_id.product_uom")
    has_tracking = fields.Selection(related="product_id.tracking")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    reported_on = fields.Date(readonly=True)
    state = fields.Selection(
        [("open", "To Decide"), ("lost", "Written to Transit Loss"), ("void", "Corrected")],
        string="Status",
        default="open",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    delivered_lot_ids = fields.Many2many(
        "stock.lot", compute="_compute_delivered_lot_ids", compute_sudo=True
    )
    lot_ids = fields.Many2many(
        "stock.lot",
        string="Missing Lots/Serial Numbers",
        domain="[('id', 'in', delivered_lot_ids)]",
        help="Which of the delivered lots or serial numbers did not arrive.",
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Confirmed by", readonly=True, ondelete="restrict"
    )
    decided_on = fields.Datetime(string="Confirmed on", readonly=True)
    loss_move_id = fields.Many2one(
        "stock.move", string="Out of the Delivery", readonly=True, index="btree_not_null"
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "move_id",
            "quantity",
            "reported_on",
            "state",
            "decided_by_id",
            "decided_on",
            "loss_move_id",
        }

    @api.depends("picking_id.name", "product_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.picking_id.name}: {row.product_id.display_name}"

    @api.depends("picking_id.partner_id")
    def _compute_partner_id(self):
        for row in self:
            row.partner_id = row.picking_id._sop_receiver()

    @api.depends("move_id.move_line_ids.lot_id")
    def _compute_delivered_lot_ids(self):
        for row in self:
            row.delivered_lot_ids = row.move_id.move_line_ids.lot_id

    # -- only private code adds and changes ----------------------------------------------------

    def write(self, vals):
        own = content_names(vals)
        if not self.env.su and own:
            decided = self.filtered(lambda row: row.state != "open")
            if decided or not own <= OPEN_FIELDS:
                raise AccessError(
                    self.env._(
                        "%s: only the missing lots can be chosen, until it is confirmed.",
                        format_list(self.env, self.mapped("display_name")),
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was reported as missing is kept for ever."))

    @api.model
    def _sop_ask(self, quantities):
        """Ask finance about missing goods; ``quantities`` per move, in its unit."""
        rows = self.create(
            [
                {
                    "move_id": move.id,
                    "quantity": quantity,
                    "reported_on": move.company_id._sop_today(),
                }
                for move, quantity in quantities.items()
            ]
        )
        for company, missing in rows.grouped("company_id").items():
            for user in self.env.ref("sales_sop.group_finance")._sop_holders(company):
                # One reminder for the delivery; the list shows the lines. Whoever signed may speak
                # another language than the reader.
                first = missing[0].with_context(lang=user.lang)
                first.activity_schedule(
                    "sales_sop.mail_activity_pod_missing",
                    summary=first.env._(
                        "Decide on missing goods of %s",
                        format_list(self.env, set(missing.picking_id.mapped("name"))),
                    ),
                    user_id=user.id,
                )
        return rows

    # -- finance's word ------------------------------------------------------------------------

    def action_sop_confirm_missing(self):
        """Finance confirms that the goods are lost; they are due again (D3)."""
        self.env.user._sop_require_role(
            self.env._("confirm missing goods"), "sales_sop.group_finance"
        )
        self.check_access("read")
        rows = self.with_env(self.env(context=clean_context(self.env.context))).sudo()
        rows.move_id._sop_touch_contracts()
        decided = rows.filtered(lambda row: row.state != "open")
        if decided:
            raise UserError(
                self.env._(
                    "%s is decided already.", format_list(self.env, decided.mapped("display_name"))
                )
            )
        for row in rows:
            row.loss_move_id = row._sop_book_loss()
        rows.write(
            {
                "state": "lost",
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        rows.activity_unlink(["sales_sop.mail_activity_pod_missing"])
        return True

    def _sop_book_loss(self):
        """Move the goods out of the delivery and to transit loss; return the first move.

        The first move is an ordinary return, so Odoo counts it everywhere, kits included. The
        second one takes the goods out of the books where the company's losses are.
        """
        company = self.company_id
        transit = company.internal_transit_location_id
        returned = self._sop_transfer(
            self.move_id,
            transit,
            origin_returned_move_id=self.move_id.id,
            move_orig_ids=[Command.set(self.move_id.ids)],
            to_refund=True,
        )
        self._sop_transfer(
            returned,
            company._sop_transit_loss_location(),
            sale_line_id=False,
            origin_returned_move_id=False,
            move_orig_ids=[Command.set(returned.ids)],
            to_refund=False,
        )
        return returned

    def _sop_transfer(self, move, destination, **values):
        source = move.location_dest_id
        places = {"location_id": source.id, "location_dest_id": destination.id}
        transfer = move.copy(
            {
                **places,
                "picking_id": False,
                "picking_type_id": False,
                "rule_id": False,
                "location_final_id": False,
                "product_uom_qty": self.quantity,
                "procure_method": "make_to_stock",
                "origin": self.picking_id.name,
                "move_dest_ids": [Command.clear()],
                **values,
            }
        )
        transfer._action_confirm(merge=False)
        transfer.move_line_ids.unlink()
        lines = [
            {
                **places,
                "move_id": transfer.id,
                "company_id": transfer.company_id.id,
                "product_id": transfer.product_id.id,
                "product_uom_id": transfer.product_uom.id,
                "lot_id": lot.id,
                "quantity": quantity,
            }
            for lot, quantity in self._sop_missing_by_lot()
        ]
        self.env["stock.move.line"].create(lines)
        if self._sop_left_without_lots():
            # Odoo lets such goods pass by the operation type that they left by, and no other way.
            transfer.picking_type_id = self.picking_id.picking_type_id
        transfer.picked = True
        transfer._action_done()
        return transfer

    def _sop_left_without_lots(self):
        """Whether goods with lots left without naming one: an operation type may allow it."""
        return self.has_tracking != "none" and not self.move_id.move_line_ids.lot_id

    def _sop_missing_by_lot(self):
        """Return ``[(lot, quantity)]`` that add up to what is missing, in the move's unit."""
        if self.has_tracking == "none" or self._sop_left_without_lots():
            return [(self.env["stock.lot"], self.quantity)]
        delivered = {}
        for line in self.move_id.move_line_ids:
            quantity = line.product_uom_id._compute_quantity(line.quantity, self.product_uom)
            delivered[line.lot_id] = delivered.get(line.lot_id, 0.0) + quantity
        lots = self.lot_ids
        if not lots and len(delivered) == 1:
            [lots] = delivered
        left, rows = self.quantity, []
        for lot in lots:
            quantity = min(left, delivered.get(lot, 0.0))
            if quantity:
                rows.append((lot, quantity))
            left -= quantity
        if self.product_uom.compare(left, 0.0) > 0 or len(rows) < len(lots):
            raise UserError(
                self.env._(
                    "%(missing)s: %(quantity).12g are missing. Choose exactly the lots or serial "
                    "numbers that did not arrive.",
                    missing=self.display_name,
                    quantity=self.quantity,
                )
            )
        return rows


class ResCompany(models.Model):
    _inherit = "res.company"

    sop_transit_loss_location_id = fields.Many2one(
        "stock.location",
        string="Transit Loss Location",
        readonly=True,
        copy=False,
        help="Where goods go that left and did not arrive, on finance's word.",
    )

    def _sop_transit_loss_location(self):
        """Return the company's location of losses in transit; made when first needed."""
        self.ensure_one()
        if not self.sop_transit_loss_location_id:
            self.sop_transit_loss_location_id = self.env["stock.location"].create(
                {
                    "name": self.env._("Transit Loss"),
                    "usage": "inventory",
                    "company_id": self.id,
                }
            )
        return self.sop_transit_loss_location_id
