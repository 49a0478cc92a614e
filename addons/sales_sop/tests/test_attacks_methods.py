from odoo import fields
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .attack_case import EVERYBODY
from .attack_methods import MethodCase
from .attack_victims import VictimsCase
from .common import ROLES, rule
from .submitted_case import SubmittedCase
from .test_opening_contracts import OpeningContractCase

OPENING_MODEL = "sop.opening.contract"
OFFICE = {"sales_office", "salesperson"}
STORE = {"planner", "quality", "stock_user"}
# The planner decides for the sales manager, who is away.
SALES_ABOVE = {"sales_manager", "planner", "marketing_director", "vp_sales", "general_manager"}
COUNTERSIGNERS = {
    "sales_head",
    "marketing_director",
    "vp_sales",
    "finance",
    "finance_vp",
    "general_manager",
}
AT_ANY_TIME = {
    ("sop.contract", "action_flag_key"): {"sales_head", "sales_manager", "general_manager"},
    ("sop.contract", "action_unflag_key"): {"sales_head", "sales_manager", "general_manager"},
    ("sop.policy", "action_new_version"): {"general_manager", "marketing_director"},
}
# Whose work it is to press what on a document that is open; all others change nothing.
OPEN = {
    **AT_ANY_TIME,
    ("account.move", "action_sop_approve"): {"finance_vp", "general_manager"},
    ("account.move", "action_sop_withdraw"): {"finance"},
    ("sale.order", "action_sop_approve"): SALES_ABOVE,
    ("sale.order", "action_sop_withdraw"): {"salesperson"},
    ("sop.amendment", "action_cancel"): OFFICE,
    ("sop.amendment", "action_sop_approve"): SALES_ABOVE,
    ("sop.amendment", "action_sop_withdraw"): {"salesperson"},
    ("sop.amendment", "action_withdraw"): OFFICE,
    ("sop.approval", "action_approve"): SALES_ABOVE,
    ("sop.approval", "approve"): SALES_ABOVE,
    ("sop.approval", "refuse"): SALES_ABOVE,
    ("sop.approval", "withdraw"): {"salesperson"},
    ("sop.carrier.claim", "action_accept"): {"finance", "sales_office", *STORE},
    ("sop.carrier.claim", "action_reject"): {"finance", "sales_office", *STORE},
    ("sop.contract", "action_amend"): OFFICE,
    ("sop.contract", "action_sop_approve"): COUNTERSIGNERS,
    ("sop.contract", "action_sop_withdraw"): OFFICE,
    ("sop.contract.closing", "action_sop_approve"): COUNTERSIGNERS,
    ("sop.contract.closing", "action_sop_withdraw"): {"salesperson"},
    ("sop.gate.pass", "action_cancel"): {"sales_office", *STORE},
    ("sop.money.paper", "action_countersign"): {"finance_vp"},
    ("sop.pod.correction", "action_sop_approve"): {"finance", "finance_vp", "general_manager"},
    ("sop.pod.correction", "action_sop_withdraw"): OFFICE,
    ("sop.pod.missing", "action_sop_confirm_missing"): {"finance"},
    ("sop.release", "action_sop_approve"): {"vp_sales", "general_manager"},
    ("sop.release", "action_sop_withdraw"): OFFICE,
    ("stock.picking", "action_sop_approve"): SALES_ABOVE,
    ("stock.picking", "action_sop_withdraw"): OFFICE,
}
# What is still somebody's work once everything is decided.
FINISHED = {
    **AT_ANY_TIME,
    ("sale.order", "action_sop_amend"): OFFICE,
    ("sale.order", "action_sop_customer_confirmed"): {*OFFICE, "sales_manager", "sales_head"},
    ("sop.contract", "action_amend"): OFFICE,
    ("sop.money.paper", "action_countersign"): {"finance_vp"},
    ("stock.picking", "action_sop_gate_pass"): {"sales_office", *STORE},
}
# The same of contracts from before the go-live, by their state.
OPENING = {
    "draft": {"action_submit": {"migration"}},
    "ready": {
        "action_draft": {"migration", "finance", "finance_vp"},
        "action_take_over": {"finance", "finance_vp"},
    },
    "taken": {"undo_take_over": {"finance", "finance_vp"}},
    "cancelled": {"action_enter_again": {"migration"}},
}


class StageCase(MethodCase, VictimsCase, SubmittedCase):
    """Records of every model, open and finished."""

    # -- records in every stage ----------------------------------------------------------------

    def _waiting(self):
        """One document of every kind that waits for a decision, and its approval."""
        documents = [self.submitted(code).sudo() for code in self.route_codes()]
        return {
            document: document.approval_ids.filtered(lambda row: row.state == "pending")
            for document in documents
        }

    def _papers(self):
        """What is kept beside the approvals, before anybody has finished it."""
        order, picking = self.shipped()
        self.receipt(picking, {self.drive: (7, 2, 1)})
        contract = order.sudo().sop_contract_id
        carrier = self.env["res.partner"].create({"name": "Swift Haulage"})
        claim = self.as_user(self.env["sop.carrier.claim"], "sales_office").create(
            {"picking_id": picking.id, "carrier_partner_id": carrier.id}
        )
        self.rpc(contract, "sales_manager", "action_flag_key")
        check = self.rpc_create(
            "sop.contract.check",
            "sales_manager",
            {
                "contract_id": contract.id,
                "date": fields.Date.today(),
                "user_id": self.users["sales_manager"].id,
            },
        )
        earmark = self.env["sop.payment.allocation"].search([("contract_id", "=", contract.id)])
        records = [
            order.sudo(),
            order.sudo().order_line,
            picking.sudo(),
            claim.sudo(),
            check,
            earmark.sudo(),
            earmark.sudo().payment_id,
            self.register(contract),
            self.quotation().sudo(),
            self.company,
        ]
        return [record[:1] for record in records]


@tagged("post_install", "-at_install")
class TestMethods(StageCase):
    """Whatever a client can call does no more than its role may, at the stage it is at."""

    @staticmethod
    def _one_of_each(records):
        """Return the first record of each model."""
        return [*{record._name: record for record in reversed(records)}.values()]

    def _open(self):
        waiting = self._waiting()
        return self._one_of_each([*waiting, *waiting.values(), *self._papers(), *self._victims()])

    def _finished(self):
        waiting = self._waiting()
        for approval in waiting.values():
            self._decide_to_the_end(approval)
        papers = self._papers()
        victims = [*self._victims()]
        by_model = {record._name: record for record in [*victims, *papers]}
        claim, check = by_model["sop.carrier.claim"], by_model["sop.contract.check"]
        self.rpc(claim, "sales_office", "action_accept")
        self.rpc(claim, "finance", "action_settle")
        self.rpc(check, "sales_manager", "write", {"result": "All is well"})
        self.rpc(check, "sales_manager", "action_done")
        self.rpc(by_model["sop.pod.missing"], "finance", "action_sop_confirm_missing")
        self.rpc(by_model["sop.gate.pass"], "sales_office", "action_cancel")
        return self._one_of_each([*waiting, *waiting.values(), *papers, *victims])

    def _decide_to_the_end(self, approval):
        while approval.state == "pending":
            step = approval.step_ids.filtered(lambda row: row.state == "pending")[:1]
            mine = approval.with_user(step._members()[:1])
            mine.with_context(allowed_company_ids=self.company.ids).approve("Yes")

    @rule("A1", "A3", "K2", "D1", "D3", "C2", "C3", "P1")
    def test_an_open_document_is_moved_only_by_whose_work_it_is(self):
        records = [*self._open(), *self._own_models()]
        self.assertEqual(self._went_through(records, EVERYBODY), OPEN)

    @rule("A1", "A3", "K2", "D1", "D3", "C2", "C3", "P1")
    def test_what_is_finished_is_moved_by_nobody(self):
        self.assertEqual(self._went_through(self._finished(), EVERYBODY), FINISHED)

    @rule("A1")
    def test_the_same_roles_of_another_company_move_nothing(self):
        records = self._open()
        elsewhere = self._new_company("Elsewhere")
        self.users, self.company = self._new_people(elsewhere), elsewhere
        self.assertEqual(self._went_through(records, ROLES), {})

    @rule("A1")
    def test_who_submitted_it_decides_nothing_with_whatever_roles(self):
        waiting = self._waiting()
        roles = self.env["res.groups"].union(
            *(self.env.ref(f"sales_sop.group_{role}") for role in ROLES)
        )
        for document, approval in waiting.items():
            requester = approval.requested_by_id
            requester.group_ids |= roles
            self.users["requester"] = requester
            for record, method, arguments in (
                (approval, "approve", ["Yes"]),
                (approval, "refuse", ["No"]),
                (approval, "action_approve", []),
                (document, "action_sop_approve", []),
                (document, "action_sop_refuse", []),
            ):
                with (
                    self.subTest(code=approval.code, method=method),
                    self.assertRefused(unchanged=[document, approval, approval.step_ids]),
                ):
                    self.rpc(record, "requester", method, *arguments)

    @rule("A1")
    def test_whoever_is_named_in_a_document_is_not_deleted(self):
        """Odoo empties a link when its record is deleted, unless the link says otherwise."""
        forgotten = {
            f"{model._name}.{name}"
            for model in self._own_models()
            for name, field in model._fields.items()
            if field.comodel_name == "res.users"
            and field.store
            and not field.related
            and field.type in ("many2one", "many2many")
            and name not in MAGIC_COLUMNS
            and field.ondelete != "restrict"
        }
        self.assertEqual(forgotten, set())

    def test_every_model_with_methods_is_attacked(self):
        attacked = {record._name for record in self._open()}
        self.assertEqual(self._models_with_methods() - attacked - {OPENING_MODEL}, set())


@tagged("post_install", "-at_install")
class TestOpeningMethods(MethodCase, OpeningContractCase):
    """Contracts from before the go-live move by two people, and only while the opening is open."""

    def _by_state(self):
        """One opening contract in every state, and what it has become."""
        undone = self.taken(self.row("HT2024-4"))
        self.rpc(undone, "finance", "undo_take_over", "Entered twice")
        taken = self.taken(self.row("HT2024-3"))
        ready = self.imported(self.row("HT2024-2"))
        self.rpc(ready, "migration", "action_submit")
        draft = self.imported(self.row("HT2024-1"))
        return {opening.state: opening for opening in (draft, ready, taken, undone)}

    def _watched(self, openings):
        contracts = self.env["sop.opening.contract"].union(*openings.values()).contract_id
        return [*contracts, *contracts.order_ids, self.company]

    @rule("A1", "K2", "C3")
    def test_an_opening_contract_is_moved_only_by_whose_work_it_is(self):
        openings = self._by_state()
        passed = self._went_through_states(openings, EVERYBODY, self._watched(openings))
        self.assertEqual(passed, OPENING)

    @rule("A1", "K2", "C3")
    def test_the_same_roles_of_another_company_move_no_opening_contract(self):
        openings = self._by_state()
        watched = self._watched(openings)
        elsewhere = self._new_company("Elsewhere")
        elsewhere.go_live_date = self.company.go_live_date
        self.users, self.company = self._new_people(elsewhere), elsewhere
        passed = self._went_through_states(openings, ROLES, watched)
        self.assertEqual(passed, dict.fromkeys(openings, {}))
