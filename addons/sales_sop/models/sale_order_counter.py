from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list
from odoo.tools.misc import clean_context

from .wording import paragraph


class SaleOrder(models.Model):
    """Sold over the counter in one step: submitted, confirmed, handed out and signed for.

    Every step goes through the same gates as any order; what the policy's term does not allow is
    refused with what to do instead, and then nothing has changed.
    """

    _inherit = "sale.order"

    def action_sop_counter_sale(self):
        """Open the dialog that asks who takes the goods."""
        self._sop_check_counter()
        return self._sop_counter_dialog(self.env._("Sell over the Counter"))

    def action_sop_counter_payment(self):
        """Open the dialog in which finance receives the money at the counter (C3)."""
        self._sop_check_cashier()
        return self._sop_counter_dialog(
            self.env._("Receive Payment at the Counter"), receive_only=True
        )

    def _sop_counter_dialog(self, name, **values):
        self.ensure_one()
        defaults = {"order_id": self.id, "signatory": self.partner_id.name, **values}
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "sop.counter.sale",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }

    # -- what may be sold over the counter -------------------------------------------------------

    def _sop_check_counter(self):
        self.ensure_one()
        self.check_access("write")
        self.env.user._sop_require_role(
            self.env._("sell over the counter"),
            "sales_sop.group_salesperson",
            "sales_sop.group_sales_office",
        )
        if self.sop_order_type != "counter" or not self._sop_is_governed():
            raise UserError(
                self.env._(
                    "%s is no sale over the counter. Change its type before it is submitted.",
                    self.name,
                )
            )
        if self.state == "cancel" or (self.state == "sale" and not self._sop_open_pickings()):
            raise UserError(
                self.env._("%s is cancelled, or has been handed out already.", self.name)
            )

    def _sop_check_cashier(self):
        self.ensure_one()
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("receive money at the counter"),
            "sales_sop.group_finance",
            "sales_sop.group_finance_vp",
        )
        contract = self.sop_contract_id.sudo()
        if contract.order_type != "counter" or contract.state != "effective":
            raise UserError(
                self.env._(
                    "%s is no approved sale over the counter, so no money can be earmarked to it "
                    "yet. Submit it first.",
                    self.name,
                )
            )

    def _sop_open_pickings(self):
        return self.sudo().picking_ids.filtered(lambda pick: pick.state not in ("done", "cancel"))

    # -- the sale ----------------------------------------------------------------------------------

    def _sop_sell_over_counter(self, signatory, journal=None):
        """Sell at once: what is not allowed raises, and then nothing has changed.

        :param str signatory: who takes the goods and signs for them (D3)
        :param journal: cash or bank journal, when finance receives the money now (C3)
        """
        self._sop_check_counter()
        if self.state != "sale":
            self._sop_counter_submit()
            self.action_confirm()
        if journal:
            self._sop_counter_receive(journal)
        order = self.with_env(self.env(context=clean_context(self.env.context))).sudo()
        order._sop_counter_check_money()
        order._sop_counter_hand_out(signatory)

    def _sop_counter_submit(self):
        if self._approval_state("application") in ("none", "stale", "refused"):
            self.action_sop_submit()
            todo = self.env._("Submit it for approval; when it is approved, sell it here.")
        else:
            todo = self.env._("When it is approved, sell it here.")
        approval = self._approval_for("application")
        if approval.state == "pending":
            reasons = approval.sudo().step_ids.filtered("reason").mapped("reason")
            raise UserError(
                self.env._(
                    "%(order)s cannot be sold over the counter yet: it needs the approval of "
                    "%(roles)s. %(reasons)s %(todo)s",
                    order=self.name,
                    roles=format_list(self.env, approval.sudo().step_ids.group_id.mapped("name")),
                    reasons=paragraph(self.env, reasons),
                    todo=todo,
                )
            )
        contract = self.sop_contract_id.sudo()
        if contract.contract_required and contract.state != "effective":
            raise UserError(
                self.env._(
                    "%(order)s cannot be sold over the counter: the policy's term %(term)s asks "
                    "for a written contract (K1). Submit it and have the contract countersigned.",
                    order=self.name,
                    term=contract.term_id.name,
                )
            )

    def _sop_counter_check_money(self):
        """Money that the term demands first has to be there, by the same gate as ever (D4)."""
        contract = self.sop_contract_id
        if not contract._collection_blockers("D4", "prepayment_percent", contract._collected()):
            return
        raise UserError(
            self.env._(
                "D4: %(order)s cannot be handed out yet: %(gate)s of %(total)s has to be paid "
                "first. Submit the order, let finance receive the money and earmark it, then sell "
                "it here.",
                order=self.name,
                gate=contract._format(contract._gate_amount(contract.prepayment_percent)),
                total=contract._format(contract.amount_total),
            )
        )

    # -- goods -------------------------------------------------------------------------------------

    def _sop_counter_hand_out(self, signatory):
        """Let the goods out of stock, step by step of the warehouse's route."""
        while pickings := self._sop_open_pickings():
            pickings.move_ids._action_assign()
            ready = pickings.filtered(lambda picking: picking.state == "assigned")
            (ready or pickings)._sop_counter_check_stock()
            if not ready:
                raise UserError(
                    self.env._(
                        "%s is not ready to be handed out. Ask the warehouse to check it.",
                        format_list(self.env, pickings.mapped("name")),
                    )
                )
            for picking in ready:
                picking._sop_hand_out(signatory)

    # -- money -------------------------------------------------------------------------------------

    def _sop_counter_receive(self, journal):
        """Finance receives what is still missing and earmarks it to the contract (C3)."""
        self._sop_check_cashier()
        contract = self.sop_contract_id.sudo()
        missing = contract.currency_id.round(
            contract.amount_total - contract._collected().get(contract.id, 0.0)
        )
        if contract.currency_id.compare_amounts(missing, 0.0) <= 0:
            raise UserError(self.env._("%s is paid already.", self.name))
        env = self.env(context=clean_context(self.env.context))
        payment = env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": contract.partner_id.id,
                "amount": missing,
                "currency_id": contract.currency_id.id,
                "date": self.company_id._sop_today(),
                "journal_id": journal.id,
                "memo": self.name,
            }
        )
        payment.action_post()
        env["sop.payment.allocation"].create(
            {"payment_id": payment.id, "contract_id": contract.id, "amount": missing}
        )
        return payment
