from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import rule
from .test_release import ReleaseCase

# 2026-10-17 is a Saturday.
FRIDAY, SATURDAY, SUNDAY = "2026-10-16", "2026-10-17", "2026-10-18"
MONDAY, TUESDAY, WEDNESDAY = "2026-10-19", "2026-10-20", "2026-10-21"
NOON = " 12:00:00"


class AfterTheFactCase(ReleaseCase):
    """Deliveries on a Saturday, to be approved by Tuesday."""

    @classmethod
    def _issue_policy(cls, *args, **term):
        """Goods may leave first and be approved within three days."""
        cls.env["ir.default"].set("sop.policy", "after_the_fact_days", 3)
        return super()._issue_policy(*args, **term)

    def file(self, picking, role="sales_office", day=SATURDAY, **values):
        with freeze_time(day + NOON):
            return self.request(
                picking,
                role,
                kind="after_the_fact",
                rule="D1_D4",
                **{"reason": "The customer's line stands still.", **values},
            )

    def ship_on(self, day, picking, **kwargs):
        with freeze_time(day + NOON):
            self.ship(picking, **kwargs)

    def new_delivery(self):
        return self.confirmed_order().sudo().picking_ids

    def approve_all(self, release, day):
        with freeze_time(day + NOON):
            self.grant(release, "vp_sales")
            self.grant(release, "finance_vp")

    def tidy_on(self, day):
        with freeze_time(day + NOON):
            self.tidy()


@tagged("post_install", "-at_install")
class TestAfterTheFact(AfterTheFactCase):
    """On a day without approvers goods leave first; the approval follows in time, or is chased."""

    @rule("D1", "D4")
    def test_goods_leave_on_saturday_and_are_approved_on_tuesday(self):
        picking = self.new_delivery()
        release = self.file(picking)
        self.assertEqual(release.state, "pending")
        self.assertEqual(str(release.approve_by), TUESDAY)
        self.assertEqual(str(release.date_expiry), SATURDAY)
        self.assertEqual(
            release.approval_ids.step_ids.group_id,
            self.env.ref("sales_sop.group_vp_sales") | self.env.ref("sales_sop.group_finance_vp"),
        )
        self.ship_on(SATURDAY, picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.figures(release), ("pending", 1000.0, 1000.0))
        self.assertIn("after the fact", picking.sop_release_note)
        self.approve_all(release, TUESDAY)
        self.assertEqual((release.state, release.timeliness), ("used", "on_time"))

    @rule("D1", "D4")
    def test_the_warehouse_files_one_too(self):
        picking = self.new_delivery()
        self.file(picking, role="stock_user", day=SUNDAY)
        self.ship_on(SUNDAY, picking)
        self.assertEqual(picking.state, "done")

    @rule("D1", "D4")
    def test_it_opens_the_gate_on_its_day_only(self):
        picking = self.new_delivery()
        release = self.file(picking)
        with freeze_time(SUNDAY + NOON), self.assertRefused("D1", "D4", unchanged=release):
            self.ship(picking)
        self.tidy_on(SUNDAY)
        self.assertEqual(release.state, "expired")
        self.assertFalse(release.approval_ids.step_ids.filtered(lambda s: s.state == "pending"))

    @rule("D1", "D4")
    def test_the_form_takes_both_rules_as_soon_as_it_is_filed_after_the_fact(self):
        picking = self.new_delivery()
        action = self.rpc(picking, "sales_office", "action_sop_request_release")
        releases = self.as_user(self.env["sop.release"], "sales_office")
        form = Form(releases.with_context(**action["context"]))
        self.assertEqual(form.rule, "D1")
        form.kind = "after_the_fact"
        self.assertEqual(form.rule, "D1_D4")
        form.kind = "normal"
        self.assertEqual(form.rule, "D1")

    @rule("D1", "D4")
    def test_not_on_a_working_day_and_not_by_everybody(self):
        picking = self.new_delivery()
        for day in (FRIDAY, MONDAY):
            with self.subTest(day=day), self.assertRefused("Saturdays and Sundays"):
                self.file(picking, day=day)
        for role in ("salesperson", "sales_manager", "finance"):
            with self.subTest(role=role), self.assertRefused("before the approval"):
                self.file(picking, role=role)
        self.file(picking)

    @rule("D1", "D4")
    def test_the_clients_time_zone_does_not_make_a_weekend(self):
        picking = self.new_delivery()
        self.users["sales_office"].tz = "Pacific/Kiritimati"
        with freeze_time(FRIDAY + " 23:00:00"), self.assertRefused("Saturdays and Sundays"):
            release = self.request(
                picking, "sales_office", submit=False, kind="after_the_fact", rule="D1_D4"
            )
            self.rpc(release, "sales_office", "action_submit", context={"tz": "Asia/Tokyo"})

    @rule("K2", "D9")
    def test_it_never_excuses_the_contract_or_more_than_ordered(self):
        picking = self.new_delivery()
        self.file(picking)
        with freeze_time(SATURDAY + NOON), self.assertRefused("D9", unchanged=picking):
            self.ship(picking, quantity=11)
        order = self.approved_quotation()
        self.grant(self.request(order, "salesperson"), "general_manager")
        self.as_user(order, "salesperson").action_confirm()
        uncountersigned = order.sudo().picking_ids
        self.file(uncountersigned)
        with freeze_time(SATURDAY + NOON), self.assertRefused("K2", unchanged=uncountersigned):
            self.ship(uncountersigned)

    @rule("D1", "D4")
    def test_while_one_is_overdue_the_salesperson_gets_no_other(self):
        picking = self.new_delivery()
        release = self.file(picking)
        self.ship_on(SATURDAY, picking)
        other = self.new_delivery()
        self.tidy_on(TUESDAY)
        self.assertEqual(release.timeliness, "open")
        self.tidy_on(WEDNESDAY)
        self.assertEqual((release.state, release.timeliness), ("pending", "overdue"))
        reminded = release.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id == self.env.ref("sales_sop.mail_activity_release")
            )
        )
        self.assertEqual(
            reminded.user_id,
            self.users["vp_sales"] | self.users["finance_vp"] | self.users["sales_manager"],
        )
        self.tidy_on("2026-10-22")
        self.assertEqual(len(release.activity_ids & reminded), 3)
        with self.assertRefused("not been approved in time"):
            self.file(other, day="2026-10-24")
        self.approve_all(release, "2026-10-23")
        self.assertEqual((release.state, release.timeliness), ("used", "late"))
        self.assertFalse(release.activity_ids)
        self.file(other, day="2026-10-24")

    @rule("D1", "D4")
    def test_the_report_counts_how_many_were_approved_in_time(self):
        releases = self.env["sop.release"]
        for approved in (TUESDAY, WEDNESDAY, False):
            picking = self.new_delivery()
            release = self.file(picking)
            self.ship_on(SATURDAY, picking)
            if approved:
                self.approve_all(release, approved)
            releases |= release
        self.tidy_on(WEDNESDAY)
        rows = self.as_user(releases, "general_manager").formatted_read_group(
            [("kind", "=", "after_the_fact"), ("id", "in", releases.ids)],
            ["timeliness"],
            ["__count", "amount_used:sum"],
        )
        self.assertEqual(
            {row["timeliness"]: (row["__count"], row["amount_used:sum"]) for row in rows},
            {"on_time": (1, 1000.0), "late": (1, 1000.0), "overdue": (1, 1000.0)},
        )

    @rule("D1", "D4")
    def test_after_a_refusal_the_contract_gets_no_other(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        release = self.file(picking, amount_max=400.0)
        self.ship_on(SATURDAY, picking, quantity=4)
        backorder = picking.backorder_ids
        with freeze_time(MONDAY + NOON):
            self.as_user(release, "vp_sales").approval_for("release").refuse("Never again.")
        self.assertEqual((release.state, release.amount_used), ("refused", 400.0))
        with self.assertRefused("was refused", order.sudo().sop_contract_id.number):
            self.file(backorder, day=SUNDAY)
        self.file(self.new_delivery(), day=SUNDAY)

    @rule("D1", "D4")
    def test_a_policy_without_it_does_not_allow_it(self):
        self.policy.sudo().after_the_fact_days = 0
        with self.assertRefused("does not allow goods to leave"):
            self.file(self.new_delivery())

    @rule("D1", "D4")
    def test_what_opened_the_gate_is_not_withdrawn(self):
        picking, unused = self.new_delivery(), self.new_delivery()
        release = self.file(picking)
        self.ship_on(SATURDAY, picking)
        with self.assertRefused("have left", unchanged=release):
            self.rpc(release, "sales_office", "action_sop_withdraw")
        with self.assertRefused("have left", unchanged=release):
            self.rpc(release.approval_ids, "sales_office", "withdraw")
        nothing_left = self.file(unused)
        self.rpc(nothing_left, "sales_office", "action_sop_withdraw")
        self.assertEqual(nothing_left.state, "void")
        with freeze_time(SATURDAY + NOON), self.assertRefused("D1"):
            self.ship(unused)
