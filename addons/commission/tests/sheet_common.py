"""Commission sheets as people fill, submit, review and approve them."""

from .common import CommissionCase

REVIEWERS = ("finance", "finance_vp", "general_manager")


class SheetCase(CommissionCase):
    """What is on sheets and what is on none yet is the ledger, to the cent."""

    # -- steps ---------------------------------------------------------------------------------

    def fill(self, month=None):
        """The sales office fills everybody's sheets of a month; the drafts are returned."""
        return self.as_user(self.env["commission.sheet"], "sales_office").fill(
            self.company.id, month
        )

    def run_sheets(self, month=None):
        """The sales office fills the sheets in the dialog, which is returned at its end."""
        run = self.as_user(self.env["commission.sheet.run"], "sales_office").create(
            {"company_id": self.company.id, "month": month or self.company._sop_today()}
        )
        run.action_fill()
        self.assertEqual((run.stage, run.progress), ("done", 100))
        return run

    def submit_sheet(self, sheet):
        self.as_user(sheet, "sales_office").action_submit()
        return sheet

    def review(self, sheet, *roles):
        """Finance, finance VP and general manager approve, one after the other."""
        for role in roles or REVIEWERS:
            self.as_user(sheet, role).action_sop_approve()
        return sheet

    def approved_sheet(self, month, payee=None):
        sheet = self.sheet_of(month, payee)
        self.submit_sheet(sheet)
        return self.review(sheet)

    def half_paid(self, date="2026-03-10", **values):
        """An invoice of 1,150.00 of which 575.00 came: 50.00 of commission."""
        order = self.invoiced_order(**values)
        invoice = order.sudo().invoice_ids
        return invoice, self.pay(invoice, 575.0, date)

    def march_sheet(self):
        """A half paid invoice on the approved sheet of March; it is April then."""
        invoice, payment = self.half_paid()
        self.now_is("2026-03-31")
        self.fill("2026-03-31")
        self.now_is("2026-04-02")
        return invoice, payment, self.approved_sheet("2026-03-01")

    def sheet_of(self, month, payee=None):
        return self.env["commission.sheet"].search(
            [("payee_id", "=", (payee or self.payee).id), ("month", "=", month)]
        )

    # -- assertions ----------------------------------------------------------------------------

    def assertSheet(self, sheet, **values):
        self.assertEqual(len(sheet), 1)
        found = {name: sheet[name] for name in values}
        self.assertEqual(found, values)

    def _check_invariants(self):
        result = super()._check_invariants()
        self._sheets_and_the_rest_are_the_ledger()
        self._each_sheet_is_the_sum_of_its_lines()
        self._what_is_carried_arrives_once()
        return result

    def _sheets(self):
        return self.env["commission.sheet"].search([("company_id", "=", self.company.id)])

    def _sheets_and_the_rest_are_the_ledger(self):
        entries = self.env["commission.entry"].search([("company_id", "=", self.company.id)])
        open_entries = entries.filtered(lambda entry: not entry.sheet_id)
        on_sheets = sum(self._sheets().mapped("amount_entries"))
        rest = sum(open_entries.mapped("amount"))
        self.assertAlmostEqual(on_sheets + rest, sum(entries.mapped("amount")), 2)

    def _each_sheet_is_the_sum_of_its_lines(self):
        for sheet in self._sheets():
            self.assertAlmostEqual(sheet.amount_entries, sum(sheet.entry_ids.mapped("amount")), 2)
            self.assertEqual(sheet.entry_count, len(sheet.entry_ids))
            self.assertAlmostEqual(
                sheet.amount_payable + sheet.amount_carried_out, sheet.amount_total, 2
            )

    def _what_is_carried_arrives_once(self):
        for sheet in self._sheets():
            carried = sum(sheet.carried_from_ids.mapped("amount_carried_out"))
            self.assertAlmostEqual(sheet.amount_carried_in, carried, 2)
