import base64

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import ROLES, STANDARD_USERS, SopCase, rule

MAIL = """From: {sender}
To: nobody@example.com
Subject: Hello
Message-Id: <{number}@example.com>

Yes, go ahead."""

SECOND = base64.b64encode(b"second")
COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}


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


@tagged("post_install", "-at_install")
class TestMessageAttacks(SopCase):
    """What is recorded on a document says who did what, also later."""

    @rule("A1", "K2")
    def test_nobody_changes_what_others_said_or_what_was_recorded(self):
        order = self.effective_order()
        self.as_user(order, "sales_manager").message_post(body="Mind the date", **COMMENT)
        contract = order.sudo().sop_contract_id
        contract.message_post(body="The contract is effective.", subtype_xmlid="mail.mt_note")
        for document in (order.sudo(), contract):
            message = document.message_ids[:1]
            for role in ("salesperson", "sales_office", "sales_head", "finance", "administrator"):
                for method, arguments in (
                    ("write", [{"body": "Nothing was said"}]),
                    ("write", [{"author_id": self.users[role].partner_id.id}]),
                    ("write", [{"model": False, "res_id": False}]),
                    ("write", [{"attachment_ids": [Command.clear()]}]),
                    ("write", [{"is_internal": False}]),
                    ("unlink", []),
                ):
                    with self.assertRefused(exception=AccessError, unchanged=message):
                        self.rpc(message, role, method, *arguments)
        with self.assertRefused(order.name, "only the own comments", exception=AccessError):
            self.rpc(order.sudo().message_ids[:1], "salesperson", "unlink")

    @rule("A1")
    def test_what_the_own_click_recorded_stays_too(self):
        order = self.quotation()
        order.message_post(body="Prices updated", message_type="notification")
        with self.assertRefused("only the own comments", exception=AccessError):
            self.rpc(order.sudo().message_ids[:1], "salesperson", "write", {"body": "Nothing"})

    @rule("A1", "K2")
    def test_nobody_speaks_in_the_name_of_others(self):
        order = self.effective_order().sudo()
        boss = self.users["general_manager"].partner_id
        forged = {"body": "Approved", "author_id": boss.id, "message_type": "notification"}
        for document in (order, order.sop_contract_id):
            for role in ("salesperson", "sales_office"):
                me = self.users[role].partner_id
                place = {"model": document._name, "res_id": document.id}
                created = self.rpc_create(
                    "mail.message", role, {**forged, **place, "date": "2020-01-01 08:00:00"}
                )
                self.assertEqual((created.author_id, created.date.date()), (me, self.today()))
                for values in (
                    {"author_id": boss.id},
                    {"email_from": boss.email},
                    {"author_id": False, "email_from": "Boss <boss@example.com>"},
                ):
                    self.rpc(document, role, "message_post", body="Approved", **values)
                    self.assertEqual(document.message_ids[:1].author_id, me)

    @rule("A1")
    def test_a_quotation_goes_out_in_the_salespersons_name_and_says_who_sent_it(self):
        order = self.approved_quotation().sudo()
        action = self.rpc(order, "sales_office", "action_quotation_send")
        composer = self.as_user(self.env["mail.compose.message"], "sales_office")
        composer.with_context(**action["context"]).create({})._action_send_mail()
        message = order.message_ids.filtered(lambda one: one.message_type == "comment")[:1]
        self.assertEqual(message.author_id, self.users["sales_office"].partner_id)
        self.assertIn(self.users["salesperson"].email, message.email_from)

    @rule("A1")
    def test_the_own_comment_stays_the_own_and_where_it_is(self):
        order = self.quotation()
        comment = order.message_post(body="Approved", **COMMENT)
        boss = self.users["general_manager"]
        for values in (
            {"author_id": boss.partner_id.id},
            {"email_from": boss.email},
            {"date": "2020-01-01 08:00:00"},
            {"message_type": "notification"},
            {"res_id": self.quotation().id},
        ):
            with self.assertRefused(order.name, exception=AccessError, unchanged=comment):
                self.rpc(comment, "salesperson", "write", values)

    def test_the_own_comment_is_corrected_and_deleted(self):
        order = self.quotation()
        comment = order.message_post(body="Call them on Monday", **COMMENT)
        self.rpc(comment, "salesperson", "write", {"body": "Call them on Tuesday"})
        self.assertIn("Tuesday", comment.body)
        self.rpc(comment, "salesperson", "unlink")
        self.assertFalse(comment.exists())

    def test_messages_elsewhere_are_odoos(self):
        comment = self.customer.message_post(body="A good customer", **COMMENT)
        self.rpc(comment, "sales_office", "write", {"body": "The best customer"})
        self.assertIn("best", comment.body)

    @rule("A1", "K6", "C2")
    def test_nobody_replaces_or_deletes_the_files_that_others_sent(self):
        order = self.delivered_order().sudo()
        self.collect(order, 1000.0)
        invoice = self.post(self.draft_invoice(order))
        signed = {
            "attachments": [("signed.pdf", b"%PDF-1.4 signed")],
            "author_id": self.customer.id,
            **COMMENT,
        }
        for document in (order, order.sop_contract_id, order.picking_ids, invoice):
            file = document.message_post(body="Signed", **signed).attachment_ids
            for role in (*ROLES, *STANDARD_USERS):
                for method, arguments in (
                    ("write", [{"raw": "forged"}]),
                    ("write", [{"datas": "Zm9yZ2Vk"}]),
                    ("write", [{"type": "url", "url": "https://forged.example"}]),
                    ("write", [{"name": "Cancellation.pdf"}]),
                    ("write", [{"mimetype": "text/plain"}]),
                    ("write", [{"res_model": False, "res_id": False}]),
                    ("unlink", []),
                ):
                    with self.assertRefused(exception=AccessError, unchanged=file):
                        self.rpc(file, role, method, *arguments)
                with self.assertRefused(exception=AccessError, unchanged=file):
                    self.as_user(file, role).sudo()._delete_and_notify(document.message_ids[:1])
            self.assertEqual(file.raw, b"%PDF-1.4 signed")
        with self.assertRefused(order.name, "only the own comments", exception=AccessError):
            self.rpc(order.message_ids[:1].attachment_ids, "salesperson", "unlink")

    def test_the_files_of_the_own_comment_are_replaced_and_deleted(self):
        order = self.quotation()
        files = [("draft.txt", b"first draft")]
        file = order.message_post(body="See the draft", attachments=files, **COMMENT).attachment_ids
        self.rpc(file, "salesperson", "write", {"datas": SECOND})
        self.assertEqual(file.raw, b"second")
        self.rpc(file, "salesperson", "unlink")
        self.assertFalse(file.exists())

    def test_files_of_no_message_and_elsewhere_are_odoos(self):
        order = self.quotation()
        note = self.customer.message_post(body="Map", attachments=[("map.txt", b"old")], **COMMENT)
        loose = self.rpc_create(
            "ir.attachment",
            "salesperson",
            {"name": "plan.txt", "raw": "old", "res_model": "sale.order", "res_id": order.id},
        )
        for file in (note.sudo().attachment_ids, loose):
            self.rpc(file, "sales_office", "write", {"datas": SECOND})
            self.assertEqual(file.sudo().raw, b"second")
            self.rpc(file, "sales_office", "unlink")
