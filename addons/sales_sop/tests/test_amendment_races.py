from odoo.tests import tagged

from .common import rule
from .test_amendment import AmendmentCase
from .test_races import RaceCase


@tagged("post_install", "-at_install")
class TestAmendmentRaces(AmendmentCase, RaceCase):
    """Two people at the same moment: one outcome, and nothing is lost."""

    def _ready(self, order, **values):
        """An amendment that waits for finance alone."""
        amendment = self.amendment(order, **values)
        return self.decide(amendment, "sales_manager", "sales_head")

    def _approve(self, amendment, *refused):
        """Return what a connection does: finance approves, or is refused the second time."""
        tries = []

        def approve(env):
            tries.append(env)
            approval = self.seen_by(env, amendment, "finance").approval_for("amendment")
            if refused and len(tries) == 2:
                with self.assertRefused(*refused):
                    approval.approve()
                return
            approval.approve()

        return approve

    @rule("A3")
    def test_the_last_step_is_decided_twice(self):
        order = self.confirmed_order()
        amendment = self._ready(order, quantity=15)
        self.race(self._approve(amendment), self._approve(amendment, "already decided"))
        self.assertEqual((amendment.state, order.amount_total), ("applied", 1500.0))
        self.assertEqual(order.sudo().picking_ids.move_ids.product_uom_qty, 15.0)

    @rule("A3")
    def test_goods_leave_while_less_is_approved(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        amendment = self._ready(order, quantity=4)
        self.race(
            lambda env: self.ship(picking.with_env(env)),
            self._approve(amendment, "10 Units are delivered"),
        )
        self.assertEqual((amendment.state, order.amount_total), ("pending", 1000.0))

    @rule("A3")
    def test_it_is_withdrawn_while_it_is_approved(self):
        order = self.confirmed_order()
        amendment = self._ready(order, quantity=15)
        approval = amendment.sudo().approval_ids
        tries = []

        def approve(env):
            tries.append(env)
            mine = self.seen_by(env, approval, "finance")
            if len(tries) == 2:
                with self.assertRefused("already decided"):
                    mine.approve()
                return
            mine.approve()

        self.race(
            lambda env: self.seen_by(env, amendment, "salesperson").action_withdraw(), approve
        )
        self.assertEqual((amendment.state, order.amount_total), ("draft", 1000.0))

    @rule("A3")
    def test_two_amendments_of_one_order_are_submitted(self):
        order = self.confirmed_order()
        first = self.change(self.draft_amendment(order), quantity=15)
        second = self.rpc_create(
            "sop.amendment", "sales_office", {"order_id": order.id, "reason": "Cheaper"}
        )
        second.line_ids.price_unit = 90.0
        tries = []

        def submit(env):
            tries.append(env)
            mine = self.seen_by(env, second, "sales_office")
            if len(tries) == 2:
                with self.assertRefused(order.name, "already has an amendment"):
                    mine.action_submit()
                return
            mine.action_submit()

        self.race(lambda env: self.seen_by(env, first, "salesperson").action_submit(), submit)
        self.assertEqual((first.state, second.state), ("pending", "draft"))
