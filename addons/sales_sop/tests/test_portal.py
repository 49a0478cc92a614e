import json
from unittest.mock import patch

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .common import rule
from .test_frame import FrameCase

# The smallest picture there is.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPortal(FrameCase, HttpCase):
    """What the customer does in the browser never goes past the procedure, and never fails."""

    def _sign(self, order, token=None, signature=SIGNATURE, name="Wang Fang"):
        """The customer signs; returns what the portal answers."""
        self.env.flush_all()
        with patch.object(IrActionsReport, "_render_qweb_pdf", lambda *a, **k: (b"%PDF", "pdf")):
            response = self.url_open(
                f"/my/orders/{order.id}/accept",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "method": "call",
                        "params": {
                            "access_token": order.sudo()._portal_ensure_token()
                            if token is None
                            else token,
                            "name": name,
                            "signature": signature,
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            )
        self.assertEqual(response.status_code, 200)
        answer = response.json()
        self.assertNotIn("error", answer)
        self.env.invalidate_all()
        return answer["result"]

    @rule("K7", "P9")
    def test_nobody_signs_for_the_customer(self):
        order = self.approved_quotation(require_signature=True, require_payment=False)
        signed = {"signature": SIGNATURE, "signed_by": "Wang Fang", "signed_on": "2026-03-01"}
        for role in ("salesperson", "sales_office", "sales_manager", "finance"):
            for name, value in signed.items():
                with self.assertRefused("signs on the portal", unchanged=order):
                    self.rpc(order, role, "write", {name: value})
        with self.assertRefused("signs on the portal"):
            self.rpc_create("sale.order", "salesperson", {**self._quotation_values(), **signed})
        self._sign(order)
        with self.assertRefused("signs on the portal", unchanged=order):
            self.rpc(order, "salesperson", "write", {"signature": False, "signed_by": False})
        self.rpc(order, "salesperson", "action_cancel")
        self.rpc(order, "salesperson", "action_draft")
        self.assertFalse(order.signature)

    @rule("A1")
    def test_an_unapproved_quotation_is_not_signed(self):
        order = self.quotation(require_signature=True, require_payment=False)
        self.assertIn("not in a state", self._sign(order)["error"])
        self.submit(order)
        self.assertIn("not in a state", self._sign(order)["error"])
        self.assertFalse(order.signature)
        self.assertEqual(order.state, "draft")

    @rule("K2")
    def test_a_signed_quotation_waits_for_its_contract(self):
        order = self.approved_quotation(require_signature=True, require_payment=False)
        self.assertTrue(self._sign(order)["force_refresh"])
        self.assertEqual((order.signed_by, order.state), ("Wang Fang", "draft"))
        self.assertIn("waits", " ".join(order.sudo().message_ids.mapped("body")))

    @rule("K2")
    def test_a_signed_quotation_with_its_contract_is_confirmed(self):
        order = self.effective_order(require_signature=True, require_payment=False)
        self.assertTrue(self._sign(order)["force_refresh"])
        self.assertEqual(order.state, "sale")

    @rule("K7")
    def test_what_is_no_picture_is_no_signature(self):
        order = self.effective_order(require_signature=True, require_payment=False)
        for signature in ("!!!", "aGVsbG8=", "", 5, ["x"]):
            with self.subTest(signature=signature):
                self.assertIn("signature is missing", self._sign(order, None, signature)["error"])
        self.assertFalse(order.signature or order.signed_by)
        self.assertEqual(order.state, "draft")

    @rule("K7")
    def test_nobody_signs_without_a_name(self):
        order = self.effective_order(require_signature=True, require_payment=False)
        for name in (None, "", "  ", "\x00", 5, ["x"]):
            with self.subTest(name=name):
                self.assertIn("name is missing", self._sign(order, name=name)["error"])
        self.assertEqual((order.signed_by, order.state), (False, "draft"))
        self.assertTrue(self._sign(order, name=" Wang\x00 Fang ")["force_refresh"])
        self.assertEqual((order.signed_by, order.state), ("Wang Fang", "sale"))

    @rule("K1")
    def test_a_signed_frame_is_not_confirmed(self):
        order = self.frame(require_signature=True, require_payment=True)
        self.assertTrue(order.sudo()._has_to_be_signed())
        self.assertTrue(self._sign(order)["force_refresh"])
        self.assertEqual((order.signed_by, order.state), ("Wang Fang", "draft"))
        self.assertFalse(order.sudo().picking_ids)

    @rule("A1")
    def test_somebody_else_does_not_sign(self):
        order = self.effective_order(require_signature=True, require_payment=False)
        self.assertEqual(self._sign(order, token="wrong")["error"], "Invalid order.")
        stranger = new_test_user(self.env, login="stranger.portal", groups="base.group_portal")
        self.authenticate(stranger.login, stranger.login)
        self.assertEqual(self._sign(order, token=False)["error"], "Invalid order.")
        self.assertFalse(order.signature)

    def test_the_customer_sees_the_contract_of_the_order(self):
        order = self.effective_order()
        url = order.sudo().get_portal_url()
        self.env.flush_all()
        page = self.url_open(url).text
        self.assertIn(order.sudo().sop_contract_id.number, page)
        self.assertIn("Effective", page)

    def _with_option(self):
        """A quotation that lets the customer take more drives, and the line of that option."""
        order = self.quotation(require_signature=True, require_payment=False)
        section = {"display_type": "line_section", "name": "Options", "is_optional": True}
        option = {
            "product_id": self.drive.id,
            "product_uom_qty": 0,
            "price_unit": 100.0,
            "tax_ids": [Command.set(self.tax.ids)],
        }
        order.write(
            {
                "order_line": [
                    Command.create({**values, "sequence": 50 + number})
                    for number, values in enumerate((section, option))
                ]
            }
        )
        return order, order.order_line.sorted("sequence")[-1]

    def _choose(self, order, line, quantity):
        """The customer enters a quantity of the option; nothing may fail."""
        self.env.flush_all()
        params = {
            "line_id": line.id,
            "access_token": order.sudo()._portal_ensure_token(),
            "input_quantity": quantity,
        }
        response = self.url_open(
            f"/my/orders/{order.id}/update_line_dict",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.assertNotIn("error", response.json())
        self.env.invalidate_all()
        return line.product_uom_qty

    @rule("A3")
    def test_the_customer_chooses_options_before_the_quotation_is_submitted(self):
        order, line = self._with_option()
        self.assertEqual(self._choose(order, line, 2), 2.0)
        approval = self.submit(order)
        self.as_user(approval, "sales_manager").refuse("Too cheap")
        self.assertEqual(self._choose(order, line, 1), 1.0)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.amount_total, 1100.0)

    @rule("A3")
    def test_choosing_options_undoes_no_approval_and_changes_no_contract(self):
        order, line = self._with_option()
        approval = self.submit(order)
        self.assertEqual(self._choose(order, line, 5), 0.0)
        self.assertEqual((approval.state, order.sop_application_state), ("pending", "pending"))
        self.approve(order, "application", "sales_manager")
        self.assertEqual(self._choose(order, line, 5), 0.0)
        self.assertEqual(order.sop_application_state, "approved")
        # What was offered besides and not taken is no gap of the contract.
        self.countersign(order)
        self.assertEqual(self._choose(order, line, 5), 0.0)
        for role in ("salesperson", "sales_office", "sales_manager"):
            with self.assertRefused("effective", unchanged=line):
                self.rpc(line, role, "write", {"product_uom_qty": 5.0})
        page = self.url_open(order.sudo().get_portal_url()).text
        self.assertNotIn("js_update_line_json", page)
        self._sign(order)
        self.assertEqual((order.state, order.amount_total), ("sale", 1000.0))

    @rule("A3")
    def test_the_customer_declines_an_offer_that_is_paid(self):
        order = self.effective_order(require_signature=True)
        self.collect(order, 100.0)
        response = self._decline(order)
        self.assertIn("cant_reject", response.url)
        self.assertEqual(order.state, "draft")
        self.assertIn("Too dear", " ".join(order.sudo().message_ids.mapped("body")))

    @rule("A1")
    def test_the_customer_declines_an_offer(self):
        order = self.approved_quotation(require_signature=True)
        response = self._decline(order)
        self.assertEqual(response.status_code, 200)
        self.assertEqual((order.state, order.sudo().sop_contract_id.state), ("cancel", "cancelled"))

    def _decline(self, order):
        token = order.sudo()._portal_ensure_token()
        self.env.flush_all()
        self.authenticate(None, None)
        response = self.url_open(
            f"/my/orders/{order.id}/decline?access_token={token}",
            data={
                "decline_message": "Too dear",
                "access_token": token,
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        return response
