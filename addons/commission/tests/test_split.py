from odoo.exceptions import AccessError, ValidationError

from odoo.addons.sales_sop.tests.common import rule

from .common import TEAM_RULES, CommissionCase


class TestSplit(CommissionCase):
    """Several people share a contract, a pool, or manage a team (B1, B5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._new_payee("sales_manager")
        cls.agent = cls._new_payee(name="Outside Agency", kind="agent")

    @rule("B1")
    def test_shares_add_up_to_the_cent(self):
        order = self.order(1000.1)
        shares = {self.payee: 33.33, self.second: 33.33, self.agent: 33.34}
        self.split(order.sudo().sop_contract_id, shares=shares, date_from="2026-01-01")
        self.collect(order, order.amount_total)
        self.calculate()
        amounts = [self.balance(payee) for payee in shares]
        self.assertEqual(amounts, [33.33, 33.34, 33.34])
        self.assertEqual(round(sum(amounts), 2), 100.01)

    @rule("B1")
    def test_a_split_counts_for_money_from_its_day_on(self):
        order = self.order()
        self.collect(order, 575.0, "2026-03-01")
        self.split(
            order.sudo().sop_contract_id,
            shares={self.payee: 40.0, self.second: 60.0},
            date_from="2026-03-02",
        )
        self.collect(order, 575.0, "2026-03-02")
        self.calculate()
        self.assertEqual((self.balance(), self.balance(self.second)), (70.0, 30.0))

    @rule("B1")
    def test_a_correction_of_the_same_day_moves_what_was_earned(self):
        order = self.order()
        contract = order.sudo().sop_contract_id
        self.split(contract, shares={self.payee: 100.0}, date_from="2026-03-01")
        self.collect(order, 575.0, "2026-03-01")
        self.calculate()
        correction = {"shares": {self.second: 100.0}, "date_from": "2026-03-01"}
        for role in ("sales_office", "finance"):
            with self.assertRefused("ask the finance VP", exception=AccessError):
                self.split(contract, recorder=role, **correction)
        self.split(contract, recorder="finance_vp", **correction)
        self.now_is("2026-03-05")
        self.calculate()
        self.assertEqual((self.balance(), self.balance(self.second)), (0.0, 50.0))
        self.assertEqual(self.balance(until="2026-03-02"), 50.0)

    @rule("B4")
    def test_money_back_is_taken_from_those_who_earned_it(self):
        order = self.order()
        invoice = self.invoice(order)
        self.pay(invoice, 1150.0, "2026-03-01")
        self.calculate()
        self.split(
            order.sudo().sop_contract_id, shares={self.second: 100.0}, date_from="2026-04-01"
        )
        credit = self.credit(order, invoice_date="2026-04-05")
        payback = self.receive(1150.0, payment_type="outbound", date="2026-04-05")
        self.match(credit, payback.move_id)
        self.now_is("2026-04-30")
        self.calculate()
        self.assertEqual((self.balance(), self.balance(self.second)), (0.0, 0.0))

    @rule("B1", "B5")
    def test_the_manager_and_the_pool_of_the_team_earn_too(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan(
            "2026-04-02",
            TEAM_RULES,
        )
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        manager = {"team": team, "role": "manager", "shares": {self.second: 100.0}}
        with self.assertRefused("Let the shares begin later", exception=AccessError):
            self.split(date_from="2026-04-01", **manager)
        self.split(date_from="2026-04-02", **manager)
        self.split(
            team=team,
            role="pool",
            shares={self.payee: 50.0, self.agent: 50.0},
            date_from="2026-01-01",
            recorder="finance_vp",
        )
        self.now_is("2026-04-02")
        self.collect(self.order(team_id=team.id), 1150.0)
        self.calculate()
        self.assertEqual(self.balance(), 105.0)
        self.assertEqual(self.balance(self.second), 20.0)
        self.assertEqual(self.balance(self.agent), 5.0)

    @rule("B1")
    def test_shares_have_to_be_the_whole(self):
        contract = self.order().sudo().sop_contract_id
        with self.assertRefused("90 %", exception=ValidationError):
            self.split(contract, shares={self.payee: 40.0, self.second: 50.0})

    @rule("B1")
    def test_a_recorded_split_is_not_changed(self):
        split = self.split(self.order().sudo().sop_contract_id, shares={self.payee: 100.0})
        for record, values in (
            (split, {"date_from": "2020-01-01"}),
            (split.line_ids, {"percent": 1.0}),
        ):
            with self.assertRefused("kept as it was", exception=AccessError, unchanged=record):
                self.rpc(record, "sales_office", "write", values)
            with self.assertRefused(exception=AccessError, unchanged=record):
                self.rpc(record, "finance", "unlink")
        with self.assertRefused(exception=ValidationError, unchanged=split):
            self.rpc_create(
                "commission.split.line",
                "finance",
                {"split_id": split.id, "payee_id": self.second.id, "percent": 10.0},
            )

    @rule("B1")
    def test_a_salesperson_shares_nothing_out(self):
        contract = self.order().sudo().sop_contract_id
        with self.assertRefused(exception=AccessError):
            self.rpc_create(
                "commission.split",
                "salesperson",
                {"contract_id": contract.id, "reason": "Mine", "role": "salesperson"},
            )

    @rule("B1")
    def test_nobody_gives_commission_to_themselves(self):
        mine = self._new_payee("sales_office")
        contract = self.order().sudo().sop_contract_id
        with self.assertRefused("somebody else", exception=AccessError):
            self.split(contract, shares={mine: 1.0, self.payee: 99.0})
        self.assertTrue(
            self.split(contract, shares={mine: 1.0, self.payee: 99.0}, recorder="finance")
        )

    @rule("B1")
    def test_the_money_of_a_user_goes_to_nobody_elses_contact(self):
        clerk = self.users["sales_office"]
        for values in (
            {"user_id": self.users["planner"].id, "partner_id": clerk.partner_id.id},
            {"user_id": self.users["planner"].id, "partner_id": self.customer.id},
        ):
            with self.assertRefused("choose that contact", exception=ValidationError):
                self.rpc_create(
                    "commission.payee", "sales_office", {"company_id": self.company.id, **values}
                )
        self.collect(self.order(), 575.0)
        self.calculate()
        with self.assertRefused("stays the same person", unchanged=self.payee):
            self.rpc(self.payee, "sales_office", "write", {"partner_id": clerk.partner_id.id})

    @rule("B1")
    def test_a_contract_that_is_handed_over_earns_for_who_sold_it_until_it_is_split(self):
        order = self.order()
        contract = order.sudo().sop_contract_id
        self.users["successor"] = self._new_user(
            "successor", "sales_sop.group_salesperson", self.company
        )
        successor = self._new_payee("successor")
        team = contract.commission_team_id
        self.collect(order, 575.0)
        self.calculate()
        dialog = self.rpc_create(
            "sop.contract.handover",
            "sales_office",
            {
                "contract_ids": contract.ids,
                "user_id": self.users["successor"].id,
                "reason": "Has left the company",
            },
        )
        self.rpc(dialog, "sales_office", "action_hand_over")
        self.assertEqual(contract.user_id, self.users["successor"])
        self.assertEqual(contract.commission_team_id, team)
        entries = self.env["commission.entry"].search_count([])
        self.now_is("2026-03-05")
        self.calculate()
        self.assertEqual(self.env["commission.entry"].search_count([]), entries)
        self.collect(order, 230.0, "2026-03-05")
        self.calculate()
        self.assertEqual((self.balance(), self.balance(successor)), (70.0, 0.0))
        self.split(contract, shares={successor: 100.0}, date_from="2026-03-06")
        self.collect(order, 345.0, "2026-03-06")
        self.now_is("2026-03-07")
        self.calculate()
        self.assertEqual((self.balance(), self.balance(successor)), (70.0, 30.0))

    @rule("B1")
    def test_what_was_earned_before_a_split_stays_when_the_contract_is_handed_over(self):
        order = self.order()
        contract = order.sudo().sop_contract_id
        self.users["successor"] = self._new_user(
            "successor", "sales_sop.group_salesperson", self.company
        )
        successor = self._new_payee("successor")
        self.collect(order, 575.0, "2026-03-01")
        self.split(contract, shares={self.second: 100.0}, date_from="2026-03-02")
        self.collect(order, 230.0, "2026-03-02")
        self.calculate()
        for taker in ("successor", "salesperson", "successor"):
            dialog = self.rpc_create(
                "sop.contract.handover",
                "sales_office",
                {
                    "contract_ids": contract.ids,
                    "user_id": self.users[taker].id,
                    "reason": "Another area",
                },
            )
            self.rpc(dialog, "sales_office", "action_hand_over")
        self.assertEqual(self.calculate().entry_count, 0)
        amounts = [self.balance(payee) for payee in (self.payee, self.second, successor)]
        self.assertEqual(amounts, [50.0, 20.0, 0.0])

    @rule("B1", "B2")
    def test_nobody_hands_a_contract_that_earns_for_nobody_to_themselves(self):
        contract = self.order().sudo().sop_contract_id
        contract.user_id = False
        self.users["sales_office"].group_ids += self.env.ref("sales_sop.group_salesperson")
        dialog = self.rpc_create(
            "sop.contract.handover",
            "sales_office",
            {
                "contract_ids": contract.ids,
                "user_id": self.users["sales_office"].id,
                "reason": "Nobody has it",
            },
        )
        with self.assertRefused("Let somebody else", exception=AccessError, unchanged=contract):
            self.rpc(dialog, "sales_office", "action_hand_over")
