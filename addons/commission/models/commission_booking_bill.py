from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CommissionBooking(models.Model):
    """An outside agent sends a bill; the draft of it is made from the sheet (B3).

    The accountant adds date, number and taxes of the agent's own bill. What it takes from the
    accrued commission is the sheet's amount, by the plan's fixed rate, or it is not posted.
    """

    _inherit = "commission.booking"

    @api.model
    def _book_bill(self, sheets, company):
        """Draft a vendor bill for each sheet; a refund where the agent pays back."""
        bookings = self.browse()
        if not sheets:
            return bookings
        company = company._commission_accounting("commission_accrued_account_id")
        for sheet in sheets:
            booking = self.create(sheet._prepare_booking(company, "bill"))
            bill = self._entries(company).create(booking._prepare_bill())
            booking.write({"move_id": bill.id})
            bill.invoice_currency_rate = booking._rate()
            bookings |= booking
        return bookings

    def _prepare_bill(self):
        self.ensure_one()
        return {
            "move_type": "in_invoice" if self.amount > 0 else "in_refund",
            "company_id": self.company_id.id,
            "partner_id": self.payee_id.partner_id.id,
            "currency_id": self.currency_id.id,
            "auto_post": "no",
            "invoice_origin": self.sheet_id.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self._label(),
                        "account_id": self.accrued_account_id.id,
                        "quantity": 1.0,
                        "price_unit": abs(self.amount),
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def _rate(self):
        """Return units of the sheet's currency for one of the company's, as it was accrued."""
        self.ensure_one()
        if self.currency_id == self.company_currency_id or not self.amount_company:
            return 1.0
        return self.amount / self.amount_company

    def _check_bill(self):
        """Raise unless the bill takes from the accrued commission what its sheet says."""
        self.ensure_one()
        bill = self.move_id
        items = bill.line_ids.filtered(lambda item: item.account_id == self.accrued_account_id)
        partner = self.payee_id.sudo().partner_id.commercial_partner_id
        if (
            bill.currency_id == self.currency_id
            and bill.commercial_partner_id == partner
            and not self.currency_id.compare_amounts(
                sum(items.mapped("amount_currency")), self.amount
            )
            and not self.company_currency_id.compare_amounts(
                sum(items.mapped("balance")), self.amount_company
            )
        ):
            return
        raise UserError(
            self.env._(
                "%(bill)s pays commission sheet %(sheet)s: on the account %(account)s it has to be "
                "%(amount)s for %(payee)s, before taxes, at the rate %(rate)s. Correct it, or "
                "delete it and book the sheet anew. What the agent bills besides goes on a line "
                "with another account, and a tax needs an account of its own.",
                bill=bill.display_name,
                sheet=self.sheet_id.name,
                account=self.accrued_account_id.display_name,
                amount=self.currency_id.format(self.amount),
                payee=partner.display_name,
                rate=f"{self._rate():.12g}",
            )
        )
