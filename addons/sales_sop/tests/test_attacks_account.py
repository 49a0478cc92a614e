from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestOwnAccount(SopCase):
    """To which account customers pay is not said by who enters the customers' accounts (C3)."""

    def setUp(self):
        super().setUp()
        self.contact = self.company.partner_id
        self.own = self.env["res.partner.bank"].create(
            {"partner_id": self.contact.id, "acc_number": "6222 0001 7777"}
        )
        self.theirs = self.env["res.partner.bank"].create(
            {"partner_id": self.customer.id, "acc_number": "6222 0001 8888"}
        )

    def assertRefusedAsOwn(self, record, method, *arguments):
        with self.assertRefused(
            "bank accounts of the company", exception=AccessError, unchanged=self.own
        ):
            self.rpc(record, "sales_office", method, *arguments)

    @rule("C3", "D7")
    def test_the_sales_office_changes_no_account_of_the_company(self):
        for values in (
            {"acc_number": "6222 6666 6666"},
            {"active": False},
            {"partner_id": self.customer.id},
        ):
            self.assertRefusedAsOwn(self.own, "write", values)
        self.assertRefusedAsOwn(self.own, "unlink")
        self.assertRefusedAsOwn(self.theirs, "write", {"partner_id": self.contact.id})
        for command in (
            Command.update(self.own.id, {"acc_number": "6222 6666 6666"}),
            Command.create({"acc_number": "6222 6666 6666", "sequence": 0}),
        ):
            self.assertRefusedAsOwn(self.contact, "write", {"bank_ids": [command]})

    @rule("D7")
    def test_the_sales_office_enters_the_customers_accounts(self):
        self.rpc(self.theirs, "sales_office", "write", {"acc_number": "6222 0001 9999"})
        made = self.rpc_create(
            "res.partner.bank",
            "sales_office",
            {"partner_id": self.customer.id, "acc_number": "6222 0001 5555"},
        )
        self.rpc(made, "sales_office", "unlink")
        self.rpc(self.own, "administrator", "write", {"acc_number": "6222 0001 6666"})
        self.assertEqual(self.own.acc_number, "6222 0001 6666")

    @rule("C3")
    def test_an_invoice_sends_the_money_to_no_other_account(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.draft_invoice(order)
        for role in ("accountant", "finance"):
            with self.assertRefused("6222 0001 8888", self.company.name, unchanged=invoice):
                self.rpc(invoice, role, "write", {"partner_bank_id": self.theirs.id})
        self.rpc(invoice, "finance", "write", {"partner_bank_id": self.own.id})
        self.post(invoice)
        with self.assertRefused("6222 0001 8888", unchanged=invoice):
            self.rpc(invoice, "accountant", "write", {"partner_bank_id": self.theirs.id})
        self.assertEqual(invoice.partner_bank_id, self.own)

    @rule("C3")
    def test_money_is_sent_back_to_the_customers_account(self):
        values = {"move_type": "out_refund", "partner_id": self.customer.id}
        credit_note = self.rpc_create("account.move", "finance", values)
        with self.assertRefused("6222 0001 7777", self.customer.name, unchanged=credit_note):
            self.rpc(credit_note, "accountant", "write", {"partner_bank_id": self.own.id})
        self.rpc(credit_note, "finance", "write", {"partner_bank_id": self.theirs.id})
        self.assertEqual(credit_note.partner_bank_id, self.theirs)

    @rule("C3")
    def test_an_invoice_with_the_companys_account_is_credited(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        invoice = self.draft_invoice(order)
        self.rpc(invoice, "finance", "write", {"partner_bank_id": self.own.id})
        self.post(invoice)
        wizard = self.as_user(self.env["account.move.reversal"], "finance").create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.reverse_moves()
        self.post(invoice.reversal_move_ids)
        self.assertEqual(invoice.reversal_move_ids.state, "posted")

    @rule("C3")
    def test_no_contact_becomes_the_companys_by_a_merge(self):
        stranger = self.env["res.partner"].create({"name": "Hilltop Foundry"})
        both = self.contact | stranger
        for kept in both:
            wizard = self.rpc_create(
                "base.partner.merge.automatic.wizard",
                "sales_office",
                {"partner_ids": [Command.set(both.ids)], "dst_partner_id": kept.id},
            )
            with self.assertRefused(
                "the company's own contact", exception=AccessError, unchanged=both
            ):
                self.rpc(wizard, "sales_office", "action_merge")
