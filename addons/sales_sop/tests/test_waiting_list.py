from lxml import etree

from odoo.tests import tagged

from .common import rule
from .test_amendment import AmendmentCase
from .test_closing import ClosingCase
from .test_people import PeopleCase
from .test_pod_correction import CorrectionCase

# What Odoo reads in portions, of however many rows.
PORTIONS = 3


@tagged("post_install", "-at_install")
class TestWaitingList(PeopleCase, AmendmentCase, ClosingCase, CorrectionCase):
    """ "Waiting for me" with every kind of document, as the screen asks for it."""

    def submitted(self, code):
        """Return a document that waits on the route ``code``."""
        return getattr(self, f"_submitted_{code}")()

    def _submitted_application(self):
        order = self.quotation()
        self.submit(order)
        return order

    def _submitted_credit(self):
        order = self.quotation()
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 1.0
        self.as_user(order, "salesperson").action_sop_submit_credit()
        self.company.account_use_credit_limit = False
        return order

    def _submitted_contract(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        return contract

    def _submitted_delivery(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.as_user(picking, "sales_office").action_sop_submit()
        return picking

    def _submitted_invoice(self):
        invoice = self.invoice_by_hand(self.invoice_line())
        self.as_user(invoice, "finance").action_sop_submit()
        return invoice

    def _submitted_amendment(self):
        return self.amendment(self.confirmed_order(), quantity=15)

    def _submitted_closing(self):
        return self._submitted_request("closing")

    def _submitted_cancellation(self):
        return self._submitted_request("cancellation")

    def _submitted_request(self, kind):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking, quantity=4)
        self.sign(picking)
        request = self.request(order, kind)
        self.as_user(request, "salesperson").action_submit()
        return request

    def _submitted_release(self):
        picking = self.confirmed_order().sudo().picking_ids
        release = self.as_user(self.env["sop.release"], "sales_office").create(
            {
                "res_model": picking._name,
                "res_id": picking.id,
                "rule": "D1",
                "reason": "The line stands still",
                "quantity_max": 10.0,
            }
        )
        release.action_submit()
        return release

    def _submitted_pod_correction(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        correction = self.correction(picking, (7, 2, 1))
        correction.action_submit()
        return correction

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
        xml_ids = self.env["sop.approval.route"].search([])._get_external_ids()
        ours = [id_ for id_, names in xml_ids.items() if names[:1] and "sales_sop." in names[0]]
        self.assertGreaterEqual(len(ours), 10)
        specifications = {kind: self._specification(kind) for kind in ("list", "kanban")}
        for code in self.env["sop.approval.route"].browse(ours).mapped("code"):
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
