import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class SopEarmark(models.TransientModel):
    """Say in one dialog which contracts a money pays for (C3)."""

    _name = "sop.earmark"
    _description = "Earmark Money"

    payment_id = fields.Many2one("account.payment", string="Customer Payment", readonly=True)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", string="Bank Line", readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", compute="_compute_money")
    company_id = fields.Many2one("res.company", compute="_compute_money")
    currency_id = fields.Many2one("res.currency", compute="_compute_money")
    purpose = fields.Char(
        string="Memo", compute="_compute_money", help="What the customer wrote on the transfer."
    )
    amount = fields.Monetary(string="Received", compute="_compute_money")
    amount_earmarked = fields.Monetary(
        string="Already Earmarked", compute="_compute_amount_earmarked"
    )
    amount_left = fields.Monetary(
        string="Still Free",
        compute="_compute_amount_left",
        help="What stays free of every contract.",
    )
    line_ids = fields.One2many("sop.earmark.line", "wizard_id", string="Contracts")

    @api.depends("payment_id", "statement_line_id")
    def _compute_money(self):
        for wizard in self:
            money = wizard.payment_id or wizard.statement_line_id
            wizard.partner_id = money.partner_id.commercial_partner_id
            wizard.company_id = money.company_id
            wizard.currency_id = money.currency_id
            wizard.amount = money.amount
            wizard.purpose = wizard.payment_id.memo or wizard.statement_line_id.payment_ref

    @api.depends("payment_id", "statement_line_id")
    def _compute_amount_earmarked(self):
        for wizard in self:
            money = wizard.payment_id or wizard.statement_line_id
            money.check_access("read")
            wizard.amount_earmarked = sum(money.sudo().allocation_ids.mapped("amount"))

    @api.depends("amount", "amount_earmarked", "line_ids.amount")
    def _compute_amount_left(self):
        for wizard in self:
            given = sum(wizard.line_ids.mapped("amount"))
            wizard.amount_left = wizard.amount - wizard.amount_earmarked - given

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "line_ids" in fields:
            wizard = self.new(
                {name: values.get(name) for name in ("payment_id", "statement_line_id")}
            )
            values["line_ids"] = wizard._proposed_lines()
        return values

    def _proposed_lines(self):
        """Fill what the effective contracts lack, the oldest first, as long as they are owed it.

        A contract whose number the customer wrote on the transfer comes before all others, and
        the customer's own ones come before those of the companies below it. While nobody knows
        yet whose money it is, the number is all there is.
        """
        left = self.amount - self.amount_earmarked
        purpose = self.purpose or ""
        if self.partner_id:
            whose = Domain("partner_id", "child_of", self.partner_id.id)
        else:
            whose = Domain("number", "in", re.split(r"[\s,;:，；：、。]+", purpose))
        contracts = self.env["sop.contract"].search(
            whose
            & Domain("company_id", "=", self.company_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
            & Domain("state", "=", "effective"),
            order="date_effective, id",
        )
        contracts = contracts.sorted(
            lambda contract: (
                (contract.number or " ") not in purpose,
                contract.partner_id.commercial_partner_id != self.partner_id,
            )
        )
        lines = []
        for contract in contracts:
            amount = min(left, contract._sop_lack())
            if self.currency_id.compare_amounts(amount, 0.0) > 0 and not contract._owes_nothing():
                lines.append(Command.create({"contract_id": contract.id, "amount": amount}))
                left = self.currency_id.round(left - amount)
        return lines

    def action_earmark(self):
        """Make the earmarks; together they are at most the money received."""
        self.ensure_one()
        lines = self.line_ids.filtered("amount")
        if not lines:
            raise UserError(self.env._("Add the contracts that the money pays for."))
        self.env["sop.payment.allocation"].create(
            [
                {
                    "payment_id": self.payment_id.id,
                    "statement_line_id": self.statement_line_id.id,
                    "contract_id": line.contract_id.id,
                    "order_id": line.order_id.id,
                    "amount": line.amount,
                    "note": line.note,
                }
                for line in lines
            ]
        )
        return {"type": "ir.actions.act_window_close"}


class SopEarmarkLine(models.TransientModel):
    """One contract that the money pays for."""

    _name = "sop.earmark.line"
    _description = "Contract the Money Pays For"

    wizard_id = fields.Many2one("sop.earmark", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    contract_id = fields.Many2one("sop.contract", required=True)
    order_id = fields.Many2one("sale.order")
    contract_currency_id = fields.Many2one(
        related="contract_id.currency_id", related_sudo=False, string="Contract Currency"
    )
    amount_total = fields.Monetary(
        related="contract_id.amount_total",
        related_sudo=False,
        currency_field="contract_currency_id",
    )
    amount_collected = fields.Monetary(
        related="contract_id.amount_collected",
        related_sudo=False,
        currency_field="contract_currency_id",
    )
    amount = fields.Monetary(required=True)
    note = fields.Char()

    @api.onchange("contract_id")
    def _onchange_contract_id(self):
        """Propose what the contract lacks of what is still free."""
        left = self.wizard_id.amount_left
        same = self.contract_currency_id == self.wizard_id.currency_id
        if self.contract_id and same and not self.amount and left > 0:
            self.amount = max(0.0, min(left, self.contract_id._sop_lack()))


class SopEarmarkMove(models.TransientModel):
    """Asks to which contract an earmark goes, and why (C3)."""

    _name = "sop.earmark.move"
    _description = "Move an Earmark"

    allocation_id = fields.Many2one("sop.payment.allocation", required=True, readonly=True)
    from_contract_id = fields.Many2one(related="allocation_id.contract_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner", related="allocation_id.partner_id.commercial_partner_id", related_sudo=False
    )
    company_id = fields.Many2one(related="allocation_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="allocation_id.currency_id", related_sudo=False)
    amount_earmarked = fields.Monetary(
        related="allocation_id.amount", related_sudo=False, string="Earmarked"
    )
    contract_id = fields.Many2one("sop.contract", string="To Contract", required=True)
    contract_currency_id = fields.Many2one(
        related="contract_id.currency_id", related_sudo=False, string="Contract Currency"
    )
    amount_total = fields.Monetary(
        related="contract_id.amount_total",
        related_sudo=False,
        currency_field="contract_currency_id",
        string="Contract Total",
    )
    amount_collected = fields.Monetary(
        related="contract_id.amount_collected",
        related_sudo=False,
        currency_field="contract_currency_id",
    )
    order_id = fields.Many2one("sale.order", string="To Order")
    amount = fields.Monetary(
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    reason = fields.Char(required=True)

    @api.depends("allocation_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.allocation_id.amount

    def action_move(self):
        """Move it; the trace says who did it and why."""
        self.ensure_one()
        self.allocation_id._move(self.contract_id, self.order_id, self.amount, self.reason)
        return {"type": "ir.actions.act_window_close"}


class SopContract(models.Model):
    _inherit = "sop.contract"

    def _sop_lack(self):
        """Return what is not collected of the contract's total yet."""
        self.ensure_one()
        return self.currency_id.round(self.amount_total - self.amount_collected)
