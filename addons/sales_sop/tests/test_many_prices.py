"""A price strategy for thousands of products stays quick to issue, to compare and to judge by."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_price_list import PriceListCase

PRODUCTS = 30


@tagged("post_install", "-at_install")
class TestManyPrices(PriceListCase):
    def setUp(self):
        super().setUp()
        self.products = self.env["product.product"].concat(
            *(self._new_product(f"Part {number}", 100.0) for number in range(PRODUCTS))
        )
        self.prices = [
            {"product_id": product.id, "compute_price": "fixed", "fixed_price": 90.0 + place}
            for place, product in enumerate(self.products)
        ]

    @contextmanager
    def counted(self, method):
        """Count how often a price line is asked ``method``."""
        lines = self.env.registry["sop.policy.line"]
        with patch.object(
            lines, method, autospec=True, side_effect=getattr(lines, method)
        ) as asked:
            yield asked

    @rule("P6")
    def test_a_list_asks_only_the_lines_that_can_be_for_a_product(self):
        with self.counted("_covers") as asked:
            policy = self.issue(*self.prices, {"percent_off": 5.0})
        # Of each product its own line and the one for all, and that one for itself.
        self.assertEqual(asked.call_count, 2 * PRODUCTS + 1)
        for place, product in enumerate(self.products):
            self.assertEqual(self.price(policy, product), 90.0 + place)
        self.assertEqual(self.price(policy, self.pump), 190.0)

    @rule("P2")
    def test_an_order_is_judged_by_the_lines_of_its_products(self):
        policy = self.issue(*self.prices, {"percent_off": 5.0})
        order = self.sudo_order(self.products[:3] | self.pump)
        items = list(order._sop_price_items().values())
        with self.counted("_matches") as asked:
            judged = policy._judge_prices(
                items, order.currency_id, self.today(), self.customer, "normal"
            )
        self.assertEqual([judgement.target for judgement in judged], [90.0, 91.0, 92.0, 190.0])
        self.assertEqual(asked.call_count, 4)

    def sudo_order(self, products):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": 50.0})
                    for product in products
                ],
            }
        )

    @rule("P2")
    def test_the_first_line_that_fits_applies(self):
        """In whatever order lines for a product and lines for all stand."""
        first, second = self.products[:2]
        policy = self.issue(
            {"product_id": first.id, "percent_off": 10.0},
            {"percent_off": 5.0},
            {"product_id": second.id, "percent_off": 20.0},
        )
        found = [
            policy._price_line(product, 1.0, self.customer, "normal").percent_off
            for product in (first, second)
        ]
        self.assertEqual(found, [10.0, 5.0])

    @rule("P2")
    def test_a_draft_is_read_anew_after_each_change(self):
        draft = self.as_user(self.env["sop.policy"], "marketing_director").create(
            {
                "name": "In preparation",
                "company_id": self.company.id,
                "term_ids": [Command.create({"name": "All sales"})],
                "line_ids": [Command.create({"percent_off": 5.0})],
            }
        )
        pump, nobody = self.pump, self.customer
        self.assertEqual(draft._price_line(pump, 1.0, nobody, "normal").percent_off, 5.0)
        draft.line_ids.product_id = self.drive
        self.assertFalse(draft._price_line(pump, 1.0, nobody, "normal"))
