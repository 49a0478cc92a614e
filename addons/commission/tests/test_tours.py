"""A sheet goes through everybody's hands, on the screens and menus of each."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.tour_case import TourCase

from .accounting_common import PaymentCase


@tagged("post_install", "-at_install")
class TestCommissionTours(PaymentCase, TourCase):
    """575.00 of March came for an invoice of 1,150.00, so 50.00 are earned; it is April (B3)."""

    def setUp(self):
        super().setUp()
        self.half_paid()
        self.now_is("2026-04-02")

    def draft_plan(self):
        """The next version, of which the sales office thinks."""
        return self.as_user(self.env["commission.plan"], "sales_office").create(
            {
                "name": "Twelve percent",
                "company_id": self.company.id,
                "date_from": "2026-05-01",
                "rule_ids": [Command.create({"name": "Every sale", "rate": 12.0})],
            }
        )

    @contextmanager
    def printed(self):
        """Collect what is printed, as ``[(report, ids)]``."""
        reports = self.registry["ir.actions.report"]
        render, papers = reports._render_qweb_pdf, []

        def record(report, name, res_ids=None, data=None):
            papers.append((name, res_ids))
            return render(report, name, res_ids, data)

        with patch.object(reports, "_render_qweb_pdf", record):
            yield papers

    def test_a_sheet_goes_from_the_calculation_to_the_payment(self):
        self.walk("sales_office", "commission_sales_office_fills_sheets")
        sheet = self.sheet_of("2026-03-01")
        self.assertSheet(sheet, state="pending", amount_payable=50.0, waiting_for="Finance")
        self.walk("salesperson", "commission_payee_disputes")
        self.assertEqual(sheet.dispute_count, 1)
        plan = self.draft_plan()
        self.walk("sales_office", "commission_sales_office_answers_and_tries_a_plan")
        self.assertEqual((plan.state, self.balance()), ("draft", 50.0))
        dispute = sheet.entry_ids.dispute_ids
        self.assertEqual((dispute.state, sheet.dispute_count), ("refused", 0))
        self.assertEqual(dispute.answered_by_id, self.users["sales_office"])
        self.walk("finance", "commission_finance_reviews_and_accrues")
        self.assertEqual(sheet.waiting_for, "Finance VP")
        self.assertEqual(self.booked(self.accrued_account), -50.0)
        self.walk("finance_vp", "commission_finance_vp_reviews")
        self.walk("general_manager", "commission_general_manager_approves")
        self.assertStatus(sheet, "approved", "open")
        with self.printed() as papers:
            self.walk("finance", "commission_finance_pays")
        self.assertEqual(papers, [("commission.report_sheet", sheet.ids)])
        self.assertStatus(sheet, "paid", "paid")
        self.assertEqual(self.booked(self.accrued_account), 0.0)
