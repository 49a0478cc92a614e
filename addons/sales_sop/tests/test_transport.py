from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestPickup(SopCase):
    """The customer collects the goods; who collects them signs at loading."""

    def _pickup(self, **values):
        picking = self.confirmed_order().sudo().picking_ids
        self.as_user(picking, "sales_office").write(
            {"sop_transport_mode": "pickup", "sop_collector": "Zhou Min", **values}
        )
        return picking

    @rule("D3", "D5")
    def test_the_signature_at_loading_is_the_proof_of_delivery(self):
        picking = self._pickup()
        self.ship(self.approve_delivery(picking))
        self.assertEqual(picking.pod_state, "signed")
        self.assertEqual(picking.pod_signatory, "Zhou Min")
        self.assertEqual(picking.pod_date, self.today())
        self.assertEqual(picking.pod_user_id, self.users["stock_user"])
        self.assertEqual(picking.move_ids.qty_accepted, 10)

    @rule("D3", "D5")
    def test_the_keepers_clock_does_not_stop_the_goods(self):
        self.company.partner_id.tz = "America/New_York"
        picking = self.approve_delivery(self._pickup())
        self.users["stock_user"].tz = "Pacific/Kiritimati"
        east = picking.with_context(tz="Pacific/Kiritimati")
        with freeze_time("2026-03-02 20:00:00"):
            self.ship(east)
        self.assertEqual(picking.pod_state, "signed")
        self.assertEqual(picking.pod_date, date(2026, 3, 2))

    @rule("D3")
    def test_nobody_signs_in_advance_by_a_clock_of_their_own(self):
        self.company.partner_id.tz = "America/New_York"
        picking = self._pickup(sop_transport_mode="own")
        self.ship(self.approve_delivery(picking))
        self.users["sales_office"].tz = "Pacific/Kiritimati"
        wizards = self.as_user(self.env["sop.pod"], "sales_office").with_context(
            tz="Pacific/Kiritimati"
        )
        values = {"picking_id": picking.id, "signatory": "Wang Fang"}
        with freeze_time("2026-03-02 20:00:00"):
            with self.assertRefused("in advance", unchanged=picking):
                wizards.create({**values, "date": "2026-03-03"}).action_confirm()
            wizards.create(values).action_confirm()
        self.assertEqual(picking.pod_date, date(2026, 3, 2))

    @rule("D3")
    def test_a_part_that_is_collected_is_signed_for_and_the_rest_waits(self):
        picking = self._pickup()
        self.ship(self.approve_delivery(picking), quantity=4)
        self.assertEqual(picking.move_ids.qty_accepted, 4)
        rest = picking.sale_id.picking_ids - picking
        self.assertEqual((rest.sop_transport_mode, rest.sop_collector), ("pickup", False))
        with self.assertRefused("D5", rest.name):
            self.ship(rest)
        self.as_user(rest, "stock_user").sop_collector = "Wu Lan"
        self.ship(rest)
        self.assertEqual(rest.pod_signatory, "Wu Lan")

    @rule("D5")
    def test_without_a_collector_nothing_is_loaded(self):
        picking = self._pickup(sop_collector=" ")
        self.approve_delivery(picking)
        with self.assertRefused("D5", picking.name, "who collects", unchanged=picking):
            self.ship(picking)

    @rule("D1", "D7")
    def test_pickup_is_part_of_the_approved_delivery_order(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.approve_delivery(picking)
        changed = {"sop_transport_mode": "pickup", "sop_collector": "Zhou Min"}
        self.rpc(picking, "salesperson", "write", changed)
        self.assertEqual(picking.sop_delivery_state, "stale")
        with self.assertRefused("D1"):
            self.ship(picking)
        self.rpc(picking, "salesperson", "write", {"sop_transport_mode": "carrier"})
        self.ship(picking)
        self.assertEqual(picking.pod_state, "waiting")

    @rule("D1")
    def test_the_manager_sees_that_the_customer_collects(self):
        picking = self._pickup()
        self.as_user(picking, "sales_office").action_sop_submit()
        summary = picking.approval_for("delivery").submitted_summary
        self.assertIn("customer collects", summary)

    @rule("D3")
    def test_who_collected_does_not_change_afterwards(self):
        picking = self._pickup()
        self.ship(self.approve_delivery(picking))
        for role in ("stock_user", "salesperson", "administrator", "sale_manager"):
            for values in ({"sop_collector": "Nobody"}, {"sop_transport_mode": "own"}):
                with self.assertRefused(unchanged=picking):
                    self.rpc(picking, role, "write", values)

    @rule("D3")
    def test_carried_to_the_customer_it_is_signed_for_there(self):
        for mode in ("carrier", "own", False):
            picking = self._pickup(sop_transport_mode=mode)
            self.ship(self.approve_delivery(picking))
            self.assertEqual(picking.pod_state, "waiting")
