from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_races import RaceCase

from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestSheetRaces(RaceCase, SheetCase):
    """Two people at the same moment: no entry twice, no second sheet, nothing joins too late."""

    def setUp(self):
        super().setUp()
        # What a story before this one has committed is somebody else's.
        login = f"payee_{self._testMethodName}"
        self.users["payee"] = self._new_user(login, "sales_sop.group_salesperson", self.company)
        self.payee = self._new_payee("payee")
        self.order_paid = self.confirmed_order()
        contract = self.order_paid.sudo().sop_contract_id
        self.split(contract, shares={self.payee: 100}, date_from="2026-01-01")
        self.collect(self.order_paid, 575.0)

    def fill(self, month=None):
        return super().fill(month).filtered(lambda sheet: sheet.payee_id == self.payee)

    def _fill_in(self, found):
        def fill(env):
            runs = self.seen_by(env, self.env["commission.sheet.run"], "sales_office")
            run = runs.create({"company_id": self.company.id, "month": "2026-03-01"})
            run.action_fill()
            found.append((run.sheet_new_count, run.entry_new_count))

        return fill

    @rule("B3")
    def test_two_runs_at_once_make_one_sheet_and_put_each_entry_on_it_once(self):
        found = []
        fill = self._fill_in(found)
        self.race(fill, fill)
        # The second one was refused at first and then found nothing to do.
        self.assertEqual(found, [(1, 1), (0, 0)])
        self.assertSheet(self.sheet_of("2026-03-01"), amount_entries=50.0, entry_count=1)

    @rule("B3")
    def test_a_run_while_the_sheet_is_submitted_adds_nothing_to_it(self):
        march = self.fill()
        self.collect(self.order_paid, 230.0)
        found = []

        def submit(env):
            self.seen_by(env, march, "sales_office").action_submit()

        self.race(submit, self._fill_in(found))
        self.assertEqual(found, [(0, 0)])
        self.assertSheet(march, state="pending", amount_entries=50.0, approval_state="pending")

    @rule("B3")
    def test_an_adjustment_while_the_sheet_is_submitted_waits_for_the_next(self):
        march = self.fill()

        def submit(env):
            self.seen_by(env, march, "sales_office").action_submit()

        def adjust(env):
            entries = self.seen_by(env, self.env["commission.entry"], "finance")
            entries.adjust(self.payee.id, 10.0, "Bonus")

        self.race(submit, adjust)
        self.assertSheet(march, amount_entries=50.0, approval_state="pending")
        self.assertFalse(self.entries(kind="adjustment").sheet_id)

    @rule("B3")
    def test_a_dispute_that_two_accept_is_adjusted_once(self):
        march = self.fill()
        found = self.rpc(march.entry_ids, "payee", "dispute", "Wrong")
        dispute = self.env["commission.dispute"].browse(found)
        tries = []

        def accept(env):
            tries.append(env)
            mine = self.seen_by(env, dispute, "finance")
            if len(tries) == 3:
                with self.assertRefused("not open any more"):
                    mine.accept(10.0, "Right")
                return
            mine.accept(10.0, "Right")

        self.race(accept, accept)
        self.assertEqual(self.entries(kind="adjustment").mapped("amount"), [10.0])
