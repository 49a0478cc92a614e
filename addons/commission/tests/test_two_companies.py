from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import PaymentCase

# What a story has of the company it is about.
OF_COMPANY = (
    "env",
    "company",
    "tax",
    "customer",
    "drive",
    "work",
    "warehouse",
    "bank_journal",
    "policy",
    "payee",
    "plan",
)


@tagged("post_install", "-at_install")
class TestTwoCompanies(PaymentCase):
    """The same people work for a company in dollars and for one in yuan (B1, B3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.west = cls._of_company()
        yuan = cls.env.ref("base.CNY")
        yuan.active = True
        cls.company = cls._new_company("Eastlight Works")
        cls.company.currency_id = yuan
        for user in cls.users.values():
            user.company_ids |= cls.company
        cls._work_in_company()
        cls.tax = cls._new_tax(15.0)
        cls.customer = cls.customer.copy({"name": "Yangtze Paper Mill"})
        cls.drive = cls._new_product("Drive", 100.0)
        cls.work = cls._new_product("Overhaul", 1.0, type="service", invoice_policy="order")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.bank_journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls._give_payments_an_outstanding_account(cls.bank_journal)
        cls.policy = cls._issue_policy()
        cls.payee = cls._new_payee("salesperson")
        cls.plan = cls._new_plan(currency_id=yuan.id)
        cls.east = cls._of_company()
        cls._work_for(cls.west)

    @classmethod
    def _of_company(cls):
        return {name: getattr(cls, name) for name in OF_COMPANY}

    @classmethod
    def _work_for(cls, values):
        for name, value in values.items():
            setattr(cls, name, value)

    def for_both(self, step):
        """Do ``step`` in either company, from 2 March on; return what it returns, together."""
        found = []
        for values in (self.east, self.west):
            self._work_for(values)
            self.env = values["env"]
            self.now_is("2026-03-02")
            found.append(step())
        return found[1] | found[0].with_env(self.env)

    def as_both(self, record, role):
        """As the user sees it who has both companies open."""
        companies = self.west["company"] | self.east["company"]
        return self.as_user(record, role).with_context(allowed_company_ids=companies.ids)

    @rule("B3")
    def test_sheets_of_both_are_booked_at_once_and_each_export_is_shown(self):
        sheets = self.for_both(self.accrued_sheet)
        self.assertEqual(sheets.currency_id.mapped("name"), ["USD", "CNY"])
        sheets.company_id.commission_employee_payment = "payroll"
        action = self.as_both(sheets, "finance").action_book()
        exports = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(exports.company_id, sheets.company_id)
        for export in exports:
            self.assertEqual(export.booking_ids.sheet_id.company_id, export.company_id)
            self.assertEqual(export.attachment_id.company_id, export.company_id)
            self.assertEqual((export.move_id.company_id, export.amount), (export.company_id, 50.0))

    @rule("B2")
    def test_the_blocked_money_of_a_payee_opens_that_of_one_company(self):
        def without_rule():
            self._new_plan("2026-03-03", [{"name": "Drives", "product_id": self.drive.id}])
            self.now_is("2026-03-04")
            self.collect(self.order(), 575.0)
            return self.payee

        for payee in self.as_both(self.for_both(without_rule), "salesperson"):
            self.assertEqual(payee.amount_blocked, 575.0)
            action = payee.action_open_blocked()
            rows = self.as_both(self.env[action["res_model"]], "salesperson")
            rows = rows.search(action["domain"])
            self.assertEqual(rows.company_id, payee.company_id)
            self.assertEqual(sum(rows.mapped("amount")), 575.0)
