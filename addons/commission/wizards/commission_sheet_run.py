from odoo import fields, models
from odoo.tools import date_utils


class CommissionSheetRun(models.TransientModel):
    """Fills everybody's sheets of a month and says what was new (B3)."""

    _name = "commission.sheet.run"
    _description = "Fill Commission Sheets"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    month = fields.Date(
        required=True,
        default=lambda self: self._default_month(),
        help="Any day of the month.",
    )
    is_done = fields.Boolean(readonly=True)
    entry_found_count = fields.Integer(
        string="New Entries of the Calculation",
        readonly=True,
        help="What the calculation has added to the ledger.",
    )
    sheet_new_count = fields.Integer(string="New Sheets", readonly=True)
    sheet_draft_count = fields.Integer(string="Sheets to Submit", readonly=True)
    entry_new_count = fields.Integer(string="Entries Put on Sheets", readonly=True)
    entry_late_count = fields.Integer(
        string="Entries for the Next Month",
        readonly=True,
        help="The payee's sheet of the month is submitted already.",
    )

    def _default_month(self):
        """The month that ended last."""
        this_month = date_utils.start_of(self.env.company._sop_today(), "month")
        return date_utils.subtract(this_month, months=1)

    def action_fill(self):
        """Fill the sheets and show what was new."""
        self.ensure_one()
        sheets = self.env["commission.sheet"]
        sheets._check_filler(self.company_id)
        filling = sheets._fill(self.company_id, self.month)
        self.write(
            {
                "is_done": True,
                "entry_found_count": filling.calculation.entry_count,
                "sheet_new_count": len(filling.new_sheets),
                "sheet_draft_count": len(filling.sheets),
                "entry_new_count": filling.new_entries,
                "entry_late_count": filling.late,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Commission Sheets Filled"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_open_sheets(self):
        """Open the sheets that are to be submitted."""
        action = self.env["ir.actions.act_window"]._for_xml_id("commission.commission_sheet_action")
        return {**action, "context": {"search_default_draft": 1}}
