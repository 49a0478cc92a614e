import io

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from odoo.addons.sales_sop.tests.common import rule

from .sheet_common import SheetCase

REPORT = "commission.report_sheet"


@tagged("post_install", "-at_install")
class TestSheetPaper(SheetCase):
    """The commission sheet as people print and sign it (B3)."""

    def html(self, sheet, role, **context):
        reports = self.as_user(self.env["ir.actions.report"], role).with_context(**context)
        html, __ = reports._render_qweb_html(REPORT, sheet.ids)
        return html.decode()

    @rule("B3")
    def test_the_paper_shows_lines_totals_words_and_who_decided(self):
        __, __, march = self.march_sheet()
        paper = self.html(march, "salesperson")
        contract = march.entry_ids.contract_id
        for text in (
            "Northlight Drives",
            "Commission Sheet",
            "Salesperson 2026-03",
            contract.number,
            "Riverside Paper Mill",
            march.entry_ids.invoice_id.name,
            "03/10/2026",
            "500.00",
            "10 %",
            "50.00",
            "Fifty Dollars",
            "Finance VP",
            "Finance Vp",
            "General Manager",
            "Sales Office",
            "Copy 1 of 3: Finance",
            "Copy 3 of 3: Payee",
        ):
            self.assertIn(text, paper)
        self.assertNotIn("sop_watermark", paper)

    @rule("B3")
    def test_a_sheet_that_is_not_approved_is_marked(self):
        self.half_paid()
        self.now_is("2026-03-31")
        march = self.fill()
        self.assertIn("NOT APPROVED", self.html(march, "sales_office"))
        self.submit_sheet(march)
        self.assertIn("NOT APPROVED", self.html(march, "sales_office"))
        self.review(march)
        self.assertNotIn("NOT APPROVED", self.html(march, "sales_office"))

    @rule("B4")
    def test_the_paper_says_what_is_carried(self):
        __, payment, __ = self.march_sheet()
        payment.action_draft()
        self.now_is("2026-04-30")
        april = self.fill()
        self.assertIn("Carried to the next sheet", self.html(april, "sales_office"))
        self.approved_sheet("2026-04-01")
        self.now_is("2026-05-31")
        self.assertIn("Carried in from 2026-04", self.html(self.fill(), "sales_office"))

    @rule("B3")
    def test_a_chinese_reader_has_the_amount_in_capitals(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        __, __, march = self.march_sheet()
        self.assertIn("美元伍拾元整", self.html(march, "finance", lang="zh_CN"))

    @rule("B3")
    def test_a_colleague_does_not_print_it(self):
        __, __, march = self.march_sheet()
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        with self.assertRefused(exception=AccessError):
            self.html(march, "colleague")

    @rule("B3")
    def test_the_pdf_has_its_text(self):
        __, __, march = self.march_sheet()
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        self.assertEqual(reports.get_wkhtmltopdf_state(), "ok")
        content, __ = reports._render_qweb_pdf(REPORT, march.ids)
        pages = PdfFileReader(io.BytesIO(content)).pages
        text = "".join("".join(page.extract_text() for page in pages).split())
        self.assertEqual(len(pages), 3)
        for part in ("CommissionSheet", "RiversidePaperMill", "FiftyDollars", "Copy3of3:Payee"):
            self.assertIn(part, text)
