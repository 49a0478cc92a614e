from functools import partial
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import rule
from .test_races_decisions import TIMES, AtOnceCase


@tagged("post_install", "-at_install")
class TestPaymentFirstAtOnce(AtOnceCase):
    """Two deliveries against one prepayment, on two connections: never more than allowed."""

    prepayment_percent = 30.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._put_in_stock(cls.drive, 100 * TIMES)

    def setUp(self):
        super().setUp()
        # Odoo waits a while before it runs a request again; here that would only take long.
        sleep = patch("odoo.service.model.time.sleep", lambda seconds: None)
        sleep.start()
        self.addCleanup(sleep.stop)

    def _validate(self, picking):
        return lambda env: (
            self.seen_by(env, picking, "stock_user")
            .with_context(skip_backorder=True)
            .button_validate()
        )

    def _in_two_halves(self, pickings):
        """Two deliveries of five for each; the warehouse picks six for each."""
        pickings.move_ids.product_uom_qty = 5
        others = pickings.copy({"move_ids": [Command.clear()]})
        for picking, other in zip(pickings, others, strict=True):
            picking.move_ids.copy({"picking_id": other.id, "product_uom_qty": 5})
        others.action_confirm()
        (pickings | others).move_ids.write({"quantity": 6, "picked": True})
        return others

    @mute_logger("odoo.sql_db", "odoo.service.model")
    @rule("D4", "D9")
    def test_two_deliveries_of_one_contract_share_its_prepayment(self):
        """The prepayment is of the contract: both leave on it, but no more than is ordered."""
        self._issue_policy("2020-02-01", delivery_approval=False)
        orders = self.confirmed_orders(TIMES)
        pickings = orders.sudo().picking_ids
        others = self._in_two_halves(pickings)
        self.collect_all(orders, 300.0)
        self.rpc(pickings | others, "finance", "action_sop_confirm_payment")
        for first, second in zip(self.each(pickings), self.each(others), strict=True):
            outcomes = self.at_once(self._validate(first), self._validate(second))
            self.assertEqual(len(outcomes), 1, outcomes)
            self.assertIn("D9", str(*outcomes.values()))
            self.assertEqual(first.sale_id.order_line.qty_delivered, 6.0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    @rule("D4", "C3")
    def test_the_money_goes_back_while_the_goods_leave(self):
        """Either they left while it was there, or they stay."""
        orders = self.confirmed_orders(TIMES)
        pickings = self.approve_deliveries(orders.sudo().picking_ids)
        earmarks = self.collect_all(orders, 300.0)
        self.sign_for_payment(pickings)
        for picking, earmark in zip(self.each(pickings), self.each(earmarks), strict=True):
            contract = picking.sop_contract_id

            def take_back(env, earmark=earmark):
                self.seen_by(env, earmark, "finance").unlink()

            outcomes = self.at_once(self._validate(picking), take_back)
            self.assertEqual(contract.amount_collected, 0.0)
            if 0 in outcomes:
                self.assertIn("300.00 more is needed", str(outcomes[0]))
            self.assertEqual(picking.state, "assigned" if 0 in outcomes else "done")
            self.assertNotIn(1, outcomes)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    @rule("D4", "C3")
    def test_one_payment_for_two_contracts_lets_one_delivery_go(self):
        """The same 300.00 is earmarked to two contracts at once, and both deliveries want out."""
        orders = self.confirmed_orders(2 * TIMES)
        pickings = self.approve_deliveries(orders.sudo().picking_ids)
        payments = self.receive_all(TIMES, 300.0)

        def go(env, contract_id, picking, payment):
            self.seen_by(env, env["sop.payment.allocation"], "finance").create(
                {
                    "payment_id": payment.id,
                    "contract_id": contract_id,
                    "amount": 300.0,
                }
            )
            self.seen_by(env, picking, "finance").action_sop_confirm_payment()
            self._validate(picking)(env)

        for number, payment in enumerate(self.each(payments)):
            pair = [*self.each(pickings[2 * number : 2 * number + 2])]
            outcomes = self.at_once(
                *(
                    partial(
                        go, contract_id=picking.sop_contract_id.id, picking=picking, payment=payment
                    )
                    for picking in pair
                )
            )
            self.assertEqual(len(outcomes), 1, outcomes)
            self.assertEqual(sorted(pick.state for pick in pair), ["assigned", "done"])
