from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule
from .test_amendment import AmendmentCase
from .test_races import RaceCase


class FrameCase(SopCase):
    """A frame contract over a hundred drives at 90.00, and orders called off from it."""

    def frame(self, lines=None, **values):
        order = self.quotation(
            lines=lines or [(self.drive, 100, 90.0)],
            sop_sales_mode="frame",
            sop_frame_until="2099-12-31",
            **values,
        )
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        return order

    def call_off(self, frame, quantity, price=90.0, product=None, **values):
        return self.quotation(
            lines=[(product or self.drive, quantity, price)],
            sop_frame_contract_id=frame.sudo().sop_contract_id.id,
            **values,
        )

    def confirmed_call_off(self, frame, quantity, **values):
        order = self.call_off(frame, quantity, **values)
        self.submit(order)
        self.as_user(order, "salesperson").action_confirm()
        return order


@tagged("post_install", "-at_install")
class TestFrame(FrameCase):
    """What is inside the frame is decided with the frame; what is outside is refused."""

    @rule("K1")
    def test_a_frame_is_countersigned_and_never_confirmed(self):
        order = self.frame()
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.kind, contract.state), ("frame", "effective"))
        self.assertEqual((contract.amount_total, contract.frame_amount), (0.0, 9000.0))
        for role in ("salesperson", "sales_office", "sale_manager"):
            with self.subTest(role=role), self.assertRefused("K1", order.name, "Call off"):
                self.rpc(order, role, "action_confirm")
            with self.subTest(role=role), self.assertRefused("K1"):
                self.rpc(order, role, "write", {"state": "sale"})
        self.assertFalse(order.sudo()._has_to_be_paid())

    @rule("K1")
    def test_a_call_off_inside_the_frame_needs_nobody_and_goes_the_whole_way(self):
        frame = self.frame()
        contract = frame.sudo().sop_contract_id
        order = self.call_off(frame, 10)
        approval = self.submit(order)
        self.assertEqual((approval.state, len(approval.step_ids)), ("approved", 0))
        self.assertEqual(order.sudo().sop_contract_id, contract)
        self.assertEqual(contract.amount_total, 900.0)
        self.as_user(order, "salesperson").action_confirm()
        picking = order.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        self.sign(picking)
        self.collect(order, 540.0)
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 900.0))
        self.assertEqual(contract.percent_collected, 60.0)
        self.assertEqual(contract.approval_state, "approved")

    @rule("D1", "C1")
    def test_the_goods_and_invoices_of_a_call_off_pass_the_gates(self):
        order = self.confirmed_call_off(self.frame(), 10)
        picking = order.sudo().picking_ids
        with self.assertRefused("D1"):
            self.ship(picking)
        self.ship(self.approve_delivery(picking))
        self.sign(picking)
        invoice = self.draft_invoice(order)
        with self.assertRefused("C1"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")

    @rule("K1")
    def test_what_is_outside_the_frame_is_refused_with_the_line_and_the_rest(self):
        frame = self.frame()
        self.confirmed_call_off(frame, 95)
        other = self._new_product("Operator panel", 10.0)
        for order, *texts in (
            (self.call_off(frame, 6), "Energy-saving drive", "6", "5", "amend the frame"),
            (self.call_off(frame, 5, price=89.99), "89.99", "Ask for the agreed price"),
            (self.call_off(frame, 1, product=other, price=99.0), "Operator panel", "not in frame"),
        ):
            with self.subTest(texts=texts), self.assertRefused("K1", order.name, *texts):
                self.submit(order)
            self.assertFalse(order.sudo().sop_contract_id)
        order = self.call_off(frame, 5)
        back = {"product_id": self.drive.id, "product_uom_qty": -1, "price_unit": 90.0}
        order.write({"order_line": [Command.create(back)]})
        with self.assertRefused("K1", "above zero"):
            self.submit(order)
        order.order_line.filtered(lambda line: line.product_uom_qty < 0).unlink()
        order.order_line.discount = 1.0
        with self.assertRefused("less than the"):
            self.submit(order)
        order.order_line.discount = 0.0
        self.submit(order)
        self.assertEqual(order.sop_application_state, "approved")

    @rule("K1")
    def test_a_higher_price_and_another_unit_are_inside(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        frame = self.frame()
        order = self.call_off(frame, 8, price=1080.0)
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 1080.0
        self.submit(order)
        line = frame.sudo().order_line
        self.assertEqual((line.sop_called_off, line.sop_frame_rest), (96.0, 4.0))
        with self.assertRefused("K1", "5", "4"):
            self.submit(self.call_off(frame, 5, price=120.0))
        self.submit(self.call_off(frame, 4, price=120.0))

    @rule("K1")
    def test_two_lines_of_one_product_count_together(self):
        frame = self.frame()
        order = self.call_off(frame, 60)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "product_uom_qty": 41,
                            "price_unit": 90.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ]
            }
        )
        with self.assertRefused("K1", "101", "100"):
            self.submit(order)

    @rule("A3", "K1")
    def test_a_submitted_call_off_keeps_its_content(self):
        frame = self.frame()
        order = self.call_off(frame, 10)
        self.submit(order)
        for change in ({"product_uom_qty": 100}, {"price_unit": 1.0}):
            with self.subTest(change=change), self.assertRefused("effective", unchanged=order):
                order.order_line.write(change)
        with self.assertRefused("effective", unchanged=order):
            self.rpc(order, "salesperson", "write", {"sop_frame_contract_id": False})
        with self.assertRefused(exception=AccessError):
            self.rpc(order, "salesperson", "write", {"sop_contract_id": False})

    @rule("K1")
    def test_a_cancelled_call_off_gives_its_quantity_back_and_can_be_changed(self):
        frame = self.frame()
        contract = frame.sudo().sop_contract_id
        order = self.confirmed_call_off(frame, 100)
        self.assertEqual(contract.amount_total, 9000.0)
        self.as_user(order, "salesperson").action_cancel()
        self.assertEqual((contract.state, contract.amount_total), ("effective", 0.0))
        self.as_user(order, "salesperson").action_draft()
        self.assertEqual(contract.amount_total, 0.0)
        order.order_line.product_uom_qty = 40
        self.submit(order)
        self.assertEqual(contract.amount_total, 3600.0)
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("K1")
    def test_the_frame_is_of_the_same_customer_currency_and_still_valid(self):
        frame = self.frame()
        contract = frame.sudo().sop_contract_id
        stranger = self.env["res.partner"].create({"name": "Somebody else"})
        with self.assertRefused("K1", self.customer.name):
            self.submit(self.call_off(frame, 1, partner_id=stranger.id))
        branch = self.env["res.partner"].create({"name": "Mill 2", "parent_id": self.customer.id})
        self.submit(self.call_off(frame, 1, partner_id=branch.id))
        late = self.call_off(frame, 1)
        contract.frame_until = "2020-01-01"
        with self.assertRefused("K1", "ended on"):
            self.submit(late)
        contract.frame_until = "2099-12-31"
        direct = self.effective_order()
        with self.assertRefused("no effective frame contract"):
            self.submit(self.call_off(direct, 1))

    @rule("K1")
    def test_an_approved_call_off_is_not_confirmed_after_the_frame_ended(self):
        frame = self.frame()
        order = self.call_off(frame, 1)
        self.submit(order)
        frame.sudo().sop_contract_id.frame_until = "2020-01-01"
        with self.assertRefused("K1", "ended on"):
            self.as_user(order, "salesperson").action_confirm()

    @rule("K1")
    def test_a_frame_states_each_product_once_and_until_when(self):
        values = {"sop_sales_mode": "frame"}
        with self.assertRefused("until when"):
            self.submit(self.quotation(**values))
        twice = [(self.drive, 10, 90.0), (self.drive, 5, 80.0)]
        values["sop_frame_until"] = "2099-12-31"
        with self.assertRefused("on one line"):
            self.submit(self.quotation(lines=twice, **values))
        self.submit(self.quotation(**values))

    @rule("K1")
    def test_a_frame_with_call_offs_is_not_cancelled_under_them(self):
        frame = self.frame()
        order = self.confirmed_call_off(frame, 10)
        with self.assertRefused(frame.name, order.name):
            self.as_user(frame, "sales_office").action_cancel()
        self.as_user(order, "salesperson").action_cancel()
        self.as_user(frame, "sales_office").action_cancel()
        self.assertEqual(frame.sudo().sop_contract_id.state, "cancelled")
        with self.assertRefused("no effective frame contract"):
            self.submit(self.call_off(frame, 1))

    def test_the_button_opens_a_quotation_over_what_is_left(self):
        frame = self.frame()
        self.confirmed_call_off(frame, 30)
        contract = self.as_user(frame.sudo().sop_contract_id, "salesperson")
        context = contract.action_call_off()["context"]
        order = (
            self.as_user(self.env["sale.order"], "salesperson").with_context(**context).create({})
        )
        self.assertEqual(order.sop_frame_contract_id, contract)
        line = order.order_line
        self.assertEqual((line.product_uom_qty, line.price_unit), (70.0, 90.0))
        self.submit(order)
        self.assertEqual(frame.sudo().order_line.sop_frame_rest, 0.0)

    @rule("K1")
    def test_nobody_calls_off_what_they_may_not_read(self):
        contract = self.frame().sudo().sop_contract_id
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        with self.assertRefused(exception=AccessError):
            contract.with_user(colleague).action_call_off()

    @rule("A2")
    def test_a_special_requirement_of_a_call_off_is_answered(self):
        order = self.call_off(
            self.frame(), 10, sop_requirement="RAL 7035", sop_requirement_by="quality"
        )
        approval = self.submit(order)
        self.assertEqual(approval.state, "pending")
        self.as_user(approval, "quality").approve("Possible")
        self.assertEqual(approval.state, "approved")

    @rule("C7")
    def test_call_offs_count_together_against_the_credit_limit(self):
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 1000.0
        frame = self.frame(lines=[(self.drive, 10, 90.0)])
        first = self.call_off(frame, 5)
        self.assertEqual(self.submit(first).state, "approved")
        self.customer.with_company(self.company).credit_limit = 800.0
        second = self.call_off(frame, 4)
        approval = self.submit(second)
        self.assertEqual(approval.step_ids.mapped("rules"), ["C7"])
        self.assertIn("810.00", approval.step_ids.reason)

    @rule("K10")
    def test_a_tender_is_reviewed_by_legal_and_the_head_of_sales_before_it_is_signed(self):
        order = self.approved_quotation(is_tender=True)
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        approval = contract._approval_for("contract")
        self.assertEqual(approval.waiting_for, "Legal and Head of Sales")
        with self.assertRefused("not yours", exception=AccessError):
            self.as_user(approval, "finance").approve()
        self.approve(contract, "contract", "legal")
        self.approve(contract, "contract", "sales_head")
        self.assertEqual(contract.state, "draft")
        self.approve(contract, "contract", "sales_head")
        self.approve(contract, "contract", "finance")
        self.assertEqual((contract.state, contract.is_tender), ("effective", True))

    @rule("K10", "A3")
    def test_calling_it_no_tender_afterwards_needs_another_approval(self):
        order = self.approved_quotation(is_tender=True)
        order.is_tender = False
        self.assertEqual(order.sop_application_state, "stale")
        order.is_tender = True
        self.countersign_tender(order)
        with self.assertRefused("effective", unchanged=order):
            self.rpc(order, "salesperson", "write", {"is_tender": False})

    def countersign_tender(self, order):
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        for role in ("legal", "sales_head", "sales_head", "finance"):
            self.approve(contract, "contract", role)

    @rule("K10")
    def test_other_contracts_need_no_review(self):
        contract = self.countersign(self.approved_quotation())
        self.assertEqual(contract.state, "effective")


@tagged("post_install", "-at_install")
class TestFrameAmendment(FrameCase, AmendmentCase):
    """A frame is amended like any contract; its call-offs are not."""

    @rule("A3", "K1")
    def test_what_is_outside_comes_inside_by_amending_the_frame(self):
        frame = self.frame()
        self.confirmed_call_off(frame, 100)
        order = self.call_off(frame, 20)
        with self.assertRefused("K1", "amend the frame"):
            self.submit(order)
        self.in_force(frame, quantity=130)
        self.submit(order)
        self.assertEqual(frame.sudo().order_line.sop_frame_rest, 10.0)
        self.assertEqual(frame.sudo().sop_contract_id.frame_amount, 11700.0)

    @rule("A3")
    def test_no_less_than_what_is_called_off_stays_in_the_frame(self):
        frame = self.frame()
        self.confirmed_call_off(frame, 60)
        with self.assertRefused("60", "are called off"):
            self.amendment(frame, quantity=59)
        self.in_force(frame, quantity=60)
        self.assertEqual(frame.sudo().order_line.sop_frame_rest, 0.0)

    @rule("A3")
    def test_a_call_off_is_not_amended_past_its_frame(self):
        frame = self.frame()
        order = self.confirmed_call_off(frame, 60)
        with self.assertRefused(order.name, "amend the frame"):
            self.draft_amendment(order)
        with self.assertRefused(order.name, "amend the frame"):
            self.rpc_create("sop.amendment", "salesperson", {"order_id": order.id})

    @rule("D9")
    def test_the_day_of_a_call_off_is_put_off_without_an_amendment(self):
        order = self.confirmed_call_off(self.frame(), 10, commitment_date="2099-06-01 12:00:00")
        self.assertFalse(order.sop_date_agreed)
        self.rpc(order, "salesperson", "write", {"commitment_date": "2099-07-01 12:00:00"})
        self.assertEqual(str(order.sudo().picking_ids.date_deadline), "2099-07-01 12:00:00")


@tagged("post_install", "-at_install")
class TestFrameRace(RaceCase, FrameCase):
    """Two call-offs at the same moment never exceed the frame."""

    @rule("K1")
    def test_two_call_offs_at_once(self):
        frame = self.frame()
        orders = [self.call_off(frame, 60), self.call_off(frame, 60)]
        tries = []

        def second(env):
            tries.append(env)
            order = self.seen_by(env, orders[1], "salesperson")
            if len(tries) == 1:
                return order.action_sop_submit()
            with self.assertRefused("K1", "60", "40"):
                order.action_sop_submit()
            return None

        self.race(
            lambda env: self.seen_by(env, orders[0], "salesperson").action_sop_submit(), second
        )
        self.assertEqual(len(tries), 2)
        self.assertEqual(frame.sudo().order_line.sop_frame_rest, 40.0)
        self.assertEqual(frame.sudo().sop_contract_id.amount_total, 5400.0)
