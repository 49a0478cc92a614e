from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


@tagged("post_install", "-at_install")
class TestAttacksOnWhoEarns(CommissionCase):
    """Nobody gives commission to themselves, by whatever detour (B1, B5)."""

    def agent(self, **values):
        """A payee that the sales office makes, of a contact that is no user."""
        partner = self.env["res.partner"].create({"name": "Outside Agency"})
        return self.rpc_create(
            "commission.payee",
            "sales_office",
            {"company_id": self.company.id, "partner_id": partner.id, "kind": "agent", **values},
        )

    def share(self, payee, role="sales_office"):
        values = {
            "role": "salesperson",
            "contract_id": self.order().sudo().sop_contract_id.id,
            "company_id": self.company.id,
            "reason": "Agreed between them",
            "line_ids": [Command.create({"payee_id": payee.id, "percent": 100.0})],
        }
        return self.rpc_create("commission.split", role, values)

    @rule("B1")
    def test_a_payee_of_the_own_contact_is_oneself(self):
        own = self.agent(partner_id=self.users["sales_office"].partner_id.id)
        self.assertFalse(own.user_id)
        with self.assertRefused("somebody else record", exception=AccessError):
            self.share(own)
        self.assertTrue(self.share(own, "finance"))

    @rule("B1")
    def test_who_has_a_share_stays_the_same_person(self):
        payee = self.agent()
        partner = self.users["sales_office"].partner_id
        self.rpc(payee, "sales_office", "write", {"partner_id": partner.id})
        other = self.agent()
        self.share(other)
        for values in (
            {"partner_id": partner.id},
            {"user_id": self.users["sales_office"].id, "partner_id": partner.id},
        ):
            with self.assertRefused("stays the same person", unchanged=other):
                self.rpc(other, "sales_office", "write", values)
        self.rpc(other, "sales_office", "write", {"active": False})
        self.assertFalse(other.active)

    @rule("B5")
    def test_nobody_sets_the_own_target(self):
        own = self._new_payee("sales_office")
        values = {
            "company_id": self.company.id,
            "payee_id": own.id,
            "date_from": "2026-04-01",
            "amount": 20000.0,
            "currency_id": self.company.currency_id.id,
        }
        with self.assertRefused("your own target", exception=AccessError):
            self.rpc_create("commission.target", "sales_office", values)
        target = self.rpc_create("commission.target", "finance", values)
        for method, arguments in (("write", [{"amount": 1.0}]), ("unlink", [])):
            with self.assertRefused("your own target", exception=AccessError, unchanged=target):
                self.rpc(target, "sales_office", method, *arguments)
        theirs = {**values, "payee_id": self.payee.id}
        theirs = self.rpc_create("commission.target", "sales_office", theirs)
        with self.assertRefused("your own target", exception=AccessError, unchanged=theirs):
            self.rpc(
                theirs, "sales_office", "write", {"payee_id": own.id, "date_from": "2026-05-01"}
            )

    @rule("B1")
    def test_a_plan_that_moves_to_another_company_is_approved_anew(self):
        other = self._new_company("Southlight Drives")
        self.users["sales_office"].company_ids += other
        plan = self.rpc_create(
            "commission.plan",
            "sales_office",
            {
                "name": "Twice as much",
                "company_id": self.company.id,
                "date_from": "2026-05-01",
                "rule_ids": [Command.create({"name": "Every sale", "rate": 20.0})],
            },
        )
        self.rpc(plan, "sales_office", "action_submit")
        self.as_user(plan, "finance_vp").approval_for("commission_plan").approve()
        companies = {"allowed_company_ids": [self.company.id, other.id]}
        self.rpc(plan, "sales_office", "write", {"company_id": other.id}, context=companies)
        self.assertEqual(plan.approval_state, "stale")
        approval = plan.sudo().approval_ids
        with self.assertRefused(exception=UserError, unchanged=plan):
            self.rpc(approval, "general_manager", "approve")
