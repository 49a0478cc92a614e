from lxml import etree

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestDeliveryPlan(SopCase):
    """What the contract promises is planned by its day, and what is late is seen (D9)."""

    def promised(self, days):
        """A delivery that the contract promises so many days from today."""
        day = fields.Datetime.add(fields.Datetime.now(), days=days)
        return self.confirmed_order(commitment_date=day).sudo().picking_ids

    def plan(self, role):
        action = self.as_user(self.env["ir.actions.actions"], role)._for_xml_id(
            "sales_sop.stock_picking_action_plan"
        )
        model = self.as_user(self.env["stock.picking"], role)
        return model, [("company_id", "=", self.company.id), *safe_eval(action["domain"])]

    def late(self, role):
        model, domain = self.plan(role)
        arch = etree.fromstring(
            model.get_view(self.env.ref("stock.view_picking_internal_search").id, "search")["arch"]
        )
        [late] = arch.xpath("//filter[@name='sop_late']")
        return model.search([*domain, *safe_eval(late.get("domain"))])

    @rule("D9")
    def test_deliveries_are_planned_by_the_day_that_the_contract_promises(self):
        soon, later = self.promised(3), self.promised(40)
        left = self.promised(4)
        self.ship(self.approve_delivery(left))
        for role in ("sales_office", "sales_manager", "planner", "stock_user"):
            model, domain = self.plan(role)
            self.assertEqual(model.search(domain, order="date_deadline"), soon + later, role)
            weeks = model.formatted_read_group(domain, ["date_deadline:week"], ["__count"])
            self.assertEqual([week["__count"] for week in weeks], [1, 1])
        self.assertEqual(soon.date_deadline.date(), soon.sale_id.commitment_date.date())

    @rule("D9")
    def test_what_is_planned_later_than_promised_or_overdue_is_found(self):
        in_time, postponed, overdue = self.promised(10), self.promised(10), self.promised(10)
        self.assertFalse(self.late("sales_manager"))
        postponed.scheduled_date = fields.Datetime.add(postponed.date_deadline, days=1)
        yesterday = fields.Datetime.add(fields.Datetime.now(), days=-1)
        overdue.move_ids.write({"date_deadline": yesterday, "date": yesterday})
        self.assertEqual(self.late("sales_manager"), postponed | overdue)
        self.assertNotIn(in_time, self.late("stock_user"))

    @rule("D9")
    def test_postponing_the_plan_changes_no_promise(self):
        picking = self.promised(10)
        promise = picking.date_deadline
        later = fields.Datetime.add(promise, days=20)
        self.rpc(picking, "stock_user", "write", {"scheduled_date": later})
        self.assertEqual((picking.date_deadline, picking.has_deadline_issue), (promise, True))
