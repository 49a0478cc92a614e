import base64
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError

AMOUNT_COLUMN = 4


class CommissionPayrollExport(models.Model):
    """Approved sheets of employees, handed to payroll to be paid with the salary (B3).

    Its entry moves them from the accrued commission to a clearing account, from where payroll
    books them. A sheet is exported once; finance records when payroll has paid.
    """

    _name = "commission.payroll.export"
    _description = "Payroll Export of Commission"
    _inherit = ["commission.booked.mixin", "commission.bookkeeping"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    booking_ids = fields.One2many("commission.booking", "export_id", string="Sheets", readonly=True)
    amount = fields.Monetary(
        compute="_compute_amount", store=True, help="In the company's currency."
    )
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, ondelete="restrict"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    paid_on = fields.Datetime(readonly=True)
    paid_by_id = fields.Many2one(
        "res.users", string="Payment Recorded By", readonly=True, ondelete="restrict"
    )
    taken_back_on = fields.Datetime(readonly=True)
    taken_back_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    counter_move_id = fields.Many2one(
        "account.move", string="Counter-Entry", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        [("exported", "At Payroll"), ("paid", "Paid"), ("taken_back", "Taken Back")],
        string="Status",
        compute="_compute_state",
        store=True,
    )

    @api.depends("date", "move_id.name")
    def _compute_display_name(self):
        for export in self:
            parts = [fields.Date.to_string(export.date), export.sudo().move_id.name]
            export.display_name = " ".join(filter(None, parts))

    @api.depends("booking_ids.amount_company")
    def _compute_amount(self):
        for export in self:
            export.amount = sum(export.booking_ids.mapped("amount_company"))

    @api.depends("paid_on", "taken_back_on")
    def _compute_state(self):
        for export in self:
            handed = "paid" if export.paid_on else "exported"
            export.state = "taken_back" if export.taken_back_on else handed

    # -- export --------------------------------------------------------------------------------

    @api.model
    def _export(self, sheets, company):
        """Export these sheets of employees together; return their bookings."""
        if not sheets:
            return self.env["commission.booking"]
        company = company._commission_accounting(
            "commission_journal_id",
            "commission_accrued_account_id",
            "commission_clearing_account_id",
        )
        export = self.create(
            {
                "company_id": company.id,
                "date": company._sop_today(),
                "user_id": self.env.uid,
            }
        )
        clearing = company.commission_clearing_account_id
        bookings = self.env["commission.booking"]
        for sheet in sheets:
            # One by one: each is rounded after those before it.
            values = sheet._prepare_booking(company, "payroll", clearing)
            bookings |= bookings.create({**values, "export_id": export.id})
        move = bookings._post(company, self.env._("Commission handed to payroll"))
        export.write({"move_id": move.id, "attachment_id": export._make_file().id})
        return bookings

    def _make_file(self):
        """Return the attachment with the file for payroll."""
        return self.env["ir.attachment"].create(
            {
                "name": f"{self.env._('Commission')} {self.date}.xlsx",
                "res_model": self._name,
                "res_id": self.id,
                "company_id": self.company_id.id,
                "type": "binary",
                "datas": base64.b64encode(self._file_content()),
            }
        )

    def _file_content(self):
        """Return the workbook: one row per sheet, amounts as numbers."""
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
            page = workbook.add_worksheet(self.env._("Commission"))
            page.set_column(0, 5, 18)
            bold = workbook.add_format({"bold": True})
            for column, label in enumerate(self._file_header()):
                page.write_string(0, column, label, bold)
            money = workbook.add_format({"num_format": "#,##0.00"})
            for number, row in enumerate(self._file_rows(), start=1):
                for column, value in enumerate(row):
                    if column == AMOUNT_COLUMN:
                        page.write_number(number, column, value, money)
                    else:
                        # As text: a name that begins with "=" is no formula.
                        page.write_string(number, column, value or "")
        return content.getvalue()

    def _file_header(self):
        return [
            self.env._("Payee"),
            self.env._("Payee's Reference"),
            self.env._("Month"),
            self.env._("Commission Sheet"),
            self.env._("Amount"),
            self.env._("Currency"),
        ]

    def _file_rows(self):
        return [
            (
                booking.payee_id.name,
                # Names are not unique; payroll knows people by a number.
                booking.payee_id.partner_id.ref,
                f"{booking.month:%Y-%m}",
                booking.sheet_id.name,
                booking.amount,
                booking.currency_id.name,
            )
            for booking in self.booking_ids.sorted(
                lambda booking: (booking.payee_id.name or "", booking.month, booking.id)
            )
        ]

    # -- buttons -------------------------------------------------------------------------------

    def action_download(self):
        """Download the file for payroll."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.sudo().attachment_id.id}?download=true",
            "target": "download",
        }

    def action_paid(self):
        """Record that payroll has paid these exports: their sheets are paid."""
        exports = self._to_decide(self.env._("record that payroll paid commission"))
        exports.write({"paid_on": fields.Datetime.now(), "paid_by_id": self.env.uid})
        return True

    def action_take_back(self):
        """Book these exports back: their sheets can be booked anew."""
        for export in self._to_decide(self.env._("take back a payroll export")):
            text = self.env._("Payroll export %s taken back", export.display_name)
            move = export.booking_ids._take_back(text)
            export.write(
                {
                    "taken_back_on": fields.Datetime.now(),
                    "taken_back_by_id": self.env.uid,
                    "counter_move_id": move.id,
                }
            )
        return True

    def _to_decide(self, action):
        """Check that the user may decide about these exports, and that nobody has."""
        self.check_access("read")
        self._check_accountant(action, self.sudo().company_id)
        exports = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for export in exports:
            export.company_id._commission_touch()
            if export.state != "exported":
                raise UserError(
                    self.env._(
                        "The payroll export %(export)s is in the state “%(state)s” already.",
                        export=export.display_name,
                        state=labels[export.state],
                    )
                )
        return exports
