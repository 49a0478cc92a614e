from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_races import RaceCase

from .common import CommissionCase


class TestCalculation(CommissionCase):
    """A calculation can be repeated, and looks at no day before one that is calculated."""

    @rule("B1", "B3")
    def test_a_second_calculation_finds_nothing_new(self):
        self.collect(self.order(), 575.0)
        first = self.calculate()
        self.assertEqual((first.entry_count, first.amount), (1, 50.0))
        second = self.calculate()
        self.assertEqual((second.entry_count, second.amount), (0, 0.0))

    @rule("B1")
    def test_what_is_calculated_is_not_calculated_for_an_earlier_day(self):
        self.now_is("2026-04-15")
        self.calculate()
        with self.assertRefused("2026-04-15"):
            self.calculate("2026-03-01")
        with self.assertRefused("has not begun"):
            self.calculate("2026-05-01")

    @rule("B1")
    def test_what_is_found_later_is_dated_on_the_first_day_not_calculated(self):
        order = self.order()
        self.now_is("2026-03-31")
        self.calculate()
        self.now_is("2026-04-10")
        self.collect(order, 575.0, "2026-03-15")
        self.calculate()
        self.assertEqual(str(self.entries().date), "2026-04-01")
        self.assertEqual(str(self.entries().money_date), "2026-03-15")

    @rule("B1", "B3", "B5")
    def test_what_is_no_month_is_refused_in_words(self):
        for name, method, role in (
            ("commission.calculation", "calculate", "sales_office"),
            ("commission.sheet", "fill", "sales_office"),
            ("commission.accrual", "accrue", "finance"),
        ):
            model = self.as_user(self.env[name], role)
            for month in ("2026-03", "2026-02-30", "March", 202603, [3]):
                with self.subTest(name, month=month), self.assertRefused("is no day"):
                    getattr(model, method)(self.company.id, month)
            with self.subTest(name), self.assertRefused("has not begun"):
                getattr(model, method)(self.company.id, "9999-12-31")

    @rule("B1")
    def test_the_sales_office_and_finance_calculate_and_nobody_else(self):
        calculation = self.env["commission.calculation"]
        for role in ("sales_office", "finance"):
            self.as_user(calculation, role).calculate(self.company.id)
        for role in ("salesperson", "sales_manager", "general_manager", "administrator"):
            with self.assertRefused(exception=AccessError):
                self.as_user(calculation, role).calculate(self.company.id)

    @rule("B1")
    def test_nobody_calculates_another_company(self):
        stranger = self.env["res.company"].create({"name": "Stranger"})
        with self.assertRefused("do not work", exception=AccessError):
            self.as_user(self.env["commission.calculation"], "finance").calculate(stranger.id)

    @rule("B1")
    def test_the_ledger_and_its_calculations_are_never_changed(self):
        self.collect(self.order(), 575.0)
        calculation = self.calculate()
        entry = self.entries()
        for role in (*self.users, None):
            for record, values in (
                (entry, {"amount": 1000.0}),
                (entry, {"payee_id": self.payee.id}),
                (entry, {"date": "2020-01-01"}),
                (calculation, {"date_to": "2020-01-01"}),
            ):
                with self.assertRefused(exception=AccessError, unchanged=record):
                    if role:
                        self.rpc(record, role, "write", values)
                    else:
                        record.sudo().write(values)
                with self.assertRefused(exception=AccessError, unchanged=record):
                    if role:
                        self.rpc(record, role, "unlink")
                    else:
                        record.sudo().unlink()
            if role:
                with self.assertRefused(exception=AccessError):
                    self.rpc_create(
                        "commission.entry",
                        role,
                        {"payee_id": self.payee.id, "amount": 10.0, "kind": "adjustment"},
                    )

    @rule("B1")
    def test_a_salesperson_reads_their_own_entries_and_no_others(self):
        second = self._new_payee("sales_office")
        order = self.order()
        shares = {second: 50.0, self.payee: 50.0}
        self.split(order.sudo().sop_contract_id, shares=shares, recorder="finance")
        self.collect(order, 575.0)
        self.calculate()
        self.assertEqual(self.balance(), 25.0)
        mine = self.rpc(self.env["commission.entry"], "salesperson", "search", [])
        self.assertEqual(mine, self.entries().ids)
        with self.assertRefused(exception=AccessError):
            self.rpc(self.entries(second), "salesperson", "read", ["amount"])
        self.assertEqual(len(self.rpc(self.env["commission.entry"], "finance", "search", [])), 2)
        for role in ("planner", "gate_guard", "quality", "stock_user"):
            try:
                found = self.rpc(self.env["commission.entry"], role, "search", [])
            except AccessError:
                found = []
            self.assertFalse(found, role)


class TestPlan(CommissionCase):
    """A plan is approved by finance VP and general manager, and never changes afterwards."""

    @rule("B1")
    def test_a_plan_in_force_is_not_changed(self):
        rule_line = self.plan.rule_ids
        for role in ("sales_office", "finance", "marketing_director"):
            for record, values in (
                (self.plan, {"amount_max": 1.0}),
                (self.plan, {"date_from": "2020-01-01"}),
                (self.plan, {"rule_ids": [(1, rule_line.id, {"rate": 99.0})]}),
                (rule_line, {"rate": 99.0}),
                (rule_line, {"plan_id": self.plan.copy().id}),
            ):
                with self.assertRefused(unchanged=record):
                    self.rpc(record, role, "write", values)
            with self.assertRefused(unchanged=rule_line):
                self.rpc(rule_line, role, "unlink")
            with self.assertRefused(unchanged=self.plan):
                self.rpc(self.plan, role, "unlink")
            with self.assertRefused():
                self.rpc_create(
                    "commission.rule", role, {"plan_id": self.plan.id, "name": "Mine", "rate": 50.0}
                )

    @rule("B1")
    def test_nobody_puts_a_plan_in_force_by_writing(self):
        draft = self.plan.copy({"date_from": "2027-01-01"})
        self.assertEqual(draft.state, "draft")
        with self.assertRefused(exception=AccessError, unchanged=draft):
            self.rpc(draft, "sales_office", "write", {"state": "approved"})
        with self.assertRefused(exception=AccessError):
            self.rpc_create(
                "commission.plan",
                "sales_office",
                {"name": "Mine", "state": "approved", "company_id": self.company.id},
            )

    @rule("B1")
    def test_the_one_who_submits_does_not_decide_and_a_change_makes_it_stale(self):
        draft = self.plan.copy({"date_from": "2027-01-01"})
        self.as_user(draft, "finance").action_submit()
        approval = draft.sudo().approval_for("commission_plan")
        with self.assertRefused(exception=AccessError, unchanged=approval):
            self.rpc(approval, "finance", "approve")
        self.as_user(draft.rule_ids, "sales_office").rate = 50.0
        with self.assertRefused(unchanged=approval):
            self.rpc(approval, "finance_vp", "approve")
        self.assertEqual(draft.approval_state, "stale")

    @rule("B1")
    def test_a_version_starts_after_what_is_calculated(self):
        self.now_is("2026-04-15")
        self.calculate()
        draft = self.plan.copy({"date_from": "2026-04-15"})
        with self.assertRefused("calculated until"):
            self.as_user(draft, "sales_office").action_submit()
        draft.date_from = "2026-04-16"
        self._put_in_force(draft)
        self.assertEqual(draft.state, "approved")
        self.assertEqual(str(self.plan.date_to), "2026-04-15")


@tagged("post_install", "-at_install")
class TestRaceOfCalculations(RaceCase, CommissionCase):
    """Two people calculate at the same moment: nothing is in the ledger twice."""

    @rule("B1")
    def test_two_calculations_at_once(self):
        self.collect(self.order(), 575.0)
        self.race(self._calculated_by("sales_office"), self._calculated_by("finance"))
        self.assertEqual(self.entries().mapped("amount"), [50.0])
        counts = self.env["commission.calculation"].search(
            [("company_id", "=", self.company.id)], order="id"
        )
        self.assertEqual(counts.mapped("entry_count"), [1, 0])

    def _calculated_by(self, role):
        model = self.env["commission.calculation"]
        return lambda env: self.seen_by(env, model, role).calculate(self.company.id)


@tagged("post_install", "-at_install")
class TestRaceOfMoneyAndCalculation(RaceCase, CommissionCase):
    """Money goes back at the moment of a calculation: that one sees it, or the next does."""

    @rule("B1", "B4")
    def test_a_calculation_that_began_before_money_went_back_starts_again(self):
        order = self.order()
        payment = self.collect(order, 575.0).sudo().payment_id
        self.race(self._taken_back(payment), self._calculated)
        self.assertFalse(self._earned(order))

    @rule("B1", "B4")
    def test_money_that_goes_back_after_a_calculation_read_it_is_taken_back_by_the_next(self):
        order = self.order()
        payment = self.collect(order, 575.0).sudo().payment_id
        self._commit()
        with self.connection() as env:
            self.calculate()
            self._commit()
            self._taken_back(payment)(env)
            env.cr.commit()
        self._rollback()
        self.assertEqual(self._earned(order), [50.0])
        self.calculate()
        self.assertEqual(self._earned(order), [50.0, -50.0])

    def _earned(self, order):
        return self.entries(contract_id=order.sudo().sop_contract_id.id).mapped("amount")

    def _calculated(self, env):
        self.seen_by(env, self.env["commission.calculation"], "sales_office").calculate(
            self.company.id
        )

    def _taken_back(self, payment):
        return lambda env: self.seen_by(env, payment, "finance").action_draft()

    @rule("B1")
    def test_a_split_recorded_while_a_calculation_is_committed_sees_it(self):
        order = self.order()
        self.collect(order, 575.0)
        contract = order.sudo().sop_contract_id
        other = self._new_payee(name="Outside Agency", kind="agent")
        tries = []

        def record(env):
            tries.append(env)
            found = self.seen_by(env, self.env["commission.split"], "sales_office")
            values = {
                "contract_id": contract.id,
                "reason": "Mine",
                "date_from": "2026-03-01",
                "line_ids": [Command.create({"payee_id": other.id, "percent": 100.0})],
            }
            if len(tries) == 1:
                return found.create(values)
            with self.assertRefused("ask the finance VP", exception=AccessError):
                found.create(values)

        self.race(self._calculated, record)
        self.assertEqual(len(tries), 2)
        self.assertEqual(self._earned(order), [50.0])
