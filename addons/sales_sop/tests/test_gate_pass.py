from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SopCase, rule
from .test_races import RaceCase


class GatePassCase(SopCase):
    """Goods travel with a carrier; every vehicle is registered at the gate."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"gate_pass_required": True, **term})

    def approved_delivery(self, mode="carrier", **values):
        picking = self.confirmed_order(**values).sudo().picking_ids
        picking.sop_transport_mode = mode
        return self.approve_delivery(picking)

    def gate_pass(self, pickings, role="sales_office", **values):
        action = self.rpc(pickings, role, "action_sop_gate_pass")
        gate_pass = self.env["sop.gate.pass"].browse(action["res_id"])
        self.rpc(
            gate_pass,
            role,
            "write",
            {
                "vehicle_plate": "A 12345",
                "driver_name": "Zhou Min",
                "driver_phone": "139 0000 0000",
                "freight_amount": 250.0,
                "papers_sealed": True,
                "date_planned": "2026-03-02 08:00:00",
                "date_expected": "2026-03-03 16:00:00",
                **values,
            },
        )
        return gate_pass

    def loaded(self, **values):
        """An agreed gate pass whose goods are loaded."""
        picking = self.approved_delivery(**values)
        gate_pass = self.gate_pass(picking)
        self.rpc(gate_pass, "stock_user", "action_agree")
        self.ship(picking)
        return gate_pass

    def register(self, gate_pass, role="gate_guard"):
        self.rpc(gate_pass, role, "action_register_leaving")


@tagged("post_install", "-at_install")
class TestGatePass(GatePassCase):
    @rule("D2")
    def test_the_guard_registers_what_is_loaded_once(self):
        picking = self.approved_delivery()
        gate_pass = self.gate_pass(picking)
        self.assertRegex(gate_pass.name, r"^CM\d{4}-\d{4}$")
        self.rpc(gate_pass, "stock_user", "action_agree")
        with self.assertRefused("D2", picking.name, "not validated", unchanged=gate_pass):
            self.register(gate_pass)
        self.ship(picking)
        self.register(gate_pass)
        self.assertEqual((gate_pass.state, gate_pass.guard_id.name), ("left", "Gate Guard"))
        self.assertTrue(gate_pass.left_on)
        with self.assertRefused("left already", unchanged=gate_pass):
            self.register(gate_pass)

    @rule("D2")
    def test_only_the_guard_registers(self):
        gate_pass = self.loaded()
        for role in self.users:
            if role != "gate_guard":
                with self.assertRefused(exception=AccessError, unchanged=gate_pass):
                    self.register(gate_pass, role)
        self.register(gate_pass)

    @rule("D2")
    def test_without_plate_driver_and_phone_nobody_leaves_not_even_with_the_own_vehicle(self):
        picking = self.approved_delivery(mode="own")
        gate_pass = self.gate_pass(picking)
        self.ship(picking)
        for name in ("vehicle_plate", "driver_name", "driver_phone"):
            value = gate_pass[name]
            self.rpc(gate_pass, "stock_user", "write", {name: " "})
            with self.assertRefused("D2", "license plate, driver and", unchanged=gate_pass):
                self.register(gate_pass)
            self.rpc(gate_pass, "stock_user", "write", {name: value})
        self.register(gate_pass)
        self.assertEqual(gate_pass.state, "left")

    @rule("D2", "D3")
    def test_what_has_not_left_the_gate_is_not_signed_for(self):
        gate_pass = self.loaded()
        picking = gate_pass.picking_ids
        with self.assertRefused("D2", picking.name, "not registered", unchanged=picking):
            self.sign(picking)
        self.register(gate_pass)
        self.sign(picking)
        self.assertEqual(picking.pod_state, "signed")

    @rule("D2", "D5")
    def test_who_collects_signs_at_loading_and_passes_the_gate_too(self):
        picking = self.confirmed_order().sudo().picking_ids
        picking.write({"sop_transport_mode": "pickup", "sop_collector": "Wang Fang"})
        self.approve_delivery(picking)
        gate_pass = self.gate_pass(picking)
        self.ship(picking)
        self.assertEqual(picking.pod_state, "signed")
        self.register(gate_pass)
        self.assertEqual(gate_pass.state, "left")

    @rule("D2")
    def test_a_contract_without_gate_pass_needs_none(self):
        self._issue_policy("2020-02-01", gate_pass_required=False)
        picking = self.approved_delivery()
        self.ship(picking)
        self.sign(picking)
        self.assertEqual(picking.pod_state, "signed")

    @rule("D2", "P4")
    def test_a_later_policy_does_not_reach_back(self):
        order = self.confirmed_order()
        self._issue_policy("2020-02-01", gate_pass_required=False)
        self.assertTrue(order.sudo().picking_ids.sop_gate_pass_required)

    @rule("D2")
    def test_a_delivery_is_on_one_gate_pass_that_counts(self):
        picking = self.approved_delivery()
        first = self.gate_pass(picking)
        self.assertEqual(self.gate_pass(picking), first)
        values = {"picking_ids": [Command.set(picking.ids)], "vehicle_plate": "B 2"}
        with self.assertRefused(picking.name, first.name):
            self.rpc_create("sop.gate.pass", "stock_user", values)
        self.rpc(first, "stock_user", "action_cancel")
        second = self.rpc_create("sop.gate.pass", "stock_user", values)
        self.assertEqual(picking._sop_gate_pass(), second)

    @rule("D2")
    def test_two_deliveries_on_one_vehicle(self):
        both = self.approved_delivery(mode="own") | self.approved_delivery(mode="own")
        gate_pass = self.gate_pass(both)
        self.ship(both[0])
        with self.assertRefused("D2", both[1].name, unchanged=gate_pass) as caught:
            self.register(gate_pass)
        self.assertNotIn(both[0].name, str(caught.exception))
        self.ship(both[1])
        self.register(gate_pass)
        self.assertEqual(gate_pass.state, "left")

    @rule("D2")
    def test_deliveries_of_two_vehicles_are_not_opened_as_one(self):
        placed, other, free = pickings = (
            self.approved_delivery() | self.approved_delivery() | self.approved_delivery()
        )
        first = self.gate_pass(placed)
        with self.assertRefused(placed.name, first.name) as caught:
            self.rpc(placed | free, "sales_office", "action_sop_gate_pass")
        self.assertNotIn(free.name, str(caught.exception))
        second = self.gate_pass(other)
        with self.assertRefused(placed.name, first.name, other.name, second.name):
            self.rpc(placed | other, "stock_user", "action_sop_gate_pass")
        self.rpc(second, "stock_user", "action_cancel")
        both = self.gate_pass(other | free)
        self.assertEqual(both.picking_ids, other | free)
        self.assertEqual(self.gate_pass(other | free), both)
        self.assertEqual(pickings._sop_gate_pass(), first)

    @rule("D2")
    def test_the_list_of_deliveries_makes_one_pass_for_all_that_are_marked(self):
        both = self.approved_delivery() | self.approved_delivery()
        bindings = self.env["ir.actions.actions"].with_user(self.users["stock_user"])
        offered = [row["id"] for row in bindings.get_bindings("stock.picking")["action"]]
        action = self.env.ref("sales_sop.stock_picking_action_make_gate_pass")
        self.assertIn(action.id, offered)
        marked = {"active_model": "stock.picking", "active_ids": both.ids}
        opened = self.as_user(action, "stock_user").with_context(**marked).run()
        self.assertEqual(self.env["sop.gate.pass"].browse(opened["res_id"]).picking_ids, both)

    @rule("D2")
    def test_one_pass_is_of_one_company(self):
        mine = self.approved_delivery()
        works = self._new_company("Other Works")
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", works.id)], limit=1)
        theirs = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        keeper = self.users["stock_user"]
        keeper.company_ids |= works
        both = (mine | theirs).with_user(keeper)
        with self.assertRefused(mine.name, theirs.name, "different companies"):
            both.with_context(allowed_company_ids=keeper.company_ids.ids).action_sop_gate_pass()

    @rule("D1", "D2")
    def test_no_gate_pass_for_what_may_not_leave(self):
        picking = self.confirmed_order().sudo().picking_ids
        with self.assertRefused("D1", picking.name):
            self.gate_pass(picking)
        self.approve_delivery(picking)
        self.gate_pass(picking)

    @rule("D2")
    def test_a_vehicle_that_left_does_not_change(self):
        gate_pass = self.loaded()
        self.register(gate_pass)
        picking = gate_pass.picking_ids
        for role in self.users:
            for values in (
                {"driver_name": "Nobody"},
                {"picking_ids": [Command.clear()]},
                {"state": "expected"},
                {"left_on": "2020-01-01 00:00:00"},
                {"code": "1"},
            ):
                with self.assertRefused(unchanged=gate_pass):
                    self.rpc(gate_pass, role, "write", values)
            for method in ("action_cancel", "unlink"):
                with self.assertRefused(unchanged=gate_pass):
                    self.rpc(gate_pass, role, method)
            with self.assertRefused(unchanged=gate_pass):
                self.rpc(picking, role, "write", {"sop_gate_pass_ids": [Command.clear()]})

    @rule("D2")
    def test_a_client_makes_no_gate_pass_that_left(self):
        picking = self.approved_delivery()
        values = {"picking_ids": [Command.set(picking.ids)]}
        for more in ({"state": "left"}, {"code": "guess"}, {"left_on": "2026-03-01 08:00:00"}):
            with self.assertRefused(exception=AccessError):
                self.rpc_create("sop.gate.pass", "stock_user", {**values, **more})
        context = {
            "default_state": "left",
            "default_code": "guess",
            "default_left_on": "2020-01-01",
        }
        gate_pass = self.rpc_create("sop.gate.pass", "stock_user", values, context)
        self.assertEqual((gate_pass.state, gate_pass.left_on), ("expected", False))
        self.assertGreater(len(gate_pass.code), 15)
        for role in ("salesperson", "finance", "gate_guard", "accountant", "administrator"):
            with self.assertRefused(exception=AccessError):
                self.rpc_create("sop.gate.pass", role, values)

    @rule("D2")
    def test_the_guard_sees_the_card_and_changes_nothing_else(self):
        gate_pass = self.loaded()
        seen = self.as_user(gate_pass, "gate_guard").read(
            ["vehicle_plate", "customer_names", "goods", "not_ready"]
        )[0]
        self.assertEqual(seen["customer_names"], self.customer.name)
        self.assertIn("10 Units", seen["goods"])
        self.assertFalse(seen["not_ready"])
        with self.assertRefused(exception=AccessError, unchanged=gate_pass):
            self.rpc(gate_pass, "gate_guard", "write", {"driver_name": "Nobody"})
        for model in ("sop.contract", "sop.collection", "sop.payment.allocation"):
            self.assertFalse(self.as_user(self.env[model], "gate_guard").search_count([]), model)
        for model in ("account.move", "account.payment", "sale.order"):
            self.assertFalse(self.as_user(self.env[model], "gate_guard").has_access("read"), model)

    @rule("D2")
    def test_the_guard_reads_nothing_of_money_and_receipts(self):
        gate_pass = self.loaded()
        self.register(gate_pass)
        picking = gate_pass.sudo().picking_ids
        order = picking.sale_id
        self.collect(order, 100.0)
        self.env["sop.payment.announcement"]._announce(
            order, {"amount": 5.0, "date": "2026-03-04", "kind": "cash"}
        )
        self.sign(picking, missing=1.0)
        correction = self.rpc_create(
            "sop.pod.correction",
            "sales_office",
            {"picking_id": picking.id, "reason": "The ninth was found"},
        )
        records = [
            self.env["sop.payment.allocation.change"].search(
                [("contract_id", "=", order.sop_contract_id.id)]
            ),
            self.env["sop.payment.announcement"].search([("order_id", "=", order.id)]),
            self.env["sop.pod.receipt"].search([("picking_id", "=", picking.id)]),
            self.env["sop.pod.missing"].search([("picking_id", "=", picking.id)]),
            self.env["sop.pod.receipt.line"].search([("receipt_id.picking_id", "=", picking.id)]),
            correction,
            correction.line_ids,
        ]
        for record in records:
            with self.subTest(model=record._name):
                self.assertTrue(record)
                self.assertTrue(self.rpc(record.browse(), "sales_office", "search", []))
                self.assertFalse(self.rpc(record.browse(), "gate_guard", "search", []))
                with self.assertRefused(exception=AccessError):
                    self.rpc(record, "gate_guard", "read", ["display_name"])

    @rule("D2")
    def test_another_companys_guard_sees_nothing(self):
        gate_pass = self.loaded()
        stranger = self._new_user(
            "stranger", "sales_sop.group_gate_guard", self._new_company("Other Works")
        )
        with self.assertRefused(exception=AccessError, unchanged=gate_pass):
            gate_pass.with_user(stranger).with_context(
                allowed_company_ids=stranger.company_ids.ids
            ).action_register_leaving()


@tagged("post_install", "-at_install")
class TestFirstGatePasses(RaceCase, GatePassCase):
    @rule("D2")
    def test_two_first_passes_at_once_count_on_one_sequence(self):
        pickings = self.approved_delivery() | self.approved_delivery()
        made = [
            lambda env, picking=picking: self.seen_by(
                env, picking, "sales_office"
            ).action_sop_gate_pass()
            for picking in pickings
        ]
        self.race(*made)
        numbers = pickings.sudo().sop_gate_pass_ids.mapped("name")
        self.assertEqual(sorted(name[-4:] for name in numbers), ["0001", "0002"])
        sequences = self.env["ir.sequence"].search(
            [("code", "=", "sop.gate.pass"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(sequences), 1)
        first, second = pickings.sudo().sop_gate_pass_ids
        with mute_logger("odoo.sql_db"), self.assertRefused(exception=UniqueViolation):
            second.name = first.name


@tagged("post_install", "-at_install")
class TestTransportAgreement(GatePassCase):
    @rule("D8")
    def test_a_carriers_transport_is_agreed_before_loading(self):
        picking = self.approved_delivery()
        self.assertEqual(picking.sop_release_state, "transport")
        with self.assertRefused("D8", picking.name, "Make Gate Pass", unchanged=picking):
            self.ship(picking)
        gate_pass = self.gate_pass(picking, papers_sealed=False)
        with self.assertRefused("D8", picking.name, gate_pass.name, unchanged=picking):
            self.ship(picking)
        with self.assertRefused("D8", "papers sealed", unchanged=gate_pass):
            self.rpc(gate_pass, "stock_user", "action_agree")
        gate_pass.papers_sealed = True
        self.rpc(gate_pass, "stock_user", "action_agree")
        self.assertEqual(gate_pass.agreed_by_id, self.users["stock_user"])
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    @rule("D8")
    def test_another_driver_or_freight_is_agreed_again(self):
        picking = self.approved_delivery()
        gate_pass = self.gate_pass(picking)
        self.rpc(gate_pass, "sales_office", "action_agree")
        for values in ({"freight_amount": 900.0}, {"driver_name": "Wu Lan"}):
            old = {name: gate_pass[name] for name in values}
            self.rpc(gate_pass, "stock_user", "write", values)
            with self.assertRefused("D8", unchanged=picking):
                self.ship(picking)
            self.rpc(gate_pass, "stock_user", "write", old)
        self.assertEqual(picking.sop_release_state, "released")

    @rule("D2", "D8")
    def test_what_changes_after_loading_is_agreed_again_before_it_leaves(self):
        gate_pass = self.loaded()
        for values in ({"freight_amount": 18000.0}, {"driver_name": "Wu Lan"}):
            self.assertFalse(gate_pass.not_ready)
            self.rpc(gate_pass, "stock_user", "write", values)
            self.assertIn("not agreed", gate_pass.not_ready)
            with self.assertRefused("D8", gate_pass.name, "not agreed", unchanged=gate_pass):
                self.register(gate_pass)
            self.rpc(gate_pass, "sales_office", "action_agree")
        self.register(gate_pass)
        self.assertEqual((gate_pass.state, gate_pass.freight_amount), ("left", 18000.0))

    @rule("D8")
    def test_the_own_vehicle_needs_no_agreement(self):
        picking = self.approved_delivery(mode="own")
        gate_pass = self.gate_pass(picking)
        self.ship(picking)
        self.register(gate_pass)
        self.assertEqual((picking.state, gate_pass.state), ("done", "left"))
        self.assertFalse(gate_pass.is_agreed)

    @rule("D8")
    def test_nobody_writes_an_agreement(self):
        gate_pass = self.gate_pass(self.approved_delivery())
        for role in self.users:
            for values in ({"agreed_content": {}}, {"agreed_on": "2026-03-01 08:00:00"}):
                with self.assertRefused(exception=AccessError, unchanged=gate_pass):
                    self.rpc(gate_pass, role, "write", values)


@tagged("post_install", "-at_install")
class TestDispatchNotice(GatePassCase):
    def mails(self, picking):
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("model", "=", "stock.picking"), ("res_id", "=", picking.id)])
        )

    def notices(self, picking):
        salesperson = self.users["salesperson"].partner_id
        messages = self.env["mail.message"].search(
            [("model", "=", "stock.picking"), ("res_id", "=", picking.id)]
        )
        return messages.filtered(
            lambda message: (
                message.message_type == "user_notification"
                and salesperson in message.notified_partner_ids
            )
        )

    @rule("D5")
    def test_customer_and_salesperson_are_told_at_the_gate(self):
        self.customer.email = "goods@riverside.example.com"
        gate_pass = self.loaded()
        picking = gate_pass.picking_ids
        self.assertFalse(self.mails(picking))
        self.assertFalse(self.notices(picking))
        self.register(gate_pass)
        mail, notice = self.mails(picking), self.notices(picking)
        self.assertIn(self.customer, mail.recipient_ids)
        for text in ("A 12345", "Zhou Min", "139 0000 0000", "10 Units", picking.name):
            self.assertIn(text, mail.body_html)
            self.assertIn(text, notice.subject + notice.body)
        self.assertIn("3/3/26", mail.body_html.replace("03/03/2026", "3/3/26"))

    @rule("D5")
    def test_the_customer_is_told_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("sales_sop.mail_template_dispatch")
        template.with_context(lang="zh_CN").subject = "货物已发出"
        self.customer.write({"email": "goods@riverside.example.com", "lang": "zh_CN"})
        gate_pass = self.loaded()
        self.register(gate_pass)
        self.assertEqual(self.mails(gate_pass.picking_ids).subject, "货物已发出")

    @rule("D5")
    def test_the_customer_is_told_and_not_the_address_where_the_goods_go(self):
        self._issue_policy("2020-02-01", gate_pass_required=False, dispatch_notice=True)
        self.customer.email = "goods@riverside.example.com"
        gate = self.env["res.partner"].create(
            {"name": "Gate 2", "type": "delivery", "parent_id": self.customer.id, "street": "1 Key"}
        )
        order = self.confirmed_order(partner_shipping_id=gate.id)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.assertEqual(self.mails(picking).recipient_ids, self.customer)

    @rule("D5")
    def test_without_gate_pass_they_are_told_when_it_is_validated(self):
        self._issue_policy("2020-02-01", gate_pass_required=False, dispatch_notice=True)
        self.customer.email = "goods@riverside.example.com"
        picking = self.approved_delivery()
        self.ship(picking)
        self.assertEqual(len(self.mails(picking)), 1)
        self.assertEqual(len(self.notices(picking)), 1)

    @rule("D11")
    def test_what_is_signed_for_or_comes_back_is_not_on_its_way_to_the_customer(self):
        gate_pass = self.loaded()
        self.register(gate_pass)
        picking = gate_pass.picking_ids
        order = picking.sudo().sale_id
        self.assertEqual([row["name"] for row in order._sop_dispatches()], [picking.name])
        self.sign(picking)
        self.assertFalse(order._sop_dispatches())
        self.take_back(picking, 1)
        self.assertFalse(order._sop_dispatches())

    @rule("D5", "D6")
    def test_nobody_is_told_of_goods_that_come_back(self):
        self._issue_policy("2020-02-01", gate_pass_required=False, dispatch_notice=True)
        self.customer.email = "goods@riverside.example.com"
        picking = self.approved_delivery()
        self.ship(picking)
        self.sign(picking)
        returned = self.take_back(picking, 1)
        self.assertEqual(returned.state, "done")
        self.assertEqual((len(self.mails(picking)), len(self.notices(picking))), (1, 1))
        self.assertFalse(self.mails(returned))
        self.assertFalse(self.notices(returned))

    @rule("D5")
    def test_a_customer_without_address_is_named_to_the_salesperson(self):
        gate_pass = self.loaded()
        self.register(gate_pass)
        picking = gate_pass.picking_ids
        self.assertFalse(self.mails(picking))
        self.assertIn("no e-mail address", self.notices(picking).body)


@tagged("post_install", "-at_install")
class TestGateCode(GatePassCase, HttpCase):
    @rule("D2")
    def test_the_code_opens_the_card(self):
        gate_pass = self.loaded()
        guard = self.users["gate_guard"]
        self.authenticate(guard.login, guard.login)
        url = f"/sop/gate/{gate_pass.code}"
        found = self.url_open(url, allow_redirects=False)
        self.assertEqual(found.status_code, 303)
        self.assertTrue(found.headers["Location"].endswith(f"/{gate_pass.id}"))
        self.assertEqual(self.url_open("/sop/gate/guess", allow_redirects=False).status_code, 404)
        self.authenticate(None, None)
        asked = self.url_open(url, allow_redirects=False)
        self.assertIn("/web/login", asked.headers["Location"])

    @rule("D11")
    def test_the_customer_follows_the_shipment(self):
        gate_pass = self.loaded()
        order = gate_pass.picking_ids.sale_id
        self.register(gate_pass)
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("A 12345", page)
        self.assertIn("139 0000 0000", page)

    @rule("D11")
    def test_another_customer_follows_nothing(self):
        gate_pass = self.loaded()
        picking = gate_pass.picking_ids
        order = picking.sale_id
        self.register(gate_pass)
        stranger = new_test_user(
            self.env,
            login="foundry.portal",
            groups="base.group_portal",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        stranger.partner_id.parent_id = self.env["res.partner"].create(
            {"name": "Hilltop Foundry", "is_company": True}
        )
        self.users = {**self.users, "stranger": stranger}
        for record, name in ((order, "name"), (picking, "name"), (gate_pass, "vehicle_plate")):
            with self.assertRefused(exception=AccessError):
                self.rpc(record, "stranger", "read", [name])
        self.authenticate(stranger.login, stranger.login)
        page = f"/my/orders/{order.id}"
        for url in (page, f"{page}?access_token=guess", f"{page}/delivery/{picking.id}"):
            text = self.url_open(url).text
            for secret in ("A 12345", "139 0000 0000", picking.name):
                self.assertNotIn(secret, text, url)
        self.assertEqual(self.url_open(f"/sop/gate/{gate_pass.code}").status_code, 403)

    @rule("D2", "D5")
    def test_the_papers_carry_the_code_and_the_copy_marks(self):
        gate_pass = self.loaded()
        reports = self.as_user(self.env["ir.actions.report"], "stock_user")
        html, __ = reports._render_qweb_html(
            "sales_sop.report_delivery_order", gate_pass.picking_ids.ids
        )
        html = html.decode()
        for copy in ("Carrier", "Warehouse", "Operations", "Finance", "Customer"):
            self.assertRegex(html, rf"of 5:\s*{copy}")
        self.assertEqual(html.count('alt="Gate Pass"'), 5)
        self.assertIn("A 12345", html)
        self.assertNotIn("NOT CLEARED", html)
        html, __ = reports._render_qweb_html("sales_sop.report_gate_pass", gate_pass.ids)
        self.assertIn("data:image/svg+xml;base64", html.decode())
        waiting = self.confirmed_order().sudo().picking_ids
        html, __ = reports._render_qweb_html("sales_sop.report_delivery_order", waiting.ids)
        self.assertIn("NOT CLEARED", html.decode())


@tagged("post_install", "-at_install")
class TestShippingData(SopCase):
    """Invoice data and transport are confirmed before shipping."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"shipping_data_required": True, **term})

    def _complete(self):
        self.customer.vat = "91440300MA5EXAMPLE"
        self.env["res.partner.bank"].create(
            {"acc_number": "6222 0000 1111", "partner_id": self.customer.id}
        )

    def confirm(self, picking, role="sales_office"):
        self.rpc(picking, role, "action_sop_confirm_shipping_data")

    @rule("D7")
    def test_what_is_missing_is_named_at_once(self):
        picking = self.confirmed_order().sudo().picking_ids
        with self.assertRefused("D7", "transport, tax ID, and bank account", unchanged=picking):
            self.confirm(picking)
        self._complete()
        picking.sop_transport_mode = "carrier"
        self.confirm(picking)
        self.assertEqual(picking.sop_shipping_user_id, self.users["sales_office"])
        self.assertTrue(picking.sop_shipping_on)

    @rule("D7")
    def test_a_street_in_the_second_line_of_the_card_is_an_invoice_address(self):
        self._complete()
        picking = self.confirmed_order().sudo().picking_ids
        picking.sop_transport_mode = "carrier"
        self.customer.write({"street": False, "street2": " "})
        with self.assertRefused("D7", "invoice address", unchanged=picking):
            self.confirm(picking)
        self.customer.street2 = "1 Mill Road"
        self.confirm(picking)
        self.assertTrue(picking.sop_shipping_confirmed)

    @rule("D7")
    def test_the_sales_office_enters_what_is_missing_on_the_customers_card(self):
        picking = self.confirmed_order().sudo().picking_ids
        picking.sop_transport_mode = "carrier"
        card = self.as_user(self.customer, "sales_office")
        self.assertIn('name="bank_ids"', card.get_view(view_type="form")["arch"])
        self.rpc(card, "sales_office", "write", {"vat": "91440300MA5EXAMPLE"})
        banks = self.as_user(self.env["res.partner.bank"], "sales_office")
        banks.create({"acc_number": "6222 0000 1111", "partner_id": self.customer.id})
        self.confirm(picking)
        self.assertTrue(picking.sop_shipping_confirmed)
        with self.assertRaises(AccessError):
            self.as_user(banks, "gate_guard").create(
                {"acc_number": "6222 0000 2222", "partner_id": self.customer.id}
            )

    @rule("D7")
    def test_unconfirmed_goods_stay(self):
        self._complete()
        picking = self.confirmed_order().sudo().picking_ids
        picking.sop_transport_mode = "own"
        self.approve_delivery(picking)
        self.assertEqual(picking.sop_release_state, "shipping")
        with self.assertRefused("D7", picking.name, unchanged=picking):
            self.ship(picking)
        self.confirm(picking, "salesperson")
        self.ship(picking, quantity=4)
        # The backorder has what was confirmed.
        rest = picking.backorder_ids
        self.ship(rest)
        self.assertEqual(rest.state, "done")

    @rule("D7")
    def test_confirmed_goods_leave(self):
        self._complete()
        picking = self.confirmed_order().sudo().picking_ids
        picking.sop_transport_mode = "own"
        self.approve_delivery(picking)
        self.confirm(picking)
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    @rule("D7")
    def test_changed_data_are_confirmed_again(self):
        self._complete()
        picking = self.confirmed_order().sudo().picking_ids
        picking.sop_transport_mode = "own"
        self.approve_delivery(picking)
        self.confirm(picking)
        self.customer.vat = "91440300MA5CHANGED"
        with self.assertRefused("D7", unchanged=picking):
            self.ship(picking)
        self.confirm(picking)
        picking.sop_transport_mode = "carrier"
        with self.assertRefused("D7", unchanged=picking):
            self.ship(picking)
        self.confirm(picking)
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    @rule("D7")
    def test_only_these_roles_confirm_and_nobody_writes_it(self):
        self._complete()
        picking = self.confirmed_order().sudo().picking_ids
        picking.sop_transport_mode = "own"
        for role in ("warehouse", "stock_user", "gate_guard", "planner", "accountant"):
            if role in self.users:
                with self.assertRefused(exception=AccessError, unchanged=picking):
                    self.confirm(picking, role)
        for role in self.users:
            with self.assertRefused(exception=AccessError, unchanged=picking):
                self.rpc(picking, role, "write", {"sop_shipping_content": {"transport": "own"}})
