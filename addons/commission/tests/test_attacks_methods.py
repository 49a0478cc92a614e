from datetime import date
from itertools import product

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.attack_case import EVERYBODY
from odoo.addons.sales_sop.tests.attack_dialogs import DialogCase
from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import PaymentCase

FINANCE = {"finance", "finance_vp"}
# Finance, or who stands above it.
REVIEWERS = {*FINANCE, "general_manager"}
# Who has to do with commission at all, and two who have not.
CONCERNED = (
    "salesperson",
    "colleague",
    "sales_office",
    "sales_manager",
    "marketing_director",
    "finance",
    "finance_vp",
    "general_manager",
    "accountant",
    "administrator",
)
# Who opens dialogs about commission; together they open all.
READERS = ("salesperson", "sales_office", "finance", "finance_vp", "general_manager")
CALCULATORS = {"sales_office", "finance"}
# Who writes a plan; others approve it.
PLANNERS = {"sales_office", "marketing_director", "finance"}
# Whose work it is to call what on a sheet in which state; all others change nothing.
SHEETS = {
    "draft": {"action_submit": {"sales_office"}, "submit_approval": {"sales_office"}},
    "pending": {"action_sop_approve": REVIEWERS, "action_sop_withdraw": {"sales_office"}},
    "approved": {"action_book": FINANCE},
    "booked": {"action_take_back_payment": FINANCE},
    "paid": {},
    "exported": {},
}
PLANS = {
    "draft": {
        "action_new_version": PLANNERS,
        "action_submit": PLANNERS,
        "submit_approval": PLANNERS,
    },
    "pending": {
        "action_new_version": PLANNERS,
        "action_sop_approve": {"finance_vp", "general_manager"},
        "action_sop_withdraw": {"sales_office"},
        # Submitted anew, the earlier submission is void.
        "action_submit": PLANNERS,
        "submit_approval": PLANNERS,
    },
    "approved": {"action_new_version": PLANNERS},
}
# The same of everything else.
OTHERS = {
    ("commission.accrual", "accrue"): FINANCE,
    ("commission.accrual", "action_take_back"): FINANCE,
    ("commission.calculation", "calculate"): CALCULATORS,
    ("commission.dispute", "accept"): {"finance"},
    ("commission.dispute", "refuse"): CALCULATORS,
    ("commission.dispute", "withdraw"): {"salesperson"},
    ("commission.entry", "adjust"): {"finance"},
    ("commission.entry", "dispute"): {"salesperson"},
    ("commission.payroll.export", "action_paid"): FINANCE,
    ("commission.payroll.export", "action_take_back"): FINANCE,
    ("commission.sheet", "fill"): {"sales_office"},
    ("sop.approval", "action_approve"): REVIEWERS,
    ("sop.approval", "approve"): REVIEWERS,
    ("sop.approval", "refuse"): REVIEWERS,
    ("sop.approval", "withdraw"): {"sales_office"},
}
# Whoever may write nothing of commission.
NO_WRITERS = ("salesperson", "planner", "legal", "stock_user")
DIALOGS = {
    ("commission.accrual.run", "action_accrue"): FINANCE,
    ("commission.adjustment", "action_adjust"): {"finance"},
    ("commission.calculate", "action_calculate"): CALCULATORS,
    ("commission.dispute.answer", "action_answer"): {"finance"},
    ("commission.dispute.ask", "action_dispute"): {"salesperson"},
    ("commission.sheet.run", "action_fill"): {"sales_office"},
    ("res.config.settings", "web_save"): {"administrator"},
}


class CommissionAttackCase(DialogCase, PaymentCase):
    """Sheets in every state, and everything that they rest on; it is the end of June."""

    modules = ("sales_sop", "commission")
    prefixes = ("sop.", "commission.")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Of the same role, but no commission is theirs.
        cls.users["colleague"] = cls._new_user(
            "colleague", "sales_sop.group_salesperson", cls.company
        )

    def setUp(self):
        super().setUp()
        self.sheets = self._sheets_in_every_state()
        self.entry = self.sheets["booked"].entry_ids
        self.dispute = self._disputed(self.sheets["approved"].entry_ids)
        self.plans = self._plans_in_every_state()
        self.target_of_payee = self._target()
        self.arguments = {
            **self.arguments,
            ("commission.accrual", "accrue"): [self.company.id, "2026-06-01"],
            ("commission.calculation", "calculate"): [self.company.id, "2026-06-01"],
            ("commission.dispute", "accept"): [10.0, "Right"],
            ("commission.dispute", "refuse"): ["Wrong"],
            ("commission.entry", "adjust"): [self.payee.id, 10.0, "Promised"],
            ("commission.entry", "dispute"): ["The rate is 12 %"],
            ("commission.plan", "submit_approval"): ["commission_plan"],
            ("commission.sheet", "fill"): [self.company.id, "2026-06-01"],
            ("commission.sheet", "submit_approval"): ["commission_sheet"],
        }

    # -- the story -----------------------------------------------------------------------------

    def _sheets_in_every_state(self):
        """March is paid, exported and booked; April approved, May pending, June a draft."""
        others = [self._new_payee(role) for role in ("sales_head", "planner")]
        order = self.confirmed_order()
        shares = {self.payee: 40, others[0]: 30, others[1]: 30}
        self.split_recorded = self.split(order.sudo().sop_contract_id, shares=shares)
        self.collect(order, 575.0, date="2026-03-10")
        self._month_ends(date(2026, 3, 31))
        march, paid, exported = (self.approved_sheet("2026-03-01", payee) for payee in shares)
        self.book(march | paid)
        self.pay_out(paid)
        self.company.commission_employee_payment = "payroll"
        self.export = self.book(exported).export_id
        self.company.commission_employee_payment = "entry"
        self.half_paid("2026-04-10")
        self._month_ends(date(2026, 4, 30))
        april = self.approved_sheet("2026-04-01")
        self.half_paid("2026-05-10")
        self._month_ends(date(2026, 5, 31))
        may = self.submit_sheet(self.sheet_of("2026-05-01"))
        self.half_paid("2026-06-10")
        self.now_is("2026-06-30")
        self.fill("2026-06-30")
        self.collect(order, 115.0, date="2026-06-20")
        june = self.sheet_of("2026-06-01")
        return {
            "draft": june,
            "pending": may,
            "approved": april,
            "booked": march,
            "paid": paid,
            "exported": exported,
        }

    def _month_ends(self, day):
        self.now_is(day)
        self.fill(day)
        self.accrue(day)

    def _disputed(self, entry):
        return self.env["commission.dispute"].browse(
            self.rpc(entry, "salesperson", "dispute", "The rate is 12 %")
        )

    def _plans_in_every_state(self):
        values = {
            "name": "Next",
            "company_id": self.company.id,
            "rule_ids": [
                Command.create(
                    {
                        "name": "Every sale",
                        "rate_kind": "tiers",
                        "tier_ids": [Command.create({"rate": 9.0})],
                    }
                )
            ],
        }
        draft, pending = (
            self.rpc_create("commission.plan", "sales_office", {**values, "date_from": day})
            for day in ("2026-09-01", "2026-08-01")
        )
        self.rpc(pending, "sales_office", "action_submit")
        return {"draft": draft, "pending": pending, "approved": self.plan}

    def _target(self):
        return self.as_user(self.env["commission.target"], "finance_vp").create(
            {
                "company_id": self.company.id,
                "payee_id": self.payee.id,
                "date_from": "2026-01-01",
                "amount": 1000.0,
                "currency_id": self.company.currency_id.id,
            }
        )

    def _others(self):
        """One record of every other model, and what waits for a decision."""
        rule_of_plan = self.plans["draft"].rule_ids
        bookings = self.sheets["booked"].booking_ids
        accrual = self.env["commission.accrual"].search(
            [("company_id", "=", self.company.id)], order="id desc", limit=1
        )
        records = [
            self.entry,
            self.dispute,
            self.export,
            accrual,
            accrual.line_ids[:1],
            bookings,
            bookings.line_ids[:1],
            self.split_recorded,
            self.split_recorded.line_ids[:1],
            self.target_of_payee,
            self.payee,
            rule_of_plan,
            rule_of_plan.tier_ids,
            self.sheets["draft"].calculation_id,
            self.sheets["pending"].sudo().approval_ids,
        ]
        return [record.sudo() for record in records]

    def _models(self):
        return [one for one in self._own_models() if one._name.startswith("commission.")]

    def _everything(self):
        return [*self.sheets.values(), *self.plans.values(), *self._others(), self.company]

    def _elsewhere(self):
        """Everybody works for another company now."""
        elsewhere = self._new_company("Elsewhere")
        self.patch(self, "users", self._new_people(elsewhere))
        self.patch(self, "company", elsewhere)

    def _dialogs(self):
        company = {"company_id": self.company.id}
        month = {**company, "month": "2026-06-01"}
        return [
            ("commission.accrual.run", month),
            ("commission.accrual.run", company),
            (
                "commission.adjustment",
                {**company, "payee_id": self.payee.id, "amount": 10.0, "reason": "Promised"},
            ),
            ("commission.calculate", month),
            (
                "commission.dispute.answer",
                {
                    "dispute_id": self.dispute.id,
                    "decision": "accept",
                    "amount": 10.0,
                    "answer": "Right",
                },
            ),
            ("commission.dispute.ask", {"entry_id": self.entry.id, "reason": "The rate is 12 %"}),
            ("commission.sheet.run", month),
            (
                "commission.simulation",
                {
                    "plan_id": self.plans["draft"].id,
                    "date_from": "2026-01-01",
                    "date_to": "2026-06-30",
                },
            ),
            ("res.config.settings", {**company, "commission_employee_payment": "payroll"}),
        ]


@tagged("post_install", "-at_install")
class TestCommissionMethods(CommissionAttackCase):
    """Whatever a client can call or fill in does no more than its role may (B1, B3, B5)."""

    @rule("B1", "B3", "B5")
    def test_everything_is_moved_only_by_whose_work_it_is(self):
        everything, everybody = self._everything(), (*EVERYBODY, "colleague")
        for states, expected in ((self.sheets, SHEETS), (self.plans, PLANS)):
            passed = self._went_through_states(states, CONCERNED, everything)
            self.assertEqual(passed, expected)
        records = [*self._others(), *self._models()]
        self.assertEqual(self._went_through(records, everybody, everything), OTHERS)
        passed = self._went_through_dialogs(self._dialogs(), everybody, everything)
        self.assertEqual(passed, DIALOGS)
        self.assertEqual(self._found_by_others(self._dialogs(), everybody), {})

    @rule("B1", "B3", "B5")
    def test_the_same_roles_of_another_company_change_and_read_nothing(self):
        dialogs, everything = self._dialogs(), self._everything()
        records = [*self.sheets.values(), *self.plans.values(), *self._others(), *self._models()]
        self._elsewhere()
        self.assertEqual(self._went_through(records, READERS, everything), {})
        self.assertEqual(self._went_through_dialogs(dialogs, READERS, everything), {})
        # How far a run is, or which month ended last, says nothing of what it is about.
        shown = {
            ("commission.accrual.run", "month"): FINANCE,
            ("commission.sheet.run", "stage"): {"sales_office"},
        }
        self.assertEqual(self._shown_of_ours(dialogs, READERS), shown)

    def test_every_model_and_every_dialog_is_attacked(self):
        attacked = {record._name for record in self._everything()}
        attacked |= {model for model, __ in self._dialogs()}
        names = {name for name in self._models_with_methods() if name.startswith("commission.")}
        dialogs = {
            name
            for name, model in self.env.registry.items()
            if model._transient and name.startswith("commission.")
        }
        lines = {"commission.simulation.line"}
        self.assertEqual((names | dialogs) - attacked - lines, set())

    @rule("B1", "B3", "B5")
    def test_who_may_not_write_hears_so_whatever_is_written(self):
        for record, role in product(self._everything(), NO_WRITERS):
            if not record._name.startswith("commission."):
                continue
            self.assertHearsNoMore(record, role)
