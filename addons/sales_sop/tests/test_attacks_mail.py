from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import SopCase, rule

MAIL = """From: {sender}
To: nobody@example.com
Subject: Hello
Message-Id: <{number}@example.com>

Yes, go ahead."""


@tagged("post_install", "-at_install")
class TestMailAttacks(SopCase):
    """What a mail becomes is made with all rights, so no client says what it becomes."""

    def decided(self):
        """Return ``{model: values}`` of documents as if somebody had decided them."""
        mine = {"company_id": self.company.id}
        contract = {
            **mine,
            "number": "HT-1",
            "partner_id": self.customer.id,
            "currency_id": self.company.currency_id.id,
            "policy_id": self.policy.id,
            "state": "effective",
        }
        policy = {**mine, "name": "Mine", "date_from": "2020-02-02", "state": "issued"}
        approval = {"code": "application", "res_model": "sale.order", "state": "approved"}
        order = {
            **mine,
            "partner_id": self.customer.id,
            "approval_ids": [Command.create(approval)],
        }
        people = {"name": "Me", "user_ids": [Command.create({"login": "me", "name": "Me"})]}
        return {
            "sop.contract": contract,
            "sop.policy": policy,
            "sale.order": order,
            "res.partner": people,
        }

    def hand_in(self, role, model, **values):
        threads = self.as_user(self.env["mail.thread"], role)
        mail = MAIL.format(sender=self.users["general_manager"].email, number=f"{role}.{model}")
        call_kw(
            threads, "message_process", [model, mail], {**values, "context": threads.env.context}
        )

    @rule("A1", "K1", "P1")
    def test_no_client_says_what_a_mail_becomes(self):
        for model, values in self.decided().items():
            for role in ("gate_guard", "salesperson", "administrator"):
                with (
                    self.subTest(model=model, role=role),
                    self.assertRefused("without saying what it becomes", exception=AccessError),
                ):
                    self.hand_in(role, model, custom_values=values)

    @rule("A1")
    def test_no_client_speaks_for_others_on_a_document(self):
        order = self.quotation()
        for role in ("gate_guard", "salesperson"):
            with self.assertRefused("without saying", exception=AccessError, unchanged=order):
                self.hand_in(role, "sale.order", thread_id=order.id)

    @rule("A1", "K1", "P1")
    def test_a_mail_alias_decides_nothing(self):
        """Who looks after a sales team writes the default values of its alias."""
        for model, values in self.decided().items():
            with (
                self.subTest(model=model),
                self.assertRefused("cannot be set by a mail", exception=AccessError),
            ):
                self.env[model].message_new({"subject": "Hello"}, dict(values))

    def test_a_mail_still_makes_what_an_alias_is_for(self):
        tag = self.env["res.partner.category"].create({"name": "By mail"})
        values = {"category_id": [Command.set(tag.ids)], "email": "sender@example.com"}
        partner = self.env["res.partner"].message_new({"subject": "Hello"}, values)
        self.assertEqual((partner.name, partner.category_id), ("Hello", tag))
