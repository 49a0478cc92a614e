from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestDispute(SheetCase):
    """A payee disputes a line of the own commission and is answered (B3)."""

    def setUp(self):
        super().setUp()
        self.half_paid()
        self.now_is("2026-03-31")
        self.sheet = self.fill()
        self.entry = self.sheet.entry_ids

    def dispute(self, reason="The rate is 12 %"):
        found = self.rpc(self.entry, "salesperson", "dispute", reason)
        return self.env["commission.dispute"].browse(found)

    def told(self, user):
        return self.env["mail.message"].search(
            [("model", "=", "commission.dispute"), ("partner_ids", "in", user.partner_id.ids)]
        )

    @rule("B3")
    def test_finance_accepts_and_the_adjustment_is_on_the_open_sheet(self):
        dispute = self.dispute()
        self.assertEqual((dispute.state, dispute.sheet_id), ("open", self.sheet))
        self.assertEqual(self.sheet.dispute_count, 1)
        self.as_user(dispute, "finance").accept(10.0, "Right, it is 12 %")
        adjustment = dispute.adjustment_id
        self.assertEqual(
            (dispute.state, dispute.answer, dispute.answered_by_id.name),
            ("accepted", "Right, it is 12 %", "Finance"),
        )
        self.assertEqual(
            (adjustment.kind, adjustment.amount, adjustment.explanation, str(adjustment.date)),
            ("adjustment", 10.0, "Right, it is 12 %", "2026-03-31"),
        )
        self.assertEqual(adjustment.create_uid, self.users["finance"])
        self.assertEqual(self.entry.amount, 50.0)
        self.assertSheet(self.sheet, amount_entries=60.0, entry_count=2, dispute_count=0)
        told = self.told(self.users["salesperson"])
        self.assertIn("accepted", told.subject)
        self.assertIn("Right, it is 12 %", told.body)

    @rule("B3")
    def test_a_dispute_is_found_by_the_payee_and_the_contract_of_its_line(self):
        disputes = self.as_user(self.dispute(), "finance")
        entries = self.as_user(self.env["commission.entry"], "finance")
        for text in (self.payee.name, self.entry.contract_id.number):
            self.assertEqual(disputes.search([("entry_id", "ilike", text)]), disputes)
            self.assertIn(self.entry.id, dict(entries.name_search(text)))
        self.assertFalse(disputes.search([("entry_id", "ilike", "another mill")]))

    @rule("B3")
    def test_a_line_of_an_approved_sheet_is_put_right_on_the_next(self):
        self.submit_sheet(self.sheet)
        self.review(self.sheet)
        before = self._stored_values(self.sheet)
        dispute = self.dispute()
        self.now_is("2026-04-03")
        self.as_user(dispute, "finance").accept(10.0, "Right")
        self.assertFalse(dispute.adjustment_id.sheet_id)
        self.now_is("2026-04-30")
        self.assertSheet(self.fill(), name="Salesperson 2026-04", amount_entries=10.0)
        self.assertEqual(self._stored_values(self.sheet), before)

    @rule("B3")
    def test_a_line_that_is_on_no_sheet_yet_is_disputed_too(self):
        self.submit_sheet(self.sheet)
        self.half_paid("2026-04-10")
        self.now_is("2026-04-12")
        self.calculate()
        self.entry = self.entries()[-1]
        self.assertFalse(self.entry.sheet_id)
        self.assertFalse(self.dispute().sheet_id)

    @rule("B3")
    def test_a_line_is_put_right_in_its_own_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._new_plan("2026-04-01", currency_id=euro.id, currency_rate=0.8)
        dispute = self.dispute()
        self.now_is("2026-04-03")
        answer = self.as_user(self.env["commission.dispute.answer"], "finance").create(
            {"dispute_id": dispute.id, "decision": "accept", "amount": 10.0, "answer": "Right"}
        )
        self.assertEqual(answer.currency_id, self.company.currency_id)
        answer.action_answer()
        adjustment = dispute.adjustment_id
        self.assertEqual((adjustment.amount, adjustment.currency_id), (10.0, answer.currency_id))
        self.assertEqual(adjustment.sheet_id, self.sheet)

    @rule("B3")
    def test_the_sales_office_refuses_with_the_reason(self):
        dispute = self.dispute()
        mine = self.as_user(dispute, "sales_office")
        with self.assertRefused("Write an answer", unchanged=dispute):
            mine.refuse(" ")
        with self.assertRefused("Finance", exception=AccessError, unchanged=dispute):
            mine.accept(10.0, "Right")
        mine.refuse("The plan says 10 %")
        self.assertEqual((dispute.state, dispute.answer), ("refused", "The plan says 10 %"))
        self.assertSheet(self.sheet, amount_entries=50.0)
        self.assertIn("refused", self.told(self.users["salesperson"]).subject)
        with self.assertRefused("not open any more", unchanged=dispute):
            self.as_user(dispute, "finance").accept(10.0, "Right")

    @rule("B3")
    def test_those_who_answer_have_it_on_their_lists_until_it_is_answered(self):
        dispute = self.dispute()
        activities = dispute.activity_ids
        self.assertEqual(set(activities.user_id.mapped("name")), {"Sales Office", "Finance"})
        self.as_user(dispute, "sales_office").refuse("No")
        self.assertFalse(dispute.activity_ids)
        self.assertEqual(activities.exists().mapped("active"), [False, False])

    @rule("B3")
    def test_nobody_disputes_for_the_payee(self):
        for role in ("sales_office", "finance", "general_manager", "administrator"):
            with self.assertRefused("Salesperson", exception=AccessError):
                self.rpc(self.entry, role, "dispute", "Wrong")
        with self.assertRefused(exception=AccessError):
            self.rpc(self.entry, "quality", "dispute", "Wrong")
        with self.assertRefused("Say what is wrong"):
            self.rpc(self.entry, "salesperson", "dispute", "  ")

    @rule("B3")
    def test_a_line_is_disputed_once_at_a_time(self):
        first = self.dispute()
        self.assertTrue(self.as_user(self.entry, "salesperson").is_disputed)
        with self.assertRefused("dispute this line already"):
            self.dispute("Once more")
        self.as_user(first, "sales_office").refuse("No")
        self.assertEqual(self.dispute("Once more").state, "open")

    @rule("B3")
    def test_the_payee_alone_withdraws_it(self):
        dispute = self.dispute()
        for role in ("sales_office", "finance"):
            with self.assertRefused("Salesperson", exception=AccessError, unchanged=dispute):
                self.rpc(dispute, role, "withdraw")
        self.rpc(dispute, "salesperson", "withdraw")
        self.assertEqual(dispute.state, "withdrawn")
        self.assertFalse(dispute.activity_ids)
        with self.assertRefused("not open any more"):
            self.rpc(dispute, "salesperson", "withdraw")

    @rule("B3")
    def test_nobody_answers_a_dispute_of_their_own(self):
        own = self._new_payee("finance")
        contract = self.entry.contract_id
        self.split(contract, shares={own: 100}, date_from="2026-03-31")
        self.pay(self.entry.invoice_id, 230.0, "2026-03-31")
        self.fill()
        entry = self.entries(own)
        self.assertEqual(entry.amount, 20.0)
        found = self.rpc(entry, "finance", "dispute", "More")
        dispute = self.env["commission.dispute"].browse(found)
        self.assertEqual(dispute.activity_ids.user_id.mapped("name"), ["Sales Office"])
        for method, arguments in (("accept", (9.0, "Yes")), ("refuse", ("No",))):
            with self.assertRefused("your own", exception=AccessError, unchanged=dispute):
                self.rpc(dispute, "finance", method, *arguments)

    @rule("B3")
    def test_by_the_buttons(self):
        action = self.as_user(self.entry, "salesperson").action_dispute()
        ask = self.as_user(self.env["commission.dispute.ask"], "salesperson")
        ask.with_context(**action["context"]).create({"reason": "Wrong"}).action_dispute()
        dispute = self.entry.dispute_ids
        self.assertEqual((dispute.reason, dispute.state), ("Wrong", "open"))
        action = self.as_user(dispute, "finance").action_accept()
        answer = self.as_user(self.env["commission.dispute.answer"], "finance")
        answer.with_context(**action["context"]).create(
            {"amount": 5.0, "answer": "Half of it"}
        ).action_answer()
        self.assertEqual((dispute.state, dispute.amount_adjusted), ("accepted", 5.0))


@tagged("post_install", "-at_install")
class TestAdjustment(SheetCase):
    """What the books do not say is put right by finance and approved with the sheet (B3)."""

    def adjust(self, amount, reason="Bonus of the fair", role="finance", payee=None):
        model = self.as_user(self.env["commission.entry"], role)
        return model.adjust((payee or self.payee).id, amount, reason)

    @rule("B3")
    def test_finance_adjusts_and_it_is_approved_with_the_sheet(self):
        wizard = self.as_user(self.env["commission.adjustment"], "finance").create(
            {"payee_id": self.payee.id, "amount": 200.0, "reason": "Bonus of the fair"}
        )
        self.assertEqual(wizard.currency_id, self.plan.currency_id)
        wizard.action_adjust()
        entry = self.entries()
        self.assertEqual(
            (entry.kind, entry.amount, entry.sheet_id.id), ("adjustment", 200.0, False)
        )
        self.assertEqual((entry.create_uid.name, entry.plan_id), ("Finance", self.plan))
        self.assertIn("Bonus of the fair", self.payee.message_ids[:1].body)
        self.now_is("2026-03-31")
        self.fill()
        self.assertSheet(self.approved_sheet("2026-03-01"), amount_payable=200.0)

    @rule("B3")
    def test_an_adjustment_joins_the_open_sheet_and_never_a_submitted_one(self):
        self.half_paid()
        self.now_is("2026-03-31")
        sheet = self.fill()
        self.adjust(-20.0, "Paid twice by mistake")
        self.assertSheet(sheet, amount_entries=30.0, amount_payable=30.0)
        self.submit_sheet(sheet)
        entry = self.adjust(7.0)
        self.assertFalse(entry.sheet_id)
        self.assertSheet(sheet, amount_entries=30.0, approval_state="pending")

    @rule("B3")
    def test_the_calculation_leaves_an_adjustment_alone(self):
        self.half_paid()
        self.adjust(33.0)
        self.now_is("2026-03-31")
        self.assertEqual(self.calculate().entry_count, 1)
        self.assertEqual(self.balance(), 83.0)

    @rule("B3")
    def test_finance_alone_adjusts_and_not_for_themselves(self):
        for role in ("salesperson", "sales_office", "finance_vp", "general_manager"):
            with self.assertRefused("Finance", exception=AccessError):
                self.adjust(10.0, role=role)
        own = self._new_payee("finance")
        with self.assertRefused("your own", exception=AccessError):
            self.adjust(10.0, payee=own)
        other = self._new_company("Southlight Drives")
        stranger = self._new_payee(name="Li Na", company_id=other.id)
        with self.assertRefused(exception=AccessError):
            self.adjust(10.0, payee=stranger)

    @rule("B3")
    def test_the_dialog_adjusts_in_the_currency_of_the_company_it_shows(self):
        other = self._new_company("Southlight Drives")
        self.users["finance"].company_ids |= other
        stranger = self._new_payee(name="Li Na", company_id=other.id)
        dialogs = self.as_user(self.env["commission.adjustment"], "finance").with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        values = {"payee_id": stranger.id, "amount": 10.0, "reason": "Bonus of the fair"}
        with self.assertRefused("Li Na"):
            dialogs.create({"company_id": self.company.id, **values})

    @rule("B3")
    def test_an_adjustment_says_how_much_and_why(self):
        with self.assertRefused("Say how much"):
            self.adjust(0.001)
        for reason in ("", "  ", False):
            with self.assertRefused("Say why"):
                self.adjust(10.0, reason)
        for amount in (float("nan"), float("inf"), "ten"):
            with self.assertRefused("is no number"):
                self.adjust(amount)

    @rule("B3")
    def test_without_a_plan_in_force_nothing_is_adjusted(self):
        self.clock.move_to("2025-12-31 12:00:00")
        with self.assertRefused("no commission plan in force"):
            self.adjust(10.0)
