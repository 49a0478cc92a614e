from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import rule
from .test_pod_refused import PodCase


@tagged("post_install", "-at_install")
class TestCarrierClaims(PodCase):
    """What the carrier damaged or lost is claimed from it, and the claim is kept (D12)."""

    def setUp(self):
        super().setUp()
        self.carrier = self.env["res.partner"].create({"name": "Swift Haulage"})

    def claim(self, picking, role="sales_office", **values):
        return self.as_user(self.env["sop.carrier.claim"], role).create(
            {"picking_id": picking.id, "carrier_partner_id": self.carrier.id, **values}
        )

    def refused_delivery(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (7, 2, 1)})
        return picking

    @rule("D12")
    def test_damaged_and_missing_goods_are_claimed_at_the_order_price(self):
        claim = self.claim(self.refused_delivery())
        self.assertEqual((claim.amount, claim.state), (300.0, "open"))
        self.assertIn("2 damaged, 1 missing", claim.goods)
        claim.action_accept()
        with self.assertRefused("record a carrier's answer", exception=AccessError):
            claim.action_settle()
        self.as_user(claim, "finance").action_settle()
        self.assertEqual((claim.state, claim.amount_settled), ("settled", 300.0))
        self.assertEqual(claim.closed_by_id, self.users["finance"])

    @rule("D12")
    def test_a_claim_goes_only_where_it_may(self):
        claim = self.as_user(self.claim(self.refused_delivery()), "finance")
        with self.assertRefused("is Open", "cannot become Settled", unchanged=claim):
            claim.action_settle()
        claim.action_reject()
        with self.assertRefused("is Rejected", "cannot become Accepted", unchanged=claim):
            claim.action_accept()
        claim.action_reopen()
        claim.action_accept()
        claim.action_settle()
        for method in ("action_accept", "action_reject", "action_reopen", "action_settle"):
            with self.assertRefused("is Settled", unchanged=claim):
                getattr(claim, method)()

    @rule("D12")
    def test_nothing_is_claimed_for_goods_that_arrived(self):
        __, picking = self.shipped()
        with self.assertRefused(picking.name, "nothing to claim"):
            self.claim(picking, amount=5.0)
        self.receipt(picking, {self.drive: (10, 0, 0)})
        with self.assertRefused(picking.name, "nothing to claim"):
            self.claim(picking, amount=5.0)
        with self.assertRefused("enter what is claimed"):
            self.claim(self.refused_delivery(), amount=-5.0)

    @rule("D12")
    def test_no_role_writes_the_answer_or_deletes_a_claim(self):
        claim = self.claim(self.refused_delivery())
        claim.action_accept()
        for role in self.users:
            for values in ({"state": "settled"}, {"amount_settled": 1.0}, {"amount": 1.0}):
                with self.assertRefused(exception=AccessError, unchanged=claim):
                    self.rpc(claim, role, "write", values)
            with self.assertRefused(exception=AccessError):
                self.rpc(claim, role, "unlink")
        with self.assertRefused("Claims are kept"):
            claim.sudo().unlink()

    @rule("D3")
    def test_the_paper_has_a_column_for_each_answer(self):
        __, picking = self.shipped()
        html = self._paper(picking)
        for text in (picking.name, "Accepted", "Damaged", "Missing", self.drive.name, "Signature"):
            self.assertIn(text, html)
        self.assertNotIn("Wang Fang", html)
        self.receipt(picking, {self.drive: (7, 2, 1)}, comment="A crate was wet")
        html = self._paper(picking)
        for text in ("Wang Fang", "A crate was wet", ">7<", ">2<", ">1<"):
            self.assertIn(text, html)

    def _paper(self, picking):
        report = self.as_user(self.env["ir.actions.report"], "stock_user")
        html, __ = report._render_qweb_html("sales_sop.report_pod", picking.ids)
        return html.decode()
