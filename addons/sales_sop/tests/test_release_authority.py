from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_release import ReleaseCase


@tagged("post_install", "-at_install")
class TestReleaseAuthority(ReleaseCase):
    """The policy says who releases which rule, and up to how much."""

    @classmethod
    def _issue_policy(cls, *args, **term):
        """Finance releases D4 up to 150.00, the VP up to half, beyond it the manager."""
        cls.env["ir.default"].set("sop.policy", "release_max_days", 5)
        policy = super()._issue_policy(*args, **term)
        # As it was before it was issued: nobody can write it afterwards.
        policy.sudo().release_line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "sequence": sequence,
                        "rule": "D4",
                        "group_id": cls.env.ref(f"sales_sop.group_{role}").id,
                        "percent_max": percent,
                        "amount_max": amount,
                    }
                )
                for sequence, (role, percent, amount) in enumerate(
                    [("finance", 20.0, 150.0), ("finance_vp", 50.0, 0.0)]
                )
            ),
        ]
        return policy

    def _decider(self, picking, amount):
        release = self.request(picking, "salesperson", amount_max=amount)
        group = release.approval_ids.step_ids.group_id
        self.rpc(release, "salesperson", "action_sop_withdraw")
        return group.get_external_id()[group.id].removeprefix("sales_sop.group_")

    @rule("D4")
    def test_above_a_roles_maximum_the_next_one_decides(self):
        picking = self.waiting_delivery()
        expected = {
            150.0: "finance",
            150.01: "finance_vp",
            500.0: "finance_vp",
            500.01: "general_manager",
            1000.0: "general_manager",
        }
        found = {amount: self._decider(picking, amount) for amount in expected}
        self.assertEqual(found, expected)

    @rule("D1")
    def test_a_rule_without_a_line_goes_by_the_defaults(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.assertEqual(self._decider(picking, 1000.0), "vp_sales")

    @rule("P1")
    def test_an_issued_policys_authority_does_not_change(self):
        line = self.policy.release_line_ids[0]
        for role in self.users:
            with self.subTest(role=role):
                with self.assertRefused(unchanged=line):
                    self.rpc(line, role, "write", {"amount_max": 0.0})
                with self.assertRefused(unchanged=self.policy):
                    self.rpc(self.policy, role, "write", {"release_max_days": 365})
                with self.assertRefused(unchanged=line):
                    self.rpc(line, role, "unlink")
        draft = self.as_user(self.policy, "general_manager").copy({"date_from": "2026-12-01"})
        self.assertEqual(draft.release_line_ids.mapped("rule"), ["D4", "D4"])
        draft.release_line_ids[0].amount_max = 300.0

    @rule("C1")
    def test_an_invoice_over_two_contracts_needs_a_release_for_each(self):
        orders = self.env["sale.order"]
        for _number in range(2):
            order = self.confirmed_order()
            self.collect(order, 300.0)
            picking = self.approve_delivery(order.sudo().picking_ids)
            self.ship(picking)
            self.sign(picking)
            orders |= order.sudo()
        wizard = self.as_user(self.env["sale.advance.payment.inv"], "finance").create(
            {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(orders.ids)]}
        )
        wizard.create_invoices()
        invoice = orders.invoice_ids
        self.assertEqual((len(invoice), invoice.amount_total), (1, 2000.0))
        first = self.request(invoice, "finance")
        self.assertEqual(first.amount_max, 1000.0)
        self.grant(first, "general_manager")
        missing = (orders.sop_contract_id - first.contract_id).number
        with self.assertRefused("C1", missing, unchanged=[invoice, first]):
            self.post(invoice)
        self.assertNotIn(first.contract_id.number, invoice.sop_blockers)
        second = self.request(invoice, "finance")
        self.assertEqual(second.contract_id.number, missing)
        self.grant(second, "general_manager")
        self.post(invoice)
        self.assertEqual(
            [self.figures(release) for release in first | second],
            [("used", 1000.0, 1000.0), ("used", 1000.0, 1000.0)],
        )

    @rule("D4")
    def test_the_report_counts_releases_by_rule_and_outcome(self):
        granted = self.grant(
            self.request(self.waiting_delivery(), "salesperson", amount_max=100.0), "finance"
        )
        refused = self.request(self.waiting_delivery(), "salesperson", amount_max=120.0)
        self.as_user(refused, "finance").approval_for("release").refuse("No.")
        rows = self.as_user(self.env["sop.release"], "general_manager").formatted_read_group(
            [("id", "in", (granted | refused).ids)],
            ["rule", "state", "user_id", "partner_id", "requested_on:month"],
            ["__count", "amount_max:sum"],
        )
        self.assertEqual(
            sorted((row["rule"], row["state"], row["amount_max:sum"]) for row in rows),
            [("D4", "approved", 100.0), ("D4", "refused", 120.0)],
        )
