from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_closing import ClosingCase

from .common import TEAM_RULES, CommissionCase


class BlockedCase(CommissionCase):
    """Money that earns nothing is listed with the reason (B2)."""

    def blocked(self, role="finance"):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.as_user(self.env["commission.blocked"], role).search(
            [("company_id", "=", self.company.id)]
        )
        return sorted((row.reason, row.amount) for row in rows)


class TestBlocked(BlockedCase):
    @rule("B2")
    def test_money_without_a_contract_earns_nothing_until_it_has_one(self):
        payment = self.receive(575.0)
        order = self.order()
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.blocked(), [("no_contract", 575.0)])
        self.earmark(payment, order)
        self.assertEqual(self.blocked(), [])
        self.calculate()
        self.assertEqual(self.balance(), 50.0)

    @rule("B2")
    def test_what_was_written_off_is_no_money_that_waits(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        expense = self.account("expense").id
        how = {"payment_difference_handling": "reconcile", "writeoff_account_id": expense}
        self.pay(invoice, 1127.0, **how)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.now_is("2026-03-31")
        self.assertEqual(self.blocked(), [])
        self.calculate()
        self.assertEqual(self.balance(), 98.0)

    @rule("B2")
    def test_of_a_rejected_payment_only_its_money_is_missing(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        payment = self.pay(
            invoice,
            575.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.account("expense").id,
        )
        payment.action_reject()
        self.assertEqual(self.blocked(), [("rejected", 575.0)])

    @rule("B2")
    def test_a_row_stays_the_same_when_earlier_money_comes(self):
        self.receive(575.0, date="2026-03-02")
        row = self.env["commission.blocked"].search([("company_id", "=", self.company.id)])
        self.receive(230.0, date="2026-03-01")
        self.env.invalidate_all()
        self.assertEqual(row.amount, 575.0)
        self.assertEqual(self.blocked(), [("no_contract", 230.0), ("no_contract", 575.0)])

    @rule("B2")
    def test_a_contract_earns_when_it_is_effective_and_not_before(self):
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.collect(order, 575.0)
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.blocked(), [("not_effective", 575.0)])
        self.now_is("2026-04-10")
        self.countersign(order)
        self.calculate()
        self.assertEqual(self.blocked(), [])
        self.assertEqual(self.entries().mapped("amount"), [50.0])
        # What was known at the end of March stays.
        self.assertEqual(self.balance(until="2026-03-31"), 0.0)

    @rule("B2")
    def test_a_rejected_payment_is_listed(self):
        payment = self.collect(self.order(), 575.0).payment_id
        payment.action_reject()
        self.assertEqual(self.blocked(), [("rejected", 575.0)])
        self.assertEqual(self.calculate().entry_count, 0)

    @rule("B2")
    def test_a_rejected_payment_is_listed_until_other_money_replaces_it(self):
        order = self.order()
        self.collect(order, 1150.0).payment_id.action_reject()
        self.collect(order, 500.0)
        self.assertEqual(self.blocked(), [("rejected", 650.0)])
        self.collect(order, 650.0)
        self.assertEqual(self.blocked(), [])

    @rule("B2")
    def test_a_cheque_earns_when_the_policy_counts_it(self):
        order = self.order()
        paper = self.as_user(self.env["sop.money.paper"], "finance").create(
            {
                "name": "CH-1",
                "kind": "cheque",
                "partner_id": self.customer.id,
                "drawer": "Hillside Glass",
                "issuing_bank": "Harbour Bank",
                "amount": 575.0,
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "date_received": "2026-03-01",
                "journal_id": self.bank_journal.id,
                "contract_id": order.sudo().sop_contract_id.id,
            }
        )
        paper.action_register()
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.blocked(), [("uncertain", 575.0)])

    @rule("B2")
    def test_what_no_rule_is_for_is_listed(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", [{"name": "Drives", "product_id": self.drive.id}])
        self.now_is("2026-04-02")
        order = self.effective_order(lines=[(self.work, 1, 300.0), (self.drive, 7, 100.0)])
        self.collect(order, 1150.0)
        self.assertEqual(self.blocked(), [("no_rule", 345.0)])

    @rule("B2")
    def test_money_of_a_salesperson_who_is_no_payee_is_listed(self):
        order = self.order()
        contract = order.sudo().sop_contract_id
        contract.sudo().write({"user_id": self.users["sales_manager"].id})
        self.collect(order, 575.0)
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.blocked(), [("no_payee", 575.0)])
        second = self._new_payee("sales_manager")
        self.calculate()
        self.assertEqual(self.balance(second), 50.0)

    @rule("B2")
    def test_a_manager_or_a_pool_that_nobody_named_blocks_nothing(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan(
            "2026-04-02",
            TEAM_RULES,
        )
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        self.now_is("2026-04-02")
        order = self.order(team_id=team.id)
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.commission_team_id, team)
        self.collect(order, 575.0)
        self.assertEqual(self.blocked(), [])
        self.assertEqual(contract._commission_blocked(), [])
        # Once the team has a manager, money from before is missing one; it is listed once.
        manager = self._new_payee("sales_manager")
        self.split(team=team, role="manager", shares={manager: 100.0}, date_from="2026-04-05")
        self.assertEqual(self.blocked(), [("no_share", 575.0)])
        # The salesperson has earned their own part of it.
        self.calculate()
        self.env.invalidate_all()
        own = self.as_user(self.payee, "salesperson")
        self.assertEqual((own.amount_month, own.amount_blocked), (50.0, 0.0))
        blocked = own.action_open_blocked()
        self.assertFalse(self.env[blocked["res_model"]].search(blocked["domain"]))
        self.assertEqual(self.as_user(contract, "salesperson")._commission_blocked(), [])
        contract.sudo().write({"user_id": self.users["sales_head"].id})
        self.assertEqual(self.blocked(), [("no_payee", 575.0)])

    @rule("B2")
    def test_money_of_a_contract_that_is_cancelled_is_paid_back_or_earmarked_anew(self):
        order = self.order()
        self.collect(order, 575.0)
        self.calculate()
        request = self.rpc_create(
            "sop.contract.closing",
            "salesperson",
            {
                "kind": "cancellation",
                "contract_id": order.sudo().sop_contract_id.id,
                "reason": "The customer builds no second mill",
            },
        )
        self.as_user(request, "salesperson").action_submit()
        for role in ("sales_head", "finance"):
            self.approve(request, "cancellation", role)
        self.assertEqual(order.sudo().sop_contract_id.state, "cancelled")
        self.assertEqual(self.blocked(), [("cancelled", 575.0)])
        self.calculate()
        earned, taken_back = self.entries().sorted("id")
        self.assertEqual((earned.amount, taken_back.amount), (50.0, -50.0))
        # The money has not gone back, and the payee is not told that it has.
        self.assertIn("The contract or the order was cancelled", taken_back.explanation)

    @rule("B2")
    def test_money_for_an_order_on_which_nothing_is_sold_is_listed(self):
        order = self.order()
        self.collect(order, 575.0)
        self.assertEqual(self.blocked(), [])
        self.env.flush_all()
        # Lines that were taken off the order: nothing that is counted.
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_total = 0, price_subtotal = 0 WHERE order_id = %s",
            [order.id],
        )
        self.assertEqual(self.blocked(), [("no_lines", 575.0)])
        self.assertEqual(self.calculate().entry_count, 0)

    @rule("B2", "B4")
    def test_a_rejected_payment_of_an_invoice_is_listed_until_its_commission_is_taken_back(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        payment = self.pay(invoice, 575.0, "2026-03-01")
        self.calculate()
        self.assertEqual(self.blocked(), [])
        payment.action_reject()
        self.assertEqual(self.blocked(), [("rejected", 575.0)])
        self.assertEqual(self.blocked("salesperson"), [("rejected", 575.0)])
        self.calculate()
        self.assertEqual(self.balance(), 0.0)
        # It is still matched with the invoice.
        self.assertEqual(self.blocked(), [("rejected", 575.0)])
        payment.action_draft()
        self.assertEqual(self.blocked(), [("rejected", 575.0)])
        payment.action_cancel()
        self.assertEqual(self.blocked(), [])

    @rule("B2", "B4")
    def test_a_payment_that_is_no_more_is_listed_while_it_still_earns(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        payment = self.pay(invoice, 575.0, "2026-03-01")
        self.calculate()
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.blocked(), [("rejected", 575.0)])
        self.calculate()
        self.assertEqual(self.blocked(), [])

    @rule("B2")
    def test_a_margin_of_an_invoice_without_an_order_is_not_known(self):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", [{"name": "Margin", "base": "margin", "rate": 10.0}])
        self.now_is("2026-04-02")
        invoice = self.contract_invoice(self.order(), "2026-04-02")
        self.pay(invoice, 575.0, "2026-04-02")
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.blocked(), [("no_cost", 575.0)])
        # However many share the contract.
        other = self._new_payee("sales_manager")
        shares = {self.payee: 50.0, other: 50.0}
        self.split(invoice.sop_contract_id, shares=shares, date_from="2026-04-01")
        self.assertEqual(self.blocked(), [("no_cost", 575.0)])

    @rule("B2")
    def test_money_from_before_the_first_plan_is_nobodys_concern(self):
        self.receive(100.0, date="2025-12-31")
        self.assertEqual(self.blocked(), [])

    @rule("B2")
    def test_an_older_contract_has_no_plan_where_the_contracts_day_decides(self):
        self.env["commission.plan"].browse(self.plan.id).sudo().write(
            {"date_basis": "contract", "date_from": "2026-03-03"}
        )
        order = self.order()
        self.now_is("2026-03-05")
        self.collect(order, 575.0)
        self.assertEqual(self.blocked(), [("no_plan", 575.0)])
        newer = self.order()
        self.collect(newer, 115.0)
        self.calculate()
        self.assertEqual(self.balance(), 10.0)

    @rule("B2")
    def test_a_salesperson_sees_what_is_blocked_of_their_own_contracts(self):
        self.receive(100.0)
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.collect(order, 575.0)
        self.assertEqual(self.blocked("salesperson"), [("not_effective", 575.0)])
        self.assertEqual(self.blocked("sales_head"), self.blocked())

    def _money_of_no_effective_contract(self):
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.collect(order, 575.0)
        self.env.flush_all()
        row = self.env["commission.blocked"].search([("company_id", "=", self.company.id)])
        self.assertEqual((row.reason, row.amount), ("not_effective", 575.0))
        return order.sudo().sop_contract_id, row

    @rule("B2")
    def test_a_salesperson_reads_nothing_that_is_blocked_for_a_colleague(self):
        __, row = self._money_of_no_effective_contract()
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        self.users["colleague"] = colleague
        self.addCleanup(self.users.pop, "colleague")
        self._new_payee("colleague")
        self.assertEqual(self.blocked("colleague"), [])
        for method, arguments in (("read", [["amount"]]), ("action_open_document", [])):
            with self.assertRefused(exception=AccessError):
                self.rpc(row, "colleague", method, *arguments)
        [mine] = self.rpc(row, "salesperson", "read", ["amount"])
        self.assertEqual(mine["amount"], 575.0)

    @rule("B2")
    def test_nobody_lets_money_earn_whose_contract_is_not_in_force(self):
        contract, row = self._money_of_no_effective_contract()
        for role in self.users:
            for record, method, arguments in (
                (row, "write", [{"amount": 0.0}]),
                (row, "unlink", []),
                (row, "create", [{"reason": "no_rule", "company_id": self.company.id}]),
                (contract, "write", [{"state": "effective"}]),
                (contract, "write", [{"date_effective": "2026-03-01"}]),
            ):
                with self.assertRefused(exception=AccessError, unchanged=contract):
                    self.rpc(record, role, method, *arguments)
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.blocked(), [("not_effective", 575.0)])

    @rule("B2")
    def test_a_search_reads_the_money_of_the_contracts_it_asks_for(self):
        self.receive(230.0)
        lines = [(self.work, 1, 1000.0)]
        first, second = self.approved_quotation(lines=lines), self.approved_quotation(lines=lines)
        self.collect(first, 575.0)
        self.collect(second, 345.0)
        blocked = self.env["commission.blocked"].with_context(allowed_company_ids=self.company.ids)
        read = []
        rows_sql = type(blocked)._rows_sql

        def listed(self, scope):
            read.append(scope.contract_ids)
            return rows_sql(self, scope)

        contract = first.sudo().sop_contract_id
        self.env.flush_all()
        with patch.object(type(blocked), "_rows_sql", listed):
            whole = blocked.search([], order="amount")
            self.assertEqual(whole.mapped("amount"), [230.0, 345.0, 575.0])
            for domain, found, contracts in (
                ([("contract_id", "=", contract.id)], whole[2], (contract.id,)),
                ([("id", "=", whole[2].id)], whole[2], (contract.id,)),
                # Money of no contract is found by its customer and its own id.
                ([("id", "=", whole[0].id)], whole[0], None),
                ([("contract_id", "=", False)], whole[0], None),
                ([("partner_id", "=", self.customer.id)], whole, None),
                (["|", ("contract_id", "=", contract.id), ("amount", "<", 300)], whole[::2], None),
            ):
                read.clear()
                blocked.invalidate_model()
                self.assertEqual(blocked.search(domain, order="amount"), found, domain)
                self.assertEqual(read[-1], contracts, domain)

    @rule("B2")
    def test_money_that_counts_for_anothers_invoice_is_not_said_to_be_uncertain(self):
        owing = self.invoiced_order()
        invoice = owing.sudo().invoice_ids
        named, payment = self.order(), self.receive(1150.0)
        self.earmark(payment, named)
        self.match(invoice, payment.sudo().move_id)
        self.env.flush_all()
        blocked = self.env["commission.blocked"].with_context(allowed_company_ids=self.company.ids)
        contract = named.sudo().sop_contract_id
        self.assertFalse(blocked.search([("contract_id", "=", contract.id)]))


@tagged("post_install", "-at_install")
class TestBlockedAndCancelled(BlockedCase, ClosingCase):
    @rule("B2", "B4")
    def test_what_is_paid_back_is_not_asked_for_again(self):
        order = self.invoiced_order()
        invoice = order.sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-03-01")
        self.decided(order, "cancellation")
        self.assertEqual(self.blocked(), [("cancelled", 575.0)])
        credit = self.credit(order)
        self.match(invoice, credit)
        self.match(credit, self.receive(200.0, payment_type="outbound").move_id)
        self.assertEqual(sum(amount for __, amount in self.blocked()), 375.0)
        self.match(credit, self.receive(375.0, payment_type="outbound").move_id)
        self.assertEqual(self.blocked(), [])

    @rule("B2", "B4")
    def test_money_of_a_call_off_that_is_cancelled_waits_and_the_frame_goes_on(self):
        frame = self.frame()
        given_up, other = self.confirmed_call_off(frame, 10), self.confirmed_call_off(frame, 20)
        payment = self.receive(575.0)
        values = self._earmark_values(payment, given_up, 575.0)
        self.rpc_create("sop.payment.allocation", "finance", {**values, "order_id": given_up.id})
        self.calculate()
        self.assertEqual(self.balance(), 50.0)
        self.decided(given_up, "cancellation", order_id=given_up.id)
        self.assertEqual(self.blocked(), [("cancelled", 575.0)])
        self.calculate()
        self.assertEqual(self.balance(), 0.0)
        taken_back = self.entries().sorted("id")[-1]
        self.assertIn("The contract or the order was cancelled", taken_back.explanation)
        self.collect(other, 115.0)
        self.calculate()
        self.assertEqual(self.balance(), 10.0)
        # Finance takes it back; nobody is asked to collect it again.
        self.as_user(payment, "finance").action_draft()
        self.as_user(payment, "finance").action_cancel()
        self.assertEqual(self.blocked(), [])
