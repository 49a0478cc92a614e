from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


class VersionCase(CommissionCase):
    """10 % until 1 April, 20 % from then on; the plan chooses by ``date_basis``."""

    date_basis = "collection"

    @classmethod
    def _new_plan(cls, *arguments, **values):
        return super()._new_plan(*arguments, **{"date_basis": cls.date_basis, **values})

    def setUp(self):
        super().setUp()
        self._new_plan("2026-04-01", [{"name": "Every sale", "rate": 20.0}])

    def earned(self):
        """``[(rate, amount)]`` of what is earned until the end of April, in order."""
        self.now_is("2026-04-30")
        self.calculate()
        return self.entries().mapped(lambda entry: (entry.rate, entry.amount))


@tagged("post_install", "-at_install")
class TestVersionByMoney(VersionCase):
    @rule("B1")
    def test_the_day_of_the_money_decides(self):
        invoice = self.invoiced_order(date="2026-03-10").sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-03-31")
        self.pay(invoice, 575.0, "2026-04-01")
        self.assertEqual(self.earned(), [(10.0, 50.0), (20.0, 100.0)])

    @rule("B1")
    def test_a_plan_is_decided_on_without_a_customer(self):
        plan = self._new_plan("2026-07-01").with_user(self.users["general_manager"])
        approval = plan.approval_for("commission_plan")
        self.assertEqual((approval.state, approval.document_name), ("approved", plan.name))
        self.assertFalse(approval.partner_id)
        self.assertNotIn("Exchange Rate", approval.submitted_summary)

    @rule("B1")
    def test_who_decides_a_plan_in_another_currency_reads_its_exchange_rate(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        plan = self._new_plan("2026-07-01", currency_id=yuan.id, currency_rate=7.25)
        summary = plan.sudo().approval_ids.submitted_summary
        self.assertIn("Exchange Rate", summary)
        self.assertIn("7.25", summary)


@tagged("post_install", "-at_install")
class TestVersionByInvoice(VersionCase):
    date_basis = "invoice"

    @rule("B1")
    def test_the_day_of_the_invoice_decides(self):
        for day in ("2026-03-31", "2026-04-01"):
            self.pay(self.invoiced_order(date=day).sudo().invoice_ids, 575.0, "2026-04-10")
        self.assertEqual(sorted(self.earned()), [(10.0, 50.0), (20.0, 100.0)])

    @rule("B1")
    def test_money_in_advance_goes_by_its_own_day_until_there_is_an_invoice(self):
        order = self.order()
        allocation = self.collect(order, 575.0, "2026-03-20")
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 50.0)
        invoice = self.invoice(order, invoice_date="2026-04-01")
        self.match(invoice, allocation.sudo().payment_id.move_id)
        self.assertEqual(sum(amount for __, amount in self.earned()), 100.0)
        self.assertEqual(self.balance(until="2026-03-31"), 50.0)

    @rule("B1")
    def test_nobody_moves_a_posted_invoice_to_a_day_that_pays_more(self):
        invoice = self.invoiced_order(date="2026-03-31").sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-04-10")
        for role in self.users:
            with self.assertRefused(exception=AccessError, unchanged=invoice):
                self.rpc(
                    invoice,
                    role,
                    "write",
                    {"invoice_date": "2026-04-01"},
                    context={"skip_readonly_check": True},
                )
        self.assertEqual(self.earned(), [(10.0, 50.0)])

    @rule("B1", "B4")
    def test_money_back_goes_at_the_rate_of_its_invoice(self):
        order = self.order()
        self.pay(self.invoice(order, invoice_date="2026-03-10"), 1150.0, "2026-04-05")
        credit = self.credit(order, invoice_date="2026-04-15")
        payback = self.receive(575.0, payment_type="outbound", date="2026-04-20")
        self.match(credit, payback.move_id)
        self.assertEqual(sum(amount for __, amount in self.earned()), 50.0)


@tagged("post_install", "-at_install")
class TestVersionByContract(VersionCase):
    date_basis = "contract"

    @rule("B1")
    def test_the_day_on_which_the_contract_became_effective_decides(self):
        old = self.order()
        self.now_is("2026-04-02")
        new = self.order()
        for order in (old, new):
            self.collect(order, 575.0, "2026-04-10")
        self.assertEqual(sorted(self.earned()), [(10.0, 50.0), (20.0, 100.0)])
