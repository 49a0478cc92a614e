from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_list

# A payment in another state is none, though its entry may still be matched.
MONEY_STATES = ("in_process", "paid")


class CommissionBooking(models.Model):
    """A sheet is paid by money, not by any entry that empties the account (B3).

    Money is a payment or a bank line whose cash is no less than what it pays. What one sheet
    claims back may be set off against what another pays. For anything else the finance VP's
    word is needed.
    """

    _inherit = "commission.booking"

    accepted_move_ids = fields.Many2many(
        "account.move",
        "commission_booking_accepted_move_rel",
        string="Accepted as Payment",
        readonly=True,
        help="Entries without money that the finance VP has accepted as the payment.",
    )
    accepted_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    accepted_on = fields.Datetime(readonly=True)

    @api.depends(
        "accepted_move_ids",
        "move_id.line_ids.matched_debit_ids",
        "move_id.line_ids.matched_credit_ids",
    )
    def _compute_is_paid(self):
        return super()._compute_is_paid()

    def _is_paid_entry(self):
        return super()._is_paid_entry() and self._is_matched_with_money()

    def _is_paid_bill(self):
        return super()._is_paid_bill() and self._is_matched_with_money()

    def _is_matched_with_money(self):
        moves = self._moves_that_paid()
        return (
            bool(moves)
            and set(moves.mapped("state")) == {"posted"}
            and all(map(self._is_money, moves - self.accepted_move_ids))
        )

    def _moves_that_paid(self):
        """Return the entries that what is owed is matched with; exchange differences aside."""
        owed = self._items_to_pay()
        partials = owed.matched_debit_ids | owed.matched_credit_ids
        others = (partials.debit_move_id | partials.credit_move_id) - owed
        return others.move_id - partials.exchange_move_id

    def _items_to_pay(self):
        if self.kind == "entry":
            return self._owed_items()
        return self.move_id.line_ids.filtered(
            lambda item: item.account_id.account_type == "liability_payable"
        )

    @api.model
    def _is_money(self, move):
        payment = move.origin_payment_id
        if payment and payment.state not in MONEY_STATES:
            return False
        money = payment or move.statement_line_id
        if not money:
            return bool(self.search([("move_id", "=", move.id), ("is_live", "=", True)], limit=1))
        cash = money._seek_for_lines()[0]
        paid = (move.line_ids - cash).filtered(
            lambda item: item.account_id.account_type == "liability_payable"
        )
        amounts = [abs(sum(items.mapped("balance"))) for items in (paid, cash)]
        return move.company_id.currency_id.compare_amounts(*amounts) <= 0

    # -- the finance VP's word -----------------------------------------------------------------

    def _is_settled_without_money(self):
        """Whether nothing is owed any more, though no money went."""
        if self.kind not in ("entry", "bill") or not self.is_live or self.is_paid:
            return False
        items = self._items_to_pay()
        return (
            bool(items)
            and all(items.mapped("reconciled"))
            and set(self._moves_that_paid().mapped("state")) == {"posted"}
        )

    def _accept_as_payment(self):
        self.write(
            {
                "accepted_move_ids": [Command.set(self._moves_that_paid().ids)],
                "accepted_by_id": self.env.uid,
                "accepted_on": fields.Datetime.now(),
            }
        )


class CommissionSheet(models.Model):
    _inherit = "commission.sheet"

    is_settled_without_money = fields.Boolean(
        compute="_compute_is_settled_without_money", compute_sudo=True
    )

    def _compute_is_settled_without_money(self):
        for sheet in self:
            sheet.is_settled_without_money = sheet._live_booking()._is_settled_without_money()

    def action_accept_as_payment(self):
        """Accept that these sheets are settled by entries without money, by the finance VP."""
        self.check_access("read")
        self.env.user._commission_require_role(
            self.env._("accept an entry as the payment of commission"),
            self.sudo().company_id,
            "sales_sop.group_finance_vp",
        )
        for sheet in self.sudo():
            sheet.company_id._commission_touch()
            if self.env.user in sheet.payee_id._people():
                raise AccessError(
                    self.env._("%s is your own commission. Somebody else decides.", sheet.name)
                )
            booking = sheet._live_booking()
            if not booking._is_settled_without_money():
                raise UserError(
                    self.env._(
                        "Nothing to accept on %s: it is not matched in full, or it is paid by "
                        "money.",
                        sheet.name,
                    )
                )
            booking._accept_as_payment()
            sheet._message_log(
                body=self.env._(
                    "Accepted as paid without money, by %s.",
                    format_list(self.env, booking.accepted_move_ids.mapped("display_name")),
                )
            )
        return True
