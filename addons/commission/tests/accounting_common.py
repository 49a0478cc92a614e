"""Commission in the books: accruals, and the payment of sheets."""

from odoo.service.model import call_kw

from .common import CommissionCase
from .sheet_common import SheetCase


class AccountingCase(CommissionCase):
    """A company with the accounts of its chart; the order of 1,150.00 earns 100.00."""

    @property
    def accrued_account(self):
        return self.company.commission_accrued_account_id

    @property
    def expense_account(self):
        return self.company.commission_expense_account_id

    def accrue(self, month=None, role="finance"):
        """Finance accrues commission; the result is read with all rights."""
        model = self.as_user(self.env["commission.accrual"], role)
        return model.accrue(self.company.id, month).sudo()

    def rpc_method(self, record, role, method, *arguments):
        """Call a method of records, or of a model when ``record`` is empty, by RPC."""
        if record:
            return self.rpc(record, role, method, *arguments)
        model = self.as_user(record, role)
        return call_kw(model, method, list(arguments), {"context": dict(model.env.context)})

    def items(self, moves):
        """``[(account, partner, debit, credit)]`` of entries, in the order of booking."""
        return [
            (line.account_id, line.partner_id, line.debit, line.credit)
            for line in moves.sudo().line_ids.sorted("id")
        ]

    def booked(self, account, payee=None):
        """The balance of an account in the books, of one payee or of all."""
        domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        if payee:
            domain.append(("partner_id", "=", payee._accounting_partner().id))
        lines = self.env["account.move.line"].search(domain)
        return round(sum(lines.mapped("balance")), 2)

    # -- assertions ----------------------------------------------------------------------------

    def _check_invariants(self):
        result = super()._check_invariants()
        self._what_is_earned_and_not_released_is_owed()
        self._no_sheet_is_booked_twice()
        return result

    def _what_is_earned_and_not_released_is_owed(self):
        """Per payee, the accounts of accrued commission hold what accruals and bookings say."""
        mine = [("company_id", "=", self.company.id)]
        accruals = self.env["commission.accrual"].search(mine)
        bookings = self.env["commission.booking"].search([*mine, ("is_live", "=", True)])
        bookings = bookings.filtered(lambda booking: booking.move_id.state == "posted")
        accounts = accruals.accrued_account_id | bookings.accrued_account_id
        for payee in accruals.line_ids.payee_id | bookings.payee_id:
            accrued = accruals.line_ids.filtered(lambda line, payee=payee: line.payee_id == payee)
            released = bookings.filtered(lambda booking, payee=payee: booking.payee_id == payee)
            owed = sum(accrued.mapped("amount_company")) - sum(released.mapped("amount_company"))
            held = sum(self.booked(account, payee) for account in accounts)
            self.assertAlmostEqual(held, -owed, 2)

    def _no_sheet_is_booked_twice(self):
        bookings = self.env["commission.booking"].search([("company_id", "=", self.company.id)])
        for sheet in bookings.sheet_id:
            live = sheet.booking_ids.filtered("is_live")
            self.assertLessEqual(len(live), 1)
            self.assertEqual(sheet.state, "paid" if live.is_paid else "approved")


class PaymentCase(AccountingCase, SheetCase):
    """50.00 of March are accrued and on an approved sheet; it is April."""

    def accrued_sheet(self):
        __, __, sheet = self.march_sheet()
        self.accrue("2026-03-31")
        return sheet

    def book(self, sheet, role="finance"):
        """Finance presses “Book Payment”; the booking is read with all rights."""
        self.rpc(sheet, role, "action_book")
        return sheet.booking_ids.filtered("is_live")

    def pay_out(self, sheet):
        """Finance pays what is owed to the employee."""
        action = self.rpc(sheet, "finance", "action_pay")
        wizard = self.as_user(self.env["account.payment.register"], "finance")
        wizard = wizard.with_context(**action["context"])
        return wizard.create({"journal_id": self.bank_journal.id})._create_payments()

    def assertStatus(self, sheet, state, payment_status):
        self.assertEqual((sheet.state, sheet.payment_status), (state, payment_status))
