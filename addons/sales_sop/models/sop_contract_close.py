from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

CLOSERS = (
    "sales_sop.group_sales_office",
    "sales_sop.group_sales_head",
    "sales_sop.group_finance",
)


class SopContract(models.Model):
    """The end of a contract: closed when all is delivered, invoiced and collected (C9).

    A short close reduces it first to what was accepted; from then on that total is what every
    percentage is of, and nothing more is delivered.
    """

    _inherit = "sop.contract"

    is_short_closed = fields.Boolean(
        string="Short Closed",
        readonly=True,
        help="Nothing more is delivered; the total is that of what was accepted.",
    )
    closed_total = fields.Monetary(
        readonly=True, help="What was accepted, at the agreed prices, tax included."
    )
    closed_on = fields.Date(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    closing_ids = fields.One2many(
        "sop.contract.closing",
        "contract_id",
        string="Closings and Cancellations",
        readonly=True,
        groups="sales_sop.group_user,base.group_system",
    )

    @api.depends("is_short_closed", "closed_total")
    def _compute_amount_total(self):
        """After a short close, the contract's total is that of what was accepted."""
        closed = self.filtered(lambda contract: contract.is_short_closed)
        for contract in closed:
            contract.amount_total = contract.closed_total
        return super(SopContract, self - closed)._compute_amount_total()

    def _check_takes_money(self):
        """All money of a closed contract has come; one that loses some is open again (C9)."""
        closed = self.filtered(lambda contract: contract.state == "closed")
        if closed:
            raise UserError(
                self.env._(
                    "%s is closed and takes no more money. Earmark the money for another contract.",
                    format_list(self.env, closed.mapped("number")),
                )
            )

    # -- closing (C9) --------------------------------------------------------------------------

    def action_close(self):
        """Close contracts on which everything is delivered, invoiced and collected (C9).

        :raise UserError: naming all that is still open
        """
        self.check_access("read")
        self.env.user._sop_require_role(self.env._("close a contract"), *CLOSERS)
        self.sudo()._touch()
        self.env["sop.gate"]._raise_if_blocked(
            {contract: contract.sudo()._closing_blockers() for contract in self}
        )
        self.sudo()._close()
        return True

    def _close(self):
        for company, contracts in self.grouped("company_id").items():
            contracts._set_state(
                "closed", closed_on=company._sop_today(), closed_by_id=self.env.uid
            )
        for contract in self:
            contract.message_post(
                body=self.env._("The contract is closed."), subtype_xmlid="mail.mt_note"
            )

    def _closing_blockers(self):
        """Return ``[("C9", sentence)]`` for all that is still open; empty = can be closed."""
        self.ensure_one()
        if self.state != "effective":
            states = dict(self._fields["state"]._description_selection(self.env))
            sentence = self.env._(
                "Contract %(contract)s is %(state)s; only an effective one is closed.",
                contract=self.number,
                state=states[self.state],
            )
            return [("C9", sentence)]
        open_work = [
            *self._open_requests(),
            *self._open_goods(),
            *self._open_invoices(),
            *self._open_money(),
        ]
        return [("C9", sentence) for sentence in open_work]

    def _sold_orders(self):
        """Return the orders that are delivered and invoiced: not the frame, not cancelled ones."""
        return self.order_ids.filtered(
            lambda order: order.state != "cancel" and not order._sop_is_frame()
        )

    def _open_requests(self):
        return [
            self.env._("%s is not decided yet. Decide it first.", request.display_name)
            for request in self.closing_ids
            if request.approval_state == "pending"
        ]

    def _open_goods(self):
        """Say what is not confirmed, not delivered, not signed for or not accepted."""
        orders = self._sold_orders()
        sentences = [
            self.env._("%s is not confirmed. Confirm or cancel it.", order.name)
            for order in orders
            if order.state != "sale"
        ]
        pickings = orders._sop_deliveries()
        waiting = pickings.filtered(lambda picking: picking.state not in ("done", "cancel"))
        unsigned = pickings.filtered(lambda picking: picking.pod_state == "waiting")
        if waiting:
            sentences.append(
                self.env._(
                    "These deliveries are open: %s.", format_list(self.env, waiting.mapped("name"))
                )
            )
        if unsigned:
            sentences.append(
                self.env._(
                    "The customer's signature is missing for %s.",
                    format_list(self.env, unsigned.mapped("name")),
                )
            )
        if not self.is_short_closed:
            confirmed = orders.filtered(lambda order: order.state == "sale")
            sentences += confirmed._sop_product_lines()._sop_short_sentences()
        return sentences

    def _open_invoices(self):
        drafts = self._invoices().filtered(lambda move: move.state == "draft")
        if drafts:
            return [
                self.env._(
                    "%(count)s invoices of contract %(contract)s are drafts. Post or delete them.",
                    count=len(drafts),
                    contract=self.number,
                )
            ]
        invoiced, roundings = self._invoiced().get(self.id, (0.0, 0.0))
        if not self.currency_id._sop_compare(invoiced, self.amount_total, roundings):
            return []
        return [
            self.env._(
                "%(invoiced)s of %(total)s is invoiced.",
                invoiced=self._format(invoiced),
                total=self._format(self.amount_total),
            )
        ]

    def _open_money(self):
        collected = self._collected().get(self.id, 0.0)
        if self.currency_id.compare_amounts(collected, self.amount_total) == 0:
            return []
        if collected > self.amount_total:
            return [
                self.env._(
                    "%(collected)s is collected, more than the total of %(total)s. Finance gives "
                    "the rest back, or earmarks it to another contract.",
                    collected=self._format(collected),
                    total=self._format(self.amount_total),
                )
            ]
        return [
            self.env._(
                "%(collected)s of %(total)s is collected. Collect the rest; what the customer does "
                "not owe, finance writes off on the invoice.",
                collected=self._format(collected),
                total=self._format(self.amount_total),
            )
        ]

    # -- short close ---------------------------------------------------------------------------

    def _accepted_total(self):
        """Return what was accepted, at the agreed prices, rounded by the currency.

        What lowers the price, such as an order discount, counts in proportion.
        """
        self.ensure_one()
        total = 0.0
        for order in self._sold_orders():
            lines = order._sop_product_lines()
            reductions = lines.filtered(lambda line: line.price_total < 0)
            goods = lines - reductions
            agreed = sum(goods.mapped("price_total"))
            accepted = sum(line._sop_accepted_amount() for line in goods)
            share = accepted / agreed if agreed else 0.0
            total += accepted + sum(reductions.mapped("price_total")) * share
        return self.currency_id.round(total)

    def _apply_short_close(self):
        """Reduce the contract to what was accepted and cancel what was still to leave."""
        self.ensure_one()
        self._touch()
        self._sold_orders()._sop_cancel_open_deliveries()
        self.write({"closed_total": self._accepted_total(), "is_short_closed": True})
        if not self._closing_blockers():
            self._close()

    def _short_closed_sentence(self):
        return self.env._(
            "Contract %s is short closed: it was reduced to what the customer had accepted. Sell "
            "more on a new quotation.",
            self.number,
        )

    # -- requests ------------------------------------------------------------------------------

    def action_short_close(self):
        """Open a request to reduce the contract to what was accepted."""
        return self._action_request("closing", self.env._("Short Close"))

    def action_request_cancellation(self):
        """Open a request to cancel the contract although money or goods are out."""
        return self._action_request("cancellation", self.env._("Cancellation"))

    def _action_request(self, kind, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "sop.contract.closing",
            "view_mode": "form",
            "context": {"default_contract_id": self.id, "default_kind": kind},
        }

    def _frame_refusal(self, order):
        refusal = super()._frame_refusal(order)
        if refusal or not self.is_short_closed:
            return refusal
        return self.env._(
            "%(order)s: frame contract %(contract)s is short closed. Make a new frame contract.",
            order=order.name,
            contract=self.number,
        )


class SaleOrderLine(models.Model):
    """How much of a line is settled when its contract ends."""

    _inherit = "sale.order.line"

    def _sop_settled_quantity(self):
        """Return what the customer has accepted; of a service sold by order, what is invoiced."""
        self.ensure_one()
        is_service = self.qty_delivered_method != "stock_move"
        if is_service and self.product_id.invoice_policy == "order":
            return self.qty_invoiced_posted
        return self.qty_accepted

    def _sop_accepted_amount(self):
        settled = min(self._sop_settled_quantity(), self.product_uom_qty)
        return self.price_total * settled / self.product_uom_qty if self.product_uom_qty else 0.0

    def _sop_short_sentences(self):
        """Say of which lines less is accepted than was agreed."""
        return [
            self.env._(
                "%(order)s, %(product)s: %(accepted).12g of %(agreed).12g are accepted.",
                order=line.order_id.name,
                product=line.product_id.display_name,
                accepted=line._sop_settled_quantity(),
                agreed=line.product_uom_qty,
            )
            for line in self
            if line.price_total >= 0
            and line.product_uom_id.compare(line._sop_settled_quantity(), line.product_uom_qty) < 0
        ]


class SaleOrder(models.Model):
    """A short-closed contract takes no order any more."""

    _inherit = "sale.order"

    def _confirm_blockers(self):
        blockers = super()._confirm_blockers()
        contract = self.sop_contract_id.sudo()
        if blockers or not contract.is_short_closed:
            return blockers
        return [("C9", contract._short_closed_sentence())]

    def _sop_amendment_refusal(self):
        contract = self.sop_contract_id.sudo()
        if contract.is_short_closed:
            return contract._short_closed_sentence()
        return super()._sop_amendment_refusal()


class StockPicking(models.Model):
    """Nothing leaves on a short-closed contract."""

    _inherit = "stock.picking"

    def _sop_contract_blockers(self, contracts):
        blockers = super()._sop_contract_blockers(contracts)
        return blockers + [
            ("C9", contract._short_closed_sentence())
            for contract in contracts
            if contract.state == "effective" and contract.is_short_closed
        ]


class AccountMove(models.Model):
    """Nothing is invoiced on a closed contract; what was invoiced can be credited."""

    _inherit = "account.move"

    def _sop_contract_blockers(self, contract):
        if contract.state != "closed":
            return super()._sop_contract_blockers(contract)
        return [
            (
                "C9",
                self.env._(
                    "Contract %s is closed, so nothing may be invoiced on it. What is invoiced can "
                    "be credited.",
                    contract.number,
                ),
            )
        ]
