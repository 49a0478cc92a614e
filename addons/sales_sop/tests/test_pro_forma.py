from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SopCase, rule

REPORT = "sales_sop.report_pro_forma"


@tagged("post_install", "-at_install")
class TestProForma(SopCase):
    """Before money comes the customer gets a pro-forma invoice (C1)."""

    prepayment_percent = 30.0

    def paper(self, order, role="salesperson"):
        reports = self.as_user(self.env["ir.actions.report"], role)
        html, __ = reports._render_qweb_html(REPORT, order.ids)
        return html.decode()

    def due(self, order):
        order.invalidate_recordset()
        contract = order.sudo().sop_contract_id
        contract.invalidate_recordset()
        return order._pro_forma_demand(contract, contract.amount_collected)

    @rule("C1")
    def test_it_asks_for_what_the_contract_demands_next(self):
        order = self.effective_order()
        self.env["res.partner.bank"].create(
            {"acc_number": "6222 0001 7777", "partner_id": self.company.partner_id.id}
        )
        paper = self.paper(order)
        for text in (
            "Pro-forma Invoice",
            order.name,
            order.sudo().sop_contract_id.number,
            "Riverside Paper Mill",
            "1,000.00",
            "Due now, to reach 30 %",
            "300.00",
            "Three Hundred Dollars",
            "6222 0001 7777",
            "It is no invoice",
        ):
            self.assertIn(text, paper)
        self.assertNotIn("sop_watermark", paper)
        self.assertFalse(order.sudo().invoice_ids)

    @rule("C1")
    def test_what_is_due_follows_the_money(self):
        order = self.effective_order()
        for received, percent, due in (
            (0.0, 30.0, 300.0),
            (299.99, 30.0, 0.01),
            (0.01, 60.0, 300.0),
            (300.0, 100.0, 400.0),
            (400.0, 100.0, 0.0),
        ):
            if received:
                self.collect(order, received)
            self.assertEqual(self.due(order), (percent, due))

    @rule("C1")
    def test_an_order_that_is_not_approved_is_marked(self):
        order = self.quotation()
        self.submit(order)
        self.assertIn("sop_watermark", self.paper(order))

    @rule("C1")
    def test_it_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        self.assertIn("美元叁佰元整", self.paper(self.effective_order()))

    @rule("C1")
    def test_a_colleague_prints_no_order_of_others(self):
        order = self.effective_order()
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        with self.assertRefused(exception=AccessError):
            self.paper(order, "colleague")
