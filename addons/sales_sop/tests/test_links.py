import base64

from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_invoice_gate import InvoiceGateCase


@tagged("post_install", "-at_install")
class TestLinks(InvoiceGateCase):
    """An invoice line proves its order by a link; the link has two ends, both are guarded."""

    def posted_invoice(self, order):
        self.collect(order, 1000.0)
        return self.post(self.draft_invoice(order))

    @rule("C1", "C2", "D3")
    def test_the_order_does_not_let_go_of_its_invoice(self):
        order = self.delivered_order()
        line = order.order_line
        invoice = self.posted_invoice(order)
        for links in (
            False,
            [Command.clear()],
            [Command.set([])],
            [Command.unlink(invoice.invoice_line_ids.id)],
        ):
            with self.assertRefused(order.name, unchanged=[line, invoice.invoice_line_ids]):
                self.rpc(line, "salesperson", "write", {"invoice_lines": links})
        # A form sends the field although nothing in it has changed.
        self.rpc(line, "salesperson", "write", {"invoice_lines": [], "name": "Drive, blue"})
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, line)
        self.assertEqual(line.qty_invoiced, 10.0)

    @rule("C1", "C2")
    def test_an_order_does_not_take_up_an_invoice(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.invoice_by_hand(self.invoice_line())
        link = {"invoice_lines": [Command.link(invoice.invoice_line_ids.id)]}
        with self.assertRefused(
            order.name, unchanged=[order.order_line, invoice, invoice.invoice_line_ids]
        ):
            self.rpc(order.order_line, "salesperson", "write", link)
        with self.assertRefused(order.name, unchanged=[order, invoice.invoice_line_ids]):
            lines = [Command.update(order.order_line.id, link)]
            self.rpc(order, "salesperson", "write", {"order_line": lines})
        self.assertFalse(invoice.invoice_line_ids.sale_line_ids)
        with self.assertRefused("C2"):
            self.post(invoice)

    @rule("C2")
    def test_a_new_line_brings_no_invoice_along(self):
        order = self.quotation()
        invoice = self.invoice_by_hand(self.invoice_line())
        values = {
            "order_id": order.id,
            "product_id": self.drive.id,
            "invoice_lines": [Command.link(invoice.invoice_line_ids.id)],
        }
        with self.assertRefused(order.name, unchanged=[order, invoice.invoice_line_ids]):
            self.rpc_create("sale.order.line", "finance", values)
        self.assertFalse(invoice.invoice_line_ids.sale_line_ids)

    @rule("C1", "C2")
    def test_invoicing_the_order_links_and_the_draft_may_be_linked_by_hand(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.draft_invoice(order, role="salesperson")
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, order.order_line)
        invoice.unlink()
        invoice = self.invoice_by_hand(self.invoice_line())
        link = {"sale_line_ids": [Command.set(order.order_line.ids)]}
        self.rpc(invoice.invoice_line_ids, "accountant", "write", link)
        self.post(invoice)
        self.assertEqual((invoice.state, order.order_line.qty_invoiced), ("posted", 10.0))


@tagged("post_install", "-at_install")
class TestPostedInvoice(InvoiceGateCase):
    """What the gate judged stays as it was judged."""

    CONTEXT = {"skip_readonly_check": True}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": 1.0,
                "currency_id": cls.euro.id,
                "company_id": cls.company.id,
            }
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})

    def paid_order(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        return order

    @rule("C1", "C2")
    def test_a_posted_invoice_keeps_its_head(self):
        invoice = self.post(self.draft_invoice(self.paid_order()))
        journal = invoice.journal_id.copy({"code": "INV2"})
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        for values in (
            {"currency_id": self.euro.id},
            {"partner_id": self.stranger.id},
            {"invoice_currency_rate": 9.0},
            {"fiscal_position_id": position.id},
        ):
            for role in ("accountant", "finance"):
                with (
                    self.subTest(role=role, values=values),
                    self.assertRefused("Reset it to draft", unchanged=[invoice, invoice.line_ids]),
                ):
                    self.rpc(invoice, role, "write", values, context=self.CONTEXT)
        with self.assertRefused("journal", unchanged=[invoice, invoice.line_ids]):
            values = {"journal_id": journal.id}
            self.rpc(invoice, "accountant", "write", values, context=self.CONTEXT)

    @rule("C1", "C5")
    def test_a_posted_invoice_keeps_its_day_and_when_it_is_due(self):
        invoice = self.post(self.draft_invoice(self.paid_order()))
        term = self.env.ref("account.account_payment_term_30days")
        for values in (
            {"invoice_date": "2026-01-01"},
            {"invoice_date_due": "2099-12-31"},
            {"invoice_payment_term_id": term.id},
        ):
            for context in (self.CONTEXT, {**self.CONTEXT, "skip_invoice_sync": True}):
                for role in ("accountant", "finance", "finance_vp"):
                    with self.assertRefused(
                        "Reset it to draft", unchanged=[invoice, invoice.line_ids]
                    ):
                        self.rpc(invoice, role, "write", values, context=context)

    @rule("C2")
    def test_no_other_file_is_put_in_a_posted_invoices_place(self):
        invoice = self.post(self.draft_invoice(self.paid_order()))
        sending = {"move_id": invoice.id, "sending_methods": ["email"]}
        wizard = self.rpc_create("account.move.send.wizard", "finance", sending)
        self.rpc(wizard, "finance", "action_send_and_print")
        printed, forged = invoice.invoice_pdf_report_id, base64.b64encode(b"Pay to my account")
        self.assertTrue(printed)
        place = {
            "res_model": "account.move",
            "res_id": invoice.id,
            "res_field": "invoice_pdf_report_file",
        }
        for role in ("accountant", "finance", "finance_vp"):
            file = self.rpc_create(
                "ir.attachment",
                role,
                {"name": "forged.pdf", "datas": forged, **place, "res_field": False},
            )
            for record, values in (
                (invoice, {"invoice_pdf_report_file": forged}),
                (printed, {"datas": forged}),
                (printed, {"res_field": False}),
                (printed, {"type": "url", "url": "https://forged.example"}),
                (file, place),
            ):
                with self.assertRefused("Reset it to draft", unchanged=[printed, file]):
                    self.rpc(record, role, "write", values)
            with self.assertRefused("Reset it to draft"):
                self.rpc_create("ir.attachment", role, {"name": "a.pdf", "datas": forged, **place})
        self.rpc(printed, "finance", "unlink")
        self.rpc(invoice, "finance", "button_draft")
        self.rpc(invoice, "finance", "write", {"invoice_pdf_report_file": forged})

    @rule("C1")
    def test_a_posted_receipt_keeps_its_head_too(self):
        receipt = self.invoice_by_hand(self.invoice_line(), move_type="out_receipt")
        self.as_user(receipt, "finance").action_sop_submit()
        self.approve(receipt, "invoice", "finance_vp")
        self.post(receipt)
        for values in ({"partner_id": self.stranger.id}, {"invoice_date": "2026-01-01"}):
            with self.assertRefused("Reset it to draft", unchanged=[receipt, receipt.line_ids]):
                self.rpc(receipt, "finance", "write", values, context=self.CONTEXT)

    @rule("C1", "C2")
    def test_a_posted_invoice_may_still_be_annotated(self):
        invoice = self.post(self.draft_invoice(self.paid_order()))
        self.rpc(invoice, "accountant", "write", {"ref": "Order 4711", "narration": "Thank you"})
        self.assertEqual(invoice.ref, "Order 4711")
        self.rpc(invoice, "accountant", "button_draft")
        self.rpc(invoice, "accountant", "write", {"partner_id": self.stranger.id})
        self.assertEqual((invoice.state, invoice.partner_id), ("draft", self.stranger))

    @rule("C2")
    def test_another_customer_written_together_with_the_state_is_judged(self):
        order = self.paid_order()
        invoice = self.draft_invoice(order)
        with self.assertRefused("C2", unchanged=[invoice, invoice.line_ids]):
            values = {"state": "posted", "partner_id": self.stranger.id}
            self.rpc(invoice, "accountant", "write", values, context=self.CONTEXT)

    @rule("C2")
    def test_another_rate_written_together_with_the_state_is_judged(self):
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order), currency_id=self.euro.id)
        self.assertEqual(invoice.invoice_currency_rate, 1.0)
        with self.assertRefused("C2", "2,000.00", unchanged=[invoice, invoice.line_ids]):
            values = {"state": "posted", "invoice_currency_rate": 0.5}
            self.rpc(invoice, "accountant", "write", values, context=self.CONTEXT)
        self.rpc(invoice, "accountant", "write", {"state": "posted"}, context=self.CONTEXT)
        self.assertEqual(invoice.state, "posted")


@tagged("post_install", "-at_install")
class TestCreditNotes(InvoiceGateCase):
    """A credit note gives back; it is no second way to ask for money or to free an order."""

    def invoiced_order(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        self.post(self.draft_invoice(order))
        return order

    def credit_note(self, order, quantity=10, **values):
        line = self.invoice_line(order, quantity=quantity)
        return self.invoice_by_hand(line, move_type="out_refund", **values)

    @rule("C1", "C2")
    def test_a_negative_credit_note_is_no_way_to_ask_for_money(self):
        for order in (None, self.delivered_order()):
            credit_note = self.credit_note(order, quantity=-10)
            self.assertEqual(credit_note.amount_total, -1000.0)
            for role in ("accountant", "finance"):
                with self.assertRefused("negative", unchanged=credit_note):
                    self.rpc(credit_note, role, "action_post")
                with self.assertRefused("C1", "negative", unchanged=credit_note):
                    self.rpc(credit_note, role, "write", {"state": "posted"})
            self.assertEqual(credit_note.state, "draft")

    @rule("C2")
    def test_a_credit_note_to_somebody_else_does_not_count_for_the_order(self):
        order = self.invoiced_order()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        credit_note = self.credit_note(order, partner_id=stranger.id)
        with self.assertRefused("C2", unchanged=[credit_note, order.order_line]):
            self.post(credit_note)
        with self.assertRefused("C2", unchanged=[credit_note, order.order_line]):
            self.rpc(credit_note, "accountant", "write", {"state": "posted"})
        self.assertEqual(order.order_line.qty_invoiced_posted, 10.0)

    @rule("C1", "C2")
    def test_a_credit_note_to_the_customer_needs_no_money(self):
        order = self.invoiced_order()
        order.sudo().sop_contract_id.allocation_ids.unlink()
        credit_note = self.post(self.credit_note(order, quantity=4))
        self.assertEqual(credit_note.state, "posted")
        self.assertEqual(order.order_line.qty_invoiced, 6.0)

    @rule("C1", "D3")
    def test_the_lines_of_a_posted_credit_note_stay(self):
        order = self.invoiced_order()
        credit_note = self.post(self.credit_note(order, quantity=1))
        line = credit_note.invoice_line_ids
        for values in (
            {"quantity": 10.0},
            {"price_unit": 1.0},
            {"sale_line_ids": [Command.clear()]},
            {"sale_line_ids": [Command.set(self.delivered_order().order_line.ids)]},
        ):
            with self.assertRefused("Reset it to draft", unchanged=[credit_note, line]):
                self.rpc(line, "accountant", "write", values, context={"skip_readonly_check": True})
        self.assertEqual(order.order_line.qty_invoiced, 9.0)
