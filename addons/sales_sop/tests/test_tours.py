"""Every role does its daily work in the browser, on its own screens and menus."""

from unittest import SkipTest
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SopCase


@tagged("post_install", "-at_install")
class TestTours(SopCase, HttpCase):
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

    def browser_js(self, *args, **kwargs):
        """Drive the browser; without one nothing is shown, so the test fails."""
        try:
            return super().browser_js(*args, **kwargs)
        except SkipTest as reason:
            return self.fail(f"Nothing ran in the browser: {reason}")

    def walk(self, role, tour_name):
        """Let the person of ``role`` start where they are after logging in."""
        self.start_tour("/odoo", tour_name, login=self.users[role].login)
        self.env.invalidate_all()

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

    def test_the_sales_office_sends_contract_and_delivery_order(self):
        contract = self.approved_quotation(**self.fans(self.pottery)).sudo().sop_contract_id
        picking = self.confirmed_order(**self.fans(self.foundry)).sudo().picking_ids
        self.walk("sales_office", "sop_sales_office_sends_contract")
        self.assertEqual(contract.approval_state, "pending")
        self.assertEqual(picking.sop_delivery_state, "pending")

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
        self.walk("finance", "sop_finance_earmarks")
        self.assertEqual(free.sudo().sop_contract_id.amount_collected, 600.0)
        self.walk("finance", "sop_finance_invoices")
        self.assertEqual((free_invoice.state, short_invoice.state), ("posted", "draft"))

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
        self.walk("marketing_director", "sop_marketing_director_prepares_policy")
        policy = self.env["sop.policy"].search([("name", "=", "Winter policy")])
        self.assertEqual(policy.state, "decided")
        self.walk("general_manager", "sop_general_manager_issues_policy")
        self.assertEqual((policy.state, self.policy.state), ("issued", "superseded"))

    def test_everybody_else_opens_their_app(self):
        self.delivered_order()
        people = {
            "gate_guard": "sales_sop.sales_sop_root_menu",
            "accountant": "account.menu_finance",
        }
        for role, app in people.items():
            with self.subTest(role=role):
                self._click_app(role, app)

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

    def test_without_a_browser_the_tours_fail(self):
        missing = SkipTest("Chrome executable not found")
        with (
            patch("odoo.tests.common.ChromeBrowser", side_effect=missing),
            self.assertRaisesRegex(AssertionError, "not found"),
        ):
            self.walk("salesperson", "sop_salesperson_submits")
