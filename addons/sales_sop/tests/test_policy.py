from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestPolicy(SopCase):
    """The sales policy is decided, issued, and never changed."""

    def _draft_policy(self, date_from="2021-01-01", **term):
        return self.as_user(self.env["sop.policy"], "marketing_director").create(
            {
                "name": "Sales policy 2021",
                "company_id": self.company.id,
                "date_from": date_from,
                "term_ids": [Command.create({"name": "All sales", **term})],
            }
        )

    def _issue(self, policy):
        self.as_user(policy, "marketing_director").action_decide()
        self.as_user(policy, "general_manager").action_issue()
        return policy

    @rule("P1")
    def test_only_the_general_manager_issues_a_decided_policy(self):
        policy = self._draft_policy()
        with self.assertRefused(policy.name, "decided before"):
            self.as_user(policy, "general_manager").action_issue()
        policy.action_decide()
        with self.assertRefused("General Manager"):
            policy.action_issue()
        self.as_user(policy, "general_manager").action_issue()
        self.assertEqual(policy.state, "issued")
        self.assertEqual(policy.issued_by_id, self.users["general_manager"])

    @rule("P1")
    def test_an_issued_policy_never_changes(self):
        policy = self._issue(self._draft_policy())
        manager = self.as_user(policy, "general_manager")
        with self.assertRefused(policy.name, "Make a new version"):
            manager.date_from = "2021-02-01"
        with self.assertRefused(policy.name):
            manager.term_ids.invoice_gate_percent = 10
        with self.assertRefused(policy.name):
            manager.write({"term_ids": [Command.create({"name": "Another"})]})
        with self.assertRefused("buttons"):
            manager.state = "draft"
        with self.assertRefused():
            manager.unlink()
        self.assertEqual(policy.term_ids.invoice_gate_percent, 60)

    @rule("P1")
    def test_a_successor_ends_the_earlier_policy_the_day_before(self):
        successor = self._issue(self._draft_policy())
        self.assertEqual(self.policy.state, "superseded")
        self.assertEqual(str(self.policy.date_to), "2020-12-31")
        self.assertEqual(successor.version, 2)
        self.assertFalse(successor.date_to)

    @rule("P1")
    def test_a_policy_without_terms_is_not_decided(self):
        policy = self._draft_policy()
        policy.term_ids.unlink()
        with self.assertRefused(policy.name, "no terms"):
            policy.action_decide()

    @rule("P4")
    def test_a_submitted_quotation_keeps_the_terms_of_its_day(self):
        order = self.approved_quotation()
        self._issue(self._draft_policy(invoice_gate_percent=90))
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.invoice_gate_percent, 60)
        self.assertEqual(contract.policy_id, self.policy)
        later = self.approved_quotation().sudo().sop_contract_id
        self.assertEqual(later.invoice_gate_percent, 90)

    @rule("P4")
    def test_nobody_writes_the_terms_on_the_contract(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        for role in ("general_manager", "finance_vp", "administrator"):
            with self.assertRefused():
                self.as_user(contract, role).invoice_gate_percent = 0
        self.assertEqual(contract.invoice_gate_percent, 60)

    @rule("P5")
    def test_the_first_matching_line_decides(self):
        policy = self._draft_policy(
            name="Small sales", amount_to=500, contract_required=False, invoice_gate_percent=0
        )
        policy.write(
            {
                "term_ids": [
                    Command.create(
                        {
                            "name": "Instalments",
                            "sales_mode": "instalment",
                            "prepayment_percent": 30,
                        }
                    ),
                    Command.create({"name": "The rest", "invoice_gate_percent": 80}),
                ]
            }
        )
        self._issue(policy)
        small = self.approved_quotation(lines=[(self.drive, 1, 499.99)]).sudo().sop_contract_id
        self.assertEqual((small.term_id.name, small.state), ("Small sales", "effective"))
        rest = self.approved_quotation(lines=[(self.drive, 1, 500)]).sudo().sop_contract_id
        self.assertEqual((rest.term_id.name, rest.state), ("The rest", "draft"))
        order = self.approved_quotation(sop_sales_mode="instalment")
        self.assertEqual(order.sudo().sop_contract_id.prepayment_percent, 30)

    @rule("P5")
    def test_an_order_no_line_covers_is_refused_with_the_policy_named(self):
        self._issue(self._draft_policy(amount_to=500))
        order = self.quotation()
        with self.assertRefused(order.name, "Sales policy 2021", "no line"):
            self.submit(order)
        self.assertFalse(order.sudo().sop_contract_id)

    def test_a_company_without_a_policy_works_as_standard_odoo(self):
        company = self._new_company("Old Ways Ltd")
        seller = self._new_user("seller", "sales_team.group_sale_salesman", company)
        order = (
            self.env["sale.order"]
            .with_user(seller)
            .with_context(allowed_company_ids=company.ids)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create({"product_id": self.drive.id, "product_uom_qty": 1})
                    ],
                }
            )
        )
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.sop_chain)
        self.assertFalse(order.sudo().sop_contract_id)
