from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list, formatLang

from .sop_policy_money import PAPER_KINDS

FINANCE = ("sales_sop.group_finance", "sales_sop.group_finance_vp")
KINDS = [("transfer", "Bank Transfer"), ("cash", "Cash"), *PAPER_KINDS]
# More of one order wait for nobody: somebody plays.
MAX_WAITING = 10
# What the customer said, and what was answered.
FIXED_FIELDS = frozenset(
    {
        "contract_id",
        "order_id",
        "partner_id",
        "company_id",
        "currency_id",
        "amount",
        "date",
        "kind",
        "note",
        "document",
        "document_name",
        "state",
        "allocation_id",
        "reason",
        "decided_by_id",
        "decided_on",
    }
)

# Which money it is; finance chooses it and fixes it by confirming.
MONEY_FIELDS = frozenset({"payment_id", "statement_line_id"})


class SopPaymentAnnouncement(models.Model):
    """A payment that the customer announces (C11); finance confirms it or says why not.

    An announcement is no money: only the earmark of a real payment, made by confirming, counts.
    """

    _name = "sop.payment.announcement"
    _description = "Announced Payment"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.protected.mixin"]
    _order = "id desc"
    _rec_name = "contract_id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "sop.contract", required=True, readonly=True, index=True, ondelete="restrict"
    )
    order_id = fields.Many2one("sale.order", readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    user_id = fields.Many2one(related="contract_id.user_id", store=True, string="Salesperson")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(string="Paid on", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    note = fields.Text(readonly=True)
    document = fields.Binary(string="File", attachment=True, readonly=True)
    document_name = fields.Char(readonly=True)
    state = fields.Selection(
        [("announced", "Announced"), ("confirmed", "Confirmed"), ("rejected", "Not Found")],
        string="Status",
        default="announced",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    payment_id = fields.Many2one(
        "account.payment",
        string="Customer Payment",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id), ('payment_type', '=', 'inbound'), "
        "('state', 'in', ('in_process', 'paid'))]",
        help="The payment that came.",
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Line",
        check_company=True,
        domain="[('amount', '>', 0), ('partner_id', 'in', (partner_id, False))]",
        help="Or the bank line, when it is not matched yet.",
    )
    allocation_id = fields.Many2one(
        "sop.payment.allocation", string="Earmark", readonly=True, ondelete="set null"
    )
    reason = fields.Char(readonly=True, help="The customer reads it.")
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    decided_on = fields.Datetime(readonly=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A payment is announced over a positive amount."
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | FIXED_FIELDS

    @api.depends("contract_id.number", "amount")
    def _compute_display_name(self):
        for announcement in self:
            announcement.display_name = (
                f"{announcement.contract_id.number}: {announcement._money()}"
            )

    def _money(self):
        return formatLang(self.env, self.amount, currency_obj=self.currency_id)

    # -- the customer announces (C11) ----------------------------------------------------------

    @api.model
    def _announce(self, order, values):
        """Record what the customer of ``order`` announces, and tell finance (C11)."""
        order = order.sudo()
        contract = order.sop_contract_id
        if not contract or contract.state not in ("draft", "effective"):
            raise UserError(self.env._("%s has no contract to pay for.", order.name))
        amount = contract.currency_id.round(values["amount"])
        if amount <= 0:
            raise UserError(self.env._("A payment is announced over a positive amount."))
        waiting = self.sudo().search_count(
            [("order_id", "=", order.id), ("state", "=", "announced")], limit=MAX_WAITING
        )
        if waiting == MAX_WAITING:
            raise UserError(
                self.env._("Several announced payments are being looked at. Please wait for them.")
            )
        announcement = self.sudo().create(
            {
                **values,
                "amount": amount,
                "contract_id": contract.id,
                "order_id": order.id,
                "partner_id": order.partner_id.commercial_partner_id.id,
                "company_id": contract.company_id.id,
                "currency_id": contract.currency_id.id,
            }
        )
        announcement._tell_finance()
        return announcement

    def _tell_finance(self):
        self._sop_remind(
            "sales_sop.mail_activity_announcement",
            self.env.ref("sales_sop.group_finance")._sop_holders(self.company_id),
            lambda announcement: {
                "summary": announcement.env._(
                    "%(customer)s announces %(amount)s for %(order)s",
                    customer=self.partner_id.display_name,
                    amount=announcement._money(),
                    order=self.order_id.name,
                ),
            },
        )

    # -- finance answers -----------------------------------------------------------------------

    def write(self, vals):
        if not self.env.su and not MONEY_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._check_money_is_open()
        return super().write(vals)

    def _check_money_is_open(self):
        """Which money was found is a part of the answer, and stays with it."""
        answered = self.filtered(lambda announcement: announcement.state != "announced")
        if answered:
            raise UserError(
                self.env._(
                    "%s is answered already, and stays with the money that was found. Move its "
                    "earmark if the money is for something else.",
                    format_list(self.env, answered.mapped("display_name")),
                )
            )

    def action_confirm(self):
        """The payment has come: earmark it for the contract (C11)."""
        for announcement in self:
            announcement._check_open(self.env._("confirm an announced payment"))
            if not announcement.payment_id and not announcement.statement_line_id:
                raise UserError(
                    self.env._(
                        "Choose the payment or the bank line that %s announced.",
                        announcement.partner_id.display_name,
                    )
                )
            allocation = self.env["sop.payment.allocation"].create(
                announcement._prepare_allocation_values()
            )
            announcement._decide("confirmed", allocation_id=allocation.id)
        return True

    def _prepare_allocation_values(self):
        """The earmark is of the money, in its currency, and at most what is left of it."""
        money = self.payment_id or self.statement_line_id
        return {
            "payment_id": self.payment_id.id,
            "statement_line_id": False if self.payment_id else self.statement_line_id.id,
            "contract_id": self.contract_id.id,
            "order_id": self.order_id.id,
            "amount": min(self._amount_of(money), self._free_amount(money)),
            "note": self.note,
        }

    def _amount_of(self, money):
        """Return what was announced, in the currency of ``money`` on the day it came."""
        return self.currency_id._convert(
            self.amount, money.currency_id, self.company_id, money.date
        )

    def _free_amount(self, money):
        earmarked = sum(money.sudo().allocation_ids.mapped("amount"))
        free = money.currency_id.round(money.amount - earmarked)
        if free <= 0:
            raise UserError(
                self.env._(
                    "%s is earmarked completely, so nothing of it is left for the announced "
                    "payment. Choose another payment or bank line.",
                    money.display_name,
                )
            )
        return free

    def action_reject(self):
        """Ask why the payment cannot be confirmed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not Found"),
            "res_model": "sop.money.reason",
            "view_mode": "form",
            "target": "new",
            "context": {"default_announcement_id": self.id},
        }

    def _reject(self, reason):
        """The payment is not there; the customer reads the reason (C11)."""
        self._check_open(self.env._("reject an announced payment"))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the payment is not confirmed."))
        self._decide("rejected", reason=reason.strip())

    def _check_open(self, action):
        self.ensure_one()
        self.env.user._sop_require_role(action, *FINANCE)
        self.check_access("write")
        if self.state != "announced":
            raise UserError(self.env._("%s is answered already.", self.display_name))

    def _decide(self, state, **values):
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                **values,
            }
        )
        self.sudo().activity_unlink(["sales_sop.mail_activity_announcement"])

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An announced payment is kept. Reject it with the reason."))


class SaleOrder(models.Model):
    """What the customer announced for an order, as the portal shows it (C11)."""

    _inherit = "sale.order"

    def _sop_portal_announcements(self):
        self.ensure_one()
        return self.env["sop.payment.announcement"].sudo().search([("order_id", "=", self.id)])

    def _sop_announcement_kinds(self):
        field = self.env["sop.payment.announcement"]._fields["kind"]
        return field._description_selection(self.env)
