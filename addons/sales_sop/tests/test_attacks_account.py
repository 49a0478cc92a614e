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
