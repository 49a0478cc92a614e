from odoo.tests import tagged

from .common import rule
from .test_policy_versions import VersionCase


@tagged("post_install", "-at_install")
class TestSampleKinds(VersionCase):
    """Services and goods that the customer collects, by the policy that comes as a sample."""

    def setUp(self):
        super().setUp()
        policy = self.sample()
        policy.action_decide()
        policy.action_issue()
        self.training = self._new_product("Training day", 200.0, type="service")

    def collected_order(self, **values):
        order = self.quotation(sop_order_type="pickup", **values)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        return order

    def confirmed_pickup(self):
        order = self.collected_order()
        self.countersign(order)
        self.as_user(order, "salesperson").action_confirm()
        return order, order.sudo().picking_ids

    @rule("P5", "C1")
    def test_a_service_needs_no_written_contract_and_is_invoiced_after_its_share(self):
        order = self.quotation(lines=[(self.training, 5, 200.0)], sop_order_type="service")
        self.submit(order)
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.term_id.name, "Services")
        self.approve(order, "application", "sales_manager")
        self.assertEqual((contract.state, contract.invoice_gate_percent), ("effective", 30.0))
        self.as_user(order, "salesperson").action_confirm()
        self.as_user(order, "salesperson").order_line.qty_delivered = 5
        invoice = self.draft_invoice(order)
        with self.assertRefused("C1", "300.00", unchanged=invoice):
            self.post(invoice)
        self.collect(order, 300.0)
        self.assertEqual(self.post(invoice).amount_total, 1000.0)

    @rule("P5", "D3", "D4", "D5")
    def test_collected_goods_are_paid_for_first_and_signed_for_at_loading(self):
        order, picking = self.confirmed_pickup()
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.term_id.name, "Customer pick-up")
        self.assertEqual(picking.sop_transport_mode, "pickup")
        self.approve_delivery(picking)
        with self.assertRefused("D4", "1,000.00", unchanged=picking):
            self.ship(picking)
        self.collect(order, 1000.0)
        with self.assertRefused("D5", "who collects", unchanged=picking):
            self.ship(picking)
        self.as_user(picking, "sales_office").sop_collector = "Zhou Min"
        self.ship(picking)
        self.assertEqual((picking.state, picking.pod_state), ("done", "signed"))
        self.assertEqual(picking.pod_signatory, "Zhou Min")
        self.assertEqual(order.order_line.qty_accepted, 10)
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 1000.0)

    @rule("P5", "D7")
    def test_goods_sold_to_be_collected_are_not_sent(self):
        order, picking = self.confirmed_pickup()
        self.collect(order, 1000.0)
        self.rpc(picking, "sales_office", "write", {"sop_transport_mode": "own"})
        self.approve_delivery(picking)
        with self.assertRefused("P5", picking.name, "collects", unchanged=picking):
            self.ship(picking)

    @rule("P5")
    def test_where_nothing_is_to_be_collected_it_is_a_sale(self):
        order = self.collected_order(lines=[(self.training, 5, 200.0)])
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.order_type, contract.term_id.name), ("sale", "Direct sale"))

    @rule("A3", "P5")
    def test_the_way_of_selling_is_agreed(self):
        order = self.collected_order()
        self.rpc(order, "salesperson", "write", {"sop_order_type": "sale"})
        self.assertEqual(order.sop_application_state, "stale")
        self.rpc(order, "salesperson", "write", {"sop_order_type": "pickup"})
        self.assertEqual(order.sop_application_state, "approved")
