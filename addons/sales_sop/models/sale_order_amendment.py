from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from .marks import marked, marked_ids
from .sop_policy_term_order_type import FREE_TYPES

AMENDING = "sales_sop.orders_being_amended"


class SaleOrder(models.Model):
    """What was approved changes by an amendment (A3), a quotation too (P7)."""

    _inherit = "sale.order"

    sop_amendment_ids = fields.One2many(
        "sop.amendment",
        "order_id",
        string="Amendments",
        readonly=True,
        copy=False,
        groups="sales_sop.group_user",
    )
    sop_amendment_count = fields.Integer(
        string="Number of Amendments",
        compute="_compute_sop_amendment_count",
        groups="sales_sop.group_user",
    )
    sop_can_amend = fields.Boolean(
        string="Can Be Amended", compute="_compute_sop_can_amend", groups="sales_sop.group_user"
    )

    @api.depends("sop_amendment_ids")
    def _compute_sop_amendment_count(self):
        for order in self:
            order.sop_amendment_count = len(order.sop_amendment_ids)

    @api.depends("state", "sop_contract_id.state", "approval_ids.state")
    @api.depends_context("uid")
    def _compute_sop_can_amend(self):
        for order in self:
            order.sop_can_amend = (
                order.sudo()._sop_amendment_refusal() is None and order._sop_may_amend()
            )

    # -- what may be amended, and by whom ------------------------------------------------------

    def _sop_amendment_kind(self):
        """Return ``contract`` or ``quotation``; False when nothing can be amended."""
        self.ensure_one()
        kinds = {"effective": "contract", "draft": "quotation"}
        is_alive = self.state != "cancel"
        return kinds.get(self.sop_contract_id.state, False) if is_alive else False

    def _sop_amendment_refusal(self):
        """Say why the order cannot be amended; None when it can."""
        self.ensure_one()
        contract = self.sop_contract_id
        kind = self._sop_amendment_kind()
        if not self._sop_is_governed() or not contract:
            return self.env._(
                "%s rests on no contract of the sales policy, so there is nothing to amend.",
                self.name,
            )
        if not kind:
            states = dict(contract._fields["state"]._description_selection(self.env))
            return self.env._(
                "Contract %(contract)s of %(order)s is %(state)s and is not amended any more.",
                contract=contract.number,
                order=self.name,
                state=states[contract.state] if self.state != "cancel" else states["cancelled"],
            )
        if contract.order_type in FREE_TYPES:
            return self.env._(
                "%s costs the customer nothing and is not amended. Make another order for what is "
                "missing, or cancel it.",
                self.name,
            )
        if not self._is_approved("application"):
            return self.env._(
                "%s is not approved with its present content. Change it and submit it again "
                "instead of amending it.",
                self.name,
            )
        return None

    def _sop_check_amendable(self):
        for order in self:
            refusal = order._sop_amendment_refusal()
            if refusal:
                raise UserError(refusal)

    def _sop_may_amend(self):
        """Whether the user may amend the order: their own one, or any for the sales office."""
        self.ensure_one()
        user = self.env.user
        if self.env.su or user._sop_has_role("sales_sop.group_sales_office"):
            return True
        order = self.sudo()
        owner = (order.sop_contract_id or order).user_id
        return owner == user and user._sop_has_role("sales_sop.group_salesperson")

    def _sop_check_may_amend(self):
        for order in self:
            if not order._sop_may_amend():
                self.env.user._sop_require_role(
                    self.env._("amend the contract of another salesperson"),
                    "sales_sop.group_sales_office",
                )

    def action_sop_amend(self):
        """Open the amendment that is under way, or make a draft with the present content."""
        self.ensure_one()
        self._sop_check_may_amend()
        amendment = self.sop_amendment_ids.filtered(
            lambda amendment: amendment.state in ("draft", "pending", "refused")
        )[:1]
        if not amendment:
            amendment = self.env["sop.amendment"].create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": "sop.amendment",
            "res_id": amendment.id,
            "view_mode": "form",
        }

    def action_sop_view_amendments(self):
        """Open the amendments of this order."""
        self.ensure_one()
        return self.env["sop.amendment"]._action_view(self.sop_amendment_ids)

    # -- applying ------------------------------------------------------------------------------

    @contextmanager
    def _sop_amending(self):
        """Let an approved amendment write these orders; a locked order is locked again."""
        locked = self.filtered("locked")
        with marked(self, AMENDING):
            locked.locked = False
            yield
            locked.locked = True
            self.env.flush_all()

    def _sop_check_content(self):
        amending = marked_ids(self.env, AMENDING)
        checked = self.filtered(lambda order: order.id not in amending)
        return super(SaleOrder, checked)._sop_check_content()

    def _sop_on_cancel(self):
        result = super()._sop_on_cancel()
        self.sudo().sop_amendment_ids._void()
        return result
