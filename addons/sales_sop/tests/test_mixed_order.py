from odoo.tests import tagged

from .common import rule
from .test_kits import KitCase


@tagged("post_install", "-at_install")
class TestMixedOrder(KitCase):
    """Two kits, ten metres of cable by lots and two trainings on one order: 400.00 in all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cable = cls._new_product("Cable", 10.0, tracking="lot")
        cls.training = cls._new_product("Training", 50.0, type="service")
        cls.lots = cls.env["stock.lot"].create(
            [
                {"name": name, "product_id": cls.cable.id, "company_id": cls.company.id}
                for name in ("L1", "L2")
            ]
        )
        for lot, quantity in zip(cls.lots, (6, 7), strict=True):
            cls.env["stock.quant"]._update_available_quantity(
                cls.cable, cls.warehouse.lot_stock_id, quantity, lot_id=lot
            )

    @rule("C1", "D3", "D6")
    def test_each_line_is_invoiced_as_far_as_the_customer_accepted_it(self):
        order, picking = self.shipped(
            lines=[(self.kit, 2, 100.0), (self.cable, 10, 10.0), (self.training, 2, 50.0)]
        )
        kits, cable, training = order.order_line
        training.sudo().qty_delivered = 2
        self.assertEqual(self.parts(picking), {self.pump: 4, self.valve: 8, self.cable: 10})
        rows = {self.pump: (4, 0, 0), self.valve: (7, 1, 0), self.cable: (7, 1, 2)}
        self.receipt(picking, rows)
        self.assertQuantities(kits, 2.0, 1.0, 1.0)
        self.assertQuantities(cable, 10.0, 7.0, 7.0)
        self.assertQuantities(training, 2.0, 2.0, 2.0)
        # 1 x 100.00 + 7 x 10.00 + 2 x 50.00
        self.assertEqual(self.invoiced(order), 270.0)

        returned = picking.return_ids
        self.assertEqual(self.parts(returned), {self.valve: 1, self.cable: 1})
        of_cable = returned.move_ids.filtered(lambda move: move.product_id == self.cable)
        of_cable.move_line_ids.lot_id = self.lots[0]
        self.ship(returned, quantity=1)
        missing = picking.sudo().pod_missing_ids
        self.as_user(missing, "finance").lot_ids = self.lots[1]
        self.confirm_missing(picking)
        self.assertQuantities(cable, 7.0, 7.0, 0.0)

        again = self.deliver_again(order)
        self.assertEqual(self.parts(again), {self.valve: 1, self.cable: 3})
        self.receipt(again, {self.valve: (1, 0, 0), self.cable: (3, 0, 0)})
        self.assertQuantities(kits, 2.0, 2.0, 1.0)
        self.assertQuantities(cable, 10.0, 10.0, 3.0)
        self.assertEqual(self.invoiced(order), 130.0)
