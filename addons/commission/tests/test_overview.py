import json

from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.sales_sop.tests.common import rule

from .sheet_common import SheetCase


class TestOverview(SheetCase):
    """Payees see what they have earned, may expect and do not get yet."""

    def overview(self, role="salesperson", payee=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user(payee or self.payee, role)

    def behind(self, action, role="salesperson"):
        """The rows that a click opens, for the role."""
        return self.as_user(self.env[action["res_model"]], role).search(action["domain"])

    @rule("B1")
    def test_what_is_earned_this_month_and_this_year(self):
        order = self.order(2000.0)
        self.collect(order, 575.0, "2026-02-10")
        self.calculate("2026-02-28")
        self.collect(order, 1150.0, "2026-03-01")
        self.calculate()
        mine = self.overview()
        self.assertEqual(
            (mine.amount_month, mine.amount_year, mine.amount_earned), (100.0, 150.0, 150.0)
        )
        self.assertEqual(self.behind(mine.action_open_month()).mapped("amount"), [100.0])
        self.assertEqual(sum(self.behind(mine.action_open_year()).mapped("amount")), 150.0)
        self.assertEqual(sum(self.behind(mine.action_open_graph()).mapped("amount")), 150.0)

    @rule("B1")
    def test_the_bars_are_the_last_twelve_months(self):
        self.collect(self.order(), 575.0, "2026-02-10")
        self.calculate("2026-02-28")
        bars = json.loads(self.overview().month_graph)[0]["values"]
        self.assertEqual(len(bars), 12)
        self.assertEqual([bar["label"] for bar in bars][-2:], ["Feb", "Mar"])
        self.assertEqual([bar["value"] for bar in bars][-2:], [50.0, 0.0])

    @rule("B1")
    def test_what_is_expected_when_the_rest_is_paid(self):
        self.collect(self.order(), 575.0)
        mine = self.overview()
        self.assertEqual(mine.amount_expected, 50.0)
        self.assertEqual(self.behind(mine.action_open_expected()).mapped("amount"), [50.0])

    @rule("B1")
    def test_postgresql_compiles_nothing_that_is_computed_from_the_books(self):
        order = self.order()
        self.collect(order, 575.0)
        calculation = self.as_user(self.env["commission.calculation"], "sales_office")
        finance = self.as_user(self.env["commission.drift"], "finance")
        for read in (
            lambda: self.overview().amount_expected,
            self.as_user(order.sudo().sop_contract_id, "salesperson")._commission_to_come,
            lambda: finance.search([]),
            lambda: calculation.calculate(self.company.id),
        ):
            self.env.invalidate_all()
            self.cr.execute("SET LOCAL jit = on")
            read()
            self.assertEqual(self.env.execute_query(SQL("SHOW jit")), [("off",)])

    @rule("B2")
    def test_what_earns_nothing_yet(self):
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.collect(order, 575.0)
        mine = self.overview()
        self.assertEqual(mine.amount_blocked, 575.0)
        self.assertEqual(self.behind(mine.action_open_blocked()).mapped("amount"), [575.0])

    @rule("B3")
    def test_what_is_approved_and_not_paid_yet(self):
        self.half_paid()
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        sheet = self.submit_sheet(self.sheet_of("2026-03-01"))
        self.assertEqual(self.overview().amount_unpaid, 0.0)
        self.review(sheet)
        mine = self.overview()
        self.assertEqual(mine.amount_unpaid, 50.0)
        self.assertEqual(self.behind(mine.action_open_unpaid()), sheet)

    @rule("B1")
    def test_a_salesperson_sees_the_own_and_nobody_elses(self):
        other = self._new_payee("sales_manager")
        self.assertEqual(
            self.as_user(self.env["commission.payee"], "salesperson").search([]), self.payee
        )
        self.assertEqual(self.overview("finance", other).amount_month, 0.0)
        with self.assertRefused(exception=AccessError):
            self.rpc(other, "salesperson", "read", ["amount_month"])

    def test_who_is_no_payee_is_told_whom_to_ask(self):
        action = self.env.ref("commission.commission_my_action")
        domain = [("user_id", "=", self.users["planner"].id)]
        self.assertFalse(self.as_user(self.env["commission.payee"], "planner").search(domain))
        self.assertIn("ask the sales office or finance", action.help)


class TestCalculate(SheetCase):
    """The dialog that asks for the month, and what it says afterwards."""

    def dialog(self, role="sales_office", **values):
        return self.as_user(self.env["commission.calculate"], role).create(
            {"company_id": self.company.id, **values}
        )

    @rule("B1")
    def test_it_says_what_was_new_and_that_nothing_is_new(self):
        self.collect(self.order(), 575.0)
        found = self.dialog(month="2026-03-01").action_calculate()["params"]
        self.assertEqual(found["type"], "success")
        self.assertEqual(found["message"], "1 new entries, $\xa050.00.")
        again = self.dialog("finance", month="2026-03-01").action_calculate()["params"]
        self.assertEqual(again["type"], "info")
        self.assertIn("Nothing is new", again["message"])
        self.assertEqual(self.balance(), 50.0)

    @rule("B1", "B3", "B5")
    def test_the_dialogs_propose_the_month_that_ended_last(self):
        self.now_is("2026-04-02")
        self.assertEqual(self._proposed(), ["2026-03-01"] * 3)
        self.calculate("2026-03-01")
        # To be calculated is the current month then; to be closed still the one that ended.
        self.assertEqual(self._proposed(), ["2026-04-01", "2026-03-01", "2026-03-01"])

    def _proposed(self):
        self.env.invalidate_all()
        dialogs = (
            self.dialog(),
            self.as_user(self.env["commission.sheet.run"], "sales_office").create({}),
            self.as_user(self.env["commission.accrual.run"], "finance").create({}),
        )
        return [str(dialog.month) for dialog in dialogs]

    @rule("B1", "B3", "B5")
    def test_a_month_that_has_not_begun_is_refused_in_every_dialog(self):
        for name, role, action in (
            ("commission.calculate", "finance", "action_calculate"),
            ("commission.sheet.run", "sales_office", "action_fill"),
            ("commission.accrual.run", "finance", "action_accrue"),
        ):
            for month in ("2026-04-01", "9999-12-31"):
                dialog = self.as_user(self.env[name], role).create({"month": month})
                self.assertTrue(self.rpc(dialog, role, "read", ["month", "company_id"]))
                if name == "commission.accrual.run":
                    self.assertEqual(dialog.amount, 0.0)
                with self.subTest(name, month=month), self.assertRefused("has not begun"):
                    self.rpc(dialog, role, action)

    @rule("B1")
    def test_a_salesperson_calculates_nothing(self):
        with self.assertRefused(exception=AccessError):
            self.rpc_create("commission.calculate", "salesperson", {"company_id": self.company.id})

    @rule("B1")
    def test_a_calculation_opens_what_it_found(self):
        self.collect(self.order(), 575.0)
        self.dialog(month="2026-03-01").action_calculate()
        calculation = self.as_user(self.env["commission.calculation"], "sales_office").search(
            [("company_id", "=", self.company.id)], limit=1
        )
        action = calculation.action_open_entries()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.entries())


class TestReportRows(SheetCase):
    """A click on a row opens what has to change."""

    def rows(self, model, role):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user(self.env[model], role).search([("company_id", "=", self.company.id)])

    @rule("B2")
    def test_money_without_a_contract_opens_the_payment(self):
        payment = self.receive(575.0)
        self.order()
        action = self.rows("commission.blocked", "finance").action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.payment", payment.id))

    @rule("B2")
    def test_a_contract_that_is_not_in_force_opens(self):
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.collect(order, 575.0)
        for role in ("salesperson", "finance"):
            action = self.rows("commission.blocked", role).action_open_document()
            self.assertEqual(action["res_model"], "sop.contract")
            self.assertEqual(action["res_id"], order.sudo().sop_contract_id.id)

    @rule("B1")
    def test_what_is_expected_opens_the_contract(self):
        order = self.order()
        action = self.rows("commission.expected", "salesperson").action_open_contract()
        self.assertEqual(action["res_id"], order.sudo().sop_contract_id.id)

    @rule("B1")
    def test_the_contract_of_a_colleague_is_not_opened(self):
        sharing = self._new_user("sharing", "sales_sop.group_salesperson", self.company)
        self.users["sharing"] = sharing
        payee = self._new_payee("sharing")
        order = self.order()
        self.split(order.sudo().sop_contract_id, shares={payee: 50.0, self.payee: 50.0})
        row = self.rows("commission.expected", "sharing")
        self.assertEqual(row.amount, 50.0)
        with self.assertRefused("Salesperson"):
            row.action_open_contract()
