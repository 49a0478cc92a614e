from odoo.exceptions import AccessError

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_collection import ForeignCase

from .common import CommissionCase


class TestCurrency(ForeignCase, CommissionCase):
    """Money of a contract counts at the contract's frozen rate, whatever rates do later (B1)."""

    def euro_order(self):
        """A contract over 1,000.00 € and tax at 0.8 € for a dollar."""
        order = self.order(pricelist_id=self.pricelist.id)
        self.assertEqual(order.currency_id, self.euro)
        self.assertEqual(order.sudo().sop_contract_id.currency_rate, 0.8)
        return order

    def euro_invoice(self):
        """Such a contract's invoice."""
        order = self.euro_order()
        return self.invoice(order, invoice_date="2026-03-02", currency_id=self.euro.id)

    @rule("B1")
    def test_rates_that_move_before_the_payment_change_nothing(self):
        invoice = self.euro_invoice()
        self._rate("2026-03-05", 0.5)
        self.pay(invoice, 575.0, "2026-03-10", currency_id=self.euro.id)
        self.now_is("2026-03-31")
        self.calculate()
        # 500.00 € at 0.8 are 625.00 $
        self.assertEqual(self.entries().base, 625.0)
        self.assertEqual(self.balance(), 62.5)

    @rule("B1")
    def test_an_advance_in_dollars_counts_at_the_contracts_rate(self):
        order = self.order(pricelist_id=self.pricelist.id)
        self._rate("2026-03-05", 0.5)
        self.now_is("2026-03-10")
        self.collect(order, 575.0, "2026-03-10")
        self.calculate()
        self.assertEqual(self.balance(), 50.0)

    @rule("B1")
    def test_a_calculation_adds_no_euro_to_dollars(self):
        self.paid_invoice(date="2026-03-02")
        self._new_plan("2026-03-03", currency_id=self.euro.id, currency_rate=0.8)
        self.now_is("2026-03-03")
        self.paid_invoice(date="2026-03-03")
        found = self.calculate()
        self.assertEqual(self.entries().mapped("amount"), [50.0, 40.0])
        # 40.00 € are 50.00 $
        self.assertEqual((found.amount, found.currency_id), (100.0, self.company.currency_id))

    @rule("B1")
    def test_the_date_of_an_order_makes_no_margin_larger(self):
        self.now_is("2026-03-02")
        self.calculate()
        self._new_plan("2026-03-03", [{"name": "Margin", "base": "margin", "rate": 25.0}])
        self.now_is("2026-03-03")
        self.drive.with_company(self.company).standard_price = 60.0
        for day, rate in (("2026-01-05", 0.1), ("2026-01-06", 0.8)):
            self._rate(day, rate)
        order = self.quotation(
            lines=[(self.drive, 10, 80.0)],
            pricelist_id=self.pricelist.id,
            date_order="2026-01-05 12:00:00",
        )
        # 60.00 $ are 48.00 € on the day of the choice, and were 6.00 € on the day that is written.
        self.assertEqual(order.order_line.commission_unit_cost, 48.0)
        with self.assertRefused(exception=AccessError, unchanged=order.order_line):
            self.rpc(order.order_line, "salesperson", "write", {"commission_unit_cost": 6.0})
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.earmark(self.receive(920.0, currency_id=self.euro.id, date="2026-03-03"), order)
        self.calculate()
        # 25 % of 800.00 € − 480.00 €, at 0.8
        self.assertEqual(self.balance(), 100.0)

    @rule("B1")
    def test_a_plan_in_another_currency_has_a_rate_of_its_own(self):
        self.now_is("2026-03-02")
        self.calculate()
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        self._new_plan("2026-03-03", currency_id=yuan.id, currency_rate=7.2)
        self.now_is("2026-03-03")
        invoice = self.euro_invoice()
        self._rate("2026-03-05", 0.5)
        self._rate("2026-03-05", 6.0, yuan)
        self.pay(invoice, 575.0, "2026-03-10", currency_id=self.euro.id)
        self.now_is("2026-03-31")
        self.calculate()
        # 625.00 $ at 7.2
        self.assertEqual(self.entries().currency_id, yuan)
        self.assertEqual(self.balance(), 450.0)

    @rule("B1")
    def test_a_plan_without_cents_pays_whole_units(self):
        self.now_is("2026-03-02")
        self.calculate()
        yen = self.env.ref("base.JPY")
        yen.active = True
        self._new_plan("2026-03-03", currency_id=yen.id, currency_rate=150.5)
        self.now_is("2026-03-10")
        order = self.order()
        self.collect(order, 575.01, "2026-03-10")
        self.calculate()
        # 500.0087 $ at 150.5 are 75,251.31 ¥
        self.assertEqual(self.entries().base, 75251.0)
        self.assertEqual(self.balance(), 7525.0)
        self.collect(order, 574.99, "2026-03-11")
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 15050.0)

    # -- money that earns nothing --------------------------------------------------------------

    def blocked(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.as_user(self.env["commission.blocked"], "finance").search([])
        return [(row.reason, row.amount, row.currency_id.name) for row in rows]

    @rule("B2")
    def test_money_of_a_contract_is_not_said_to_be_without_one_at_any_rate(self):
        dollar = self.company.currency_id
        days = {"2026-03-05": 0.5, "2026-03-06": 1.6}
        sold = {day: (self.euro_invoice(), self.euro_invoice(), self.euro_order()) for day in days}
        for day, rate in days.items():
            self._rate(day, rate)
            self.now_is(day)
            in_euro, in_dollar, order = sold[day]
            self.pay(in_euro, 1150.0, day, currency_id=self.euro.id)
            self.pay(in_dollar, 1150.0 / rate, day, currency_id=dollar.id)
            self.earmark(self.receive(1150.0, currency_id=self.euro.id, date=day), order)
            self.assertEqual((in_euro.amount_residual, in_dollar.amount_residual), (0.0, 0.0))
            with self.subTest(rate=rate):
                self.assertEqual(self.blocked(), [])

    @rule("B2")
    def test_of_foreign_money_the_rest_is_listed_as_it_was_booked(self):
        order = self.order(pricelist_id=self.pricelist.id)
        self._rate("2026-03-05", 1.6)
        self.now_is("2026-03-05")
        money = self.receive(2000.0, currency_id=self.euro.id, date="2026-03-05")
        self.earmark(money, order, 1150.0)
        # 850.00 € at 1.6
        self.assertEqual(self.blocked(), [("no_contract", 531.25, "USD")])
        payback = self.receive(
            850.0, currency_id=self.euro.id, payment_type="outbound", date="2026-03-05"
        )
        self._rate("2026-03-06", 0.5)
        self.now_is("2026-03-06")
        self.match(money.move_id, payback.move_id)
        self.assertEqual(self.blocked(), [])

    @rule("B2")
    def test_of_rejected_foreign_money_what_the_contract_lacks_is_listed(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self._rate("2026-01-01", 150.0, yen)
        order = self.order()
        money = self.receive(150000.0, currency_id=yen.id, date="2026-03-02")
        self.earmark(money, order)
        money.action_reject()
        self.assertEqual(self.blocked(), [("rejected", 150000.0, "JPY")])
        self.collect(order, 575.0, "2026-03-02")
        # 575.00 $ of 1,150.00 $ are missing
        self.assertEqual(self.blocked(), [("rejected", 86250.0, "JPY")])
