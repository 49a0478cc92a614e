from odoo.tests import tagged

from .common import rule
from .test_gate_pass import GatePassCase


@tagged("post_install", "-at_install")
class TestPaperLanguages(GatePassCase):
    """What the customer gets is in the customer's language, the rest in the reader's (D5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env["ir.module.module"]._load_module_terms(["sales_sop", "account"], ["zh_CN"])

    def html(self, report, record, lang, role="finance"):
        reports = self.env["ir.actions.report"].with_user(self.users[role])
        content, __ = reports.with_context(
            lang=lang, allowed_company_ids=self.company.ids
        )._render_qweb_html(report, record.ids)
        return content.decode()

    def assertLanguage(self, report, record, title, chinese_title):
        """Printed by an English reader for a Chinese customer, and the other way round."""
        for reader, customer, wanted, unwanted in (
            ("en_US", "zh_CN", chinese_title, title),
            ("zh_CN", "en_US", title, chinese_title),
        ):
            with self.subTest(report=report, customer=customer):
                self.customer.lang = customer
                html = self.html(report, record, reader)
                self.assertIn(wanted, html)
                self.assertNotIn(unwanted, html)

    @rule("C3", "D3", "D8")
    def test_papers_for_the_customer_are_in_their_language(self):
        order = self.confirmed_order()
        receipt = ("sales_sop.report_collection_receipt", "Received from", "付款单位")
        pro_forma = ("sales_sop.report_pro_forma", "Pro-forma Invoice", "形式发票")
        pod = ("sales_sop.report_pod", "Proof of Delivery", "客户签收")
        payment = self.receive(100.0)
        for (report, title, chinese), record in (
            (receipt, payment),
            (pro_forma, order.sudo()),
            (pod, order.sudo().picking_ids),
        ):
            self.assertLanguage(report, record, title, chinese)

    @rule("D5")
    def test_only_the_last_copy_of_the_delivery_order_is_the_customers(self):
        picking = self.confirmed_order().sudo().picking_ids
        report, title, chinese = "sales_sop.report_delivery_order", "Delivery Order", "发货单"
        for reader, customer, mine, theirs in (
            ("en_US", "zh_CN", title, chinese),
            ("zh_CN", "en_US", chinese, title),
        ):
            with self.subTest(customer=customer):
                self.customer.lang = customer
                html = self.html(report, picking, reader)
                copies = html.split("sop_copy_mark")
                self.assertEqual(len(copies), 6)
                heads = [copy[-2000:] for copy in copies[:5]]
                for head in heads[:4]:
                    self.assertIn(f">{mine}<", head)
                    self.assertNotIn(f">{theirs}<", head)
                self.assertIn(f">{theirs}<", heads[4])

    @rule("D2")
    def test_the_gate_pass_stays_in_the_house(self):
        self.customer.lang = "zh_CN"
        gate_pass = self.loaded()
        html = self.html("sales_sop.report_gate_pass", gate_pass, "en_US", role="stock_user")
        self.assertIn("Scan to register the vehicle", html)
        self.assertIn(">Gate Pass<", html)

    @rule("D5")
    def test_a_language_that_is_not_installed_is_the_readers(self):
        paper = self.env["sop.paper"].with_context(lang="en_US")
        self.customer.lang = "zh_CN"
        self.assertEqual(paper._customer_lang(self.customer), "zh_CN")
        contact = self.env["res.partner"].create({"name": "Gate 3", "parent_id": self.customer.id})
        contact.lang = False
        self.assertEqual(paper._customer_lang(contact), "zh_CN")
        self.customer.lang = False
        self.assertEqual(paper._customer_lang(contact), "en_US")

    @rule("P8")
    def test_the_usual_warranty_is_offered_and_said_in_everybodys_own_words(self):
        english, chinese = "twelve months from receipt", "自签收起十二个月"
        for writer, written in (("en_US", english), ("zh_CN", chinese)):
            orders = self.as_user(self.env["sale.order"], "salesperson").with_context(lang=writer)
            self.assertEqual(orders.default_get(["sop_warranty"])["sop_warranty"], written)
            order = orders.new({"sop_warranty": written})
            for reader, read in (("en_US", english), ("zh_CN", chinese)):
                self.assertEqual(order.with_context(lang=reader)._sop_warranty_text(), read)
        order = orders.new({"sop_warranty": "two years"})
        self.assertEqual(order._sop_warranty_text(), "two years")
