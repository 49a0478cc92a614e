from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.commission.wizards import commission_sheet_run
from odoo.addons.sales_sop.tests.common import rule

from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestSheet(SheetCase):
    """The individual commission sheet: filled, reviewed, approved, frozen (B3)."""

    @rule("B3")
    def test_half_paid_is_half_of_the_commission_on_the_sheet_of_march(self):
        self.half_paid()
        self.now_is("2026-03-31")
        sheet = self.fill("2026-03-31")
        self.assertSheet(
            sheet,
            name="Salesperson 2026-03",
            payee_id=self.payee,
            state="draft",
            entry_count=1,
            contract_count=1,
            amount_entries=50.0,
            amount_carried_in=0.0,
            amount_payable=50.0,
            amount_carried_out=0.0,
        )
        self.assertEqual(str(sheet.date_to), "2026-03-31")
        self.approved_sheet("2026-03-01")
        self.assertEqual(sheet.state, "approved")
        steps = sheet.sudo().approval_ids.step_ids
        self.assertEqual(
            [(step.stage, step.user_id.name) for step in steps],
            [(1, "Finance"), (2, "Finance Vp"), (3, "General Manager")],
        )

    @rule("B3")
    def test_filling_again_adds_what_is_new_and_nothing_else(self):
        invoice, __ = self.half_paid()
        self.now_is("2026-03-20")
        self.fill("2026-03-20")
        again = self.run_sheets()
        self.assertEqual((again.sheet_new_count, again.entry_new_count), (0, 0))
        self.pay(invoice, 230.0, "2026-03-20")
        self.now_is("2026-03-31")
        filled = self.run_sheets()
        self.assertEqual((filled.sheet_new_count, filled.entry_new_count), (0, 1))
        self.assertSheet(self.sheet_of("2026-03-01"), amount_entries=70.0, entry_count=2)

    @rule("B3", "B4")
    def test_finance_sees_on_a_sheet_what_the_ledger_does_not_say_yet(self):
        invoice, __ = self.half_paid()
        self.now_is("2026-03-20")
        sheet = self.fill("2026-03-20")
        self.assertEqual(self.as_user(sheet, "finance").amount_drift, 0.0)
        self.pay(invoice, 230.0, "2026-03-18")
        self.env.invalidate_all()
        self.assertEqual(self.as_user(sheet, "finance").amount_drift, 20.0)
        action = self.rpc(sheet, "finance", "action_open_drift")
        rows = self.as_user(self.env["commission.drift"], "finance").search(action["domain"])
        self.assertEqual(rows.mapped("amount_difference"), [20.0])
        with self.assertRefused(exception=AccessError):
            self.rpc(sheet, "sales_office", "read", ["amount_drift"])

    @rule("B3")
    def test_the_run_says_how_many_sheets_and_entries_are_new(self):
        self.half_paid()
        self.now_is("2026-04-02")
        run = self.as_user(self.env["commission.sheet.run"], "sales_office").create({})
        self.assertEqual(str(run.month), "2026-03-01")
        action = run.action_fill()
        self.assertEqual((action["res_model"], action["res_id"]), (run._name, run.id))
        self.assertEqual(
            (run.stage, run.sheet_new_count, run.entry_new_count, run.entry_late_count),
            ("done", 1, 1, 0),
        )
        self.assertEqual(run.entry_found_count, 1)
        self.assertEqual(run.sheet_draft_count, 1)
        self.assertEqual(run.action_open_sheets()["res_model"], "commission.sheet")

    @rule("B3")
    def test_the_run_goes_step_by_step_and_each_step_is_a_whole(self):
        colleague = self._new_payee("sales_manager")
        for payee in (self.payee, colleague):
            order = self.confirmed_order()
            self.split(order.sudo().sop_contract_id, shares={payee: 100})
            self.collect(order, 575.0, "2026-03-10")
        self.now_is("2026-04-02")
        self.patch(commission_sheet_run, "STEP_SHEETS", 1)
        run = self.as_user(self.env["commission.sheet.run"], "sales_office").create({})
        mine, others = self._amounts_after(run, colleague)
        self.assertEqual(
            (mine, others),
            ([0, 0, 0, 0, 50.0, 50.0], [0, 0, 0, 0, 0, 50.0]),
        )
        self.assertEqual(run.sheet_new_count, 2)

    def _amounts_after(self, run, colleague):
        """Return what the sheets of both say after each step; the run only goes forward."""
        sums, progress = ([], []), -1
        while progress < 100:
            self.assertGreater(run.progress, progress)
            progress = run.progress
            for amounts, payee in zip(sums, (self.payee, colleague), strict=True):
                amounts.append(self.sheet_of("2026-03-01", payee).amount_entries)
            self.rpc(run, "sales_office", "run_step")
        self.assertEqual(run.stage, "done")
        return sums

    @rule("B3")
    def test_a_run_that_ended_in_the_middle_is_made_good_by_the_next(self):
        self.half_paid()
        self.now_is("2026-04-02")
        run = self.as_user(self.env["commission.sheet.run"], "sales_office").create({})
        while run.stage != "add_up":
            self.rpc(run, "sales_office", "run_step")
        self.assertSheet(self.sheet_of("2026-03-01"), amount_entries=0.0)
        again = self.run_sheets("2026-03-01")
        self.assertEqual((again.sheet_new_count, again.entry_new_count), (0, 0))
        self.assertSheet(self.sheet_of("2026-03-01"), amount_entries=50.0)

    @rule("B3")
    def test_the_sales_office_alone_fills_and_submits(self):
        self.half_paid()
        self.now_is("2026-03-31")
        for role in ("salesperson", "finance", "general_manager", "administrator"):
            sheets = self.as_user(self.env["commission.sheet"], role)
            with self.assertRefused("Sales Office", exception=AccessError):
                sheets.fill(self.company.id)
        sheet = self.fill()
        for role in ("finance", "general_manager"):
            with self.assertRefused("Sales Office", exception=AccessError, unchanged=sheet):
                self.as_user(sheet, role).action_submit()

    @rule("B3")
    def test_another_companys_sheets_are_not_filled(self):
        other = self._new_company("Southlight Drives")
        sheets = self.as_user(self.env["commission.sheet"], "sales_office")
        with self.assertRefused("do not work for this company", exception=AccessError):
            sheets.fill(other.id)

    @rule("B3")
    def test_a_pending_sheet_is_frozen_and_what_is_new_goes_to_the_next(self):
        invoice, __ = self.half_paid()
        self.now_is("2026-03-20")
        march = self.fill()
        self.submit_sheet(march)
        self.pay(invoice, 230.0, "2026-03-25")
        self.now_is("2026-03-31")
        late = self.run_sheets()
        self.assertEqual(
            (late.sheet_new_count, late.entry_new_count, late.entry_late_count), (0, 0, 1)
        )
        self.assertSheet(march, amount_entries=50.0, entry_count=1, state="pending")
        self.now_is("2026-04-30")
        april = self.fill()
        self.assertSheet(april, name="Salesperson 2026-04", amount_entries=20.0)
        self.assertEqual(str(april.entry_ids.date), "2026-03-25")

    @rule("B3")
    def test_a_refused_sheet_is_a_draft_again_and_takes_in_what_is_new(self):
        invoice, __ = self.half_paid()
        self.now_is("2026-03-20")
        march = self.fill()
        self.submit_sheet(march)
        self.review(march, "finance")
        self.as_user(march.approval_for("commission_sheet"), "finance_vp").refuse("Too early")
        self.assertEqual((march.state, march.approval_state), ("draft", "refused"))
        self.assertIn("Too early", march.refusal)
        self.pay(invoice, 230.0, "2026-03-20")
        self.now_is("2026-03-31")
        self.fill()
        self.assertSheet(march, amount_entries=70.0, entry_count=2, state="draft")
        self.approved_sheet("2026-03-01")
        self.assertSheet(march, state="approved", amount_payable=70.0, refusal=False)

    @rule("B3")
    def test_the_sales_office_withdraws_what_it_submitted_and_the_payee_cannot(self):
        self.half_paid()
        self.now_is("2026-03-31")
        march = self.submit_sheet(self.fill())
        self.assertFalse(self.as_user(march, "salesperson").sop_can_withdraw)
        approval = march.approval_for("commission_sheet")
        with self.assertRefused("Sales Office", exception=AccessError, unchanged=march):
            self.rpc(approval, "salesperson", "withdraw")
        with self.assertRefused(exception=AccessError, unchanged=march):
            self.rpc(march, "salesperson", "action_sop_withdraw")
        self.as_user(march, "sales_office").action_sop_withdraw()
        self.assertEqual(march.state, "draft")

    @rule("B3")
    def test_sheets_are_submitted_in_the_order_of_their_months(self):
        invoice, __ = self.half_paid()
        self.now_is("2026-03-31")
        march = self.fill()
        self.now_is("2026-04-30")
        self.pay(invoice, 575.0, "2026-04-12")
        april = self.fill() - march
        with self.assertRefused("Salesperson 2026-04", "Salesperson 2026-03"):
            self.submit_sheet(april)
        # Both at once, in whatever order they are selected.
        both = april | march
        self.submit_sheet(both)
        self.assertEqual(both.mapped("state"), ["pending", "pending"])
        self.review(both)
        self.assertEqual(both.mapped("state"), ["approved", "approved"])

    @rule("B3")
    def test_a_sheet_is_submitted_once(self):
        self.half_paid()
        self.now_is("2026-03-31")
        march = self.submit_sheet(self.fill())
        with self.assertRefused("already submitted", unchanged=march):
            self.submit_sheet(march)

    @rule("B3")
    def test_everybody_is_reviewed_at_once_from_the_list(self):
        colleague = self._new_payee(name="Li Na", kind="agent")
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        self.split(contract, shares={self.payee: 60, colleague: 40}, date_from="2026-03-01")
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        sheets = self.fill()
        self.assertEqual(sorted(sheets.mapped("amount_payable")), [20.0, 30.0])
        self.submit_sheet(sheets)
        waiting = self.as_user(self.env["sop.approval"], "finance").search(
            [("waiting_for_me", "=", True)]
        )
        self.assertEqual(sorted(waiting.mapped("amount")), [20.0, 30.0])
        waiting.action_approve()
        self.review(sheets, "finance_vp", "general_manager")
        self.assertEqual(set(sheets.mapped("state")), {"approved"})

    @rule("B3")
    def test_who_approves_sees_contracts_kinds_and_total(self):
        self.half_paid()
        self.now_is("2026-03-31")
        march = self.submit_sheet(self.fill())
        approval = self.as_user(march.approval_for("commission_sheet"), "finance")
        self.assertTrue(approval.waiting_for_me)
        self.assertEqual((approval.amount, approval.salesperson_id.name), (50.0, "Salesperson"))
        self.assertFalse(approval.partner_id)
        number = march.entry_ids.contract_id.number
        for text in (number, "Riverside Paper Mill", "Earned", "To be paid", "$\xa050.00"):
            self.assertIn(text, approval.summary)

    @rule("B3")
    def test_an_early_calculation_does_not_keep_the_month_from_being_filled(self):
        """Somebody who looked at April first has not closed March."""
        invoice, __ = self.half_paid()
        self.now_is("2026-04-05")
        self.pay(invoice, 575.0, "2026-04-03")
        self.calculate()
        march = self.fill("2026-03-15")
        self.assertSheet(march, name="Salesperson 2026-03", amount_entries=50.0)
        with self.assertRefused("has not begun"):
            self.fill("2026-05-01")

    @rule("B3")
    def test_an_empty_sheet_is_not_submitted(self):
        sheet = self.env["commission.sheet"].create(
            {
                "payee_id": self.payee.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "month": "2026-03-01",
            }
        )
        with self.assertRefused("has no line"):
            self.submit_sheet(sheet)


@tagged("post_install", "-at_install")
class TestSheetOfOnesOwn(SheetCase):
    """Nobody decides a sheet of their own, even with the role for it (B3)."""

    def setUp(self):
        super().setUp()
        self.own = self._new_payee("finance_vp")
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        self.split(contract, shares={self.own: 100}, date_from="2026-03-01")
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        self.sheet = self.fill()

    def another_finance_vp(self):
        self.users["other_vp"] = self._new_user(
            "other_vp", "sales_sop.group_finance_vp", self.company
        )

    @rule("B3")
    def test_the_payee_is_not_asked_and_cannot_decide(self):
        self.another_finance_vp()
        for may in (False, True):
            # What the company allows for other documents is not allowed here.
            self.company.sop_requester_may_approve = may
            sheet = self.submit_sheet(self.sheet)
            approval = sheet.approval_for("commission_sheet")
            self.review(sheet, "finance")
            mine = self.as_user(approval, "finance_vp")
            self.assertFalse(mine.can_decide)
            self.assertNotIn(mine, mine.search([("waiting_for_me", "=", True)]))
            with self.assertRefused("your own", exception=AccessError, unchanged=sheet):
                self.rpc(approval, "finance_vp", "approve")
            with self.assertRefused("your own", exception=AccessError, unchanged=sheet):
                self.rpc(approval, "finance_vp", "refuse", "No")
            self.as_user(approval, "other_vp").refuse("Once more")

    @rule("B3")
    def test_nobody_decides_the_sheet_of_the_contact_they_are_paid_as(self):
        contact = self.own.partner_id
        self.users["twin"] = twin = self._new_user(
            "twin", "sales_sop.group_finance_vp", self.company
        )
        twin.partner_id = contact
        self.another_finance_vp()
        sheet = self.submit_sheet(self.sheet)
        self.review(sheet, "finance")
        approval = sheet.approval_for("commission_sheet")
        self.assertNotIn(
            approval, self.as_user(approval, "twin").search([("waiting_for_me", "=", True)])
        )
        with self.assertRefused("your own", exception=AccessError, unchanged=sheet):
            self.rpc(approval, "twin", "approve")
        self.review(sheet, "other_vp")

    @rule("B3")
    def test_a_sheet_that_only_its_payee_could_decide_is_not_submitted(self):
        self.company.sop_requester_may_approve = True
        with self.assertRefused("Finance VP", "whom it concerns", unchanged=self.sheet):
            self.submit_sheet(self.sheet)

    @rule("B3")
    def test_the_payees_delegate_does_not_decide_it_either(self):
        self.another_finance_vp()
        self.company.sop_requester_may_approve = True
        self.env["sop.delegation"].with_user(self.users["finance_vp"]).create(
            {
                "delegate_id": self.users["finance"].id,
                "company_id": self.company.id,
                "date_from": "2026-03-31",
                "date_to": "2026-04-30",
            }
        )
        sheet = self.submit_sheet(self.sheet)
        self.review(sheet, "finance")
        approval = sheet.approval_for("commission_sheet")
        with self.assertRefused(exception=AccessError, unchanged=sheet):
            self.rpc(approval, "finance", "approve")
        self.review(sheet, "other_vp", "general_manager")
        self.assertEqual(sheet.state, "approved")

    @rule("B3")
    def test_others_decide_it_and_the_payee_is_told(self):
        self.another_finance_vp()
        sheet = self.submit_sheet(self.sheet)
        self.review(sheet, "finance", "other_vp", "general_manager")
        self.assertEqual(sheet.state, "approved")
        told = self.env["mail.message"].search(
            [
                ("model", "=", sheet._name),
                ("res_id", "=", sheet.id),
                ("subject", "ilike", "approved"),
            ]
        )
        self.assertEqual(told.notified_partner_ids, self.own.partner_id)
        self.assertIn("50.00", told.body)
