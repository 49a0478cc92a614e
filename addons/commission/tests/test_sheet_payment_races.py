from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_races import RaceCase

from .accounting_common import PaymentCase


class PaymentRaceCase(RaceCase, PaymentCase):
    """Two of finance press the same button at the same moment."""

    def setUp(self):
        super().setUp()
        frozen = freeze_time(f"{self.today_is} 09:00:00")
        self.clock = frozen.start()
        self.addCleanup(frozen.stop)

    def _book(self, sheet, refused):
        def book(env):
            try:
                self.seen_by(env, sheet, "finance").action_book()
            except UserError as error:
                refused.append(str(error))

        return book


@tagged("post_install", "-at_install")
class TestSheetPaymentRaces(PaymentRaceCase):
    @rule("B3")
    def test_a_sheet_is_booked_once_by_two(self):
        sheet, refused = self.accrued_sheet(), []
        book = self._book(sheet, refused)
        self.race(book, book)
        self.assertEqual(len(sheet.booking_ids), 1)
        self.assertIn("booked already", refused[0])
        self.assertEqual(self.booked(self.accrued_account), 0.0)


@tagged("post_install", "-at_install")
class TestPayrollRaces(PaymentRaceCase):
    @rule("B3")
    def test_a_sheet_is_handed_to_payroll_once_by_two(self):
        self.company.commission_employee_payment = "payroll"
        sheet, refused = self.accrued_sheet(), []
        book = self._book(sheet, refused)
        self.race(book, book)
        self.assertIn("booked already", refused[0])
        exports = self.env["commission.payroll.export"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(exports.mapped("amount"), [50.0])
        self.assertEqual(sheet.booking_ids.export_id, exports)
