from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

# Who says which salesperson looks after a contract.
HANDERS = (
    "sales_sop.group_sales_office",
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
    "sales_sop.group_vp_sales",
    "sales_sop.group_general_manager",
)


class SopContract(models.Model):
    """A salesperson leaves or changes the area, and another one goes on with the contracts (A4)."""

    _inherit = "sop.contract"

    def action_hand_over(self):
        """Open the dialog that hands these contracts to another salesperson."""
        self.check_access("read")
        self._sop_check_may_hand_over()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": "sop.contract.handover",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_ids": self.ids},
        }

    def _sop_check_may_hand_over(self):
        self.env.user._sop_require_role(
            self.env._("hand contracts to another salesperson"), *HANDERS
        )

    def _sop_hand_over(self, user, reason):
        """Make ``user`` the salesperson of these contracts and of what hangs on them."""
        self.check_access("read")
        self._sop_check_may_hand_over()
        contracts = self.sudo().filtered(lambda contract: contract.user_id != user)
        contracts.sudo(False)._sop_check_is_not_own()
        contracts._sop_check_taker(user)
        for contract in contracts:
            contract._sop_give_to(user, reason)
        contracts._sop_tell_taker(user, reason)

    def _sop_check_is_not_own(self):
        """Nobody gives a sale away to decide it as somebody else's (A1)."""
        own = self.filtered(lambda contract: contract.user_id == self.env.user)
        if own and not self.env.su:
            raise AccessError(
                self.env._(
                    "You are the salesperson of %s. Let somebody else hand it over.",
                    format_list(self.env, own.mapped("number")),
                )
            )

    def _sop_check_taker(self, user):
        """Who takes a contract over is an active salesperson of its company."""
        taker = user.sudo()
        for contract in self:
            is_salesperson = taker._sop_has_role("sales_sop.group_salesperson")
            if not (taker.active and is_salesperson and contract.company_id in taker.company_ids):
                raise UserError(
                    self.env._(
                        "%(user)s is no salesperson of %(company)s. Choose somebody with the role "
                        "Salesperson.",
                        user=taker.name or "—",
                        company=contract.company_id.name,
                    )
                )

    def _sop_give_to(self, user, reason):
        before = self.user_id
        invoices = self.order_ids.invoice_ids | self.own_invoice_ids
        # The team is that of the sale, whoever looks after it now.
        for team, orders in self.order_ids.grouped("team_id").items():
            orders.write({"user_id": user.id, "team_id": team.id})
        for team, moves in invoices.grouped("team_id").items():
            moves.write({"invoice_user_id": user.id, "team_id": team.id})
        self.user_id = user
        if before:
            self._sop_move_todos(before, user)
        self._note_approval(
            self.env._(
                "Handed over from %(before)s to %(after)s: %(reason)s",
                before=before.name or "—",
                after=user.sudo().name,
                reason=reason,
            )
        )

    def _sop_move_todos(self, before, user):
        """What the earlier salesperson had to do about it is the new one's, without decisions.

        What somebody submitted who is still there stays theirs: they do not decide it (A1).
        """
        orders = self.order_ids
        todos = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        for records in (self, orders, orders.picking_ids, orders.invoice_ids):
            documents = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
            todos.search(
                [*documents, ("user_id", "=", before.id), ("sop_approval_step_id", "=", False)]
            ).write({"user_id": user.id})
            if not before.active:
                self.env["sop.approval"].search(
                    [*documents, ("state", "=", "pending"), ("salesperson_id", "=", before.id)]
                ).write({"salesperson_id": user.id})

    def _sop_tell_taker(self, user, reason):
        for contract in self if user != self.env.user else ():
            contract.message_notify(
                subject=self.env._("You look after %s now", contract.number),
                body=reason,
                partner_ids=user.sudo().partner_id.ids,
            )

    def _sop_in_charge(self):
        """Return who is reminded of the contract: who has left is reminded of nothing."""
        self.ensure_one()
        salesperson = self.user_id.filtered("active")
        return salesperson or self._approval_for("contract").requested_by_id.filtered("active")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        if "user_id" in vals and not self.env.su:
            self._sop_check_salesperson_stays(vals["user_id"])
        return super().write(vals)

    def _sop_check_salesperson_stays(self, user_id):
        """An order without its contract would be another salesperson's than its contract is."""
        moved = self.sudo().filtered(
            lambda order: order.sop_contract_id and order.user_id.id != (user_id or False)
        )
        if moved:
            raise UserError(
                self.env._(
                    "%(orders)s: the salesperson is that of the contract. The sales office or the "
                    "sales manager presses “Hand Over” on %(contracts)s.",
                    orders=format_list(self.env, moved.mapped("name")),
                    contracts=format_list(self.env, moved.sop_contract_id.mapped("number")),
                )
            )
