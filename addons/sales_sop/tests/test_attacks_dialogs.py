from odoo.fields import Command
from odoo.tests import tagged

from .attack_case import EVERYBODY
from .attack_dialogs import DialogCase
from .common import rule
from .test_collection import CollectionCase
from .test_counter import CounterCase
from .test_opening_contracts import OpeningContractCase
from .test_policy_vote import MeetingCase

FINANCE = {"finance", "finance_vp"}
# The planner has nobody's place here.
SALES_ABOVE = {"sales_manager", "marketing_director", "vp_sales", "general_manager"}
WRITERS = {"sales_office", "sales_head", "legal"}
HANDERS = {"sales_office", "sales_manager", "sales_head", "vp_sales", "general_manager"}
MEMBERS = ("marketing_director", "finance_vp", "vp_sales")
STARTERS = {"general_manager", "administrator"}
# Whose work it is to press what in which dialog; all others change nothing.
DIALOGS = {
    ("account.payment.register", "action_create_payments"): FINANCE,
    ("res.config.settings", "web_save"): {"administrator"},
    ("sop.approval.answer", "action_approve"): SALES_ABOVE,
    ("sop.approval.refuse", "action_refuse"): SALES_ABOVE,
    ("sop.contract.handover", "action_hand_over"): HANDERS,
    ("sop.contract.text", "action_draft"): WRITERS,
    ("sop.contract.text", "action_save"): WRITERS,
    ("sop.counter.sale", "action_receive"): FINANCE,
    ("sop.counter.sale", "action_sell"): {"salesperson", "sales_office"},
    ("sop.earmark", "action_earmark"): FINANCE,
    ("sop.earmark.move", "action_move"): FINANCE,
    ("sop.money.reason", "action_confirm"): FINANCE,
    ("sop.pod", "action_confirm"): {"sales_office", "finance", "planner", "quality", "stock_user"},
    ("sop.policy.ballot", "action_cast"): {*MEMBERS},
    ("sop.start", "action_back"): STARTERS,
    ("sop.start", "action_next"): STARTERS,
    ("sop.start", "action_open_for_decision"): {"general_manager"},
    ("sop.start", "action_sample_policy"): {"general_manager"},
    ("sop.start", "web_save"): STARTERS,
    ("sop.start.role", "web_save"): {"administrator"},
}
OPENING_DIALOGS = {
    ("sop.opening.close", "action_close"): {"finance_vp", "general_manager"},
    ("sop.opening.receipt", "action_confirm"): {
        "sales_office",
        "finance",
        "planner",
        "quality",
        "stock_user",
    },
    ("sop.opening.undo", "action_undo"): FINANCE,
}
# Who opens dialogs; together they open all.
READERS = (
    "salesperson",
    "sales_office",
    "finance",
    "finance_vp",
    "general_manager",
    "administrator",
    "stock_user",
)
# What a dialog shows of no document: its own default, and what a role is for.
OF_NO_DOCUMENT = {("sop.policy.comparison", "only_differences"), ("sop.start.role", "purpose")}
# Lines of dialogs, which are saved with their dialog.
LINES = {"sop.earmark.line", "sop.opening.receipt.line", "sop.pod.line"}
# A dialog without a button: it shows what its reader may read.
SHOWS_ONLY = {"sop.policy.comparison"}


class EveryDialogCase(DialogCase, CounterCase, CollectionCase, MeetingCase):
    """One dialog of each kind, on documents in the state in which it can be pressed."""

    buttons = {
        "account.payment.register": ["action_create_payments"],
        "base.partner.merge.automatic.wizard": ["action_merge"],
    }

    def setUp(self):
        super().setUp()
        self.set_members(*MEMBERS, sop_meeting_quorum_type="number", sop_meeting_quorum=3)
        # Of the same role, but none of the documents is theirs.
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )

    def _opened(self):
        """Return ``(dialogs, the documents they are about)``."""
        parts = [
            self._of_approvals(),
            self._of_counter_sales(),
            self._of_money(),
            self._of_receipts(),
            self._of_policies(),
            self._of_the_company(),
        ]
        dialogs = [dialog for found, __ in parts for dialog in found]
        return dialogs, [record.sudo() for __, records in parts for record in records]

    def _of_approvals(self):
        order = self.quotation()
        approval = self.submit(order)
        contract = self.approved_quotation().sudo().sop_contract_id
        dialogs = [
            ("sop.approval.answer", {"approval_id": approval.id, "answer": "Yes"}),
            (
                "sop.approval.refuse",
                {"approval_ids": [Command.set(approval.ids)], "reason": "Too cheap"},
            ),
            ("sop.contract.text", {"contract_id": contract.id, "text": "<p>As I like it</p>"}),
            (
                "sop.contract.handover",
                {
                    "contract_ids": [Command.set(contract.ids)],
                    "user_id": self.users["colleague"].id,
                    "reason": "Mine",
                },
            ),
        ]
        return dialogs, [order, approval, approval.step_ids, contract]

    def _of_counter_sales(self):
        sold, paid = self.counter_order(), self.counter_order()
        self.as_user(paid, "salesperson").action_sop_submit()
        journal = {"journal_id": self.bank_journal.id}
        dialogs = [
            ("sop.counter.sale", {"order_id": sold.id, "signatory": "Wang Fang"}),
            ("sop.counter.sale", {"order_id": paid.id, "receive_only": True, **journal}),
        ]
        return dialogs, [sold, paid]

    def _of_money(self):
        order, other = self.order(), self.order()
        contract, another = (one.sudo().sop_contract_id for one in (order, other))
        payment, earmark = self.receive(600.0), self.earmark(self.receive(10.0), order)
        invoice = self.invoice(order)
        announcement = self.env["sop.payment.announcement"]._announce(
            order, {"amount": 5.0, "date": "2026-03-04", "kind": "cash"}
        )
        paper = self.registered_paper()
        line = Command.create({"contract_id": contract.id, "amount": 600.0})
        dialogs = [
            ("sop.earmark", {"payment_id": payment.id, "line_ids": [line]}),
            (
                "sop.earmark.move",
                {
                    "allocation_id": earmark.id,
                    "contract_id": another.id,
                    "amount": 10.0,
                    "reason": "Mine",
                },
            ),
            ("sop.money.reason", {"paper_id": paper.id, "reason": "No cover"}),
            ("sop.money.reason", {"announcement_id": announcement.id, "reason": "Not found"}),
            (
                "account.payment.register",
                {
                    "line_ids": [Command.set(self.receivable(invoice).ids)],
                    "sop_contract_id": contract.id,
                },
            ),
        ]
        return dialogs, [contract, another, payment, earmark, announcement, paper]

    def _of_receipts(self):
        shipped, theirs = (
            self.approve_delivery(self.confirmed_order().sudo().picking_ids) for __ in range(2)
        )
        self.ship(shipped | theirs)
        signed = {"signatory": "Wang Fang", "date": "2026-03-02"}
        line = Command.create({"move_id": theirs.move_ids.id, "qty_accepted": 10.0})
        dialogs = [
            ("sop.pod", {"picking_id": shipped.id, **signed}),
            ("sop.pod", {"picking_id": shipped.id, **signed, "line_ids": [line]}),
        ]
        return dialogs, [shipped, theirs, shipped.move_ids, theirs.move_ids]

    def _of_policies(self):
        draft = self.open_draft()
        dialogs = [
            ("sop.policy.ballot", {"policy_id": draft.id, "vote": "for"}),
            ("sop.policy.comparison", {"old_id": self.policy.id, "new_id": draft.id}),
        ]
        return dialogs, [draft, self.policy]

    def _of_the_company(self):
        twin = self.customer.copy()
        dialogs = [
            (
                "sop.start",
                {"company_id": self.company.id, "step": "gates", "go_live_date": "2020-01-01"},
            ),
            (
                "res.config.settings",
                {"company_id": self.company.id, "sop_requester_may_approve": True},
            ),
            (
                "base.partner.merge.automatic.wizard",
                {
                    "partner_ids": [Command.set((self.customer | twin).ids)],
                    "dst_partner_id": twin.id,
                    "state": "selection",
                },
            ),
            self._role_of_start(),
        ]
        return dialogs, [self.company, self.customer, self.users["salesperson"]]

    def _role_of_start(self):
        """The administrator has the guided start open, and somebody adds a line to it."""
        start = self.rpc_create(
            "sop.start", "administrator", {"company_id": self.company.id, "step": "roles"}
        )
        people = Command.set(self.users["salesperson"].ids)
        group = self.env.ref("sales_sop.group_general_manager")
        return (
            "sop.start.role",
            {"start_id": start.id, "group_id": group.id, "user_ids": [people]},
        )


@tagged("post_install", "-at_install")
class TestDialogs(EveryDialogCase):
    """A dialog that names a document does no more with it than its user may."""

    @rule("A1", "K7", "C3", "D3", "P1")
    def test_a_dialog_is_pressed_only_by_whose_work_it_is(self):
        dialogs, records = self._opened()
        roles = (*EVERYBODY, "colleague")
        self.assertEqual(self._went_through_dialogs(dialogs, roles, records), DIALOGS)

    @rule("A1", "K7", "C3", "D3", "P1")
    def test_the_same_roles_of_another_company_change_and_read_nothing(self):
        dialogs, records = self._opened()
        elsewhere = self._new_company("Elsewhere")
        self.users, self.company = self._new_people(elsewhere), elsewhere
        # An administrator of Odoo sets up every company.
        settings = {("res.config.settings", "web_save"): {"administrator"}}
        self.assertEqual(self._went_through_dialogs(dialogs, READERS, records), settings)
        self.assertEqual(self._shown_of_ours(dialogs, READERS).keys(), OF_NO_DOCUMENT)

    def test_who_reads_no_document_reads_nothing_of_it_in_a_dialog(self):
        dialogs, __ = self._opened()
        # Deliveries and policies are read by all of the company.
        for_all = ("sop.pod", "sop.policy.ballot", "sop.policy.comparison")
        dialogs = [dialog for dialog in dialogs if dialog[0] not in for_all]
        self.assertEqual(self._shown_of_ours(dialogs, ["colleague", "portal"]), {})

    def test_what_somebody_fills_in_is_seen_by_nobody_else(self):
        dialogs, __ = self._opened()
        # The line is of the guided start that the administrator has open.
        found = {"sop.start.role": {"administrator"}}
        self.assertEqual(self._found_by_others(dialogs, EVERYBODY), found)

    def test_every_dialog_is_attacked(self):
        attacked = {model for model, __ in self._opened()[0]}
        attacked |= {model for model, __ in OPENING_DIALOGS}
        names = {
            name
            for name, model in self.env.registry.items()
            if model._transient and name.startswith(self.prefixes)
        }
        self.assertEqual(names - attacked - LINES, set())


@tagged("post_install", "-at_install")
class TestOpeningDialogs(DialogCase, OpeningContractCase):
    """The same of the dialogs of contracts from before the go-live."""

    def _opened(self):
        waiting = self.row("HT2024-1", **{"line_ids/qty_accepted": "2"})
        taken = self.taken(waiting)
        contract = taken.contract_id
        dialogs = [
            ("sop.opening.close", {"company_id": self.company.id, "understood": True}),
            (
                "sop.opening.receipt",
                {"contract_id": contract.id, "signatory": "Wang Fang", "date": "2026-03-02"},
            ),
            ("sop.opening.undo", {"opening_id": taken.id, "reason": "Entered twice"}),
        ]
        order = contract.order_ids
        return dialogs, [self.company, taken, contract, order, order.order_line]

    @rule("K1", "D3")
    def test_a_dialog_is_pressed_only_by_whose_work_it_is(self):
        dialogs, records = self._opened()
        self.assertEqual(self._went_through_dialogs(dialogs, EVERYBODY, records), OPENING_DIALOGS)
        self.assertEqual(self._found_by_others(dialogs, EVERYBODY), {})

    @rule("K1", "D3")
    def test_the_same_roles_of_another_company_change_and_read_nothing(self):
        dialogs, records = self._opened()
        elsewhere = self._new_company("Elsewhere")
        self.users, self.company = self._new_people(elsewhere), elsewhere
        self.assertEqual(self._went_through_dialogs(dialogs, READERS, records), {})
        self.assertEqual(self._shown_of_ours(dialogs, READERS), {})
