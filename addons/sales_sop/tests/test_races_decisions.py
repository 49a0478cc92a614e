from functools import partial
from threading import Barrier, Thread
from unittest.mock import patch

from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import rule
from .list_case import ListCase
from .test_races import RaceCase

TIMES = 100


class AtOnceCase(RaceCase, ListCase):
    """Each on a connection of its own, at the same moment, as Odoo runs requests."""

    def at_once(self, *actions):
        """Run each action on a connection of its own, as Odoo runs a request; return refusals.

        Whatever else an action raises fails the test; in a thread it would be seen by nobody.
        """
        self._commit()
        barrier, outcomes = Barrier(len(actions)), {}

        def request(number, action):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.env.uid, dict(self.env.context))
                barrier.wait()
                try:
                    retrying(partial(action, env), env)
                except Exception as error:  # noqa: BLE001
                    cr.rollback()
                    outcomes[number] = error

        threads = [Thread(target=request, args=pair) for pair in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._rollback()
        for error in outcomes.values():
            if not isinstance(error, UserError):
                raise error
        return outcomes


@tagged("post_install", "-at_install")
class TestDecisionsAtOnce(AtOnceCase):
    """Two people press at the same moment, many times: one outcome, and no error but a refusal."""

    def _decide_while_the_price_changes(self, order, approval):
        line = order.order_line

        def change(env):
            self.seen_by(env, line, "salesperson").write({"price_unit": 90.0})

        outcomes = self.at_once(
            lambda env: self.seen_by(env, approval, "sales_manager").approve(), change
        )
        self.assertNotIn(1, outcomes)
        self.assertEqual(line.price_unit, 90.0)
        # Decided on what was submitted, or not at all; never on the new price.
        self.assertFalse(approval.is_valid)
        self.assertEqual(approval.state, "pending" if 0 in outcomes else "approved")
        self.assertEqual(order.sop_application_state, "stale")

    def _two_managers_decide(self, order, approval):
        outcomes = self.at_once(
            lambda env: self.seen_by(env, approval, "sales_manager").approve(),
            lambda env: self.seen_by(env, approval, "general_manager").refuse("Too cheap"),
        )
        self.assertEqual(len(outcomes), 1, outcomes)
        decider = self.users["general_manager" if 0 in outcomes else "sales_manager"]
        self.assertEqual(approval.step_ids.user_id, decider)
        self.assertEqual(approval.state, "refused" if 0 in outcomes else "approved")
        self.assertEqual(approval.step_ids.state, approval.state)

    def _cancel_while_it_is_approved(self, order, approval):
        outcomes = self.at_once(
            lambda env: self.seen_by(env, approval, "sales_manager").approve(),
            lambda env: self.seen_by(env, order, "salesperson").action_cancel(),
        )
        self.assertNotIn(1, outcomes)
        # The manager decided before the order was cancelled, or was refused.
        step, nobody = approval.step_ids, self.env["res.users"]
        manager = self.users["sales_manager"]
        self.assertEqual(
            (step.state, step.user_id),
            ("cancelled", nobody) if 0 in outcomes else ("approved", manager),
        )
        self.assertEqual((order.state, approval.state), ("cancel", "superseded"))
        self.assertEqual(order.sudo().sop_contract_id.state, "cancelled")

    # Odoo waits a while before it runs a request again; here that would only take long.
    @patch("odoo.service.model.time.sleep", lambda seconds: None)
    @mute_logger("odoo.sql_db", "odoo.service.model")
    @rule("A1", "A3")
    def test_whatever_is_pressed_at_once_has_one_outcome(self):
        orders = self.quotations(TIMES)
        self._race_for_each(orders, self._decide_while_the_price_changes)
        self._race_for_each(orders, self._two_managers_decide)
        self.as_user(orders.order_line, "salesperson").price_unit = 95.0
        self._race_for_each(orders, self._cancel_while_it_is_approved)

    def _race_for_each(self, orders, race):
        """All are submitted; then each order has its race."""
        self.submit_all(orders)
        for order in self.each(orders):
            race(order, order.sudo().approval_for("application"))

    def _submit_twice(self, document, role):
        """Both press the button having seen a document that nobody has submitted."""
        tries = []

        def submit(env):
            self.seen_by(env, document, role).action_sop_submit()

        def submit_again(env):
            if not tries:
                tries.append(True)
                return submit(env)
            with self.assertRefused("already submitted"):
                submit(env)

        self.race(submit, submit_again)
        self.assertEqual(document.sudo().approval_ids.mapped("state"), ["pending"])

    @rule("D1")
    def test_a_delivery_order_that_two_submit_at_once_waits_once(self):
        self._submit_twice(self.confirmed_order().sudo().picking_ids, "sales_office")

    @rule("C2")
    def test_an_invoice_that_two_submit_at_once_waits_once(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.draft_invoice(order)
        self.as_user(invoice, "accountant").invoice_line_ids.price_unit = 90.0
        self._submit_twice(invoice, "finance")
