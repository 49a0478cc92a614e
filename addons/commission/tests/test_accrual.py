from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import AccountingCase


class TestAccrual(AccountingCase):
    """What is earned is booked every month, what is taken back too (B5)."""

    def _half_paid_in_march(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        payment = self.pay(invoice, 575.0, "2026-03-10")
        self.now_is("2026-03-31")
        self.calculate("2026-03-31")
        return payment

    @rule("B5")
    def test_what_is_earned_in_march_is_a_cost_of_march(self):
        self._half_paid_in_march()
        accrual = self.accrue("2026-03-01")
        self.assertEqual(accrual.amount, 50.0)
        self.assertEqual(str(accrual.date), "2026-03-31")
        self.assertEqual(accrual.move_id.state, "posted")
        partner = self.payee.partner_id
        self.assertEqual(
            self.items(accrual.move_id),
            [
                (self.expense_account, partner, 50.0, 0.0),
                (self.accrued_account, partner, 0.0, 50.0),
            ],
        )

    @rule("B5")
    def test_it_can_be_repeated_and_books_nothing_twice(self):
        self._half_paid_in_march()
        self.accrue("2026-03-01")
        self.assertFalse(self.accrue("2026-03-15"))
        self.assertEqual(self.booked(self.accrued_account), -50.0)

    @rule("B4", "B5")
    def test_money_that_goes_back_in_april_is_booked_back_in_april(self):
        payment = self._half_paid_in_march()
        self.accrue("2026-03-31")
        self.now_is("2026-04-30")
        self.as_user(payment, "finance").action_draft()
        self.calculate("2026-04-30")
        accrual = self.accrue("2026-04-30")
        self.assertEqual(accrual.amount, -50.0)
        self.assertEqual(str(accrual.date), "2026-04-30")
        partner = self.payee.partner_id
        self.assertEqual(
            self.items(accrual.move_id),
            [
                (self.expense_account, partner, 0.0, 50.0),
                (self.accrued_account, partner, 50.0, 0.0),
            ],
        )
        self.assertEqual(self.booked(self.accrued_account), 0.0)

    @rule("B5")
    def test_a_month_that_was_left_out_is_booked_with_the_next(self):
        payment = self._half_paid_in_march()
        self.now_is("2026-04-30")
        self.pay(payment.reconciled_invoice_ids, 575.0, "2026-04-12")
        self.calculate("2026-04-30")
        self.assertEqual(self.accrue("2026-04-30").amount, 100.0)

    @rule("B5")
    def test_a_month_before_one_that_is_accrued_is_refused(self):
        self._half_paid_in_march()
        self.accrue("2026-03-31")
        with self.assertRefused("2026-03", "Accrue that month or a later one"):
            self.accrue("2026-02-01")

    @rule("B5")
    def test_a_month_that_has_not_begun_is_refused(self):
        self._half_paid_in_march()
        with self.assertRefused("has not begun"):
            self.accrue("2026-04-01")

    @rule("B5")
    def test_a_month_that_is_not_calculated_is_refused(self):
        self._half_paid_in_march()
        self.now_is("2026-04-03")
        with self.assertRefused("calculated until 2026-03-31", "Calculate 2026-04 first"):
            self.accrue("2026-04-01")

    @rule("B5")
    def test_without_a_month_what_is_calculated_is_accrued(self):
        self._half_paid_in_march()
        self.assertEqual(str(self.accrue().month), "2026-03-01")

    @rule("B1", "B5")
    def test_each_payee_has_their_own_journal_items(self):
        other = self._new_payee(name="Agent Lu", kind="agent")
        order = self.confirmed_order()
        contract = order.sudo().sop_contract_id
        self.split(contract=contract, shares={self.payee: 33.33, other: 66.67})
        self.collect(order, 575.0)
        self.calculate()
        accrual = self.accrue()
        amounts = {line.payee_id: line.amount for line in accrual.line_ids}
        self.assertEqual(amounts, {self.payee: 16.67, other: 33.33})
        self.assertEqual(self.booked(self.accrued_account, other), -33.33)
        self.assertEqual(self.booked(self.accrued_account, self.payee), -16.67)

    @rule("B5")
    def test_an_agents_items_are_the_companys_whose_contact_they_are(self):
        agency = self.env["res.partner"].create({"name": "Agency", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Lu", "parent_id": agency.id})
        agent = self._new_payee(name="Lu", partner_id=contact.id, kind="agent")
        self.assertEqual(agent._accounting_partner(), agency)
        colleague = self.env["res.partner"].create(
            {"name": "Wu", "parent_id": self.company.partner_id.id}
        )
        employee = self._new_payee(name="Wu", partner_id=colleague.id)
        self.assertEqual(employee._accounting_partner(), colleague)

    @rule("B3", "B5")
    def test_an_agent_that_joins_a_company_takes_its_items_along(self):
        agent = self._new_payee(name="Lu", kind="agent")
        order = self.order()
        self.split(order.sudo().sop_contract_id, shares={agent: 100.0})
        self.collect(order, 575.0)
        self.calculate()
        accrual = self.accrue()
        agency = self.env["res.partner"].create({"name": "Agency", "is_company": True})
        agent.partner_id.parent_id = agency
        self.assertEqual(accrual.move_id.line_ids.partner_id, agency)
        self.assertEqual(self.booked(self.accrued_account, agent), -50.0)
        items = accrual.move_id.line_ids
        with self.assertRefused("stays as it is", unchanged=items):
            self.rpc(items, "finance", "write", {"partner_id": agent.partner_id.id})

    @rule("B5")
    def test_items_of_two_partners_that_book_no_commission_take_another_partner(self):
        one, other, third = self.env["res.partner"].create(
            [{"name": "Rent"}, {"name": "Power"}, {"name": "Landlord"}]
        )
        values = {"account_id": self.expense_account.id, "balance": 10.0}
        entry = self.env["account.move"].create(
            {
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({**values, "partner_id": one.id}),
                    Command.create({**values, "partner_id": other.id, "balance": -10.0}),
                ],
            }
        )
        self.rpc(entry.line_ids, "finance", "write", {"partner_id": third.id})
        self.assertEqual(entry.line_ids.partner_id, third)

    @rule("B3", "B5")
    def test_a_colleague_whose_commission_is_booked_does_not_go_under_the_own_company(self):
        colleague = self._new_payee(name="Wu")
        order = self.order()
        self.split(order.sudo().sop_contract_id, shares={colleague: 100.0})
        self.collect(order, 575.0)
        self.calculate()
        own = {"parent_id": self.company.partner_id.id}
        before = self._new_payee(name="Ma")
        before.partner_id.write(own)
        self.accrue()
        with self.assertRefused("Commission of Wu", self.company.name):
            colleague.partner_id.write(own)
        self.assertEqual(self.booked(self.accrued_account, colleague), -50.0)

    # -- settings ------------------------------------------------------------------------------

    @rule("B5")
    def test_a_company_with_a_chart_begins_with_accounts_that_fit(self):
        company = self.company
        self.assertEqual(company.commission_journal_id.type, "general")
        self.assertEqual(company.commission_expense_account_id.name, "Sales Expenses")
        self.assertEqual(company.commission_accrued_account_id.name, "Current Liabilities")
        self.assertEqual(company.commission_clearing_account_id.name, "Salary Payable")
        self.assertEqual(company.commission_employee_payment, "entry")

    @rule("B5")
    def test_a_missing_account_is_named_with_the_place_to_choose_it(self):
        self._half_paid_in_march()
        self.company.commission_expense_account_id = False
        self.company.commission_journal_id = False
        with self.assertRefused(
            "Northlight Drives has no Commission Journal or Commission Expense Account",
            "Settings › Sales SOP › Commission",
        ):
            self.accrue()
        self.assertFalse(
            self.env["commission.accrual"].search([("company_id", "=", self.company.id)])
        )

    @rule("B5")
    def test_the_administrator_chooses_them_in_the_settings(self):
        account = self.accrued_account.copy({"name": "Accrued commission"})
        settings = self.as_user(self.env["res.config.settings"], "administrator")
        settings.create(
            {"commission_accrued_account_id": account.id, "commission_employee_payment": "payroll"}
        ).execute()
        self.assertEqual(self.accrued_account, account)
        self.assertEqual(self.company.commission_employee_payment, "payroll")

    # -- dates ---------------------------------------------------------------------------------

    @rule("B5")
    def test_where_the_month_is_locked_the_first_open_period_takes_it(self):
        self._half_paid_in_march()
        self.now_is("2026-05-04")
        self.company.fiscalyear_lock_date = "2026-03-31"
        accrual = self.accrue("2026-03-01")
        self.assertEqual(str(accrual.month), "2026-03-01")
        self.assertEqual(str(accrual.date), "2026-04-30")
        self.assertFalse(self.accrue("2026-03-01"))

    # -- currencies ----------------------------------------------------------------------------

    @rule("B5")
    def test_a_plan_in_a_foreign_currency_is_booked_by_its_fixed_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-03-01",
                "rate": 0.5,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        self._new_plan("2026-03-05", currency_id=euro.id, currency_rate=0.8)
        self._half_paid_in_march()
        self.assertEqual(self.balance(), 40.0)
        accrual = self.accrue("2026-03-31")
        self.assertEqual((accrual.line_ids.amount, accrual.line_ids.currency_id), (40.0, euro))
        self.assertEqual(accrual.amount, 50.0)
        expense, accrued = accrual.move_id.line_ids.sorted("id")
        self.assertEqual((expense.amount_currency, expense.balance), (40.0, 50.0))
        self.assertEqual((accrued.amount_currency, accrued.balance), (-40.0, -50.0))
        self.assertEqual(accrued.currency_id, euro)

    @rule("B5")
    def test_a_company_with_plans_in_two_currencies_books_each_by_its_own_rate(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-03-04")
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._new_plan("2026-03-05", currency_id=euro.id, currency_rate=0.3)
        self.pay(invoice, 575.0, "2026-03-10")
        self.now_is("2026-03-31")
        self.calculate("2026-03-31")
        accrual = self.accrue("2026-03-31")
        own = self.company.currency_id
        self.assertEqual(
            [(line.currency_id, line.amount, line.amount_company) for line in accrual.line_ids],
            [(own, 50.0, 50.0), (euro, 15.0, 50.0)],
        )
        self.assertEqual(self.booked(self.expense_account), 100.0)

    @rule("B5")
    def test_cents_of_a_foreign_currency_come_to_the_whole(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._new_plan("2026-03-05", currency_id=euro.id, currency_rate=0.7)
        invoice = self.invoiced_order().sudo().invoice_ids
        for day, amount in (("03-10", 383.33), ("04-10", 383.33), ("05-10", 383.34)):
            self.pay(invoice, amount, f"2026-{day}")
            self.now_is(f"2026-{day[:2]}-28")
            self.calculate(f"2026-{day}")
            self.accrue(f"2026-{day}")
        self.assertEqual(self.balance(), 70.0)
        self.assertEqual(self.booked(self.accrued_account), -100.0)

    # -- what was booked stays -----------------------------------------------------------------

    @rule("B5")
    def test_the_entry_of_an_accrual_stays_as_it_was_posted(self):
        self._half_paid_in_march()
        move = self.accrue().move_id
        line = move.line_ids[0]
        attacks = [
            (move, "button_draft", ()),
            (move, "button_cancel", ()),
            (move, "unlink", ()),
            (move, "write", ({"state": "draft"},)),
            (move, "write", ({"state": "cancel"},)),
            (move, "write", ({"date": "2026-05-01"},)),
            (line, "write", ({"account_id": self.accrued_account.id},)),
            (line, "write", ({"partner_id": self.customer.id},)),
            (line, "unlink", ()),
        ]
        for record, method, arguments in attacks:
            for role in ("finance", "finance_vp", "accountant"):
                with (
                    self.subTest(method=method, arguments=arguments, role=role),
                    self.assertRefused(unchanged=move),
                ):
                    self.rpc(record, role, method, *arguments, context={"force_delete": True})

    @rule("B5")
    def test_the_error_says_where_an_accrual_is_taken_back(self):
        self._half_paid_in_march()
        move = self.accrue().move_id
        with self.assertRefused(move.name, "Accrual of Commission 2026-03", "take it back"):
            self.rpc(move, "finance", "button_draft")

    @rule("B5")
    def test_a_reversal_in_the_journal_is_refused(self):
        self._half_paid_in_march()
        move = self.accrue().move_id
        wizard = self.rpc_create(
            "account.move.reversal",
            "finance",
            {"journal_id": move.journal_id.id},
            context={"active_model": "account.move", "active_ids": move.ids},
        )
        with self.assertRefused("take it back"):
            self.rpc(wizard, "finance", "reverse_moves")

    @rule("B5")
    def test_an_accrual_that_is_taken_back_can_be_booked_anew_on_other_accounts(self):
        self._half_paid_in_march()
        wrong, accrual = self.accrued_account, self.accrue()
        self.company.commission_accrued_account_id = wrong.copy({"name": "Accrued commission"})
        self.rpc(accrual, "finance", "action_take_back")
        self.assertEqual(accrual.state, "taken_back")
        self.assertEqual(accrual.counter_ids.amount, -50.0)
        self.assertEqual(accrual.counter_ids.state, "counter")
        self.assertEqual(self.booked(wrong), 0.0)
        self.assertEqual(self.accrue("2026-03-31").amount, 50.0)
        self.assertEqual(self.booked(self.accrued_account), -50.0)
        self.assertEqual(self.booked(self.expense_account), 50.0)

    @rule("B5")
    def test_an_accrual_is_taken_back_once(self):
        self._half_paid_in_march()
        accrual = self.accrue()
        self.rpc(accrual, "finance", "action_take_back")
        for record in (accrual, accrual.counter_ids):
            with self.assertRefused("taken back already"):
                self.rpc(record, "finance", "action_take_back")

    # -- who -----------------------------------------------------------------------------------

    @rule("B5")
    def test_finance_and_the_finance_vp_accrue(self):
        self._half_paid_in_march()
        self.assertTrue(self.accrue(role="finance_vp"))

    @rule("B5")
    def test_nobody_else_accrues_takes_back_or_sees_accruals(self):
        self._half_paid_in_march()
        accrual = self.accrue()
        others = set(self.users) - {"finance", "finance_vp"}
        for role in sorted(others):
            for record, method, arguments in (
                (accrual.browse(), "accrue", (self.company.id, "2026-03-31")),
                (accrual, "action_take_back", ()),
                (accrual, "read", (["amount"],)),
                (accrual.line_ids, "read", (["amount"],)),
            ):
                with (
                    self.subTest(role=role, method=method),
                    self.assertRefused(exception=AccessError),
                ):
                    self.rpc_method(record, role, method, *arguments)

    @rule("B5")
    def test_no_role_writes_creates_or_deletes_what_was_booked(self):
        self._half_paid_in_march()
        accrual = self.accrue()
        for record in (accrual, accrual.line_ids):
            for role in sorted(self.users):
                for method, arguments in (
                    ("write", ({"amount": 1.0},)),
                    ("unlink", ()),
                    ("copy", ()),
                    ("create", ({"company_id": self.company.id},)),
                ):
                    with (
                        self.subTest(record=record, role=role, method=method),
                        self.assertRefused(exception=AccessError, unchanged=record),
                    ):
                        self.rpc(record, role, method, *arguments)

    @rule("B5")
    def test_an_accountant_of_another_company_is_refused(self):
        self._half_paid_in_march()
        accrual = self.accrue()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "sales_sop.group_finance", elsewhere)
        accruals = accrual.with_user(stranger).with_context(allowed_company_ids=elsewhere.ids)
        with self.assertRefused("You do not work for this company", exception=AccessError):
            accruals.browse().accrue(self.company.id)
        for method, arguments in (("read", (["amount"],)), ("action_take_back", ())):
            with self.subTest(method=method), self.assertRefused(exception=AccessError):
                getattr(accruals, method)(*arguments)

    # -- screens -------------------------------------------------------------------------------

    @rule("B5")
    def test_the_dialog_shows_what_is_not_booked_yet(self):
        self._half_paid_in_march()
        self.now_is("2026-04-02")
        run = self.as_user(self.env["commission.accrual.run"], "finance").create({})
        self.assertEqual((run.amount, str(run.month)), (50.0, "2026-03-01"))
        accrual = self.env["commission.accrual"].browse(run.action_accrue()["res_id"])
        self.assertEqual(accrual.amount, 50.0)
        again = self.as_user(self.env["commission.accrual.run"], "finance").create({})
        self.assertEqual(again.amount, 0.0)
        self.assertIn("already", again.action_accrue()["params"]["message"])

    @rule("B2", "B5")
    def test_nothing_is_accrued_for_money_without_a_contract_in_force(self):
        self.receive(1150.0)
        order = self.approved_quotation(lines=[(self.work, 1, 1000.0)])
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        self.calculate("2026-03-31")
        self.assertFalse(self.accrue("2026-03-31"))
        self.assertEqual(self.booked(self.accrued_account), 0.0)
        self.now_is("2026-04-10")
        self.countersign(order)
        self.now_is("2026-04-30")
        self.calculate("2026-04-30")
        self.assertEqual(self.accrue("2026-04-30").amount, 50.0)
        self.assertEqual(self.booked(self.accrued_account), -50.0)
