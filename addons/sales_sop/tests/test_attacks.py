from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, SopCase, rule

EVERYBODY = (*ROLES, *STANDARD_USERS)


@tagged("post_install", "-at_install")
class TestEverybodyWritesState(SopCase):
    """What no role may do, tried by every role as a client does."""

    maxDiff = None

    def _watched(self, records):
        """The stored values of ``records``, to see that a refusal left them alone."""
        self.env.invalidate_all()
        return {
            record: record.sudo().read([name], load=None) if record.exists() else None
            for record, name in records
        }

    def _attempts(self, order, picking, invoice):
        """Return ``[(record, field to watch, method, *arguments)]`` that nobody may do."""
        contract = order.sop_contract_id
        approval = order.approval_for("application")
        policy = self.policy.sudo()
        order_id = {"partner_id": self.customer.id, "company_id": self.company.id}
        line = order.order_line
        move = picking.move_ids
        return [
            (order, "sop_contract_id", "write", {"sop_contract_id": False}),
            (order, "sop_opening", "write", {"sop_opening": True}),
            (order, "amount_total", "write", {"amount_total": 1.0}),
            (order, "name", "unlink"),
            (order, "state", "create", {**order_id, "state": "sale"}),
            (order, "approval_ids", "write", {"approval_ids": [Command.delete(approval.id)]}),
            (line, "price_unit", "write", {"price_unit": 1.0}),
            (line, "product_uom_qty", "write", {"product_uom_qty": 20.0}),
            (line, "discount", "write", {"discount": 90.0}),
            (line, "tax_ids", "write", {"tax_ids": [Command.clear()]}),
            (line, "is_expense", "write", {"is_expense": True}),
            (line, "is_downpayment", "write", {"is_downpayment": True}),
            (line, "qty_delivered_method", "write", {"qty_delivered_method": "manual"}),
            (line, "qty_delivered", "write", {"qty_delivered": 3.0}),
            (line, "qty_accepted", "write", {"qty_accepted": 10.0}),
            (line, "name", "unlink"),
            (picking, "state", "write", {"state": "done"}),
            (picking, "pod_state", "write", {"pod_state": "signed"}),
            (picking, "pod_signatory", "write", {"pod_signatory": "Nobody"}),
            (move, "state", "write", {"state": "done"}),
            (move, "qty_accepted", "write", {"qty_accepted": 10.0}),
            (invoice, "state", "write", {"state": "posted"}),
            (invoice, "state", "action_post"),
            (invoice, "state", "create", {"move_type": "out_invoice", "state": "posted"}),
            (approval, "state", "write", {"state": "superseded"}),
            (approval, "content_hash", "write", {"content_hash": "0"}),
            (approval, "state", "unlink"),
            (approval, "state", "create", {"res_model": order._name, "res_id": order.id}),
            (approval.step_ids, "state", "write", {"state": "refused"}),
            (approval.step_ids, "state", "unlink"),
            (approval.step_ids, "state", "create", {"approval_id": approval.id, "stage": 1}),
            (contract, "invoice_gate_percent", "write", {"invoice_gate_percent": 0.0}),
            (contract, "amount_total", "write", {"amount_total": 1.0}),
            (contract, "currency_rate", "write", {"currency_rate": 9.0}),
            (contract, "state", "write", {"state": "closed"}),
            (contract, "state", "unlink"),
            (contract, "state", "create", {"number": "X", "state": "effective"}),
            (policy, "state", "write", {"state": "draft"}),
            (policy, "date_from", "write", {"date_from": "2030-01-01"}),
            (policy, "state", "unlink"),
            (policy.term_ids, "invoice_gate_percent", "write", {"invoice_gate_percent": 0.0}),
            (policy.term_ids, "name", "unlink"),
            (policy.term_ids, "name", "create", {"name": "Free", "policy_id": policy.id}),
            (self.env["sop.collection"], "amount", "create", {"contract_id": contract.id}),
            *(
                (record, "state", method)
                for record, method in (
                    (order, "_action_confirm"),
                    (contract, "_make_effective"),
                    (contract, "_set_state"),
                    (approval, "_close"),
                    (approval, "_decide"),
                    (picking, "_record_pod"),
                    (move, "_action_done"),
                    (invoice, "_post"),
                )
            ),
        ]

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db")
    @rule("A1", "A3", "K2", "D1", "D3", "C1", "P1")
    def test_nobody_writes_what_a_decision_writes(self):
        order = self.delivered_order().sudo()
        invoice = self.draft_invoice(order)
        self._refused_for_everybody(self._attempts(order, order.picking_ids, invoice))

    @rule("D1")
    def test_nobody_ships_or_signs_by_writing(self):
        order = self.confirmed_order().sudo()
        picking, move = order.picking_ids, order.picking_ids.move_ids
        self._refused_for_everybody(
            [
                (picking, "state", "write", {"state": "done"}),
                (picking, "pod_state", "write", {"pod_state": "signed"}),
                (picking, "state", "button_validate"),
                (move, "state", "write", {"state": "done"}),
                (move, "qty_accepted", "write", {"qty_accepted": 10.0}),
                (order.order_line, "qty_delivered", "write", {"qty_delivered": 10.0}),
                (order.order_line, "qty_accepted", "write", {"qty_accepted": 10.0}),
            ]
        )

    @rule("A1")
    def test_nobody_confirms_by_writing(self):
        order = self.quotation()
        self._refused_for_everybody(
            [
                (order, "state", "write", {"state": "sale"}),
                (order, "state", "action_confirm"),
                (order, "state", "write", {"sop_opening": True, "state": "sale"}),
            ]
        )

    def _refused_for_everybody(self, attempts):
        self.env.flush_all()
        before = self._watched([(record, name) for record, name, *call in attempts])
        went_through = []
        for role in EVERYBODY:
            for record, _name, method, *args in attempts:
                if not self._is_refused(record, role, method, args):
                    went_through.append((role, record._name, method, args))
        self.assertEqual(went_through, [])
        self.assertEqual(self._watched([(rec, name) for rec, name, *call in attempts]), before)

    def _is_refused(self, record, role, method, args):
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                self.rpc(record, role, method, *args)
                self.env.flush_all()
                savepoint.rollback()
        except UserError:
            return True
        return False


@tagged("post_install", "-at_install")
class TestClientContext(SopCase):
    """A client chooses the context and may keep defaults of its own; neither opens a gate."""

    def default(self, role, model, field, value):
        """The user's own default value, which every user may set."""
        self.as_user(self.env["ir.default"], role).set(model, field, value, user_id=True)

    @rule("A1")
    def test_default_state_does_not_confirm(self):
        values = {"partner_id": self.customer.id, "company_id": self.company.id}
        with self.assertRefused("cannot be created as a confirmed order"):
            self.rpc_create("sale.order", "salesperson", values, {"default_state": "sale"})

    @rule("A1")
    def test_default_opening_does_not_free_the_order(self):
        values = {"partner_id": self.customer.id, "company_id": self.company.id}
        context = {"default_sop_opening": True}
        order = self.rpc_create("sale.order", "salesperson", values, context)
        self.assertFalse(order.sop_opening)
        self.default("salesperson", "sale.order", "sop_opening", True)
        self.assertFalse(self.rpc_create("sale.order", "salesperson", values).sop_opening)

    @rule("A1", "K2")
    def test_default_state_does_not_approve_what_is_submitted(self):
        order = self.quotation()
        context = {"default_state": "approved", "default_user_id": self.env.uid}
        self.rpc(order, "salesperson", "action_sop_submit", context=context)
        approval = order.sudo().approval_for("application")
        self.assertEqual(approval.state, "pending")
        self.assertEqual(approval.step_ids.mapped("state"), ["pending"])
        self.assertFalse(approval.step_ids.user_id)

    @rule("K2")
    def test_default_state_does_not_make_the_contract_effective(self):
        order = self.quotation()
        context = {"default_state": "effective"}
        with self.env.cr.savepoint():
            self.rpc(order, "salesperson", "action_sop_submit", context=context)
        self.assertEqual(order.sudo().sop_contract_id.state, "draft")

    @rule("A1", "K2")
    def test_own_defaults_do_not_approve_what_is_submitted(self):
        self.default("salesperson", "sop.approval", "state", "approved")
        self.default("salesperson", "sop.approval.step", "state", "approved")
        self.default("salesperson", "sop.contract", "state", "effective")
        order = self.quotation()
        approval = self.submit(order)
        self.assertEqual(approval.state, "pending")
        self.assertEqual(approval.step_ids.mapped("state"), ["pending"])
        self.assertEqual(order.sudo().sop_contract_id.state, "draft")

    @rule("D3")
    def test_defaults_do_not_sign_for_goods(self):
        order = self.effective_order()
        self.default("salesperson", "stock.move", "qty_accepted", 10.0)
        context = {"default_qty_accepted": 10.0, "default_pod_state": "signed"}
        self.rpc(order, "salesperson", "action_confirm", context=context)
        picking = order.sudo().picking_ids
        self.assertEqual((picking.pod_state, picking.move_ids.qty_accepted), ("no", 0.0))
        self.ship(self.approve_delivery(picking))
        self.assertEqual(picking.pod_state, "waiting")
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    @rule("C1")
    def test_default_state_does_not_post(self):
        values = {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": 100.0})],
        }
        with self.assertRefused("posting it"):
            self.rpc_create("account.move", "accountant", values, {"default_state": "posted"})

    @rule("P1")
    def test_default_state_does_not_issue_a_policy(self):
        values = {"name": "Mine", "company_id": self.company.id, "date_from": "2027-01-01"}
        context = {"default_state": "issued"}
        with self.assertRefused("cannot change any more"):
            self.rpc_create("sop.policy", "marketing_director", values, context)


@tagged("post_install", "-at_install")
class TestOrderAttacks(SopCase):
    """Quotations and contracts under attack."""

    @rule("A3")
    def test_a_price_changed_after_submission_cannot_be_approved(self):
        order = self.quotation()
        self.submit(order)
        self.rpc(order.order_line, "salesperson", "write", {"price_unit": 1.0})
        with self.assertRefused(order.name, "has changed since it was submitted"):
            self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sudo().approval_for("application").state, "pending")

    @rule("A3")
    def test_a_price_changed_after_approval_is_not_approved(self):
        order = self.approved_quotation()
        self.rpc(order.order_line, "salesperson", "write", {"price_unit": 1.0})
        self.assertEqual(order.sop_application_state, "stale")
        contract = order.sudo().sop_contract_id
        with self.assertRefused("K1", order.name):
            self.rpc(contract, "sales_office", "action_submit")
        with self.assertRefused("A1", "has changed"):
            self.rpc(order, "salesperson", "action_confirm")

    @rule("A3", "K2")
    def test_a_price_changed_while_countersigning_stops_the_signatures(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.rpc(contract, "sales_office", "action_submit")
        self.approve(contract, "contract", "finance")
        self.rpc(order.order_line, "salesperson", "write", {"price_unit": 1.0})
        with self.assertRefused("has changed since it was submitted"):
            self.approve(contract, "contract", "sales_head")
        self.assertEqual(contract.state, "draft")

    @rule("A3")
    def test_lines_and_discounts_stay_as_the_effective_contract_says(self):
        order = self.effective_order()
        self.company.sale_discount_product_id = self._new_product("Discount", 0.0, type="service")
        line = {"order_id": order.id, "product_id": self.drive.id, "product_uom_qty": 1.0}
        wizard = {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 900.0}
        discount = self.rpc_create("sale.order.discount", "salesperson", wizard)
        refusal = (order.name, order.sudo().sop_contract_id.number)
        agreed = [order, order.order_line, order.sudo().sop_contract_id]
        with self.assertRefused(*refusal, unchanged=agreed):
            self.rpc_create("sale.order.line", "salesperson", line)
        with self.assertRefused(*refusal, unchanged=agreed):
            self.rpc(order.order_line, "salesperson", "unlink")
        with self.assertRefused(*refusal, unchanged=agreed):
            self.rpc(discount, "salesperson", "action_apply_discount")
        with self.assertRefused(*refusal, unchanged=agreed):
            self.rpc(order, "salesperson", "write", {"partner_id": self.company.partner_id.id})
        self.assertEqual(order.order_line.mapped("price_subtotal"), [1000.0])

    @rule("A3")
    def test_a_line_with_quantity_zero_cannot_grow(self):
        order = self.effective_order()
        line = {
            "order_id": order.id,
            "product_id": self.drive.id,
            "product_uom_qty": 0.0,
            "is_downpayment": True,
        }
        smuggled = self.rpc_create("sale.order.line", "salesperson", line)
        for values in ({"product_uom_qty": 5.0}, {"is_downpayment": False}):
            with self.assertRefused(order.name, "cannot change"):
                self.rpc(smuggled, "salesperson", "write", values)
        self.assertEqual(order.amount_total, 1000.0)

    @rule("A1", "K1")
    def test_a_copy_carries_no_approval_over(self):
        order = self.confirmed_order()
        copy = order.browse(self.rpc(order, "salesperson", "copy", {}))
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.sudo().approval_ids or copy.sudo().sop_contract_id)
        with self.assertRefused("A1", copy.name):
            self.rpc(copy, "salesperson", "action_confirm")
        with self.assertRefused("cannot be created as a confirmed order"):
            self.rpc(order, "salesperson", "copy", {"state": "sale"})

    @rule("A3")
    def test_a_cancelled_order_with_the_same_content_is_approved_anew(self):
        order = self.effective_order()
        self.rpc(order, "salesperson", "action_cancel")
        self.rpc(order, "salesperson", "action_draft")
        self.assertEqual(order.sop_application_state, "none")
        with self.assertRefused("A1", "has not been submitted"):
            self.rpc(order, "salesperson", "action_confirm")

    @rule("A1")
    def test_a_submitted_quotation_is_not_deleted(self):
        order = self.quotation()
        self.submit(order)
        with self.assertRefused(order.name, "is kept"):
            self.rpc(order, "sale_manager", "unlink")
        self.assertTrue(order.exists())

    @rule("C1")
    def test_the_contract_keeps_the_rate_of_the_day_it_was_submitted(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {"name": day, "rate": rate, "currency_id": euro.id, "company_id": self.company.id}
                for day, rate in (("2020-01-01", 0.5), (self.today(), 0.8))
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self.quotation(pricelist_id=pricelist.id, date_order="2020-06-01")
        with self.assertRefused("is computed", exception=AccessError, unchanged=order):
            self.rpc(order, "salesperson", "write", {"currency_rate": 0.1})
        order.sudo().currency_rate = 0.1
        self.submit(order)
        self.assertEqual(order.sudo().sop_contract_id.currency_rate, 0.8)
        self.countersign_approved(order)
        self.rpc(order, "salesperson", "write", {"date_order": "2020-06-01"})
        order.sudo().currency_rate = 0.1
        self.assertEqual(order.sudo().sop_contract_id.currency_rate, 0.8)

    def countersign_approved(self, order):
        self.approve(order, "application", "sales_manager")
        return self.countersign(order)


@tagged("post_install", "-at_install")
class TestApprovalAttacks(SopCase):
    """Who decides what."""

    def give(self, role, *groups):
        self.users[role].group_ids = [
            Command.link(self.env.ref(f"sales_sop.group_{group}").id) for group in groups
        ]

    def refuses_to_decide(self, document, route, role, *texts):
        approval = document.sudo().approval_for(route)
        watched = [approval, approval.step_ids, document]
        with self.assertRefused(*texts, exception=AccessError, unchanged=watched):
            self.rpc(approval, role, "approve")
        self.assertIn("pending", approval.step_ids.mapped("state"))

    @rule("A1")
    def test_nobody_decides_the_own_submission(self):
        self.give("salesperson", "sales_manager")
        order = self.quotation()
        self.submit(order)
        self.refuses_to_decide(order, "application", "salesperson", "submitted by you")

    @rule("A1")
    def test_the_company_may_allow_it(self):
        self.give("salesperson", "sales_manager")
        self.company.sop_requester_may_approve = True
        order = self.quotation()
        approval = self.submit(order)
        self.rpc(approval, "salesperson", "approve")
        self.assertEqual(approval.state, "approved")

    @rule("A1")
    def test_only_the_administrator_allows_it(self):
        for role in set(EVERYBODY) - {"administrator"}:
            with self.assertRefused(exception=AccessError):
                self.rpc(self.company, role, "write", {"sop_requester_may_approve": True})
        self.assertFalse(self.company.sop_requester_may_approve)

    @rule("A1")
    def test_nobody_decides_the_step_of_another_role(self):
        order = self.quotation()
        self.submit(order)
        # Those above the sales manager may decide in their place (P3).
        above = {"marketing_director", "vp_sales", "general_manager"}
        for role in set(EVERYBODY) - {"sales_manager", "salesperson"} - above:
            self.refuses_to_decide(order, "application", role)

    @rule("K2")
    def test_one_person_does_not_sign_twice(self):
        self.give("sales_head", "finance")
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.rpc(contract, "sales_office", "action_submit")
        approval = contract.approval_for("contract")
        self.rpc(approval, "sales_head", "approve")
        self.refuses_to_decide(contract, "contract", "sales_head", "not yours to decide")
        self.assertEqual(sorted(approval.step_ids.mapped("state")), ["approved", "pending"])

    def _one_person_holds(self, *groups):
        """Everybody else who could sign has left; one new person holds all of ``groups``."""
        roles = self.env["res.groups"].concat(*(self.env.ref(name) for name in groups))
        holders = self.env["res.users"].search(
            [("all_group_ids", "in", roles.ids), ("company_ids", "in", self.company.ids)]
        )
        holders.active = False
        self.users["signer"] = self._new_user("signer", ",".join(groups), self.company)

    @rule("K2")
    def test_one_person_cannot_be_asked_for_two_signatures(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        groups = ("sales_sop.group_sales_head", "sales_sop.group_finance")
        self._one_person_holds(*groups)
        roles = [self.env.ref(group).name for group in groups]
        with self.assertRefused(contract.number, *roles, unchanged=[contract, order]):
            self.rpc(contract, "sales_office", "action_submit")
        self.assertFalse(contract.approval_ids)
        self.users["second"] = self._new_user("second", groups[0], self.company)
        self.rpc(contract, "sales_office", "action_submit")
        self.approve(contract, "contract", "second")
        self.approve(contract, "contract", "signer")
        self.assertEqual(contract.state, "effective")

    @rule("A1")
    def test_who_neither_asks_nor_decides_reads_no_approval(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.as_user(picking, "sales_office").action_sop_submit()
        approval = picking.approval_for("delivery").sudo()
        mine = [("id", "=", approval.id)]
        steps = [("approval_id", "=", approval.id)]
        for role in ("gate_guard", "migration"):
            self.assertFalse(self.as_user(approval.browse(), role).search(mine))
            self.assertFalse(self.as_user(approval.step_ids.browse(), role).search(steps))
        self.as_user(self.env["sop.delegation"], "sales_manager").create(
            {
                "delegate_id": self.users["gate_guard"].id,
                "company_id": self.company.id,
                "date_to": self.today(),
            }
        )
        self.rpc(approval, "gate_guard", "approve")
        self.assertEqual(approval.state, "approved")
        self.assertTrue(self.as_user(approval.browse(), "gate_guard").search(mine))

    @rule("A1", "P1")
    @mute_logger("odoo.sql_db")
    def test_who_decided_is_archived_and_not_deleted(self):
        approval = self.approved_quotation().sudo().approval_for("application").sudo()
        self.assertEqual(approval.step_ids.user_id, self.users["sales_manager"])
        for role in ("salesperson", "sales_manager", "general_manager"):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.rpc(self.users[role], "administrator", "unlink")
        self.rpc(self.users["sales_manager"], "administrator", "action_archive")

    @rule("A1")
    def test_the_manager_of_another_company_sees_nothing(self):
        company = self._new_company("Other Drives")
        stranger = self._new_user("stranger", "sales_sop.group_sales_manager", company)
        order = self.quotation()
        approval = self.submit(order)
        mine = self.env["sop.approval"].with_user(stranger)
        mine = mine.with_context(allowed_company_ids=company.ids)
        self.assertFalse(mine.search([("id", "=", approval.id)]))
        with self.assertRefused(exception=AccessError):
            mine.browse(approval.id).approve()
        with self.assertRefused(exception=AccessError):
            mine.with_context(allowed_company_ids=self.company.ids).browse(approval.id).approve()
        self.assertEqual(approval.state, "pending")

    @rule("A1")
    def test_a_portal_user_decides_nothing(self):
        portal = self.env["res.users"].create(
            {
                "name": "Buyer",
                "login": "buyer",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        order = self.quotation()
        approval = self.submit(order)
        for record in (approval, order.sudo().sop_contract_id, self.policy):
            with self.assertRefused(exception=AccessError):
                record.with_user(portal).read(["display_name"])
        with self.assertRefused(exception=AccessError):
            approval.with_user(portal).approve()
        with self.assertRefused(exception=AccessError):
            order.with_user(portal).action_sop_submit()
        self.assertEqual(approval.state, "pending")
