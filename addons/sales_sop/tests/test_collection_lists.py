from ast import literal_eval
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .collection_searches import CollectionSearches
from .common import rule
from .test_money_cases import MoneyCase
from .test_money_paper import PaperCase


@tagged("post_install", "-at_install")
class TestCollectionLists(CollectionSearches, MoneyCase):
    """The lists behind the amounts, as each role sees them (C8)."""

    def rows(self, role, domain=()):
        self.env.flush_all()
        return self.as_user(self.env["sop.collection"], role).search(list(domain))

    @rule("C8")
    def test_a_salesperson_sees_what_came_in_for_the_own_contracts(self):
        order = self.order()
        self.earmark(self.receive(300.0), order)
        self.assertEqual(self.rows("salesperson").mapped("amount"), [300.0])
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        self.users["colleague"] = colleague
        self.assertFalse(self.rows("colleague"))
        self.assertEqual(self.rows("finance").mapped("amount"), [300.0])

    @rule("C8")
    def test_postgresql_does_not_compile_what_reads_all_the_money(self):
        order = self.order()
        self.earmark(self.receive(300.0), order)
        contract = order.sudo().sop_contract_id
        self.cr.execute("SET LOCAL jit = on")
        self.assertEqual(contract._collected(), {contract.id: 300.0})
        self.assertEqual(self.env.execute_query(SQL("SHOW jit")), [("on",)])
        self.assertEqual(self.rows("finance").mapped("amount"), [300.0])
        self.assertEqual(self.env.execute_query(SQL("SHOW jit")), [("off",)])

    @rule("C8")
    def test_nobody_reads_what_came_in_for_a_colleague_or_writes_what_came_in(self):
        order = self.order()
        self.earmark(self.receive(300.0), order)
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        self.users = {**self.users, "colleague": colleague}
        row = self.rows("finance")
        for record, method, arguments in (
            (row, "read", [["amount"]]),
            (row, "action_open", []),
            (order.sudo().sop_contract_id, "read", [["amount_collected"]]),
        ):
            with self.assertRefused(exception=AccessError):
                self.rpc(record, "colleague", method, *arguments)
        # A list that is opened by its address is empty, and so are its totals.
        domain = self.rpc(order, "salesperson", "action_view_sop_collection")["domain"]
        self.assertFalse(self.rows("colleague", domain))
        amounts = self.as_user(row.browse(), "colleague")._read_group([], [], ["amount:sum"])
        self.assertFalse(amounts[0][0])
        values = {"contract_id": order.sudo().sop_contract_id.id, "amount": 900.0}
        for role in self.users:
            for method, arguments in (
                ("write", [{"amount": 900.0}]),
                ("unlink", []),
                ("create", [values]),
            ):
                with self.assertRefused(exception=AccessError):
                    self.rpc(row, role, method, *arguments)
        self.assertEqual(self.rows("salesperson").mapped("amount"), [300.0])

    @rule("C8")
    def test_today_and_this_month_are_one_click(self):
        today = fields.Date.today()
        order = self.order()
        self.earmark(self.receive(300.0, date=today), order)
        self.earmark(self.receive(200.0, date="2026-01-31"), order)
        view = self.env.ref("sales_sop.sop_collection_view_search_days")
        self.assertIn("today", view.arch)
        rows = self.rows("salesperson", [("date", "=", "today")])
        self.assertEqual(rows.mapped("amount"), [300.0])
        rows = self.rows(
            "salesperson", [("date", ">=", "today =1d"), ("date", "<", "today =1d +1m")]
        )
        self.assertEqual(rows.mapped("amount"), [300.0])
        action = self.env.ref("sales_sop.sop_collection_action_today")
        self.assertIn("search_default_today", action.context)

    def _record_earlier(self, payment):
        """The payment was booked and earmarked a month ago."""
        self.env.flush_all()
        for table, ids in (
            ("account_move", payment.move_id.ids),
            ("sop_payment_allocation", payment.allocation_ids.ids),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = create_date - INTERVAL '1 month' WHERE id IN %s",
                    SQL.identifier(table),
                    tuple(ids),
                )
            )

    @rule("C8")
    def test_received_today_is_what_is_dated_or_recorded_today(self):
        view = self.env.ref("sales_sop.sop_collection_view_search_days")
        arch = etree.fromstring(view.arch)
        today = literal_eval(arch.xpath("//filter[@name='today']/@domain")[0])
        order = self.order()
        # The bank's day is a Friday, finance records it on Monday.
        late, old = self.receive(200.0, date="2026-01-30"), self.receive(40.0, date="2026-01-30")
        dated = self.receive(3.0, date=fields.Date.today())
        for payment in (late, old, dated):
            self.earmark(payment, order)
        for payment in (old, dated):
            self._record_earlier(payment)
        rows = self.rows("salesperson", today)
        self.assertEqual(sorted(rows.mapped("amount")), [3.0, 200.0])
        # What came a month ago and is earmarked today is new to who sold.
        other = self.order(50.0)
        self.earmark(self.receive(50.0, date="2026-01-30"), other)
        fresh = self.receive(7.0, date="2026-01-30")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET create_date = '2026-01-30' WHERE id = %s", [fresh.move_id.id]
        )
        self.assertFalse(self.rows("salesperson", [*today, ("amount", "=", 7.0)]))
        self.earmark(fresh, other)
        self.assertTrue(self.rows("salesperson", [*today, ("amount", "=", 7.0)]))

    @rule("C8")
    def test_a_row_stays_the_same_when_others_come_and_go(self):
        orders = [self.order(), self.order()]
        invoice, payment = self.invoice(*orders), self.receive(300.0)
        self.match(invoice, payment.move_id)
        self.earmark(self.receive(90.0), orders[0])
        before = {row.id: self._row(row) for row in self.rows("finance")}
        self.assertEqual(len(before), 3)
        # XML-RPC carries no more.
        self.assertLess(max(before), 2**31)
        earlier = self.receive(10.0, date="2025-01-01")
        self.earmark(earlier, orders[0])
        after = {row.id: self._row(row) for row in self.rows("finance")}
        self.assertEqual({key: after[key] for key in before}, before)
        self.assertEqual(len(after), 4)
        self.receivable(payment.move_id).remove_move_reconcile()
        rest = {row.id: self._row(row) for row in self.rows("finance")}
        self.assertEqual(len(rest), 2)
        self.assertEqual(rest, {key: after[key] for key in rest})

    def _row(self, row):
        return (row.contract_id, row.order_id, row.money_move_id, row.invoice_id, row.amount)

    @rule("C1", "C8")
    def test_a_search_reads_the_money_of_the_contracts_it_asks_for(self):
        orders = [self.order(), self.order(), self.order()]
        invoice = self.invoice(*orders[:2])
        self.pay(invoice, 100.0)
        payment = self.receive(300.0, date="2026-01-31")
        self.earmark(payment, orders[0], 50.0)
        self.earmark(payment, orders[2], 70.0)
        self.env.flush_all()
        contracts = [order.sudo().sop_contract_id.id for order in orders]
        for condition, asked in (
            (("contract_id", "=", contracts[1]), contracts[1:2]),
            (("order_id", "=", orders[2].id), contracts[2:]),
            (("invoice_id", "=", invoice.id), contracts[:2]),
            (("money_move_id", "=", payment.move_id.id), [contracts[0], contracts[2]]),
        ):
            with self.subTest(condition=condition):
                model = self.env["sop.collection"]
                found = model._contract_ids_asked(Domain([condition]).optimize_full(model))
                self.assertEqual(sorted(found), sorted(asked))
        self.check_searches()

    def _found(self, domain):
        """Return what finance finds of all contracts, and of those that are asked for."""
        model = self.as_user(self.env["sop.collection"], "finance")
        with patch.object(type(model), "_asked_rows_sql", lambda self, domain: None):
            everything = model.search(domain)
        return everything, model.search(domain)

    @rule("C1", "C8")
    def test_a_search_for_other_customers_finds_those_that_nobody_may_see(self):
        order = self.order()
        self.earmark(self.receive(100.0), order, 100.0)
        customer = order.partner_id.sudo()
        elsewhere = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        self.env.flush_all()
        # As after an import; Odoo itself moves no customer that has invoices.
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", [elsewhere.id, customer.id]
        )
        self.env.invalidate_all()
        everything, asked = self._found([("partner_id", "not ilike", customer.name)])
        self.assertTrue(everything)
        self.assertEqual(asked, everything)

    @rule("C1", "C8")
    def test_a_search_in_sql_or_before_the_write_finds_the_same(self):
        order = self.order()
        self.earmark(self.receive(100.0), order, 100.0)
        contract = order.sudo().sop_contract_id
        in_sql = Domain.custom(
            to_sql=lambda model, alias, query: SQL("%s > 0", SQL.identifier(alias, "amount"))
        )
        for domain in (in_sql, ~in_sql):
            everything, asked = self._found(domain & Domain("contract_id", "=", contract.id))
            self.assertEqual(asked, everything)
        for user in (self.users["sales_manager"], self.users["sales_head"]):
            contract.user_id = user
            everything, asked = self._found([("user_id", "=", user.id)])
            self.assertEqual(asked.contract_id, contract)
            contract.user_id = self.users["salesperson"]
            contract.user_id = user
            self.assertEqual(everything, asked)

    @rule("C8")
    def test_money_is_counted_per_contract_customer_salesperson_and_month(self):
        first, second = self.order(), self.order()
        self.earmark(self.receive(300.0, date="2026-01-10"), first)
        self.earmark(self.receive(200.0, date="2026-02-10"), first)
        self.earmark(self.receive(50.0, date="2026-02-11"), second)
        self.env.flush_all()
        model = self.as_user(self.env["sop.collection"], "finance")
        for group, expected in (
            ("contract_id", [50.0, 500.0]),
            ("partner_id", [550.0]),
            ("user_id", [550.0]),
            ("date:month", [250.0, 300.0]),
        ):
            with self.subTest(group=group):
                amounts = model._read_group([], [group], ["amount:sum"])
                self.assertEqual(sorted(amount for __, amount in amounts), expected)

    @rule("C8")
    def test_every_amount_leads_to_its_list_and_every_row_to_its_document(self):
        order = self.order()
        payment = self.receive(300.0)
        self.earmark(payment, order)
        self.env.flush_all()
        contract = order.sudo().sop_contract_id
        for record, method in (
            (contract, "action_view_collection"),
            (order, "action_view_sop_collection"),
        ):
            action = self.rpc(record, "salesperson", method)
            self.assertEqual(action["res_model"], "sop.collection")
            rows = self.rows("salesperson", action["domain"])
            self.assertEqual(rows.mapped("amount"), [300.0])
        opened = self.rpc(self.rows("finance"), "finance", "action_open")
        self.assertEqual((opened["res_model"], opened["res_id"]), (payment._name, payment.id))
        opened = self.rpc(self.rows("salesperson"), "salesperson", "action_open")
        self.assertEqual(opened["res_model"], "sop.contract")

    @rule("C9")
    def test_the_balance_closes_the_contract(self):
        order = self.order()
        self.as_user(order, "salesperson").action_confirm()
        contract = order.sudo().sop_contract_id
        invoice = self.invoice(order)
        self.pay(invoice, 999.99)
        cron = self.env["ir.cron"].browse()
        with patch.object(type(cron), "_commit_progress", lambda *args, **kwargs: 1.0):
            self.env["sop.contract"]._cron_close_settled()
            self.assertEqual(contract.state, "effective")
            self.pay(invoice, 0.01)
            self.env["sop.contract"]._cron_close_settled()
        self.assertEqual(contract.state, "closed")

    @rule("C9")
    def test_what_is_paid_but_not_invoiced_stays_open(self):
        order = self.order()
        self.as_user(order, "salesperson").action_confirm()
        self.collect(order, 1000.0)
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 1.0
        ):
            self.env["sop.contract"]._cron_close_settled()
        self.assertEqual(order.sudo().sop_contract_id.state, "effective")


@tagged("post_install", "-at_install")
class TestReceipt(PaperCase):
    """The collection receipt says what came, in figures and in words (C3, D8)."""

    def html(self, payment, lang="en_US"):
        report = self.env["ir.actions.report"].with_user(self.users["finance"])
        content, __ = report.with_context(
            lang=lang, allowed_company_ids=self.company.ids
        )._render_qweb_html("sales_sop.report_collection_receipt", payment.ids)
        return content.decode()

    @rule("C3", "D8")
    def test_it_says_for_what_the_money_came_and_what_is_left(self):
        order = self.order()
        payment = self.receive(1409.5)
        self.earmark(payment, order, 1000.0)
        html = self.html(payment)
        contract = order.sudo().sop_contract_id
        for text in (payment.name, contract.number, "1,409.50", "409.50", "Not assigned yet"):
            self.assertIn(text, html)
        self.assertIn("One Thousand, Four Hundred And Nine", html)
        self.assertNotIn("VOID", html)

    def lines(self, payment):
        """``[(contract, documents, amount)]`` of the receipt."""
        rows = self.as_user(payment, "finance")._sop_receipt()["lines"]
        return [tuple(row.values()) for row in rows]

    @rule("C3", "D8")
    def test_money_that_paid_invoices_names_them(self):
        order, other = self.order(), self.order(300.0)
        contract, other_contract = order.sudo().sop_contract_id, other.sudo().sop_contract_id
        invoice = self.invoice(order)
        payment = self.receive(1500.0)
        self.match(invoice, payment.move_id)
        paid = (contract.number, f"{invoice.name}, {order.name}", "$\xa01,000.00")
        rest = ("Not assigned yet", "", "$\xa0500.00")
        self.assertEqual(self.lines(payment), [paid, rest])
        # What is earmarked and reached its invoice is printed once.
        self.earmark(payment, order, 1000.0)
        self.assertEqual(self.lines(payment), [paid, rest])
        self.earmark(payment, other, 300.0)
        waits = (other_contract.number, other.name, "$\xa0300.00")
        self.assertEqual(
            self.lines(payment), [paid, waits, ("Not assigned yet", "", "$\xa0200.00")]
        )
        self.assertIn(invoice.name, self.html(payment))

    @rule("C3", "D8")
    def test_a_receipt_of_an_invoice_paid_with_a_write_off_says_the_cash(self):
        order = self.order()
        invoice = self.invoice(order)
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        payment = self.pay(
            invoice,
            995.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        contract = order.sudo().sop_contract_id.number
        self.assertEqual(
            self.lines(payment), [(contract, f"{invoice.name}, {order.name}", "$\xa0995.00")]
        )

    @rule("C3", "D8")
    def test_in_chinese_the_amount_is_in_capitals(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        html = self.html(self.receive(1409.5))
        self.assertIn("壹仟肆佰零玖元伍角整", html)

    @rule("C3")
    def test_a_paper_is_named_with_number_drawer_and_due_date(self):
        paper = self.registered(self.order())
        html = self.html(paper.payment_id)
        for text in ("1309100012345", "Hillside Glass", "Harbour Bank", "09/01/2026"):
            self.assertIn(text, html)

    @rule("C3")
    def test_a_receipt_for_money_that_is_gone_is_marked(self):
        payment = self.receive(100.0)
        self.as_user(payment, "finance").action_reject()
        self.assertIn("VOID", self.html(payment))

    @rule("C3")
    def test_the_paper_is_filled_in_on_the_form(self):
        with Form(self.as_user(self.env["sop.money.paper"], "finance")) as form:
            form.name = "77"
            form.kind = "cheque"
            form.partner_id = self.customer
            form.drawer = "Hillside Glass"
            form.issuing_bank = "Harbour Bank"
            form.amount = 5.0
            form.journal_id = self.bank_journal
        self.assertEqual(form.record.state, "draft")
