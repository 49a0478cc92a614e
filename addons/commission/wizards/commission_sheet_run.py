from odoo import api, fields, models
from odoo.fields import Domain

# How many sheets one step adds up, so that each takes about a second.
STEP_SHEETS = 50
# How far the run is, in percent, when the stage begins; the last one goes on to 100.
PROGRESS = {"asked": 0, "calculate": 5, "place": 40, "add_up": 60, "done": 100}

# What the run itself says.
FOUND_FIELDS = frozenset(
    {
        "stage",
        "progress",
        "calculation_id",
        "last_sheet_id",
        "sheet_new_count",
        "sheet_draft_count",
        "entry_new_count",
        "entry_late_count",
    }
)


class CommissionSheetRun(models.TransientModel):
    """Fills everybody's sheets of a month and says what was new (B3).

    The run goes step by step, so that the screen can say how far it is. Each step is a whole by
    itself: a run that ends in the middle has lost nothing, and the next one does what is left.
    """

    _name = "commission.sheet.run"
    _description = "Fill Commission Sheets"
    _inherit = ["commission.month.mixin", "sop.protected.mixin"]

    stage = fields.Selection(
        [
            ("asked", "Not started"),
            ("calculate", "Calculating commission"),
            ("place", "Putting entries on the sheets"),
            ("add_up", "Adding up the sheets"),
            ("done", "Done"),
        ],
        required=True,
        readonly=True,
        default="asked",
    )
    progress = fields.Float(readonly=True, help="How far the run is, in percent.")
    calculation_id = fields.Many2one("commission.calculation", readonly=True, ondelete="set null")
    last_sheet_id = fields.Many2one(
        "commission.sheet",
        readonly=True,
        ondelete="set null",
        help="The sheet that was added up last; the next step goes on with the one after it.",
    )
    entry_found_count = fields.Integer(
        related="calculation_id.entry_count",
        string="New Entries of the Calculation",
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

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | FOUND_FIELDS

    def action_fill(self):
        """Fill the sheets to the end and show what was new."""
        self.ensure_one()
        while self.stage != "done":
            self.run_step()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Commission Sheets Filled"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def run_step(self):
        """Do the stage that the run is in, or a part of it, and go on to the next.

        :raise AccessError: unless the sales office asks for it
        """
        self.ensure_one()
        self.env["commission.sheet"]._check_filler(self.company_id)
        self.sudo().write(getattr(self, f"_run_{self.stage}")())
        return True

    def _run_asked(self):
        return self._reached("calculate")

    def _run_calculate(self):
        sheets = self.env["commission.sheet"]
        calculation = sheets._calculate_month(self.company_id.sudo(), self.month)
        return self._reached("place", calculation_id=calculation.id)

    def _run_place(self):
        sheets, entries = self.env["commission.sheet"], self.env["commission.entry"].sudo()
        company = self.company_id.sudo()
        new_sheets, new_entries = sheets._place_entries(company, self.month)
        return self._reached(
            "add_up",
            sheet_new_count=len(new_sheets),
            entry_new_count=new_entries,
            entry_late_count=entries._late_count(company, self.month),
            sheet_draft_count=sheets.sudo().search_count(sheets._drafts(company)),
        )

    def _run_add_up(self):
        drafts = self.env["commission.sheet"]._drafts(self.company_id)
        waiting = Domain.AND([drafts, [("id", ">", self.last_sheet_id.id or 0)]])
        sheets = self.env["commission.sheet"].sudo().search(waiting, order="id", limit=STEP_SHEETS)
        # The company may have been changed since the calculation.
        sheets._refresh_amounts(
            self.calculation_id.filtered(lambda found: found.company_id == self.company_id)
        )
        left = sheets.search_count(waiting) - len(sheets)
        if not left:
            return self._reached("done")
        done = 1 - left / max(self.sheet_draft_count, left)
        begin = PROGRESS["add_up"]
        return {
            "last_sheet_id": sheets[-1].id,
            "progress": begin + (PROGRESS["done"] - begin) * done,
        }

    def _run_done(self):
        return {}

    def _reached(self, stage, **values):
        return {"stage": stage, "progress": PROGRESS[stage], **values}

    def action_open_sheets(self):
        """Open the sheets that are to be submitted."""
        action = self.env["ir.actions.act_window"]._for_xml_id("commission.commission_sheet_action")
        return {**action, "context": {"search_default_draft": 1}}
