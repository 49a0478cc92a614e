from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.attack_case import AttackCase
from odoo.addons.sales_sop.tests.common import ROLES, rule
from odoo.addons.sales_sop.tests.menu_walker import MenuWalker

from .sheet_common import SheetCase


@tagged("post_install", "-at_install")
class TestSheetAccess(SheetCase):
    """A payee reads the own commission and nobody else's (B3)."""

    def setUp(self):
        super().setUp()
        self.colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        self.users["colleague"] = self.colleague
        self.other = self._new_payee("colleague")
        order = self.confirmed_order()
        self.contract = order.sudo().sop_contract_id
        shares = {self.payee: 60, self.other: 40}
        self.split(self.contract, shares=shares, date_from="2026-03-01")
        self.collect(order, 575.0)
        self.now_is("2026-03-31")
        self.sheets = self.fill()
        self.submit_sheet(self.sheets)
        self.mine, self.theirs = (self.sheet_of("2026-03-01", payee) for payee in shares)
        self.dispute = self.env["commission.dispute"].browse(
            self.rpc(self.mine.entry_ids, "salesperson", "dispute", "Wrong")
        )

    def search_read(self, model, role, *names):
        """What a list shows to somebody; empty when the role has no such list."""
        model = self.as_user(self.env[model], role)
        if not model.has_access("read"):
            return []
        specification = {name: {} for name in names or ("display_name",)}
        return model.web_search_read([], specification)["records"]

    def sheet_approvals(self, role):
        rows = self.search_read("sop.approval", role, "code", "amount")
        return [row["amount"] for row in rows if row["code"] == "commission_sheet"]

    @rule("B3")
    def test_a_payee_reads_own_sheets_entries_and_disputes(self):
        found = self.search_read("commission.sheet", "salesperson", "name", "amount_payable")
        self.assertEqual(
            [(row["name"], row["amount_payable"]) for row in found],
            [("Salesperson 2026-03", 30.0)],
        )
        self.assertEqual(len(self.search_read("commission.dispute", "salesperson")), 1)
        self.assertEqual(self.sheet_approvals("salesperson"), [30.0])

    @rule("B3")
    def test_who_shares_a_colleagues_contract_reads_why(self):
        """The contract itself is the colleague's and stays closed."""
        with self.assertRefused(exception=AccessError):
            self.as_user(self.contract, "colleague").read(["number"])
        names = ["explanation", "amount", "contract_id", "partner_id", "invoice_id", "order_id"]
        rows = self.search_read("commission.entry", "colleague", *names)
        self.assertEqual([row["amount"] for row in rows], [20.0])
        self.assertIn(self.contract.number, rows[0]["explanation"])
        self.assertIn("Your share is 40 %", rows[0]["explanation"])
        sheet = self.as_user(self.theirs, "colleague")
        self.assertEqual(sheet.entry_ids.mapped("amount"), [20.0])
        self.assertFalse(self.search_read("commission.dispute", "colleague"))

    @rule("B3")
    def test_a_payee_reads_nothing_of_a_colleague(self):
        for record in (self.theirs, self.theirs.entry_ids):
            with self.assertRefused(exception=AccessError):
                self.rpc(record, "salesperson", "read", ["display_name"])
        with self.assertRefused(exception=AccessError):
            self.rpc(self.dispute, "colleague", "read", ["reason"])
        approval = self.theirs.sudo().approval_ids
        for record in (approval, approval.step_ids):
            with self.assertRefused(exception=AccessError):
                self.rpc(record, "salesperson", "read", ["display_name"])

    @rule("B3")
    def test_who_reads_other_approvals_does_not_read_what_somebody_earns(self):
        for role in ("planner", "quality", "legal", "stock_user", "accountant"):
            self.assertFalse(self.sheet_approvals(role), role)
            for model in ("commission.sheet", "commission.dispute", "commission.entry"):
                self.assertFalse(self.search_read(model, role), role)

    @rule("B3")
    def test_those_who_review_and_manage_read_all(self):
        for role in ("sales_office", "sales_manager", "finance", "finance_vp", "general_manager"):
            self.assertEqual(len(self.search_read("commission.sheet", role)), 2, role)
            self.assertEqual(len(self.search_read("commission.entry", role)), 2, role)
            self.assertEqual(len(self.search_read("commission.dispute", role)), 1, role)
            self.assertEqual(sorted(self.sheet_approvals(role)), [20.0, 30.0], role)

    @rule("B3")
    def test_another_company_reads_nothing(self):
        other = self._new_company("Southlight Drives")
        for role in ("finance", "sales_office"):
            stranger = self._new_user(f"other_{role}", f"sales_sop.group_{role}", other)
            for model in ("commission.sheet", "commission.dispute", "commission.entry"):
                records = self.env[model].with_user(stranger)
                context = {"allowed_company_ids": other.ids}
                self.assertFalse(records.with_context(**context).search([]), model)

    @rule("B3")
    def test_the_payee_writes_into_the_history_of_the_own_sheet(self):
        sheet = self.as_user(self.mine, "salesperson")
        sheet.message_post(body="Please look at the second line")
        with self.assertRefused(exception=AccessError):
            self.as_user(self.theirs, "salesperson").message_post(body="Why so little?")


@tagged("post_install", "-at_install")
class TestSheetAttacks(AttackCase, SheetCase):
    """Whoever tries whatever: the ledger, its sheets and what they rest on stay (B3)."""

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        """10 % by a tier, so that there is one to attack."""
        tier = Command.create({"start": 0.0, "rate": 10.0})
        tiered = [{"name": "Every sale", "rate_kind": "tiers", "tier_ids": [tier]}]
        return super()._new_plan(date_from, rules or tiered, **values)

    def _may(self, record, operation, role):
        """A split or a payee that is new changes nothing that was; the VP changes targets."""
        if record._name == "commission.target":
            return role == "finance_vp"
        makers = {
            "commission.split": ("sales_office", "finance", "finance_vp"),
            "commission.payee": ("sales_office", "finance"),
        }
        return operation == "create" and role in makers.get(record._name, ())

    def _victims(self):
        __, payment, march = self.march_sheet()
        payment.action_draft()
        self.now_is("2026-04-30")
        april = self.fill()
        entry = march.entry_ids
        dispute = self.env["commission.dispute"].browse(
            self.rpc(entry, "salesperson", "dispute", "Wrong")
        )
        split = self.split(entry.contract_id, shares={self.payee: 100}, date_from="2026-04-01")
        target = self.as_user(self.env["commission.target"], "finance_vp").create(
            {
                "company_id": self.company.id,
                "payee_id": self.payee.id,
                "date_from": "2026-01-01",
                "amount": 1000.0,
                "currency_id": self.company.currency_id.id,
            }
        )
        other = self._new_payee("sales_manager")
        calculation = april.calculation_id
        company = {"company_id": self.company.id}
        money = {**company, "currency_id": self.company.currency_id.id}
        sheet_values = {**money, "payee_id": self.payee.id, "month": "2026-06-01"}
        return {
            march: (
                {"amount_payable": 9999.0, "state": "paid", "month": "2026-01-01"},
                {**sheet_values, "state": "approved", "amount_payable": 9999.0},
                ("unlink", "_set_state", "_refresh_amounts", "_on_approval_approved"),
            ),
            april: (
                {"amount_payable": 9999.0, "entry_ids": [(6, 0, [])]},
                {**sheet_values, "month": "2026-07-01"},
                ("unlink", "_set_state", "_carry_in"),
            ),
            entry: (
                {"amount": 9999.0, "sheet_id": april.id},
                {
                    **money,
                    "payee_id": self.payee.id,
                    "date": "2026-03-10",
                    "kind": "adjustment",
                    "amount": 9999.0,
                },
                ("unlink", "_adjust", "_put_on_sheets"),
            ),
            dispute: (
                {"state": "accepted", "reason": "Better"},
                {"entry_id": entry.id, "reason": "Mine", "state": "accepted"},
                ("unlink", "_answer"),
            ),
            calculation: (
                {"date_to": "2030-01-01", "entry_count": 0},
                {**company, "date_to": "2030-01-01"},
                ("unlink", "_write_result", "_calculate"),
            ),
            split: (
                {"date_from": "2020-01-01"},
                {
                    **company,
                    "contract_id": entry.contract_id.id,
                    "reason": "Mine",
                    "line_ids": [(0, 0, {"payee_id": self.payee.id, "percent": 100})],
                },
                ("unlink",),
            ),
            split.line_ids: (
                {"percent": 1.0, "payee_id": other.id},
                {"split_id": split.id, "payee_id": other.id, "percent": 1.0},
                ("unlink",),
            ),
            self.plan: (
                {"state": "draft", "date_from": "2020-01-01"},
                {**company, "name": "Mine", "date_from": "2020-01-01", "state": "approved"},
                ("unlink", "_on_approval_approved"),
            ),
            self.payee: (
                {"user_id": self.users["sales_head"].id},
                {**company, "user_id": self.users["sales_head"].id},
                ("unlink",),
            ),
            target: (
                {"amount": 1.0, "payee_id": other.id},
                {
                    **money,
                    "payee_id": other.id,
                    "date_from": "2026-01-01",
                    "amount": 1.0,
                },
                ("unlink",),
            ),
            self.plan.rule_ids.tier_ids: (
                {"rate": 99.0, "start": 1.0},
                {"rule_id": self.plan.rule_ids.id, "start": 1.0, "rate": 99.0},
                ("unlink",),
            ),
            self.plan.rule_ids: (
                {"rate": 99.0},
                {"plan_id": self.plan.id, "name": "Mine", "rate": 99.0, "sequence": 0},
                ("unlink",),
            ),
        }

    @rule("B3", "B4")
    def test_nobody_changes_the_ledger_its_sheets_and_what_they_rest_on(self):
        self.assertNobodyChanges(self._victims())


@tagged("post_install", "-at_install")
class TestSheetScreens(MenuWalker, SheetCase):
    """Every role opens the screens of sheets and disputes with what is its own on them."""

    ACTIONS = ("commission_sheet_action", "commission_dispute_action", "commission_entry_action")

    def test_on_a_phone_the_lines_of_a_sheet_are_cards(self):
        payee = self.as_user(self.env["commission.sheet"], "salesperson")
        sheet = etree.fromstring(payee.get_view(view_type="form")["arch"])
        (lines,) = sheet.xpath("//field[@name='entry_ids']")
        card = lines.find("kanban")
        for content in (
            "//field[@name='amount']",
            "//field[@name='explanation']",
            "//button[@name='action_dispute']",
        ):
            self.assertTrue(card.xpath(f".{content}"), content)

    def test_every_role_opens_sheets_and_disputes(self):
        __, payment, march = self.march_sheet()
        payment.action_draft()
        self.now_is("2026-04-30")
        self.submit_sheet(self.fill())
        self.rpc(march.entry_ids, "salesperson", "dispute", "Wrong")
        for role in ROLES:
            for name in self.ACTIONS:
                action = self.env.ref(f"commission.{name}")
                with self.subTest(role=role, action=name):
                    self._open_action(role, self._load_action(role, action._name, action.id))
