from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import rule
from .test_collection import CollectionCase


@tagged("post_install", "-at_install")
class TestAnnouncement(CollectionCase, HttpCase):
    """The customer announces a payment, finance confirms it or says why not (C11)."""

    def announce(self, order, token=None, **form):
        """The customer fills in the form on the order's page; returns the page after it."""
        self.env.flush_all()
        token = order.sudo()._portal_ensure_token() if token is None else token
        page = self.url_open(f"/my/orders/{order.id}?access_token={token}")
        self.assertEqual(page.status_code, 200, page.text[-3000:])
        response = self.url_open(
            f"/my/orders/{order.id}/announce",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "access_token": token,
                "amount": "600.00",
                "date": "2026-03-04",
                "kind": "transfer",
                "note": "From the Harbour Bank",
                **form,
            },
        )
        self.env.invalidate_all()
        return response

    def announcements(self, order):
        return self.env["sop.payment.announcement"].search([("order_id", "=", order.id)])

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.sold = self.order()
        self.as_user(self.sold, "salesperson").action_confirm()

    @rule("C11")
    def test_an_announcement_is_no_money_until_finance_confirms_it(self):
        response = self.announce(self.sold)
        self.assertIn("We look for the payment", response.text)
        announcement = self.announcements(self.sold)
        self.assertEqual(
            (announcement.amount, announcement.kind, announcement.state),
            (600.0, "transfer", "announced"),
        )
        self.assertIn(self.users["finance"], announcement.activity_ids.user_id)
        # Whoever has the to-do can read who asked, in whatever company the customer's user is.
        self.assertEqual(announcement.activity_ids.create_uid, self.env.ref("base.user_root"))
        self.assertCollected(self.sold, 0.0)
        with self.assertRefused("Choose the payment", unchanged=announcement):
            self.rpc(announcement, "finance", "action_confirm")
        payment = self.receive(600.0)
        self.rpc(announcement, "finance", "write", {"payment_id": payment.id})
        self.rpc(announcement, "finance", "action_confirm")
        self.assertCollected(self.sold, 600.0)
        self.assertEqual(announcement.allocation_id.order_id, self.sold)
        self.assertFalse(announcement.activity_ids)
        with self.assertRefused("answered already", unchanged=announcement):
            self.rpc(announcement, "finance", "action_confirm")

    @rule("C11")
    def test_a_text_for_a_file_and_a_file_for_a_text_fail_nothing(self):
        token = self.sold.sudo()._portal_ensure_token()
        self.assertIn("sop_announced=file", self.announce(self.sold, document="a text").url)
        for name in ("amount", "date", "kind"):
            form = {"amount": "600.00", "kind": "transfer", "date": "2026-03-04"}
            del form[name]
            response = self.url_open(
                f"/my/orders/{self.sold.id}/announce",
                data={"csrf_token": http.Request.csrf_token(self), "access_token": token, **form},
                files={name: ("scan.pdf", b"%PDF"), "note": ("note.txt", b"From the Harbour Bank")},
            )
            self.assertEqual(response.status_code, 200)
            answer = "done" if name == "date" else name
            self.assertIn(f"sop_announced={answer}", response.url)
        self.assertEqual(len(self.announcements(self.sold)), 1)

    @rule("C11")
    def test_the_customer_reads_why_it_was_not_found(self):
        self.announce(self.sold)
        announcement = self.announcements(self.sold)
        wizard = self.as_user(self.env["sop.money.reason"], "finance").create(
            {"announcement_id": announcement.id, "reason": "No such transfer until today"}
        )
        wizard.action_confirm()
        self.assertEqual(announcement.state, "rejected")
        page = self.url_open(self.sold.sudo().get_portal_url())
        self.assertIn("No such transfer until today", page.text)
        self.assertCollected(self.sold, 0.0)

    @rule("C11")
    def test_the_page_shows_what_was_paid_for_this_order_only(self):
        other = self.order()
        self.collect(self.sold, 250.0)
        self.collect(other, 333.0)
        page = self.url_open(self.sold.sudo().get_portal_url()).text
        self.assertIn("250.00", page)
        self.assertIn(">25 %<", page)
        self.assertNotIn("333.00", page)

    @rule("C11")
    def test_what_makes_no_sense_is_refused_on_the_page(self):
        for form in (
            {"amount": "0"},
            {"amount": "-5"},
            {"amount": "nan"},
            {"amount": "0.004"},
            {"amount": "much"},
            {"amount": "600,00"},
            {"amount": "600.000"},
            {"amount": "1.234,56"},
            {"amount": "12,34.56"},
            {"date": "2099-01-01"},
            {"date": "0001-01-01"},
            {"kind": "gold"},
            {"date": "soon"},
        ):
            with self.subTest(form=form):
                response = self.announce(self.sold, **form)
                self.assertIn("alert-danger", response.text)
        self.assertFalse(self.announcements(self.sold))

    @rule("C11")
    def test_what_a_database_cannot_keep_is_left_out(self):
        response = self.announce(self.sold, note="\x00From the\x00 bank")
        self.assertIn("We look for the payment", response.text)
        self.assertEqual(self.announcements(self.sold).note, "From the bank")

    @rule("C11")
    def test_an_amount_is_read_as_the_customers_language_writes_it(self):
        self.announce(self.sold, amount=" 1,234.56 ")
        self.assertEqual(self.announcements(self.sold).amount, 1234.56)
        lang = self.env["res.lang"]._get_data(code="en_US")
        self.env["res.lang"].browse(lang.id).write({"decimal_point": ",", "thousands_sep": "."})
        for written, amount in (("600,00", 600.0), ("1.234.567,8", 1234567.8), ("600.000", 6e5)):
            self.announce(self.sold, amount=written)
            self.assertEqual(self.announcements(self.sold)[0].amount, amount)
        response = self.announce(self.sold, amount="600.00")
        self.assertIn("as it is written in your language", response.text)
        self.assertEqual(len(self.announcements(self.sold)), 4)

    @rule("C11")
    def test_a_stranger_announces_nothing(self):
        self.env.flush_all()
        self.url_open(
            f"/my/orders/{self.sold.id}/announce",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "access_token": "guessed",
                "amount": "1",
                "kind": "cash",
            },
        )
        self.assertFalse(self.announcements(self.sold))

    @rule("C11")
    def test_a_flood_of_announcements_ends(self):
        for __ in range(10):
            self.env["sop.payment.announcement"]._announce(
                self.sold, {"amount": 1.0, "date": "2026-03-04", "kind": "cash"}
            )
        response = self.announce(self.sold)
        self.assertIn("alert-danger", response.text)
        self.assertEqual(len(self.announcements(self.sold)), 10)

    @rule("C11")
    def test_nobody_but_finance_answers_and_nobody_writes_what_the_customer_said(self):
        announcement = self.env["sop.payment.announcement"]._announce(
            self.sold, {"amount": 600.0, "date": "2026-03-04", "kind": "cash"}
        )
        portal = new_test_user(self.env, login="mill", groups="base.group_portal")
        portal.partner_id.parent_id = self.customer
        for user in (portal, *self.users.values()):
            record = announcement.with_user(user).with_context(
                allowed_company_ids=user.company_id.ids
            )
            for values in ({"amount": 900.0}, {"state": "confirmed"}, {"reason": "Mine"}):
                with self.assertRefused(exception=AccessError, unchanged=announcement):
                    record.write(values)
            if not user.has_group("sales_sop.group_finance") and not user.has_group(
                "sales_sop.group_finance_vp"
            ):
                with self.assertRefused(exception=AccessError, unchanged=announcement):
                    record.action_confirm()
        with self.assertRefused(exception=AccessError):
            announcement.with_user(portal).read(["amount"])
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        theirs = announcement.with_user(colleague).with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertFalse(theirs.search([]) & announcement)

    def announced(self, amount=600.0):
        return self.env["sop.payment.announcement"]._announce(
            self.sold, {"amount": amount, "date": "2026-03-04", "kind": "transfer"}
        )

    def confirmed(self, announcement, payment):
        self.rpc(announcement, "finance", "write", {"payment_id": payment.id})
        self.rpc(announcement, "finance", "action_confirm")
        return announcement.allocation_id

    @rule("C3", "C11")
    def test_money_in_another_currency_pays_what_was_announced(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-03-01",
                "rate": 0.5,
            }
        )
        payment = self.receive(1000.0, currency_id=euro.id)
        # 600.00 at the rate of its day; the other 700.00 stay free
        self.assertEqual(self.confirmed(self.announced(), payment).amount, 300.0)
        self.assertEqual(payment.amount_not_earmarked, 700.0)
        self.assertEqual(self.confirmed(self.announced(2000.0), payment).amount, 700.0)

    @rule("C3", "C11")
    def test_money_that_is_earmarked_already_confirms_nothing(self):
        payment = self.receive(600.0)
        self.earmark(payment, self.order())
        announcement = self.announced()
        self.rpc(announcement, "finance", "write", {"payment_id": payment.id})
        with self.assertRefused("earmarked completely", unchanged=announcement):
            self.rpc(announcement, "finance", "action_confirm")
        self.assertEqual(self.confirmed(announcement, self.receive(450.0)).amount, 450.0)

    @rule("C11")
    def test_an_answer_stays_with_the_money_that_was_found(self):
        announcement, other = self.announced(), self.receive(600.0)
        line = self.bank_line(600.0)
        self.confirmed(announcement, self.receive(600.0))
        for values in ({"payment_id": other.id}, {"statement_line_id": line.id}):
            with self.assertRefused("answered already", unchanged=announcement):
                self.rpc(announcement, "finance", "write", values)
        rejected = self.announced()
        rejected.with_user(self.users["finance"])._reject("Not there")
        with self.assertRefused("answered already", unchanged=rejected):
            self.rpc(rejected, "finance_vp", "write", {"payment_id": other.id})

    @rule("C11")
    def test_less_than_the_smallest_coin_is_no_payment(self):
        with self.assertRefused("positive amount"):
            self.announced(0.004)
        self.assertEqual(self.announced(0.006).amount, 0.01)
