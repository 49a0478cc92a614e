from datetime import date

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import rule
from .test_order_type import OrderTypeCase
from .test_races import RaceCase


class WarrantyCase(OrderTypeCase):
    """Ten drives delivered and accepted on 2 March 2026 under a warranty of twelve months."""

    def claim(self, origin, quantity=2, **values):
        return self.free_order("warranty", quantity, sop_origin_order_id=origin.id, **values)

    def approved_claim(self, origin, quantity=2):
        return self.approved_free_order("warranty", quantity, sop_origin_order_id=origin.id)

    def confirmed_claim(self, origin, quantity=2):
        order = self.approved_claim(origin, quantity)
        self.as_user(order, "salesperson").action_confirm()
        return order

    def invoiced_order(self):
        origin = self.delivered_order()
        self.collect(origin, 1000.0)
        self.post(self.draft_invoice(origin))
        return origin


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20")
class TestWarranty(WarrantyCase):
    """Only what was delivered, accepted and is under warranty is replaced free of charge."""

    @rule("S1", "P3")
    def test_a_replacement_goes_through_the_chain_without_the_general_manager(self):
        origin = self.delivered_order()
        order = self.claim(origin, quantity=10)
        self.submit(order)
        self.assertEqual(self.waiting_groups(order), ["Sales Manager"])
        self.approve(order, "application", "sales_manager")
        self.as_user(order, "salesperson").action_confirm()
        picking = order.sudo().picking_ids
        self.assertEqual(picking._sop_basis(), "warranty")
        with self.assertRefused("D1"):
            self.ship(picking)
        self.approve_delivery(picking)
        self.ship(picking)
        self.sign(picking)
        self.assertEqual(order.order_line.qty_accepted, 10)
        self.assertEqual(order.invoice_status, "no")

    @rule("S1")
    def test_a_replacement_names_the_order_delivered_before(self):
        order = self.free_order("warranty")
        with self.assertRefused("S1", order.name, "Name the order", unchanged=order):
            self.submit(order)

    @rule("S1")
    def test_an_order_of_another_customer_proves_nothing(self):
        origin = self.delivered_order()
        stranger = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        order = self.claim(origin, partner_id=stranger.id)
        with self.assertRefused("S1", "not one of Hillside Glass", unchanged=order) as caught:
            self.submit(order)
        self.assertNotIn(origin.name, str(caught.exception))

    @rule("S1")
    def test_another_address_of_the_customer_is_the_same_customer(self):
        origin = self.delivered_order()
        plant = self.env["res.partner"].create({"name": "Plant 2", "parent_id": self.customer.id})
        order = self.claim(origin, partner_id=plant.id)
        self.submit(order)
        self.assertEqual(order.sudo().sop_contract_id.order_type, "warranty")

    @rule("S1", "D3")
    def test_goods_that_are_not_accepted_are_not_replaced(self):
        origin = self.confirmed_order()
        order = self.claim(origin)
        with self.assertRefused("S1", "nothing to replace"):
            self.submit(order)
        picking = origin.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        with self.assertRefused("S1", "proof of delivery"):
            self.submit(order)
        self.sign(picking, damaged=9)
        with self.assertRefused("S1", "1 are under warranty", "1 are left"):
            self.submit(order)
        order.order_line.product_uom_qty = 1
        self.submit(order)

    @rule("S1")
    def test_only_the_product_that_was_delivered_is_replaced(self):
        origin = self.delivered_order()
        motor = self._new_product("Motor", 300.0)
        order = self.quotation(
            lines=[(self.drive, 1, 0.0), (motor, 1, 0.0)],
            sop_order_type="warranty",
            sop_origin_order_id=origin.id,
        )
        with self.assertRefused("S1", "no Motor", origin.name):
            self.submit(order)

    @rule("S1")
    def test_the_last_day_of_the_warranty_counts(self):
        origin = self.delivered_order()
        with freeze_time("2027-03-02"):
            self.submit(self.claim(origin))
        with (
            freeze_time("2027-03-03"),
            self.assertRefused(
                "S1", "03/02/2026", "12 months", "ended on 03/02/2027", "claimed on 03/03/2027"
            ),
        ):
            self.submit(self.claim(origin))

    @rule("S1", "P4")
    def test_a_claim_in_time_is_delivered_after_the_warranty(self):
        origin = self.delivered_order()
        with freeze_time("2027-03-02"):
            order = self.approved_claim(origin)
        with freeze_time("2027-04-15"):
            self.as_user(order, "salesperson").action_confirm()
            self.approve_delivery(order.sudo().picking_ids)
            self.ship(order.sudo().picking_ids)
        self.assertEqual(order.order_line.qty_delivered, 2)

    @rule("S1")
    def test_no_more_is_replaced_than_was_accepted(self):
        origin = self.delivered_order()
        with self.assertRefused("S1", "11 are to be replaced", "10 are left"):
            self.submit(self.claim(origin, quantity=11))
        self.confirmed_claim(origin, quantity=7)
        with self.assertRefused("S1", "10 are under warranty", "7 replaced", "3 are left"):
            self.submit(self.claim(origin, quantity=4))
        self.submit(self.claim(origin, quantity=3))

    @rule("S1")
    def test_two_lines_of_one_product_count_together(self):
        origin = self.delivered_order()
        order = self.quotation(
            lines=[(self.drive, 6, 0.0), (self.drive, 6, 0.0)],
            sop_order_type="warranty",
            sop_origin_order_id=origin.id,
        )
        with self.assertRefused("S1", "12 are to be replaced"):
            self.submit(order)

    @rule("S1")
    def test_dozens_are_counted_as_pieces(self):
        origin = self.delivered_order()
        order = self.claim(origin, quantity=1)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 0.0
        with self.assertRefused("S1", "12 are to be replaced"):
            self.submit(order)

    @rule("S1")
    def test_two_claims_approved_before_either_is_confirmed(self):
        origin = self.delivered_order()
        first, second = self.approved_claim(origin, 6), self.approved_claim(origin, 6)
        self.as_user(first, "salesperson").action_confirm()
        with self.assertRefused("S1", "6 replaced already", "4 are left", unchanged=second):
            self.as_user(second, "salesperson").action_confirm()
        with self.assertRefused("S1", unchanged=second):
            self.rpc(second, "salesperson", "write", {"state": "sale"})

    @rule("S1")
    def test_a_cancelled_claim_gives_back_what_did_not_leave(self):
        origin = self.delivered_order()
        order = self.confirmed_claim(origin, quantity=8)
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking, quantity=5)
        self.sign(picking)
        request = self.as_user(self.env["sop.contract.closing"], "sales_office").create(
            {
                "contract_id": order.sudo().sop_contract_id.id,
                "kind": "cancellation",
                "reason": "The customer repairs the others.",
            }
        )
        request.action_submit()
        self.approve(request, "cancellation", "sales_head")
        self.approve(request, "cancellation", "finance")
        self.assertEqual(order.state, "cancel")
        self.assertEqual(origin.sudo()._sop_replaced(self.drive, order.browse()), 5)

    @rule("S1")
    def test_what_came_back_and_was_credited_is_not_replaced_too(self):
        origin = self.invoiced_order()
        invoice = origin.sudo().invoice_ids
        self.take_back(origin.sudo().picking_ids, 4)
        # Came back, but the customer has paid for it: replaced it may be.
        self.assertEqual(origin.sudo()._sop_kept_or_paid(self.drive), 10)
        order = self.confirmed_claim(origin, quantity=10)
        reversal = (
            self.as_user(self.env["account.move.reversal"], "finance")
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-11-20"})
        )
        reversal.refund_moves()
        credit = reversal.new_move_ids
        credit.invoice_line_ids.quantity = 4
        self.post(credit.sudo())
        self.assertEqual(origin.sudo()._sop_kept_or_paid(self.drive), 6)
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        with self.assertRefused("S1", "6 are left"):
            self.ship(picking)

    @rule("S1")
    def test_a_replacement_does_not_make_the_warranty_longer(self):
        origin = self.delivered_order()
        first = self.confirmed_claim(origin, quantity=2)
        self.approve_delivery(first.sudo().picking_ids)
        self.ship(first.sudo().picking_ids)
        pod = self.as_user(self.env["sop.pod"], "sales_office").create(
            {
                "picking_id": first.sudo().picking_ids.id,
                "signatory": "Wang Fang",
                "date": "2026-11-20",
            }
        )
        pod.action_confirm()
        with freeze_time("2027-03-02"):
            self.submit(self.claim(first, quantity=2))
        with freeze_time("2027-03-03"), self.assertRefused("S1", "ended on 03/02/2027"):
            self.submit(self.claim(first, quantity=2))

    @rule("S1")
    def test_a_priced_line_makes_the_claim_a_sale(self):
        origin = self.delivered_order()
        order = self.free_order("warranty", price=50.0, sop_origin_order_id=origin.id)
        self.submit(order)
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.order_type, contract.contract_required), ("sale", True))

    @rule("A3", "S1")
    def test_the_origin_is_part_of_what_is_approved(self):
        origin, other = self.delivered_order(), self.delivered_order()
        order = self.approved_claim(origin)
        for role in ("salesperson", "sales_office", "sale_manager"):
            with self.assertRefused("effective contract", unchanged=order):
                self.rpc(order, role, "write", {"sop_origin_order_id": other.id})
            with self.assertRefused("effective contract", unchanged=order):
                self.rpc(order, role, "write", {"sop_origin_order_id": False})
        # The other end of the link is the same column.
        for commands in (
            [Command.unlink(order.id)],
            [Command.clear()],
            [Command.update(order.id, {"sop_order_type": "free"})],
        ):
            with self.assertRefused(unchanged=order):
                self.rpc(origin, "sales_office", "write", {"sop_replacement_ids": commands})

    @rule("S1")
    def test_goods_delivered_before_the_first_policy_are_under_warranty_too(self):
        origin = self.confirmed_order()
        picking = origin.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        # As the first policy leaves it: agreed before, without contract and proof of delivery.
        origin.sudo().write({"sop_opening": True, "sop_contract_id": False})
        picking.write({"pod_state": "no"})
        self.assertEqual(origin.sudo()._sop_receipts(self.drive), [(date(2026, 11, 20), 10)])
        order = self.confirmed_claim(origin, quantity=10)
        self.assertEqual(order.state, "sale")
        # In Greenwich it was Friday already.
        self.company.partner_id.tz = "America/New_York"
        self.assertEqual(origin.sudo()._sop_receipts(self.drive), [(date(2026, 11, 19), 10)])

    @rule("S1")
    def test_an_origin_from_the_context_is_judged_like_any_other(self):
        origin = self.delivered_order()
        order = self.rpc_create(
            "sale.order",
            "salesperson",
            {
                "partner_id": self.env["res.partner"].create({"name": "Somebody else"}).id,
                "order_line": [Command.create({"product_id": self.drive.id, "price_unit": 0.0})],
            },
            context={
                "default_sop_order_type": "warranty",
                "default_sop_origin_order_id": origin.id,
                "default_order_type": "warranty",
            },
        )
        with self.assertRefused("S1", unchanged=order):
            self.submit(order)
        self.assertFalse(order.sop_contract_id)


@tagged("post_install", "-at_install")
class TestWarrantyRaces(RaceCase, WarrantyCase):
    """Two replacements of the same goods at the same moment."""

    def _race_of_two_claims(self, origin):
        first, second = self.approved_claim(origin, 6), self.approved_claim(origin, 6)
        tries = []

        def confirm(order):
            return lambda env: self.seen_by(env, order, "salesperson").action_confirm()

        def refused_the_second_time(env):
            tries.append(env)
            if len(tries) == 1:
                return confirm(second)(env)
            with self.assertRefused("S1", "4 are left"):
                confirm(second)(env)

        self.race(confirm(first), refused_the_second_time)
        self.assertEqual(len(tries), 2)
        self.assertEqual((first.state, second.state), ("sale", "draft"))

    @rule("S1")
    def test_two_claims_confirmed_at_once_replace_no_more_than_was_accepted(self):
        self._race_of_two_claims(self.delivered_order())

    @rule("S1")
    def test_two_claims_on_goods_from_before_the_first_policy(self):
        origin = self.delivered_order()
        origin.sudo().write({"sop_opening": True, "sop_contract_id": False})
        self.assertFalse(origin.sudo().sop_contract_id)
        self._race_of_two_claims(origin)
