from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestPointOfSale(SopCase):
    """What Odoo's point of sale makes has no basis; the refusal says what to use instead.

    The point of sale is not installed here, so its links are played by what they answer.
    """

    def _session_picking(self):
        """A transfer as a session makes it: no order line proves it."""
        customers = self.env.ref("stock.stock_location_customers")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": 1, "picked": True})
        return picking

    def _from_point_of_sale(self, model):
        return patch.object(type(self.env[model]), "_sop_is_from_point_of_sale", lambda self: True)

    @rule("D1")
    def test_goods_of_a_session_stay(self):
        picking = self._session_picking()
        with (
            self._from_point_of_sale("stock.picking"),
            self.assertRefused("D1", "point of sale", "Sale over the Counter", self.company.name),
        ):
            picking._action_done()
        self.assertNotEqual(picking.state, "done")

    @rule("D1")
    def test_other_goods_without_an_order_line_say_nothing_of_it(self):
        picking = self._session_picking()
        with self.assertRefused("belongs to no order line") as caught:
            picking._action_done()
        self.assertNotIn("point of sale", str(caught.exception))

    @rule("C2")
    def test_an_invoice_of_the_point_of_sale_is_not_posted(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.drive.id, "price_unit": 100.0, "tax_ids": False}
                    )
                ],
            }
        )
        with (
            self._from_point_of_sale("account.move"),
            self.assertRefused("C2", "point of sale", unchanged=invoice),
        ):
            invoice._post()
        with self.assertRefused("C2", "no order") as caught:
            invoice._post()
        self.assertNotIn("point of sale", str(caught.exception))
