from odoo.tests import tagged

from .common import SopCase, rule

TOLD = {"stock_user", "finance", "planner", "sales_office"}


class NoticeCase(SopCase):
    def told(self, order):
        """``{role: notice}`` of who has been told that the order is confirmed."""
        notices = self.env["mail.message"].search(
            [
                ("model", "=", "sale.order"),
                ("res_id", "=", order.id),
                ("message_type", "=", "user_notification"),
                ("subject", "ilike", "confirmed"),
            ]
        )
        return {
            role: notice
            for role, user in self.users.items()
            for notice in notices
            if user.partner_id in notice.notified_partner_ids
        }


@tagged("post_install", "-at_install")
class TestOrderNotice(NoticeCase):
    """Who carries an order out is told of it when it is confirmed (A4)."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, **{"order_notice": True, **term})

    @rule("A4")
    def test_warehouse_finance_production_and_operations_are_told(self):
        self.customer.phone = "+1 555 0100"
        order = self.effective_order(commitment_date="2099-06-01 12:00:00")
        self.assertFalse(self.told(order))
        self.rpc(order, "salesperson", "action_confirm")
        told = self.told(order)
        self.assertLessEqual(TOLD, set(told))
        for role in ("salesperson", "gate_guard", "legal", "accountant", "general_manager"):
            self.assertNotIn(role, told)
        body = told["planner"].body
        for text in (
            "Riverside Paper Mill",
            order.sudo().sop_contract_id.number,
            "06/01/2099",
            "1 Mill Road",
            "+1 555 0100",
            "10 Units Energy-saving drive",
        ):
            self.assertIn(text, body)
        # What it costs is not for the warehouse.
        self.assertNotIn("1,000.00", body)

    @rule("A1", "A4")
    def test_nobody_is_told_of_an_order_that_is_refused(self):
        order = self.quotation()
        self.submit(order)
        with self.assertRefused("A1", "waiting for approval"):
            self.rpc(order, "salesperson", "action_confirm")
        self.assertFalse(self.told(order))

    @rule("A4")
    def test_nobody_of_another_company_is_told(self):
        other = self._new_company("Southlight Drives")
        stranger = self._new_user("stranger", "sales_sop.group_finance", other)
        self.users = {**self.users, "stranger": stranger}
        order = self.confirmed_order()
        self.assertEqual(TOLD & set(self.told(order)), TOLD)
        self.assertNotIn("stranger", self.told(order))

    @rule("A4")
    def test_each_reads_it_in_their_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.users["planner"].lang = "zh_CN"
        order = self.confirmed_order(commitment_date="2099-06-01 12:00:00")
        notices = self.env["mail.message"].search(
            [
                ("model", "=", "sale.order"),
                ("res_id", "=", order.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        mine = notices.filtered(
            lambda notice: self.users["planner"].partner_id in notice.notified_partner_ids
        )
        self.assertIn("客户：Riverside Paper Mill", mine.body)
        self.assertIn("2099/06/01", mine.body)
        self.assertNotIn("Customer", mine.body)

    @rule("A4", "P4")
    def test_where_the_policy_does_not_ask_for_it_nobody_is_told(self):
        before = self.effective_order()
        self._issue_policy("2020-02-01", order_notice=False)
        order = self.confirmed_order()
        self.assertFalse(self.told(order))
        self.rpc(before, "salesperson", "action_confirm")
        self.assertLessEqual(TOLD, set(self.told(before)))
