from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import rule
from .test_attacks_invoice import InvoiceAttackCase


@tagged("post_install", "-at_install")
class TestInvoiceLists(InvoiceAttackCase):
    """The accountants' lists: now, money, receipt, approval (C1, D3)."""

    def listed(self, state, role="finance"):
        orders = self.as_user(self.env["sale.order"], role)
        return orders.search(
            [("sop_invoice_state", "=", state), ("company_id", "=", self.company.id)]
        ).sudo()

    def state(self, order):
        order.invalidate_recordset()
        found = {
            key
            for key in ("free", "money", "receipt", "approval", "credit")
            if order in self.listed(key)
        }
        mine = self.as_user(order, "finance").sop_invoice_state
        self.assertEqual(found, {mine} if mine else set())
        return mine

    @rule("C1", "D3")
    def test_an_order_goes_through_the_lists(self):
        order = self.confirmed_order().sudo()
        self.assertFalse(self.state(order))
        picking = order.picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.assertEqual(self.state(order), "receipt")
        self.sign(picking)
        self.assertEqual(self.state(order), "money")
        self.assertEqual(order.sop_amount_missing, 600.0)
        self.collect(order, 476.55)
        self.assertEqual(self.state(order), "money")
        self.assertEqual(order.sop_amount_missing, 123.45)
        self.collect(order, 123.44)
        self.assertEqual((self.state(order), order.sop_amount_missing), ("money", 0.01))
        self.collect(order, 0.01)
        self.assertEqual((self.state(order), order.sop_amount_missing), ("free", 0.0))
        self.assertEqual(order.sop_amount_invoiceable, 1000.0)
        invoice = self.draft_invoice(order)
        self.assertFalse(self.state(order))
        self.assertEqual(invoice.sop_gate_state, "free")
        invoice.sudo().button_cancel()
        self.assertEqual(self.state(order), "free")

    @rule("C1")
    def test_the_missing_money_is_that_of_the_taxed_total(self):
        order = self.delivered_order(lines=[(self.drive, 3, 33.333)]).sudo()
        self.assertEqual(order.amount_total, 100.0)
        self.assertEqual(self.state(order), "money")
        self.assertEqual(order.sop_amount_missing, order.sop_contract_id.amount_missing)

    @rule("C1", "D3")
    def test_only_the_accepted_part_is_offered(self):
        order = self.confirmed_order().sudo()
        picking = order.picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.sign(picking, damaged=1, missing=1)
        self.collect(order, 1000.0)
        self.assertEqual(self.state(order), "free")
        self.assertEqual(order.sop_amount_invoiceable, 800.0)
        # The clerk types what left: there is nothing to add, and the draft waits for a receipt.
        invoice = self.draft_invoice(order)
        invoice.invoice_line_ids.quantity = 10
        self.assertFalse(self.state(order))
        self.assertEqual(invoice.sop_gate_state, "receipt")

    @rule("C1", "D3")
    def test_goods_are_invoiced_as_accepted_also_where_the_product_says_ordered(self):
        pump = self._new_product("Pump", 100.0, invoice_policy="order")
        self._put_in_stock(pump, 10)
        order = self.confirmed_order(lines=[(pump, 10, 100.0)]).sudo()
        self.collect(order, 1000.0)
        self.assertFalse(self.state(order))
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
        picking = order.picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.assertEqual(self.state(order), "receipt")
        self.sign(picking, damaged=1, missing=1)
        self.assertEqual(self.state(order), "free")
        self.assertEqual(order.sop_amount_invoiceable, 800.0)
        line = order.order_line
        self.assertEqual((line.amount_to_invoice, line.untaxed_amount_to_invoice), (800.0, 800.0))
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.invoice_line_ids.quantity, 8.0)
        invoice.invoice_line_ids.quantity = 10
        with self.assertRefused("D3", "only 8"):
            self.post(invoice)
        invoice.invoice_line_ids.quantity = 8
        self.assertEqual(self.post(invoice).amount_total, 800.0)
        self.assertEqual(line.qty_to_invoice, 0.0)

    @rule("C1", "D3")
    def test_the_clerk_changes_a_draft_in_its_form(self):
        order = self.paid_order()
        invoice = self.draft_invoice(order)
        form = Form(self.as_user(invoice, "finance"))
        with form.invoice_line_ids.edit(0) as line:
            line.quantity = 4
        form.save()
        self.assertEqual(invoice.sudo().amount_total, 400.0)
        with Form(self.as_user(invoice, "finance")) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 11
        self.assertIn("D3", invoice.sop_blockers)

    @rule("C1")
    def test_several_orders_are_drafted_with_one_click_and_posted_together(self):
        free = [self.paid_order() for __ in range(2)]
        waiting = self.delivered_order()
        orders = self.env["sale.order"].concat(*free, waiting)
        action = self.rpc(orders, "finance", "action_sop_draft_invoices")
        invoices = self.env["account.move"].search(action["domain"])
        self.assertEqual(invoices.line_ids.sale_line_ids.order_id, free[0] | free[1])
        self.assertEqual(len(invoices), 2)
        self.assertPosts(invoices)
        with self.assertRefused(waiting.name, "Waits for Money"):
            self.rpc(waiting, "finance", "action_sop_draft_invoices")
        with self.assertRefused(free[0].name, "nothing"):
            self.rpc(free[0], "finance", "action_sop_draft_invoices")
        self.assertFalse(waiting.sudo().invoice_ids)

    @rule("C1")
    def test_an_accountant_without_a_role_works_with_the_lists_of_the_own_menu(self):
        order, waiting = self.paid_order(), self.delivered_order()
        self.assertIn(order, self.listed("free", "accountant"))
        self.assertEqual(self.as_user(waiting, "accountant").sop_amount_missing, 600.0)
        arch = self.as_user(order, "accountant").get_view(
            self.env.ref("sales_sop.sale_order_view_list_invoice").id, "list"
        )["arch"]
        self.assertIn('name="sop_amount_missing"', arch)
        self.assertIn('name="action_sop_draft_invoices"', arch)
        action = self.rpc(order, "accountant", "action_sop_draft_invoices")
        invoice = self.env["account.move"].browse(action["res_id"])
        self.rpc(invoice, "accountant", "action_post")
        self.assertEqual(invoice.amount_total, 1000.0)
        with self.assertRefused(waiting.name, "Waits for Money"):
            self.rpc(waiting, "accountant", "action_sop_draft_invoices")

    @rule("C1")
    def test_an_order_offers_everybody_the_invoice_that_they_may_draft(self):
        order = self.paid_order()
        dialog = str(self.env.ref("sale.action_view_sale_advance_payment_inv").id)
        for role, offered in (
            ("accountant", {"action_sop_draft_invoices"}),
            ("finance_vp", {"action_sop_draft_invoices"}),
            ("finance", {dialog}),
            ("salesperson", {dialog}),
            ("legal", set()),
        ):
            arch = self.as_user(order, role).get_view(view_type="form")["arch"]
            buttons = set(etree.fromstring(arch).xpath("//header/button/@name"))
            with self.subTest(role=role):
                self.assertEqual(buttons & {dialog, "action_sop_draft_invoices"}, offered)

    @rule("C1")
    def test_the_draft_deducts_the_down_payment(self):
        order = self.paid_order()
        self.draft_down_payment(order, 30.0, "salesperson")
        self.assertPosts(order.sudo().invoice_ids)
        action = self.rpc(order, "finance", "action_sop_draft_invoices")
        final = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(final.amount_total, 700.0)
        self.assertPosts(final)

    @rule("C1")
    def test_a_salesperson_of_other_orders_sees_and_drafts_nothing(self):
        order = self.paid_order()
        self.users["other"] = self._new_user("other", "sales_sop.group_salesperson", self.company)
        self.assertNotIn(order, self.listed("free", "other"))
        with self.assertRefused(exception=UserError):
            self.rpc(order, "other", "action_sop_draft_invoices")
        with self.assertRefused(exception=UserError):
            self.rpc(order, "gate_guard", "action_sop_draft_invoices")
        self.assertFalse(order.sudo().invoice_ids)

    @rule("C1")
    def test_drafts_name_what_is_missing(self):
        order = self.delivered_order()
        invoice = self.draft_invoice(order)
        self.collect(order, 476.55)
        invoice.invalidate_recordset()
        self.assertEqual(invoice.sop_gate_state, "money")
        self.assertEqual(invoice.sop_amount_missing, 123.45)
        self.assertEqual(invoice.sop_missing_currency_id, self.company.currency_id)

    @rule("C1")
    def test_an_invoice_whose_money_went_away_is_listed(self):
        order = self.delivered_order()
        payment = self.receive(600.0)
        self.earmark(payment, order)
        invoice = self.post(self.draft_invoice(order))
        below = [("sop_below_gate", "=", True), ("company_id", "=", self.company.id)]
        finance = self.as_user(self.env["account.move"], "finance")
        self.assertFalse(finance.search(below))
        payment.action_reject()
        self.assertEqual(finance.search(below), invoice)
        invoice.invalidate_recordset()
        self.assertTrue(invoice.sop_below_gate)
        self.assertEqual(invoice.sop_amount_missing, 600.0)
        self.collect(order, 600.0)
        self.assertFalse(finance.search(below))

    @rule("C1")
    def test_the_list_is_of_the_companies_at_hand_and_the_field_of_the_invoice(self):
        order = self.delivered_order()
        payment = self.receive(600.0)
        self.earmark(payment, order)
        invoice = self.post(self.draft_invoice(order)).sudo()
        payment.action_reject()
        below = [("sop_below_gate", "=", True), ("id", "=", invoice.id)]
        self.assertEqual(invoice.search(below), invoice)
        elsewhere = invoice.with_context(allowed_company_ids=self._new_company("South").ids)
        self.assertFalse(elsewhere.search(below))
        elsewhere.invalidate_recordset()
        self.assertTrue(elsewhere.sop_below_gate)
        above = [("sop_below_gate", "=", False), ("id", "=", invoice.id)]
        self.assertFalse(elsewhere.search(above))

    @rule("C1")
    def test_the_lists_take_a_constant_number_of_queries(self):
        def reading():
            orders = self.as_user(self.env["sale.order"], "finance")
            self.env.invalidate_all()
            with self.assertQueryCount(count):
                found = orders.search(
                    [("sop_invoice_state", "=", "free"), ("company_id", "=", self.company.id)],
                    limit=80,
                )
                found.mapped("sop_amount_missing")
                found.mapped("sop_amount_invoiceable")
            return found

        count = 999
        self.paid_order()
        self.assertEqual(len(reading()), 1)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        reading()
        count = self.env.cr.sql_log_count - before
        for __ in range(3):
            self.paid_order()
        self.assertEqual(len(reading()), 4)

    @rule("C1")
    def test_the_lists_of_drafts_take_a_constant_number_of_queries(self):
        def reading():
            moves = self.as_user(self.env["account.move"], "finance")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = moves.search(
                [("sop_gate_state", "=", "money"), ("company_id", "=", self.company.id)]
            )
            found.mapped("sop_amount_missing")
            return len(found), self.env.cr.sql_log_count - before

        for __ in range(2):
            self.draft_invoice(self.delivered_order())
        reading()
        number, few = reading()
        self.assertEqual(number, 2)
        for __ in range(4):
            self.draft_invoice(self.delivered_order())
        number, many = reading()
        self.assertEqual((number, many), (6, few))
