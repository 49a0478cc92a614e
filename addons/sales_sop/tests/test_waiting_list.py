from lxml import etree

from odoo.tests import tagged

from .common import rule
from .submitted_case import SubmittedCase

# What Odoo reads in portions, of however many rows.
PORTIONS = 3


@tagged("post_install", "-at_install")
class TestWaitingList(SubmittedCase):
    """ "Waiting for me" with every kind of document, as the screen asks for it."""

    # -- as the screen asks for it -------------------------------------------------------------

    def _specification(self, kind):
        """The fields that the view of ``kind`` shows, as the web client asks for them."""
        model = self.as_user(self.env["sop.approval"], "finance_vp")
        action = self.env["ir.actions.actions"]._for_xml_id("sales_sop.sop_approval_action_waiting")
        view = next((view for view, name in action["views"] if name == kind), False)
        arch = etree.fromstring(model.get_view(view, kind)["arch"])
        names = dict.fromkeys(node.get("name") for node in arch.iter("field"))
        self.assertLessEqual({"document_name", "summary", "why_me", "can_decide"}, names.keys())
        return {
            name: {"fields": {"display_name": {}}} if model._fields[name].relational else {}
            for name in names
        }

    def _opened(self, user, specification):
        """Return the rows that ``user`` is shown and the queries that it took."""
        self._settle()
        self.env.invalidate_all()
        model = self.env["sop.approval"].with_user(user)
        model = model.with_context(allowed_company_ids=self.company.ids, sop_waiting=True)
        before = self.env.cr.sql_log_count
        found = model.web_search_read([("waiting_for_me", "=", True)], specification, limit=400)
        self.assertEqual(found["length"], model.waiting_count())
        return found["records"], self.env.cr.sql_log_count - before

    def _decider(self, document, code):
        step = document.sudo().approval_ids.filtered(lambda row: row.code == code).step_ids
        return step.filtered(lambda row: row.state == "pending")[:1]._members()[:1]

    @rule("A1")
    def test_every_kind_of_document_costs_no_query_of_its_own(self):
        specifications = {kind: self._specification(kind) for kind in ("list", "kanban")}
        for code in self.route_codes():
            with self.subTest(code=code):
                decider = self._decider(self.submitted(code), code)
                self.submitted(code)
                few = {}
                for kind, specification in specifications.items():
                    self._opened(decider, specification)
                    few[kind] = self._opened(decider, specification)
                for _number in range(4):
                    self.submitted(code)
                for kind, specification in specifications.items():
                    self._opened(decider, specification)
                    rows, queries = self._opened(decider, specification)
                    self.assertEqual(len(rows), len(few[kind][0]) + 4)
                    self.assertTrue(all(row["summary"] and row["why_me"] for row in rows))
                    self.assertLessEqual(queries, few[kind][1] + PORTIONS, kind)

    @rule("A1")
    def test_two_hundred_orders_take_a_constant_number_of_queries(self):
        specification = self._specification("list")
        manager = self.users["sales_manager"]
        order = self._submitted_application()
        for _number in range(9):
            self.submit(order.copy())
        self._opened(manager, specification)
        rows, few = self._opened(manager, specification)
        self.assertEqual(len(rows), 10)
        for _number in range(190):
            self.submit(order.copy())
        self._opened(manager, specification)
        rows, many = self._opened(manager, specification)
        self.assertEqual(len(rows), 200)
        self.assertLessEqual(many, few + PORTIONS)
