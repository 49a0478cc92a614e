from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

COMPARISONS = {operator: SQL(operator) for operator in ("<", "<=", ">", ">=")}


class SopPaymentAllocation(models.Model):
    """An earmark (回款认领): this money pays for that contract (C3). Only finance makes it.

    Money mostly comes before the invoice. The earmark counts as collected until the money is
    reconciled with an invoice; from then on the invoice's payment counts (see ``sop.collection``).
    """

    _name = "sop.payment.allocation"
    _description = "Earmarked Money"
    _order = "date desc, id desc"
    _inherit = ["sop.protected.mixin"]
    _rec_name = "contract_id"
    _check_company_auto = True

    payment_id = fields.Many2one(
        "account.payment",
        string="Customer Payment",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Line",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    contract_id = fields.Many2one(
        "sop.contract",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    order_id = fields.Many2one(
        "sale.order",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('sop_contract_id', '=', contract_id)]",
        help="The order of the contract that the money is for; empty when it is for all of them.",
    )
    amount = fields.Monetary(required=True, help="In the currency of the money.")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_money", store=True, precompute=True
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_money", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Payer", compute="_compute_money", store=True, precompute=True
    )
    date = fields.Date(compute="_compute_money", store=True, precompute=True)
    payment_state = fields.Selection(
        related="payment_id.state",
        string="Status of the Payment",
        help="An earmark of money that was taken back stays, and counts for nothing.",
    )
    note = fields.Char()

    _one_money = models.Constraint(
        "CHECK(num_nonnulls(payment_id, statement_line_id) = 1)",
        "An earmark belongs to one payment or to one bank line.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The earmarked amount has to be positive."
    )

    @api.depends(
        "payment_id.currency_id",
        "payment_id.company_id",
        "payment_id.partner_id",
        "payment_id.date",
        "statement_line_id.currency_id",
        "statement_line_id.company_id",
        "statement_line_id.partner_id",
        "statement_line_id.date",
    )
    def _compute_money(self):
        for allocation in self:
            money = allocation.payment_id or allocation.statement_line_id
            allocation.currency_id = money.currency_id
            allocation.company_id = money.company_id
            allocation.partner_id = money.partner_id
            allocation.date = money.date

    @api.model
    def _sop_protected_fields(self):
        return frozenset({"currency_id", "company_id", "partner_id", "date"})

    # -- rules ---------------------------------------------------------------------------------

    @api.constrains("payment_id", "statement_line_id", "contract_id", "order_id", "amount")
    def _check_allocation(self):
        for allocation in self.sudo():
            allocation._check_money_is_incoming()
            allocation._check_money_is_enough()
            allocation._check_bank_line_currency()
            allocation._check_contract()

    def _check_money_is_incoming(self):
        payment = self.payment_id
        incoming = (
            payment.partner_type == "customer" and payment.payment_type == "inbound"
            if payment
            else self.statement_line_id.amount > 0
        )
        if not incoming:
            raise ValidationError(
                self.env._("Only money received from a customer can be earmarked to a contract.")
            )

    def _check_money_is_enough(self):
        money = self.payment_id or self.statement_line_id
        earmarked = sum(money.allocation_ids.mapped("amount"))
        if self.currency_id.compare_amounts(earmarked, money.amount) > 0:
            raise ValidationError(
                self.env._(
                    "%(money)s: %(earmarked)s would be earmarked, but only %(amount)s was "
                    "received. Reduce the earmarks.",
                    money=money.display_name,
                    earmarked=self.currency_id.format(earmarked),
                    amount=self.currency_id.format(money.amount),
                )
            )

    def _check_bank_line_currency(self):
        line = self.statement_line_id
        if line.foreign_currency_id and line.foreign_currency_id != line.currency_id:
            raise ValidationError(
                self.env._(
                    "%s was received in another currency than its account's. Match it with a "
                    "payment and earmark the payment.",
                    line.display_name,
                )
            )

    def _check_contract(self):
        payer = self.partner_id.commercial_partner_id
        if payer and payer not in self.contract_id._payers():
            raise ValidationError(
                self.env._(
                    "%(payer)s paid, but contract %(contract)s is with %(customer)s. Money is "
                    "earmarked to contracts of the customer who paid, or of its subsidiaries. "
                    "Where somebody pays for the customer, leave the bank line without a customer "
                    "and earmark the bank line.",
                    payer=payer.display_name,
                    contract=self.contract_id.number,
                    customer=self.contract_id.partner_id.display_name,
                )
            )
        if self.order_id and self.order_id.sop_contract_id != self.contract_id:
            raise ValidationError(
                self.env._(
                    "%(order)s does not belong to contract %(contract)s.",
                    order=self.order_id.name,
                    contract=self.contract_id.number,
                )
            )

    def _check_money_has_entry(self):
        """An earmark counts only if the books show the money; say so instead of counting 0."""
        for payment in self.sudo().payment_id:
            if payment.state in ("in_process", "paid") and not payment.move_id:
                raise UserError(
                    self.env._(
                        "%s has no journal entry, so it cannot count as collected. Set an "
                        "outstanding account on the payment method of its journal.",
                        payment.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        allocations = super().create(vals_list)
        allocations._check_money_has_entry()
        allocations._touch_contracts()
        allocations.sudo().contract_id._check_takes_money()
        return allocations

    def write(self, vals):
        self._touch_contracts()
        result = super().write(vals)
        self._touch_contracts()
        return result

    def unlink(self):
        self._touch_contracts()
        return super().unlink()

    @api.model
    def _search_not_earmarked(self, money, link, operator, value):
        """Return the domain of ``money`` of which so much is not earmarked.

        :param str link: the field of an earmark that leads to the money
        """
        if operator == "in":
            condition = SQL("= ANY(%s)", [amount or 0.0 for amount in value])
        elif operator in COMPARISONS:
            condition = SQL("%s %s", COMPARISONS[operator], value)
        else:
            return NotImplemented
        money.flush_model(["amount"])
        self.flush_model(["amount", link])
        query = SQL(
            """(SELECT money.id
                  FROM %(money)s money
             LEFT JOIN sop_payment_allocation earmark ON earmark.%(link)s = money.id
              GROUP BY money.id
                HAVING money.amount - COALESCE(SUM(earmark.amount), 0) %(condition)s)""",
            money=SQL.identifier(money._table),
            link=SQL.identifier(link),
            condition=condition,
        )
        return Domain("id", "in", query)

    def _refuse_deletion_of_money(self):
        """Refuse to delete the money of these earmarks: their trace names it (C3)."""
        for allocation in self[:1]:
            money = allocation.payment_id or allocation.statement_line_id
            raise UserError(
                self.env._(
                    "%(money)s is earmarked for %(contracts)s. Let finance remove the earmark "
                    "first, or cancel the money and keep it.",
                    money=money.display_name,
                    contracts=format_list(
                        self.env, money.allocation_ids.contract_id.mapped("number")
                    ),
                )
            )

    def _touch_contracts(self):
        self.sudo().contract_id._touch()
