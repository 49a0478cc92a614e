from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .dropship_case import DropshipCase
from .test_delivery_payment import PaymentFirstCase
from .test_release import ReleaseCase


@tagged("post_install", "-at_install")
class TestDropship(DropshipCase, PaymentFirstCase, ReleaseCase):
    """A vendor sends ten drives straight to the customer, who pays 300.00 of 1,000.00 first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo reads the order's lines with the buyer's own rights: Inventory has them.
        groups = "purchase.group_purchase_user,stock.group_stock_user"
        cls.users["buyer"] = cls._new_user("buyer", groups, cls.company)

    def sold(self):
        """The confirmed order and the draft purchase that it made."""
        order = self.confirmed_order(lines=[(self.sent, 10, 100.0)])
        purchase = order.sudo().order_line.purchase_line_ids.order_id
        self.assertEqual((purchase.state, purchase.partner_id), ("draft", self.vendor))
        return order, purchase

    def buy(self, purchase):
        self.rpc(purchase, "buyer", "button_confirm")

    @rule("D4", "M4")
    def test_nothing_is_ordered_from_the_vendor_before_the_money_is_there(self):
        order, purchase = self.sold()
        self.collect(order, 299.99)
        with self.assertRefused("D4", "299.99", "0.01", unchanged=purchase):
            self.buy(purchase)
        self.assertFalse(order.sudo().picking_ids)
        self.collect(order, 0.01)
        self.buy(purchase)
        self.assertEqual(purchase.state, "purchase")
        picking = order.sudo().picking_ids
        self.assertEqual(picking.location_id.usage, "supplier")
        self.assertTrue(picking.sop_governed)

    @rule("D1", "D4")
    def test_a_vendor_sends_nothing_to_a_customer_without_an_order(self):
        __, purchase = self.sold()
        own = self.rpc_create(
            "purchase.order",
            "buyer",
            {
                "partner_id": self.vendor.id,
                "company_id": self.company.id,
                "picking_type_id": purchase.picking_type_id.id,
                "dest_address_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.sent.id, "product_qty": 10, "price_unit": 6})
                ],
            },
        )
        self.rpc(purchase.order_line, "buyer", "write", {"sale_line_id": False})
        for loose in (own, purchase):
            with self.assertRefused("D1", "no order line", unchanged=loose):
                self.buy(loose)
            self.assertFalse(loose.picking_ids)

    @rule("D1", "D3", "D4")
    def test_what_the_vendor_sends_passes_the_delivery_gate_and_is_signed_for(self):
        order, purchase = self.sold()
        self.collect(order, 600.0)
        self.buy(purchase)
        picking = order.sudo().picking_ids
        picking.move_ids.write({"quantity": 10, "picked": True})
        with self.assertRefused("D1", picking.name, unchanged=picking):
            self.validate(picking)
        self.approve_delivery(picking)
        with self.assertRefused("D4", "not signed", unchanged=picking):
            self.validate(picking)
        self.sign_payment(picking)
        self.validate(picking)
        self.assertEqual((picking.state, picking.pod_state), ("done", "waiting"))
        self.sign(picking, damaged=1)
        self.assertEqual(order.order_line.qty_accepted, 9.0)
        self.assertEqual(self.post(self.draft_invoice(order)).amount_total, 900.0)

    @rule("D10")
    def test_what_the_vendor_sends_the_vendor_packs(self):
        self._issue_policy("2020-02-01", packing_required=True)
        order, purchase = self.sold()
        self.collect(order, 300.0)
        self.buy(purchase)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.sign_payment(picking)
        self.assertFalse(picking.sop_packing_required)
        self.validate(picking)
        self.assertEqual(picking.state, "done")

    @rule("D1", "D9")
    def test_the_vendor_sends_what_was_sold_and_no_more(self):
        order, purchase = self.sold()
        self.collect(order, 1000.0)
        bought = purchase.order_line
        for values, texts in (
            ({"product_qty": 1000}, ("D9", "10 are ordered", "1000 more")),
            ({"product_id": self.drive.id}, ("D1", self.drive.name, order.name)),
        ):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                self.rpc(bought, "buyer", "write", values)
                with self.assertRefused(*texts, unchanged=purchase):
                    self.buy(purchase)
                savepoint.rollback()
            self.env.invalidate_all()
        self.buy(purchase)
        with self.assertRefused("D9", "Reduce the quantity", unchanged=bought):
            self.rpc(bought, "buyer", "write", {"product_qty": 11})

    @rule("D1", "D9")
    def test_no_vendor_sends_what_another_one_sends_already(self):
        order, purchase = self.sold()
        __, other = self.sold()
        self.collect(order, 1000.0)
        self.buy(purchase)
        self.rpc(other.order_line, "buyer", "write", {"sale_line_id": order.order_line.id})
        with self.assertRefused("D9", order.name, unchanged=other):
            self.buy(other)

    @rule("D1")
    def test_the_vendor_sends_it_to_the_customer_and_nobody_else(self):
        order, purchase = self.sold()
        self.collect(order, 1000.0)
        stranger = self.env["res.partner"].create({"name": "Hillside Glass"})
        self.rpc(purchase, "buyer", "write", {"dest_address_id": stranger.id})
        with self.assertRefused("D1", "Hillside Glass", self.customer.name, unchanged=purchase):
            self.buy(purchase)
        site = self.env["res.partner"].create({"name": "Mill 2", "parent_id": self.customer.id})
        self.rpc(purchase, "buyer", "write", {"dest_address_id": site.id})
        self.buy(purchase)
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.sign_payment(picking)
        picking.move_ids.write({"quantity": 10, "picked": True})
        with self.assertRefused("D1", "Hillside Glass"):
            picking.move_ids.partner_id = stranger
            self.validate(picking)

    @rule("D1")
    def test_nothing_is_ordered_for_a_cancelled_order(self):
        self._issue_policy("2020-02-01", prepayment_percent=0.0)
        order, purchase = self.sold()
        self.as_user(order, "salesperson").action_cancel()
        self.assertEqual((order.state, purchase.state), ("cancel", "draft"))
        with self.assertRefused("D1", f"{order.name} is not confirmed", unchanged=purchase):
            self.buy(purchase)

    @rule("D4")
    def test_a_sister_company_is_a_vendor_as_any_other(self):
        __, purchase = self.sold()
        sister = self._new_company("Eastlight Works")
        self.rpc(purchase, "buyer", "write", {"partner_id": sister.partner_id.id})
        source = sister.partner_id.with_company(self.company).property_stock_supplier
        self.assertEqual(source.usage, "transit")
        with self.assertRefused("D4", "300.00", unchanged=purchase):
            self.buy(purchase)

    @rule("D1", "D3", "D5")
    def test_papers_and_approval_name_the_customer_and_not_the_vendor(self):
        order, purchase = self.sold()
        self.collect(order, 1000.0)
        self.buy(purchase)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.assertEqual(picking.partner_id, self.vendor)
        approval = picking.approval_for("delivery")
        self.assertEqual(approval.content["partner"], self.customer.id)
        self.assertIn("1 Mill Road", approval.summary)
        self.sign_payment(picking)
        picking.move_ids.write({"quantity": 10, "picked": True})
        self.validate(picking)
        self.sign(picking, missing=1)
        for paper in (
            self.as_user(picking, "sales_office")._pod_paper(),
            self.as_user(picking, "sales_office")._sop_delivery_order_paper(),
        ):
            facts = [fact[1] for fact in paper["facts"]]
            self.assertIn(self.customer.name, facts)
            self.assertTrue(any("1 Mill Road" in fact for fact in facts), facts)
        missing = self.env["sop.pod.missing"].search([("picking_id", "=", picking.id)])
        self.assertEqual(missing.partner_id, self.customer)

    @rule("D2", "D3", "D8")
    def test_what_the_vendor_sends_passes_no_gate_of_ours(self):
        self._issue_policy("2020-02-01", gate_pass_required=True)
        order, purchase = self.sold()
        self.collect(order, 600.0)
        self.buy(purchase)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.assertFalse(picking.sop_gate_pass_required)
        self.sign_payment(picking)
        picking.move_ids.write({"quantity": 10, "picked": True})
        self.validate(picking)
        self.sign(picking)
        self.assertEqual(order.order_line.qty_accepted, 10.0)

    @rule("D4")
    def test_the_vendor_is_asked_earlier_by_release_only(self):
        order, purchase = self.sold()
        release = self.request(order, "salesperson")
        self.assertEqual((release.rule, release.amount_missing), ("D4", 300.0))
        with self.assertRefused("D4", "300.00", unchanged=purchase):
            self.buy(purchase)
        self.grant(release, "finance_vp")
        self.buy(purchase)
        self.assertEqual((purchase.state, release.state), ("purchase", "used"))
        # It lets the vendor begin; the delivery still waits for the money.
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.assertEqual(self.state(picking), "payment")

    @rule("D4")
    def test_more_is_not_ordered_when_the_money_went_back(self):
        order, purchase = self.sold()
        earmark = self.collect(order, 300.0)
        self.buy(purchase)
        earmark.unlink()
        with self.assertRefused("D4", "300.00", unchanged=purchase.order_line):
            self.rpc(purchase.order_line, "buyer", "write", {"product_qty": 12})

    @rule("D4")
    def test_an_order_of_our_stock_offers_no_release_for_a_vendor(self):
        order = self.confirmed_order()
        self.assertFalse(self.as_user(order, "salesperson").sop_can_request_release)
        with self.assertRefused("Nothing that blocks"):
            self.rpc(order, "salesperson", "action_sop_request_release")

    @rule("D4")
    def test_without_a_demand_for_money_the_vendor_is_asked_at_once(self):
        self._issue_policy("2020-02-01", prepayment_percent=0.0)
        __, purchase = self.sold()
        self.buy(purchase)
        self.assertEqual(purchase.state, "purchase")
