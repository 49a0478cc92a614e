from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import SopCase, rule


@tagged("post_install", "-at_install")
class TestRepair(SopCase):
    """What is repaired goes through the gates like everything else."""

    @rule("D3", "D9")
    def test_a_repair_does_not_count_as_delivery_of_what_was_sold(self):
        order = self.confirmed_order()
        part = {"sale_line_id": order.order_line.id}
        with self.assertRefused("a part of a repair cannot belong to it"):
            self._repair(order, **part)
        repair = self._repair(order)
        with self.assertRefused("a part of a repair cannot belong to it"):
            repair.move_ids.write(part)
        self._finish(repair)
        self.assertEqual(repair.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 0)

    @rule("D1")
    def test_neither_product_nor_part_of_a_repair_is_sent_to_a_customer(self):
        order = self.confirmed_order()
        customers = self.env.ref("stock.stock_location_customers")
        sent = self._repair(order)
        sent.product_location_dest_id = customers
        with self.assertRefused("D1"):
            self._finish(sent)
        sent = self._repair(order)
        sent.move_ids.location_dest_id = customers
        with self.assertRefused("D1"):
            self._finish(sent)

    def _repair(self, order, **part):
        product = order.order_line.product_id
        return self.as_user(self.env["repair.order"], "stock_user").create(
            {
                "product_id": product.id,
                "product_qty": 3,
                "partner_id": order.partner_id.id,
                "picking_type_id": order.warehouse_id.repair_type_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "repair_line_type": "add",
                            "product_id": product.id,
                            "product_uom_qty": 3,
                            **part,
                        }
                    )
                ],
            }
        )

    def _finish(self, repair):
        repair.action_validate()
        repair.action_repair_start()
        repair.move_ids.quantity = 3
        repair.action_repair_end()
