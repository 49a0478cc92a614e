from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule
from .test_invoice_gate import InvoiceGateCase


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
    def test_an_issued_policy_keeps_its_words_in_every_language(self):
        policy = self._issue(self._draft_policy())
        for record in (policy, policy.term_ids):
            with self.assertRefused(policy.name, unchanged=[policy, policy.term_ids]):
                self.rpc(
                    record,
                    "general_manager",
                    "update_field_translations",
                    "name",
                    {"en_US": "Something else"},
                )

    @rule("P1")
    def test_a_successor_ends_the_earlier_policy_the_day_before(self):
        successor = self._issue(self._draft_policy())
        self.assertEqual(self.policy.state, "superseded")
        self.assertEqual(str(self.policy.date_to), "2020-12-31")
        self.assertEqual(successor.version, 2)
        self.assertFalse(successor.date_to)
        self.assertEqual((self.policy.standing, successor.standing), ("ended", "in_force"))
        later = self._issue(self._draft_policy(date_from="2999-01-01"))
        # Issued for later: what is in force stays so until then.
        self.assertEqual((successor.state, successor.standing), ("superseded", "in_force"))
        self.assertEqual((str(successor.date_to), later.standing), ("2998-12-31", "upcoming"))

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


@tagged("post_install", "-at_install")
class TestWithoutPolicy(InvoiceGateCase):
    """A company that has issued no policy works as standard Odoo, beside one that has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.governed_company = cls.company
        cls.company = cls._new_company("Old Ways Ltd")
        cls.users = cls._new_people(cls.company)
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.tax = cls._new_tax(0.0)
        cls.drive.taxes_id = cls.tax
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls._put_in_stock(cls.drive, 100)
        cls.bank_journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls._give_payments_an_outstanding_account(cls.bank_journal)

    def confirmed(self):
        order = self.quotation()
        self.as_user(order, "salesperson").action_confirm()
        return order

    def test_an_order_is_confirmed_and_changed(self):
        self.assertTrue(self.governed_company.sop_governed)
        order = self.confirmed()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.sop_governed or order.sop_chain or order.sudo().sop_contract_id)
        self.rpc(order.order_line, "salesperson", "write", {"product_uom_qty": 12.0})
        self.assertEqual(order.amount_total, 1200.0)
        self.assertEqual(order.sudo().picking_ids.move_ids.product_uom_qty, 12.0)

    def test_goods_leave_without_approval_and_signature(self):
        order = self.confirmed()
        picking = order.sudo().picking_ids
        self.assertFalse(picking.sop_governed or picking.sop_blockers or picking.sop_release_state)
        self.ship(picking, quantity=11)
        self.assertEqual((picking.state, picking.pod_state), ("done", "no"))
        line = order.order_line
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (11.0, 11.0))
        self.take_back(picking, 2)
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (9.0, 9.0))

    def test_goods_leave_without_an_order(self):
        customers = self.env.ref("stock.stock_location_customers")
        places = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": customers.id,
        }
        move = {"product_id": self.drive.id, "product_uom_qty": 1.0, **places}
        picking = self.rpc_create(
            "stock.picking",
            "stock_user",
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "move_ids": [Command.create(move)],
                **places,
            },
        )
        self.rpc(picking, "stock_user", "action_confirm")
        self.ship(picking, quantity=1)
        self.assertEqual(picking.state, "done")

    def test_invoices_are_posted_without_money_and_order(self):
        order = self.confirmed()
        self.ship(order.sudo().picking_ids)
        invoice = self.draft_invoice(order)
        self.assertFalse(invoice.sop_governed or invoice.sop_blockers or invoice.sop_gate_state)
        self.post(invoice)
        unordered = self.invoice_by_hand(self.invoice_line(price=500.0))
        self.post(unordered, role="accountant")
        credit_note = self.invoice_by_hand(self.invoice_line(order), move_type="out_refund")
        self.post(credit_note, role="accountant")
        moves = invoice | unordered | credit_note
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.rpc(order.order_line, "salesperson", "write", {"invoice_lines": [Command.clear()]})

    def test_money_is_received_matched_and_taken_back(self):
        order = self.confirmed()
        self.ship(order.sudo().picking_ids)
        invoice = self.post(self.draft_invoice(order))
        payment = self.receive(1000.0)
        lines = (invoice | payment.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.as_user(lines, "finance").reconcile()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.as_user(lines, "finance").remove_move_reconcile()
        self.as_user(payment, "finance").action_draft()
        self.assertEqual((invoice.amount_residual, payment.state), (1000.0, "draft"))
