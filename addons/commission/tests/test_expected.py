from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_frame import FrameCase
from odoo.addons.sales_sop.tests.test_opening_contracts import OpeningContractCase

from .common import CommissionCase


class ExpectedCase(CommissionCase):
    def expected(self, role="salesperson"):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.as_user(self.env["commission.expected"], role).search([])
        return round(sum(rows.mapped("amount")), 2)


class TestExpected(ExpectedCase):
    """What would be earned if everything open were paid, and what another plan would pay."""

    @rule("B1")
    def test_the_rest_of_an_effective_contract_is_expected(self):
        order = self.order()
        self.approved_quotation(lines=[(self.work, 1, 5000.0)])
        self.assertEqual(self.expected(), 100.0)
        self.collect(order, 575.0)
        self.assertEqual(self.expected(), 50.0)
        self.collect(order, 575.0)
        self.assertEqual(self.expected(), 0.0)

    @rule("B1")
    def test_a_row_stays_the_same_when_another_contract_has_nothing_open(self):
        paid, owing = self.order(), self.order(500.0)
        rows = self.env["commission.expected"].search([("company_id", "=", self.company.id)])
        row = rows.filtered(lambda row: row.contract_id == owing.sudo().sop_contract_id)
        self.collect(paid, 1150.0)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((row.amount, row.order_id), (50.0, owing))

    @rule("B1")
    def test_nobody_sees_what_others_expect(self):
        self.order()
        second = self._new_payee("sales_office")
        self.assertEqual(self.expected("sales_manager"), 100.0)
        self.as_user(self.env["commission.expected"], "salesperson").search([])
        other = self.env["commission.expected"].search([("payee_id", "=", second.id)])
        self.assertFalse(other)
        self.users["other"] = self._new_user("other", "sales_sop.group_salesperson", self.company)
        self.assertEqual(self.expected("other"), 0.0)

    @rule("B1")
    def test_a_search_reads_the_contracts_of_the_payees_it_asks_for(self):
        self.order()
        shared, own = self.order(300.0), self.order(700.0)
        second, third = self._new_payee("sales_office"), self._new_payee("sales_manager")
        self.split(
            shared.sudo().sop_contract_id,
            recorder="finance_vp",
            shares={self.payee: 60.0, second: 40.0},
            date_from="2026-01-01",
        )
        model = self.env["commission.expected"]
        found = model._payees_asked(Domain("payee_id", "=", second.id).optimize_full(model))
        self.assertEqual(found, second)
        for payee, amount in ((self.payee, 188.0), (second, 12.0), (third, 0.0)):
            self.env.flush_all()
            model.invalidate_model()
            rows = model.search([("payee_id", "=", payee.id)])
            self.assertEqual(round(sum(rows.mapped("amount")), 2), amount)
            with patch.object(type(model), "_asked_rows_sql", lambda self, domain: None):
                self.assertEqual(model.search([("payee_id", "=", payee.id)]), rows)
        mine = model.search([("payee_id.user_id", "=", self.payee.user_id.id)])
        self.assertIn(own, mine.order_id)

    @rule("B1")
    def test_a_payee_of_a_hundred_thousand_contracts_has_a_row_of_each(self):
        model = self.env["commission.expected"]
        rows = SQL(
            """
            SELECT number AS contract_id, %s AS payee_id, 1 AS rule_id, NULL::integer AS order_id
              FROM GENERATE_SERIES(1, 100000) number
            """,
            self.payee.id,
        )
        ids = SQL(
            "SELECT COUNT(DISTINCT id), MIN(id), MAX(id) FROM (%s) rows",
            model._with_row_ids_sql(rows, model._row_keys),
        )
        [(count, *ends)] = self.env.execute_query(ids)
        self.assertEqual(count, 100_000)
        group = model._row_group
        self.assertEqual({group.of_row(end) for end in ends}, {group.of_number(self.payee.id)})

    @rule("B1")
    def test_a_draft_is_tried_out_on_the_money_that_came_and_touches_nothing(self):
        self.collect(self.order(), 575.0, "2026-03-01")
        self.calculate()
        draft = self.as_user(self.env["commission.plan"], "sales_office").create(
            {
                "name": "Twice as much",
                "company_id": self.company.id,
                "date_from": "2027-01-01",
                "rule_ids": [(0, 0, {"name": "Every sale", "rate": 20.0})],
            }
        )
        simulation = self.as_user(self.env["commission.simulation"], "marketing_director").create(
            {"plan_id": draft.id, "date_from": "2026-03-01", "date_to": "2026-03-31"}
        )
        simulation.action_simulate()
        self.assertEqual(
            [
                (line.payee_id, line.amount_in_force, line.amount_simulated, line.amount_difference)
                for line in simulation.line_ids
            ],
            [(self.payee, 50.0, 100.0, 50.0)],
        )
        self.assertEqual(self.balance(), 50.0)
        self.assertEqual(draft.state, "draft")

    @rule("B1")
    def test_versions_in_other_currencies_are_tried_out_in_one(self):
        self.collect(self.order(), 575.0, "2026-03-01")
        self.calculate()
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        self._new_plan("2026-03-03", currency_id=yuan.id, currency_rate=7.2)
        self.now_is("2026-03-05")
        self.collect(self.order(), 575.0)
        for plan, amounts in (
            (self.plan, [(100.0, 100.0)]),
            (self.plan.search([("currency_id", "=", yuan.id)]), [(720.0, 720.0)]),
        ):
            simulation = self.as_user(self.env["commission.simulation"], "finance").create(
                {"plan_id": plan.id, "date_from": "2026-03-01", "date_to": "2026-03-31"}
            )
            simulation.action_simulate()
            self.assertEqual(
                [(line.amount_in_force, line.amount_simulated) for line in simulation.line_ids],
                amounts,
            )

    @rule("B1")
    def test_a_salesperson_tries_no_plan_out(self):
        with self.assertRefused(exception=AccessError):
            self.rpc_create("commission.simulation", "salesperson", {"plan_id": self.plan.id})

    @rule("B4")
    def test_finance_sees_what_the_next_calculation_will_add(self):
        self.collect(self.order(), 575.0)
        drift = self.as_user(self.env["commission.drift"], "finance").search([])
        self.assertEqual(
            [(row.amount_books, row.amount_ledger, row.amount_difference) for row in drift],
            [(50.0, 0.0, 50.0)],
        )
        dialog = self.rpc_create("commission.calculate", "finance", {"company_id": self.company.id})
        self.assertEqual(dialog.with_user(self.users["finance"]).amount_drift, 50.0)
        dialog = self.rpc_create("commission.calculate", "sales_office", {})
        with self.assertRefused(exception=AccessError):
            self.rpc(dialog, "sales_office", "read", ["amount_drift"])
        self.calculate()
        self.env.invalidate_all()
        drift = self.as_user(self.env["commission.drift"], "finance").search([])
        self.assertEqual(drift.mapped("amount_difference"), [0.0])
        with self.assertRefused(exception=AccessError):
            self.rpc(self.env["commission.drift"], "salesperson", "search_read", [])


class TestExpectedOfFrame(FrameCase, ExpectedCase):
    @rule("B1")
    def test_only_what_is_called_off_from_a_frame_is_expected(self):
        frame = self.frame()
        self.assertEqual(self.expected(), 0.0)
        order = self.call_off(frame, 10)
        self.assertEqual(self.expected(), 0.0)
        self.submit(order)
        # 10 x 90.00
        self.assertEqual(self.expected(), 90.0)
        self.collect(order, 517.5)
        self.assertEqual(self.expected(), 45.0)


class TestExpectedOfOpening(OpeningContractCase, ExpectedCase):
    @rule("B1")
    def test_what_came_before_the_go_live_is_not_expected_again(self):
        contract = self.taken(self.row(amount_collected="5750")).contract_id
        self.assertEqual(contract.amount_total, 11500.0)
        self.split(contract, shares={self.payee: 100.0})
        # 10 % of half of 10,000.00
        self.assertEqual(self.expected("finance"), 500.0)
