from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SopCase, rule


class ReleaseCase(SopCase):
    """A customer whose money is on its way, and people who may decide to trust them."""

    prepayment_percent = 30.0

    def request(self, document, role, submit=True, **values):
        """Press "Request Exception", fill in the form and submit it."""
        action = self.rpc(document, role, "action_sop_request_release")
        defaults = {key.removeprefix("default_"): value for key, value in action["context"].items()}
        values = {**defaults, "reason": "The bank is closed; the money came today.", **values}
        release = self.rpc_create("sop.release", role, values)
        if submit:
            self.rpc(release, role, "action_submit")
        return release

    def grant(self, release, role):
        self.approve(release, "release", role)
        return release

    def waiting_delivery(self, **values):
        """Ten drives for 1,000.00, approved to leave; 30 % had to be paid first."""
        order = self.confirmed_order(**values)
        return self.approve_delivery(order.sudo().picking_ids)

    def days_from_today(self, days):
        return fields.Date.today() + timedelta(days=days)

    def tidy(self):
        """What the nightly job does, without its commits."""
        self.env["sop.release"]._tidy_some(1000)

    def figures(self, release):
        return (release.state, release.amount_max, release.amount_used)


@tagged("post_install", "-at_install")
class TestRelease(ReleaseCase):
    """Special cases specially: one rule, one document, up to a maximum, until a day."""

    @rule("D4")
    def test_the_finance_vp_lets_goods_leave_before_the_money(self):
        picking = self.waiting_delivery()
        release = self.request(picking, "salesperson")
        self.assertEqual(
            (release.rule, release.contract_id, release.amount_max, release.amount_missing),
            ("D4", picking.sop_contract_id, 1000.0, 300.0),
        )
        self.assertRegex(release.number, r"^TP\d{4}-\d{4}$")
        with self.assertRefused("D4", "300.00", unchanged=[picking, release]):
            self.ship(picking)
        self.grant(release, "finance_vp")
        self.assertFalse(picking.sop_blockers)
        self.assertEqual(picking.sop_release_state, "released")
        self.assertIn("Finance Vp", picking.sop_release_note)
        self.assertIn("The bank is closed", picking.sop_release_note)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.figures(release), ("used", 1000.0, 1000.0))
        self.assertEqual(release.use_ids.mapped("document_name"), [picking.name])
        self.assertEqual(release.use_ids.user_id, self.users["stock_user"])

    @rule("D4")
    def test_only_who_has_the_authority_decides(self):
        release = self.request(self.waiting_delivery(), "salesperson")
        for role in ("salesperson", "sales_manager", "vp_sales", "finance"):
            with self.subTest(role=role), self.assertRefused(unchanged=release):
                self.approve(release, "release", role)
        self.grant(release, "finance_vp")
        self.assertEqual(release.state, "approved")

    @rule("D4")
    def test_a_refused_release_opens_nothing_and_says_why(self):
        picking = self.waiting_delivery()
        release = self.request(picking, "salesperson")
        self.as_user(release, "finance_vp").approval_for("release").refuse("Pay first.")
        self.assertEqual((release.state, release.decision_comment), ("refused", "Pay first."))
        with self.assertRefused("D4"):
            self.ship(picking)
        self.assertFalse(picking.sop_release_note)

    @rule("D4")
    def test_part_of_the_goods_up_to_the_maximum_and_the_backorder_takes_the_rest(self):
        picking = self.waiting_delivery()
        release = self.grant(self.request(picking, "sales_office", amount_max=700.0), "finance_vp")
        with self.assertRefused("D4", unchanged=[picking, release]):
            self.ship(picking)
        self.ship(picking, quantity=4)
        self.assertEqual(self.figures(release), ("approved", 700.0, 400.0))
        backorder = picking.backorder_ids
        with self.assertRefused("D4", unchanged=release):
            self.ship(backorder, quantity=4)
        self.ship(backorder, quantity=3)
        self.assertEqual(self.figures(release), ("used", 700.0, 700.0))
        with self.assertRefused("D4", unchanged=release):
            self.ship(backorder.backorder_ids, quantity=1)

    @rule("D4")
    def test_a_maximum_quantity(self):
        picking = self.waiting_delivery()
        release = self.request(picking, "salesperson", amount_max=0.0, quantity_max=4)
        self.grant(release, "finance_vp")
        with self.assertRefused("D4", unchanged=[picking, release]):
            self.ship(picking, quantity=5)
        self.ship(picking, quantity=4)
        self.assertEqual((release.state, release.quantity_used), ("used", 4.0))
        backorder = picking.backorder_ids
        self.assertIn("D4", backorder.sop_blockers)
        with self.assertRefused("D4", unchanged=release):
            self.ship(backorder, quantity=1)

    @rule("D1")
    def test_the_vp_sales_releases_a_delivery_nobody_approved(self):
        order = self.confirmed_order()
        self.collect(order, 300.0)
        picking = order.sudo().picking_ids
        release = self.request(picking, "sales_office")
        self.assertEqual(release.rule, "D1")
        with self.assertRefused("D1"):
            self.ship(picking)
        with self.assertRefused(unchanged=release):
            self.approve(release, "release", "finance_vp")
        self.grant(release, "vp_sales")
        self.ship(picking)
        self.assertEqual(self.figures(release), ("used", 1000.0, 1000.0))

    @rule("D1", "D4")
    def test_a_release_excuses_its_own_rule_only(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.grant(self.request(picking, "sales_office"), "vp_sales")
        with self.assertRefused("D4", "300.00"):
            self.ship(picking)
        self.assertEqual(picking.sop_release_state, "payment")

    @rule("C1")
    def test_the_finance_vp_releases_small_invoices_and_the_general_manager_any(self):
        order = self.delivered_order_by_release()
        invoice = self.draft_invoice(order)
        self.assertFalse(invoice.invoice_line_ids.filtered("display_type") - invoice.line_ids)
        release = self.request(invoice, "finance")
        self.assertEqual((release.rule, release.amount_missing), ("C1", 600.0))
        with self.assertRefused(unchanged=release):
            self.approve(release, "release", "finance_vp")
        with self.assertRefused("C1", unchanged=invoice):
            self.post(invoice)
        self.grant(release, "general_manager")
        self.assertEqual(invoice.sop_gate_state, "free")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(self.figures(release), ("used", 1000.0, 1000.0))

    def delivered_order_by_release(self):
        picking = self.waiting_delivery()
        self.grant(self.request(picking, "salesperson"), "finance_vp")
        self.ship(picking)
        self.sign(picking)
        return picking.sale_id

    @rule("C1")
    def test_an_invoice_of_30_percent_is_the_finance_vps(self):
        order = self.delivered_order_by_release()
        invoice = self.draft_invoice(order)
        invoice.invoice_line_ids.quantity = 3
        release = self.grant(self.request(invoice, "finance"), "finance_vp")
        self.post(invoice)
        self.assertEqual(self.figures(release), ("used", 300.0, 300.0))

    @rule("C1")
    def test_an_invoice_posted_by_a_release_is_not_listed_as_below_the_gate(self):
        order = self.delivered_order_by_release()
        invoice = self.draft_invoice(order)
        below = [("sop_below_gate", "=", True), ("id", "=", invoice.id)]
        release = self.grant(self.request(invoice, "finance"), "general_manager")
        self.post(invoice)
        self.assertFalse(invoice.sop_below_gate)
        self.assertFalse(invoice.search(below))
        # Once the release does not stand any more the invoice is below the gate like any other.
        release.sudo()._void()
        invoice.invalidate_recordset()
        self.assertTrue(invoice.sop_below_gate)
        self.assertEqual(invoice.search(below), invoice)

    @rule("C1")
    def test_posting_the_same_invoice_again_is_the_same_exception(self):
        order = self.delivered_order_by_release()
        invoice = self.draft_invoice(order)
        release = self.grant(self.request(invoice, "finance"), "general_manager")
        self.post(invoice)
        self.as_user(invoice, "finance").button_draft()
        self.post(invoice)
        self.assertEqual(self.figures(release), ("used", 1000.0, 1000.0))
        self.assertEqual(release.use_ids.mapped("amount"), [1000.0, 0.0])
        self.as_user(invoice, "finance").button_draft()
        invoice.invoice_line_ids.price_unit = 90.0
        with self.assertRefused("C1"):
            self.post(invoice)

    @rule("D3")
    def test_the_finance_vp_releases_an_invoice_before_the_paper_is_back(self):
        order = self.confirmed_order()
        self.collect(order, 600.0)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        invoice = self._invoice_of_all(order)
        with self.assertRefused("D3", unchanged=invoice):
            self.post(invoice)
        release = self.request(invoice, "finance")
        self.assertEqual(release.rule, "D3")
        self.grant(release, "finance_vp")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")
        self.sign(picking)

    def _invoice_of_all(self, order):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "product_id": self.drive.id,
                            "quantity": 10,
                            "price_unit": 100.0,
                            "tax_ids": [fields.Command.set(self.tax.ids)],
                            "sale_line_ids": [fields.Command.set(order.order_line.ids)],
                        }
                    )
                ],
            }
        )

    @rule("K2")
    def test_the_general_manager_lets_an_order_be_confirmed_before_the_contract(self):
        order = self.approved_quotation()
        with self.assertRefused("K2", unchanged=order):
            self.as_user(order, "salesperson").action_confirm()
        release = self.request(order, "salesperson")
        self.assertEqual((release.rule, release.amount_max), ("K2", 1000.0))
        with self.assertRefused(unchanged=release):
            self.approve(release, "release", "vp_sales")
        self.grant(release, "general_manager")
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual((order.state, release.state), ("sale", "used"))
        self.assertEqual(order.sudo().sop_contract_id.state, "draft")

    @rule("C7", "K2")
    def test_a_release_of_the_contract_does_not_lift_the_credit_limit(self):
        order = self.approved_quotation()
        self.grant(self.request(order, "salesperson"), "general_manager")
        self.company.account_use_credit_limit = True
        customer = self.customer.with_company(self.company)
        customer.credit_limit = 500.0
        with self.assertRefused("C7", unchanged=order):
            self.as_user(order, "salesperson").action_confirm()
        customer.credit_limit = 5000.0
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("K2", "A3")
    def test_what_was_confirmed_by_release_does_not_change_before_the_contract(self):
        order = self.approved_quotation()
        self.grant(self.request(order, "salesperson"), "general_manager")
        self.as_user(order, "salesperson").action_confirm()
        line = order.order_line
        with self.assertRefused("by an exception", unchanged=line):
            self.rpc(line, "salesperson", "write", {"product_uom_qty": 20})
        contract = self.countersign(order)
        self.assertEqual(contract.state, "effective")

    @rule("K2")
    def test_goods_of_a_contract_that_is_not_countersigned_need_a_release_of_their_own(self):
        order = self.approved_quotation()
        self.grant(self.request(order, "salesperson"), "general_manager")
        self.as_user(order, "salesperson").action_confirm()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.collect(order, 300.0)
        with self.assertRefused("K2", unchanged=picking):
            self.ship(picking)
        release = self.request(picking, "salesperson")
        self.assertEqual(release.rule, "K2")
        self.grant(release, "general_manager")
        self.ship(picking)
        self.assertEqual(picking.state, "done")


@tagged("post_install", "-at_install")
class TestReleaseEnds(ReleaseCase):
    """A release ends on its day, and with the content it was given for."""

    @rule("D4")
    def test_expired_the_day_after_its_last_day(self):
        picking = self.waiting_delivery()
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        self.assertIn(release.number, picking.sop_release_note)
        release.sudo().date_expiry = self.days_from_today(-1)
        self.assertEqual(release.status, "expired")
        self.env.invalidate_all()
        self.assertFalse(picking.sop_release_note)
        with self.assertRefused("D4"):
            self.ship(picking)
        self.tidy()
        self.assertEqual(release.state, "expired")
        again = self.grant(self.request(picking, "salesperson"), "finance_vp")
        again.sudo().date_expiry = self.days_from_today(0)
        self.ship(picking)
        self.assertEqual((again.state, release.amount_used), ("used", 0.0))

    @rule("D4")
    def test_valid_at_most_as_long_as_the_policy_says(self):
        picking = self.waiting_delivery()
        for days in (31, -1):
            with self.subTest(days=days), self.assertRefused("between today and", "30"):
                self.request(picking, "salesperson", date_expiry=self.days_from_today(days))
        release = self.request(picking, "salesperson", date_expiry=self.days_from_today(30))
        self.assertEqual(release.state, "pending")

    @rule("D4")
    def test_more_goods_than_released_make_it_void(self):
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0)])
        picking = order.sudo().picking_ids
        picking.move_ids.product_uom_qty = 5
        self.approve_delivery(picking)
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        self.assertEqual(release.amount_max, 500.0)
        picking.move_ids.product_uom_qty = 6
        self.assertEqual(release.status, "void")
        with self.assertRefused("D4"):
            self.ship(picking, quantity=5)
        self.tidy()
        self.assertEqual(release.state, "void")
        picking.move_ids.product_uom_qty = 5
        with self.assertRefused("D4"):
            self.ship(picking, quantity=5)

    @rule("D4")
    def test_less_goods_than_released_are_still_released(self):
        picking = self.waiting_delivery()
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        picking.move_ids.product_uom_qty = 6
        self.ship(picking, quantity=6)
        self.assertEqual(self.figures(release), ("approved", 1000.0, 600.0))

    @rule("D4")
    def test_who_does_not_read_the_contract_hears_of_the_exception_without_amounts(self):
        """The guard and a colleague read every delivery, and not what it is worth."""
        picking = self.waiting_delivery()
        self.grant(self.request(picking, "salesperson"), "finance_vp")
        self.ship(picking)
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        for role, is_told in (("gate_guard", False), ("colleague", False), ("salesperson", True)):
            self.env.invalidate_all()
            [read] = self.rpc(picking, role, "read", ["sop_release_note", "message_ids"])
            self.assertIn("The bank is closed", read["sop_release_note"], role)
            self.assertEqual("1,000.00" in read["sop_release_note"], is_told, role)
            messages = self.env["mail.message"].browse(read["message_ids"])
            bodies = " ".join(message.body for message in messages)
            self.assertIn("The bank is closed", bodies)
            self.assertNotIn("$", bodies)
        self.assertIn("1,000.00", " ".join(picking.sop_contract_id.message_ids.mapped("body")))

    @rule("D4")
    def test_another_address_makes_it_void_also_while_it_waits(self):
        picking = self.waiting_delivery()
        release = self.request(picking, "salesperson")
        picking.partner_id = self.customer.copy()
        with self.assertRefused("changed since", unchanged=release):
            self.approve(release, "release", "finance_vp")

    @rule("C1")
    def test_a_changed_invoice_makes_it_void(self):
        order = self.confirmed_order()
        self.collect(order, 300.0)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking)
        invoice = self.draft_invoice(order)
        release = self.grant(self.request(invoice, "finance"), "general_manager")
        invoice.invoice_line_ids.quantity = 9
        self.assertEqual(release.status, "void")
        with self.assertRefused("C1", unchanged=release):
            self.post(invoice)

    @rule("D4")
    def test_cancelling_the_document_voids_it(self):
        picking = self.waiting_delivery()
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        waiting = self.request(self.waiting_delivery(), "salesperson")
        picking.action_cancel()
        self.assertEqual(release.state, "void")
        waiting._document().sale_id.action_cancel()
        self.assertEqual(waiting.state, "void")
        self.assertFalse(waiting.approval_ids.step_ids.filtered(lambda s: s.state == "pending"))

    @rule("D4")
    def test_what_was_asked_already_is_shown_and_not_asked_once_more(self):
        picking = self.waiting_delivery()
        release = self.request(picking, "salesperson")
        action = self.rpc(picking, "salesperson", "action_sop_request_release")
        self.assertEqual((action["res_model"], action["res_id"]), ("sop.release", release.id))
        again = self.rpc_create(
            "sop.release",
            "salesperson",
            {
                "res_model": picking._name,
                "res_id": picking.id,
                "rule": "D4",
                "contract_id": release.contract_id.id,
                "amount_max": 1000.0,
                "date_expiry": release.date_expiry,
                "reason": "Once more",
            },
        )
        with self.assertRefused(release.number, "withdraw it", unchanged=release):
            self.rpc(again, "salesperson", "action_submit")
        self.rpc(release, "salesperson", "action_sop_withdraw")
        action = self.rpc(picking, "salesperson", "action_sop_request_release")
        self.assertEqual(action["context"]["default_rule"], "D4")

    @rule("D4")
    def test_the_requester_takes_it_back_while_it_waits(self):
        picking = self.waiting_delivery()
        release = self.request(picking, "salesperson")
        with self.assertRefused(unchanged=release):
            self.rpc(release, "finance", "action_sop_withdraw")
        self.rpc(release, "salesperson", "action_sop_withdraw")
        self.assertEqual(release.state, "void")
        granted = self.grant(self.request(picking, "salesperson"), "finance_vp")
        with self.assertRefused(unchanged=granted):
            self.rpc(granted, "salesperson", "action_sop_withdraw")


@tagged("post_install", "-at_install")
class TestReleaseAttacks(ReleaseCase):
    """No way around: neither by the fields, nor by another document, contract or rule."""

    @rule("D4")
    def test_nobody_creates_a_release_that_is_already_valid(self):
        picking = self.waiting_delivery()
        base = {
            "res_model": "stock.picking",
            "res_id": picking.id,
            "rule": "D4",
            "reason": "Because",
            "amount_max": 1000.0,
        }
        forged = {
            "state": "approved",
            "number": "TP1",
            "content": {"lines": []},
            "amount_used": -5000.0,
            "decided_by": "The general manager",
            "requested_by_id": self.users["finance"].id,
            "company_id": self.env.ref("base.main_company").id,
        }
        for role in ("salesperson", "sales_office", "sales_manager", "finance", "stock_user"):
            for name, value in forged.items():
                with self.subTest(role=role, field=name), self.assertRefused():
                    self.rpc_create("sop.release", role, {**base, name: value})
        release = self.rpc_create(
            "sop.release",
            "salesperson",
            base,
            context={f"default_{name}": value for name, value in forged.items()},
        )
        self.assertEqual((release.state, release.company_id), ("draft", self.company))
        self.assertEqual(release.requested_by_id, self.users["salesperson"])
        self.assertEqual((release.content, release.amount_used), (False, 0.0))
        with self.assertRefused("D4"):
            self.ship(picking)

    @rule("D4")
    def test_nobody_writes_a_submitted_release(self):
        picking = self.waiting_delivery()
        other = self.waiting_delivery()
        release = self.request(picking, "salesperson", amount_max=100.0)
        changes = {
            "amount_max": 1000.0,
            "quantity_max": 10.0,
            "date_expiry": "2099-01-01",
            "res_id": other.id,
            "rule": "D1",
            "reason": "Another one",
            "state": "approved",
            "contract_id": other.sop_contract_id.id,
            "kind": "after_the_fact",
        }
        for step in ("pending", "approved"):
            for role in self.users:
                with self.subTest(step=step, role=role), self.assertUnchanged(release):
                    for name, value in changes.items():
                        self.assertNotAllowed(release, role, "write", {name: value})
                    self.assertNotAllowed(release, role, "web_save", {"amount_max": 1000.0}, {})
                    self.assertNotAllowed(release, role, "unlink")
            if step == "pending":
                self.grant(release, "finance_vp")

    @contextmanager
    def assertUnchanged(self, records):
        before = self._stored_values(records)
        yield
        self.assertEqual(self._stored_values(records), before)

    def assertNotAllowed(self, record, role, method, *args):
        with self.assertRaises(UserError, msg=f"{role} {method} {args}"), self.env.cr.savepoint():
            self.rpc(record, role, method, *args)
            self.env.flush_all()

    @rule("D4")
    def test_a_copy_is_a_draft_that_opens_nothing(self):
        picking = self.waiting_delivery()
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        self.ship(picking, quantity=10)
        copied = self.as_user(release, "salesperson").copy()
        self.assertEqual((copied.state, copied.number), ("draft", False))
        self.assertEqual((copied.amount_used, copied.content), (0.0, False))
        self.assertFalse(copied.use_ids)

    @rule("D4")
    def test_uses_are_written_by_the_gate_only(self):
        picking = self.waiting_delivery()
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        self.ship(picking)
        use = release.use_ids
        forged = {
            "release_id": release.id,
            "res_model": "stock.picking",
            "res_id": picking.id,
            "amount": -1000.0,
        }
        for role in self.users:
            with self.subTest(role=role), self.assertUnchanged([use, release]):
                self.assertNotAllowed(use, role, "write", {"amount": 0.0})
                self.assertNotAllowed(use, role, "unlink")
                with self.assertRefused():
                    self.rpc_create("sop.release.use", role, forged)

    @rule("D4")
    def test_a_release_is_for_its_own_document(self):
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (self.drive, 5, 100.0)])
        picking = order.sudo().picking_ids
        second = picking.copy({"move_ids": False})
        picking.move_ids[1].picking_id = second
        self.approve_delivery(picking)
        self.approve_delivery(second)
        release = self.grant(self.request(picking, "salesperson"), "finance_vp")
        with self.assertRefused("D4", unchanged=release):
            self.ship(second)
        # Calling it a backorder does not help: its goods are not those of the release.
        second.backorder_id = picking
        with self.assertRefused("D4", unchanged=release):
            self.ship(second)
        other = self.waiting_delivery()
        other.backorder_id = picking
        with self.assertRefused("D4", unchanged=release):
            self.ship(other)

    @rule("D4")
    def test_a_release_names_a_contract_of_its_document(self):
        picking = self.waiting_delivery()
        other = self.waiting_delivery()
        draft = self.request(picking, "salesperson", submit=False)
        self.rpc(draft, "salesperson", "write", {"contract_id": other.sop_contract_id.id})
        with self.assertRefused("does not rest on contract", unchanged=draft):
            self.rpc(draft, "salesperson", "action_submit")

    @rule("D9", "C2", "A1", "D4")
    def test_what_can_never_be_released(self):
        order = self.quotation()
        with self.assertRefused("Nothing that blocks"):
            self.request(order, "salesperson")
        picking = self.waiting_delivery()
        for wrong in ("C1", "D3", "D1_D4", "K2", "D1"):
            with self.subTest(rule=wrong), self.assertRefused():
                self.request(picking, "sales_office", rule=wrong)
        with self.assertRefused("is worth", "1,000.00", "1,000.01"):
            self.request(picking, "salesperson", amount_max=1000.01)
        with self.assertRefused("maximum amount or quantity"):
            self.request(picking, "salesperson", amount_max=0.0)
        with self.assertRefused("Say why"):
            self.request(picking, "salesperson", reason="  ")
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "invoice_line_ids": [fields.Command.create({"name": "x", "price_unit": 5.0})],
            }
        )
        with self.assertRefused("Nothing that blocks"):
            self.request(invoice, "finance")

    @rule("D9")
    def test_more_than_ordered_stays_in_spite_of_a_release(self):
        order = self.confirmed_order()
        self.collect(order, 300.0)
        picking = order.sudo().picking_ids
        self.grant(self.request(picking, "sales_office"), "vp_sales")
        with self.assertRefused("D9"):
            self.ship(picking, quantity=11)
        self.ship(picking, quantity=10)
        self.assertEqual(picking.state, "done")

    @rule("D4")
    def test_nobody_decides_the_own_request(self):
        picking = self.waiting_delivery()
        self.users["finance"].group_ids |= self.env.ref("sales_sop.group_finance_vp")
        release = self.request(picking, "finance")
        with self.assertRefused(unchanged=release):
            self.approve(release, "release", "finance")
        self.grant(release, "finance_vp")
        self.assertEqual(release.state, "approved")

    @rule("D4")
    def test_a_salesperson_asks_for_the_own_customers_only(self):
        picking = self.waiting_delivery()
        stranger = self._new_user("stranger", "sales_sop.group_salesperson", self.company)
        self.users["stranger"] = stranger
        with self.assertRefused():
            self.request(picking, "stranger")
        release = self.request(picking, "salesperson")
        self.assertFalse(self.as_user(self.env["sop.release"], "stranger").search([]) & release)
        with self.assertRefused():
            self.rpc(release, "stranger", "read", ["reason"])
        with self.assertRefused("may not request"):
            self.rpc(picking, "gate_guard", "action_sop_request_release")
