from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_attacks_invoice import InvoiceAttackCase


@tagged("post_install", "-at_install")
class TestInvoiceCases(InvoiceAttackCase):
    """Everyday invoices with their exact amounts (C1, C2, D3)."""

    def down_payment(self, order, amount):
        wizard = self.as_user(self.env["sale.advance.payment.inv"], "finance").create(
            {
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        wizard.create_invoices()
        return order.sudo().invoice_ids.sorted("id")[-1]

    def final_invoice(self, order):
        action = self.rpc(order, "finance", "action_sop_draft_invoices")
        return self.env["account.move"].browse(action["res_id"])

    @rule("C1", "C2", "D3")
    def test_down_payment_before_the_goods_and_the_rest_after_the_receipt(self):
        order = self.confirmed_order()
        advance = self.down_payment(order, 300.0)
        with self.assertRefused("C1", "600.00"):
            self.post(advance)
        self.collect(order, 600.0)
        self.assertPosts(advance)
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        with self.assertRefused(order.name):
            self.rpc(order, "finance", "action_sop_draft_invoices")
        self.sign(picking)
        final = self.final_invoice(order)
        self.assertEqual((advance.amount_total, final.amount_total), (300.0, 700.0))
        self.assertPosts(final)
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.amount_invoiced, 1000.0)
        self.assertFalse(order.sop_invoice_state)

    def accepted(self, order, quantity):
        picking = order.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        if not picking.backorder_id:
            self.approve_delivery(picking)
        self.ship(picking, quantity=quantity)
        self.sign(picking)
        order.invalidate_recordset()

    @rule("C1", "C2", "D3")
    def test_a_down_payment_above_the_part_delivered_makes_no_credit_note(self):
        order = self.confirmed_order()
        self.collect(order, 600.0)
        self.assertPosts(self.down_payment(order, 300.0))
        self.assertEqual(order.sudo().sop_amount_invoiceable, 0.0)
        self.accepted(order, 2)
        self.assertEqual(order.sop_invoice_state, "free")
        self.assertEqual(order.sudo().sop_amount_invoiceable, 200.0)
        first = self.final_invoice(order)
        self.assertEqual((first.move_type, first.amount_total), ("out_invoice", 200.0))
        self.assertPosts(first)
        self.accepted(order, 8)
        self.assertEqual(order.sudo().sop_amount_invoiceable, 500.0)
        final = self.final_invoice(order)
        self.assertEqual((final.move_type, final.amount_total), ("out_invoice", 500.0))
        self.assertPosts(final)
        self.assertEqual(order.sudo().sop_contract_id.amount_invoiced, 1000.0)

    @rule("C1", "C2")
    def test_a_down_payment_as_large_as_the_part_delivered_is_deducted(self):
        order = self.confirmed_order()
        self.collect(order, 600.0)
        self.assertPosts(self.down_payment(order, 300.0))
        self.accepted(order, 3)
        self.assertEqual(order.sudo().sop_amount_invoiceable, 0.0)
        invoice = self.final_invoice(order)
        self.assertEqual((invoice.move_type, invoice.amount_total), ("out_invoice", 0.0))

    @rule("C1", "C2")
    def test_what_is_shown_is_the_taxed_total_of_the_invoice_less_the_down_payment(self):
        self.tax = self._new_tax(13.0)
        order = self.paid_order()
        self.assertPosts(self.down_payment(order, 300.0))
        order.invalidate_recordset()
        shown = order.sudo().sop_amount_invoiceable
        self.assertEqual(shown, 830.0)
        self.assertEqual(self.final_invoice(order).amount_total, shown)

    @rule("C1")
    def test_what_is_shown_is_rounded_by_the_currency(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        rate = {"currency_id": yen.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create({"name": "2020-01-01", "rate": 100.0, **rate})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id, "company_id": self.company.id}
        )
        order = self.confirmed_order(
            lines=[(self.drive, 3, 333.4)], pricelist_id=pricelist.id
        ).sudo()
        self.assertEqual(order.amount_total, 1000.0)
        self.accepted(order, 1)
        self.assertEqual(order.sop_amount_invoiceable, 333.0)

    @rule("C1", "D6")
    def test_goods_that_came_back_are_credited_with_one_click(self):
        order = self.paid_order()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))
        with self.assertRefused(order.name, "No credit note is due"):
            self.rpc(order, "finance", "action_sop_draft_credit_notes")
        self.take_back(order.sudo().picking_ids, 2)
        order.invalidate_recordset()
        orders = self.as_user(self.env["sale.order"], "finance")
        listed = orders.search([("sop_invoice_state", "=", "credit"), ("id", "=", order.id)])
        self.assertEqual(listed.sop_invoice_state, "credit")
        self.assertEqual(listed.sop_amount_invoiceable, -200.0)
        with self.assertRefused(order.name, "Credit Note Due"):
            self.rpc(order, "finance", "action_sop_draft_invoices")
        action = self.rpc(order, "finance", "action_sop_draft_credit_notes")
        credit = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 200.0))
        self.assertPosts(credit)
        order.invalidate_recordset()
        self.assertFalse(order.sop_invoice_state)
        self.assertEqual(order.sudo().sop_contract_id.amount_invoiced, 800.0)

    @rule("C1", "D6")
    def test_a_credit_note_leaves_the_down_payment_to_a_later_invoice(self):
        order = self.confirmed_order()
        self.collect(order, 600.0)
        self.assertPosts(self.down_payment(order, 300.0))
        order.invalidate_recordset()
        self.assertFalse(order.sop_invoice_state)
        picking = order.sudo().picking_ids
        self.accepted(order, 2)
        self.assertPosts(self.final_invoice(order))
        self.take_back(picking, 1)
        order.invalidate_recordset()
        self.assertEqual(order.sop_invoice_state, "credit")
        self.assertEqual(order.sudo().sop_amount_invoiceable, -100.0)
        action = self.rpc(order, "finance", "action_sop_draft_credit_notes")
        credit = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 100.0))
        self.assertPosts(credit)

    @rule("C2")
    def test_a_down_payment_that_is_not_deducted_is_above_the_contract(self):
        order = self.paid_order()
        self.assertPosts(self.down_payment(order, 300.0))
        invoice = self.invoice_by_hand(self.invoice_line(order))
        with self.assertRefused("C2", "1,300.00", "1,000.00"):
            self.post(invoice)

    @rule("C1", "C2")
    def test_an_invoice_over_three_contracts_names_those_that_miss_money(self):
        orders = [self.delivered_order() for __ in range(3)]
        for order, amount in zip(orders, (599.99, 600.0, 100.0), strict=True):
            self.collect(order, amount)
        numbers = [order.sudo().sop_contract_id.number for order in orders]
        invoice = self.invoice_by_hand(*map(self.invoice_line, orders))
        with self.assertRefused("0.01", "500.00", numbers[0], numbers[2]) as caught:
            self.post(invoice)
        self.assertNotIn(numbers[1], str(caught.exception))
        self.collect(orders[0], 0.01)
        self.collect(orders[2], 500.0)
        self.assertPosts(invoice)
        self.assertEqual(invoice.amount_total, 3000.0)

    @rule("D6", "D3")
    def test_deliveries_and_returns_are_on_one_invoice(self):
        first, second = self.paid_order(), self.paid_order()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(first)))
        self.take_back(first.sudo().picking_ids, 3)
        invoice = self.invoice_by_hand(
            self.invoice_line(second), self.invoice_line(first, quantity=-3)
        )
        self.assertEqual(invoice.amount_total, 700.0)
        self.assertPosts(invoice)
        self.assertEqual(first.sudo().sop_contract_id.amount_invoiced, 700.0)
        self.assertEqual(second.sudo().sop_contract_id.amount_invoiced, 1000.0)

    @rule("D6", "C2")
    def test_a_return_on_the_invoice_is_credited_at_the_agreed_price(self):
        first, second = self.paid_order(), self.paid_order()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(first)))
        self.take_back(first.sudo().picking_ids, 3)
        invoice = self.invoice_by_hand(
            self.invoice_line(second), self.invoice_line(first, quantity=-3, price=250.0)
        )
        with self.assertRefused("C2", "750.00", "300.00"):
            self.post(invoice)
        invoice.invoice_line_ids[1].price_unit = 100.0
        self.assertPosts(invoice)

    @rule("C1", "C2")
    def test_a_debit_note_passes_the_gate_like_an_invoice(self):
        order = self.paid_order()
        invoice = self.post(self.invoice_by_hand(self.invoice_line(order)))
        debit = self.invoice_by_hand(
            self.invoice_line(order, quantity=1, price=50.0), ref=f"Debit to {invoice.name}"
        )
        with self.assertRefused("C2", "1,050.00", "1,000.00"):
            self.post(debit)
        self.vp_approves(debit)
        with self.assertRefused("D3", "only 0"):
            self.post(debit)

    def debit_note(self, invoice, copy_lines):
        """What Odoo's wizard makes of an invoice."""
        wizard = self.as_user(self.env["account.debit.note"], "finance").with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"copy_lines": copy_lines, "reason": "Freight of March"})
        return self.env["account.move"].browse(wizard.create_debit()["res_id"])

    @rule("C1", "C2")
    def test_the_debit_note_of_the_wizard_invoices_nothing_twice(self):
        order = self.paid_order()
        invoice = self.post(self.invoice_by_hand(self.invoice_line(order)))
        debit = self.debit_note(invoice, copy_lines=True)
        self.assertEqual((debit.debit_origin_id, debit.amount_total), (invoice, 1000.0))
        with self.assertRefused("C2", unchanged=debit):
            self.post(debit)
        self.vp_approves(debit)
        self.assertEqual(order.sudo().sop_contract_id.amount_invoiced, 1000.0)

    @rule("C2")
    def test_an_empty_debit_note_is_filled_and_approved(self):
        invoice = self.post(self.invoice_by_hand(self.invoice_line(self.paid_order())))
        debit = self.debit_note(invoice, copy_lines=False)
        freight = self.invoice_line(quantity=1, price=50.0)
        self.as_user(debit, "finance").write({"invoice_line_ids": [freight]})
        with self.assertRefused("C2", "belongs to no order", unchanged=debit):
            self.post(debit)
        self.vp_approves(debit)
        self.assertPosts(debit)

    @rule("C1")
    def test_a_credit_note_goes_out_without_money_and_makes_room(self):
        order = self.paid_order()
        invoice = self.post(self.invoice_by_hand(self.invoice_line(order)))
        order.sudo().sop_contract_id.allocation_ids.unlink()
        wizard = self.as_user(self.env["account.move.reversal"], "finance").with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id, "date": "2026-03-04"})
        wizard.refund_moves()
        credit = wizard.new_move_ids.sudo(False)
        self.assertPosts(credit)
        self.assertEqual(order.sudo().sop_contract_id.amount_invoiced, 0.0)

    @rule("C1", "C2")
    def test_an_early_payment_discount_changes_nothing_at_the_gate(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % within ten days",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100.0})],
            }
        )
        order = self.paid_order(payment_term_id=term.id)
        invoice = self.invoice_by_hand(
            self.invoice_line(order), invoice_payment_term_id=term.id, role="finance"
        )
        self.assertEqual(invoice.amount_total, 1000.0)
        self.assertPosts(invoice)

    @rule("C1", "C2")
    def test_instalments_are_one_demand(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50.0, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        order = self.paid_order(payment_term_id=term.id)
        invoice = self.invoice_by_hand(self.invoice_line(order), invoice_payment_term_id=term.id)
        self.assertEqual(self.receivable(invoice).mapped("balance"), [500.0, 500.0])
        self.assertPosts(invoice)

    @rule("C1")
    def test_money_that_goes_away_before_posting_closes_the_gate_again(self):
        order = self.delivered_order()
        payment = self.receive(600.0)
        earmark = self.earmark(payment, order)
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.sop_gate_state, "free")
        with self.env.cr.savepoint() as savepoint:
            earmark.unlink()
            with self.assertRefused("C1", "600.00"):
                self.post(invoice)
            savepoint.rollback()
        self.env.invalidate_all()
        payment.action_reject()
        with self.assertRefused("C1", "600.00"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")

    @rule("C1")
    def test_the_blocked_invoice_of_the_nightly_run_is_somebodys_work(self):
        blocked, free = self.delivered_order(), self.delivered_order()
        self.collect(blocked, 599.99)
        self.collect(free, 600.0)
        invoices = self.draft_invoice(blocked) | self.draft_invoice(free)
        day = "2026-03-03"
        invoices.write({"invoice_date": day, "invoice_date_due": day, "auto_post": "at_date"})
        self.run_auto_post()
        self.assertEqual(invoices.mapped("state"), ["draft", "posted"])
        activity = invoices.activity_ids
        self.assertEqual(
            (activity.res_id, activity.user_id), (invoices[0].id, self.users["salesperson"])
        )
        self.assertIn("599.99", activity.note)
        self.run_auto_post()
        self.assertEqual(invoices.activity_ids, activity)

    @rule("C1")
    def test_a_blocked_invoice_of_nobody_is_the_work_of_finance(self):
        order = self.delivered_order()
        invoice = self.draft_invoice(order).with_user(self.env.ref("base.user_root"))
        invoice.write(
            {"invoice_date": "2026-03-03", "auto_post": "at_date", "invoice_user_id": False}
        )
        # Something else to do on the invoice does not hide that it was not posted.
        invoice.activity_schedule("mail.mail_activity_data_todo", user_id=self.users["finance"].id)
        other = invoice.activity_ids
        for __ in range(2):
            self.run_auto_post()
            activity = invoice.activity_ids - other
            self.assertEqual(len(activity), 1)
            self.assertTrue(activity.user_id.has_group("sales_sop.group_finance"))
            self.assertIn(self.company, activity.user_id.company_ids)
        for nobody in (self.env.ref("base.user_root"), self.users["gate_guard"]):
            activity.unlink()
            invoice.invoice_user_id = nobody
            self.run_auto_post()
            activity = invoice.activity_ids - other
            self.assertTrue(activity.user_id.has_group("sales_sop.group_finance"))


@tagged("post_install", "-at_install")
class TestForeignContract(InvoiceAttackCase):
    """A contract in euros, its invoices in euros, whatever the rate became."""

    @rule("C1", "C2")
    def test_an_invoice_in_the_contracts_currency_does_not_know_the_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rate = {"currency_id": euro.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create({"name": "2020-01-01", "rate": 0.5, **rate})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self.delivered_order(pricelist_id=pricelist.id)
        self.earmark(self.receive(590.0, currency_id=euro.id), order)
        self.env["res.currency.rate"].create({"name": "2020-02-01", "rate": 4.0, **rate})
        invoice = self.draft_invoice(order)
        self.assertEqual((invoice.amount_total, invoice.currency_id), (1000.0, euro))
        with self.assertRefused("C1", "590.00", "10.00"):
            self.post(invoice)
        self.earmark(self.receive(10.0, currency_id=euro.id), order)
        self.assertPosts(invoice)
