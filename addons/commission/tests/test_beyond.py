from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_amendment import AmendmentCase
from odoo.addons.sales_sop.tests.test_closing import ClosingCase

from .common import CommissionCase


class BeyondCase(CommissionCase):
    """An order of 1,000.00 plus 15 % asks for 1,150.00; what comes beyond is the customer's."""

    def beyond(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.as_user(self.env["commission.blocked"], "finance").search(
            [("company_id", "=", self.company.id)]
        )
        return [(row.reason, row.amount, str(row.date)) for row in rows.sorted("date")]


@tagged("post_install", "-at_install")
class TestBeyond(BeyondCase):
    """Money beyond the total of a contract earns nothing until the contract asks for it (B1)."""

    @rule("B1")
    def test_what_is_paid_too_much_earns_nothing_and_is_listed(self):
        order = self.order()
        self.collect(order, 575.0)
        self.now_is("2026-04-10")
        self.collect(order, 805.0)
        self.calculate()
        self.assertEqual(self.entries().mapped("amount"), [50.0, 50.0])
        self.assertEqual(self.entries()[-1].base, 500.0)
        self.assertEqual(self.beyond(), [("beyond", 230.0, "2026-04-10")])
        remedy = self.env["commission.blocked"].search([("reason", "=", "beyond")]).remedy
        self.assertIn("earmark it to another contract", remedy)

    @rule("B1", "B4")
    def test_giving_it_back_takes_nothing_back(self):
        order = self.order()
        payment = self.collect(order, 1380.0).payment_id
        self.calculate()
        self.assertEqual(self.balance(), 100.0)
        self.now_is("2026-04-10")
        payback = self.receive(230.0, payment_type="outbound", date="2026-04-10")
        self.match(payment.move_id, payback.move_id)
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.beyond(), [])
        payback = self.receive(575.0, payment_type="outbound", date="2026-04-10")
        self.match(payment.move_id, payback.move_id)
        self.calculate()
        self.assertEqual(self.balance(), 50.0)

    @rule("B1")
    def test_it_earns_where_it_is_earmarked_next(self):
        first, second = self.order(), self.order()
        earmark = self.collect(first, 1380.0)
        self.calculate()
        self.as_user(earmark, "finance")._move(
            second.sudo().sop_contract_id, self.env["sale.order"], 230.0, "For the second mill"
        )
        self.now_is("2026-03-05")
        self.calculate()
        by_contract = {entry.contract_id: entry.amount for entry in self.entries()}
        self.assertEqual(by_contract, {first.sop_contract_id: 100.0, second.sop_contract_id: 20.0})
        self.assertEqual(self.beyond(), [])

    @rule("B1", "B4")
    def test_on_an_overpaid_invoice_the_rest_is_listed_and_its_refund_costs_nothing(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        contract = invoice.line_ids.sale_line_ids.order_id.sop_contract_id
        payment = self.pay(invoice, 1380.0, sop_contract_id=contract.id)
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(contract.amount_collected, 1380.0)
        self.assertEqual(self.balance(), 100.0)
        self.assertEqual(self.beyond(), [("beyond", 230.0, "2026-03-10")])
        payback = self.receive(230.0, payment_type="outbound", date="2026-03-20")
        self.match(payment.move_id, payback.move_id)
        self.calculate()
        self.assertEqual((self.balance(), self.beyond()), (100.0, []))

    @rule("B1")
    def test_an_invoice_on_top_of_the_total_earns_when_it_is_paid(self):
        order = self.invoiced_order()
        self.pay(order.sudo().invoice_ids, 1150.0)
        # Interest, or work that was charged later: 1,000.00 and its tax.
        self.pay(self.contract_invoice(order), 1150.0)
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual((self.balance(), self.beyond()), (200.0, []))

    @rule("B1", "B4")
    def test_of_two_payments_the_later_one_is_too_much_until_the_first_is_paid_back(self):
        """An advance waits unmatched, and the invoice is paid once more."""
        order = self.order()
        advance = self.collect(order, 575.0).payment_id
        self.calculate()
        self.assertEqual(self.balance(), 50.0)
        self.now_is("2026-04-10")
        self.pay(self.invoice(order), 1150.0, "2026-04-10")
        self.calculate()
        # What was earned in March stays earned in March.
        self.assertEqual(self.balance(until="2026-03-31"), 50.0)
        self.assertEqual(self.balance(), 100.0)
        self.assertEqual(self.beyond(), [("beyond", 575.0, "2026-04-10")])
        payback = self.receive(575.0, payment_type="outbound", date="2026-04-12")
        self.match(advance.move_id, payback.move_id)
        self.now_is("2026-04-20")
        self.calculate()
        self.assertEqual((self.balance(), self.beyond()), (100.0, []))


@tagged("post_install", "-at_install")
class TestBeyondAmended(BeyondCase, AmendmentCase):
    @rule("B1", "A3")
    def test_an_amendment_asks_for_more_and_the_money_that_waited_earns(self):
        order = self.order()
        self.collect(order, 1380.0)
        self.calculate()
        self.assertEqual(self.balance(), 100.0)
        self.in_force(order, price_unit=1200.0)
        self.now_is("2026-03-05")
        self.calculate()
        self.assertEqual((self.balance(), self.beyond()), (120.0, []))

    @rule("B1", "A3", "B4")
    def test_an_amendment_asks_for_less_and_the_surplus_earns_nothing(self):
        order = self.order()
        self.collect(order, 1150.0)
        self.calculate()
        self.in_force(order, price_unit=800.0)
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.amount_total, contract.amount_surplus), (920.0, 230.0))
        self.now_is("2026-03-05")
        self.calculate()
        self.assertEqual(self.balance(), 80.0)
        self.assertEqual(self.beyond(), [("beyond", 230.0, "2026-03-02")])
        self.assertIn("more than the contract asks for", self.entries()[-1].explanation)


@tagged("post_install", "-at_install")
class TestBeyondShortClosed(BeyondCase, ClosingCase):
    @rule("B1", "C9", "B4")
    def test_a_short_close_leaves_commission_on_what_was_accepted(self):
        """10 of 10 are paid for, 6 are accepted: 690.00 of 1,150.00."""
        order = self.partly_delivered()
        self.collect(order, order.amount_total)
        self.calculate()
        self.assertEqual(self.balance(), 100.0)
        self.decided(order, "closing")
        contract = order.sudo().sop_contract_id
        self.assertTrue(contract.is_short_closed)
        self.now_is("2026-03-05")
        self.calculate()
        self.assertEqual((contract.amount_total, self.balance()), (690.0, 60.0))
        self.assertEqual(self.beyond(), [("beyond", 460.0, "2026-03-02")])

    @rule("B1", "C9")
    def test_of_a_short_close_no_more_is_expected_than_was_accepted(self):
        order = self.partly_delivered()
        self.collect(order, 345.0)
        self.decided(order, "closing")
        self.now_is("2026-03-05")
        self.calculate()
        # 690.00 are to come, of which 345.00 came.
        self.env.flush_all()
        self.env.invalidate_all()
        expected = self.as_user(self.env["commission.expected"], "salesperson").search([])
        self.assertEqual((self.balance(), round(sum(expected.mapped("amount")), 2)), (30.0, 30.0))
