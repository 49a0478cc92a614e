from odoo import api, models
from odoo.exceptions import AccessError
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
        return lines

    def write(self, vals):
        if names := ITEM_FIELDS.intersection(vals):
            self._sop_check_items_booked({name: vals[name] for name in names})
            self.move_id._sop_watch_bank_lines()
        result = super().write(vals)
        if "move_id" in vals:
            self._sop_check_entry_booked()
        return result

    def unlink(self):
        self._sop_check_entry_booked()
        self.move_id._sop_watch_bank_lines()
        return super().unlink()

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
