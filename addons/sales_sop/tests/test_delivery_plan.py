from lxml import etree

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged
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

    @rule("D9", "K8")
    def test_the_promised_day_changes_by_an_amendment_only(self):
        picking = self.promised(10)
        order, promise = picking.sale_id, picking.date_deadline
        later = fields.Datetime.add(promise, days=20)
        for role in ("salesperson", "sales_office", "sales_manager"):
            with self.assertRefused(order.name, "Press Amend", unchanged=order):
                self.rpc(order, role, "write", {"commitment_date": later})
        with self.assertRefused(picking.name, "amend the order", unchanged=picking.move_ids):
            self.rpc(picking.move_ids, "stock_user", "write", {"date_deadline": later})
        with self.assertRefused("computed", unchanged=picking):
            self.rpc(picking, "stock_user", "write", {"date_deadline": later})
        self.assertEqual(picking.date_deadline, promise)
        self.assertTrue(order.sop_date_agreed)
        amendment = self.as_user(self.env["sop.amendment"], "salesperson").create(
            {"order_id": order.id, "commitment_date": later, "reason": "The site is not ready"}
        )
        amendment.action_submit()
        for role in ("sales_manager", "sales_head", "finance"):
            self.rpc(amendment, role, "action_sop_approve")
        self.assertEqual((order.commitment_date, picking.date_deadline), (later, later))

    @rule("D9", "K8")
    def test_no_other_way_changes_the_promised_day(self):
        picking = self.promised(10)
        order, move = picking.sale_id, picking.move_ids
        day, later = str(order.commitment_date), "2099-06-01 12:00:00"
        with self.assertRefused("Press Amend", unchanged=order):
            values = {"commitment_date": later}
            self.rpc(order, "salesperson", "web_save", values, specification={})
        along = [Command.update(move.id, {"date_deadline": later})]
        with self.assertRefused("amend the order", unchanged=move):
            self.rpc(picking, "stock_user", "write", {"move_ids": along})
        rows = [[str(order.id), later]]
        messages = self.as_user(order.browse(), "salesperson").load(
            [".id", "commitment_date"], rows
        )
        self.assertIn("Press Amend", str(messages))
        # Whoever marks a write as what Odoo carries over changes nothing, either.
        carried = {"date_deadline_propagate_ids": set()}
        self.rpc(move, "stock_user", "write", {"date_deadline": later}, context=carried)
        order.invalidate_recordset()
        self.assertEqual(
            (str(order.commitment_date), move.date_deadline), (day, order.commitment_date)
        )

    @rule("D9")
    def test_what_is_bought_later_changes_no_promise(self):
        picking = self.promised(10)
        promise, move = picking.date_deadline, picking.move_ids
        source = move.copy({"picking_id": False, "sale_line_id": False, "state": "draft"})
        source.move_dest_ids = move
        later = fields.Datetime.add(promise, days=20)
        self.rpc(source, "stock_user", "write", {"date_deadline": later})
        self.assertEqual((source.date_deadline, move.date_deadline), (later, promise))

    @rule("D9")
    def test_the_day_of_a_quotation_is_free_until_its_contract_is_signed(self):
        day = fields.Datetime.add(fields.Datetime.now(), days=10)
        quotation = self.approved_quotation()
        self.rpc(quotation, "salesperson", "write", {"commitment_date": day})
        self.assertEqual(quotation.commitment_date, day)

    @rule("D9")
    def test_a_day_can_still_be_agreed_where_there_was_none(self):
        day = fields.Datetime.add(fields.Datetime.now(), days=10)
        order = self.confirmed_order()
        with Form(self.as_user(order, "salesperson")) as form:
            form.commitment_date = day
            form.commitment_date = fields.Datetime.add(day, days=1)
        self.assertEqual(order.commitment_date, fields.Datetime.add(day, days=1))
        with (
            self.assertRaisesRegex(AssertionError, "readonly"),
            Form(self.as_user(order, "salesperson")) as form,
        ):
            form.commitment_date = day
