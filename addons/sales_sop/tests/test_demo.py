"""The demo company shows every stage of the chain; Odoo's own demo orders go through it too."""

import csv
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from .common import SopCase, rule

# Per order: its state, its application, its contract, and what keeps it from being confirmed.
ORDERS = {
    "draft": ("draft", "none", False, "A1"),
    "waiting": ("draft", "pending", "draft", "A1"),
    "refused": ("draft", "refused", "draft", "A1"),
    "stale": ("draft", "stale", "draft", "A1"),
    "approved": ("draft", "approved", "draft", "K2"),
    "finance_missing": ("draft", "approved", "draft", "K2"),
    "head_missing": ("draft", "approved", "draft", "K2"),
    "effective": ("draft", "approved", "effective", False),
    "confirmed": ("sale", "approved", "effective", False),
    "delivery_waiting": ("sale", "approved", "effective", False),
    "prepayment": ("sale", "approved", "effective", False),
    "released": ("sale", "approved", "effective", False),
    "shipped": ("sale", "approved", "effective", False),
    "partial": ("sale", "approved", "effective", False),
    "damaged": ("sale", "approved", "effective", False),
    "money_missing": ("sale", "approved", "effective", False),
    "free": ("sale", "approved", "effective", False),
    "paid": ("sale", "approved", "effective", False),
    "spare_parts": ("sale", "approved", "effective", False),
    "special": ("sale", "approved", "effective", False),
    "weekend": ("sale", "approved", "effective", False),
    "cancelled": ("cancel", "none", "cancelled", False),
    "counter": ("sale", "approved", "effective", False),
    "gift": ("draft", "pending", "draft", "A1"),
    "sample": ("sale", "approved", "effective", False),
    "replacement": ("sale", "approved", "effective", False),
    "service": ("sale", "approved", "effective", False),
    "frame": ("draft", "approved", "effective", "K1"),
    "call_off": ("sale", "approved", "effective", False),
    "call_off_approved": ("draft", "approved", "effective", False),
}
# Per order, for each delivery: state, delivery order, proof of delivery, what blocks it.
DELIVERIES = {
    "confirmed": [("assigned", "none", "no", "D1")],
    "call_off": [("assigned", "none", "no", "D1")],
    "delivery_waiting": [("assigned", "pending", "no", "D1")],
    "prepayment": [("assigned", "approved", "no", "D4")],
    "released": [("assigned", "approved", "no", False)],
    "shipped": [("done", "approved", "waiting", False)],
    "partial": [("done", "approved", "signed", False), ("assigned", "approved", "no", False)],
    # The second one is the return of what arrived damaged.
    "damaged": [("done", "approved", "signed", False), ("assigned", "none", "no", False)],
    "money_missing": [("done", "approved", "signed", False)],
    "free": [("done", "approved", "signed", False)],
    "paid": [("done", "approved", "signed", False)],
    "spare_parts": [("done", "approved", "signed", False)],
    "counter": [("done", False, "signed", False)],
    "sample": [("done", "approved", "signed", False)],
    "replacement": [("assigned", "none", "no", "D1")],
    "special": [("done", "approved", "waiting", False)],
    "weekend": [("done", "none", "waiting", False)],
}
# Per order: the invoice's state, its gate, what blocks it, what is paid.
INVOICES = {
    "damaged": ("draft", "receipt", "D3", "not_paid"),
    "money_missing": ("draft", "money", "C1", "not_paid"),
    "free": ("draft", "free", False, "not_paid"),
    "paid": ("posted", False, False, "paid"),
    "spare_parts": ("posted", False, False, "not_paid"),
}
COLLECTED = {
    "prepayment": 20.0,
    "shipped": 30.0,
    "money_missing": 45.0,
    "partial": 50.0,
    "free": 60.0,
    "damaged": 70.0,
    "paid": 100.0,
}


def rule_of(sentences):
    """The rule that the first sentence names."""
    return sentences.partition(":")[0] if sentences else False


@tagged("post_install", "-at_install")
class TestDemoCompany(TransactionCase):
    """Fails, and is not skipped, when the demo data is missing: the test database has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("sales_sop.demo_company")
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))

    def _order(self, name):
        return self.env.ref(f"sales_sop.demo_order_{name}")

    def _in_company(self, model):
        return self.env[model].search([("company_id", "=", self.company.id)])

    def _orders(self):
        """Those made in this Odoo; the order of an opening contract is older.

        Other addons have demo orders of their own.
        """
        others = self.env["ir.model.data"].search(
            [("model", "=", "sale.order"), ("module", "!=", "sales_sop")]
        )
        orders = self._in_company("sale.order").filtered(
            lambda order: not order.sop_contract_id.is_opening
        )
        return orders - orders.browse(others.mapped("res_id"))

    def test_everybody_in_the_table_of_logins_works_in_the_company(self):
        with file_open("sales_sop/demo/logins.csv") as rows:
            people = list(csv.DictReader(rows))
        users = self._in_company("res.users")
        self.assertCountEqual(users.mapped("login"), [row["login"] for row in people])
        for row in people:
            self.assertEqual(row["password"], row["login"])
            self.assertRegex(row["role"], "^[A-Z].+;.+$")
        for user in users:
            self.assertEqual(user.company_ids, self.company)
            self.assertEqual(user.tz, "Asia/Shanghai")
            self.assertEqual(user.notification_type, "inbox")

    def test_only_the_demo_company_has_a_policy(self):
        self.assertTrue(self.company.sop_governed)
        self.assertFalse(self.env.ref("base.main_company").sop_governed)

    @rule("P1")
    def test_the_policy_was_decided_and_issued_by_the_roles(self):
        policy = self.env.ref("sales_sop.demo_policy")
        self.assertEqual(policy.state, "issued")
        self.assertEqual(policy.create_uid, self.env.ref("sales_sop.demo_user_marketing"))
        self.assertEqual(policy.issued_by_id, self.env.ref("sales_sop.demo_user_gm"))
        self.assertEqual(len(policy.term_ids), 10)

    @rule("K7", "K8")
    def test_every_written_contract_has_a_text(self):
        # The papers of opening contracts were signed before the go-live.
        contracts = self._in_company("sop.contract").filtered(
            lambda contract: contract.contract_required and not contract.is_opening
        )
        self.assertTrue(contracts)
        for contract in contracts.filtered(lambda contract: contract.state != "cancelled"):
            with self.subTest(contract=contract.number):
                self.assertIn(contract.number, contract.text)
                self.assertIn(contract.partner_id.name, contract.text)
                self.assertNotIn("____", contract.text)

    @rule("A1", "A3", "K1", "K2")
    def test_orders_stand_at_every_stage(self):
        self.assertEqual(len(self._orders()), len(ORDERS))
        for name, expected in ORDERS.items():
            order = self._order(name)
            with self.subTest(order=name):
                found = (
                    order.state,
                    order.sop_application_state,
                    order.sop_contract_id.state,
                    rule_of(order.sop_blockers),
                )
                self.assertEqual(found, expected)
                self.assertEqual(order.currency_id.name, "CNY")

    @rule("K2")
    def test_contracts_wait_for_the_signature_that_is_missing(self):
        for name, role in (("finance_missing", "Finance"), ("head_missing", "Head of Sales")):
            contract = self._order(name).sop_contract_id
            self.assertEqual(contract.approval_state, "pending")
            self.assertEqual(contract.waiting_for, role)

    def test_the_policy_terms_are_used(self):
        terms = {
            "spare_parts": "Spare parts below 5,000",
            "shipped": "Instalment sale",
            "free": "Direct sale below 200,000",
            "prepayment": "Large direct sale",
            "counter": "Over the counter below 2,000",
            "gift": "Free goods",
            "sample": "Samples",
            "replacement": "Warranty replacement",
            "service": "Services below 20,000",
        }
        for name, term in terms.items():
            self.assertEqual(self._order(name).sop_contract_id.term_id.name, term)
        self.assertFalse(self._order("spare_parts").sop_contract_id.approval_ids)

    @rule("D1", "D3", "D4")
    def test_deliveries_stand_at_every_stage(self):
        for name in ORDERS:
            with self.subTest(order=name):
                found = [
                    (
                        picking.state,
                        picking.sop_delivery_state,
                        picking.pod_state,
                        rule_of(picking.sop_blockers),
                    )
                    for picking in self._order(name).picking_ids.sorted("id")
                ]
                self.assertEqual(found, DELIVERIES.get(name, []))

    @rule("D4", "C1")
    def test_releases_stand_at_every_stage(self):
        found = {
            name: (release.rule, release.state, release.timeliness)
            for name in ("used", "pending", "refused", "overdue")
            if (release := self.env.ref(f"sales_sop.demo_release_{name}"))
        }
        self.assertEqual(
            found,
            {
                "used": ("D4", "used", False),
                "pending": ("D4", "pending", False),
                "refused": ("C1", "refused", False),
                "overdue": ("D1_D4", "pending", "overdue"),
            },
        )
        overdue = self.env.ref("sales_sop.demo_release_overdue")
        self.assertTrue(overdue._is_overdue())
        self.assertTrue(overdue.approval_ids.is_current)
        self.assertEqual(overdue.used_on.weekday(), 5)

    @rule("D2", "D8")
    def test_one_vehicle_left_one_is_loaded_and_one_is_expected(self):
        found = {
            name: (gate_pass.state, gate_pass.is_agreed, bool(gate_pass.not_ready))
            for name in ("left", "loaded", "expected")
            if (gate_pass := self.env.ref(f"sales_sop.demo_gate_pass_{name}"))
        }
        self.assertEqual(
            found,
            {
                "left": ("left", True, False),
                "loaded": ("expected", True, False),
                "expected": ("expected", False, True),
            },
        )
        guard = self.env.ref("sales_sop.demo_gate_pass_left").guard_id
        self.assertEqual(guard, self.env.ref("sales_sop.demo_user_guard"))

    @rule("D3")
    def test_damaged_and_missing_goods_are_recorded(self):
        move, returned = self._order("damaged").picking_ids.move_ids.sorted("id")
        self.assertEqual((move.qty_accepted, move.qty_damaged, move.qty_missing), (7, 2, 1))
        self.assertEqual((returned.product_uom_qty, returned.state), (2, "assigned"))
        self.assertEqual((move.sop_missing_ids.quantity, move.sop_missing_ids.state), (1, "open"))
        moves = self._order("partial").picking_ids.move_ids.sorted("id")
        self.assertEqual(sorted(moves.mapped("quantity")), [4, 6])

    @rule("C1", "C2", "D3")
    def test_invoices_stand_at_every_stage(self):
        for name in ORDERS:
            invoice = self._order(name).invoice_ids
            with self.subTest(order=name):
                found = (
                    invoice.state,
                    invoice.sop_gate_state,
                    rule_of(invoice.sop_blockers),
                    invoice.payment_state,
                )
                self.assertEqual(found, INVOICES.get(name, (False, False, False, False)))
        invoice = self.env.ref("sales_sop.demo_invoice_without_order")
        self.assertEqual(invoice.sop_gate_state, "approval")
        self.assertEqual(invoice._approval_for("invoice").waiting_for, "Finance VP")

    @rule("K3", "K6", "K9")
    def test_papers_seal_and_key_contract_are_there(self):
        paid = self._order("paid").sop_contract_id
        self.assertTrue(paid.signed_file_id.is_intact)
        self.assertEqual(len(self._in_company("sop.seal.use")), 2)
        key = self._order("prepayment").sop_contract_id
        self.assertTrue(key.is_key and key.check_ids.activity_ids)
        frame = self._order("frame").order_line.sorted("id")
        self.assertEqual(frame.mapped("sop_frame_rest"), [20.0, 20.0])

    @rule("C3")
    def test_money_is_collected_at_every_stage(self):
        for name in ORDERS:
            order = self._order(name)
            if order.sop_contract_id.amount_total:
                with self.subTest(order=name):
                    expected = COLLECTED.get(name, 0.0)
                    self.assertAlmostEqual(order.sop_percent_collected, expected, places=2)
        payment = self.env.ref("sales_sop.demo_payment_open")
        self.assertEqual(payment.amount_not_earmarked, 20000.0)
        self.assertTrue(all(pay.move_id for pay in self._in_company("account.payment")))

    @rule("A1", "K2", "D1", "C2")
    def test_every_decision_was_taken_by_somebody_of_the_role(self):
        steps = self._in_company("sop.approval").step_ids
        self.assertTrue(steps.user_id)
        for step in steps.filtered("user_id"):
            self.assertIn(step.group_id, step.user_id.all_group_ids)
            self.assertNotEqual(step.user_id, step.approval_id.requested_by_id)
        superuser = self.env.ref("base.user_root")
        self.assertNotIn(superuser, steps.user_id | steps.approval_id.requested_by_id)

    @rule("A3", "P7")
    def test_one_amendment_is_in_force_and_two_wait(self):
        found = {
            (amendment.kind, amendment.state, amendment.waiting_for, amendment.order_id)
            for amendment in self._in_company("sop.amendment")
        }
        expected = {
            ("contract", "applied", False, self._order("confirmed")),
            ("contract", "pending", "Sales Manager", self._order("prepayment")),
            ("quotation", "pending", "Sales Manager", self._order("approved")),
        }
        self.assertEqual(found, expected)

    @rule("C1", "D1")
    def test_one_older_contract_is_taken_over_and_one_waits_for_finance(self):
        taken = self.env.ref("sales_sop.demo_opening_glass")
        waiting = self.env.ref("sales_sop.demo_opening_textile")
        self.assertEqual((taken.state, waiting.state), ("taken", "ready"))
        self.assertEqual(self.company.sop_opening_state, "open")
        contract, line = taken.contract_id, taken.order_id.order_line
        self.assertEqual((contract.amount_total, contract.amount_collected), (108480.0, 54240.0))
        self.assertEqual(contract.percent_collected, 50.0)
        self.assertEqual((line.qty_accepted, line.qty_invoiced, line.qty_to_invoice), (4, 4, 0))
        self.assertEqual(taken.order_id.picking_ids.move_ids.product_uom_qty, 6.0)
        self.assertEqual(waiting.invoice_gate_percent, 60.0)

    def test_the_example_file_of_the_import_fits_the_company(self):
        migration = self.env.ref("sales_sop.demo_user_migration")
        openings = self.env["sop.opening.contract"].with_user(migration)
        path = openings.get_import_templates()[0]["template"]
        with file_open(path.removeprefix("/")) as rows:
            header, *data = csv.reader(rows)
        result = openings.load(header, data)
        self.assertEqual(result["messages"], [])
        imported = openings.browse(result["ids"])
        self.assertEqual(imported.mapped("problems"), [False, False])
        self.assertEqual(imported.mapped("amount_total"), [12288.0, 53280.0])
        imported.action_submit()

    def test_the_dates_are_those_of_the_last_weeks(self):
        now = fields.Datetime.now()
        orders = self._orders()
        self.assertGreater(min(orders.mapped("date_order")), now - timedelta(days=90))
        self.assertGreater(len({order.date_order.date() for order in orders}), 10)
        for order in orders:
            # A frame contract is older than what is called off from it.
            contract = order.sop_contract_id - order.sop_frame_contract_id
            dates = [
                order.date_order,
                contract and contract._approval_for("contract").decided_on,
                *order.picking_ids.filtered("date_done").sorted("id").mapped("date_done"),
            ]
            dates = [date for date in dates if date]
            self.assertEqual(dates, sorted(dates), order.name)
            self.assertLessEqual(max(dates), now)
            for picking in order.picking_ids.filtered("pod_date"):
                self.assertGreaterEqual(picking.pod_date, picking.date_done.date())


@tagged("post_install", "-at_install")
class TestOdooDemoOrders(SopCase):
    """Quotations that Odoo's demo data brings, in Odoo's own company, pass the whole chain."""

    shares_company = False

    @classmethod
    def _new_company(cls, name):
        return cls.env.ref("base.main_company")

    def _quotation(self, number):
        """A duplicate of Odoo's quotation, made by the sales office.

        The original was made before sale_stock was installed, so that its lines still take their
        delivered quantity from what somebody types, and not from the deliveries.
        """
        original = self.env.ref(f"sale.sale_order_{number}")
        self.assertEqual(original.state, "draft")
        return self.as_user(original, "sales_office").copy().sudo()

    def _go_through(self, order):
        office = self.as_user(order, "sales_office")
        office.action_sop_submit()
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        office.action_confirm()
        for picking in order.picking_ids:
            self._deliver(picking)
        for line in office.order_line.filtered(lambda line: line.product_id.type == "service"):
            line.qty_delivered = line.product_uom_qty
        self.collect(order, order.currency_id.round(order.amount_total * 0.6))
        invoice = self.draft_invoice(order)
        self.post(invoice)
        return invoice

    def _deliver(self, picking):
        for product in picking.move_ids.product_id:
            self._put_in_stock(product, 1000)
        picking.action_assign()
        self.approve_delivery(picking)
        self.ship(picking)
        self.as_user(self.env["sop.pod"], "sales_office").create(
            {"picking_id": picking.id, "signatory": "Customer"}
        ).action_confirm()

    @rule("A1", "K2", "D1", "D3", "C1")
    def test_three_quotations_are_sold_delivered_and_invoiced(self):
        goods, services, both = (self._quotation(number) for number in (1, 2, 3))
        for order in (goods, services, both):
            with self.subTest(order=order.name):
                invoice = self._go_through(order)
                self.assertEqual(invoice.state, "posted")
                self.assertEqual(invoice.amount_total, order.amount_total)
        self.assertEqual((goods | both).picking_ids.mapped("pod_state"), ["signed", "signed"])
        self.assertFalse(services.picking_ids)
