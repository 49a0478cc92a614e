from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.models.account_payment_method import AccountPaymentMethod

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestOnline(SopCase):
    """The customer signs and pays online: money is booked, a blocked order waits."""

    provider = None

    def _let_the_journal_take(self, provider):
        """Give the bank journal a payment method of the provider's, as a provider addon does."""
        information = {"none": {"mode": "electronic", "type": ("bank",)}}
        known = AccountPaymentMethod._get_payment_method_information
        with patch.object(
            AccountPaymentMethod,
            "_get_payment_method_information",
            lambda model: known(model) | information,
        ):
            self.env["account.payment.method"].create(
                {"name": "Card", "code": "none", "payment_type": "inbound"}
            )
            provider.journal_id = self.bank_journal
        self._give_payments_an_outstanding_account(self.bank_journal, code="101498")

    def _new_provider(self):
        method = self.env.ref("payment.payment_method_unknown")
        provider = self.env["payment.provider"].create(
            {
                "name": "Card",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": self.company.id,
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        self._let_the_journal_take(provider)
        method.active = True
        return provider

    def _pay_online(self, orders, invoices=(), partner=None):
        self.provider = self.provider or self._new_provider()
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids.id,
                "amount": sum(orders.mapped("amount_total")),
                "currency_id": orders.currency_id.id,
                "partner_id": (partner or orders.partner_id).id,
                "reference": " ".join(orders.mapped("name")),
                "operation": "online_direct",
                **(
                    {"invoice_ids": [Command.set([invoice.id for invoice in invoices])]}
                    if invoices
                    else {"sale_order_ids": [Command.set(orders.ids)]}
                ),
            }
        )
        transaction._set_done()
        # Sending an invoice would print it.
        transaction.with_context(skip_sale_auto_invoice_send=True)._post_process()
        return transaction

    @rule("A1")
    def test_an_unapproved_offer_cannot_be_accepted_by_the_customer(self):
        order = self.quotation(require_signature=True, require_payment=True)
        self.assertFalse(order._has_to_be_signed())
        self.assertFalse(order._has_to_be_paid())
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.assertTrue(order._has_to_be_signed())
        self.assertTrue(order._has_to_be_paid())

    @rule("K2")
    def test_a_signed_order_without_effective_contract_waits(self):
        order = self.approved_quotation()
        order.sudo()._validate_order()
        self.assertEqual(order.state, "draft")
        self.assertIn("needs an effective contract", order.message_ids[:1].body)

    @rule("K2")
    def test_a_signed_order_with_effective_contract_is_confirmed(self):
        order = self.effective_order()
        order.sudo()._validate_order()
        self.assertEqual(order.state, "sale")

    @rule("K2")
    def test_an_online_payment_is_booked_and_the_blocked_order_waits(self):
        order = self.approved_quotation()
        transaction = self._pay_online(order.sudo())
        self.assertEqual(transaction.state, "done")
        self.assertTrue(transaction.is_post_processed)
        self.assertEqual(transaction.payment_id.amount, 1000.0)
        self.assertIn(order.state, ("draft", "sent"))

    @rule("C3")
    def test_nobody_says_for_the_provider_that_money_was_paid(self):
        order = self.approved_quotation()
        provider = self._new_provider()
        values = {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids.id,
            "amount": 9.0,
            "currency_id": order.currency_id.id,
            "partner_id": self.customer.id,
            "reference": "Nine",
            "operation": "online_direct",
            "sale_order_ids": [Command.set(order.ids)],
        }
        transaction = self.env["payment.transaction"].create(values)
        for role in ("accountant", "finance", "finance_vp", "administrator"):
            for name, value in (("state", "done"), ("amount", 900.0), ("sale_order_ids", False)):
                with self.assertRefused(exception=AccessError, unchanged=transaction):
                    self.rpc(transaction, role, "write", {name: value})
            for command in (Command.clear(), Command.unlink(transaction.id)):
                with self.assertRefused(exception=AccessError, unchanged=transaction):
                    self.rpc(order, role, "write", {"transaction_ids": [command]})
            with self.assertRefused(exception=AccessError):
                self.rpc_create(
                    "payment.transaction", role, {**values, "reference": role, "state": "done"}
                )

    def assertBooked(self, transaction, amount):
        """The payment is booked, whatever else; return what of it is for no contract."""
        self.assertTrue(transaction.is_post_processed)
        self.assertEqual(transaction.payment_id.amount, amount)
        self.assertIn(transaction.payment_id.state, ("in_process", "paid"))
        return transaction.payment_id.amount_not_earmarked

    def assertFinanceIsTold(self, payment, *texts):
        activities = payment.activity_search(["sales_sop.mail_activity_free_money"])
        self.assertEqual(activities.user_id, self.users["finance"])
        for text in texts:
            self.assertIn(text, activities.note)

    @rule("C3")
    def test_whoever_pays_online_the_money_is_booked_and_finance_is_told(self):
        stranger = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        order = self.approved_quotation().sudo()
        transaction = self._pay_online(order, partner=stranger)
        self.assertEqual(self.assertBooked(transaction, 1000.0), 1000.0)
        self.assertFinanceIsTold(transaction.payment_id, "Hillside Glass paid", "1,000.00")
        self.assertEqual(order.sop_contract_id.amount_collected, 0.0)
        self.assertIn(order.state, ("draft", "sent"))

    @rule("A1", "C3")
    def test_money_for_an_offer_that_nobody_agreed_to_is_booked_and_the_offer_waits(self):
        never, waiting, refused, cancelled = [self.quotation() for __ in range(4)]
        self.submit(waiting)
        self.submit(refused)
        approval = self.as_user(refused, "sales_manager").approval_for("application")
        approval.refuse("Too cheap")
        self.submit(cancelled)
        self.as_user(cancelled, "salesperson")._action_cancel()
        for order, free in (
            (never, 1000.0),
            (waiting, 0.0),
            (refused, 0.0),
            (cancelled, 1000.0),
        ):
            state = order.state
            transaction = self._pay_online(order.sudo())
            self.assertEqual(self.assertBooked(transaction, 1000.0), free)
            self.assertIn(order.state, (state, "sent"))
            self.assertNotEqual(order.state, "sale")
            if free:
                self.assertFinanceIsTold(transaction.payment_id, order.name, "never submitted")

    @rule("C3")
    def test_one_payment_for_two_contracts_gives_each_what_it_lacks(self):
        first, second = self.approved_quotation(), self.approved_quotation()
        self.collect(first, 250.0)
        orders = (first | second).sudo()
        transaction = self._pay_online(orders)
        self.assertEqual(self.assertBooked(transaction, 2000.0), 250.0)
        earmarks = transaction.payment_id.allocation_ids.sorted(lambda one: one.order_id.id)
        self.assertEqual(earmarks.order_id, orders)
        self.assertEqual(earmarks.mapped("amount"), [750.0, 1000.0])
        self.assertEqual(orders.sop_contract_id.mapped("amount_collected"), [1000.0, 1000.0])

    @rule("K2")
    def test_an_online_payment_confirms_an_order_that_may_be_confirmed(self):
        order = self.effective_order()
        self._pay_online(order.sudo())
        self.assertEqual(order.state, "sale")

    def _invoice_automatically(self):
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")

    @rule("C1", "D3")
    def test_an_online_payment_is_booked_and_the_blocked_invoice_stays_a_draft(self):
        """The goods have not left yet when the customer pays and Odoo wants to invoice."""
        self._invoice_automatically()
        order = self.effective_order()
        transaction = self._pay_online(order.sudo())
        self.assertTrue(transaction.is_post_processed)
        self.assertEqual(transaction.payment_id.amount, 1000.0)
        self.assertIn(transaction.payment_id.state, ("in_process", "paid"))
        self.assertEqual(order.state, "sale")
        invoice = order.sudo().invoice_ids
        self.assertEqual(invoice.mapped("state"), ["draft"])
        with self.assertRefused("D3", unchanged=invoice):
            self.post(invoice)

    @rule("A1")
    def test_an_online_payment_makes_no_invoice_of_an_offer_that_waits(self):
        self._invoice_automatically()
        order = self.approved_quotation()
        transaction = self._pay_online(order.sudo())
        self.assertEqual(transaction.payment_id.amount, 1000.0)
        self.assertIn(order.state, ("draft", "sent"))
        self.assertFalse(order.sudo().invoice_ids)

    def _draft(self, order, quantity):
        line = {
            "product_id": self.drive.id,
            "quantity": quantity,
            "price_unit": 100.0,
            "tax_ids": [Command.set(self.tax.ids)],
            "sale_line_ids": [Command.set(order.order_line.ids)],
        }
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )

    @rule("C1", "D3")
    def test_a_transaction_for_a_blocked_and_a_free_invoice_is_booked(self):
        blocked, free = self.confirmed_order(), self.delivered_order()
        self.collect(free, 600.0)
        invoices = [self._draft(blocked, 10), self._draft(free, 10)]
        transaction = self._pay_online(blocked.sudo(), invoices)
        self.assertTrue(transaction.is_post_processed)
        self.assertEqual(transaction.payment_id.amount, 1000.0)
        self.assertIn(transaction.payment_id.state, ("in_process", "paid"))
        self.assertEqual([invoice.state for invoice in invoices], ["draft", "posted"])

    @rule("C1", "C3", "D3")
    def test_the_money_for_a_blocked_invoice_is_earmarked_to_its_contract(self):
        order = self.confirmed_order()
        transaction = self._pay_online(order.sudo(), [self._draft(order, 10)])
        self.assertEqual(transaction.payment_id.amount, 1000.0)
        self.assertEqual(order.sudo().sop_contract_id.amount_collected, 1000.0)

    @rule("C1", "D3")
    def test_invoices_that_pass_only_one_by_one_do_not_stop_the_payment(self):
        order = self.delivered_order()
        self.collect(order, 600.0)
        invoices = [self._draft(order, 6), self._draft(order, 6)]
        transaction = self._pay_online(order.sudo(), invoices)
        self.assertEqual(transaction.payment_id.amount, 1000.0)
        self.assertEqual([invoice.state for invoice in invoices], ["posted", "draft"])
