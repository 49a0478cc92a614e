"""The day is the one where the company is, wherever its people and its server are."""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule
from .test_counter import CounterCase
from .test_price_list import PriceListCase

SHANGHAI, NEW_YORK, KIRITIMATI = "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"


@tagged("post_install", "-at_install")
class TestDayOfThePolicy(PriceListCase):
    """A policy begins, and is decided and issued, by the company's calendar."""

    @rule("P1", "P6")
    def test_the_new_list_is_used_when_the_companys_day_begins(self):
        self.company.partner_id.tz = NEW_YORK
        self.users["general_manager"].tz = KIRITIMATI
        first = self.issue({"percent_off": 5.0})
        with freeze_time("2026-03-02 12:00:00"):
            second = self.issue({"percent_off": 10.0}, date_from="2026-04-01")
        midnight = datetime(2026, 4, 1, 4, 0)
        self.assertEqual(second.pricelist_ids.item_ids.date_start, midnight)
        job = self.env.ref("sales_sop.ir_cron_price_lists")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
        self.assertIn(midnight, triggers.mapped("call_at"))
        # The daily job runs at five past midnight in Greenwich, when it is evening here.
        for moment, in_use in (("2026-04-01 00:05:00", first), ("2026-04-01 04:00:00", second)):
            with freeze_time(moment):
                self.env["sop.policy"]._cron_refresh_price_lists()
                lists = (first | second).pricelist_ids
                self.assertEqual(lists.filtered("active").sop_policy_id, in_use)

    @rule("P1")
    def test_it_is_decided_and_issued_on_the_companys_day(self):
        self.company.partner_id.tz = NEW_YORK
        draft = self.policy.copy({"date_from": "2026-03-01"})
        with freeze_time("2026-03-03 02:00:00"):
            self.rpc(draft, "general_manager", "action_decide", context={"tz": KIRITIMATI})
            self.rpc(draft, "general_manager", "action_issue", context={"tz": KIRITIMATI})
        self.assertEqual((draft.decided_on, draft.issued_on), (date(2026, 3, 2),) * 2)

    @rule("P1", "P2")
    def test_a_list_price_lowered_in_the_first_night_comes_too_late(self):
        self.company.partner_id.tz = SHANGHAI
        with freeze_time("2026-03-01 16:30:00"):
            # Half an hour of 2 March is over in Shanghai, none in Greenwich.
            policy = self.issue({"percent_off": 0.0}, date_from="2026-03-02")
        self.pump.list_price = 150.0
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sop_list_price_change SET create_date = %s WHERE product_tmpl_id = %s",
            ["2026-03-01 17:00:00", self.pump.product_tmpl_id.id],
        )
        self.env.invalidate_all()
        self.assertEqual(policy.list_price_change_count, 1)
        with freeze_time("2026-03-02 01:00:00"):
            approval = self.submit(self.quotation(lines=[(self.pump, 1, 150.0)]))
        self.assertIn("25.00 % below the policy", " ".join(approval.step_ids.mapped("reason")))


@tagged("post_install", "-at_install")
class TestFirstDayOfTheRules(SopCase):
    shares_company = False

    @classmethod
    def _issue_policy(cls, **term):
        return cls.env["sop.policy"].create(
            {
                "name": "First policy",
                "company_id": cls.company.id,
                "date_from": "2026-03-03",
                "term_ids": [Command.create({"name": "All sales"})],
            }
        )

    @rule("P1")
    def test_nobodys_own_clock_leaves_a_day_without_a_policy(self):
        manager = self.users["general_manager"]
        self.as_user(self.policy, "general_manager").action_decide()
        with (
            freeze_time("2026-03-02 12:00:00"),
            self.assertRefused("until then nothing could be sold", unchanged=self.policy),
        ):
            self.rpc(self.policy, "general_manager", "action_issue", context={"tz": KIRITIMATI})
        manager.tz = SHANGHAI
        with freeze_time("2026-03-03 02:00:00"):
            self.as_user(self.policy, "general_manager").action_issue()
        self.assertEqual(self.company.partner_id.tz, SHANGHAI)


@tagged("post_install", "-at_install")
class TestDayOfThePapers(CounterCase):
    """What is written down for the customer says the day at the seller's."""

    @rule("K8")
    def test_the_contract_says_the_day_on_which_the_company_delivers(self):
        self.company.partner_id.tz = SHANGHAI
        self.users["salesperson"].tz = NEW_YORK
        with freeze_time("2026-03-09 17:00:00"):
            order = self.quotation(commitment_date="2026-04-30 20:00:00")
            self.submit(order)
            contract = order.sudo().sop_contract_id
            values = contract._text_values()
            self.assertEqual(values["date"](), "03/10/2026")
        self.assertEqual(values["delivery_date"](), "05/01/2026")
        self.assertIn("by 05/01/2026", contract.text)

    @rule("C3")
    def test_money_at_the_counter_comes_on_the_companys_day(self):
        self.company.partner_id.tz = SHANGHAI
        self.counter_policy(prepayment_percent=100.0)
        order = self.counter_order()
        self.submit(order)
        wizard = self.as_user(self.env["sop.counter.sale"], "finance").create(
            {"order_id": order.id, "journal_id": self.cash_journal().id}
        )
        with freeze_time("2026-03-09 17:00:00"):
            wizard.action_receive()
        payment = order.sudo().sop_contract_id.allocation_ids.payment_id
        self.assertEqual(payment.date, date(2026, 3, 10))

    @rule("P9")
    def test_the_customers_word_is_of_the_companys_day(self):
        self.company.partner_id.tz = SHANGHAI
        order = self.approved_quotation()
        with freeze_time("2026-03-09 17:00:00"):
            self.as_user(order, "salesperson").action_sop_customer_confirmed()
        self.assertEqual(order.sop_customer_confirmed_on, date(2026, 3, 10))
