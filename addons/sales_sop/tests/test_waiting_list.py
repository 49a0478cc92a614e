from odoo.tests import tagged

from .common import rule
from .submitted_case import SubmittedCase
from .waiting_list_case import PORTIONS, WaitingListCase


@tagged("post_install", "-at_install")
class TestWaitingList(WaitingListCase, SubmittedCase):
    """ "Waiting for me" with every kind of document, as the screen asks for it."""

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
