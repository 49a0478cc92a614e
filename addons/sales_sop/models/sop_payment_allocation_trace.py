from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .touch import touch

# What an earmark is about; another contract or other money is another earmark.
IDENTITY_FIELDS = frozenset({"payment_id", "statement_line_id", "contract_id"})
TRACED_FIELDS = frozenset({"amount", "order_id"})
# Private code marks that it moves an earmark; a client has no way to set it.
MOVING = "sop_moving_earmarks"


class SopPaymentAllocation(models.Model):
    """An earmark leaves a trace, and is moved to another contract with a reason (C3)."""

    _inherit = "sop.payment.allocation"

    change_ids = fields.Many2many(
        "sop.payment.allocation.change",
        string="Trace",
        compute="_compute_change_ids",
        help="All that happened to the earmarks of this money.",
    )

    @api.depends("payment_id", "statement_line_id", "amount", "contract_id")
    def _compute_change_ids(self):
        for allocation in self:
            allocation.change_ids = self.env["sop.payment.allocation.change"].search(
                allocation._money_domain()
            )

    def _money_domain(self):
        self.ensure_one()
        if self.payment_id:
            return [("payment_id", "=", self.payment_id._origin.id)]
        return [("statement_line_id", "=", self.statement_line_id._origin.id)]

    # -- two people at the same moment ---------------------------------------------------------

    def _check_money_is_enough(self):
        """Earmarks of one money wait for one another, or two of them would pass alone."""
        self._touch_money()
        return super()._check_money_is_enough()

    def _touch_money(self):
        touch(self.payment_id)
        touch(self.statement_line_id)

    # -- trace ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        allocations = super().create(vals_list)
        if not self._is_moving():
            for allocation in allocations:
                allocation._trace("made", amount_after=allocation.amount)
        return allocations

    def write(self, vals):
        if self._is_moving() or (TRACED_FIELDS | IDENTITY_FIELDS).isdisjoint(vals):
            return super().write(vals)
        before = {allocation: allocation._traced_values() for allocation in self}
        gate = self._contracts_above_gate()
        result = super().write(vals)
        fallen = self._fallen_below_gate(gate)
        for allocation, values in before.items():
            allocation._trace_change(values, fallen)
        return result

    def _traced_values(self):
        names = sorted(TRACED_FIELDS | IDENTITY_FIELDS)
        return self.read(names, load=None)[0]

    def _trace_change(self, before, fallen):
        """Add the row of a change; another contract or other money is no change (C3)."""
        after = self._traced_values()
        if any(before[name] != after[name] for name in IDENTITY_FIELDS):
            raise UserError(
                self.env._(
                    "An earmark stays with its money and its contract. Move it with the button "
                    "“Move”, which asks for the reason."
                )
            )
        if before != after:
            self._trace(
                "changed",
                amount_before=before["amount"],
                amount_after=after["amount"],
                order_id=before["order_id"],
                to_order_id=after["order_id"],
                below_gate=self.contract_id in fallen,
            )

    def unlink(self):
        gate = self._contracts_above_gate()
        rows = [
            (
                allocation.contract_id,
                allocation._prepare_change_values("removed", amount_before=allocation.amount),
            )
            for allocation in self
        ]
        result = super().unlink()
        fallen = self._fallen_below_gate(gate)
        self.env["sop.payment.allocation.change"].sudo().create(
            [values | {"below_gate": contract in fallen} for contract, values in rows]
        )
        return result

    def _trace(self, kind, **values):
        self.env["sop.payment.allocation.change"].sudo().create(
            self._prepare_change_values(kind, **values)
        )

    def _prepare_change_values(self, kind, **values):
        self.ensure_one()
        return {
            "kind": kind,
            "payment_id": self.payment_id.id,
            "statement_line_id": self.statement_line_id.id,
            "contract_id": self.contract_id.id,
            "order_id": self.order_id.id,
            "currency_id": self.currency_id.id,
            "company_id": self.company_id.id,
            **values,
        }

    # -- what an invoice rests on --------------------------------------------------------------

    def _contracts_above_gate(self):
        """Return the invoiced contracts that have the money their invoices need (C1)."""
        if self.env.su:
            return self.env["sop.contract"]
        contracts = self.sudo().contract_id.filtered(lambda one: one._has_posted_invoice())
        collected = contracts._collected()
        return contracts.filtered(lambda one: one._reaches_gate(collected))

    def _fallen_below_gate(self, contracts):
        """Return those of ``contracts`` that lost the money of their invoices.

        Taking it away is the finance VP's decision; sales and finance are told.
        """
        if not contracts:
            return contracts
        self.env.flush_all()
        collected = contracts._collected()
        fallen = contracts.filtered(lambda one: not one._reaches_gate(collected))
        if fallen:
            self.env.user._sop_require_role(
                self.env._(
                    "take money away that the invoices of %s rest on (C1)",
                    format_list(self.env, fallen.mapped("number")),
                ),
                "sales_sop.group_finance_vp",
            )
            fallen._alert_money_lost(self.env._("Earmarked money was taken away."))
        return fallen

    # -- moving --------------------------------------------------------------------------------

    def _is_moving(self):
        return self.env.cr.cache.get(MOVING, False)

    @api.model
    def _action_earmark(self, field_name, money_id):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Earmark Money"),
            "res_model": "sop.earmark",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{field_name}": money_id},
        }

    def action_move(self):
        """Ask to which contract the earmark goes, and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move the Earmark"),
            "res_model": "sop.earmark.move",
            "view_mode": "form",
            "target": "new",
            "context": {"default_allocation_id": self.id},
        }

    def _move(self, contract, order, amount, reason):
        """Move ``amount`` of the earmark to ``contract``; return the earmark there (C3).

        :raise UserError: without a reason, or for more than is earmarked
        """
        self.ensure_one()
        self._check_move(contract, order, amount, reason)
        gate = self._contracts_above_gate()
        values = self._prepare_change_values(
            "moved",
            amount_before=self.amount,
            amount_after=self.currency_id.round(self.amount - amount),
            to_contract_id=contract.id,
            to_order_id=order.id,
            reason=reason.strip(),
        )
        source = self.contract_id
        with self._moving():
            moved = self._carry_over(contract, order, amount)
        fallen = self._fallen_below_gate(gate)
        self.env["sop.payment.allocation.change"].sudo().create(
            values | {"below_gate": source in fallen}
        )
        return moved

    def _check_move(self, contract, order, amount, reason):
        self.env.user._sop_require_role(
            self.env._("move an earmark to another contract"),
            "sales_sop.group_finance",
            "sales_sop.group_finance_vp",
        )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the money pays for another contract."))
        contract.sudo()._check_takes_money()
        if contract == self.contract_id and order == self.order_id:
            raise UserError(self.env._("The money is earmarked for %s already.", contract.number))
        if not 0 < amount or self.currency_id.compare_amounts(amount, self.amount) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s cannot be moved: %(earmarked)s is earmarked for contract "
                    "%(contract)s. Move that or less.",
                    amount=self.currency_id.format(amount),
                    earmarked=self.currency_id.format(self.amount),
                    contract=self.contract_id.number,
                )
            )

    def _carry_over(self, contract, order, amount):
        """The whole earmark changes its contract; of a part, a new one is made there."""
        target = {"contract_id": contract.id, "order_id": order.id}
        if self.currency_id.compare_amounts(amount, self.amount) == 0:
            self.write(target)
            return self
        self.write({"amount": self.currency_id.round(self.amount - amount)})
        return self.copy({**target, "amount": amount})

    @contextmanager
    def _moving(self):
        self.env.cr.cache[MOVING] = True
        try:
            yield
            self.flush_recordset()
        finally:
            self.env.cr.cache.pop(MOVING, None)
