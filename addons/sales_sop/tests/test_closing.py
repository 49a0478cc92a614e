from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_contract_file import EVERYBODY, PaperCase
from .test_frame import FrameCase
from .test_races import RaceCase


class ClosingCase(FrameCase, PaperCase):
    """The ways in which a contract ends."""

    def paid_order(self, **values):
        """Delivered, signed for, invoiced and paid: 1,000.00."""
        order = self.delivered_order(**values)
        earmark = self.collect(order, 1000.0)
        self.pay(self.post(self.draft_invoice(order)), earmark.payment_id)
        return order

    def partly_delivered(self, accepted=6):
        """An order of 10, of which some have left and are signed for."""
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking, quantity=accepted)
        self.sign(picking)
        return order

    def pay(self, invoice, payment):
        lines = (invoice | payment.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()

    def close(self, order, role="sales_office"):
        contract = order.sudo().sop_contract_id
        self.rpc(contract, role, "action_close")
        return contract

    def request(self, order, kind, role="salesperson", **values):
        return self.rpc_create(
            "sop.contract.closing",
            role,
            {
                "kind": kind,
                "contract_id": order.sudo().sop_contract_id.id,
                "reason": "The customer builds no second mill",
                **values,
            },
        )

    def decided(self, order, kind, **values):
        """A request that the head of sales and finance have approved."""
        request = self.request(order, kind, **values)
        self.as_user(request, "salesperson").action_submit()
        self.approve(request, kind, "sales_head")
        self.approve(request, kind, "finance")
        return request


@tagged("post_install", "-at_install")
class TestClose(ClosingCase):
    """A contract is closed when all is delivered, invoiced and collected (C9)."""

    @rule("C9")
    def test_what_is_open_is_named(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        with self.assertRefused(
            "C9",
            picking.name,
            "0 of 10 are accepted",
            "0.00 of $\xa01,000.00 is invoiced",
            "0.00 of $\xa01,000.00 is collected",
        ):
            self.close(order)
        self.ship(self.approve_delivery(picking))
        with self.assertRefused("C9", "signature is missing"):
            self.close(order)
        self.sign(picking)
        earmark = self.collect(order, 1000.0)
        invoice = self.draft_invoice(order)
        with self.assertRefused("C9", "1 invoices", "drafts"):
            self.close(order)
        self.post(invoice)
        self.pay(invoice, earmark.payment_id)
        contract = self.close(order)
        self.assertEqual((contract.state, contract.closed_on), ("closed", self.today()))
        self.assertEqual(contract.closed_by_id, self.users["sales_office"])

    @rule("C9")
    def test_a_contract_that_is_settled_can_be_closed(self):
        contract = self.close(self.paid_order(), role="finance")
        self.assertEqual(contract.state, "closed")
        self.assertEqual(contract.percent_collected, 100.0)

    @rule("C3", "C9")
    def test_a_closed_contract_takes_no_more_money(self):
        closed, other = self.paid_order(), self.delivered_order()
        contract = self.close(closed)
        payment = self.receive(50.0)
        values = self._earmark_values(payment, closed, 10.0)
        earmark = self.earmark(payment, other, 40.0)
        with self.assertRefused(contract.number, "takes no more money", unchanged=contract):
            self.rpc_create("sop.payment.allocation", "finance", values)
        move = {"allocation_id": earmark.id, "contract_id": contract.id, "reason": "It is rich"}
        with self.assertRefused(contract.number, "takes no more money", unchanged=earmark):
            self.rpc(self.rpc_create("sop.earmark.move", "finance", move), "finance", "action_move")

    @rule("C3", "C9")
    def test_a_contract_that_lost_money_after_closing_takes_what_comes_instead(self):
        order = self.paid_order()
        contract = self.close(order)
        self.rpc(contract.allocation_ids.payment_id, "finance", "action_reject")
        self.assertEqual(contract.state, "effective")
        self.collect(order, 1000.0)
        self.assertEqual(contract.amount_collected, 1000.0)

    @rule("C9")
    def test_too_much_money_keeps_it_open(self):
        order = self.paid_order()
        self.collect(order, 1.0)
        with self.assertRefused("C9", "more than the total"):
            self.close(order)

    @rule("C9")
    def test_only_some_roles_close(self):
        order = self.paid_order()
        contract = order.sudo().sop_contract_id
        for role in set(EVERYBODY) - {"sales_office", "sales_head", "finance"}:
            with (
                self.subTest(role=role),
                self.assertRefused(exception=AccessError, unchanged=contract),
            ):
                self.close(order, role=role)

    @rule("C9")
    def test_nothing_is_invoiced_after_closing_but_credited(self):
        order = self.paid_order()
        invoice = order.sudo().invoice_ids
        self.close(order)
        another = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "quantity": 1,
                            "price_unit": 1.0,
                            "sale_line_ids": [Command.set(order.order_line.ids)],
                        }
                    )
                ],
            }
        )
        with self.assertRefused("C9", "is closed"):
            self.post(another)
        credit = invoice._reverse_moves()
        self.post(credit)
        self.assertEqual(credit.state, "posted")

    @rule("K2")
    def test_nothing_is_delivered_or_changed_after_closing(self):
        order = self.paid_order()
        self.close(order)
        line = order.order_line
        with self.assertRefused("effective", unchanged=line):
            self.rpc(line, "salesperson", "write", {"product_uom_qty": 11})
        self.refused_to_everybody(
            order.sudo().sop_contract_id,
            [
                ("write", {"state": "effective"}),
                ("write", {"is_short_closed": True}),
                ("write", {"closed_total": 1.0}),
                ("web_save", {"is_key": True}, {}),
            ],
            unchanged=order.sudo().sop_contract_id,
        )


@tagged("post_install", "-at_install")
class TestShortClose(ClosingCase):
    """A contract is reduced to what the customer accepted, by the head of sales and finance."""

    @rule("C9", "C1")
    def test_the_closed_total_is_what_percentages_are_of(self):
        order = self.partly_delivered()
        contract = order.sudo().sop_contract_id
        self.collect(order, 360.0)
        self.assertEqual(contract.percent_collected, 36.0)
        request = self.decided(order, "closing")
        self.assertEqual((request.state, request.amount_before), ("done", 1000.0))
        self.assertEqual(contract.state, "effective")
        self.assertEqual((contract.amount_total, contract.closed_total), (600.0, 600.0))
        self.assertEqual(contract.percent_collected, 60.0)
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 600.0))

    @rule("C9", "C1")
    def test_before_it_the_agreed_total_counts(self):
        order = self.partly_delivered()
        self.collect(order, 360.0)
        invoice = self.draft_invoice(order)
        with self.assertRefused("C1"):
            self.post(invoice)
        request = self.request(order, "closing")
        self.as_user(request, "salesperson").action_submit()
        self.approve(request, "closing", "sales_head")
        with self.assertRefused("C1"):
            self.post(invoice)

    @rule("C9")
    def test_open_deliveries_are_cancelled_and_nothing_more_leaves(self):
        order = self.partly_delivered()
        rest = order.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(len(rest), 1)
        self.decided(order, "closing")
        self.assertEqual(rest.state, "cancel")
        again = self.env["stock.picking"].create(
            {
                "picking_type_id": rest.picking_type_id.id,
                "location_id": rest.location_id.id,
                "location_dest_id": rest.location_dest_id.id,
                "partner_id": self.customer.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 4,
                            "sale_line_id": order.order_line.id,
                            "location_id": rest.location_id.id,
                            "location_dest_id": rest.location_dest_id.id,
                        }
                    )
                ],
            }
        )
        again.action_confirm()
        self.approve_delivery(again)
        with self.assertRefused("C9", "short closed"):
            self.ship(again)

    def two_on_one_delivery(self):
        """The warehouse puts the goods of a second order on the delivery of a first one."""
        orders = self.confirmed_order(), self.confirmed_order()
        first, second = (order.sudo().picking_ids for order in orders)
        self.rpc(second.move_ids, "stock_user", "write", {"picking_id": first.id})
        return *orders, first

    @rule("D1", "D3")
    def test_goods_that_left_with_another_order_are_not_given_away(self):
        __, order, picking = self.two_on_one_delivery()
        contract = order.sudo().sop_contract_id
        self.ship(self.approve_delivery(picking))
        self.assertTrue(contract._goods_have_left())
        request = self.request(order, "closing")
        with self.assertRefused(picking.name, "has not signed", unchanged=contract):
            self.as_user(request, "salesperson").action_submit()
        with self.assertRefused("C9", "signature is missing"):
            self.close(order)

    @rule("C9")
    def test_a_short_close_cancels_the_own_goods_on_a_delivery_of_two_orders(self):
        other, order, picking = self.two_on_one_delivery()
        self.decided(order, "closing")
        goods = {move.sale_line_id.order_id: move.state for move in picking.move_ids}
        self.assertEqual(goods, {other.sudo(): "assigned", order.sudo(): "cancel"})
        self.ship(self.approve_delivery(picking))
        self.assertEqual(other.order_line.qty_delivered, 10.0)
        self.assertEqual(order.order_line.qty_delivered, 0.0)

    @rule("C9")
    def test_a_settled_short_close_closes_the_contract(self):
        order = self.partly_delivered()
        earmark = self.collect(order, 600.0)
        invoice = self.post(self.draft_invoice(order))
        self.pay(invoice, earmark.payment_id)
        self.decided(order, "closing")
        self.assertEqual(order.sudo().sop_contract_id.state, "closed")

    @rule("C9")
    def test_goods_that_are_not_signed_for_stop_it(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        request = self.request(order, "closing")
        with self.assertRefused(picking.name, "not signed"):
            self.as_user(request, "salesperson").action_submit()
        self.sign(picking, damaged=2)
        self.as_user(request, "salesperson").action_submit()
        self.assertEqual(request.amount_after, 800.0)

    @rule("C9")
    def test_goods_that_leave_before_the_last_approval_stop_it(self):
        order = self.partly_delivered()
        request = self.request(order, "closing")
        approval = self.as_user(request, "salesperson").submit_approval("closing").sudo()
        self.as_user(approval, "sales_head").approve()
        rest = order.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        self.ship(rest)
        with self.assertRefused(rest.name, "not signed", unchanged=request):
            self.as_user(approval, "finance").approve()

    @rule("A3", "C9")
    def test_what_is_accepted_meanwhile_makes_the_request_stale(self):
        order = self.partly_delivered()
        request = self.request(order, "closing")
        approval = self.as_user(request, "salesperson").submit_approval("closing").sudo()
        rest = order.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        self.ship(rest)
        self.sign(rest)
        with self.assertRefused("has changed since"):
            self.as_user(approval, "sales_head").approve()
        self.assertEqual(request.approval_state, "stale")

    @rule("C9")
    def test_a_refused_request_changes_nothing(self):
        order = self.partly_delivered()
        contract = order.sudo().sop_contract_id
        request = self.request(order, "closing")
        approval = self.as_user(request, "salesperson").submit_approval("closing").sudo()
        self.as_user(approval, "finance").refuse("The customer has to take the rest.")
        self.assertEqual((request.state, request.approval_state), ("draft", "refused"))
        self.assertFalse(contract.is_short_closed)
        self.assertEqual(contract.amount_total, 1000.0)

    @rule("C9")
    def test_a_discount_on_the_order_counts_in_proportion(self):
        voucher = self._new_product("Rebate", -100.0, type="service", invoice_policy="order")
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (voucher, 1, -100.0)])
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking, quantity=5)
        self.sign(picking)
        self.assertEqual(order.sudo().sop_contract_id._accepted_total(), 450.0)

    @rule("K1")
    def test_a_short_closed_frame_takes_no_call_off(self):
        frame = self.frame()
        order = self.confirmed_call_off(frame, 10)
        picking = order.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        self.sign(picking)
        late = self.call_off(frame, 1)
        self.decided(frame, "closing")
        contract = frame.sudo().sop_contract_id
        self.assertEqual((contract.amount_total, contract.state), (900.0, "effective"))
        with self.assertRefused("K1", "short closed"):
            self.submit(late)


@tagged("post_install", "-at_install")
class TestCancellation(ClosingCase):
    """With money or goods out an order is cancelled by request, and what is out comes back."""

    @rule("A1")
    def test_an_order_without_money_and_goods_is_cancelled_as_ever(self):
        order = self.confirmed_order()
        self.as_user(order, "salesperson").action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.sudo().sop_contract_id.state, "cancelled")

    @rule("A3")
    def test_money_or_goods_out_stop_the_silent_cancellation(self):
        paid = self.confirmed_order()
        self.collect(paid, 300.0)
        shipped = self.confirmed_order()
        picking = shipped.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        quotation = self.effective_order()
        self.collect(quotation, 100.0)
        for order, text in (
            (paid, "300.00 is collected"),
            (shipped, "10 Units of Energy-saving drive"),
            (quotation, "100.00 is collected"),
        ):
            for role in ("salesperson", "sales_office", "sale_manager"):
                with self.subTest(text=text, role=role):
                    with self.assertRefused(order.name, text, "Request the cancellation"):
                        self.rpc(order, role, "action_cancel")
                    with self.assertRefused(text):
                        self.rpc(order, role, "write", {"state": "cancel"})
                    with self.assertRefused(text):
                        self.rpc(order, role, "web_save", {"state": "cancel"}, {})
            self.assertNotEqual(order.sudo().sop_contract_id.state, "cancelled")

    @rule("A3")
    def test_an_approved_request_cancels_and_lists_the_work_until_it_is_done(self):
        order = self.delivered_order()
        contract = order.sudo().sop_contract_id
        payment = self.collect(order, 300.0).payment_id
        request = self.decided(order, "cancellation")
        self.assertEqual((order.state, contract.state), ("cancel", "cancelled"))
        self.assertEqual(request.state, "work")
        self.assertIn("10 Units of Energy-saving drive", request.open_work)
        self.assertIn("300.00 is collected", request.open_work)
        todo = {activity.user_id: activity.summary for activity in request.activity_ids}
        self.assertIn("refund", todo[self.users["finance"]])
        self.assertIn("goods back", " ".join(todo.values()))
        with self.assertRefused("300.00"):
            self.rpc(request, "sales_office", "action_settle")
        self.take_back(order.sudo().picking_ids, 10)
        self.as_user(payment, "finance").action_draft()
        self.as_user(payment, "finance").action_cancel()
        self.assertFalse(request.open_work)
        self.rpc(request, "sales_office", "action_settle")
        self.assertEqual((request.state, request.settled_on), ("done", self.today()))
        self.assertFalse(request.activity_ids)

    @rule("A3", "C3")
    def test_what_goes_back_out_of_one_payment_is_the_cancelled_contracts(self):
        """300.00 of 1,300.00 are paid back; the other contract keeps all that it has."""
        payment = self.receive(1300.0)
        given_up, other = self.confirmed_order(), self.confirmed_order()
        self.earmark(payment, given_up, 300.0)
        self.earmark(payment, other, 1000.0)
        request = self.decided(given_up, "cancellation")
        self.assertIn("300.00 is collected", request.open_work)
        self.pay(self.receive(300.0, payment_type="outbound").move_id, payment)
        self.env.invalidate_all()
        self.assertEqual(other.sudo().sop_contract_id.amount_collected, 1000.0)
        self.assertFalse(request.open_work)
        self.rpc(request, "sales_office", "action_settle")
        self.assertEqual(request.state, "done")

    @rule("A3")
    def test_an_invoice_is_credited_before_it_is_settled(self):
        order = self.paid_order()
        request = self.decided(order, "cancellation")
        self.assertIn("1,000.00 is invoiced", request.open_work)
        self.post(order.sudo().invoice_ids._reverse_moves())
        request.invalidate_recordset()
        self.assertNotIn("invoiced", request.open_work)
        self.assertIn("1,000.00 is collected", request.open_work)

    @rule("A3")
    def test_a_request_without_money_and_goods_is_not_needed(self):
        request = self.request(self.confirmed_order(), "cancellation")
        with self.assertRefused("needs no request"):
            self.as_user(request, "salesperson").action_submit()

    @rule("A3")
    def test_one_call_off_is_cancelled_and_the_frame_goes_on(self):
        frame = self.frame()
        first, second = self.confirmed_call_off(frame, 10), self.confirmed_call_off(frame, 20)
        picking = first.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        self.sign(picking)
        with self.assertRefused("10 Units"):
            self.as_user(first, "salesperson").action_cancel()
        request = self.decided(first, "cancellation", order_id=first.id)
        contract = frame.sudo().sop_contract_id
        self.assertEqual((first.state, second.state), ("cancel", "sale"))
        self.assertEqual((contract.state, contract.amount_total), ("effective", 1800.0))
        self.assertIn("10 Units", request.open_work)

    @rule("A3")
    def test_nobody_goes_around_the_decision(self):
        order = self.delivered_order()
        request = self.request(order, "cancellation")
        self.as_user(request, "salesperson").action_submit()
        contract = order.sudo().sop_contract_id
        self.refused_to_everybody(
            request,
            [
                ("write", {"state": "work"}),
                ("write", {"kind": "closing"}),
                ("write", {"contract_id": self.confirmed_order().sudo().sop_contract_id.id}),
                ("web_save", {"state": "done"}, {}),
                ("unlink",),
                ("_on_approval_approved", False),
                ("submit_approval", "closing"),
                ("action_settle",),
            ],
            unchanged=[request, contract, order.sudo()],
        )
        stranger = self._new_user("stranger", "sales_sop.group_salesperson", self.company)
        with self.assertRefused(exception=AccessError):
            self.env["sop.contract.closing"].with_user(stranger).create(
                {"kind": "closing", "contract_id": contract.id, "reason": "Mine"}
            )
        with self.assertRefused(exception=AccessError):
            self.request(order, "closing", state="done")


@tagged("post_install", "-at_install")
class TestKeyContract(ClosingCase):
    """Key contracts are flagged by those in charge, and checked on the days they choose."""

    @rule("K9")
    def test_those_in_charge_flag_a_key_contract(self):
        contract = self.effective_order().sudo().sop_contract_id
        for role in set(EVERYBODY) - {"sales_manager", "sales_head", "general_manager"}:
            with (
                self.subTest(role=role),
                self.assertRefused(exception=AccessError, unchanged=contract),
            ):
                self.rpc(contract, role, "action_flag_key")
        self.rpc(contract, "sales_head", "action_flag_key")
        self.assertTrue(contract.is_key)
        self.refused_to_everybody(contract, [("write", {"is_key": False})], unchanged=contract)

    @rule("K9")
    def test_execution_is_checked_on_chosen_days_with_a_result(self):
        contract = self.effective_order().sudo().sop_contract_id
        values = {"contract_id": contract.id, "date": "2026-06-30"}
        with self.assertRefused("no key contract"):
            self.rpc_create("sop.contract.check", "sales_manager", values)
        self.rpc(contract, "general_manager", "action_flag_key")
        check = self.rpc_create("sop.contract.check", "sales_manager", values)
        activity = check.activity_ids
        self.assertEqual(activity.user_id, self.users["sales_manager"])
        self.assertEqual(str(activity.date_deadline), "2026-06-30")
        with self.assertRefused("write down the result"):
            self.rpc(check, "sales_manager", "action_done")
        self.rpc(check, "sales_manager", "write", {"result": "Half is delivered, on time."})
        self.rpc(check, "sales_manager", "action_done")
        self.assertEqual(check.checked_on, self.today())
        self.assertFalse(check.activity_ids)
        self.assertIn("Half is delivered", contract.message_ids[0].body)
        self.refused_to_everybody(
            check,
            [("write", {"result": "x"}), ("write", {"checked_on": False}), ("unlink",)],
            unchanged=check,
        )


@tagged("post_install", "-at_install")
class TestClosingRace(RaceCase, ClosingCase):
    """Money arrives while the order is cancelled."""

    @rule("A3")
    def test_money_is_earmarked_while_the_order_is_cancelled(self):
        order = self.confirmed_order()
        payment = self.receive(300.0)
        tries = []

        def cancel(env):
            tries.append(env)
            mine = self.seen_by(env, order, "salesperson")
            if len(tries) == 1:
                return mine.action_cancel()
            with self.assertRefused("300.00 is collected"):
                mine.action_cancel()
            return None

        def earmark(env):
            self.seen_by(env, env["sop.payment.allocation"], "finance").create(
                {
                    "payment_id": payment.id,
                    "contract_id": order.sudo().sop_contract_id.id,
                    "amount": 300.0,
                }
            )

        self.race(earmark, cancel)
        self.assertEqual(len(tries), 2)
        self.assertEqual(order.state, "sale")
