from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestPayer(SopCase):
    """Who pays may be another address of the customer, but not another customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice_address, cls.plant = cls.env["res.partner"].create(
            [
                {"name": "Accounts", "type": "invoice", "parent_id": cls.customer.id},
                {"name": "Plant 2", "type": "other", "parent_id": cls.customer.id},
            ]
        )

    def _order_for_the_plant(self):
        return self.delivered_order(
            partner_id=self.plant.id, partner_invoice_id=self.invoice_address.id
        )

    @rule("C1", "C3")
    def test_the_invoice_address_pays_for_the_plant(self):
        order = self._order_for_the_plant()
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.partner_id, self.invoice_address)
        self.earmark(self.receive(599.99, partner=self.invoice_address), order)
        with self.assertRefused("C1", "0.01 more", unchanged=invoice):
            self.post(invoice)
        self.earmark(self.receive(0.01, partner=self.invoice_address), order)
        self.post(invoice)

    @rule("C1", "C3")
    def test_the_customer_pays_for_the_plant(self):
        order = self._order_for_the_plant()
        payment = self.receive(1000.0, partner=self.customer)
        self.earmark(payment, order)
        invoice = self.post(self.draft_invoice(order))
        lines = (invoice | payment.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.as_user(lines, "finance").reconcile()
        self.assertEqual(invoice.amount_residual, 0.0)
        # Paid and no longer earmarked: it counts once.
        self.assertEqual(order.sudo().sop_contract_id.amount_collected, 1000.0)

    @rule("C3")
    def test_another_customer_does_not_pay(self):
        order = self._order_for_the_plant()
        contract = order.sudo().sop_contract_id
        stranger = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        payment = self.receive(1000.0, partner=stranger)
        with self.assertRefused("Hillside Glass", contract.number, self.customer.name):
            self.earmark(payment, order)
        self.assertEqual(contract.amount_collected, 0.0)

    @rule("C3")
    def test_a_subsidiary_that_is_a_company_of_its_own_is_another_customer(self):
        order = self._order_for_the_plant()
        subsidiary = self.env["res.partner"].create(
            {"name": "Riverside Trading", "is_company": True, "parent_id": self.customer.id}
        )
        payment = self.receive(1000.0, partner=subsidiary)
        with self.assertRefused("Riverside Trading", "the customer who paid"):
            self.earmark(payment, order)

    @rule("C3")
    def test_the_parent_company_pays_for_its_subsidiary_and_for_no_other_customer(self):
        subsidiary, stranger = self.env["res.partner"].create(
            [
                {"name": "Riverside Trading", "is_company": True, "parent_id": self.customer.id},
                {"name": "Hillside Glass", "is_company": True},
            ]
        )
        order = self.effective_order(partner_id=subsidiary.id)
        for payer, amount in ((self.customer, 300.0), (self.invoice_address, 200.0)):
            self.earmark(self.receive(amount, partner=payer), order)
        self.assertEqual(order.sudo().sop_contract_id.amount_collected, 500.0)
        with self.assertRefused("Hillside Glass", "or of its subsidiaries"):
            self.earmark(self.receive(100.0, partner=stranger), order)

    @rule("C3")
    def test_the_payer_is_not_changed_to_another_customer_afterwards(self):
        order = self._order_for_the_plant()
        payment = self.receive(600.0, partner=self.invoice_address)
        allocation = self.earmark(payment, order)
        stranger = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        self.as_user(payment, "finance").action_draft()
        with self.assertRefused("Hillside Glass", unchanged=allocation):
            self.rpc(payment, "finance", "write", {"partner_id": stranger.id})
