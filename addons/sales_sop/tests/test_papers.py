import io

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestPapers(SopCase):
    """Application, contract and quotation as people print them."""

    def html(self, report, record, role, **context):
        reports = self.as_user(self.env["ir.actions.report"], role).with_context(**context)
        html, kind = reports._render_qweb_html(report, record.ids)
        self.assertEqual(kind, "html")
        return html.decode()

    def contract_of(self, order):
        return order.sudo().sop_contract_id

    # -- quotation -----------------------------------------------------------------------------

    def quotation_paper(self, order, role="salesperson"):
        return self.html("sale.report_saleorder", order, role)

    @rule("A1")
    def test_a_quotation_is_marked_until_it_is_approved(self):
        order = self.quotation()
        mark = "NOT APPROVED"
        self.assertIn(mark, self.quotation_paper(order))
        self.assertIn('class="sop_watermark"', self.quotation_paper(order))
        approval = self.submit(order)
        self.assertIn(mark, self.quotation_paper(order))
        self.as_user(approval, "sales_manager").refuse("Too cheap")
        self.assertIn(mark, self.quotation_paper(order))
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.assertNotIn(mark, self.quotation_paper(order))
        self.assertNotIn('class="sop_watermark"', self.quotation_paper(order))
        order.order_line.price_unit = 99.0
        self.assertIn(mark, self.quotation_paper(order))

    @rule("A1")
    def test_the_pro_forma_invoice_and_the_portals_paper_are_marked_too(self):
        order = self.quotation()
        pro_forma = self.html("sale.report_saleorder_pro_forma", order, "salesperson")
        self.assertIn("NOT APPROVED", pro_forma)
        # The portal prints the same report with all rights, after it has checked the token.
        report = self.env["ir.actions.report"].with_user(self.env.ref("base.public_user")).sudo()
        html, __ = report._render_qweb_html("sale.action_report_saleorder", order.ids)
        self.assertIn("NOT APPROVED", html.decode())

    @rule("A1")
    def test_a_company_without_a_policy_prints_as_ever(self):
        company = self._new_company("Free Trade Ltd.")
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": company.id}
        )
        html, __ = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        self.assertNotIn("NOT APPROVED", html.decode())
        self.assertNotIn("sop_offer_terms", html.decode())

    @rule("P8")
    def test_a_quotation_states_validity_delivery_payment_and_warranty(self):
        order = self.quotation(
            validity_date="2026-12-01",
            commitment_date="2026-12-24 08:00:00",
            payment_term_id=self.env.ref("account.account_payment_term_30days").id,
        )
        paper = self.quotation_paper(order)
        for text in ("Valid until", "12/01/2026", "12/24/2026", "30 Days", "warranty"):
            self.assertIn(text, paper)
        self.assertEqual(paper.count("<strong>Salesperson</strong>"), 1)

    # -- application ---------------------------------------------------------------------------

    @rule("A1")
    def test_the_application_shows_what_is_asked_for_and_who_decided(self):
        order = self.quotation()
        approval = self.submit(order)
        self.as_user(approval, "sales_manager").approve("Good customer")
        paper = self.html("sales_sop.report_application", order, "sales_office")
        for text in (
            "Contract Application",
            order.name,
            self.contract_of(order).number,
            "Northlight Drives",
            "Riverside Paper Mill",
            "Energy-saving drive",
            "1,000.00",
            "One Thousand Dollars",
            "Sales Manager",
            "Good customer",
        ):
            self.assertIn(text, paper)
        self.assertNotIn("sop_watermark", paper)

    @rule("A1")
    def test_who_may_not_read_the_order_does_not_print_it(self):
        order = self.approved_quotation()
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        reports = self.env["ir.actions.report"].with_user(colleague)
        for report, record in (
            ("sales_sop.report_application", order),
            ("sales_sop.report_contract", self.contract_of(order)),
            ("sales_sop.report_countersigning", self.contract_of(order)),
        ):
            with self.subTest(report=report), self.assertRaises(AccessError):
                reports._render_qweb_html(report, record.ids)

    @rule("A1", "P6")
    def test_no_customer_prints_what_stays_in_the_company(self):
        """Who knows a report's name prints it, whether a menu shows it or not."""
        order = self.approved_quotation()
        self.users["portal"] = new_test_user(
            self.env, login="buyer@example.com", groups="base.group_portal"
        )
        self.users["portal"].partner_id.parent_id = self.customer
        self.users["portal"].company_ids |= self.company
        self.assertTrue(self.as_user(order, "portal").has_access("read"))
        for report, record in (
            ("sales_sop.report_application", order),
            ("sales_sop.sop_policy_price_list_document", self.policy),
        ):
            with self.subTest(report=report), self.assertRaises(AccessError):
                self.html(report, record, "portal")

    @rule("P6")
    def test_another_company_prints_no_price_list(self):
        company = self.env["res.company"].create({"name": "Southlight Drives"})
        stranger = self._new_user("stranger", "sales_sop.group_general_manager", company)
        reports = self.env["ir.actions.report"].with_user(stranger)
        reports = reports.with_context(allowed_company_ids=company.ids)
        with self.assertRaises(AccessError):
            reports._render_qweb_html("sales_sop.sop_policy_price_list_document", self.policy.ids)

    # -- contract ------------------------------------------------------------------------------

    @rule("K8")
    def test_a_contract_prints_its_text_and_boxes_to_sign(self):
        order = self.approved_quotation()
        contract = self.contract_of(order)
        paper = self.html("sales_sop.report_contract", contract, "sales_office")
        for text in (contract.number, "Breach of Contract", "(Seal)", "Authorised signature"):
            self.assertIn(text, paper)
        self.assertIn("sop_watermark", paper)
        self.countersign(order)
        paper = self.html("sales_sop.report_contract", contract, "sales_office")
        self.assertNotIn("sop_watermark", paper)
        self.assertNotIn("Countersigned", paper)

    @rule("K8")
    def test_an_effective_contract_goes_on_printing_what_was_agreed(self):
        order = self.effective_order(note="Painted grey")
        contract = self.contract_of(order)
        before = self.html("sales_sop.report_contract", contract, "finance")
        self.customer.write({"name": "Riverside Board Mill", "street": "2 Mill Road"})
        self.drive.name = "Another drive"
        with self.assertRefused("terms cannot change", unchanged=order):
            order.sudo().note = "Painted red"
        self.env.ref("sales_sop.sop_contract_template_direct").title = "Other Heading"
        after = self.html("sales_sop.report_contract", contract, "finance")
        for agreed in ("Riverside Paper Mill", "1 Mill Road", "Energy-saving", "Painted grey"):
            self.assertIn(agreed, before)
            self.assertIn(agreed, after)
        for text in ("Board Mill", "2 Mill Road", "Another drive", "Painted red", "Other Heading"):
            self.assertNotIn(text, contract.text)

    @rule("K2")
    def test_the_countersigning_sheet_names_both_signatures_and_their_words(self):
        order = self.approved_quotation()
        contract = self.contract_of(order)
        self.as_user(contract, "sales_office").action_submit()
        self.as_user(contract.approval_for("contract"), "sales_head").approve("Terms checked")
        self.approve(contract, "contract", "finance")
        paper = self.html("sales_sop.report_countersigning", contract, "finance")
        for text in ("Head of Sales", "Sales Head", "Finance", "Terms checked", "600.00"):
            self.assertIn(text, paper)

    @rule("K8")
    def test_a_contract_without_written_text_prints_its_essentials(self):
        self._issue_policy("2020-02-01", contract_required=False)
        order = self.approved_quotation()
        contract = self.contract_of(order)
        paper = self.html("sales_sop.report_contract", contract, "sales_office")
        for text in ("Riverside Paper Mill", "Energy-saving drive", "One Thousand Dollars"):
            self.assertIn(text, paper)

    @rule("K8")
    def test_a_chinese_contract_is_printed_in_chinese_with_capital_amounts(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        order = self.approved_quotation()
        contract = self.contract_of(order)
        paper = self.html("sales_sop.report_contract", contract, "sales_office")
        self.assertIn("美元壹仟元整", paper)
        application = self.html("sales_sop.report_application", order, "sales_office", lang="zh_CN")
        self.assertIn("美元壹仟元整", application)

    # -- PDF -----------------------------------------------------------------------------------

    def pdf_text(self, report, record, **context):
        """Print for real; fails, and is not skipped, where nothing prints."""
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True, **context)
        self.assertEqual(reports.get_wkhtmltopdf_state(), "ok")
        content, kind = reports._render_qweb_pdf(report, record.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        pages = PdfFileReader(io.BytesIO(content)).pages
        text = "".join(page.extract_text() for page in pages)
        # Kerning reads as spaces.
        return len(pages), "".join(text.split())

    @rule("K8", "A1")
    def test_the_pdf_of_contract_and_quotation_has_their_text(self):
        order = self.quotation()
        self.submit(order)
        contract = self.contract_of(order)
        pages, text = self.pdf_text("sales_sop.report_contract", contract)
        self.assertGreaterEqual(pages, 2)
        for part in (contract.number, "Riverside Paper Mill", "One Thousand Dollars", "(Seal)"):
            self.assertIn("".join(part.split()), text)
        __, text = self.pdf_text("sale.action_report_saleorder", order)
        self.assertIn("NOTAPPROVED", text)

    @rule("A1", "A3")
    def test_the_chinese_pdf_of_application_and_supplement_has_chinese_headings(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        order = self.effective_order()
        action = self.as_user(order, "salesperson").action_sop_amend()
        amendment = self.env["sop.amendment"].browse(action["res_id"])
        for report, record, title in (
            ("sales_sop.report_application", order, "合同申报单"),
            ("sales_sop.report_amendment", amendment, "补充协议"),
        ):
            __, text = self.pdf_text(report, record.with_context(lang="zh_CN"), lang="zh_CN")
            self.assertIn(title, text)
