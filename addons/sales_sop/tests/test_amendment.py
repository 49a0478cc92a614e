import base64

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


class AmendmentCase(SopCase):
    """Stories of contracts that are amended."""

    def draft_amendment(self, order, role="salesperson", reason="The mill needs more", **terms):
        """Press "Amend" and give the reason; ``terms`` are other values of the amendment."""
        action = self.as_user(order, role).action_sop_amend()
        amendment = self.as_user(self.env["sop.amendment"], role).browse(action["res_id"])
        amendment.write({"reason": reason, **terms})
        return amendment

    def change(self, amendment, **values):
        """Write ``values`` on the first line of the amendment."""
        amendment.line_ids[0].write(values)
        return amendment

    def amendment(self, order, reason="The mill needs more", **values):
        """A submitted amendment of the first line."""
        amendment = self.change(self.draft_amendment(order, reason=reason), **values)
        amendment.action_submit()
        return amendment

    def decide(self, amendment, *roles):
        for role in roles:
            self.approve(amendment, "amendment", role)
        self.env.invalidate_all()
        return amendment

    def in_force(self, order, **values):
        amendment = self.amendment(order, **values)
        return self.decide(amendment, "sales_manager", "sales_head", "finance")


@tagged("post_install", "-at_install")
class TestSupplement(AmendmentCase):
    """The content of an effective contract changes by an approved amendment only (A3)."""

    @rule("A3", "C5")
    def test_the_days_that_are_asked_for_stay_while_they_are_decided(self):
        term = self.env.ref("account.account_payment_term_30days").copy()
        group = "account.group_account_manager"
        days = term.line_ids.with_user(self._new_user("account_manager", group, self.company))
        amendment = self.draft_amendment(self.confirmed_order(), payment_term_id=term.id)
        days.nb_days = 45
        amendment.action_submit()
        with self.assertRefused(amendment.display_name, unchanged=[term.line_ids]):
            days.nb_days = 365

    @rule("A3")
    def test_the_amendment_shows_old_and_new_side_by_side(self):
        order = self.confirmed_order()
        amendment = self.draft_amendment(order)
        line = amendment.line_ids
        self.assertEqual((line.product_id, line.old_product_id), (self.drive, self.drive))
        self.assertEqual((line.old_quantity, line.quantity), (10.0, 10.0))
        self.assertEqual((line.old_price_unit, line.price_unit), (100.0, 100.0))
        self.assertEqual(line.change, "same")
        line.write({"quantity": 15, "price_unit": 95.0})
        self.assertEqual(line.change, "changed")
        self.assertEqual((line.old_total, line.price_total), (1000.0, 1425.0))
        self.assertEqual((amendment.amount_old, amendment.amount_new), (1000.0, 1425.0))
        self.assertEqual(amendment.amount_change, 425.0)
        self.assertEqual(order.order_line.product_uom_qty, 10.0)

    @rule("A3")
    def test_it_is_applied_at_once_when_the_last_one_approves(self):
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        amendment = self.amendment(order, quantity=15, price_unit=95.0)
        self.assertEqual(amendment.number, f"{contract.number}-01")
        self.decide(amendment, "sales_manager", "sales_head")
        self.assertEqual((amendment.state, order.amount_total), ("pending", 1000.0))
        self.decide(amendment, "finance")
        self.assertEqual((amendment.state, order.amount_total), ("applied", 1425.0))
        self.assertEqual(contract.amount_total, 1425.0)
        self.assertEqual(order.order_line.product_uom_qty, 15.0)
        self.assertEqual(order.order_line.price_unit, 95.0)

    @rule("A3")
    def test_the_new_content_is_the_approved_one(self):
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        first = order.sudo().approval_for("application")
        self.in_force(order, quantity=15)
        self.assertEqual(first.state, "superseded")
        self.assertEqual(order.sop_application_state, "approved")
        approval = order.sudo().approval_for("application")
        self.assertTrue(approval.is_valid)
        self.assertIn(self.users["sales_manager"], approval.step_ids.user_id)
        self.assertTrue(contract.is_approved("contract"))
        with self.assertRefused(order.name, "cannot change"):
            order.order_line.write({"product_uom_qty": 16})

    @rule("A3", "D1")
    def test_more_to_deliver_still_needs_its_delivery_order(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.in_force(order, quantity=15)
        self.assertEqual(order.sudo().picking_ids, picking)
        self.assertEqual(picking.move_ids.product_uom_qty, 15.0)
        with self.assertRefused("D1"):
            self.ship(picking)
        self.ship(self.approve_delivery(picking))
        self.assertEqual(order.order_line.qty_delivered, 15.0)

    @rule("A3")
    def test_less_to_deliver_lowers_the_delivery(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.in_force(order, quantity=4)
        self.assertEqual(picking.move_ids.product_uom_qty, 4.0)
        self.ship(picking)
        self.assertEqual(order.order_line.qty_delivered, 4.0)

    @rule("A3", "D1")
    def test_deliveries_go_on_under_the_old_content_meanwhile(self):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        amendment = self.amendment(order, quantity=15)
        self.ship(picking, quantity=6)
        self.assertEqual(order.order_line.qty_delivered, 6.0)
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        rest = order.sudo().picking_ids - picking
        self.assertEqual(sum(rest.move_ids.mapped("product_uom_qty")), 9.0)

    @rule("A3")
    def test_a_new_line_and_a_removed_line(self):
        pump = self._new_product("Pump controller", 50.0)
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (pump, 4, 50.0)])
        fan = self._new_product("Fan controller", 30.0)
        amendment = self.draft_amendment(order)
        amendment.line_ids.filtered(lambda line: line.product_id == pump).action_remove()
        amendment.write({"line_ids": [Command.create({"product_id": fan.id, "quantity": 3})]})
        new = amendment.line_ids.filtered(lambda line: line.change == "new")
        self.assertEqual((new.price_unit, new.product_uom_id), (30.0, fan.uom_id))
        self.assertEqual(new.tax_ids, self.tax)
        self.assertEqual(amendment.amount_new, 1090.0)
        amendment.action_submit()
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        quantities = {line.product_id: line.product_uom_qty for line in order.order_line}
        self.assertEqual(quantities, {self.drive: 10.0, pump: 0.0, fan: 3.0})
        self.assertEqual(order.amount_total, 1090.0)
        moves = order.sudo().picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves if move.product_uom_qty},
            {self.drive: 10.0, fan: 3.0},
        )
        self.assertTrue(
            order.order_line.filtered(lambda line: line.product_id == fan).sop_by_receipt
        )

    @rule("A3")
    def test_a_removed_line_is_not_offered_again(self):
        pump = self._new_product("Pump controller", 50.0)
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (pump, 4, 50.0)])
        amendment = self.draft_amendment(order)
        amendment.line_ids[1].action_remove()
        amendment.action_submit()
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        second = self.draft_amendment(order)
        self.assertEqual(second.line_ids.product_id, self.drive)
        self.change(second, quantity=12).action_submit()
        self.assertEqual(second.number, f"{order.sudo().sop_contract_id.number}-02")

    @rule("A3")
    def test_terms_change_by_an_amendment(self):
        order = self.confirmed_order()
        office = self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.customer.id, "type": "invoice"}
        )
        days = self.env.ref("account.account_payment_term_30days")
        amendment = self.draft_amendment(
            order,
            payment_term_id=days.id,
            partner_invoice_id=office.id,
            commitment_date="2026-12-24 08:00:00",
        )
        amendment.action_submit()
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        self.assertEqual(order.payment_term_id, days)
        self.assertEqual(order.partner_invoice_id, office)
        self.assertEqual(str(order.commitment_date), "2026-12-24 08:00:00")
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A3")
    def test_amounts_are_exact_with_tax_and_discount(self):
        self.tax = self._new_tax(13.0)
        order = self.confirmed_order(lines=[(self.drive, 7, 99.99)])
        self.assertEqual(order.amount_total, 790.92)
        amendment = self.draft_amendment(order)
        self.change(amendment, quantity=11, price_unit=88.88, discount=7.5)
        self.assertEqual(amendment.line_ids.price_subtotal, 904.35)
        self.assertEqual(amendment.amount_new, 1021.92)
        self.assertEqual(amendment.amount_change, 231.0)
        amendment.action_submit()
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        self.assertEqual(order.amount_total, 1021.92)
        self.assertEqual(order.order_line.discount, 7.5)

    @rule("A3", "P5")
    def test_percentages_stay_and_count_of_the_new_total(self):
        order = self.delivered_order()
        contract = order.sudo().sop_contract_id
        self.collect(order, 600.0)
        self.assertTrue(contract.invoice_gate_reached)
        self.in_force(order, quantity=20)
        self.assertEqual(contract.invoice_gate_percent, 60.0)
        self.assertEqual((contract.amount_total, contract.amount_missing), (2000.0, 600.0))
        self.assertFalse(contract.invoice_gate_reached)

    @rule("A3", "C3")
    def test_money_beyond_the_new_total_is_shown_and_not_lost(self):
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        self.collect(order, 1000.0)
        amendment = self.amendment(order, quantity=7)
        self.assertEqual(amendment.amount_surplus, 300.0)
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        self.assertEqual((contract.amount_collected, contract.amount_total), (1000.0, 700.0))
        self.assertEqual(contract.amount_surplus, 300.0)

    @rule("A3")
    def test_a_new_one_of_no_order_yet_changes_nothing(self):
        new = self.as_user(self.env["sop.amendment"], "salesperson").new({})
        self.assertEqual((new.amount_change, new.amount_surplus), (0.0, 0.0))

    @rule("A3")
    def test_a_locked_order_is_amended_and_stays_locked(self):
        order = self.confirmed_order()
        order.sudo().action_lock()
        self.in_force(order, quantity=15)
        self.assertEqual((order.locked, order.amount_total), (True, 1500.0))
        self.assertEqual(order.sudo().picking_ids.move_ids.product_uom_qty, 15.0)

    @rule("A3")
    def test_the_history_tells_what_changed(self):
        order = self.confirmed_order()
        amendment = self.in_force(order, quantity=15)
        for document in (order, order.sudo().sop_contract_id):
            bodies = " ".join(document.sudo().message_ids.mapped("body"))
            self.assertIn(amendment.number, bodies)
            self.assertIn("1,500.00", bodies)
        # A delivery is read by people who do not read its contract.
        bodies = " ".join(order.sudo().picking_ids.message_ids.mapped("body"))
        self.assertIn(amendment.number, bodies)
        self.assertNotIn("1,500.00", bodies)

    @rule("A3")
    def test_the_approvers_see_old_and_new(self):
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=15, discount=5)
        approval = self.as_user(amendment, "sales_manager").approval_for("amendment")
        for text in ("10 Units", "15 Units", "5.00 %", "1,000.00", "1,425.00", "+", "needs more"):
            self.assertIn(text, approval.summary)

    @rule("A3")
    def test_a_refusal_goes_back_and_is_submitted_again(self):
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=15, price_unit=50.0)
        approval = self.as_user(amendment, "sales_manager").approval_for("amendment")
        approval.refuse("The price is below cost.")
        self.assertEqual((amendment.state, order.amount_total), ("refused", 1000.0))
        self.change(amendment, price_unit=100.0).action_submit()
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        self.assertEqual((amendment.state, order.amount_total), ("applied", 1500.0))
        self.assertEqual(amendment.number[-3:], "-01")


@tagged("post_install", "-at_install")
class TestAmendmentRefusals(AmendmentCase):
    """What has happened is not taken back, and what changed meanwhile is not decided."""

    def _refused_at_submission(self, amendment, *texts):
        with self.assertRefused(*texts):
            amendment.action_submit()
        self.assertEqual(amendment.state, "draft")

    @rule("A3")
    def test_a_reason_and_a_change_are_needed(self):
        order = self.confirmed_order()
        amendment = self.draft_amendment(order, reason=" ")
        self._refused_at_submission(amendment, "Say why", "changes nothing")

    @rule("A3", "D3")
    def test_not_less_than_what_is_delivered(self):
        order = self.delivered_order()
        amendment = self.change(self.draft_amendment(order), quantity=9)
        self._refused_at_submission(amendment, "10 Units are delivered", "would be less")

    @rule("A3", "P7")
    def test_another_product_comes_at_the_price_that_was_agreed(self):
        """Its list price is 50.00, and the mill pays 80.00; on a confirmed order 0 drives stay."""
        pump = self._new_product("Pump controller", 50.0)
        for make, roles, kept in (
            (self.approved_quotation, ["sales_manager"], []),
            (self.effective_order, ["sales_manager", "sales_head", "finance"], []),
            (self.confirmed_order, ["sales_manager", "sales_head", "finance"], [0.0]),
        ):
            order = make()
            with self.subTest(state=order.state):
                amendment = self.draft_amendment(order)
                self.change(amendment, product_id=pump.id)
                self.change(amendment, price_unit=80.0).action_submit()
                self.assertEqual(amendment.amount_new, 800.0)
                self.decide(amendment, *roles)
                self.assertEqual((amendment.state, order.amount_total), ("applied", 800.0))
                drives = order.order_line.filtered(lambda line: line.product_id == self.drive)
                self.assertEqual(drives.mapped("product_uom_qty"), kept)

    @rule("A3", "D3")
    def test_a_line_with_deliveries_is_neither_removed_nor_replaced(self):
        order = self.delivered_order()
        amendment = self.draft_amendment(order)
        amendment.line_ids.removed = True
        self._refused_at_submission(amendment, "neither removed")
        dozen = self.env.ref("uom.product_uom_dozen")
        self.change(amendment, removed=False, product_uom_id=dozen.id)
        self._refused_at_submission(amendment, "another unit")
        pump = self._new_product("Pump controller", 50.0)
        self.change(amendment, product_uom_id=self.drive.uom_id.id, product_id=pump.id)
        self._refused_at_submission(amendment, "neither removed")

    @rule("A3", "C2")
    def test_the_total_is_not_less_than_what_is_invoiced(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        self.post(self.draft_invoice(order))
        amendment = self.change(self.draft_amendment(order), price_unit=99.0)
        self._refused_at_submission(amendment, "1,000.00", "990.00", "credit note")

    @rule("A3")
    def test_the_quantity_is_positive_and_the_total_not_negative(self):
        order = self.confirmed_order()
        amendment = self.change(self.draft_amendment(order), quantity=0)
        self._refused_at_submission(amendment, "has to be positive")
        self.change(amendment, quantity=10, price_unit=-1.0)
        self._refused_at_submission(amendment, "would be negative")

    @rule("A3")
    def test_a_cancelled_contract_is_not_amended(self):
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=15)
        draft = self.env["sop.amendment"].create({"order_id": order.id})
        order.sudo()._action_cancel()
        self.assertEqual((amendment.state, draft.state), ("cancelled", "cancelled"))
        self.assertEqual(amendment.approval_ids.state, "superseded")
        with self.assertRefused(order.sudo().sop_contract_id.number, "not amended any more"):
            self.draft_amendment(order)

    @rule("A3")
    def test_a_closed_contract_is_not_amended(self):
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        amendment = self.amendment(order, quantity=15)
        contract._set_state("closed")
        self.assertEqual(amendment.state, "cancelled")
        with self.assertRefused(contract.number, "Closed", "not amended any more"):
            self.rpc_create("sop.amendment", "salesperson", {"order_id": order.id})

    @rule("A3")
    def test_one_amendment_at_a_time(self):
        order = self.confirmed_order()
        first = self.draft_amendment(order)
        second = self.rpc_create(
            "sop.amendment", "sales_office", {"order_id": order.id, "reason": "Cheaper"}
        )
        self.change(first, quantity=15).action_submit()
        second = self.change(self.as_user(second, "sales_office"), price_unit=90.0)
        self._refused_at_submission(second, order.name, first.number)
        self.decide(first, "sales_manager", "sales_head", "finance")
        second.action_submit()
        self.assertEqual((second.amount_old, second.line_ids.old_quantity), (1500.0, 15.0))
        # What the second one left alone follows the first; it does not undo it.
        self.assertEqual((second.amount_new, second.line_ids.quantity), (1350.0, 15.0))

    @rule("A3")
    def test_the_button_opens_what_is_under_way(self):
        order = self.confirmed_order()
        first = self.amendment(order, quantity=15)
        action = self.as_user(order, "salesperson").action_sop_amend()
        self.assertEqual(action["res_id"], first.id)

    @rule("A3")
    def test_what_was_sold_without_a_contract_does_not_grow_into_one(self):
        self.policy.sudo().term_ids.write({"contract_required": False, "amount_to": 2000.0})
        self.policy.sudo().write(
            {"term_ids": [Command.create({"name": "Large sale", "contract_required": True})]}
        )
        order = self.approved_quotation()
        self.assertEqual(order.sudo().sop_contract_id.state, "effective")
        amendment = self.change(self.draft_amendment(order), quantity=30)
        self._refused_at_submission(amendment, "K1", "Large sale", "order of its own")
        self.change(amendment, quantity=12).action_submit()
        self.decide(amendment, "sales_manager")
        self.assertEqual((amendment.state, order.amount_total), ("applied", 1200.0))

    @rule("A3")
    def test_goods_that_left_meanwhile_stop_a_smaller_quantity(self):
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=4)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking, quantity=6)
        self.decide(amendment, "sales_manager", "sales_head")
        with self.assertRefused("6 Units are delivered", unchanged=[amendment]):
            self.decide(amendment, "finance")
        self.assertEqual((amendment.state, order.order_line.product_uom_qty), ("pending", 10.0))

    @rule("A3")
    def test_the_requester_withdraws_changes_and_submits_again(self):
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=15)
        approval = amendment.sudo().approval_ids
        amendment.action_withdraw()
        self.assertEqual((amendment.state, approval.state), ("draft", "superseded"))
        with self.assertRefused(amendment.number, "is kept for ever"):
            amendment.unlink()
        self.change(amendment, quantity=12).action_submit()
        self.assertEqual(amendment.approval_for("amendment").amount, 1200.0)
        amendment.action_withdraw()
        amendment.action_cancel()
        self.assertEqual((amendment.state, order.amount_total), ("cancelled", 1000.0))
        with self.assertRefused("cannot become"):
            amendment.action_withdraw()

    @rule("A3")
    def test_it_is_withdrawn_from_the_list_of_approvals_too(self):
        order = self.confirmed_order()
        amendment = self.amendment(order, quantity=15)
        amendment.approval_for("amendment").withdraw("The mill thinks it over")
        self.env.invalidate_all()
        self.assertEqual(amendment.state, "draft")
        self.change(amendment, quantity=12).action_submit()
        self.assertEqual(amendment.state, "pending")

    @rule("A3")
    def test_a_draft_can_be_deleted(self):
        amendment = self.draft_amendment(self.confirmed_order())
        amendment.unlink()
        self.assertFalse(amendment.exists())


@tagged("post_install", "-at_install")
class TestChangedQuotation(AmendmentCase):
    """A salesperson applies for a changed quotation; the approved one stays valid (P7)."""

    @rule("P7")
    def test_the_approved_quotation_stays_valid_meanwhile(self):
        order = self.approved_quotation()
        amendment = self.amendment(order, price_unit=90.0)
        self.assertEqual(amendment.kind, "quotation")
        self.assertEqual(order.sop_application_state, "approved")
        self.countersign(order)
        order.action_confirm()
        self.assertEqual((order.state, order.amount_total), ("sale", 1000.0))

    @rule("P7")
    def test_the_manager_alone_decides_it_and_the_contract_follows(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        amendment = self.amendment(order, price_unit=90.0)
        self.decide(amendment, "sales_manager")
        self.assertEqual((amendment.state, order.amount_total), ("applied", 900.0))
        self.assertEqual(order.sop_application_state, "approved")
        self.assertEqual((contract.state, contract.approval_state), ("draft", "none"))
        self.countersign(order)
        order.action_confirm()
        self.assertEqual((order.state, contract.amount_total), ("sale", 900.0))

    @rule("P7")
    def test_a_contract_that_became_effective_makes_it_stale(self):
        order = self.approved_quotation()
        amendment = self.amendment(order, price_unit=90.0)
        self.countersign(order)
        self.assertTrue(amendment.is_stale)
        with self.assertRefused(amendment.number, "has changed since"):
            self.decide(amendment, "sales_manager")
        amendment.action_withdraw()
        amendment.action_submit()
        self.assertEqual(amendment.kind, "contract")
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        self.assertEqual(order.amount_total, 900.0)

    @rule("P7", "A3")
    def test_a_quotation_changed_meanwhile_makes_it_stale(self):
        order = self.approved_quotation()
        amendment = self.amendment(order, price_unit=90.0)
        order.order_line.price_unit = 95.0
        with self.assertRefused(amendment.number, "has changed since"):
            self.decide(amendment, "sales_manager")
        order.order_line.price_unit = 100.0
        self.decide(amendment, "sales_manager")
        self.assertEqual(order.amount_total, 900.0)

    @rule("P7")
    def test_a_quotation_that_is_not_approved_is_simply_changed(self):
        order = self.quotation()
        with self.assertRefused(order.name, "nothing to amend"):
            self.draft_amendment(order)
        self.submit(order)
        with self.assertRefused(order.name, "Change it and submit it again"):
            self.draft_amendment(order)

    @rule("P7")
    def test_lines_are_added_and_removed_on_the_quotation(self):
        pump = self._new_product("Pump controller", 50.0)
        order = self.approved_quotation(lines=[(self.drive, 10, 100.0), (pump, 4, 50.0)])
        amendment = self.draft_amendment(order)
        amendment.line_ids[0].action_remove()
        amendment.write({"line_ids": [Command.create({"product_id": self.drive.id})]})
        amendment.action_submit()
        self.decide(amendment, "sales_manager")
        self.assertEqual(order.amount_total, 300.0)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [4.0, 1.0])

    @rule("P7", "P5")
    def test_its_terms_are_frozen_anew(self):
        policy = self._issue_policy(date_from="2026-11-01", invoice_gate_percent=80.0)
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.policy_id, contract.invoice_gate_percent), (policy, 80.0))
        newer = self._issue_policy(date_from="2026-11-02", invoice_gate_percent=50.0)
        amendment = self.amendment(order, price_unit=90.0)
        self.assertEqual(amendment.sudo().policy_id, policy)
        amendment.action_withdraw()
        amendment.policy_basis = "current"
        amendment.action_submit()
        self.decide(amendment, "sales_manager")
        self.assertEqual((contract.policy_id, contract.invoice_gate_percent), (newer, 50.0))


@tagged("post_install", "-at_install")
class TestAmendmentOfTenders(AmendmentCase):
    """What makes an order stricter than its term stays when the quotation changes."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"contract_required": False, **term})

    @rule("P7", "K1", "K10")
    def test_a_changed_tender_is_still_signed(self):
        order = self.approved_quotation(is_tender=True)
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.contract_required, contract.state), (True, "draft"))
        self.decide(self.amendment(order, price_unit=90.0), "sales_manager")
        self.assertEqual(order.amount_total, 900.0)
        self.assertEqual((contract.contract_required, contract.state), (True, "draft"))
        with self.assertRefused("K2", contract.number):
            self.as_user(order, "salesperson").action_confirm()

    @rule("P7")
    def test_a_changed_plain_quotation_becomes_effective_as_its_term_says(self):
        self._issue_policy(date_from="2021-01-01", contract_required=True)
        order = self.approved_quotation()
        self._issue_policy(date_from="2021-01-02")
        amendment = self.amendment(order, price_unit=90.0)
        amendment.action_withdraw()
        amendment.policy_basis = "current"
        amendment.action_submit()
        self.decide(amendment, "sales_manager")
        self.assertEqual(order.sudo().sop_contract_id.state, "effective")

    @rule("A3", "K10")
    def test_a_supplement_to_a_tender_is_reviewed_before_it_is_signed(self):
        order = self.approved_quotation(is_tender=True)
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        for role in ("legal", "sales_head", "sales_head", "finance"):
            self.approve(contract, "contract", role)
        amendment = self.amendment(order, quantity=12)
        self.decide(amendment, "sales_manager")
        approval = amendment.sudo().approval_for("amendment")
        self.assertEqual(set(approval.waiting_for.split(" and ")), {"Legal", "Head of Sales"})
        with self.assertRefused("not yours", unchanged=approval.step_ids):
            self.rpc(approval, "finance", "approve")
        self.decide(amendment, "sales_head", "legal", "sales_head")
        self.assertEqual(amendment.state, "pending")
        self.decide(amendment, "finance")
        self.assertEqual(amendment.state, "applied")


@tagged("post_install", "-at_install")
class TestSignedSmallAmendedLarge(AmendmentCase):
    """What the policy asks of a large contract is asked when a small one becomes large."""

    def setUp(self):
        super().setUp()
        large = {
            "name": "Large",
            "sequence": 1,
            "amount_from": 5000.0,
            "prepayment_percent": 30.0,
            "legal_review": True,
            "stock_review": True,
            "signed_file_required": True,
        }
        self.policy.sudo().write({"term_ids": [Command.create(large)]})
        self.env.invalidate_all()

    def register(self, contract, **values):
        document = base64.b64encode(b"%PDF-1.4 the signed supplement").decode()
        values = {"contract_id": contract.id, "document": document, "kind": "supplement", **values}
        return self.rpc_create(
            "sop.contract.file", "sales_office", {"document_name": "signed.pdf", **values}
        )

    @rule("A2", "K6", "K7", "M4")
    def test_a_large_supplement_has_the_reviews_the_deposit_and_the_signature(self):
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        amendment = self.amendment(order, quantity=1100)
        approval = amendment.sudo().approval_for("amendment")
        self.assertIn("Payment Before Goods", approval.summary)
        self.decide(amendment, "planner", "sales_manager")
        with self.assertRefused("Legal", unchanged=approval.step_ids):
            self.rpc(approval, "sales_head", "approve")
        self.decide(amendment, "legal", "sales_head", "finance")
        self.assertEqual((approval.state, amendment.state), ("approved", "pending"))
        self.assertEqual(amendment.waiting_for, "the signed supplement")
        self.assertEqual((order.amount_total, contract.prepayment_percent), (1000.0, 0.0))
        other = self.confirmed_order().sudo().sop_contract_id
        with self.assertRefused("another contract", unchanged=amendment):
            self.register(other, amendment_id=amendment.id)
        self.register(contract)
        self.env.invalidate_all()
        self.assertEqual((amendment.state, order.amount_total), ("applied", 110000.0))
        self.assertEqual((contract.prepayment_percent, contract.signed_file_missing), (30.0, False))
        picking = self.approve_delivery(order.sudo().picking_ids)
        with self.assertRefused("D4"):
            self.ship(picking)

    @rule("A3", "K6")
    def test_a_small_supplement_needs_none_of_them_and_loosens_nothing(self):
        order = self.effective_order()
        contract = order.sudo().sop_contract_id
        contract.prepayment_percent = 50.0
        amendment = self.in_force(order, quantity=12)
        self.assertEqual((amendment.state, contract.prepayment_percent), ("applied", 50.0))

    @rule("K6")
    def test_the_paper_of_a_withdrawn_supplement_does_not_stand_for_another(self):
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        amendment = self.amendment(order, quantity=60)
        self.register(contract)
        amendment.action_withdraw()
        self.change(amendment, quantity=70).action_submit()
        self.decide(amendment, "sales_manager", "legal", "sales_head", "finance")
        self.assertEqual(amendment.state, "pending")
        self.assertTrue(amendment.supplement_missing)


@tagged("post_install", "-at_install")
class TestAmendmentOfEverydayOrders(AmendmentCase):
    """Orders that are free of some gates stay what they were freed for (P5)."""

    @rule("P5", "A3")
    def test_free_goods_are_not_amended(self):
        self.policy.sudo().write(
            {
                "term_ids": [
                    Command.create(
                        {"name": "Samples", "order_type": "sample", "max_free_value": 5000.0}
                    )
                ]
            }
        )
        order = self.approved_quotation(sop_order_type="sample", lines=[(self.drive, 1, 0.0)])
        with self.assertRefused(order.name, "is not amended"):
            self.draft_amendment(order)

    @rule("P5", "D1")
    def test_a_service_without_delivery_orders_does_not_become_goods(self):
        repair = self._new_product("Repair", 100.0, type="service")
        values = {"name": "Service", "order_type": "service", "delivery_approval": False}
        self.policy.sudo().write({"term_ids": [Command.create({**values, "sequence": 1})]})
        self.env.invalidate_all()
        order = self.effective_order(sop_order_type="service", lines=[(repair, 1, 100.0)])
        amendment = self.draft_amendment(order)
        amendment.write({"line_ids": [Command.create({"product_id": self.drive.id})]})
        with self.assertRefused("D1", "Direct sale"):
            amendment.action_submit()
        amendment.line_ids.filtered(lambda line: line.change == "new").action_remove()
        self.change(amendment, quantity=2).action_submit()
        self.assertEqual(amendment.state, "pending")


@tagged("post_install", "-at_install")
class TestAmendmentPaper(AmendmentCase):
    """The supplementary agreement that both parties sign."""

    def _html(self, amendment, role="salesperson", **context):
        reports = self.as_user(self.env["ir.actions.report"], role).with_context(**context)
        html, kind = reports._render_qweb_html("sales_sop.report_amendment", amendment.ids)
        self.assertEqual(kind, "html")
        return html.decode()

    @rule("A3")
    def test_it_shows_old_and_new_and_what_is_not_in_force_is_marked(self):
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        waiting = self._html(amendment)
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        signed = self._html(amendment)
        for text in (
            amendment.number,
            amendment.contract_id.number,
            self.company.name,
            self.customer.name,
            "10 Units",
            "15 Units",
            "+$\xa0500.00",
            "1,500.00",
            "One Thousand, Five Hundred",
            "Authorised signature",
        ):
            self.assertIn(text, signed)
        # Why we agree is for those who approve, not for the customer.
        self.assertNotIn("The mill needs more", signed)
        self.assertIn("NOT IN FORCE", waiting)
        self.assertNotIn("sop_watermark", signed)

    @rule("A3")
    def test_a_chinese_customer_reads_the_amount_in_capitals(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        self.assertIn("壹仟伍佰元整", self._html(amendment))

    @rule("A3")
    def test_a_colleague_does_not_print_it(self):
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        with self.assertRefused(exception=AccessError):
            self._html(amendment, role="colleague")
