from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import rule
from .test_collection import CollectionCase


class PaperCase(CollectionCase):
    """Finance takes in cheques and bills; a second one of finance signs for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["second_finance"] = cls._new_user(
            "second_finance", "sales_sop.group_finance", cls.company
        )

    def paper(self, order=None, kind="bank_bill", amount=600.0, **values):
        return self.as_user(self.env["sop.money.paper"], "finance").create(
            {
                "name": "1309100012345",
                "kind": kind,
                "partner_id": self.customer.id,
                "drawer": "Hillside Glass",
                "issuing_bank": "Harbour Bank",
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "date_received": "2026-03-01",
                "date_due": "2026-09-01",
                "journal_id": self.bank_journal.id,
                "contract_id": order and order.sudo().sop_contract_id.id,
                **values,
            }
        )

    def registered(self, *args, **values):
        paper = self.paper(*args, **values)
        paper.action_register()
        return paper

    def countersigned(self, *args, **values):
        paper = self.registered(*args, **values)
        self.as_user(paper, "second_finance").action_countersign()
        return paper

    def clear(self, paper):
        """The money comes to the bank: the bank line is matched with the payment."""
        line = self.bank_line(paper.amount)
        outstanding = paper.payment_id.outstanding_account_id
        suspense = line.move_id.line_ids.filtered(
            lambda one: one.account_id == self.bank_journal.suspense_account_id
        )
        suspense.account_id = outstanding
        lines = (line.move_id | paper.sudo().payment_id.move_id).line_ids
        lines.filtered(lambda one: one.account_id == outstanding).reconcile()
        return line

    def bounce(self, paper, reason="The drawer's account had no cover", role="finance"):
        wizard = self.as_user(self.env["sop.money.reason"], role).create(
            {"paper_id": paper.id, "reason": reason}
        )
        return wizard.action_confirm()


@tagged("post_install", "-at_install")
class TestMoneyPaper(PaperCase):
    """From when on each paper counts as collected (C3, D4)."""

    @rule("C3")
    def test_a_bank_bill_and_a_draft_count_when_a_second_one_of_finance_has_signed(self):
        for kind in ("bank_bill", "draft"):
            with self.subTest(kind=kind):
                order = self.order()
                paper = self.registered(order, kind=kind, name=kind)
                self.assertEqual(paper.payment_id.amount, 600.0)
                self.assertCollected(order, 0.0)
                with self.assertRefused("registered by you", unchanged=paper):
                    self.rpc(paper, "finance", "action_countersign")
                self.as_user(paper, "second_finance").action_countersign()
                self.assertCollected(order, 600.0)
                self.assertEqual(paper.countersigned_by_id, self.users["second_finance"])

    @rule("C3")
    def test_who_writes_a_status_is_told_of_which_document_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.model"]._get("sop.money.paper").with_context(lang="zh_CN").name = "收到的票据"
        with self.assertRefused("收到的票据", exception=AccessError):
            self.rpc_create(
                "sop.money.paper", "finance", {"state": "registered"}, {"lang": "zh_CN"}
            )

    @rule("C3")
    def test_the_money_of_a_registered_paper_is_not_deleted(self):
        paper = self.registered()
        payment = paper.payment_id
        self.as_user(payment, "finance").action_draft()
        with self.assertRefused(paper.name, "bounce instead", unchanged=paper):
            self.rpc(payment, "finance", "unlink")

    @rule("C3")
    def test_a_cheque_and_a_commercial_bill_count_when_the_bank_has_the_money(self):
        for kind in ("cheque", "commercial_bill"):
            with self.subTest(kind=kind):
                order = self.order()
                paper = self.countersigned(order, kind=kind, name=kind)
                self.assertCollected(order, 0.0)
                with self.assertRefused("match its payment", unchanged=paper):
                    self.rpc(paper, "finance", "action_cash")
                self.clear(paper)
                self.assertCollected(order, 600.0)
                self.as_user(paper, "finance").action_cash()
                self.assertEqual(paper.state, "cashed")
                self.assertCollected(order, 600.0)

    @rule("C3")
    def test_a_cheque_is_not_cleared_because_its_account_becomes_the_banks(self):
        manager = self._new_user("manager", "account.group_account_manager", self.company)
        order = self.order()
        paper = self.countersigned(order, kind="cheque")
        outstanding = paper.payment_id.outstanding_account_id
        self.bank_journal.with_user(manager).default_account_id = outstanding
        # Odoo looks at the payment again, and takes it for matched.
        self.env.add_to_compute(paper.payment_id._fields["is_matched"], paper.sudo().payment_id)
        self.assertTrue(paper.sudo().payment_id.is_matched)
        with self.assertRefused("match its payment", unchanged=paper):
            self.rpc(paper, "finance", "action_cash")
        self.assertCollected(order, 0.0)

    @rule("C3", "P5")
    def test_the_policy_of_the_contract_says_when(self):
        counts = {
            "counts_bank_bill": "cleared",
            "counts_cheque": "registered",
            "counts_commercial_bill": "countersigned",
            "counts_transfer": "cleared",
        }
        old = self.order()
        self.policy.sudo().write(counts)
        self.addCleanup(self.env.invalidate_all)
        self.assertEqual(old.sudo().sop_contract_id.policy_id, self.policy)
        bill, cheque, trade, transfer = (self.order() for __ in range(4))
        self.countersigned(bill, name="B1")
        self.registered(cheque, kind="cheque", name="C1")
        signed = self.registered(trade, kind="commercial_bill", name="T1")
        self.collect(transfer, 100.0)
        self.assertCollected(bill, 0.0, cheque, 600.0, trade, 0.0, transfer, 0.0)
        self.as_user(signed, "second_finance").action_countersign()
        self.assertCollected(bill, 0.0, cheque, 600.0, trade, 600.0, transfer, 0.0)

    @rule("C1", "C3")
    def test_an_invoice_paid_by_a_cheque_counts_when_it_is_cleared(self):
        order = self.order()
        paper = self.registered(kind="cheque")
        invoice = self.invoice(order)
        self.match(invoice, paper.payment_id.move_id)
        self.assertCollected(order, 0.0)
        self.as_user(paper, "second_finance").action_countersign()
        self.assertCollected(order, 0.0)
        self.clear(paper)
        self.assertCollected(order, 600.0)

    @rule("C3")
    def test_a_cheque_that_nobody_registered_is_as_certain_as_none(self):
        order = self.order()
        lines = self.bank_journal.inbound_payment_method_line_ids
        lines.sop_paper_kind = "cheque"
        self.collect(order, 600.0)
        self.assertCollected(order, 0.0)

    @rule("C3")
    def test_a_bill_that_was_passed_on_counts(self):
        order = self.order()
        paper = self.countersigned(order, kind="commercial_bill")
        supplier = self.env["res.partner"].create({"name": "Copper Works"})
        with self.assertRefused("who takes the bill", unchanged=paper):
            self.rpc(paper, "second_finance", "action_endorse")
        self.rpc(paper, "finance", "write", {"endorsed_to_id": supplier.id})
        with self.assertRefused("registered by you", unchanged=paper):
            self.rpc(paper, "finance", "action_endorse")
        self.rpc(paper, "second_finance", "action_endorse")
        self.assertCollected(order, 600.0)

    @rule("C3")
    def test_a_registered_paper_is_on_the_list_of_who_can_countersign_it(self):
        paper = self.registered(self.order())
        asked = paper.activity_search(["sales_sop.mail_activity_paper"])
        self.assertIn(self.users["second_finance"], asked.user_id)
        self.assertNotIn(self.users["finance"], asked.user_id)
        self.assertIn(paper.name, asked[0].summary)
        self.as_user(paper, "second_finance").action_countersign()
        self.assertFalse(paper.activity_search(["sales_sop.mail_activity_paper"]))

    @rule("C3")
    def test_a_cheque_is_not_passed_on(self):
        paper = self.countersigned(self.order(), kind="cheque")
        with self.assertRefused("only acceptance bills", unchanged=paper):
            self.rpc(paper, "second_finance", "action_endorse")

    @rule("C1", "C3", "D4")
    def test_a_bill_that_bounces_takes_its_money_away_everywhere(self):
        order = self.order()
        paper = self.countersigned(order)
        invoice = self.invoice(order)
        self.match(invoice, paper.payment_id.move_id)
        self.assertEqual(invoice.amount_residual, 400.0)
        with self.assertRefused("Say why", unchanged=paper):
            self.bounce(paper, reason=" ")
        self.bounce(paper)
        self.assertCollected(order, 0.0)
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertEqual(paper.payment_id.state, "rejected")
        balance = sum(
            self.env["account.move.line"]
            .search(
                [
                    ("partner_id", "=", self.customer.id),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                ]
            )
            .mapped("balance")
        )
        self.assertEqual(balance, 1000.0)
        alerts = order.sudo().sop_contract_id.activity_search(
            ["sales_sop.mail_activity_money_lost"]
        )
        people = self.users["finance"] | self.users["second_finance"] | self.users["salesperson"]
        self.assertEqual(alerts.user_id, people)
        with self.assertRefused("cannot become"):
            self.bounce(paper)
        for role in ("finance", "accountant"):
            with self.assertRefused("was not honoured", paper.name, unchanged=paper.payment_id):
                self.rpc(paper.payment_id, role, "action_draft")

    @rule("C3")
    def test_nobody_is_alarmed_while_nothing_has_left(self):
        order = self.order()
        self.bounce(self.countersigned(order))
        self.assertCollected(order, 0.0)
        contract = order.sudo().sop_contract_id
        self.assertFalse(contract.activity_search(["sales_sop.mail_activity_money_lost"]))

    @rule("C3")
    def test_a_registered_paper_and_its_payment_stay_as_they_are(self):
        paper = self.registered(self.order())
        for values in ({"amount": 900.0}, {"kind": "draft"}, {"state": "cashed"}):
            with self.assertRefused(unchanged=paper):
                self.rpc(paper, "finance", "write", values)
        with self.assertRefused("kept", unchanged=paper):
            self.rpc(paper, "finance", "unlink")
        payment = paper.payment_id
        self.rpc(payment, "finance", "action_draft")
        with self.assertRefused("as the paper says", unchanged=payment):
            self.rpc(payment, "finance", "write", {"amount": 900.0})

    @rule("C3")
    def test_scan_and_endorsee_stay_when_somebody_signed_for_them(self):
        scan = {"document": "U2Nhbg==", "document_name": "scan.pdf"}
        supplier = self.env["res.partner"].create({"name": "Copper Works"})
        paper = self.registered(self.order(), kind="commercial_bill")
        self.rpc(paper, "finance", "write", scan)
        self.as_user(paper, "second_finance").action_countersign()
        for values in ({"document": "T3RoZXI="}, {"document_name": "other.pdf"}):
            with self.assertRefused("does not change", unchanged=paper):
                self.rpc(paper, "finance", "write", values)
        self.rpc(paper, "finance", "write", {"endorsed_to_id": supplier.id})
        self.rpc(paper, "second_finance", "action_endorse")
        for values in ({"endorsed_to_id": self.customer.id}, {"document": False}):
            with self.assertRefused("does not change", unchanged=paper):
                self.rpc(paper, "finance", "write", values)
        self.rpc(paper, "finance", "write", {"note": "Sent by courier"})

    @rule("C3", "C11")
    def test_no_file_is_replaced_past_its_document(self):
        scan = {"document": "U2Nhbg==", "document_name": "scan.pdf"}
        paper = self.registered(self.order(), **scan)
        self.as_user(paper, "second_finance").action_countersign()
        announced = {"amount": 5.0, "date": "2026-03-04", "kind": "cash", **scan}
        announcement = self.env["sop.payment.announcement"]._announce(self.order(), announced)
        for document in (paper.sudo(), announcement):
            place = {"res_model": document._name, "res_id": document.id, "res_field": "document"}
            domain = [(name, "=", value) for name, value in place.items()]
            file = self.env["ir.attachment"].search(domain)
            mine = self.rpc_create("ir.attachment", "finance", {"name": "x", "datas": "T3RoZXI="})
            for record, method, arguments in (
                (file, "write", [{"datas": "T3RoZXI="}]),
                (file, "write", [{"res_id": 0}]),
                (file, "copy", [{"datas": "T3RoZXI="}]),
                (file, "unlink", []),
                (mine, "write", [place]),
            ):
                with (
                    self.subTest(document=document._name, method=method),
                    self.assertRefused("belongs to a document", exception=AccessError),
                ):
                    self.rpc(record, "finance", method, *arguments)
            self.assertEqual(document.document, b"U2Nhbg==")

    @rule("C1", "C3")
    def test_a_cashed_paper_can_still_bounce(self):
        order = self.order()
        paper = self.countersigned(order, kind="cheque")
        invoice = self.invoice(order)
        self.match(invoice, paper.payment_id.move_id)
        self.clear(paper)
        self.as_user(paper, "finance").action_cash()
        self.assertCollected(order, 600.0)
        self.bounce(paper)
        self.assertEqual((paper.state, paper.payment_id.state), ("bounced", "rejected"))
        self.assertFalse(paper.is_matched)
        self.assertCollected(order, 0.0)
        self.assertEqual(invoice.amount_residual, 1000.0)

    @rule("C3")
    def test_a_cheque_does_not_become_a_transfer(self):
        order = self.order()
        lines = self.bank_journal.inbound_payment_method_line_ids
        cheque = lines[0].copy({"name": "Cheque", "sop_paper_kind": "cheque"})
        payment = self.receive(600.0, payment_method_line_id=cheque.id)
        self.earmark(payment, order)
        self.assertCollected(order, 0.0)
        for role in ("finance", "accountant"):
            with self.assertRefused("keeps its payment method", unchanged=payment):
                self.rpc(payment, role, "write", {"payment_method_line_id": lines[0].id})
        self.rpc(payment, "finance", "action_draft")
        with self.assertRefused("keeps its payment method", unchanged=payment):
            self.rpc(payment, "finance", "write", {"payment_method_line_id": lines[0].id})
        self.assertCollected(order, 0.0)
        draft = self.as_user(self.env["account.payment"], "finance").create(
            {
                "partner_id": self.customer.id,
                "amount": 5.0,
                "journal_id": self.bank_journal.id,
                "payment_method_line_id": cheque.id,
            }
        )
        self.rpc(draft, "finance", "write", {"payment_method_line_id": lines[0].id})
        self.assertEqual(draft.payment_method_line_id, lines[0])

    @rule("C3")
    def test_a_payment_method_of_papers_stays_one(self):
        order = self.order()
        lines = self.bank_journal.inbound_payment_method_line_ids
        cheque = lines[0].copy({"name": "Cheque", "sop_paper_kind": "cheque"})
        payment = self.receive(600.0, payment_method_line_id=cheque.id)
        self.earmark(payment, order)
        self.users["account_manager"] = self._new_user(
            "account_manager", "account.group_account_manager", self.company
        )
        self.addCleanup(self.users.pop, "account_manager")
        for role in ("accountant", "finance", "account_manager"):
            with self.assertRefused("Finance VP", exception=AccessError, unchanged=cheque):
                self.rpc(cheque, role, "write", {"sop_paper_kind": False})
        command = Command.update(cheque.id, {"sop_paper_kind": False})
        with self.assertRefused("Finance VP", exception=AccessError, unchanged=cheque):
            self.rpc(
                self.bank_journal,
                "account_manager",
                "write",
                {"inbound_payment_method_line_ids": [command]},
            )
        with self.assertRefused("came by Cheque", "another payment method", unchanged=cheque):
            self.rpc(cheque, "finance_vp", "write", {"sop_paper_kind": False})
        self.rpc(cheque, "accountant", "write", {"name": "Cheques"})
        self.assertCollected(order, 0.0)
        self.as_user(payment, "finance").action_cancel()
        self.rpc(cheque, "finance_vp", "write", {"sop_paper_kind": "draft"})
        self.assertEqual(cheque.sop_paper_kind, "draft")

    @rule("C3")
    def test_only_finance_registers_and_signs(self):
        draft, paper = self.paper(name="1"), self.registered(name="2")
        for role in set(self.users) - {"finance", "finance_vp", "second_finance"}:
            for one, method in (
                (draft, "action_register"),
                (paper, "action_countersign"),
                (paper, "action_bounce"),
            ):
                with self.subTest(role=role, method=method):
                    if method == "action_bounce":
                        with self.assertRefused(exception=AccessError):
                            self.bounce(paper, role=role)
                    else:
                        with self.assertRefused(exception=AccessError, unchanged=one):
                            self.rpc(one, role, method)
        self.rpc(paper, "finance_vp", "action_countersign")
        self.assertEqual(paper.state, "countersigned")

    @rule("C3")
    def test_what_a_paper_has_to_say(self):
        with self.assertRefused("day on which it is due"):
            self.paper(date_due=False)
        with self.assertRefused("was due before"):
            self.paper(date_due="2026-02-28")
        self.registered(kind="cheque", date_due=False)
        lines = self.bank_journal.inbound_payment_method_line_ids
        lines.payment_account_id = self.bank_journal.default_account_id
        paper = self.paper(name="2")
        with self.assertRefused("straight on its account", unchanged=paper):
            self.rpc(paper, "finance", "action_register")

    @rule("C3")
    def test_another_company_sees_no_paper(self):
        paper = self.registered()
        other = self._new_company("Southlight Drives")
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="sales_sop.group_finance",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        theirs = paper.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(theirs.search([]) & paper)
        with self.assertRefused(exception=AccessError):
            theirs.read(["amount"])
