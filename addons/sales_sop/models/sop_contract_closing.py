from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_repr, format_list

from .sop_approval_mixin import DOCUMENT_STATES
from .sop_draft_mixin import content_names

CLOSING_STATES = [
    ("draft", "Draft"),
    ("work", "To Be Settled"),
    ("done", "Done"),
]
# What whoever asks may write until the request is decided.
OPEN_FIELDS = frozenset({"reason", "order_id"})


class SopContractClosing(models.Model):
    """A request to end a contract early, decided by the head of sales and finance.

    A short close reduces it to what was accepted. A cancellation is asked for where money has
    come or goods have left: once approved, the orders are cancelled, and returning the goods,
    crediting the invoices and refunding the money are listed here until they are done.
    """

    _name = "sop.contract.closing"
    _description = "Closing or Cancellation of a Contract"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "sop.approval.mixin",
        "sop.protected.mixin",
    ]
    _order = "id desc"
    _rec_name = "contract_id"
    _mail_post_access = "read"
    _check_company_auto = True

    kind = fields.Selection(
        [("closing", "Short Close"), ("cancellation", "Cancellation")],
        required=True,
        default="closing",
    )
    contract_id = fields.Many2one(
        "sop.contract", required=True, ondelete="restrict", index=True, check_company=True
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Only Order",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('sop_contract_id', '=', contract_id), ('state', '!=', 'cancel')]",
        help="The one order to cancel, such as a call-off; empty for the whole contract.",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True)
    user_id = fields.Many2one(related="contract_id.user_id", store=True, string="Salesperson")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    reason = fields.Text(required=True)
    state = fields.Selection(
        CLOSING_STATES,
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
    amount_before = fields.Monetary(string="Total Before", readonly=True, copy=False)
    amount_after = fields.Monetary(
        string="Total After",
        compute="_compute_amount_after",
        compute_sudo=True,
        help="What was accepted so far, at the agreed prices, tax included.",
    )
    open_work = fields.Text(
        string="Still to Do",
        compute="_compute_open_work",
        compute_sudo=True,
        help="Goods to take back, invoices to credit and money to give back, one a line.",
    )
    settled_on = fields.Date(readonly=True, copy=False)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"state", "amount_before", "settled_on"}

    # -- computed ------------------------------------------------------------------------------

    @api.depends("kind", "contract_id.number", "order_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            names = (request.contract_id.number, request.order_id.name, kinds.get(request.kind))
            request.display_name = " ".join(filter(None, names))

    @api.depends("approval_ids.step_ids.state", "state")
    def _compute_approval_state(self):
        for request in self:
            approval = request._approval_for(request.kind)
            state = request._approval_state(request.kind)
            # Carried out, it changes what it was decided on.
            request.approval_state = approval.state if request.state != "draft" else state
            request.waiting_for = approval.waiting_for if approval.state == "pending" else False

    @api.depends("contract_id", "kind", "state")
    def _compute_amount_after(self):
        for request in self:
            contract = request.contract_id
            if request.kind != "closing" or not contract:
                request.amount_after = 0.0
            elif request.state == "done":
                request.amount_after = contract.closed_total
            else:
                request.amount_after = contract._accepted_total()

    @api.depends("state", "contract_id", "order_id")
    def _compute_open_work(self):
        for request in self:
            is_open = request.kind == "cancellation" and request.contract_id
            work = request._orders()._sop_out(request.contract_id) if is_open else []
            request.open_work = "\n".join(work) or False

    def _orders(self):
        """Return the orders that the request is about."""
        self.ensure_one()
        return self.order_id or self.contract_id.order_ids

    # -- written by whoever asks, until it is decided ------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        for request in requests:
            request._check_request()
        return requests

    def write(self, vals):
        own = content_names(vals)
        if not self.env.su and own:
            for request in self:
                if request.state != "draft" or not own <= OPEN_FIELDS:
                    raise AccessError(
                        self.env._(
                            "%s: only reason and order of a request that is not decided can be "
                            "changed.",
                            request.display_name,
                        )
                    )
        result = super().write(vals)
        if "order_id" in vals:
            for request in self:
                request._check_request()
        return result

    def _check_request(self):
        contract = self.contract_id.sudo()
        # Whose contract it is not cannot even see it.
        self.contract_id.check_access("read")
        if self.order_id and (
            self.order_id.sop_contract_id != contract or self.kind != "cancellation"
        ):
            raise UserError(
                self.env._(
                    "%(request)s: only an order of contract %(contract)s can be cancelled alone.",
                    request=self.display_name,
                    contract=contract.number,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for request in self.sudo():
            if request.approval_ids or request.state != "draft":
                raise UserError(
                    self.env._("%s has been submitted and is kept.", request.display_name)
                )

    # -- approval ------------------------------------------------------------------------------

    def action_submit(self):
        """Submit the request to the head of sales and finance."""
        for request in self:
            request.check_access("write")
            request.submit_approval(request.kind)
        return True

    def _check_submission(self, route_code):
        contract = self.contract_id.sudo()
        contract._touch()
        if route_code != self.kind:
            raise UserError(self.env._("%s goes another route than this one.", self.display_name))
        if self.state != "draft" or self._approval_state(self.kind) == "pending":
            raise UserError(self.env._("%s is already submitted.", self.display_name))
        others = contract.closing_ids.filtered(
            lambda other: other != self and other._approval_state(other.kind) == "pending"
        )
        if others:
            raise UserError(
                self.env._("%s waits for its decision. Wait for it.", others[0].display_name)
            )
        check = self._check_short_close if self.kind == "closing" else self._check_cancellation
        check(contract)

    def _check_short_close(self, contract):
        if contract.state != "effective" or contract.is_short_closed:
            raise UserError(
                self.env._(
                    "Contract %s is not effective, or short closed already.", contract.number
                )
            )
        orders = contract._sold_orders()
        unsigned = orders._sop_deliveries().filtered(lambda picking: picking.pod_state == "waiting")
        if unsigned:
            raise UserError(
                self.env._(
                    "%s: the customer has not signed for it yet, so what was accepted is not "
                    "known. Record the proof of delivery first.",
                    format_list(self.env, unsigned.mapped("name")),
                )
            )
        unconfirmed = orders.filtered(lambda order: order.state != "sale")
        if unconfirmed:
            raise UserError(
                self.env._(
                    "%s is not confirmed. Cancel it first.",
                    format_list(self.env, unconfirmed.mapped("name")),
                )
            )

    def _check_cancellation(self, contract):
        orders = self.sudo()._orders().filtered(lambda order: order.state != "cancel")
        if contract.state == "closed" or not orders:
            raise UserError(
                self.env._(
                    "Contract %s is closed or cancelled; there is nothing to cancel.",
                    contract.number,
                )
            )
        if not orders._sop_out(contract):
            raise UserError(
                self.env._(
                    "No money has come and no goods have left on %s. Cancel the order itself; it "
                    "needs no request.",
                    format_list(self.env, orders.mapped("name")),
                )
            )

    def _approval_content(self, route_code):
        """What ends, why, and what was accepted when that was decided."""
        self.ensure_one()
        orders = self._orders().filtered(lambda order: order.state != "cancel")
        return {
            "kind": self.kind,
            "contract": self.contract_id.id,
            "order": self.order_id.id,
            "reason": self.reason,
            "accepted": sorted(
                [line.id, float_repr(line._sop_settled_quantity(), 6)]
                for line in orders._sop_product_lines()
            ),
        }

    def _read_contents(self):
        contracts = self.contract_id
        contracts.order_ids._read_contents()
        contracts.mapped("amount_collected")
        return super()._read_contents()

    def _approval_holds(self, approval):
        """Carried out, a request has changed the very things it was decided on."""
        if self.state != "draft":
            return approval.state == "approved"
        return super()._approval_holds(approval)

    def _approval_values(self, route_code):
        contract = self.contract_id
        return super()._approval_values(route_code) | {
            "amount": contract.amount_total,
            "currency_id": contract.currency_id.id,
        }

    def _approval_summary(self, route_code):
        contract = self.contract_id
        rows = [(self.env._("Reason"), self.reason)]
        rows.append((self.env._("Total Before"), contract._format(contract.amount_total)))
        if self.kind == "closing":
            rows.append((self.env._("Total After"), contract._format(contract._accepted_total())))
        else:
            out = self._orders()._sop_out(contract, contract.amount_collected)
            rows += [(self.env._("Still to Do"), sentence) for sentence in out]
        return self._approval_table([contract.number, contract.partner_id.display_name], rows)

    def _on_approval_approved(self, approval):
        self.amount_before = self.contract_id.amount_total
        if self.kind == "closing":
            # Goods may have left since it was submitted.
            self._check_short_close(self.contract_id)
            self.state = "done"
            self.settled_on = self.company_id._sop_today()
            self.contract_id._apply_short_close()
            return
        self.state = "work"
        self.contract_id._touch()
        orders = self._orders().filtered(lambda order: order.state != "cancel")
        with orders._sop_cancelling():
            orders._action_cancel()
        self._hand_out_work()

    # -- the work that a cancellation makes ----------------------------------------------------

    def _hand_out_work(self):
        """Put the return of the goods and the refund on the to-do lists of those who do it."""
        orders = self._orders()
        goods = orders._sop_goods_out()
        money = orders._sop_money_out(self.contract_id)
        if goods:
            self._remind(orders._sop_warehouse_user(), self.env._("Take the goods back"), goods)
        if money:
            finance = self._approval_for(self.kind).step_ids.filtered(
                lambda step: step.group_id == self.env.ref("sales_sop.group_finance")
            )
            self._remind(
                finance.user_id[:1], self.env._("Credit the invoices, refund the money"), money
            )

    def _remind(self, user, summary, lines):
        self.activity_schedule(
            "sales_sop.mail_activity_settlement",
            summary=summary,
            note="\n".join(lines),
            user_id=(user or self.env.user).id,
        )

    def action_settle(self):
        """Take a cancellation off the list when nothing is left to do."""
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("settle a cancellation"),
            "sales_sop.group_sales_office",
            "sales_sop.group_finance",
        )
        for request in self.sudo():
            if request.state != "work":
                raise UserError(
                    self.env._("%s is not waiting to be settled.", request.display_name)
                )
            request.contract_id._touch()
            if work := request._orders()._sop_out(request.contract_id):
                raise UserError("\n".join(work))
            request.write({"state": "done", "settled_on": request.company_id._sop_today()})
            request.activity_unlink(["sales_sop.mail_activity_settlement"])
        return True
