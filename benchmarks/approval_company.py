"""A company whose orders two people approve: by Sales SOP, or by OCA's sale_tier_validation."""

from odoo import Command

from .order_chain_company import Company

APPROVERS = ("sales_manager", "marketing_director")
# What our roles imply of Odoo's rights, so that everybody has the same in every company.
ODOO_ROLES = {
    "salesperson": ("sales_team.group_sale_salesman",),
    "sales_manager": ("sales_team.group_sale_salesman_all_leads",),
    "marketing_director": ("sales_team.group_sale_salesman_all_leads",),
}
SOP_ROLES = {
    role: (*ODOO_ROLES.get(role, ()), f"sales_sop.group_{role}")
    for role in (*ODOO_ROLES, "general_manager")
}


class ApprovalCompany(Company):
    """A company whose orders need nothing but two approvals before they are confirmed."""

    odoo_roles = ODOO_ROLES
    sop_roles = SOP_ROLES

    def check_is_done(self, env, chains):
        """Every order is confirmed, and both approvers approved it, in this order."""
        orders = env["sale.order"].browse([chain.order for chain in chains])
        approvers = [self.users[role] for role in APPROVERS]
        wrong = [
            order.name
            for order in orders
            if order.state != "sale" or self._deciders(order) != approvers
        ]
        if wrong:
            raise AssertionError(f"{self.label}: not approved twice and confirmed: {wrong}")


class SopCompany(ApprovalCompany):
    """With Sales SOP: the policy asks for both reviews and for no written contract."""

    def __init__(self, registry):
        super().__init__(registry, "Sales SOP", governed=True)

    def _policy_term(self, env):
        groups = [env.ref(f"sales_sop.group_{role}").id for role in APPROVERS]
        return {
            "name": "Spare parts",
            "contract_required": False,
            "details_required": False,
            "invoice_gate_percent": 0,
            "review_group_ids": [Command.set(groups)],
        }

    def _deciders(self, order):
        steps = order.approval_ids.filtered(lambda one: one.state == "approved").step_ids
        return steps.sorted("stage").user_id.ids


class TierCompany(ApprovalCompany):
    """With OCA's tier validation: two tiers in sequence, each decided by a group.

    :param bool notify: tell the reviewers when it is their turn; off, as the tiers come
    """

    def __init__(self, registry, label, notify=False):
        self.notify = notify
        super().__init__(registry, label)

    def _create(self, env):
        super()._create(env)
        # The tier with the higher number is reviewed first.
        for sequence, role in zip((20, 10), APPROVERS):
            self._create_tier(env, sequence, role)

    def _create_tier(self, env, sequence, role):
        group = env["res.groups"].create(
            {
                "name": f"{self.label}: {role}",
                "user_ids": [Command.set([self.users[role]])],
            }
        )
        env["tier.definition"].create(
            {
                "name": role,
                "model_id": env["ir.model"]._get_id("sale.order"),
                "company_id": self.id,
                "review_type": "group",
                "reviewer_group_id": group.id,
                "sequence": sequence,
                "approve_sequence": True,
                "notify_on_pending": self.notify,
            }
        )

    def _deciders(self, order):
        approved = order.review_ids.filtered(lambda review: review.status == "approved")
        return approved.sorted("sequence").done_by.ids
