from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import rule
from .test_attacks_invoice import InvoiceAttackCase


@tagged("post_install", "-at_install")
class TestEveryInvoiceApproved(InvoiceAttackCase):
    """A policy that leaves every invoice to the finance VP (C2)."""

    @classmethod
    def _issue_policy(cls, **values):
        return super()._issue_policy(invoice_approval=True, **values)

    @rule("C2")
    def test_an_invoice_within_its_order_is_posted_when_approved(self):
        order = self.paid_order()
        invoice = self.draft_invoice(order)
        number = order.sudo().sop_contract_id.number
        with self.assertRefused("C2", number, "every invoice", "submit it"):
            self.post(invoice)
        self.assertTrue(invoice.sop_can_submit)
        self.vp_approves(invoice)
        self.assertPosts(invoice)

    @rule("C2")
    def test_the_approval_replaces_neither_money_nor_receipt(self):
        order = self.confirmed_order()
        invoice = self.invoice_by_hand(self.invoice_line(order))
        self.vp_approves(invoice)
        with self.assertRefused("C1", "600.00") as caught:
            self.post(invoice)
        self.assertIn("D3", str(caught.exception))
        self.assertNotIn("C2", str(caught.exception))

    @rule("C2")
    def test_only_the_finance_vp_and_who_stands_above_decide(self):
        invoice = self.draft_invoice(self.paid_order())
        self.as_user(invoice, "finance").action_sop_submit()
        approval = invoice.sudo().approval_for("invoice")
        for role in ("finance", "accountant", "sales_manager", "sales_head", "salesperson"):
            with self.assertRefused(exception=AccessError, unchanged=[approval]):
                self.rpc(approval, role, "approve")

    @rule("C2")
    def test_several_invoices_are_submitted_and_approved_at_once(self):
        orders = [self.paid_order() for __ in range(3)]
        invoices = self.env["account.move"].concat(*map(self.draft_invoice, orders))
        self.rpc(invoices, "finance", "action_sop_submit")
        approvals = self.env["sop.approval"].search(
            [("res_model", "=", "account.move"), ("res_id", "in", invoices.ids)]
        )
        self.assertEqual(approvals.mapped("amount"), [1000.0] * 3)
        self.rpc(approvals, "finance_vp", "approve")
        self.assertPosts(invoices)

    @rule("C2", "A3")
    def test_an_approved_invoice_that_changes_is_submitted_again(self):
        order = self.paid_order()
        for change in (
            {"quantity": 9},
            {"product_uom_id": self.env.ref("uom.product_uom_dozen").id},
            {"name": "Something else"},
        ):
            with self.subTest(change=change):
                invoice = self.invoice_by_hand(self.invoice_line(order))
                self.vp_approves(invoice)
                self.rpc(invoice.invoice_line_ids, "accountant", "write", change)
                with self.assertRefused("C2", "has changed since it was submitted"):
                    self.post(invoice, role="accountant")
        invoice = self.invoice_by_hand(self.invoice_line(order))
        self.vp_approves(invoice)
        self.rpc(invoice, "accountant", "write", {"invoice_date": "2026-03-09"})
        self.assertPosts(invoice)


@tagged("post_install", "-at_install")
class TestAutomaticInvoices(InvoiceAttackCase):
    """Up to 600.00 per contract no invoice needs a decision (C2)."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **values):
        return super()._issue_policy(date_from, **{"invoice_auto_amount": 600.0, **values})

    @rule("C2")
    def test_up_to_the_amount_it_posts_and_a_cent_above_it_waits(self):
        order = self.paid_order(lines=[(self.drive, 10, 60.0)])
        self.assertPosts(self.draft_invoice(order))
        order = self.paid_order(lines=[(self.drive, 1, 600.01)])
        invoice = self.draft_invoice(order)
        with self.assertRefused("C2", "600.01", "600.00"):
            self.post(invoice)
        self.vp_approves(invoice)
        self.assertPosts(invoice)

    @rule("C2")
    def test_splitting_an_invoice_does_not_stay_below_the_amount(self):
        order = self.paid_order()
        first = self.invoice_by_hand(self.invoice_line(order, quantity=6))
        second = self.invoice_by_hand(self.invoice_line(order, quantity=4))
        with self.assertRefused("C2", "1,000.00", "600.00", unchanged=[first, second]):
            self.post(first | second)
        self.assertPosts(first)
        with self.assertRefused("C2", "1,000.00", "600.00"):
            self.post(second)
        self.vp_approves(second)
        self.assertPosts(second)

    @rule("C2")
    def test_splitting_an_order_does_not_stay_below_the_amount(self):
        stranger = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        first, second, third = [
            self.draft_invoice(self.paid_order(lines=[(self.drive, 3, 100.0)])) for __ in range(3)
        ]
        other = self.draft_invoice(
            self.paid_order(lines=[(self.drive, 6, 100.0)], partner_id=stranger.id)
        )
        invoices = [first, second, third]
        with self.assertRefused("C2", "Riverside Paper Mill", "600.00", unchanged=invoices):
            self.post(first | second | third)
        self.assertPosts(first)
        self.assertPosts(other)
        self.assertPosts(second)
        with self.assertRefused("C2", "in the last 30 days", "300.00", "600.00"):
            self.post(third)
        self.vp_approves(third)
        self.assertPosts(third)
        # What somebody decided takes nothing from the limit.
        self.as_user(second, "finance").button_draft()
        self.assertPosts(self.draft_invoice(self.paid_order(lines=[(self.drive, 3, 100.0)])))
        with self.assertRefused("C2", "in the last 30 days"):
            self.post(second)

    @rule("C2")
    def test_drafts_that_wait_for_a_month_do_not_stay_below_the_amount(self):
        first, second, third = invoices = [self.split_invoice() for __ in range(3)]
        self.let_age(first.union(*invoices))
        self.assertPosts(first)
        self.assertPosts(second)
        with self.assertRefused("C2", "in the last 30 days", "300.00", "600.00"):
            self.post(third)
        values = {"sop_posted_on": "2020-01-01"}
        with self.assertRefused(exception=AccessError, unchanged=second):
            self.rpc(second, "finance", "write", values)
        with self.assertRefused(exception=AccessError):
            self.rpc_create("account.move", "finance", {**values, "move_type": "out_invoice"})

    def let_age(self, invoices):
        """They were made, and those that are posted were posted, long ago."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE account_move
                  SET create_date = '2020-01-01',
                      sop_posted_on = CASE WHEN sop_posted_on IS NOT NULL
                                           THEN '2020-01-01'::timestamp END
                WHERE id IN %s""",
            [tuple(invoices.ids)],
        )
        self.env.invalidate_all()

    def split_invoice(self, quantity=3):
        """A draft over all of a small order of the customer, 100.00 a piece."""
        return self.draft_invoice(self.paid_order(lines=[(self.drive, quantity, 100.0)]))

    def credited(self, invoice):
        """A posted credit note over all of the invoice."""
        wizard = self.as_user(self.env["account.move.reversal"], "finance").with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id, "date": "2026-03-04"})
        wizard.refund_moves()
        return self.post(wizard.new_move_ids.sudo(False))

    @rule("C2")
    def test_what_is_credited_takes_nothing_from_the_amount(self):
        first, second, third = (self.split_invoice() for __ in range(3))
        self.assertPosts(first | second)
        with self.assertRefused("C2", "in the last 30 days"):
            self.post(third)
        self.credited(second)
        self.assertPosts(third)

    @rule("C2")
    def test_a_decided_invoice_that_is_credited_makes_no_room(self):
        large = self.split_invoice(9)
        self.vp_approves(large)
        self.assertPosts(large)
        self.assertPosts(self.split_invoice(6))
        self.credited(large)
        with self.assertRefused("C2", "600.00", "in the last 30 days"):
            self.post(self.split_invoice(1))

    @rule("C2")
    def test_an_invoice_from_before_that_is_credited_makes_no_room(self):
        old = self.split_invoice(6)
        self.assertPosts(old)
        self.let_age(old)
        self.credited(old)
        self.assertPosts(self.split_invoice(6))
        with self.assertRefused("C2", "600.00", "in the last 30 days"):
            self.post(self.split_invoice(1))

    @rule("C2")
    def test_a_credit_note_stays_while_others_fill_the_amount(self):
        first, second = self.split_invoice(6), self.split_invoice(6)
        self.assertPosts(first)
        credit = self.credited(first)
        self.assertPosts(second)
        for method in ("button_draft", "button_cancel"):
            with self.assertRefused("C2", credit.name, "1,200.00", "600.00", unchanged=credit):
                self.rpc(credit, "finance", method)
        self.rpc(second, "finance", "button_draft")
        self.rpc(credit, "finance", "button_draft")
        with self.assertRefused("C2", "in the last 30 days"):
            self.post(second)
        self.vp_approves(second)
        self.assertPosts(second)

    @rule("C2")
    def test_a_credit_note_stays_while_the_rest_of_its_order_is_invoiced(self):
        order = self.paid_order()
        first, second = (
            self.invoice_by_hand(self.invoice_line(order, quantity=quantity)) for quantity in (6, 4)
        )
        self.assertPosts(first)
        credit = self.credited(first)
        self.assertPosts(second)
        # Also when the month in which invoices count together is over.
        self.let_age(first | second)
        with self.assertRefused("C2", credit.name, "1,000.00", "600.00", unchanged=credit):
            self.rpc(credit, "finance", "button_draft")
        self.rpc(second, "finance", "button_draft")
        self.rpc(credit, "finance", "button_draft")

    @rule("C2", "P5")
    def test_the_contract_keeps_the_amount_of_its_policy(self):
        order = self.paid_order()
        contract = order.sudo().sop_contract_id
        self._issue_policy("2020-02-01", invoice_auto_amount=5000.0)
        self.assertEqual(contract.invoice_auto_amount, 600.0)
        for role in ("general_manager", "finance_vp", "administrator"):
            for values in ({"invoice_auto_amount": 0.0}, {"invoice_approval": False}):
                with self.assertRefused(exception=AccessError, unchanged=[contract]):
                    self.rpc(contract, role, "write", values)
        with self.assertRefused("C2", "600.00"):
            self.post(self.draft_invoice(order))

    @rule("C2")
    def test_the_amount_is_in_the_companys_currency_at_the_frozen_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rate = {"rate": 0.5, "currency_id": euro.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create({"name": "2020-01-01", **rate})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self.delivered_order(pricelist_id=pricelist.id, lines=[(self.drive, 10, 40.0)])
        self.earmark(self.receive(400.0, currency_id=euro.id), order)
        invoice = self.draft_invoice(order)
        self.assertEqual((invoice.amount_total, invoice.currency_id), (400.0, euro))
        self.env["res.currency.rate"].create({"name": "2020-01-02", **rate, "rate": 5.0})
        with self.assertRefused("C2", "800.00", "600.00"):
            self.post(invoice)

    @rule("C2")
    def test_the_finance_vp_sees_why_and_what_the_customer_ordered_lately(self):
        other = self.confirmed_order(lines=[(self.drive, 3, 111.0)])
        order = self.paid_order()
        invoice = self.draft_invoice(order)
        self.as_user(invoice, "finance").action_sop_submit()
        approval = invoice.sudo().approval_for("invoice")
        self.assertIn("600.00", approval.submitted_summary)
        seen = self.as_user(approval, "finance_vp").lately
        for text in (other.name, "333.00"):
            self.assertIn(text, seen)

    @rule("A1")
    def test_who_approves_an_order_sees_the_customers_other_orders(self):
        first = self.quotation(lines=[(self.drive, 3, 111.0)])
        second = self.quotation()
        approval = self.submit(second)
        seen = self.as_user(approval, "sales_manager")
        self.assertIn(first.name, seen.lately)
        self.assertIn("333.00", seen.lately)
        self.assertNotIn(second.name, seen.lately)
        self.assertEqual(seen.lately_count, 2)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        approval = self.submit(self.quotation(partner_id=stranger.id))
        seen = self.as_user(approval, "sales_manager")
        self.assertFalse(seen.lately)
        self.assertEqual(seen.lately_count, 1)

    @rule("P5")
    def test_a_term_names_one_of_both(self):
        policy = self.env["sop.policy"].create(
            {"name": "Next", "company_id": self.company.id, "date_from": "2027-01-01"}
        )
        term = {"name": "Direct", "policy_id": policy.id}
        for values in (
            {"invoice_auto_amount": -1.0},
            {"invoice_approval": True, "invoice_auto_amount": 1.0},
        ):
            with self.assertRefused("Direct", exception=ValidationError):
                self.env["sop.policy.term"].create({**term, **values})
