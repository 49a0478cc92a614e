from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_invoice_gate import InvoiceGateCase


@tagged("post_install", "-at_install")
class TestSeller(InvoiceGateCase):
    """A sister company without a policy neither delivers nor invoices what ours has sold."""

    shares_company = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls._new_company("Southlight Trading")
        cls.both = (cls.company | cls.sister).ids
        for role in ("accountant", "stock_user"):
            cls.users[role].company_ids |= cls.sister
        cls.shed = cls.env["stock.warehouse"].search([("company_id", "=", cls.sister.id)])
        cls.env["stock.quant"]._update_available_quantity(cls.drive, cls.shed.lot_stock_id, 50)

    def sisters(self, model, role, values):
        values = {"company_id": self.sister.id, "partner_id": self.customer.id, **values}
        return self.rpc_create(model, role, values, {"allowed_company_ids": self.both})

    def by(self, role, record, method, *arguments):
        context = {"allowed_company_ids": self.both}
        return self.rpc(record, role, method, *arguments, context=context)

    def sisters_invoice(self, order_lines, move_type="out_invoice"):
        line = {
            "product_id": self.drive.id,
            "quantity": 10,
            "price_unit": 100.0,
            "tax_ids": [Command.clear()],
            "sale_line_ids": [Command.set(order_lines.ids)],
        }
        return self.sisters(
            "account.move",
            "accountant",
            {
                "move_type": move_type,
                "invoice_date": "2026-03-03",
                "invoice_line_ids": [Command.create(line)],
            },
        )

    def sisters_delivery(self, order_line):
        places = {
            "location_id": self.shed.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        move = {
            "product_id": self.drive.id,
            "product_uom_qty": 10,
            "sale_line_id": order_line.id,
            "company_id": self.sister.id,
            **places,
        }
        values = {"picking_type_id": self.shed.out_type_id.id, "move_ids": [Command.create(move)]}
        return self.sisters("stock.picking", "stock_user", {**values, **places})

    @rule("C1", "C2")
    def test_another_company_does_not_invoice_what_ours_has_sold(self):
        order = self.delivered_order()
        line = order.sudo().order_line
        names = (order.name, self.company.name, self.sister.name)
        for move_type in ("out_invoice", "out_refund", "out_receipt"):
            with self.assertRefused("C2", *names, unchanged=line):
                self.sisters_invoice(line, move_type)
        invoice = self.sisters_invoice(line.browse())
        link = {"sale_line_ids": [Command.set(line.ids)]}
        with self.assertRefused("C2", *names, unchanged=[line, invoice.invoice_line_ids]):
            self.by("accountant", invoice.invoice_line_ids, "write", link)
        self.by("accountant", invoice, "action_post")
        with self.assertRefused("C2", *names, unchanged=[line, invoice.invoice_line_ids]):
            self.by("accountant", invoice.invoice_line_ids, "write", link)
        self.collect(order, 600.0)
        self.assertEqual(self.post(self.draft_invoice(order)).state, "posted")

    @rule("D1", "D9")
    def test_another_company_does_not_deliver_what_ours_has_sold(self):
        order = self.confirmed_order()
        line = order.sudo().order_line
        with self.assertRefused("D1", order.name, self.sister.name, unchanged=line):
            self.sisters_delivery(line)
        delivery = self.sisters_delivery(line.browse())
        for _state in ("draft", "done"):
            with self.assertRefused("D1", order.name, self.sister.name, unchanged=line):
                self.by("stock_user", delivery.move_ids, "write", {"sale_line_id": line.id})
            self.by("stock_user", delivery, "action_confirm")
            delivery.move_ids.write({"quantity": 10, "picked": True})
            self.by("stock_user", delivery, "button_validate")
        self.assertEqual((delivery.state, line.qty_delivered), ("done", 0.0))
        self.ship(self.approve_delivery(order.sudo().picking_ids))
        self.assertEqual(line.qty_delivered, 10.0)

    @rule("C2", "D1")
    def test_a_branch_delivers_and_invoices_under_the_same_policy(self):
        branch = self.env["res.company"].create(
            {"name": "Northlight Branch", "parent_id": self.company.id}
        )
        line = self.delivered_order().sudo().order_line
        self.assertFalse(line.order_id._sop_sold_by_others(branch))
        self.assertEqual(line.order_id._sop_sold_by_others(self.sister), line.order_id)
