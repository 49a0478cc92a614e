from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import AccountingCase
from .common import CommissionCase
from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestAttacksOnWhoEarns(CommissionCase):
    """Nobody gives commission to themselves, by whatever detour (B1, B5)."""

    def agent(self, **values):
        """A payee that the sales office makes, of a contact that is no user."""
        partner = self.env["res.partner"].create({"name": "Outside Agency"})
        return self.rpc_create(
            "commission.payee",
            "sales_office",
            {"company_id": self.company.id, "partner_id": partner.id, "kind": "agent", **values},
        )

    def share(self, payee, role="sales_office"):
        values = {
            "role": "salesperson",
            "contract_id": self.order().sudo().sop_contract_id.id,
            "company_id": self.company.id,
            "reason": "Agreed between them",
            "line_ids": [Command.create({"payee_id": payee.id, "percent": 100.0})],
        }
        return self.rpc_create("commission.split", role, values)

    @rule("B1")
    def test_a_payee_of_the_own_contact_is_oneself(self):
        own = self.agent(partner_id=self.users["sales_office"].partner_id.id)
        self.assertFalse(own.user_id)
        with self.assertRefused("somebody else record", exception=AccessError):
            self.share(own)
        self.assertTrue(self.share(own, "finance"))

    @rule("B3")
    def test_nobody_says_how_they_are_paid_themselves(self):
        own = self._new_payee("finance")
        with self.assertRefused("somebody else", exception=AccessError, unchanged=own):
            self.rpc(own, "finance", "write", {"kind": "agent"})
        self.rpc(own, "sales_office", "write", {"kind": "agent"})
        self.assertEqual(own.kind, "agent")

    @rule("B1")
    def test_who_has_a_share_stays_the_same_person(self):
        payee = self.agent()
        partner = self.users["sales_office"].partner_id
        self.rpc(payee, "sales_office", "write", {"partner_id": partner.id})
        other = self.agent()
        self.share(other)
        for values in (
            {"partner_id": partner.id},
            {"user_id": self.users["sales_office"].id, "partner_id": partner.id},
        ):
            with self.assertRefused("stays the same person", unchanged=other):
                self.rpc(other, "sales_office", "write", values)
        self.rpc(other, "sales_office", "write", {"active": False})
        self.assertFalse(other.active)

    @rule("B1")
    def test_no_payee_becomes_somebody_else_by_a_merge(self):
        """Odoo's dialog writes past the model, and asks only for the same e-mail address."""
        payee = self.agent()
        own = self.users["sales_office"].partner_id
        both = payee.partner_id | own
        both.email = "the.same@example.com"
        for kept in both:
            wizard = self.rpc_create(
                "base.partner.merge.automatic.wizard",
                "sales_office",
                {"partner_ids": [Command.set(both.ids)], "dst_partner_id": kept.id},
            )
            with self.assertRefused(
                "commission", "Outside Agency", exception=AccessError, unchanged=[both, payee]
            ):
                self.rpc(wizard, "sales_office", "action_merge")

    @rule("B1")
    def test_who_earns_by_a_group_puts_no_customer_into_it(self):
        group, other = self.env["res.partner.category"].create(
            [{"name": "Key customers"}, {"name": "Paper industry"}]
        )
        groups = {"partner_category_ids": [Command.set(group.ids)]}
        self._new_plan("2026-09-01", rules=[{"name": "Key", "rate": 20.0, **groups}])
        member = self.env["res.partner"].create(
            {"name": "Member", "category_id": [Command.set(group.ids)]}
        )
        for record, values in (
            (self.customer, {"category_id": [Command.link(group.id)]}),
            (member, {"category_id": [Command.unlink(group.id)]}),
            (group, {"partner_ids": [Command.link(self.customer.id)]}),
            (group, {"active": False}),
        ):
            with self.assertRefused("Key customers", exception=AccessError):
                self.rpc(record, "salesperson", "write", values)
        self.rpc(self.customer, "salesperson", "write", {"category_id": [Command.link(other.id)]})
        self.rpc(self.customer, "sales_manager", "write", {"category_id": [Command.link(group.id)]})
        self.assertEqual(self.customer.category_id, group | other)

    def _nobody_sets_the_target_of_the_own_team(self, values):
        """Its leader, its members and those who share its commission gain by it."""
        clerk = self.users["sales_office"]
        team = {"name": "North", "company_id": self.company.id}
        led, joined, shared = self.env["crm.team"].create(
            [{**team, "user_id": clerk.id}, {**team, "member_ids": clerk.ids}, team]
        )
        own = self.env["commission.payee"].browse(values["payee_id"])
        self.split(
            team=shared, role="pool", shares={self.payee: 99.0, own: 1.0}, recorder="finance"
        )
        for one in led | joined | shared:
            theirs = {**values, "payee_id": False, "team_id": one.id}
            with self.assertRefused("your own target", exception=AccessError):
                self.rpc_create("commission.target", "sales_office", theirs)
            self.assertTrue(self.rpc_create("commission.target", "finance", theirs))

    @rule("B5")
    def test_nobody_sets_the_own_target(self):
        own = self._new_payee("sales_office")
        values = {
            "company_id": self.company.id,
            "payee_id": own.id,
            "date_from": "2027-01-01",
            "amount": 20000.0,
            "currency_id": self.company.currency_id.id,
        }
        with self.assertRefused("your own target", exception=AccessError):
            self.rpc_create("commission.target", "sales_office", values)
        target = self.rpc_create("commission.target", "finance", values)
        for method, arguments in (("write", [{"amount": 1.0}]), ("unlink", [])):
            with self.assertRefused("your own target", exception=AccessError, unchanged=target):
                self.rpc(target, "sales_office", method, *arguments)
        self._nobody_sets_the_target_of_the_own_team(values)
        theirs = {**values, "payee_id": self.payee.id}
        theirs = self.rpc_create("commission.target", "sales_office", theirs)
        with self.assertRefused("your own target", exception=AccessError, unchanged=theirs):
            self.rpc(
                theirs, "sales_office", "write", {"payee_id": own.id, "date_from": "2028-01-01"}
            )

    @rule("B1", "B5")
    def test_a_team_of_another_company_has_no_split_and_no_target(self):
        other = self._new_company("Southlight Drives")
        theirs, ours = self.env["crm.team"].create(
            [{"name": "South", "company_id": other.id}, {"name": "North", "company_id": False}]
        )
        for team, is_refused in ((theirs, True), (ours, False)):
            split = {
                "role": "pool",
                "team_id": team.id,
                "company_id": self.company.id,
                "reason": "Agreed",
                "line_ids": [Command.create({"payee_id": self.payee.id, "percent": 100.0})],
            }
            target = {
                "company_id": self.company.id,
                "team_id": team.id,
                "date_from": "2027-01-01",
                "amount": 100.0,
                "currency_id": self.company.currency_id.id,
            }
            for model, values in (("commission.split", split), ("commission.target", target)):
                if is_refused:
                    with self.assertRefused("belongs to another company"):
                        self.rpc_create(model, "sales_office", values)
                else:
                    self.assertTrue(self.rpc_create(model, "sales_office", values))

    @rule("B1")
    def test_a_plan_that_moves_to_another_company_is_approved_anew(self):
        other = self._new_company("Southlight Drives")
        self.users["sales_office"].company_ids += other
        plan = self.rpc_create(
            "commission.plan",
            "sales_office",
            {
                "name": "Twice as much",
                "company_id": self.company.id,
                "date_from": "2026-05-01",
                "rule_ids": [Command.create({"name": "Every sale", "rate": 20.0})],
            },
        )
        self.rpc(plan, "sales_office", "action_submit")
        self.as_user(plan, "finance_vp").approval_for("commission_plan").approve()
        companies = {"allowed_company_ids": [self.company.id, other.id]}
        self.rpc(plan, "sales_office", "write", {"company_id": other.id}, context=companies)
        self.assertEqual(plan.approval_state, "stale")
        approval = plan.sudo().approval_ids
        with self.assertRefused(exception=UserError, unchanged=plan):
            self.rpc(approval, "general_manager", "approve")


@tagged("post_install", "-at_install")
class TestAttacksOnWhatIsRead(SheetCase, AccountingCase):
    """A dialog shows no more than its reader may read (B3)."""

    def onchange(self, model, role, values, *names):
        """Return what a new dialog shows for ``values``."""
        self.env.invalidate_all()
        found = self.as_user(self.env[model], role)
        specification = dict.fromkeys([*values, *names], {})
        return call_kw(
            found,
            "onchange",
            [[], values, list(values), specification],
            {"context": dict(found.env.context)},
        )["value"]

    def colleagues_entry(self):
        self.half_paid()
        self.now_is("2026-03-31")
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        return self.fill().entry_ids

    @rule("B3")
    def test_the_dialog_of_a_dispute_shows_no_line_of_a_colleague(self):
        entry = self.colleagues_entry()
        values = {"entry_id": entry.id}
        self.assertEqual(
            self.onchange("commission.dispute.ask", "salesperson", values, "amount")["amount"],
            50.0,
        )
        for name in ("amount", "explanation"):
            with self.assertRefused(exception=AccessError):
                self.onchange("commission.dispute.ask", "colleague", values, name)
        ask = self.rpc_create(
            "commission.dispute.ask", "colleague", {**values, "reason": "How much is it?"}
        )
        for name in ("amount", "explanation"):
            with self.assertRefused(exception=AccessError):
                self.rpc(ask, "colleague", "read", [name])
        self.env.invalidate_all()
        ((__, shown),) = [
            row["entry_id"] for row in self.rpc(ask, "colleague", "read", ["entry_id"])
        ]
        self.assertFalse(shown)

    @rule("B3")
    def test_the_dialog_of_an_answer_shows_nothing_of_another_company(self):
        entry = self.colleagues_entry()
        (dispute,) = self.rpc(entry, "salesperson", "dispute", "The rate is 12 %")
        other = self._new_company("Southlight Drives")
        self.users["stranger"] = self._new_user("stranger", "sales_sop.group_finance", other)
        values = {"dispute_id": dispute}
        context = {"allowed_company_ids": other.ids}
        answer = self.rpc_create(
            "commission.dispute.answer", "stranger", {**values, "answer": "No"}, context
        )
        for name in ("reason", "explanation", "amount_disputed"):
            self.assertTrue(
                self.onchange("commission.dispute.answer", "finance", values, name)[name]
            )
            with self.assertRefused(exception=AccessError):
                self.rpc(answer, "stranger", "read", [name], context=context)

    @rule("B5")
    def test_the_dialog_of_an_accrual_shows_nothing_of_another_company(self):
        self.colleagues_entry()
        other = self._new_company("Southlight Drives")
        self.users["stranger"] = self._new_user("stranger", "sales_sop.group_finance", other)
        values = {"company_id": self.company.id, "month": "2026-03-01"}
        self.assertEqual(
            self.onchange("commission.accrual.run", "finance", values, "amount")["amount"], 50.0
        )
        context = {"allowed_company_ids": other.ids}
        run = self.rpc_create("commission.accrual.run", "stranger", values, context)
        with self.assertRefused("do not work for", exception=AccessError):
            self.rpc(run, "stranger", "read", ["amount"], context=context)

    @rule("B1", "B3")
    def test_nobody_reads_or_starts_the_dialog_of_somebody_else(self):
        for model, role, method in (
            ("commission.calculate", "finance", "action_calculate"),
            ("commission.sheet.run", "sales_office", "action_fill"),
        ):
            dialog = self.rpc_create(model, role, {"company_id": self.company.id})
            clerk = self._new_user("clerk " + role, "sales_sop.group_sales_office", self.company)
            self.users["clerk"] = clerk
            calls = [("read", ["month"]), (method,)]
            if model == "commission.sheet.run":
                calls.append(("run_step",))
            for call in calls:
                with self.assertRefused(exception=AccessError, unchanged=dialog):
                    self.rpc(dialog, "clerk", *call)
            self.assertTrue(self.rpc(dialog, role, method))

    @rule("B3")
    def test_nobody_tells_a_run_how_far_it_is_or_what_it_found(self):
        found = self.calculate()
        values = {"stage": "add_up", "calculation_id": found.id, "sheet_new_count": 7}
        run = self.rpc_create("commission.sheet.run", "sales_office", {})
        for name, value in values.items():
            with self.assertRefused("cannot be written", exception=AccessError, unchanged=run):
                self.rpc(run, "sales_office", "write", {name: value})
            with self.assertRefused("cannot be written", exception=AccessError):
                self.rpc_create("commission.sheet.run", "sales_office", {name: value})
        context = {f"default_{name}": value for name, value in values.items()}
        run = self.rpc_create("commission.sheet.run", "sales_office", {}, context)
        self.assertEqual((run.stage, run.calculation_id.ids), ("asked", []))

    @rule("B3")
    def test_no_run_fills_the_sheets_of_a_month_that_has_not_begun(self):
        self.colleagues_entry()
        run = self.rpc_create("commission.sheet.run", "sales_office", {})
        for __ in range(2):
            self.rpc(run, "sales_office", "run_step")
        self.assertEqual(run.stage, "place")
        self.rpc(run, "sales_office", "write", {"month": "2099-01-01"})
        with self.assertRefused("has not begun", unchanged=run):
            self.rpc(run, "sales_office", "run_step")

    @rule("B1")
    def test_nobody_reads_the_what_if_of_somebody_else(self):
        self.colleagues_entry()
        simulation = self.rpc_create(
            "commission.simulation", "marketing_director", {"plan_id": self.plan.id}
        )
        self.rpc(simulation, "marketing_director", "action_simulate")
        self.assertEqual(simulation.line_ids.mapped("amount_in_force"), [50.0])
        other = self._new_company("Southlight Drives")
        self.users["stranger"] = self._new_user("stranger", "sales_sop.group_finance", other)
        context = {"allowed_company_ids": other.ids}
        for record, name in ((simulation, "amount_in_force"), (simulation.line_ids, "payee_id")):
            with self.assertRefused(exception=AccessError):
                self.rpc(record, "stranger", "read", [name], context=context)
        lines = self.env["commission.simulation.line"].with_user(self.users["stranger"])
        self.assertFalse(lines.with_context(**context).search([]))


@tagged("post_install", "-at_install")
class TestAttacksOnNumbers(CommissionCase):
    """What a client leaves out or an invoice says otherwise does not make an amount wrong (B1)."""

    def new_plan(self, **values):
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan("2026-04-02", [{"name": "Sale", **values}])
        self.now_is("2026-04-02")

    @rule("B5")
    def test_a_tier_without_a_start_starts_at_zero(self):
        tiers = [{"rate": 5.0}, {"start": 1000.0, "rate": 8.0}]
        self.new_plan(rate_kind="tiers", tier_ids=[Command.create(tier) for tier in tiers])
        self.collect(self.order(2000.0), 2300.0)
        self.calculate()
        # 1,000 x 5 % + 1,000 x 8 %
        self.assertEqual(self.balance(), 130.0)

    @rule("B1")
    def test_units_of_an_invoice_in_another_currency_are_counted_once(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 0.8,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        self.new_plan(rate_kind="unit", amount_per_unit=2.0)
        order = self.effective_order(lines=[(self.work, 10, 100.0)])
        invoice = self.invoice(order, currency_id=euro.id, invoice_date="2026-04-02")
        self.pay(invoice, 575.0, "2026-04-02", currency_id=euro.id)
        self.calculate()
        # Half of the invoice is paid: five of the ten drives, whatever a euro is worth.
        self.assertEqual(self.balance(), 10.0)

    def plan_values(self, **values):
        return {
            "name": "Next",
            "company_id": self.company.id,
            "date_from": "2026-05-01",
            "rule_ids": [Command.create({"name": "Every sale", "rate": 10.0})],
            **values,
        }

    @rule("B1")
    def test_no_rate_multiplies_what_a_plan_pays(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        for values, text in (
            ({"currency_rate": 2.0}, "its rate is 1"),
            ({"currency_id": euro.id}, "say how many EUR"),
            ({"currency_id": euro.id, "currency_rate": -1.0}, "say how many EUR"),
        ):
            with self.assertRefused(text, exception=ValidationError):
                self.rpc_create("commission.plan", "sales_office", self.plan_values(**values))
        plan = self.rpc_create("commission.plan", "sales_office", self.plan_values())
        self.assertEqual(plan.currency_rate, 1.0)
        with self.assertRefused("its rate is 1", exception=ValidationError, unchanged=plan):
            self.rpc(plan, "sales_office", "write", {"currency_rate": 2.0})
        in_euro = {"currency_id": euro.id, "currency_rate": 0.8}
        self.rpc(plan, "sales_office", "write", in_euro)
        with self.assertRefused("say how many EUR", exception=ValidationError, unchanged=plan):
            self.rpc(plan, "sales_office", "write", {"currency_rate": 0.0})
        self.rpc(plan, "sales_office", "write", {"currency_id": self.company.currency_id.id})
        self.assertEqual(plan.currency_rate, 1.0)

    @rule("B1", "B5")
    def test_no_client_says_what_a_rule_goes_on_counting(self):
        earlier = self.plan.rule_ids
        stolen = [Command.create({"name": "Mine", "lineage_id": earlier.id})]
        with self.assertRefused("cannot be written", exception=AccessError):
            self.rpc_create("commission.plan", "sales_office", self.plan_values(rule_ids=stolen))
        action = self.rpc(self.plan, "sales_office", "action_new_version")
        draft = self.env["commission.plan"].browse(action["res_id"])
        self.assertEqual(draft.rule_ids.lineage_id, earlier)
        with self.assertRefused("cannot be written", exception=AccessError, unchanged=draft):
            self.rpc(draft.rule_ids, "sales_office", "write", {"lineage_id": False})
        self.rpc(draft.rule_ids, "sales_office", "write", {"rate": 12.0})

    @rule("B1")
    def test_who_approves_a_plan_reads_all_that_decides_an_amount(self):
        tiered = {
            "name": "Drives",
            "rate_kind": "tiers",
            "base": "margin",
            "tier_scope": "team",
            "tier_unit": "target",
            "tier_ids": [Command.create({"rate": 5.0})],
        }
        limited = {"name": "Work", "rate": 5.0, "amount_max": 321.0}
        plan = self.rpc_create(
            "commission.plan",
            "sales_office",
            self.plan_values(
                rule_ids=[Command.create(tiered), Command.create(limited)],
                amount_max=9876.0,
                overdue_mode="steps",
                overdue_percent=1.5,
                overdue_days=13,
                overdue_grace_days=17,
                negative_sheet="claim",
            ),
        )
        self.rpc(plan, "sales_office", "action_submit")
        shown = self.as_user(plan.sudo().approval_ids, "finance_vp").submitted_summary
        for text in (
            "05/01/2026",
            "Day of the Money",
            "USD",
            "9,876.00",
            "No limit",
            "Percent of the Commission by Days",
            "1.5",
            "13",
            "17",
            "Paid Back by the Payee",
            "Margin in the Money Collected",
            "The Team&#39;s",
            "% of the Target",
            "321.00",
        ):
            self.assertIn(text, shown)
