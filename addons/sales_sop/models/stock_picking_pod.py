from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools.misc import clean_context

from .wording import clauses

POD_FIELDS = frozenset({"pod_state", "pod_date", "pod_signatory", "pod_user_id"})


class StockPicking(models.Model):
    """The proof of delivery: signed for line by line, and what follows from it (D3, D12)."""

    _inherit = "stock.picking"

    pod_state = fields.Selection(
        [("no", "Not Needed"), ("waiting", "To Be Signed"), ("signed", "Signed")],
        string="Proof of Delivery",
        default="no",
        readonly=True,
        copy=False,
        index=True,
        help="Whether the customer has signed for all the goods (D3).",
    )
    pod_date = fields.Date(string="Received on", readonly=True, copy=False)
    pod_signatory = fields.Char(string="Signed by", readonly=True, copy=False)
    pod_user_id = fields.Many2one(
        "res.users", string="Recorded by", readonly=True, copy=False, ondelete="restrict"
    )
    pod_document = fields.Binary(string="Signed Paper", compute="_compute_pod_document")
    pod_document_name = fields.Char(compute="_compute_pod_document")
    pod_receipt_ids = fields.One2many(
        "sop.pod.receipt",
        "picking_id",
        string="Receipts",
        readonly=True,
        groups="sales_sop.group_user,stock.group_stock_user,account.group_account_invoice",
    )
    pod_missing_ids = fields.One2many(
        "sop.pod.missing",
        "picking_id",
        string="Missing Goods",
        readonly=True,
        groups="sales_sop.group_user,stock.group_stock_user,account.group_account_invoice",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | POD_FIELDS

    @api.depends("pod_state")
    def _compute_pod_document(self):
        for picking in self:
            papers = picking.sudo().pod_receipt_ids.filtered("sha256")[:1]
            papers = papers.with_env(self.env(su=True))
            picking.pod_document = papers.document
            picking.pod_document_name = papers.document_name

    # -- recording -----------------------------------------------------------------------------

    def action_pod(self):
        """Open the dialog that records what the customer signed for."""
        self.ensure_one()
        self._check_pod_can_be_recorded()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proof of Delivery"),
            "res_model": "sop.pod",
            "view_mode": "form",
            "target": "new",
            "context": {"default_picking_id": self.id},
        }

    def _check_pod_can_be_recorded(self):
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("record a proof of delivery"), *self._sop_pod_groups()
        )
        self._sop_check_pod_waits()

    def _sop_check_pod_waits(self):
        if self.pod_state != "waiting":
            raise UserError(
                self.env._(
                    "%s waits for no proof of delivery: the goods have not left yet, or it is "
                    "already signed.",
                    self.name,
                )
            )

    def _sop_pod_groups(self):
        """Return the groups that may record the proof of delivery."""
        return (
            "sales_sop.group_sales_office",
            "sales_sop.group_finance",
            "stock.group_stock_user",
        )

    def _sop_unsigned_moves(self):
        """Return the delivered lines that nobody has signed for yet."""
        left = self.move_ids.filtered(
            lambda move: move.state == "done" and not move.sudo().sop_receipt_line_ids
        )
        # What was scrapped at loading, or at the customer's, is on the transfer, too.
        return left.filtered(lambda move: move.sudo()._sop_is_customer_bound())

    def _sop_brought_moves(self):
        """Return the moves of what these transfers bring; what is scrapped goes nowhere (D9)."""
        return self.move_ids.filtered(
            lambda move: (
                move.state != "cancel" and move.sudo().location_dest_id.usage != "inventory"
            )
        )

    def _record_pod(self, values, quantities):
        """Keep the signed proof of delivery (D3); it is never edited afterwards.

        Lines that are left out are signed for later; a correction is another row.

        :param dict values: ``pod_signatory``, ``pod_date``, ``pod_document``,
            ``pod_document_name``, ``comment``
        :param dict quantities: per done move ``(accepted, damaged, missing)``, in its unit
        """
        self.ensure_one()
        self._check_pod_can_be_recorded()
        self._sop_keep_receipt(
            {
                "source": "paper",
                "signatory": values.get("pod_signatory"),
                "date": values.get("pod_date"),
                "document": values.get("pod_document"),
                "document_name": values.get("pod_document_name"),
                "comment": values.get("comment"),
            },
            quantities,
        )

    def _sop_keep_receipt(self, values, quantities):
        """Add the row of what was signed for, after the signer's right to it was checked."""
        self._sop_check_receipt(values, quantities)
        self._sop_contracts()._touch()
        picking = self.with_env(self.env(context=clean_context(self.env.context))).sudo()
        quantities = {move.with_env(picking.env): row for move, row in quantities.items()}
        for move, numbers in quantities.items():
            move._sop_check_received(*numbers)
        lines = picking.env["sop.pod.receipt.line"]._sop_values(quantities)
        picking.env["sop.pod.receipt"].create(
            {
                **values,
                "kind": "signed",
                "picking_id": self.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        picking.write(
            {
                "pod_state": "waiting" if picking._sop_unsigned_moves() else "signed",
                "pod_date": values["date"],
                "pod_signatory": values["signatory"],
                "pod_user_id": self.env.uid,
            }
        )
        picking._sop_after_receipt(
            {move: damaged for move, (__, damaged, ___) in quantities.items()},
            {move: missing for move, (__, ___, missing) in quantities.items()},
        )

    def _sop_check_receipt(self, values, quantities):
        # The company's clock decides; anybody can write a time zone of their own.
        if values.get("date") and values["date"] > self.company_id._sop_today():
            raise UserError(self.env._("%s: goods are not signed for in advance.", self.name))
        if not (values.get("signatory") or "").strip():
            raise UserError(self.env._("%s: say who signed for the goods.", self.name))
        moves = set(quantities)
        if not moves or not moves <= set(self._sop_unsigned_moves()):
            raise AccessError(
                self.env._(
                    "%s: a proof of delivery covers lines of this delivery that nobody has signed "
                    "for yet, and no others.",
                    self.name,
                )
            )

    def _sop_expect_pod(self):
        """Goods that left for a customer have to be signed for."""
        leaving = self.sudo().filtered(
            lambda picking: picking.pod_state == "no" and picking._sop_brings_goods()
        )
        if leaving:
            leaving.write({"pod_state": "waiting"})

    def _sop_brings_goods(self):
        """Whether goods of this transfer have left for a customer under the policy."""
        return any(
            move.state == "done" and move._sop_basis() != "opening"
            for move in self.move_ids._sop_governed_deliveries()
        )

    # -- what follows (D6, D12) ----------------------------------------------------------------

    def _sop_after_receipt(self, damaged, missing):
        """Make the return of what is damaged, and ask finance about what is missing.

        :param dict damaged: quantity per move, in its unit; ``missing`` likewise
        """
        damaged = {move: quantity for move, quantity in damaged.items() if quantity}
        missing = {move: quantity for move, quantity in missing.items() if quantity}
        if damaged:
            self._sop_return_damaged(damaged)
        if missing:
            self.env["sop.pod.missing"]._sop_ask(missing)
        if damaged or missing:
            self._sop_report_refusal(damaged, missing)

    def _sop_return_damaged(self, quantities):
        """Make the return of damaged goods as work for the warehouse (D6)."""
        wizard = self.env["stock.return.picking"].create(
            {
                "picking_id": self.id,
                "product_return_moves": [
                    Command.create(
                        {
                            "move_id": move.id,
                            "product_id": move.product_id.id,
                            "quantity": quantity,
                            "to_refund": True,
                        }
                    )
                    for move, quantity in quantities.items()
                ],
            }
        )
        returned = wizard._create_return()
        order = self.sale_id or next(iter(quantities)).sale_line_id.order_id
        user = self._sop_return_user(order)
        returned = returned.with_context(lang=user.lang)
        returned.activity_schedule(
            "sales_sop.mail_activity_pod_return",
            summary=returned.env._("Take back what arrived damaged with %s", self.name),
            user_id=user.id,
        )
        return returned

    def _sop_return_user(self, order):
        """Return who is asked to take goods back; never the customer who signed on the portal."""
        office = self.env.ref("sales_sop.group_sales_office")
        return (
            order._sop_warehouse_user()
            or office._sop_holders(self.company_id)[:1]
            or order.user_id.filtered(lambda user: not user.share)
        )

    def _sop_report_refusal(self, damaged, missing):
        """Tell the manager in charge and the salesperson what was not accepted (D12)."""
        order = self.move_ids.sale_line_id.order_id[:1]
        self._sop_tell_in_charge(order, lambda picking: picking._sop_refusal_text(damaged, missing))

    def _sop_report_return(self, moves):
        """Tell them what came back, when it is taken in (D12)."""
        order = (moves | moves.origin_returned_move_id).sale_line_id.order_id[:1]
        self._sop_tell_in_charge(order, lambda picking: picking._sop_return_text(moves))

    def _sop_tell_in_charge(self, order, text_of):
        managers = self.env.ref("sales_sop.group_sales_manager")
        people = managers._sop_holders(self.company_id) | order.user_id
        # Whoever signed may speak another language than those who read it.
        readers = people.grouped("lang") or {self.company_id.partner_id.lang: people}
        for lang, users in readers.items():
            picking = self.with_context(lang=lang)
            picking.message_post(
                body=text_of(picking),
                partner_ids=users.partner_id.ids,
            )

    def _sop_refusal_text(self, damaged, missing):
        lines = [
            self.env._("%(product)s: %(quantity).12g damaged", **self._sop_named(move, quantity))
            for move, quantity in damaged.items()
        ] + [
            self.env._("%(product)s: %(quantity).12g missing", **self._sop_named(move, quantity))
            for move, quantity in missing.items()
        ]
        return self.env._("Not accepted by the customer: %s", clauses(self.env, lines))

    def _sop_return_text(self, moves):
        lines = [
            self.env._("%(product)s: %(quantity).12g", **self._sop_named(move, move.quantity))
            for move in moves
        ]
        return self.env._("Came back from the customer: %s", clauses(self.env, lines))

    @api.model
    def _sop_named(self, move, quantity):
        product = move.product_id.with_env(self.env)
        return {"product": product.display_name, "quantity": quantity}
