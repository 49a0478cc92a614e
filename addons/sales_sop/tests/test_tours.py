"""Every role does its daily work in the browser, on its own screens and menus."""

from unittest import SkipTest
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from .test_gate_pass import GatePassCase
from .tour_case import TourCase


@tagged("post_install", "-at_install")
class TestTours(GatePassCase, TourCase):
    """The chain as people click through it: one tour per role, with what each of them reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fan = cls._new_product("Kiln fan", 100.0)
        cls._put_in_stock(cls.fan, 1000)
        cls.pottery, cls.foundry, cls.glass = (
            cls.env["res.partner"].create({"name": name, "is_company": True})
            for name in ("Kiln Street Pottery", "Hillside Foundry", "Millbrook Glass")
        )

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"gate_pass_required": False, **term})

    def fans(self, partner, quantity=10):
        return {"partner_id": partner.id, "lines": [(self.fan, quantity, 100.0)]}

    def test_a_salesperson_submits_and_confirms_a_quotation(self):
        self.walk("salesperson", "sop_salesperson_submits")
        order = self.env["sale.order"].search([("partner_id", "=", self.pottery.id)])
        self.assertEqual((order.amount_total, order.sop_application_state), (1000.0, "pending"))
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.walk("salesperson", "sop_salesperson_confirms")
        self.assertEqual(order.state, "sale")

    def test_a_sales_manager_approves_one_and_refuses_another(self):
        good, bad = (
            self.quotation(**self.fans(partner, quantity))
            for partner, quantity in ((self.pottery, 10), (self.foundry, 3))
        )
        self.submit(good)
        self.submit(bad)
        self.walk("sales_manager", "sop_sales_manager_decides")
        self.assertEqual(good.sop_application_state, "approved")
        self.assertEqual(bad.sop_application_state, "refused")
        self.assertIn("below cost", bad.sop_blockers)

    def test_the_sales_office_sends_contract_and_delivery_order_and_seals(self):
        self.env["sop.seal"].create({"name": "Contract seal", "company_id": self.company.id})
        sealed = self.effective_order(**self.fans(self.glass)).sudo().sop_contract_id
        contract = self.approved_quotation(**self.fans(self.pottery)).sudo().sop_contract_id
        picking = self.confirmed_order(**self.fans(self.foundry)).sudo().picking_ids
        self.walk("sales_office", "sop_sales_office_sends_and_seals")
        self.assertEqual(contract.approval_state, "pending")
        self.assertEqual(picking.sop_delivery_state, "pending")
        use = sealed.seal_use_ids
        self.assertEqual(
            (use.user_id, use.document_name), (self.users["sales_office"], "sealed.pdf")
        )
        paper = self.env["sop.seal.use"].search([("purpose", "=", "Power of attorney")])
        self.assertEqual((paper.document_name, paper.contract_id.id), ("power.pdf", False))

    def test_the_sales_office_records_what_the_customer_signed(self):
        order = self.confirmed_order(**self.fans(self.glass))
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.walk("sales_office", "sop_sales_office_records_proof")
        self.assertEqual((picking.pod_state, picking.pod_signatory), ("signed", "Wang Fang"))
        move = picking.move_ids
        self.assertEqual((move.qty_accepted, move.qty_damaged, move.qty_missing), (8, 1, 1))

    def test_head_of_sales_and_finance_countersign(self):
        contract = self.approved_quotation(**self.fans(self.pottery)).sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        self.walk("sales_head", "sop_sales_head_countersigns")
        self.assertEqual(contract.state, "draft")
        self.walk("finance", "sop_finance_countersigns")
        self.assertEqual(contract.state, "effective")

    def test_a_warehouse_keeper_ships_only_what_is_released(self):
        released = self.confirmed_order(**self.fans(self.pottery)).sudo().picking_ids
        self.approve_delivery(released)
        blocked = self.confirmed_order(**self.fans(self.foundry)).sudo().picking_ids
        self.walk("stock_user", "sop_warehouse_delivers")
        self.assertEqual((released.state, blocked.state), ("done", "assigned"))

    def test_finance_earmarks_and_invoices(self):
        free = self.delivered_order(**self.fans(self.pottery))
        free_invoice = self.draft_invoice(free)
        self.receive(600.0, partner=self.pottery)
        short = self.delivered_order(**self.fans(self.foundry))
        short_invoice = self.draft_invoice(short)
        self.collect(short, 599.99)
        told = self.delivered_order(**self.fans(self.glass))
        self.receive(700.0, partner=self.glass)
        self.announce(told)
        self.walk("finance", "sop_finance_earmarks")
        self.assertEqual(told.sudo().sop_contract_id.amount_collected, 700.0)
        self.assertEqual(free.sudo().sop_contract_id.amount_collected, 600.0)
        self.walk("finance", "sop_finance_invoices")
        self.assertEqual((free_invoice.state, short_invoice.state), ("posted", "draft"))
        drafted = told.sudo().invoice_ids
        self.assertEqual((drafted.state, drafted.amount_total), ("draft", 1000.0))

    def test_finance_splits_a_payment_and_moves_a_share(self):
        orders = [self.confirmed_order(**self.fans(self.pottery)) for _number in range(3)]
        self.receive(2500.0, partner=self.pottery)
        self.walk("finance", "sop_finance_splits_a_payment")
        collected = [order.sudo().sop_contract_id.amount_collected for order in orders]
        self.assertEqual(collected[2], 800.0)
        self.assertEqual(sorted(collected), [700.0, 800.0, 1000.0])

    def announce(self, order):
        """The customer says on the page of the order that it was paid."""
        order = order.sudo()
        page = f"/my/orders/{order.id}?access_token={order._portal_ensure_token()}"
        self.start_tour(page, "sop_customer_announces_payment", login=None)
        self.env.invalidate_all()

    def test_the_finance_vp_approves_an_invoice_without_order(self):
        invoice = self.as_user(self.env["account.move"], "finance").create(
            {
                "move_type": "out_invoice",
                "partner_id": self.pottery.id,
                "invoice_date": "2026-03-01",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Rent of a test stand", "price_unit": 800.0, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_sop_submit()
        self.walk("finance_vp", "sop_finance_vp_approves")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    def test_marketing_director_and_general_manager_make_a_policy(self):
        members = ("marketing_director", "finance_vp", "general_manager")
        self.company.write(
            {
                "sop_meeting_member_ids": [Command.set([self.users[role].id for role in members])],
                "sop_meeting_quorum_type": "number",
                "sop_meeting_quorum": 2,
            }
        )
        self.walk("marketing_director", "sop_marketing_director_prepares_policy")
        policy = self.env["sop.policy"].search([("name", "=", "Winter policy")])
        self.assertEqual((policy.state, policy.vote_state), ("draft", "open"))
        self.walk("general_manager", "sop_general_manager_issues_policy")
        self.assertEqual((policy.state, self.policy.state), ("issued", "superseded"))

    def test_a_gate_guard_registers_what_is_loaded(self):
        self._issue_policy("2021-01-01", gate_pass_required=True)
        today = {"date_planned": fields.Datetime.now()}
        loaded = self.loaded(**self.fans(self.pottery))
        waiting = self.gate_pass(self.approved_delivery(**self.fans(self.foundry)))
        self.rpc(loaded, "sales_office", "write", today)
        self.rpc(waiting, "sales_office", "write", {**today, "vehicle_plate": "B 777"})
        self.walk("gate_guard", "sop_gate_guard_registers_a_vehicle")
        self.assertEqual((loaded.state, waiting.state), ("left", "expected"))
        self.assertEqual(loaded.guard_id, self.users["gate_guard"])

    def test_an_accountant_opens_the_app(self):
        self.delivered_order()
        self._click_app("accountant", "account.menu_finance")

    def _click_app(self, role, app):
        """Open the app and the views of its first screen, as Odoo's own click test does."""
        loader = "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
        self.browser_js(
            "/odoo",
            f"{loader}.startClickEverywhere('{app}', true)",
            "odoo.isReady === true",
            login=self.users[role].login,
            success_signal="clickbot test succeeded",
        )

    def test_a_browser_that_starts_late_is_started_again(self):
        late = SkipTest("Failed to detect chrome devtools port after 10.0s.")
        starts = [late, ChromeBrowser]
        with patch(
            "odoo.tests.common.ChromeBrowser",
            side_effect=lambda *args, **kwargs: self._start(starts.pop(0), args, kwargs),
        ):
            self.browser_js("/web/login", "console.log('test successful')", "true")
        self.assertFalse(starts)

    def _start(self, browser, args, kwargs):
        if isinstance(browser, SkipTest):
            raise browser
        return browser(*args, **kwargs)

    def test_without_a_browser_the_tours_fail(self):
        missing = SkipTest("Chrome executable not found")
        with (
            patch("odoo.tests.common.ChromeBrowser", side_effect=missing),
            self.assertRaisesRegex(AssertionError, "not found"),
        ):
            self.walk("salesperson", "sop_salesperson_submits")
