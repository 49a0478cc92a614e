import json

from odoo.tests import HttpCase, new_test_user, tagged

from .common import rule
from .test_pod_refused import PodCase
from .test_portal import SIGNATURE


@tagged("post_install", "-at_install")
class TestPortalDelivery(PodCase, HttpCase):
    """The customer's own people see the delivery on the portal and sign for it (D3, D11)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._portal_user("buyer", cls.customer)
        stranger = cls.env["res.partner"].create({"name": "Hilltop Foundry", "is_company": True})
        cls.stranger = cls._portal_user("stranger", stranger)

    @classmethod
    def _portal_user(cls, login, company_partner):
        user = new_test_user(
            cls.env,
            login=f"{login}.portal",
            name=login.title(),
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        user.partner_id.parent_id = company_partner
        return user

    def login(self, user):
        self.env.flush_all()
        self.authenticate(user.login, user.login)

    def url(self, order, picking):
        return f"/my/orders/{order.id}/delivery/{picking.id}"

    def page(self, order, picking):
        return self.url_open(self.url(order, picking), allow_redirects=False)

    def sign_online(self, order, picking, figures=((10, 0, 0),), **values):
        lines = [
            {"move": move.id, "accepted": row[0], "damaged": row[1], "missing": row[2]}
            for move, row in zip(picking.move_ids, figures, strict=False)
        ]
        params = {"name": "Wang Fang", "signature": SIGNATURE, "lines": lines, **values}
        response = self.url_open(
            self.url(order, picking) + "/sign",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        answer = response.json()
        return answer.get("result") or answer["error"]

    @rule("D3")
    def test_the_buttons_of_the_signature_speak_the_customers_language(self):
        self.login(self.buyer)
        words = self.url_open("/website/translations?lang=zh_CN").json()["modules"]
        self.assertIn("Sign for the Delivery", str(words.get("sales_sop")))

    @rule("D3")
    def test_nobody_signs_because_a_delivery_names_their_order(self):
        """Of goods of several orders, Odoo lets anybody in the warehouse write one of them."""
        orders = [self.confirmed_order().sudo() for __ in range(2)]
        picking = orders[0].picking_ids
        orders[1].picking_ids.move_ids.picking_id = picking
        self.ship(self.approve_delivery(picking))
        theirs = self.quotation(partner_id=self.stranger.partner_id.parent_id.id)
        self.rpc(picking, "stock_user", "write", {"sale_id": theirs.id})
        self.assertEqual(picking.sale_id, theirs)
        self.assertFalse(picking._sop_is_delivery_to(self.stranger, theirs.id))
        lines = [{"move": move.id, "accepted": 10} for move in picking.move_ids]
        with self.assertRefused("not yours to sign for", unchanged=picking):
            picking.with_user(self.stranger)._sop_sign_on_portal("Me", SIGNATURE, lines, "")
        for order in orders:
            self.assertTrue(picking._sop_is_delivery_to(self.buyer, order.id))

    @rule("D3", "D11")
    def test_the_customer_signs_for_what_arrived(self):
        order, picking = self.shipped()
        self.login(self.buyer)
        page = self.page(order, picking)
        self.assertEqual(page.status_code, 200)
        self.assertIn(picking.name, page.text)
        self.assertIn("sales_sop.delivery_signature", page.text)
        answer = self.sign_online(order, picking, [(8, 1, 1)], comment="A crate was wet")
        self.assertIn("message=signed", answer["redirect_url"])
        receipt = picking.sudo().pod_receipt_ids
        self.assertEqual((receipt.source, receipt.signatory), ("portal", "Wang Fang"))
        self.assertEqual((receipt.user_id, receipt.comment), (self.buyer, "A crate was wet"))
        self.assertEqual(receipt.signature, SIGNATURE.encode())
        self.assertEqual(picking.pod_state, "signed")
        self.assertQuantities(order.order_line, 10.0, 8.0, 8.0)
        self.assertEqual(picking.return_ids.move_ids.product_uom_qty, 1.0)
        self.assertEqual(picking.sudo().pod_missing_ids.quantity, 1.0)
        page = self.page(order, picking)
        self.assertIn("Wang Fang", page.text)
        self.assertNotIn("sales_sop.delivery_signature", page.text)

    @rule("D3", "D12")
    def test_each_of_the_staff_reads_their_own_language(self):
        """A customer who signs in Chinese does not make the staff read Chinese, nor work."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_sop"], ["zh_CN"])
        keepers = self.env.ref("stock.group_stock_user")._sop_holders(self.company)
        self.buyer.lang = "zh_CN"
        self.users["finance_vp"].lang = self.users["salesperson"].lang = "zh_CN"
        order, picking = self.shipped()
        picking.user_id = False
        keepers.active = False
        signing = picking.with_user(self.buyer).with_context(lang="zh_CN")
        signing._sop_sign_on_portal(
            "Wang Fang",
            SIGNATURE,
            [{"move": picking.move_ids.id, "accepted": 8, "damaged": 1, "missing": 1}],
            None,
        )
        work = picking.return_ids.sudo().activity_ids
        office = self.env.ref("sales_sop.group_sales_office")._sop_holders(self.company)
        self.assertIn(work.user_id, office)
        self.assertEqual(work.summary, f"Take back what arrived damaged with {picking.name}")
        asked = picking.sudo().pod_missing_ids.activity_ids
        finance = asked.filtered(lambda row: row.user_id == self.users["finance"])
        self.assertEqual(finance.summary, f"Decide on missing goods of {picking.name}")
        told = {
            partner: message.body
            for message in picking.sudo().message_ids
            for partner in message.partner_ids
        }
        self.assertIn("1 damaged", told[self.users["sales_manager"].partner_id])
        self.assertNotIn("damaged", told[order.user_id.partner_id])

    @rule("D3")
    def test_sent_twice_it_is_kept_once(self):
        order, picking = self.shipped()
        self.login(self.buyer)
        first = self.sign_online(order, picking)
        self.assertEqual(self.sign_online(order, picking, [(0, 10, 0)]), first)
        self.assertEqual(len(picking.sudo().pod_receipt_ids), 1)
        self.assertEqual(picking.move_ids.qty_accepted, 10.0)

    @rule("D3")
    def test_strangers_and_people_without_login_see_nothing(self):
        order, picking = self.shipped()
        self.login(self.stranger)
        self.assertEqual(self.page(order, picking).status_code, 404)
        self.assertIn("404", str(self.sign_online(order, picking)))
        theirs = self.env["sale.order"].search([("id", "!=", order.id)], limit=1)
        self.assertEqual(self.page(theirs, picking).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.page(order, picking).headers.get("Location", ""))
        self.login(self.users["stock_user"])
        self.assertEqual(self.page(order, picking).status_code, 404)
        self.assertFalse(picking.sudo().pod_receipt_ids)

    @rule("D3")
    def test_what_has_not_left_is_not_signed_for(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.login(self.buyer)
        page = self.page(order, picking)
        self.assertIn("have not left yet", page.text)
        self.assertIn("waits for no proof of delivery", self.sign_online(order, picking)["error"])
        self.assertFalse(picking.move_ids.qty_accepted)

    @rule("D2", "D3")
    def test_what_is_not_through_the_gate_is_not_signed_for(self):
        order, picking = self.shipped()
        order.sudo().sop_contract_id.gate_pass_required = True
        self.login(self.buyer)
        self.assertNotIn("sales_sop.delivery_signature", self.page(order, picking).text)
        self.assertIn("D2", self.sign_online(order, picking)["error"])
        self.assertFalse(picking.move_ids.qty_accepted)

    @rule("D3")
    def test_figures_names_and_signatures_that_are_none_are_refused(self):
        order, picking = self.shipped()
        self.login(self.buyer)
        for figures in ([(9, 0, 0)], [(11, -1, 0)], [(11, 0, 0)]):
            self.assertIn("add up", self.sign_online(order, picking, figures)["error"])
        for figures in ([("10", 0, 0)], [(True, 9, 0)], [], [(float("nan"), 0, 0)]):
            answer = self.sign_online(order, picking, figures)
            self.assertIn("enter for every line", answer["error"])
        for figures in ([(10**400, 0, 0)], [(10, [], 0)], [(10, 0, None)]):
            answer = self.sign_online(order, picking, figures)
            self.assertIn("enter for every line", answer["error"])
        good = {"accepted": 10, "damaged": 0, "missing": 0}
        keys = [[picking.move_ids.id], {"id": picking.move_ids.id}, True, None, 10**400]
        for lines in (None, "x", [5], [{"move": 0}], *([{"move": key, **good}] for key in keys)):
            answer = self.sign_online(order, picking, lines=lines)
            self.assertIn("enter for every line", answer["error"])
        for name in ("\0", ["Wang Fang"], {}):
            self.assertIn("say who signed", self.sign_online(order, picking, name=name)["error"])
        self.assertIn("say who signed", self.sign_online(order, picking, name=" ")["error"])
        for signature in ("", None, "PHN2Zz4="):
            answer = self.sign_online(order, picking, signature=signature)
            self.assertIn("signature is missing", answer["error"])
        self.assertEqual((picking.pod_state, picking.move_ids.qty_accepted), ("waiting", 0.0))

    @rule("D11")
    def test_the_order_on_the_portal_leads_to_the_delivery(self):
        order, picking = self.shipped()
        order.sudo().message_subscribe(self.buyer.partner_id.ids)
        self.login(self.buyer)
        page = self.url_open(f"/my/orders/{order.id}")
        self.assertIn(self.url(order, picking), page.text)
        self.assertIn("Sign for the delivery", page.text)
