from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.waiting_list_case import PORTIONS, WaitingListCase

from .sheet_common import SheetCase

FEW, MANY = 5, 25


@tagged("post_install", "-at_install")
class TestCommissionWaits(WaitingListCase, SheetCase):
    """ "Waiting for me" with commission: one more document costs no query of its own."""

    def setUp(self):
        super().setUp()
        self.specifications = {kind: self._specification(kind) for kind in ("list", "kanban")}

    def _costs(self, decider, number):
        """Return the queries of each view, which shows so many rows."""
        queries = {}
        for kind, specification in self.specifications.items():
            # What Odoo remembers from the first time on is not the subject.
            self._opened(decider, specification)
            rows, queries[kind] = self._opened(decider, specification)
            self.assertEqual(len(rows), number)
            self.assertTrue(all(row["summary"] and row["why_me"] for row in rows))
        return queries

    def assertCostTheSame(self, decider, submit):
        """``submit`` is called with how many more documents are to wait."""
        submit(FEW)
        few = self._costs(decider, FEW)
        submit(MANY - FEW)
        many = self._costs(decider, MANY)
        for kind, queries in many.items():
            self.assertLessEqual(queries, few[kind] + PORTIONS, kind)

    def _submit_sheets(self, number):
        """So many new payees earn with a contract each, and their sheets are submitted."""
        for __ in range(number):
            payee = self._new_payee(name=f"Payee {len(self._sheets())}")
            order = self.confirmed_order()
            contract = order.sudo().sop_contract_id
            self.split(contract, shares={payee: 100}, date_from="2026-03-01")
            self.collect(order, 575.0, date="2026-03-02")
        self.submit_sheet(self.fill())

    @rule("B3")
    def test_sheets(self):
        self.assertCostTheSame(self.users["finance"], self._submit_sheets)

    def _submit_plans(self, number):
        plans = self.as_user(self.env["commission.plan"], "sales_office")
        waiting = plans.search_count([("company_id", "=", self.company.id)])
        for day in range(waiting, waiting + number):
            action = self.as_user(self.plan, "sales_office").action_new_version()
            draft = plans.browse(action["res_id"])
            draft.date_from = f"2027-01-{day:02}"
            draft.action_submit()

    @rule("B1")
    def test_plans(self):
        self.assertCostTheSame(self.users["finance_vp"], self._submit_plans)
