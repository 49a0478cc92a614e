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
    def test_nothing_is_asked_for_what_finance_wrote_off(self):
        order = self.confirmed_order()
        self.collect(order, 600.0)
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking)
        invoice = self.post(self.draft_invoice(order))
        payment = self.env["account.payment"].search(
            [("partner_id", "=", self.customer.id)], limit=1, order="id desc"
        )
        lines = (invoice | payment.move_id).line_ids
        lines.filtered(lambda line: line.account_id.account_type == "asset_receivable").reconcile()
        self.assertEqual(self.due(order), (100.0, 400.0))
        expense = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create(
            {
                "amount": 380.0,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": expense.id,
                "journal_id": self.bank_journal.id,
            }
        )._create_payments()
        self.assertEqual(self.due(order), (100.0, 0.0))
        self.assertIn("Zero Dollars", self.paper(order))
        self.assertNotIn("$\xa020.00", self.paper(order))

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

    @rule("C1", "I1")
    def test_the_first_payment_is_asked_for_before_the_invoice_gate(self):
        self._issue_policy(date_from="2020-02-01", first_payment_percent=50.0)
        order = self.effective_order()
        self.collect(order, 300.0)
        self.assertEqual(self.due(order), (50.0, 200.0))
        self.collect(order, 200.0)
        self.assertEqual(self.due(order), (60.0, 100.0))

    @rule("C1", "K1")
    def test_what_is_due_for_several_orders_is_said_to_be_the_contracts(self):
        frame = self.quotation(
            lines=[(self.drive, 100, 90.0)],
            sop_sales_mode="frame",
            sop_frame_until="2099-12-31",
        )
        self.submit(frame)
        self.approve(frame, "application", "sales_manager")
        self.countersign(frame)
        contract = frame.sudo().sop_contract_id
        orders = []
        for quantity in (10, 20):
            order = self.quotation(
                lines=[(self.drive, quantity, 90.0)], sop_frame_contract_id=contract.id
            )
            self.submit(order)
            orders.append(order)
        self.assertEqual(contract.amount_total, 2700.0)
        paper = self.paper(orders[0])
        for text in (
            f"Total of contract {contract.number}",
            f"Due now for contract {contract.number} in all, to reach 30 %",
            "810.00",
            f"Balance of contract {contract.number} after that",
        ):
            self.assertIn(text, paper)
        self.collect(orders[0], 1700.0)
        self.assertIn(f"Due now for contract {contract.number} in all", self.paper(orders[0]))
        orders[1]._action_cancel()
        self.env.invalidate_all()
        self.assertNotIn("in all", self.paper(orders[0]))

    @rule("C1")
    def test_an_order_without_contract_is_refused_with_the_remedy(self):
        order = self.quotation()
        with self.assertRefused(order.name, "when it is submitted"):
            self.as_user(order, "salesperson")._pro_forma_paper()

    @rule("C1")
    def test_the_account_is_in_the_contracts_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        banks = self.env["res.partner.bank"]
        for number, currency in (
            ("1111 EUR", euro),
            ("2222 ANY", self.env["res.currency"]),
            ("3333 USD", self.company.currency_id),
        ):
            banks |= banks.create(
                {
                    "acc_number": number,
                    "partner_id": self.company.partner_id.id,
                    "currency_id": currency.id,
                }
            )
        order = self.effective_order().sudo()
        for expected in ("3333 USD", "2222 ANY", "1111 EUR"):
            self.assertIn(expected, dict(order._pro_forma_bank()).values())
            banks.filtered(lambda bank, number=expected: bank.acc_number == number).active = False
            self.env.invalidate_all()

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
