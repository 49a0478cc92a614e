from odoo.tests import tagged

from .common import rule
from .test_invoice_gate import InvoiceGateCase

# What reading three documents more may cost: less than a query per document.
FEW = 2


@tagged("post_install", "-at_install")
class TestSearches(InvoiceGateCase):
    """Lists that are filtered by what a document waits for stay fast with many documents."""

    def queries(self, model, domain, role):
        """Return what the search finds and how many queries it took."""
        records = self.as_user(self.env[model], role)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        found = records.search(domain)
        return found.sudo(), self.env.cr.sql_log_count - before

    def assertFewMore(self, model, domain, role, more):
        """The search over one document, and over ``more`` made now, differ in a few queries."""
        self.queries(model, domain, role)  # what Odoo reads once for all
        one, for_one = self.queries(model, domain, role)
        added = more()
        many, for_many = self.queries(model, domain, role)
        self.assertEqual(many, one | added)
        self.assertEqual(len(many), 4)
        self.assertLessEqual(for_many, for_one + FEW)

    def open_deliveries(self, count):
        orders = [self.confirmed_order() for _number in range(count)]
        pickings = self.env["stock.picking"].concat(*(order.sudo().picking_ids for order in orders))
        for picking in pickings:
            self.approve_delivery(picking)
        return pickings

    def drafts(self, count):
        orders = [self.delivered_order() for _number in range(count)]
        return self.env["account.move"].concat(*(self.draft_invoice(order) for order in orders))

    @rule("D1")
    def test_released_deliveries(self):
        self.open_deliveries(1)
        domain = [("sop_release_state", "=", "released")]
        self.assertFewMore("stock.picking", domain, "stock_user", lambda: self.open_deliveries(3))

    @rule("C1")
    def test_invoices_that_wait_for_money(self):
        self.drafts(1)
        domain = [("sop_gate_state", "=", "money")]
        self.assertFewMore("account.move", domain, "finance", lambda: self.drafts(3))

    def test_a_filter_that_asks_for_no_state_finds_nothing(self):
        """The screen offers "is not set" for every field."""
        order = self.delivered_order()
        for record, name in (
            (order, "sop_application_state"),
            (order.sop_contract_id, "approval_state"),
            (order.picking_ids, "sop_delivery_state"),
        ):
            records = self.as_user(record, "sales_office")
            mine = [("id", "in", record.ids)]
            with self.subTest(name):
                self.assertFalse(records.search([*mine, (name, "=", False)]))
                self.assertEqual(records.search([*mine, (name, "!=", False)]), records)
