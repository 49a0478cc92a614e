from odoo.tests import tagged

from .common import rule
from .test_order_type import OrderTypeCase


@tagged("post_install", "-at_install")
class TestService(OrderTypeCase):
    """Services are delivered when they are done; nobody carries or signs for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.training = cls._new_product("Training day", 200.0, type="service")

    def _service_order(self, lines=None, **values):
        order = self.quotation(
            lines=lines or [(self.training, 5, 200.0)],
            **{"sop_order_type": "service", **values},
        )
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        return order

    def _steps(self, order):
        return {step["key"]: step for step in order.sudo().sop_chain["steps"]}

    @rule("P5", "C1")
    def test_the_chain_of_a_service_from_quotation_to_invoice(self):
        order = self._service_order()
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.order_type, contract.state), ("service", "effective"))
        self.as_user(order, "salesperson").action_confirm()
        self.assertFalse(order.sudo().picking_ids)
        self.as_user(order, "salesperson").order_line.qty_delivered = 5
        self.assertEqual(order.order_line.qty_accepted, 5)
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.amount_total, 1000.0)
        with self.assertRefused("C1", "300.00 more is needed", unchanged=invoice):
            self.post(invoice)
        self.collect(order, 300.0)
        self.post(invoice)
        steps = self._steps(order)
        self.assertNotIn("delivery", steps)
        self.assertNotIn("receipt", steps)
        self.assertEqual(steps["invoice"]["state"], "done")

    @rule("P5", "K1")
    def test_goods_on_a_service_order_make_it_a_sale(self):
        order = self._service_order(lines=[(self.training, 1, 200.0), (self.drive, 1, 100.0)])
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.order_type, contract.contract_required), ("sale", True))
        self.assertIn("delivery", self._steps(order))

    @rule("D3", "C1")
    def test_of_a_mixed_order_goods_wait_for_the_receipt_and_services_do_not(self):
        order = self.confirmed_order(lines=[(self.drive, 2, 100.0), (self.training, 1, 200.0)])
        self.collect(order, 400.0)
        goods, service = order.order_line
        self.as_user(service, "salesperson").qty_delivered = 1
        picking = order.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        self.assertEqual((goods.qty_to_invoice, service.qty_to_invoice), (0, 1))
        first = self.post(self.draft_invoice(order))
        self.assertEqual(first.amount_total, 200.0)
        self.sign(picking)
        second = self.post(self.draft_invoice(order))
        self.assertEqual(second.amount_total, 200.0)
        self.assertEqual(order.invoice_status, "invoiced")

    @rule("C2")
    def test_no_more_of_a_service_is_invoiced_than_agreed(self):
        order = self._service_order()
        self.as_user(order, "salesperson").action_confirm()
        self.as_user(order, "salesperson").order_line.qty_delivered = 6
        self.collect(order, 1000.0)
        invoice = self.draft_invoice(order)
        with self.assertRefused("C2", "1,200.00", unchanged=invoice):
            self.post(invoice)

    @rule("P5", "D3")
    def test_a_service_sold_over_the_counter_hands_out_nothing(self):
        order = self.quotation(lines=[(self.training, 1, 200.0)], sop_order_type="counter")
        dialog = self.as_user(self.env["sop.counter.sale"], "salesperson").create(
            {"order_id": order.id, "signatory": "Wang Fang"}
        )
        dialog.action_sell()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.sudo().picking_ids)
