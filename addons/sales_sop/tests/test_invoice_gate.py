from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule

TWO_AMOUNTS = ("C1", "599.99", "1,000.00", "0.01")


class InvoiceGateCase(SopCase):
    """Invoices made in every way that Odoo knows."""

    def invoice_line(self, order=None, quantity=10, price=100.0):
        """An invoice line; linked to ``order``'s line unless it is None."""
        return Command.create(
            {
                "product_id": self.drive.id,
                "quantity": quantity,
                "price_unit": price,
                "tax_ids": [Command.set(self.tax.ids)],
                "sale_line_ids": [Command.set(order.order_line.ids if order else [])],
            }
        )

    def invoice_by_hand(self, *lines, role="accountant", **values):
        """What the accountant types into the invoicing menu."""
        return self.as_user(self.env["account.move"], role).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": list(lines),
                **values,
            }
        )

    def run_auto_post(self):
        with freeze_time("2026-03-05"), self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_auto_post_draft_entry").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestInvoiceGate(InvoiceGateCase):
    """60 % of 1,000.00: refused at 599.99, posted at 600.00, whoever posts and however (C1)."""

    def _post_by_wizard(self, move):
        wizard = self.rpc_create(
            "validate.account.move", "finance", {"move_ids": [Command.set(move.ids)]}
        )
        self.rpc(wizard, "finance", "validate_move")

    def _assert_gate(self, post):
        order = self.delivered_order()
        invoice = self.draft_invoice(order)
        self.collect(order, 599.99)
        with self.assertRefused(*TWO_AMOUNTS):
            post(invoice)
        self.assertEqual(invoice.state, "draft")
        self.collect(order, 0.01)
        post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("C1")
    def test_by_the_button(self):
        self._assert_gate(lambda move: self.rpc(move, "finance", "action_post"))

    @rule("C1")
    def test_by_writing_the_state(self):
        self._assert_gate(lambda move: self.rpc(move, "finance", "write", {"state": "posted"}))

    @rule("C1")
    def test_by_the_accountant(self):
        self._assert_gate(lambda move: self.rpc(move, "accountant", "action_post"))

    @rule("C1")
    def test_by_the_wizard_that_posts_journal_entries(self):
        self._assert_gate(self._post_by_wizard)

    @rule("C1")
    def test_with_all_rights(self):
        self._assert_gate(lambda move: move.sudo().action_post())

    @rule("C1")
    def test_an_invoice_typed_by_hand_and_linked_to_the_order(self):
        order = self.delivered_order()
        invoice = self.invoice_by_hand(self.invoice_line(order))
        self.collect(order, 599.99)
        with self.assertRefused(*TWO_AMOUNTS):
            self.post(invoice, role="accountant")
        self.assertEqual(invoice.state, "draft")
        self.collect(order, 0.01)
        self.post(invoice, role="accountant")
        self.assertEqual(invoice.state, "posted")

    @rule("C1", "C2")
    def test_an_invoice_without_order_needs_the_finance_vp(self):
        invoice = self.invoice_by_hand(self.invoice_line())
        with self.assertRefused("C2", "1,000.00", "finance VP"):
            self.post(invoice)
        self.as_user(invoice, "finance").action_sop_submit()
        with self.assertRefused("C2", "waits for the finance VP"):
            self.post(invoice)
        self.approve(invoice, "invoice", "finance_vp")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("C2")
    def test_an_approved_invoice_without_order_that_changed_is_not_approved(self):
        invoice = self.invoice_by_hand(self.invoice_line(price=1.0))
        self.as_user(invoice, "finance").action_sop_submit()
        self.approve(invoice, "invoice", "finance_vp")
        self.as_user(invoice, "accountant").invoice_line_ids.price_unit = 100.0
        with self.assertRefused("C2", "has changed since it was submitted"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")

    @rule("C1", "C2")
    def test_one_line_without_order_makes_the_whole_invoice_need_approval(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.invoice_by_hand(
            self.invoice_line(order), self.invoice_line(quantity=1, price=0.01)
        )
        with self.assertRefused("C2"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")

    @rule("C1")
    def test_the_nightly_run_posts_the_free_one_and_leaves_the_blocked_one(self):
        blocked, free = self.delivered_order(), self.delivered_order()
        self.collect(blocked, 599.99)
        self.collect(free, 600.0)
        invoices = self.draft_invoice(blocked) | self.draft_invoice(free)
        day = "2026-03-03"
        invoices.write({"invoice_date": day, "invoice_date_due": day, "auto_post": "at_date"})
        self.run_auto_post()
        self.assertEqual(invoices.mapped("state"), ["draft", "posted"])
        bodies = " ".join(invoices[0].message_ids.mapped("body"))
        self.assertIn("599.99", bodies)

    @rule("C1")
    def test_a_future_invoice_is_checked_on_its_day(self):
        order = self.delivered_order()
        self.collect(order, 600.0)
        invoice = self.draft_invoice(order)
        invoice.write({"invoice_date": "2026-03-03", "auto_post": "at_date"})
        order.sudo().sop_contract_id.allocation_ids.unlink()
        self.run_auto_post()
        self.assertEqual(invoice.state, "draft")

    @rule("C1")
    def test_a_credit_note_needs_no_money(self):
        credit_note = self.invoice_by_hand(self.invoice_line(), move_type="out_refund")
        self.post(credit_note)
        self.assertEqual(credit_note.state, "posted")

    @rule("C1", "D3")
    def test_a_down_payment_invoice_needs_money_but_no_delivery(self):
        order = self.confirmed_order()
        self.draft_down_payment(order, 30.0, "salesperson")
        invoice = order.sudo().invoice_ids
        self.assertEqual(invoice.amount_total, 300.0)
        self.collect(order, 599.99)
        with self.assertRefused(*TWO_AMOUNTS):
            self.post(invoice)
        self.collect(order, 0.01)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("D3")
    def test_two_invoices_posted_together_share_what_was_accepted(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoices = self.invoice_by_hand(self.invoice_line(order, quantity=6))
        invoices |= self.invoice_by_hand(self.invoice_line(order, quantity=6))
        with self.assertRefused("D3", "6 are on the invoice", "only 4"):
            self.post(invoices)
        self.assertEqual(invoices.mapped("state"), ["draft", "draft"])
        invoices[1].invoice_line_ids.quantity = 4
        self.post(invoices)
        self.assertEqual(invoices.mapped("state"), ["posted", "posted"])

    @rule("C1")
    def test_an_invoice_over_two_contracts_waits_for_both(self):
        free, blocked = self.delivered_order(), self.delivered_order()
        self.collect(free, 1000.0)
        invoice = self.invoice_by_hand(self.invoice_line(free), self.invoice_line(blocked))
        with self.assertRefused("C1", blocked.sudo().sop_contract_id.number, "600.00") as caught:
            self.post(invoice)
        self.assertNotIn(free.sudo().sop_contract_id.number, str(caught.exception))
        self.collect(blocked, 600.0)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")


@tagged("post_install", "-at_install")
class TestInvoiceGateTaxed(InvoiceGateCase):
    """The percentage is of the total with tax."""

    shares_company = False

    @classmethod
    def _new_tax(cls, amount):
        return super()._new_tax(15.0)

    @rule("C1")
    def test_60_percent_of_the_taxed_total(self):
        order = self.delivered_order()
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.amount_total, 1150.0)
        self.collect(order, 689.99)
        with self.assertRefused("C1", "689.99", "1,150.00", "690.00", "0.01"):
            self.post(invoice)
        self.collect(order, 0.01)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")


@tagged("post_install", "-at_install")
class TestInvoiceGateWithoutCents(InvoiceGateCase):
    """A currency without decimals: 60 % of 1,001 is 600.6, which is 601."""

    shares_company = False

    @classmethod
    def _new_company(cls, name):
        company = super()._new_company(name)
        company.currency_id = cls.env.ref("base.JPY")
        company.currency_id.active = True
        # With price lists in use, the company was given one in its first currency.
        pricelists = cls.env["product.pricelist"].search([("company_id", "=", company.id)])
        pricelists.currency_id = company.currency_id
        return company

    @rule("C1")
    def test_the_gate_is_rounded_to_whole_units(self):
        order = self.delivered_order(lines=[(self.drive, 7, 143.0)])
        self.assertEqual(order.amount_total, 1001.0)
        invoice = self.draft_invoice(order)
        self.collect(order, 600.0)
        with self.assertRefused("C1", "600", "1,001", "601"):
            self.post(invoice)
        self.collect(order, 1.0)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")
