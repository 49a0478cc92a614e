from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

# What a payment says of the money; Odoo's form shows it read-only once it is posted.
PAYMENT_FIELDS = frozenset(
    {
        "amount",
        "currency_id",
        "date",
        "destination_account_id",
        "journal_id",
        "partner_id",
        "partner_type",
        "payment_type",
    }
)
# A bank's rate differs from the day's by less.
LARGEST_RATE_DIFFERENCE = 0.1
CASH_TYPES = ("asset_cash", "liability_credit_card")
# What the items of its entry say of it.
ITEM_FIELDS = frozenset(
    {"account_id", "amount_currency", "balance", "credit", "currency_id", "debit", "move_id"}
)


class AccountPayment(models.Model):
    """A customer's payment stays as it was booked: by it money is counted (C1, C3)."""

    _inherit = "account.payment"

    def write(self, vals):
        if not self.env.su and (names := PAYMENT_FIELDS.intersection(vals)):
            self.check_access("write")
            for payment in self.sudo()._sop_booked():
                payment._sop_check_booked(payment, {name: vals[name] for name in names})
        return super().write(vals)

    def _sop_booked(self):
        """Return the payments of customers whose entry is posted."""
        return self.filtered(
            lambda payment: payment.sop_governed and payment.move_id.state == "posted"
        )

    def _sop_check_booked(self, record, vals):
        names = [name for name in vals if record._sop_differs(name, vals[name])]
        if names:
            labels = [field["string"] for field in record.fields_get(names, ["string"]).values()]
            self._sop_raise_booked(format_list(self.env, sorted(labels)))

    def _sop_check_entry(self):
        """Its entry brings the cash that the payment says, at the rate of the day (C3)."""
        items = self.move_id.line_ids
        cash = items.filtered(lambda item: item._sop_is_cash_of(self))
        brought = abs(sum(cash.mapped("amount_currency")))
        other = cash.currency_id != self.currency_id or self.currency_id.compare_amounts(
            brought, self.amount
        )
        if other or any(item._sop_is_at_another_rate() for item in items):
            raise UserError(
                self.env._(
                    "%(payment)s is over %(amount)s, but its journal entry brings other cash or "
                    "takes another rate than that of the day: %(items)s. Change the amount and set "
                    "it right again: that makes the entry anew.",
                    payment=self.display_name,
                    amount=self.currency_id.format(self.amount),
                    items=format_list(self.env, [item._sop_in_both_currencies() for item in items]),
                )
            )

    def _sop_raise_booked(self, what):
        raise AccessError(
            self.env._(
                "%(payment)s: %(fields)s stays as it was booked. Reset the payment to draft, "
                "correct it and confirm it again.",
                payment=self.display_name,
                fields=what,
            )
        )


class AccountMove(models.Model):
    """The day of booked money decides for whom and by which plan it earns (B1, B3)."""

    _inherit = "account.move"

    def write(self, vals):
        if not self.env.su and "date" in vals:
            self.check_access("write")
            for move in self.sudo():
                for payment in move._sop_booked_payment():
                    payment._sop_check_booked(move, {"date": vals["date"]})
        return super().write(vals)

    def _sop_check_posting(self):
        for move in self.sudo():
            payment = move.origin_payment_id
            if payment.move_id == move and payment.sop_governed:
                payment._sop_check_entry()
        return super()._sop_check_posting()

    def _sop_booked_payment(self):
        """Return the customer's payment whose posted entry this is."""
        return self.origin_payment_id.filtered(
            lambda payment: payment.move_id == self
        )._sop_booked()

    def _sop_watch_bank_lines(self):
        """An item on another account can be no money of the customer any more (C1)."""
        posted = self.sudo().filtered(
            lambda move: move.statement_line_id and move.state == "posted"
        )
        if posted:
            posted._sop_touch_contracts()._watch_money()

    def _sop_check_bank_rates(self):
        """A bank line brings no more of a currency than the bank booked (C3).

        What the bank says it was in another currency counts once it is on the customer's account.
        """
        for move in self.sudo():
            line = move.statement_line_id
            if not line or move.state != "posted" or not move.company_id._sop_is_governed():
                continue
            items = move.line_ids
            if line.foreign_currency_id:
                items = move._sop_receivable_lines()
            if any(item._sop_is_at_another_rate() for item in items):
                raise UserError(
                    self.env._(
                        "%(entry)s takes another rate than that of the day: %(items)s. Enter the "
                        "amounts that the bank booked, and the rate of the day.",
                        entry=move.display_name,
                        items=format_list(
                            self.env, [item._sop_in_both_currencies() for item in items]
                        ),
                    )
                )


class AccountMoveLine(models.Model):
    """The entry of booked money says how much of it is cash (C1).

    Of a bank line the accountant says afterwards what it is for: who lost money by it is told.
    """

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        move_ids = filter(None, {vals.get("move_id") for vals in vals_list})
        self.env["account.move"].browse(move_ids)._sop_watch_bank_lines()
        lines = super().create(vals_list)
        lines._sop_check_entry_booked()
        lines.move_id._sop_check_bank_rates()
        return lines

    def write(self, vals):
        if names := ITEM_FIELDS.intersection(vals):
            self._sop_check_items_booked({name: vals[name] for name in names})
            self.move_id._sop_watch_bank_lines()
        result = super().write(vals)
        if "move_id" in vals:
            self._sop_check_entry_booked()
        if names:
            self.move_id._sop_check_bank_rates()
        return result

    def unlink(self):
        self._sop_check_entry_booked()
        self.move_id._sop_watch_bank_lines()
        return super().unlink()

    def _sop_is_cash_of(self, payment):
        accounts = payment.outstanding_account_id | payment.journal_id.default_account_id
        return self.account_id in accounts or self.account_id.account_type in CASH_TYPES

    def _sop_is_at_another_rate(self):
        """Whether an item takes its currency for much more, or much less, than it is worth."""
        own = self.company_currency_id
        if self.currency_id == own:
            return False

        def value(amount):
            day, company = self.date, self.company_id
            return abs(self.currency_id._convert(amount, own, company, day, round=False))

        less, more = sorted((value(self.amount_currency), abs(self.balance)))
        rounded = own.rounding + value(self.currency_id.rounding)
        return less + rounded < more * (1 - LARGEST_RATE_DIFFERENCE)

    def _sop_in_both_currencies(self):
        own = self.company_currency_id
        amounts = [self.currency_id.format(self.amount_currency), own.format(self.balance)]
        return " = ".join(dict.fromkeys(amounts))

    def _sop_check_items_booked(self, vals):
        if self.env.su:
            return
        for line in self.sudo():
            for payment in line.move_id._sop_booked_payment():
                payment._sop_check_booked(line, vals)

    def _sop_check_entry_booked(self):
        if self.env.su:
            return
        for move in self.sudo().move_id:
            for payment in move._sop_booked_payment():
                payment._sop_raise_booked(self.env._("its journal entry"))
