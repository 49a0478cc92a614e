from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestScrap(SopCase):
    """Three drives fall off the pallet and are scrapped; the customer signs for ten (D3)."""

    def setUp(self):
        super().setUp()
        self.order = self.confirmed_order()
        self.picking = self.approve_delivery(self.order.sudo().picking_ids)

    def scrap(self, quantity=3.0):
        """The warehouse scrap goods from the delivery, with Odoo's button."""
        action = self.rpc(self.picking, "stock_user", "button_scrap")
        values = {
            "product_id": self.drive.id,
            "scrap_qty": quantity,
            "picking_id": self.picking.id,
        }
        scrap = self.rpc_create("stock.scrap", "stock_user", values, action["context"])
        self.rpc(scrap, "stock_user", "action_validate")
        self.assertEqual((scrap.state, scrap.move_ids.picking_id), ("done", self.picking))

    def assertTenAreSignedFor(self):
        pod = self.as_user(self.env["sop.pod"], "sales_office").create(
            {"picking_id": self.picking.id, "signatory": "Wang Fang"}
        )
        self.assertEqual(pod.line_ids.mapped("qty_delivered"), [10.0])
        pod.action_confirm()
        self.assertEqual(self.picking.pod_state, "signed")
        self.assertEqual(self.picking.move_ids.mapped("qty_accepted"), [10.0, 0.0])
        self.assertEqual(self.order.sudo().order_line.qty_accepted, 10.0)

    @rule("D3")
    def test_what_is_scrapped_at_loading_is_not_signed_for(self):
        self.scrap()
        self.ship(self.picking)
        self.assertTenAreSignedFor()

    @rule("D3")
    def test_what_is_scrapped_at_the_customers_is_not_signed_for_again(self):
        self.ship(self.picking)
        self.scrap()
        self.assertTenAreSignedFor()

    @rule("D2", "D3", "D5")
    def test_no_paper_and_no_page_shows_what_is_scrapped(self):
        self.scrap()
        self.ship(self.picking)
        [line] = self.picking._sop_portal_lines()
        self.assertEqual((line["quantity"], line["open"]), (10.0, True))
        [goods] = self.picking._sop_paper_goods()
        self.assertEqual(goods["quantity"], "10")
        [row] = self.picking._pod_paper()["rows"]
        self.assertEqual(row["delivered"], "10")
        [card] = self.picking._sop_goods_lines()
        self.assertTrue(card.startswith("10 Units"), card)

    @rule("D3")
    def test_the_collector_signs_for_what_is_loaded(self):
        self.as_user(self.picking, "sales_office").write(
            {"sop_transport_mode": "pickup", "sop_collector": "Chen Lei"}
        )
        self.approve_delivery(self.picking)
        self.scrap()
        self.ship(self.picking)
        self.assertEqual(self.picking.pod_state, "signed")
        self.assertEqual(self.picking.move_ids.mapped("qty_accepted"), [10.0, 0.0])
