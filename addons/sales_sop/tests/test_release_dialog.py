"""What the web client, and any other client, is told when a gate refuses."""

from odoo.tests import HttpCase, tagged

from .common import rule
from .test_release import ReleaseCase


@tagged("post_install", "-at_install")
class TestReleaseDialog(ReleaseCase, HttpCase):
    """A refusal is a UserError for everybody; the web client also learns what it may offer."""

    def validate(self, pickings, role):
        user = self.users[role]
        user.password = "warehouse-keeper"
        self.authenticate(user.login, "warehouse-keeper")
        return self.make_jsonrpc_request_raw(pickings)

    def make_jsonrpc_request_raw(self, pickings):
        response = self.url_open(
            "/web/dataset/call_kw",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "model": "stock.picking",
                    "method": "button_validate",
                    "args": [pickings.ids],
                    "kwargs": {"context": {"allowed_company_ids": self.company.ids}},
                },
            },
        )
        return response.json()["error"]["data"]

    @rule("D4")
    def test_one_blocked_delivery_offers_the_exception(self):
        picking = self.waiting_delivery()
        error = self.validate(picking, "stock_user")
        self.assertEqual(error["name"], "odoo.exceptions.UserError")
        self.assertTrue(error["message"].startswith("D4: "))
        self.assertEqual(error["arguments"], [error["message"]])
        self.assertEqual(
            error["context"],
            {
                "sop_blocked": True,
                "sop_release": {"res_model": "stock.picking", "res_id": picking.id},
            },
        )

    @rule("D4")
    def test_two_blocked_deliveries_offer_none(self):
        error = self.validate(self.waiting_delivery() | self.waiting_delivery(), "stock_user")
        self.assertEqual(error["name"], "odoo.exceptions.UserError")
        self.assertEqual(error["context"], {"sop_blocked": True})

    @rule("D4")
    def test_the_warehouse_keeper_asks_in_the_dialog(self):
        partner = self.env["res.partner"].create(
            {"name": "Kiln Street Pottery", "is_company": True}
        )
        picking = self.waiting_delivery(partner_id=partner.id)
        self.start_tour(
            "/odoo", "sop_warehouse_requests_exception", login=self.users["stock_user"].login
        )
        self.env.invalidate_all()
        release = picking.release_ids
        self.assertEqual((release.state, release.rule), ("pending", "D4"))
        self.assertEqual(release.requested_by_id, self.users["stock_user"])
        self.assertEqual(release.reason, "The money is on its way.")
