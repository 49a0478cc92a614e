import base64
from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import PaymentCase


class TestSheetPayroll(PaymentCase):
    """Employees who are paid with the salary: approved sheets are exported for payroll (B3)."""

    def setUp(self):
        super().setUp()
        self.company.commission_employee_payment = "payroll"

    def exported(self):
        """Two sheets of March, 16.67 and 33.33, in one export."""
        self.other = self._new_payee("sales_head")
        self.other.partner_id.name = "=1+1"
        order = self.confirmed_order()
        shares = {self.payee: 33.33, self.other: 66.67}
        self.split(contract=order.sudo().sop_contract_id, shares=shares)
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        self.accrue("2026-03-31")
        self.now_is("2026-04-02")
        sheets = self.approved_sheet("2026-03-01") | self.approved_sheet("2026-03-01", self.other)
        export = self.book(sheets).export_id
        self.assertEqual(len(export), 1)
        return sheets, export

    @rule("B3")
    def test_an_export_moves_what_was_accrued_to_the_clearing_account(self):
        sheets, export = self.exported()
        clearing = self.company.commission_clearing_account_id
        self.assertEqual(
            self.items(export.move_id),
            [
                (self.accrued_account, self.payee.partner_id, 16.67, 0.0),
                (clearing, self.payee.partner_id, 0.0, 16.67),
                (self.accrued_account, self.other.partner_id, 33.33, 0.0),
                (clearing, self.other.partner_id, 0.0, 33.33),
            ],
        )
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.assertEqual(export.amount, 50.0)
        for sheet in sheets:
            self.assertStatus(sheet, "approved", "booked")

    @rule("B3")
    def test_the_file_names_payee_month_amount_and_currency(self):
        self.users["salesperson"].partner_id.ref = "E-017"
        sheets, export = self.exported()
        page = load_workbook(BytesIO(base64.b64decode(export.attachment_id.datas))).active
        rows = [[cell.value for cell in row] for row in page.rows]
        self.assertEqual(page.title, "Commission")
        self.assertEqual(
            rows[0],
            ["Payee", "Payee's Reference", "Month", "Commission Sheet", "Amount", "Currency"],
        )
        self.assertEqual(
            rows[1:],
            [
                ["=1+1", "", "2026-03", "=1+1 2026-03", 33.33, "USD"],
                ["Salesperson", "E-017", "2026-03", sheets[0].name, 16.67, "USD"],
            ],
        )
        # A name is text, whatever it begins with; the amount is a number.
        self.assertEqual([cell.data_type for cell in page[2]], ["s", "s", "s", "s", "n", "s"])
        action = self.rpc(export, "finance", "action_download")
        self.assertIn(str(export.attachment_id.id), action["url"])

    @rule("B3")
    def test_a_sheet_is_exported_once(self):
        sheets, __ = self.exported()
        with self.assertRefused("booked already"):
            self.book(sheets[0])

    @rule("B3")
    def test_the_sheets_are_paid_when_payroll_has_paid(self):
        sheets, export = self.exported()
        self.rpc(export, "finance", "action_paid")
        self.assertEqual((export.state, export.paid_by_id), ("paid", self.users["finance"]))
        for sheet in sheets:
            self.assertStatus(sheet, "paid", "paid")
        for method in ("action_paid", "action_take_back"):
            with self.assertRefused("already", unchanged=export):
                self.rpc(export, "finance", method)

    @rule("B3")
    def test_an_export_is_taken_back_as_a_whole_and_booked_anew(self):
        sheets, export = self.exported()
        with self.assertRefused("Take the export back"):
            self.rpc(sheets[0], "finance", "action_take_back_payment")
        self.rpc(export, "finance", "action_take_back")
        self.assertEqual(export.state, "taken_back")
        self.assertEqual(self.booked(self.accrued_account), -50.0)
        self.assertEqual(self.booked(self.company.commission_clearing_account_id), 0.0)
        counter = export.counter_move_id
        for method, *arguments in (("button_draft",), ("button_cancel",), ("unlink",)):
            with self.assertRefused("stays as it is", unchanged=(counter, export)):
                self.rpc(counter, "finance", method, *arguments, context={"force_delete": True})
        for sheet in sheets:
            self.assertStatus(sheet, "approved", "open")
        self.company.commission_employee_payment = "entry"
        self.assertEqual(set(self.book(sheets).mapped("kind")), {"entry"})

    @rule("B3")
    def test_without_a_clearing_account_the_error_says_where_to_choose_it(self):
        sheet = self.accrued_sheet()
        self.company.commission_clearing_account_id = False
        with self.assertRefused("Payroll Clearing Account", "Settings › Sales SOP › Commission"):
            self.book(sheet)
        self.assertFalse(sheet.sudo().booking_ids.export_id)

    @rule("B3")
    def test_an_agent_is_billed_also_where_employees_are_paid_with_the_salary(self):
        sheet = self.accrued_sheet()
        self.payee.kind = "agent"
        self.assertEqual(self.book(sheet).kind, "bill")

    @rule("B3")
    def test_the_entry_of_an_export_stays(self):
        __, export = self.exported()
        with self.assertRefused("Payroll Export of Commission", "take it back"):
            self.rpc(export.move_id, "finance", "button_draft")

    @rule("B3")
    def test_nobody_else_sees_or_decides_an_export_or_reads_its_file(self):
        __, export = self.exported()
        for role in sorted(set(self.users) - {"finance", "finance_vp"}):
            for record, method, arguments in (
                (export, "read", (["amount"],)),
                (export, "action_paid", ()),
                (export, "action_take_back", ()),
                (export, "action_download", ()),
                (export.attachment_id, "read", (["datas"],)),
            ):
                with (
                    self.subTest(role=role, method=method),
                    self.assertRefused(exception=AccessError, unchanged=export),
                ):
                    self.rpc(record, role, method, *arguments)

    @rule("B3")
    def test_no_role_changes_an_export_or_its_file(self):
        __, export = self.exported()
        for role in sorted(self.users):
            for record, method, arguments in (
                (export, "write", ({"paid_on": "2026-04-02"},)),
                (export, "unlink", ()),
                (export, "copy", ()),
                (export, "create", ({"company_id": self.company.id},)),
                (export.attachment_id, "write", ({"datas": base64.b64encode(b"0")},)),
                (export.attachment_id, "unlink", ()),
            ):
                with (
                    self.subTest(role=role, record=record._name, method=method),
                    self.assertRefused(unchanged=(export, export.attachment_id)),
                ):
                    self.rpc(record, role, method, *arguments)
