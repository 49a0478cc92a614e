from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import rule
from .test_closing import ClosingCase
from .test_collection import CollectionCase

ALERT = "sales_sop.mail_activity_money_lost"


class AlertCase(CollectionCase):
    def commit(self):
        """What happens when the transaction ends."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def alerts(self, order):
        return order.sudo().sop_contract_id.activity_search([ALERT])

    def assertAlerted(self, order):
        """Each of finance and the salesperson has one alert."""
        self.commit()
        people = self.users["finance"] | self.users["salesperson"]
        self.assertEqual(self.alerts(order).mapped("user_id"), people)
        self.assertEqual(len(self.alerts(order)), len(people))

    def assertNotAlerted(self, order):
        self.commit()
        self.assertFalse(self.alerts(order))

    def paid_invoice(self, *amounts):
        """A posted invoice over 1,000.00 and the payments matched with it; 600.00 are needed."""
        order = self.order()
        invoice = self.invoice(order)
        payments = [self.pay(invoice, amount) for amount in amounts]
        self.assertNotAlerted(order)
        return order, invoice, payments


@tagged("post_install", "-at_install")
class TestMoneyAlert(AlertCase):
    """Whatever takes money off an invoice is told to finance and sales, once (C1)."""

    @rule("C1")
    def test_undoing_a_reconciliation_alerts(self):
        order, invoice, __ = self.paid_invoice(1000.0)
        lines = self.as_user(self.receivable(invoice), "finance")
        lines.remove_move_reconcile()
        self.assertAlerted(order)
        self.assertCollected(order, 0.0)

    @rule("C1")
    def test_a_receipt_and_an_invoice_without_order_alert_too(self):
        share = {"name": "Share of the saving", "price_unit": 1000.0, "tax_ids": [Command.clear()]}
        for without_order in (False, True):
            with self.subTest(without_order=without_order):
                order = self.order()
                contract = order.sudo().sop_contract_id
                values = (
                    {"sop_contract_id": contract.id, "invoice_line_ids": [Command.create(share)]}
                    if without_order
                    else {"move_type": "out_receipt"}
                )
                invoice = self.invoice(order, **values)
                self.pay(invoice, 1000.0)
                self.assertNotAlerted(order)
                self.assertFalse(invoice.sop_below_gate)
                self.as_user(self.receivable(invoice), "finance").remove_move_reconcile()
                self.assertAlerted(order)
                self.assertTrue(invoice.sop_below_gate)
                self.assertEqual(contract.invoice_count, 1)

    @rule("C1")
    def test_undoing_and_doing_again_at_once_alerts_nobody(self):
        order, invoice, payments = self.paid_invoice(1000.0)
        self.as_user(self.receivable(invoice), "finance").remove_move_reconcile()
        self.match(invoice, payments[0].move_id)
        self.assertNotAlerted(order)
        self.assertCollected(order, 1000.0)

    @rule("C1")
    def test_losing_what_no_invoice_needs_alerts_nobody(self):
        order, __, payments = self.paid_invoice(600.0, 400.0)
        self.receivable(payments[1].move_id).remove_move_reconcile()
        self.assertNotAlerted(order)
        self.assertCollected(order, 600.0)
        self.receivable(payments[0].move_id).remove_move_reconcile()
        self.assertAlerted(order)

    @rule("C1")
    def test_resetting_the_entry_of_the_money_alerts(self):
        order = self.order()
        payment = self.receive(1000.0)
        self.earmark(payment, order)
        self.invoice(order)
        self.assertNotAlerted(order)
        self.as_user(payment.move_id, "finance").button_draft()
        self.assertAlerted(order)
        self.assertCollected(order, 0.0)

    @rule("C1", "C3")
    def test_an_advance_that_another_contracts_invoice_uses_up_alerts(self):
        order, other, payment = self.order(), self.order(), self.receive(1000.0)
        self.earmark(payment, order)
        self.invoice(order)
        self.assertNotAlerted(order)
        self.match(self.invoice(other), payment.move_id)
        self.assertAlerted(order)
        self.assertNotAlerted(other)
        self.assertCollected(order, 0.0, other, 1000.0)

    @rule("C1", "C3")
    def test_an_invoice_over_two_contracts_that_takes_the_money_of_one_alerts(self):
        order, other, payment = self.order(), self.order(), self.receive(600.0)
        self.earmark(payment, order)
        invoice = self.invoice(order, other)
        self.assertNotAlerted(order)
        self.match(invoice, payment.move_id)
        self.assertAlerted(order)
        self.assertCollected(order, 300.0, other, 300.0)

    @rule("C1", "C3")
    def test_an_advance_that_is_used_up_by_no_contracts_entry_alerts(self):
        for use_up in (self.entry_of_the_customer, self.invoice_without_order):
            order, payment = self.order(), self.receive(1000.0)
            self.earmark(payment, order)
            self.invoice(order)
            self.assertNotAlerted(order)
            self.match(use_up(1000.0), payment.move_id)
            self.assertAlerted(order)
            self.assertCollected(order, 0.0)

    def entry_of_the_customer(self, amount):
        """What the accountant books by hand, such as a transfer to another account."""
        account = self.customer.with_company(self.company).property_account_receivable_id
        other = account.copy(
            {"code": "121998", "name": "Disputed", "account_type": "asset_current"}
        )
        customer = {"partner_id": self.customer.id}
        entry = self.env["account.move"].create(
            {
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount, **customer}),
                    Command.create({"account_id": other.id, "balance": -amount, **customer}),
                ],
            }
        )
        entry.action_post()
        return entry

    def invoice_without_order(self, amount):
        line = {"name": "Rent of a crane", "price_unit": amount, "tax_ids": [Command.clear()]}
        return self.invoice(invoice_line_ids=[Command.create(line)])

    @rule("C1")
    def test_deleting_a_bank_line_alerts(self):
        order = self.order()
        invoice, line = self.invoice(order), self.bank_line(1000.0)
        self.book_on_receivable(line)
        self.match(invoice, line.move_id)
        self.assertNotAlerted(order)
        self.assertCollected(order, 1000.0)
        line.unlink()
        self.assertAlerted(order)
        self.assertCollected(order, 0.0)

    @rule("C1")
    def test_a_payment_that_is_cancelled_alerts_once(self):
        order, __, payments = self.paid_invoice(1000.0)
        self.as_user(payments[0], "finance").action_draft()
        self.as_user(payments[0], "finance").action_cancel()
        self.assertAlerted(order)
        for note in self.alerts(order).mapped("note"):
            self.assertNotIn("taken off in the books", note)

    @rule("C1")
    def test_the_open_alert_says_what_was_lost_since(self):
        order, __, payments = self.paid_invoice(600.0, 400.0)
        for payment in payments:
            self.as_user(payment, "finance").action_draft()
            self.assertAlerted(order)
        for note in self.alerts(order).mapped("note"):
            text = html2plaintext(note)
            for payment in payments:
                self.assertEqual(text.count(payment.name), 1)
            self.assertIn("$\xa00.00 of $\xa01,000.00 is collected now", text)


@tagged("post_install", "-at_install")
class TestClosedContract(AlertCase, ClosingCase):
    """Closed is what is delivered, invoiced and paid; who loses the money is open again (C9)."""

    def close_settled(self):
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 1.0
        ):
            self.env["sop.contract"]._cron_close_settled()

    def settled(self):
        """An order whose invoice of 1,000.00 is paid; returns its contract and the payment."""
        order = self.order()
        self.as_user(order, "salesperson").action_confirm()
        payment = CollectionCase.pay(self, self.invoice(order), 1000.0)
        return order.sudo().sop_contract_id, payment

    @rule("C9")
    def test_a_contract_that_fails_stops_no_other_one(self):
        (bad, __), (good, __) = self.settled(), self.settled()
        self.assertLess(bad.id, good.id)
        blockers = type(bad)._closing_blockers

        def fails(contract):
            if contract == bad:
                contract.message_post(body="half done")
                raise ValueError("Something is wrong with it")
            return blockers(contract)

        with (
            patch.object(type(bad), "_closing_blockers", fails),
            self.assertLogs("odoo.addons.sales_sop.models.sop_contract_balance", "ERROR") as logs,
        ):
            self.close_settled()
        self.env.invalidate_all()
        self.assertIn("Something is wrong with it", "".join(logs.output))
        self.assertEqual((bad.state, good.state), ("effective", "closed"))
        self.assertNotIn("half done", "".join(bad.message_ids.mapped("body")))

    @rule("C1", "C9")
    def test_money_lost_after_the_closing_opens_it_again(self):
        contract, payment = self.settled()
        self.close_settled()
        self.assertEqual(contract.state, "closed")
        self.as_user(payment, "finance").action_reject()
        self.assertAlerted(contract.order_ids)
        self.assertEqual((contract.state, contract.closed_on), ("effective", False))
        self.assertFalse(contract.closed_by_id)
        self.assertIn("is open again", "".join(contract.message_ids.mapped("body")))
        dialog = self.rpc(self.receive(1000.0), "finance", "action_sop_earmark")
        wizard = self.as_user(self.env["sop.earmark"], "finance").with_context(**dialog["context"])
        self.assertIn(contract, wizard.create({}).line_ids.contract_id.sudo())

    @rule("C9")
    def test_an_undone_reconciliation_opens_it_again_and_the_balance_closes_it(self):
        contract, payment = self.settled()
        self.close_settled()
        invoice = contract.order_ids.invoice_ids
        self.receivable(payment.move_id).remove_move_reconcile()
        self.commit()
        self.assertEqual(contract.state, "effective")
        self.match(invoice, payment.move_id)
        self.close_settled()
        self.assertEqual(contract.state, "closed")

    @rule("C1", "C9")
    def test_a_closed_contract_below_its_gate_is_listed(self):
        contract, payment = self.settled()
        self.as_user(payment, "finance").action_reject()
        contract.state = "closed"
        below = [("sop_below_gate", "=", True), ("company_id", "=", self.company.id)]
        self.assertEqual(
            self.as_user(self.env["account.move"], "finance").search(below),
            contract.order_ids.invoice_ids,
        )

    @rule("C9")
    def test_the_day_of_closing_is_the_companys(self):
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            with self.subTest(zone=zone):
                contract, __ = self.settled()
                self.rpc(contract, "finance", "action_close", context={"tz": zone})
                self.assertEqual(contract.closed_on, self.company._sop_today())
