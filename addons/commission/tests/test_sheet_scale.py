from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestSheetScale(SheetCase):
    """One run for everybody costs the same number of queries, however many they are (B3)."""

    def _earn(self, number, date):
        """So many new payees share a contract of which 575.00 came."""
        order = self.confirmed_order()
        payees = [self._new_payee(name=f"Payee {date} {index}") for index in range(number)]
        shares = dict.fromkeys(payees, 100 / number)
        self.split(order.sudo().sop_contract_id, shares=shares, date_from="2026-03-01")
        self.collect(order, 575.0, date=date)
        return payees

    def _queries(self, month, expected):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        run = self.run_sheets(month)
        self.env.flush_all()
        queries = self.cr.sql_log_count - before
        self.assertEqual((run.sheet_new_count, run.entry_new_count), (expected, expected))
        return queries

    @rule("B3")
    def test_fifty_payees_cost_as_many_queries_as_five(self):
        months = {"2026-04-30": 4, "2026-05-31": 5, "2026-06-30": 50}
        queries = {}
        for day, number in months.items():
            self.now_is(day)
            self._earn(number, day)
            month = self.company._sop_today()
            queries[number] = self._queries(month, number)
            self.approve_all()
        self.assertEqual(queries[50], queries[5])
        self.assertLess(queries[50], 60)

    def approve_all(self):
        """Nothing is left in the way of the next month."""
        drafts = self.env["commission.sheet"].search(
            [("company_id", "=", self.company.id), ("state", "=", "draft")]
        )
        self.submit_sheet(drafts)
        self.review(drafts)
        self.assertEqual(set(drafts.mapped("state")), {"approved"})
