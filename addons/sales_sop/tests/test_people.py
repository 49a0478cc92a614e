from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


class PeopleCase(SopCase):
    def colleague(self, login, *roles):
        groups = ",".join(f"sales_sop.group_{role}" for role in roles)
        return self._new_user(login, groups, self.company)

    def delegate(self, role, delegate, **values):
        """The person of ``role`` is away this week and ``delegate`` decides meanwhile."""
        today = fields.Date.today()
        return self.as_user(self.env["sop.delegation"], role).create(
            {
                "delegate_id": delegate.id,
                "company_id": self.company.id,
                "date_from": today,
                "date_to": fields.Date.add(today, days=7),
                **values,
            }
        )

    def waiting_for(self, user):
        self.env.invalidate_all()
        model = self.env["sop.approval"].with_user(user)
        model = model.with_context(allowed_company_ids=self.company.ids)
        found = model.search([("waiting_for_me", "=", True)])
        # The search and the field of each record have to say the same.
        everything = model.search([])
        self.assertEqual(found, everything.filtered("waiting_for_me"))
        return found


@tagged("post_install", "-at_install")
class TestDelegation(PeopleCase):
    """While one person is away, a colleague decides for them."""

    @rule("A1")
    def test_the_delegate_decides_and_it_says_for_whom(self):
        deputy = self.colleague("deputy", "sales_office")
        order = self.quotation()
        approval = self.submit(order)
        self.assertFalse(self.waiting_for(deputy))
        self.delegate("sales_manager", deputy)
        self.assertEqual(self.waiting_for(deputy), approval)
        approval.with_user(deputy).approve()
        step = approval.step_ids
        self.assertEqual(approval.state, "approved")
        self.assertEqual(
            (step.user_id, step.on_behalf_of_id), (deputy, self.users["sales_manager"])
        )

    def test_a_delegation_is_named_by_both_and_a_new_one_by_nobody(self):
        deputy = self.colleague("deputy", "sales_office")
        delegation = self.delegate("sales_manager", deputy)
        manager = self.users["sales_manager"]
        self.assertEqual(delegation.display_name, f"{deputy.name} for {manager.name}")
        self.assertFalse(delegation.new({}).display_name)

    @rule("A1")
    def test_without_a_delegation_in_force_the_deputy_decides_nothing(self):
        deputy = self.colleague("deputy", "sales_office")
        order = self.quotation()
        approval = self.submit(order)
        today = fields.Date.today()
        self.delegate(
            "sales_manager",
            deputy,
            date_from=fields.Date.add(today, days=1),
            date_to=fields.Date.add(today, days=2),
        )
        route = self.env["sop.approval.route"].search([("code", "=", "contract")])
        self.delegate("sales_manager", deputy, route_ids=[Command.set(route.ids)])
        self.delegate("sales_manager", deputy, amount_limit=999.99)
        # Archived, it is still the only route that was delegated.
        for route.active in (True, False):
            self.assertFalse(self.waiting_for(deputy))
            with self.assertRefused("Sales Manager", unchanged=approval.step_ids):
                approval.with_user(deputy).approve()

    @rule("A1")
    def test_a_delegation_up_to_an_amount_covers_what_is_below(self):
        deputy = self.colleague("deputy", "sales_office")
        self.delegate("sales_manager", deputy, amount_limit=1000.0)
        approval = self.submit(self.quotation())
        self.assertEqual(self.waiting_for(deputy), approval)
        approval.with_user(deputy).approve()
        self.assertEqual(approval.state, "approved")

    @rule("A1", "P1")
    def test_a_limited_delegation_is_for_documents_with_an_amount(self):
        deputy = self.colleague("deputy", "sales_office")
        self.delegate("sales_manager", deputy, amount_limit=1000.0)
        approval = self.submit(self.quotation())
        approval.sudo().currency_id = False
        self.assertFalse(self.waiting_for(deputy))
        with self.assertRefused("Sales Manager", unchanged=approval.step_ids):
            approval.with_user(deputy).approve()
        self.delegate("sales_manager", deputy)
        approval.with_user(deputy).approve()
        self.assertEqual(approval.state, "approved")

    @rule("A1", "A3")
    def test_an_amendment_weighs_as_much_as_the_larger_total(self):
        order = self.confirmed_order()
        action = self.as_user(order, "salesperson").action_sop_amend()
        amendment = self.as_user(self.env["sop.amendment"], "salesperson").browse(action["res_id"])
        amendment.write({"reason": "Half of it is not needed"})
        amendment.line_ids.quantity = 1
        amendment.action_submit()
        approval = amendment.sudo().approval_for("amendment")
        self.assertEqual((approval.amount, approval.amount_company), (100.0, 1000.0))

    @rule("A1", "D1")
    def test_a_delivery_weighs_as_much_as_all_its_contracts(self):
        picking = self.confirmed_order().sudo().picking_ids
        other = self.confirmed_order(lines=[(self.drive, 3, 100.0)]).sudo().picking_ids
        other.move_ids.picking_id = picking
        self.as_user(picking, "sales_office").action_sop_submit()
        self.assertEqual(picking.approval_for("delivery").amount_company, 1300.0)

    @rule("A1")
    def test_nobody_delegates_for_somebody_else(self):
        deputy = self.users["planner"]
        for role in ("salesperson", "general_manager", "administrator"):
            with self.assertRefused():
                self.rpc_create(
                    "sop.delegation",
                    role,
                    {
                        "user_id": self.users["sales_manager"].id,
                        "delegate_id": deputy.id,
                        "company_id": self.company.id,
                        "date_from": fields.Date.today(),
                        "date_to": fields.Date.today(),
                    },
                )
        mine = self.delegate("salesperson", deputy)
        with self.assertRefused("Only"):
            self.rpc(mine, "general_manager", "write", {"date_to": fields.Date.today()})
        with self.assertRefused(unchanged=mine):
            self.rpc(mine, "salesperson", "write", {"user_id": self.users["sales_manager"].id})

    @rule("A1")
    def test_a_delegation_that_has_begun_only_ends_earlier(self):
        delegation = self.delegate("sales_manager", self.users["planner"])
        today = fields.Date.today()
        for change in (
            {"delegate_id": self.users["quality"].id},
            {"amount_limit": 5.0},
            {"date_to": fields.Date.add(today, days=30)},
        ):
            with self.assertRefused("has begun", unchanged=delegation):
                self.rpc(delegation, "sales_manager", "write", change)
        with self.assertRefused("has begun"):
            self.rpc(delegation, "sales_manager", "unlink")
        self.rpc(delegation, "sales_manager", "write", {"date_to": today})
        self.assertEqual(delegation.date_to, today)

    @rule("A1")
    def test_what_was_delegated_is_not_passed_on(self):
        first, second = self.colleague("first", "sales_office"), self.colleague("second", "quality")
        self.delegate("sales_manager", first)
        self.env["sop.delegation"].with_user(first).with_context(
            allowed_company_ids=self.company.ids
        ).create(
            {
                "delegate_id": second.id,
                "company_id": self.company.id,
                "date_from": fields.Date.today(),
                "date_to": fields.Date.today(),
            }
        )
        approval = self.submit(self.quotation())
        self.assertEqual(self.waiting_for(first), approval)
        self.assertFalse(self.waiting_for(second))

    @rule("A1")
    def test_the_requester_does_not_decide_through_a_delegation(self):
        self.delegate("sales_manager", self.users["salesperson"])
        approval = self.submit(self.quotation())
        with self.assertRefused("submitted by you"):
            self.as_user(approval, "salesperson").approve()

    @rule("A1")
    def test_a_deputy_does_not_decide_the_document_of_who_is_away(self):
        deputy = self.colleague("deputy", "sales_office")
        self.users["sales_manager"].group_ids |= self.env.ref("sales_sop.group_salesperson")
        self.colleague("second_manager", "sales_manager")
        self.delegate("sales_manager", deputy)
        order = self.quotation()
        order.sudo().user_id = self.users["sales_manager"]
        self.as_user(order, "sales_manager").action_sop_submit()
        approval = order.sudo().approval_for("application")
        self.assertFalse(self.waiting_for(deputy))
        with self.assertRefused():
            approval.with_user(deputy).approve()

    @rule("K2")
    def test_one_person_does_not_sign_twice_through_a_delegation(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        self.delegate("sales_head", self.users["finance"])
        approval = self.approve(contract, "contract", "finance")
        self.assertEqual(approval.state, "pending")
        with self.assertRefused("Head of Sales"):
            self.as_user(approval, "finance").approve()
        self.assertFalse(self.waiting_for(self.users["finance"]))

    def test_a_delegate_is_an_active_colleague(self):
        with self.assertRefused("yourself", exception=ValidationError):
            self.delegate("sales_manager", self.users["sales_manager"])
        stranger = self._new_user(
            "stranger", "sales_sop.group_planner", self._new_company("Elsewhere")
        )
        with self.assertRefused("does not work in", exception=ValidationError):
            self.delegate("sales_manager", stranger)


@tagged("post_install", "-at_install")
class TestDeciders(PeopleCase):
    """Who decides: the role, a higher one, different people, never the owner."""

    @rule("P3", "A1")
    def test_a_higher_role_decides_a_lower_step_and_it_is_recorded(self):
        approval = self.submit(self.quotation())
        self.assertFalse(self.waiting_for(self.users["general_manager"]))
        self.as_user(approval, "general_manager").approve()
        self.assertEqual(approval.state, "approved")
        self.assertEqual(approval.step_ids.decided_as_id.name, "General Manager")
        self.assertEqual(approval.step_ids.group_id.name, "Sales Manager")

    @rule("P3")
    def test_a_lower_or_another_role_does_not_decide(self):
        approval = self.submit(self.quotation())
        for role in ("salesperson", "sales_office", "finance_vp", "legal", "planner", "sales_head"):
            with self.assertRefused(unchanged=approval.step_ids):
                self.rpc(approval, role, "approve")

    @rule("A1")
    def test_the_salesperson_does_not_decide_what_the_office_submitted_for_them(self):
        manager = self.users["sales_manager"]
        self.colleague("second_manager", "sales_manager")
        order = self.quotation()
        order.sudo().user_id = manager
        self.as_user(order, "sales_office").action_sop_submit()
        approval = order.sudo().approval_for("application")
        with self.assertRefused("your own"):
            self.as_user(approval, "sales_manager").approve()

    @rule("A1")
    def test_deciding_the_own_document_is_flagged_where_the_company_allows_it(self):
        self.company.sop_requester_may_approve = True
        self.users["salesperson"].group_ids |= self.env.ref("sales_sop.group_sales_manager")
        approval = self.submit(self.quotation())
        self.as_user(approval, "salesperson").approve()
        self.assertTrue(approval.is_own and approval.step_ids.is_own)

    @rule("K2")
    def test_several_roles_in_one_person_count_once_at_a_stage(self):
        finance = self.users["finance"]
        finance.group_ids |= self.env.ref("sales_sop.group_sales_head")
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        approval = self.approve(contract, "contract", "finance")
        with self.assertRefused():
            self.as_user(approval, "finance").approve()
        self.approve(contract, "contract", "sales_head")
        self.assertEqual(contract.state, "effective")
        self.assertEqual(len(approval.step_ids.user_id), 2)

    @rule("A1")
    def test_an_archived_approver_is_visible_and_the_way_out_works(self):
        approval = self.submit(self.quotation())
        self.assertFalse(approval.is_vacant)
        self.users["sales_manager"].active = False
        self.env.invalidate_all()
        self.assertTrue(approval.is_vacant)
        found = self.as_user(self.env["sop.approval"], "administrator").search(
            [("is_vacant", "=", True)]
        )
        self.assertIn(approval, found)
        alert = self.env["mail.activity"].search(
            [
                ("res_model", "=", "sale.order"),
                ("res_id", "=", approval.res_id),
                ("user_id", "=", self.users["administrator"].id),
            ]
        )
        self.assertIn("Sales Manager", alert.summary)
        successor = self.colleague("successor", "sales_manager")
        self.assertEqual(self.waiting_for(successor), approval)
        approval.with_user(successor).approve()
        self.assertEqual(approval.state, "approved")

    @rule("A1")
    def test_nobody_to_decide_is_said_at_submission(self):
        self.users["sales_manager"].active = False
        order = self.quotation()
        with self.assertRefused(order.name, "Sales Manager", "administrator"):
            self.submit(order)
        self.assertFalse(order.sudo().approval_ids)


@tagged("post_install", "-at_install")
class TestWithdraw(PeopleCase):
    """What waits for a decision can be taken back by whose document it is."""

    @rule("A1")
    def test_a_withdrawn_quotation_can_be_changed_and_submitted_again(self):
        order = self.quotation()
        approval = self.submit(order)
        self.assertTrue(self.as_user(order, "salesperson").sop_can_withdraw)
        self.rpc(order, "salesperson", "action_sop_withdraw")
        self.assertEqual((approval.state, order.sop_application_state), ("superseded", "none"))
        self.assertFalse(self.waiting_for(self.users["sales_manager"]))
        activities = self.env["mail.activity"].search(
            [("sop_approval_step_id", "in", approval.step_ids.ids)]
        )
        self.assertFalse(activities)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A1")
    def test_what_waits_for_somebody_stays_on_their_list(self):
        order = self.quotation()
        approval = self.submit(order)
        to_do = self.env["mail.activity"].search(
            [("sop_approval_step_id", "in", approval.step_ids.ids)]
        )
        elsewhere = self.quotation()
        for method, arguments in (
            ("unlink", []),
            ("action_done", []),
            ("write", [{"active": False}]),
            ("write", [{"user_id": self.users["salesperson"].id}]),
            ("write", [{"res_id": elsewhere.id}]),
        ):
            for role in ("salesperson", "sales_manager"):
                with self.assertRefused(
                    "stays on their list", exception=AccessError, unchanged=to_do
                ):
                    self.rpc(to_do, role, method, *arguments)
        later = {"date_deadline": fields.Date.add(self.today(), days=3)}
        with self.assertRefused("stays on their list", exception=AccessError, unchanged=to_do):
            self.rpc(to_do, "salesperson", "write", later)
        self.rpc(to_do, "sales_manager", "write", later)
        self.approve(order, "application", "sales_manager")
        self.assertFalse(to_do.active)

    @rule("A1")
    def test_nobody_else_withdraws_and_a_decision_stays(self):
        order = self.quotation()
        approval = self.submit(order)
        for role in ("sales_office", "sales_manager", "general_manager", "administrator"):
            with self.assertRefused(unchanged=approval):
                self.rpc(approval, role, "withdraw")
        self.approve(order, "application", "sales_manager")
        with self.assertRefused("already decided"):
            self.rpc(approval, "salesperson", "withdraw")


@tagged("post_install", "-at_install")
class TestManyApprovals(PeopleCase):
    """Lists and batches stay fast however much waits."""

    def test_a_batch_approves_what_it_can_and_names_the_rest(self):
        orders = [self.quotation() for _i in range(3)]
        approvals = self.env["sop.approval"]
        for order in orders:
            approvals |= self.submit(order)
        orders[1].order_line.discount = 50
        result = self.as_user(approvals, "sales_manager").action_approve()
        self.assertEqual(approvals.mapped("state"), ["approved", "pending", "approved"])
        self.assertIn(orders[1].name, result["params"]["message"])
        with self.assertRefused(orders[1].name, "has changed"):
            self.as_user(approvals[1], "sales_manager").action_approve()

    def test_a_batch_of_fifty_takes_a_bounded_number_of_queries_for_each(self):
        order = self.quotation()
        approvals = self.submit(order)
        for _i in range(49):
            approvals |= self.submit(order.copy())
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.as_user(approvals, "sales_manager").action_approve()
        self.env.flush_all()
        self.assertEqual(set(approvals.mapped("state")), {"approved"})
        self.assertLessEqual((self.env.cr.sql_log_count - before) / 50, 25)

    @rule("A1")
    def test_no_role_writes_what_a_decision_records(self):
        approval = self.submit(self.quotation())
        for role in self.users:
            for values in (
                {"user_id": self.users["sales_manager"].id},
                {"on_behalf_of_id": self.users["sales_manager"].id},
                {"answer_required": False},
            ):
                with self.assertRefused(exception=AccessError):
                    self.rpc(approval.step_ids, role, "write", values)
