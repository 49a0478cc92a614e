import re
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .attack_case import CONTEXT, EVERYBODY, OURS
from .attack_victims import VictimsCase
from .common import ROLES, rule
from .submitted_case import SubmittedCase

MODULE = "sales_sop"
# What a method that takes an argument is called with.
ARGUMENTS = {"submit_approval": ["application"], "cast_vote": ["for"]}
PLAIN_CONTEXT = {key: value for key, value in CONTEXT.items() if not key.startswith("default_")}
TABLE = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
WRITES = ("INSERT INTO", "UPDATE", "DELETE FROM")

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
# They have tests of their own: what migration enters, and policies in the making.
ELSEWHERE = {"sop.opening.contract"}
# What is still somebody's work once everything is decided.
FINISHED = {
    **AT_ANY_TIME,
    ("sale.order", "action_sop_amend"): OFFICE,
    ("sale.order", "action_sop_customer_confirmed"): {*OFFICE, "sales_manager", "sales_head"},
    ("sop.contract", "action_amend"): OFFICE,
    ("sop.money.paper", "action_countersign"): {"finance_vp"},
    ("stock.picking", "action_sop_gate_pass"): {"sales_office", *STORE},
}


class MethodCase(VictimsCase, SubmittedCase):
    """Every public method by everybody, on records of every model."""

    def _calls(self, records):
        for record in records:
            for name, arguments in self._public_methods(record, (MODULE,)):
                if not self._is_odoos(record, name):
                    yield record, name, ARGUMENTS.get(name, arguments)

    @staticmethod
    def _is_odoos(record, name):
        """Whether the method is Odoo's own, and only extended here."""
        return any(
            name in vars(cls)
            for cls in type(record).__mro__
            if cls.__module__.startswith(OURS) and not cls.__module__.startswith(f"{OURS}{MODULE}")
        )

    @classmethod
    def _is_own(cls, model):
        """Whether ``model`` is a table of this addon that keeps something."""
        keeps = model._auto and not model._transient and not model._abstract
        return keeps and model._name.startswith("sop.")

    @contextmanager
    def _written(self):
        """Yield the beginnings of the statements that change rows."""
        cursor, written = type(self.env.cr), []
        execute = cursor.execute

        def noted(cr, query, *args, **kwargs):
            text = (query.code if isinstance(query, SQL) else str(query)).strip()
            if text.startswith(WRITES):
                written.append(text.replace('"', ""))
            return execute(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", noted):
            yield written

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db", "odoo.models")
    def _went_through(self, records, roles):
        """Call every method as every role; return ``{(model, method): roles that changed it}``."""
        before, passed = self._contents(records), {}
        for record, name, arguments in self._calls(records):
            for role in roles:
                if self._changes(record, role, name, arguments, records, before):
                    passed.setdefault((record._name, name), set()).add(role)
        self.assertEqual(self._contents(records), before)
        return passed

    def _changes(self, record, role, name, arguments, records, before):
        """Whether a call changes one of the records, or any row that this addon keeps."""
        model = self.as_user(record.browse(), role)
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint, self._written() as written:
                call_kw(model, name, [record.ids, *arguments], {"context": {**PLAIN_CONTEXT}})
                self.env.flush_all()
                changed = written and (self._touches_own(written) or self._differs(records, before))
                savepoint.rollback()
        except UserError:
            return False
        except IntegrityError:
            # It got as far as the database: that was no refusal.
            return True
        finally:
            self.env.invalidate_all()
        return changed

    def _touches_own(self, written):
        tables = {name for text in written for name in TABLE.findall(text)}
        return not tables.isdisjoint(self._own_tables())

    def _own_tables(self):
        return {model._table for model in self.env.registry.values() if self._is_own(model)}

    def _differs(self, records, before):
        self.env.invalidate_all()
        return self._contents(records) != before

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
class TestMethods(MethodCase):
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
        self.assertEqual(self._went_through(self._open(), EVERYBODY), OPEN)

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

    def test_every_model_with_methods_is_attacked(self):
        attacked = {record._name for record in self._open()}
        names = {
            name
            for name, model in self.env.registry.items()
            if self._is_own(model) and [*self._calls([self.env[name]])]
        }
        self.assertEqual(names - attacked - ELSEWHERE, set())
