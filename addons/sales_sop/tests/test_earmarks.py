from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.misc import DotDict
from odoo.tools.safe_eval import safe_eval

from .common import rule
from .test_collection import CollectionCase
from .test_races import RaceCase


class EarmarkCase(CollectionCase):
    def contract(self, order):
        return order.sudo().sop_contract_id

    def move(self, earmark, order, amount=None, reason="Named the wrong order", role="finance"):
        """Finance moves the earmark in the dialog."""
        wizard = self.as_user(self.env["sop.earmark.move"], role).create(
            {
                "allocation_id": earmark.id,
                "contract_id": self.contract(order).id,
                "reason": reason,
                **({} if amount is None else {"amount": amount}),
            }
        )
        return wizard.action_move()

    def proposal(self, payment):
        """The dialog as finance opens it, and what it proposes."""
        action = self.rpc(payment, "finance", "action_sop_earmark")
        wizards = self.as_user(self.env["sop.earmark"], "finance")
        wizard = wizards.with_context(**action["context"]).create({})
        return wizard, [(line.contract_id, line.amount) for line in wizard.line_ids]

    def trace(self, earmark):
        return self.env["sop.payment.allocation.change"].search(
            earmark.sudo()._money_domain(), order="id"
        )


@tagged("post_install", "-at_install")
class TestEarmarks(EarmarkCase):
    """Money is given to contracts, split, moved and taken back, and the trace stays (C3)."""

    @rule("C3")
    def test_one_dialog_splits_money_over_what_contracts_lack(self):
        first, second = self.order(300.0), self.order(700.0)
        self.collect(first, 100.0)
        payment = self.receive(600.0)
        wizard, proposed = self.proposal(payment)
        # 200 lack on the older contract, the other 400 go to the younger one.
        expected = [(self.contract(first), 200.0), (self.contract(second), 400.0)]
        self.assertEqual(proposed, expected)
        self.assertEqual(wizard.amount_left, 0.0)
        wizard.line_ids[1].amount = 350.0
        wizard.action_earmark()
        self.assertCollected(first, 300.0, second, 350.0)
        self.assertEqual(payment.sudo().amount_not_earmarked, 50.0)

    @rule("C3")
    def test_a_dialog_over_more_than_received_changes_nothing(self):
        first, second, payment = self.order(), self.order(), self.receive(600.0)
        wizard = self.as_user(self.env["sop.earmark"], "finance").create(
            {
                "payment_id": payment.id,
                "line_ids": [
                    Command.create({"contract_id": self.contract(order).id, "amount": 300.01})
                    for order in (first, second)
                ],
            }
        )
        with self.assertRefused("600.02", "600.00"):
            wizard.action_earmark()
        self.assertCollected(first, 0.0, second, 0.0)

    @rule("C3")
    def test_a_bank_line_is_split_in_the_same_dialog(self):
        order, line = self.order(), self.bank_line(400.0)
        action = self.rpc(line, "finance", "action_sop_earmark")
        wizard = self.as_user(self.env["sop.earmark"], "finance")
        wizard.with_context(**action["context"]).create({}).action_earmark()
        self.assertCollected(order, 400.0)
        self.assertEqual(line.sop_amount_free, 0.0)

    def shown(self, records, view, filter_name):
        """Which of the records finance sees with the filter of the search view."""
        records = self.as_user(records, "finance")
        arch = etree.fromstring(
            records.get_view(self.env.ref(f"sales_sop.{view}").id, "search")["arch"]
        )
        (found,) = arch.xpath(f"//filter[@name='{filter_name}']/@domain")
        return records.search([("id", "in", records.ids), *safe_eval(found)])

    @rule("C3")
    def test_finance_finds_the_payments_that_wait_for_an_earmark(self):
        order = self.order()
        part, whole, none, draft = (
            self.receive(400.0),
            self.receive(300.0),
            self.receive(200.0),
            self.receive(100.0),
        )
        self.rpc(draft, "finance", "action_draft")
        self.earmark(part, order, 250.0)
        self.earmark(whole, order, 300.0)
        payments = part | whole | none | draft
        found = self.shown(payments, "account_payment_view_search", "sop_not_earmarked")
        self.assertEqual(found, part | none)
        self.assertEqual(payments.search([("amount_not_earmarked", "=", 150.0)]) & payments, part)
        free = [("amount_not_earmarked", "!=", 0.0), ("id", "in", payments.ids)]
        self.assertEqual(payments.search(free), part | none | draft)

    @rule("C3")
    def test_finance_finds_the_bank_lines_that_wait_for_an_earmark(self):
        order, first, second = self.order(), self.bank_line(400.0), self.bank_line(300.0)
        lines = first | second
        view = "account_bank_statement_line_view_search"
        self.assertEqual(self.shown(lines, view, "not_earmarked"), lines)
        self.as_user(self.env["sop.payment.allocation"], "finance").create(
            {
                "statement_line_id": first.id,
                "contract_id": self.contract(order).id,
                "amount": 400.0,
            }
        )
        self.assertEqual(self.shown(lines, view, "not_earmarked"), second)
        self.assertEqual(lines.search([("sop_amount_free", "<=", 0.0)]) & lines, first)

    @rule("C3")
    def test_the_contract_that_the_customer_names_is_proposed_first(self):
        first, second = self.order(300.0), self.order(700.0)
        number = self.contract(second).number
        payment = self.receive(600.0, memo=f"{number} first payment")
        wizard, proposed = self.proposal(payment)
        self.assertEqual(proposed, [(self.contract(second), 600.0)])
        wizard.action_earmark()
        self.assertCollected(first, 0.0, second, 600.0)

    @rule("C3")
    def test_a_bank_line_without_a_customer_says_what_the_transfer_names(self):
        self.order(300.0)
        named = self.contract(self.order(700.0))
        line = self.bank_line(500.0)
        line.write({"partner_id": False, "payment_ref": f"advance {named.number}, thanks"})
        wizard, proposed = self.proposal(line)
        self.assertEqual(wizard.purpose, line.payment_ref)
        self.assertEqual(proposed, [(named, 500.0)])
        line.payment_ref = "advance"
        __, proposed = self.proposal(line)
        self.assertFalse(proposed)

    @rule("C3")
    def test_a_contract_that_is_added_gets_what_it_lacks_of_what_is_free(self):
        first, second = self.order(300.0), self.order(700.0)
        payment = self.receive(600.0)
        action = self.rpc(payment, "finance", "action_sop_earmark")
        wizards = self.as_user(self.env["sop.earmark"], "finance")
        with Form(wizards.with_context(**action["context"])) as form:
            for _number in range(2):
                form.line_ids.remove(0)
            for order, amount in ((second, 600.0), (first, 0.0)):
                with form.line_ids.new() as line:
                    line.contract_id = self.contract(order)
                    self.assertEqual(line.amount, amount)

    @rule("C3")
    def test_an_earmarked_payment_is_not_deleted_and_the_remedy_works(self):
        order, payment = self.order(), self.receive(400.0)
        earmark = self.earmark(payment, order)
        self.as_user(payment, "finance").action_draft()
        with self.assertRefused(
            "is earmarked for", self.contract(order).number, "remove the earmark", unchanged=earmark
        ):
            self.rpc(payment, "finance", "unlink")
        self.rpc(earmark, "finance", "unlink")
        self.rpc(payment, "finance", "unlink")
        self.assertFalse(payment.exists())

    @rule("C3")
    def test_an_earmark_says_that_its_money_was_taken_back(self):
        order, payment = self.order(), self.receive(400.0)
        earmark = self.earmark(payment, order)
        self.as_user(payment, "finance").action_reject()
        for role in ("finance", "salesperson"):
            [row] = self.rpc(earmark, role, "read", ["payment_state"])
            self.assertEqual(row["payment_state"], "rejected")
        self.assertCollected(order, 0.0)

    @rule("C3")
    def test_an_earmarked_bank_line_is_not_deleted(self):
        order, line = self.order(), self.bank_line(400.0)
        wizard = self.as_user(self.env["sop.earmark"], "finance")
        wizard.with_context(default_statement_line_id=line.id).create({}).action_earmark()
        with self.assertRefused("is earmarked for", self.contract(order).number):
            line.unlink()
        self.assertCollected(order, 400.0)

    @rule("C3")
    def test_the_money_under_an_earmark_does_not_become_anothers(self):
        order, line = self.order(), self.bank_line(400.0)
        stranger = self.env["res.partner"].create({"name": "Hilltop Foundry"})
        wizard = self.as_user(self.env["sop.earmark"], "finance")
        wizard.with_context(default_statement_line_id=line.id).create({}).action_earmark()
        for values, text in (
            ({"partner_id": stranger.id}, "Hilltop Foundry paid"),
            ({"amount": 399.99}, "would be earmarked, but only"),
            ({"amount": -400.0}, "Only money received"),
        ):
            with self.assertRefused(text, unchanged=[line, line.allocation_ids]):
                line.write(values)
        line.amount = 500.0
        self.assertCollected(order, 400.0)

    @rule("C3")
    def test_a_parents_money_is_proposed_for_the_companies_below_it_too(self):
        works = self.env["res.partner"].create(
            {"name": "Works", "is_company": True, "parent_id": self.customer.id}
        )
        below, own = self.order(700.0, partner_id=works.id), self.order(300.0)
        __, proposed = self.proposal(self.receive(600.0))
        self.assertEqual(proposed, [(self.contract(own), 300.0), (self.contract(below), 300.0)])
        __, proposed = self.proposal(self.receive(600.0, partner=works))
        self.assertEqual(proposed, [(self.contract(below), 600.0)])

    @rule("C3")
    def test_screens_offer_a_parent_the_contracts_of_the_companies_below_it(self):
        works = self.env["res.partner"].create(
            {"name": "Works", "is_company": True, "parent_id": self.customer.id}
        )
        below, own = self.contract(self.order(partner_id=works.id)), self.contract(self.order())
        for payer, offered in ((self.customer, below | own), (works, below)):
            for name, domain in self.contract_domains().items():
                with self.subTest(screen=name, payer=payer.name):
                    names = {"partner_id": payer.id, "company_id": self.company.id}
                    found = own.search(safe_eval(domain, {**names, "parent": DotDict(names)}))
                    self.assertEqual(found & (below | own), offered)

    def contract_domains(self):
        """The domain of the contract on each screen where finance says what money is for."""
        domains = {"paper": self.env["sop.money.paper"]._fields["contract_id"].domain}
        for model in ("account.payment", "account.payment.register"):
            form = etree.fromstring(
                self.as_user(self.env[model], "finance").get_view(view_type="form")["arch"]
            )
            [field] = form.xpath("//field[@name='contract_id' or @name='sop_contract_id']")
            domains[model] = field.get("domain")
        return domains

    @rule("C3")
    def test_what_finance_wrote_off_is_proposed_for_no_money(self):
        written_off, open_order = self.order(300.0), self.order(700.0)
        expense = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        self.pay(
            self.invoice(written_off),
            290.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=expense.id,
        )
        __, proposed = self.proposal(self.receive(600.0))
        self.assertEqual(proposed, [(self.contract(open_order), 600.0)])

    @rule("C3")
    def test_what_is_not_invoiced_yet_is_owed(self):
        order = self.order(1000.0)
        down_payment = self.invoice(order)
        down_payment.button_draft()
        down_payment.invoice_line_ids.price_unit = 300.0
        down_payment.action_post()
        self.pay(down_payment, 300.0)
        __, proposed = self.proposal(self.receive(800.0))
        self.assertEqual(proposed, [(self.contract(order), 700.0)])

    @rule("C3")
    def test_an_earmark_is_moved_with_a_reason_and_a_trace(self):
        order, other = self.order(), self.order()
        earmark = self.earmark(self.receive(700.0), order)
        self.move(earmark, other)
        self.assertCollected(order, 0.0, other, 700.0)
        made, moved = self.trace(earmark)
        self.assertEqual((made.kind, made.amount_after), ("made", 700.0))
        self.assertEqual((moved.kind, moved.reason), ("moved", "Named the wrong order"))
        self.assertEqual((moved.amount_before, moved.amount_after), (700.0, 0.0))
        self.assertEqual(moved.contract_id, self.contract(order))
        self.assertEqual(moved.to_contract_id, self.contract(other))
        self.assertEqual(moved.user_id, self.users["finance"])

    @rule("C3")
    def test_a_part_of_an_earmark_is_moved(self):
        order, other = self.order(), self.order()
        earmark = self.earmark(self.receive(700.0), order)
        self.move(earmark, other, 250.0)
        self.assertCollected(order, 450.0, other, 250.0)
        made, moved = self.trace(earmark)
        self.assertEqual((made.amount_before, made.amount_after), (0.0, 700.0))
        self.assertEqual((moved.amount_before, moved.amount_after), (700.0, 450.0))

    @rule("C3")
    def test_what_cannot_be_moved_stays(self):
        order, other = self.order(), self.order()
        stranger = self.env["res.partner"].create({"name": "Hillside Glass", "is_company": True})
        strange = self.order(partner_id=stranger.id)
        earmark = self.earmark(self.receive(700.0), order)
        with self.assertRefused("700.01", "700.00", unchanged=earmark):
            self.move(earmark, other, 700.01)
        with self.assertRefused("already", unchanged=earmark):
            self.move(earmark, order)
        with self.assertRefused("Say why", unchanged=earmark):
            self.move(earmark, other, reason="  ")
        with self.assertRefused("the customer who paid", unchanged=earmark):
            self.move(earmark, strange)
        with self.assertRefused("“Move”", unchanged=earmark):
            self.rpc(earmark, "finance", "write", {"contract_id": self.contract(other).id})
        for role in ("salesperson", "sales_manager", "general_manager", "accountant"):
            with self.subTest(role=role), self.assertRefused(exception=AccessError):
                self.move(earmark, other, role=role)

    @rule("C3")
    def test_nobody_writes_the_trace(self):
        earmark = self.earmark(self.receive(700.0), self.order())
        row = self.trace(earmark)
        values = {"kind": "made", "contract_id": earmark.contract_id.id}
        for role in self.users:
            for method, arguments in (
                ("write", [{"reason": "Mine"}]),
                ("unlink", []),
                ("create", [values]),
            ):
                with self.assertRefused(exception=AccessError, unchanged=row):
                    self.rpc(row, role, method, *arguments)

    @rule("C3")
    def test_changes_and_removal_leave_a_trace(self):
        earmark = self.earmark(self.receive(700.0), self.order())
        self.rpc(earmark, "finance", "write", {"amount": 650.0})
        self.rpc(earmark, "finance", "write", {"note": "By phone"})
        payment = earmark.payment_id
        self.rpc(earmark, "finance", "unlink")
        rows = self.env["sop.payment.allocation.change"].search(
            [("payment_id", "=", payment.id)], order="id"
        )
        self.assertEqual(rows.mapped("kind"), ["made", "changed", "removed"])
        self.assertEqual(rows.mapped("amount_before"), [0.0, 700.0, 650.0])

    @rule("C1", "C3")
    def test_money_under_a_posted_invoice_is_taken_by_the_finance_vp_only(self):
        order, other = self.order(), self.order()
        earmark = self.earmark(self.receive(700.0), order)
        # 600.00 are 60 %: down to there it is finance's own business.
        self.invoice(order)
        self.move(earmark, other, 100.0)
        for attempt in (
            lambda: self.move(earmark, other, 0.01),
            lambda: self.rpc(earmark, "finance", "write", {"amount": 599.99}),
            lambda: self.rpc(earmark, "finance", "unlink"),
        ):
            with self.assertRefused("C1", "Finance VP", unchanged=earmark):
                attempt()
        self.move(earmark, other, 0.01, role="finance_vp")
        self.assertCollected(order, 599.99, other, 100.01)
        self.assertTrue(self.trace(earmark)[-1].below_gate)
        alerts = self.contract(order).activity_search(["sales_sop.mail_activity_money_lost"])
        self.assertEqual(alerts.user_id, self.users["finance"] | self.users["salesperson"])

    @rule("C3")
    def test_money_of_another_company_is_not_earmarked(self):
        order = self.order()
        other = self._new_company("Southlight Drives")
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", other.id)], limit=1
        )
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 500.0,
                "journal_id": journal.id,
                "company_id": other.id,
            }
        )
        values = {
            "payment_id": payment.id,
            "contract_id": self.contract(order).id,
            "amount": 500.0,
        }
        with self.assertRefused():
            self.rpc_create("sop.payment.allocation", "finance", values)
        both = new_test_user(
            self.env,
            login="both",
            groups="sales_sop.group_finance",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | other).ids)],
        )
        allocations = self.env["sop.payment.allocation"].with_user(both)
        with self.assertRefused("Southlight Drives"):
            allocations.with_context(allowed_company_ids=(self.company | other).ids).create(values)

    @rule("C3")
    def test_from_the_invoice_the_rest_of_the_money_is_earmarked(self):
        order = self.order()
        invoice = self.invoice(order)
        contract = self.contract(order)
        payment = self.pay(invoice, 1200.0, sop_contract_id=contract.id)
        self.assertCollected(order, 1200.0)
        self.assertEqual(payment.allocation_ids.amount, 1200.0)
        # What was earmarked stays when the matching is undone.
        self.receivable(payment.move_id).remove_move_reconcile()
        self.assertCollected(order, 1200.0)

    @rule("C3")
    def test_from_the_invoice_without_an_earmark_all_goes_with_the_matching(self):
        order = self.order()
        payment = self.pay(self.invoice(order), 1000.0)
        self.assertCollected(order, 1000.0)
        self.receivable(payment.move_id).remove_move_reconcile()
        self.assertCollected(order, 0.0)


@tagged("post_install", "-at_install")
class TestEarmarkRaces(RaceCase, EarmarkCase):
    """Two of finance at the same moment (C3)."""

    @rule("C3")
    def test_the_same_money_is_earmarked_once(self):
        first, second, payment = self.order(), self.order(), self.receive(700.0)
        refused = []

        def earmark(order):
            def go(env):
                try:
                    self.seen_by(env, self.env["sop.payment.allocation"], "finance").create(
                        {
                            "payment_id": payment.id,
                            "contract_id": self.contract(order.with_env(env)).id,
                            "amount": 700.0,
                        }
                    )
                except UserError as error:
                    refused.append(str(error))

            return go

        self.race(earmark(first), earmark(second))
        self.assertEqual(len(refused), 1)
        self.assertIn("1,400.00", refused[0])
        self.assertCollected(first, 700.0, second, 0.0)
