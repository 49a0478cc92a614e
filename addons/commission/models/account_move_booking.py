from odoo import fields, models
from odoo.exceptions import UserError

# What a posted bill of an agent says of its sheet.
BILL_FIELDS = frozenset({"partner_id", "currency_id", "invoice_currency_rate"})


class AccountMove(models.Model):
    """Bills of agents take from the accrued commission what their sheets say (B3)."""

    _inherit = "account.move"

    # What a booking stores follows from its entry. Without this side of the reference every write
    # to any entry would ask the database which bookings that concerns.
    commission_booking_ids = fields.One2many(
        "commission.booking",
        "move_id",
        string="Commission Bookings",
        readonly=True,
        groups="sales_sop.group_finance,sales_sop.group_finance_vp",
        help="The bookings of commission sheets that this entry or bill is.",
    )

    def write(self, vals):
        if not BILL_FIELDS.isdisjoint(vals):
            self._commission_refuse_bill_change()
        if "move_type" in vals:
            self._commission_refuse_bill_type(vals["move_type"])
        if vals.get("state") == "posted":
            for booking in self._commission_bill_bookings():
                booking._check_bill()
        return super().write(vals)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for move, vals in zip(self, vals_list, strict=True):
            # A reversal takes the bill back; any other copy pays it again.
            if vals.get("move_type", move.move_type) == move.move_type:
                move._commission_refuse_bill_copy()
        return vals_list

    def _commission_refuse_bill_type(self, move_type):
        """What a sheet is paid by is checked as a bill, and stays one (B3)."""
        others = self.filtered(lambda move: move.move_type != move_type)
        if names := others._commission_bill_names():
            raise UserError(
                self.env._(
                    "%(bill)s pays commission sheet %(sheet)s and stays what it is. Cancel it and "
                    "book the sheet anew if it is wrong.",
                    **names,
                )
            )

    def _commission_refuse_bill_copy(self):
        """No sheet is paid twice, by the copy and by what it is booked with anew (B3)."""
        if names := self._commission_bill_names():
            raise UserError(
                self.env._(
                    "The bill %(bill)s pays commission sheet %(sheet)s, and a copy would pay it "
                    "once more. Reverse the bill or cancel it, and book the sheet anew: that makes "
                    "the new bill.",
                    **names,
                )
            )

    def _commission_refuse_bill_change(self):
        posted = self.filtered(lambda move: move.state == "posted")
        if names := posted._commission_bill_names():
            raise UserError(
                self.env._(
                    "The bill %(bill)s pays commission sheet %(sheet)s and stays as it is while it "
                    "is posted. Reset it to draft first.",
                    **names,
                )
            )

    def _commission_bill_names(self):
        """Return the names of the first of these bills that pays a sheet, and of the sheet."""
        for booking in self._commission_bill_bookings():
            return {"bill": booking.move_id.display_name, "sheet": booking.sheet_id.name}
        return {}

    def _commission_bill_bookings(self):
        """Return the bookings of sheets whose bills these are."""
        bookings = self.env["commission.booking"].sudo()
        bills = self.filtered(lambda move: move.is_purchase_document())
        if not bills:
            return bookings
        return bookings.search([("move_id", "in", bills.ids), ("kind", "=", "bill")])

    def _compute_invoice_currency_rate(self):
        """A sheet is owed by its plan's fixed rate; only the payment meets the day's rate."""
        result = super()._compute_invoice_currency_rate()
        foreign = self.filtered(lambda move: move.currency_id != move.company_currency_id)
        rates = {
            booking.move_id: booking._rate()
            for booking in foreign._origin._commission_bill_bookings()
        }
        for move in foreign:
            if move._origin in rates:
                move.invoice_currency_rate = rates[move._origin]
        return result
