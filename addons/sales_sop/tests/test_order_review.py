from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule
from .test_amendment import AmendmentCase


class ReviewCase(SopCase):
    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, stock_review=True, **term)


@tagged("post_install", "-at_install")
class TestOrderReview(ReviewCase):
    """The review checks stock, credit and special requirements before anybody promises."""

    @rule("A2")
    def test_goods_in_stock_need_no_planner(self):
        approval = self.submit(self.quotation(lines=[(self.drive, 1000, 100.0)]))
        self.assertEqual(approval.step_ids.group_id.mapped("name"), ["Sales Manager"])

    @rule("A2")
    def test_goods_that_are_short_are_reviewed_by_the_planner(self):
        order = self.quotation(lines=[(self.drive, 1001, 100.0)])
        approval = self.submit(order)
        planner = approval.step_ids.filtered(lambda step: step.group_id.name.endswith("Planner"))
        self.assertIn("1001 are needed, 1000 are free", planner.reason)
        self.approve(order, "application", "sales_manager")
        with self.assertRefused("A1", "Production Planner"):
            self.as_user(order, "salesperson").action_confirm()
        self.as_user(approval, "planner").refuse("Not before August; offer another date.")
        self.assertEqual(order.sop_application_state, "refused")
        self.assertIn("Not before August", order.sop_blockers)

    @rule("A2")
    def test_two_lines_and_dozens_count_together_and_services_need_no_stock(self):
        training = self._new_product("Training day", 200.0, type="service")
        order = self.quotation(lines=[(self.drive, 600, 100.0), (self.drive, 50, 1200.0)])
        order.order_line[1].product_uom_id = self.env.ref("uom.product_uom_dozen")
        [planner] = self.submit(order).step_ids.filtered(lambda step: step.rules == "A2")
        self.assertIn("1200 are needed, 1000 are free", planner.reason)
        services = self.submit(self.quotation(lines=[(training, 5000, 1.0)]))
        self.assertFalse(services.step_ids.filtered(lambda step: step.rules == "A2"))

    @rule("A2")
    def test_a_special_requirement_is_answered_by_whom_it_asks(self):
        order = self.quotation(sop_requirement="Paint it RAL 7035", sop_requirement_by="quality")
        approval = self.submit(order)
        self.approve(order, "application", "sales_manager")
        quality = self.as_user(approval, "quality")
        with self.assertRefused("Paint it RAL 7035", unchanged=approval.step_ids):
            quality.approve()
        dialog = quality.action_approve()
        self.assertEqual(dialog["res_model"], "sop.approval.answer")
        answer = self.as_user(self.env["sop.approval.answer"], "quality").create(
            {"approval_id": approval.id, "answer": "Possible, with a primer."}
        )
        self.assertEqual(answer.question, "Paint it RAL 7035")
        answer.action_approve()
        self.assertEqual(approval.state, "approved")
        self.assertIn("Possible, with a primer.", approval.step_ids.mapped("comment"))

    @rule("A2")
    def test_sales_production_or_quality_answers_and_nobody_else(self):
        for asked, role in (("sales", "sales_manager"), ("production", "planner")):
            order = self.quotation(sop_requirement="Crated", sop_requirement_by=asked)
            approval = self.submit(order)
            with self.assertRefused("not yours", unchanged=approval.step_ids, exception=UserError):
                self.rpc(approval, "quality", "approve", "Yes")
            with self.assertRefused("Crated", unchanged=approval.step_ids):
                self.rpc(approval, role, "approve")
            self.rpc(approval, role, "approve", "In boxes")
            step = approval.step_ids.filtered("answer_required")
            self.assertEqual(
                (step.user_id, step.comment, step.state),
                (self.users[role], "In boxes", "approved"),
            )

    @rule("A2", "A3")
    def test_a_requirement_added_after_approval_is_a_change(self):
        order = self.approved_quotation()
        self.rpc(order, "salesperson", "write", {"sop_requirement": "Explosion-proof"})
        self.assertEqual(order.sop_application_state, "stale")
        with self.assertRefused("A1", "has changed"):
            self.rpc(order, "salesperson", "action_confirm")


@tagged("post_install", "-at_install")
class TestCredit(SopCase):
    """Over the credit limit an order waits for the finance VP."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, contract_required=False, **term)

    def setUp(self):
        super().setUp()
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 2000.0

    @rule("C7")
    def test_an_order_up_to_the_limit_passes(self):
        order = self.approved_quotation(lines=[(self.drive, 20, 100.0)])
        self.assertEqual(len(order.sudo().approval_ids.step_ids), 1)
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("C7")
    def test_an_order_over_the_limit_waits_for_the_finance_vp(self):
        order = self.quotation(lines=[(self.drive, 20, 100.01)])
        approval = self.submit(order)
        credit = approval.step_ids.filtered(lambda step: step.rules == "C7")
        self.assertEqual(credit.group_id.name, "Finance VP")
        self.assertIn("2,000.20", credit.reason)
        self.approve(order, "application", "sales_manager")
        with self.assertRefused("A1", "Finance VP"):
            self.as_user(order, "salesperson").action_confirm()
        self.approve(order, "application", "finance_vp")
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("C7")
    def test_what_is_ordered_and_owed_counts(self):
        first = self.approved_quotation(lines=[(self.drive, 15, 100.0)])
        self.as_user(first, "salesperson").action_confirm()
        second = self.quotation(lines=[(self.drive, 6, 100.0)])
        self.assertIn("2,100.00", self.submit(second).step_ids.filtered("rules").reason)
        self.collect(first, 100.0)
        third = self.quotation(lines=[(self.drive, 6, 100.0)])
        # The second one is not agreed yet; the payment has made room.
        self.assertFalse(self.submit(third).step_ids.filtered("rules"))

    @rule("C7")
    def test_what_is_invoiced_counts_once(self):
        first = self.approved_quotation(lines=[(self.drive, 15, 100.0)])
        self.as_user(first, "salesperson").action_confirm()
        picking = first.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        self.sign(picking)
        self.collect(first, 900.0)
        self.assertEqual(self.post(self.draft_invoice(first)).amount_total, 1500.0)
        # 1,500.00 are owed, 900.00 came: 600.00 are open.
        within = self.quotation(lines=[(self.drive, 14, 100.0)])
        self.assertFalse(self.submit(within).step_ids.filtered("rules"))
        beyond = self.quotation(lines=[(self.drive, 14, 100.01)])
        self.assertIn("2,000.14", self.submit(beyond).step_ids.filtered("rules").reason)

    @rule("C7")
    def test_what_its_plants_order_counts_for_the_company(self):
        plants = self.env["res.partner"].create(
            [
                {"name": name, "type": "other", "parent_id": self.customer.id}
                for name in ("Plant 1", "Plant 2")
            ]
        )
        first = self.approved_quotation(lines=[(self.drive, 15, 100.0)], partner_id=plants[0].id)
        self.as_user(first, "salesperson").action_confirm()
        second = self.quotation(lines=[(self.drive, 6, 100.0)], partner_id=plants[1].id)
        credit = self.submit(second).step_ids.filtered("rules")
        self.assertIn(f"{self.customer.name} would owe $\xa02,100.00", credit.reason)
        # A subsidiary that is a company of its own has a limit of its own.
        subsidiary = self.env["res.partner"].create(
            {"name": "Trading", "is_company": True, "parent_id": self.customer.id}
        )
        subsidiary.with_company(self.company).credit_limit = 600.0
        third = self.quotation(lines=[(self.drive, 6, 100.0)], partner_id=subsidiary.id)
        self.assertFalse(self.submit(third).step_ids.filtered("rules"))

    @rule("C7")
    def test_an_order_in_another_currency_counts_at_the_rate_of_the_day(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rate = {"currency_id": euro.id, "company_id": self.company.id, "rate": 0.5}
        self.env["res.currency.rate"].create({"name": "2020-01-01", **rate})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        within = self.quotation(lines=[(self.drive, 10, 100.0)], pricelist_id=pricelist.id)
        self.assertFalse(self.submit(within).step_ids.filtered("rules"))
        beyond = self.quotation(lines=[(self.drive, 10, 100.01)], pricelist_id=pricelist.id)
        self.assertIn("2,000.20", self.submit(beyond).step_ids.filtered("rules").reason)

    @rule("C7")
    def test_two_orders_approved_apart_do_not_pass_together(self):
        first = self.quotation(lines=[(self.drive, 12, 100.0)])
        second = self.quotation(lines=[(self.drive, 12, 100.0)])
        for order in (first, second):
            self.submit(order)
        for order in (first, second):
            self.approve(order, "application", "sales_manager")
        # Effective, though not confirmed: the customer may insist on both.
        with self.assertRefused("C7", "2,400.00", "2,000.00"):
            self.as_user(first, "salesperson").action_confirm()
        self.as_user(first, "salesperson").action_sop_submit_credit()
        self.approve(first, "credit", "finance_vp")
        self.as_user(first, "salesperson").action_confirm()
        with self.assertRefused("C7"):
            self.as_user(second, "salesperson").action_confirm()

    @rule("C7")
    def test_credit_is_approved_for_as_much_as_was_asked(self):
        order = self.credited(21)
        self.credited(1)
        with self.assertRefused("C7", "2,200.00", "approved", "2,100.00"):
            self.rpc(order, "salesperson", "action_confirm")
        self.rpc(order, "salesperson", "action_sop_submit_credit")
        self.assertEqual(order.sop_credit_state, "pending")
        credit = self.approve(order, "credit", "finance_vp")
        self.assertIn("2,200.00", credit.step_ids.reason)
        with self.assertRefused("already submitted"):
            self.rpc(order, "salesperson", "action_sop_submit_credit")
        # A third order takes more; what was approved is not enough again.
        third = self.credited(2)
        order.invalidate_recordset()
        self.assertEqual(order.sop_credit_state, "stale")
        self.rpc(third, "salesperson", "action_cancel")
        self.rpc(order, "salesperson", "action_confirm")
        self.assertEqual(order.state, "sale")

    def credited(self, quantity):
        """An approved order over the limit, with a contract that is effective."""
        order = self.quotation(lines=[(self.drive, quantity, 100.0)])
        self.submit(order)
        for role in ("sales_manager", "finance_vp"):
            self.approve(order, "application", role)
        return order

    @rule("C7")
    def test_only_the_finance_vp_or_above_grants_credit(self):
        order = self.quotation(lines=[(self.drive, 30, 100.0)])
        approval = self.submit(order)
        self.approve(order, "application", "sales_manager")
        for role in ("salesperson", "finance", "sales_manager", "vp_sales"):
            with self.assertRefused(unchanged=approval.step_ids):
                self.rpc(approval, role, "approve")

    @rule("C7")
    def test_within_the_limit_no_credit_approval_is_asked(self):
        order = self.approved_quotation()
        with self.assertRefused("within the limit"):
            self.as_user(order, "salesperson").action_sop_submit_credit()


@tagged("post_install", "-at_install")
class TestCreditOfAChangedQuotation(AmendmentCase):
    """What the finance VP let a customer owe holds for the changed quotation, up to that sum."""

    def setUp(self):
        super().setUp()
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 900.0

    def changed(self, price, *roles):
        order = self.quotation()
        self.submit(order)
        for role in ("sales_manager", "finance_vp"):
            self.approve(order, "application", role)
        self.decide(self.amendment(order, price_unit=price), *roles)
        self.countersign(order)
        return order

    @rule("C7", "P7")
    def test_a_smaller_quotation_keeps_the_credit(self):
        order = self.changed(95.0, "sales_manager")
        self.assertEqual(order.amount_total, 950.0)
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("C7", "P7")
    def test_a_larger_quotation_is_asked_once(self):
        order = self.changed(105.0, "finance_vp", "sales_manager")
        self.assertEqual(max(order.sudo()._sop_credit_steps().mapped("credit_exposure")), 1050.0)
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestOrderDetails(SopCase):
    """What a quotation has to state is checked when it is submitted."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        return super()._issue_policy(date_from, details_required=True, **term)

    def complete(self):
        self.customer.write(
            {
                "city": "Riverside",
                "phone": "+1 555 0100",
                "child_ids": [Command.create({"name": "Ann Field", "type": "contact"})],
            }
        )
        return {
            "commitment_date": "2099-06-01",
            "validity_date": "2099-04-01",
            "payment_term_id": self.env.ref("account.account_payment_term_30days").id,
        }

    @rule("A4", "P8")
    def test_everything_missing_is_named_at_once(self):
        order = self.quotation(validity_date=False, sop_warranty=False, payment_term_id=False)
        with self.assertRefused(
            order.name,
            "contact person",
            "phone",
            "delivery address",
            "delivery date",
            "valid",
            "payment terms",
            "warranty",
        ):
            self.submit(order)
        self.assertFalse(order.sudo().approval_ids)

    @rule("A4", "P8")
    def test_a_complete_quotation_is_submitted(self):
        order = self.quotation(**self.complete())
        self.assertEqual(self.submit(order).state, "pending")

    @rule("A4", "P8")
    def test_a_street_in_the_second_line_of_the_card_is_an_address(self):
        values = self.complete()
        self.customer.write({"street": False, "street2": "1 Mill Road"})
        self.assertEqual(self.submit(self.quotation(**values)).state, "pending")

    @rule("A4", "P8")
    def test_what_is_stated_has_to_make_sense(self):
        values = self.complete()
        for wrong, text in (
            ({"commitment_date": "2020-06-01"}, "delivery date that is not over"),
            ({"validity_date": "2020-04-01"}, "validity that is not over"),
            ({"lines": [(self.drive, 10, 0.0)]}, f"price of {self.drive.display_name}"),
        ):
            order = self.quotation(**{**values, **wrong})
            with self.assertRefused(order.name, text):
                self.rpc(order, "salesperson", "action_sop_submit")
        order.order_line.write({"price_unit": 100.0, "discount": 100.0})
        self.assertEqual(self.submit(order).state, "pending")
        self.customer.child_ids.type = "delivery"
        with self.assertRefused("contact person"):
            self.submit(self.quotation(**values))

    @rule("P9")
    def test_the_customers_yes_goes_to_finance(self):
        order = self.approved_quotation(**self.complete())
        self.rpc(order, "salesperson", "action_sop_customer_confirmed")
        self.assertTrue(order.sop_customer_confirmed_on)
        message = self.env["mail.message"].search(
            [("res_id", "=", order.id), ("subject", "ilike", "has confirmed")]
        )
        self.assertEqual(message.partner_ids, self.users["finance"].partner_id)

    @rule("P9")
    def test_a_quotation_that_is_not_approved_is_not_confirmed_by_the_customer(self):
        order = self.quotation(**self.complete())
        with self.assertRefused(order.name, "not approved"):
            self.rpc(order, "salesperson", "action_sop_customer_confirmed")
        with self.assertRefused("Customer Confirmed"):
            self.rpc(order, "salesperson", "write", {"sop_customer_confirmed_on": "2026-01-01"})
