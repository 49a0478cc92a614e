from odoo.fields import Command

from .common import SopCase


class DropshipCase(SopCase):
    """A vendor sends large drives straight to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Drive Works"})
        cls.sent = cls._new_product(
            "Large drive",
            100.0,
            route_ids=[Command.set(cls.env.ref("stock_dropshipping.route_drop_shipping").ids)],
            seller_ids=[Command.create({"partner_id": cls.vendor.id, "price": 60.0})],
        )
