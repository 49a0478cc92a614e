from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_amendment import AmendmentCase
from .test_pod_refused import PodCase


class KitCase(PodCase):
    """Pump sets at 100.00, each of two pumps and four valves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump = cls._new_product("Pump", 30.0)
        cls.valve = cls._new_product("Valve", 10.0)
        for product in (cls.pump, cls.valve):
            cls._put_in_stock(product, 1000)
        cls.kit = cls._new_kit("Pump set", {cls.pump: 2, cls.valve: 4})

    @classmethod
    def _new_kit(cls, name, parts, **values):
        kit = cls._new_product(name, 100.0, is_storable=False)
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts.items()
                ],
                **values,
            }
        )
        return kit

    def ordered_kits(self, kit=None, quantity=10, price=100.0):
        order = self.confirmed_order(lines=[(kit or self.kit, quantity, price)])
        self.collect(order, 1000.0)
        return order, order.sudo().picking_ids

    def ship_parts(self, picking, pumps, valves):
        """The warehouse sends so many of each; what is left waits in another delivery."""
        moves = self.as_user(picking, "stock_user").move_ids
        for product, quantity in ((self.pump, pumps), (self.valve, valves)):
            moves.filtered(lambda move, part=product: move.product_id == part).quantity = quantity
        moves.picked = True
        self.ship(picking)

    def shipped_kits(self, **values):
        """All parts have left."""
        order, picking = self.ordered_kits(**values)
        self.approve_delivery(picking)
        self.ship(picking)
        return order, picking

    def parts(self, picking):
        """Planned or moved quantity of each part."""
        return {move.product_id: move.product_uom_qty for move in picking.sudo().move_ids}

    def invoiced(self, order):
        return self.post(self.draft_invoice(order)).amount_total


@tagged("post_install", "-at_install")
class TestKits(KitCase):
    """A kit is sold as one thing, leaves in parts and is accepted by its scarcest part (D3)."""

    @rule("D1", "D3")
    def test_kits_leave_in_parts_and_only_whole_ones_are_invoiced(self):
        order, picking = self.ordered_kits()
        line = order.order_line
        self.assertEqual(self.parts(picking), {self.pump: 20, self.valve: 40})
        self.approve_delivery(picking)
        self.ship_parts(picking, pumps=20, valves=26)
        self.assertQuantities(line, delivered=6.0, accepted=0.0, to_invoice=0.0)
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (26, 0, 0)})
        self.assertQuantities(line, delivered=6.0, accepted=6.0, to_invoice=6.0)
        self.assertEqual(self.invoiced(order), 600.0)
        rest = picking.sudo().backorder_ids
        self.assertEqual(self.parts(rest), {self.valve: 14})
        self.ship(rest)
        self.receipt(rest, {self.valve: (14, 0, 0)})
        self.assertQuantities(line, delivered=10.0, accepted=10.0, to_invoice=4.0)
        self.assertEqual(self.invoiced(order), 400.0)

    @rule("D3")
    def test_more_kits_than_were_accepted_are_not_invoiced(self):
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (15, 5, 0), self.valve: (40, 0, 0)})
        self.assertQuantities(order.order_line, delivered=10.0, accepted=7.0, to_invoice=7.0)
        invoice = self.draft_invoice(order)
        self.as_user(invoice, "finance").invoice_line_ids.quantity = 8
        with self.assertRefused("D3", "8 are on the invoice", "only 7", unchanged=invoice):
            self.post(invoice)
        self.as_user(invoice, "finance").invoice_line_ids.quantity = 7
        self.assertEqual(self.post(invoice).amount_total, 700.0)

    @rule("D3")
    def test_parts_that_are_not_needed_yet_make_up_for_damaged_ones(self):
        order, picking = self.ordered_kits()
        self.approve_delivery(picking)
        self.ship_parts(picking, pumps=20, valves=24)
        self.receipt(picking, {self.pump: (18, 2, 0), self.valve: (24, 0, 0)})
        self.assertQuantities(order.order_line, delivered=6.0, accepted=6.0, to_invoice=6.0)

    @rule("D3", "D6", "D12")
    def test_a_damaged_part_comes_back_and_it_alone_is_delivered_again(self):
        order, picking = self.shipped_kits()
        line = order.order_line
        self.receipt(picking, {self.pump: (19, 1, 0), self.valve: (40, 0, 0)})
        self.assertQuantities(line, delivered=10.0, accepted=9.0, to_invoice=9.0)
        self.assertEqual(self.invoiced(order), 900.0)
        returned = picking.return_ids
        self.assertEqual(self.parts(returned), {self.pump: 1})
        self.assertFalse(order.sudo().sop_due_again)
        self.ship(returned, quantity=1)
        self.assertQuantities(line, delivered=9.0, accepted=9.0, to_invoice=0.0)
        self.assertTrue(order.sudo().sop_due_again)
        again = self.deliver_again(order)
        self.assertEqual(self.parts(again), {self.pump: 1})
        self.assertQuantities(line, delivered=10.0, accepted=9.0, to_invoice=0.0)
        self.receipt(again, {self.pump: (1, 0, 0)})
        self.assertQuantities(line, delivered=10.0, accepted=10.0, to_invoice=1.0)
        self.assertEqual(self.invoiced(order), 100.0)
        self.assertFalse(order.sudo().sop_due_again)

    @rule("D3")
    def test_a_missing_part_is_lost_on_the_word_of_finance_and_delivered_again(self):
        order, picking = self.shipped_kits()
        line = order.order_line
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (37, 0, 3)})
        self.assertQuantities(line, delivered=10.0, accepted=9.0, to_invoice=9.0)
        self.confirm_missing(picking)
        self.assertQuantities(line, delivered=9.0, accepted=9.0, to_invoice=9.0)
        again = self.deliver_again(order)
        self.assertEqual(self.parts(again), {self.valve: 3})
        self.receipt(again, {self.valve: (3, 0, 0)})
        self.assertQuantities(line, delivered=10.0, accepted=10.0, to_invoice=10.0)

    @rule("D3")
    def test_accepted_kits_are_never_less_than_invoiced_without_a_credit_note(self):
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (38, 2, 0)})
        self.assertEqual(self.invoiced(order), 900.0)
        # One of twenty pumps is one that the nine kits do not need, two more are not.
        for damaged, refused in ((2, False), (3, True)):
            row = self.as_user(self.env["sop.pod.correction"], "sales_office").create(
                {"picking_id": picking.id, "reason": "Read wrongly from the copy"}
            )
            line = row.line_ids.filtered(lambda line: line.product_id == self.pump)
            line.write({"qty_accepted": 20 - damaged, "qty_damaged": damaged})
            if refused:
                with self.assertRefused("9 are invoiced", "only 8", "credit note"):
                    row.action_submit()
                continue
            row.action_submit()
            self.approve(row, "pod_correction", "finance")
            self.assertQuantities(order.order_line, delivered=10.0, accepted=9.0, to_invoice=0.0)

    @rule("D3", "D6")
    def test_a_kit_of_kits_counts_by_its_scarcest_part(self):
        """A station holds two pump sets and a drive; the bill makes five stations at once."""
        station = self._new_kit("Station", {self.kit: 10, self.drive: 5}, product_qty=5)
        order, picking = self.shipped_kits(kit=station, quantity=5, price=200.0)
        self.assertEqual(self.parts(picking), {self.pump: 20, self.valve: 40, self.drive: 5})
        line = order.order_line
        self.receipt(
            picking, {self.pump: (20, 0, 0), self.valve: (35, 5, 0), self.drive: (5, 0, 0)}
        )
        self.assertQuantities(line, delivered=5.0, accepted=4.0, to_invoice=4.0)
        self.ship(picking.return_ids, quantity=5)
        self.assertEqual(self.parts(self.deliver_again(order)), {self.valve: 5})

    @rule("D3", "D6")
    def test_parts_are_delivered_again_by_way_of_the_packing_zone(self):
        self.warehouse.delivery_steps = "pick_ship"
        order, packing = self.ordered_kits()
        self.ship(packing)
        picking = order.sudo().picking_ids - packing
        self.approve_delivery(picking)
        self.ship(picking)
        self.receipt(picking, {self.pump: (19, 1, 0), self.valve: (40, 0, 0)})
        self.ship(picking.return_ids, quantity=1)
        before = order.sudo().picking_ids
        self.as_user(order, "sales_office").action_sop_deliver_again()
        packing = order.sudo().picking_ids - before
        self.assertEqual(self.parts(packing), {self.pump: 1})
        self.assertFalse(order.sudo().sop_due_again)
        self.ship(packing)
        last = order.sudo().picking_ids - before - packing
        self.approve_delivery(last)
        self.ship(last)
        self.receipt(last, {self.pump: (1, 0, 0)})
        self.assertQuantities(order.order_line, delivered=10.0, accepted=10.0, to_invoice=10.0)

    @rule("D6")
    def test_invoiced_kits_that_come_back_are_credited(self):
        order, picking = self.shipped_kits()
        self.receipt(picking, {self.pump: (20, 0, 0), self.valve: (40, 0, 0)})
        self.assertEqual(self.invoiced(order), 1000.0)
        wizard = self.as_user(self.env["stock.return.picking"], "stock_user").create(
            {"picking_id": picking.id}
        )
        for part, quantity in ((self.pump, 4), (self.valve, 8)):
            wizard.product_return_moves.filtered(
                lambda row, part=part: row.product_id == part
            ).quantity = quantity
        self.ship(picking.browse(wizard.action_create_returns()["res_id"]))
        line = order.order_line
        self.assertQuantities(line, delivered=8.0, accepted=8.0, to_invoice=-2.0)
        credit_note = self.invoice_by_hand(
            Command.create(
                {
                    "product_id": self.kit.id,
                    "quantity": 2,
                    "price_unit": 100.0,
                    "tax_ids": [Command.set(self.tax.ids)],
                    "sale_line_ids": [Command.set(line.ids)],
                }
            ),
            move_type="out_refund",
        )
        self.post(credit_note)
        self.assertQuantities(line, delivered=8.0, accepted=8.0, to_invoice=0.0)

    @rule("D9")
    def test_no_more_of_a_part_leaves_than_the_ordered_kits_need(self):
        __, picking = self.ordered_kits()
        self.approve_delivery(picking)
        with self.assertRefused("D9", "Pump", unchanged=picking.move_ids):
            self.ship_parts(picking, pumps=21, valves=40)

    @rule("D1")
    def test_a_product_that_is_no_part_of_the_kit_does_not_leave_with_it(self):
        __, picking = self.ordered_kits()
        self.approve_delivery(picking)
        pump = picking.move_ids.filtered(lambda move: move.product_id == self.pump)
        self.rpc_create(
            "stock.move",
            "stock_user",
            {
                "picking_id": picking.id,
                "product_id": self.drive.id,
                "product_uom_qty": 2,
                "location_id": pump.location_id.id,
                "location_dest_id": pump.location_dest_id.id,
                "sale_line_id": pump.sale_line_id.id,
                "bom_line_id": pump.bom_line_id.id,
            },
        )
        with self.assertRefused("D1", self.drive.name, unchanged=picking.move_ids):
            self.ship(picking)


@tagged("post_install", "-at_install")
class TestKitsInReview(KitCase, AmendmentCase):
    """Of a kit its parts have to be in stock: a thousand pumps and a thousand valves (A2)."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, stock_review=True, **term)

    def asked(self, *lines):
        """What the planner is asked about an order of these lines; empty when nothing."""
        approval = self.submit(self.quotation(lines=list(lines)))
        planner = approval.step_ids.filtered(lambda step: step.rules == "A2")
        return planner.reason or ""

    @rule("A2")
    def test_the_planner_is_asked_when_a_part_of_the_kits_is_short(self):
        self.assertEqual(self.asked((self.kit, 250, 100.0)), "")
        reason = self.asked((self.kit, 251, 100.0))
        self.assertIn("Valve: 1004 are needed, 1000 are free", reason)
        self.assertNotIn("Pump", reason)

    @rule("A2")
    def test_parts_sold_by_themselves_count_with_those_of_the_kits(self):
        self.assertEqual(self.asked((self.kit, 200, 100.0), (self.pump, 600, 30.0)), "")
        reason = self.asked((self.kit, 200, 100.0), (self.pump, 601, 30.0))
        self.assertIn("Pump: 1001 are needed, 1000 are free", reason)
        station = self._new_kit("Pump station", {self.kit: 2})
        self.assertEqual(self.asked((station, 125, 200.0)), "")
        self.assertIn("Valve: 1008 are needed", self.asked((station, 126, 200.0)))

    @rule("A2", "A3")
    def test_an_amendment_is_asked_about_the_parts_that_it_adds(self):
        order = self.confirmed_order(lines=[(self.kit, 200, 100.0)])
        amendment = self.amendment(order, quantity=250)
        steps = amendment.sudo().approval_for("amendment").step_ids
        self.assertFalse(steps.filtered(lambda step: step.rules == "A2"))
        amendment.action_withdraw()
        self.change(amendment, quantity=251).action_submit()
        steps = amendment.sudo().approval_for("amendment").step_ids
        [planner] = steps.filtered(lambda step: step.rules == "A2")
        self.assertIn("Valve: 204 are needed, 200 are free", planner.reason)
