from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .commission_bookkeeping import Posting

BOOKING_KINDS = [
    ("entry", "Journal Entry"),
    ("payroll", "Payroll"),
    ("bill", "Vendor Bill"),
]
BILL_PAID = ("paid", "in_payment")


class CommissionBooking(models.Model):
    """How an approved sheet is paid: it releases what was accrued and owes it to the payee (B3).

    A sheet has one booking that counts. One that is taken back, and a bill that is cancelled,
    reversed or deleted, stay for the history, and the sheet can be booked again.
    """

    _name = "commission.booking"
    _description = "Booking of a Commission Sheet"
    _inherit = ["commission.booked.mixin", "commission.bookkeeping"]
    _order = "id desc"

    sheet_id = fields.Many2one(
        "commission.sheet", required=True, readonly=True, index=True, ondelete="restrict"
    )
    payee_id = fields.Many2one(related="sheet_id.payee_id", store=True, index=True)
    company_id = fields.Many2one(related="sheet_id.company_id", store=True, index=True)
    month = fields.Date(related="sheet_id.month")
    currency_id = fields.Many2one(related="sheet_id.currency_id")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    kind = fields.Selection(BOOKING_KINDS, string="Paid Through", required=True, readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Below zero the payee pays it back or is billed for it."
    )
    amount_company = fields.Monetary(
        string="In Company Currency",
        currency_field="company_currency_id",
        readonly=True,
        help="By the plan's fixed rate: what was accrued of it.",
    )
    line_ids = fields.One2many("commission.booking.line", "booking_id", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Entry or Bill",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    export_id = fields.Many2one(
        "commission.payroll.export",
        string="Payroll Export",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    accrued_account_id = fields.Many2one(
        "account.account", required=True, readonly=True, ondelete="restrict"
    )
    owed_account_id = fields.Many2one(
        "account.account",
        string="Payable or Clearing Account",
        readonly=True,
        ondelete="restrict",
        help="Empty for a bill, which has its own payable account.",
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    done_on = fields.Datetime(string="On", readonly=True)
    taken_back_on = fields.Datetime(readonly=True)
    taken_back_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    counter_move_id = fields.Many2one(
        "account.move",
        string="Counter-Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_live = fields.Boolean(string="Counts", compute="_compute_is_live", store=True)
    is_paid = fields.Boolean(string="Paid", compute="_compute_is_paid", store=True)

    _live_uniq = models.UniqueIndex(
        "(sheet_id) WHERE is_live", "This commission sheet is booked already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        # A booking that counts no more makes room before the next one comes.
        self.flush_model(["is_live"])
        return super().create(vals_list)

    @api.depends("sheet_id.name", "kind")
    def _compute_display_name(self):
        for booking in self:
            booking.display_name = booking.sheet_id.name

    @api.depends("kind", "taken_back_on", "move_id.state", "move_id.payment_state")
    def _compute_is_live(self):
        for booking in self:
            bill = booking.move_id
            is_void = booking.kind == "bill" and (
                not bill or bill.state == "cancel" or bill.payment_state == "reversed"
            )
            booking.is_live = not booking.taken_back_on and not is_void

    @api.depends(
        "is_live",
        "kind",
        "export_id.paid_on",
        "move_id.state",
        "move_id.payment_state",
        "move_id.line_ids.reconciled",
    )
    def _compute_is_paid(self):
        for booking in self:
            booking.is_paid = booking.is_live and getattr(booking, f"_is_paid_{booking.kind}")()

    def _is_paid_entry(self):
        """Whether what is owed to the employee is matched with money, all of it."""
        owed = self._owed_items()
        return bool(owed) and all(owed.mapped("reconciled"))

    def _is_paid_payroll(self):
        """Whether finance has recorded that payroll paid it."""
        return bool(self.export_id.paid_on)

    def _is_paid_bill(self):
        return self.move_id.state == "posted" and self.move_id.payment_state in BILL_PAID

    def _owed_items(self):
        """Return the journal items that owe the sheets' amounts, each on its own account."""
        items = self.env["account.move.line"]
        for booking in self:
            items |= booking.move_id.line_ids.filtered(
                lambda item, account=booking.owed_account_id: item.account_id == account
            )
        return items

    @api.constrains("is_live")
    def _check_sheet_has_one(self):
        """A cancelled bill does not come back beside the booking that followed it."""
        for booking in self.filtered("is_live"):
            others = booking.sheet_id.booking_ids.filtered("is_live") - booking
            if others:
                raise ValidationError(
                    self.env._(
                        "Commission sheet %(sheet)s is booked already, with %(entry)s. Leave "
                        "%(other)s cancelled.",
                        sheet=booking.sheet_id.name,
                        entry=others[0].move_id.name or others[0].sheet_id.name,
                        other=booking.move_id.name or booking.sheet_id.name,
                    )
                )

    # -- book ----------------------------------------------------------------------------------

    @api.model
    def _book_entry(self, sheets, company):
        """Owe each employee's sheet by an entry of its own."""
        company = company._commission_accounting(
            "commission_journal_id", "commission_accrued_account_id"
        )
        bookings = self.browse()
        for sheet in sheets:
            values = sheet._prepare_booking(company, "entry", self._payable_account(sheet))
            booking = self.create(values)
            booking._post(company, booking._label())
            bookings |= booking
        return bookings

    @api.model
    def _payable_account(self, sheet):
        """Return where it is owed to the employee."""
        company = sheet.company_id
        partner = sheet.payee_id._accounting_partner().with_company(company)
        account = company.commission_payable_account_id or partner.property_account_payable_id
        if not account:
            company._commission_accounting("commission_payable_account_id")
        return account

    def _post(self, company, text):
        """Post one entry of these bookings and keep it with them."""
        move = self._post_entry(company, company._sop_today(), text, self._postings())
        self.write({"move_id": move.id})
        return move

    def _label(self):
        return self.env._("Commission %s", self.sheet_id.name)

    def _postings(self, sign=1):
        """Return what moves from accrued to owed; the opposite with ``sign=-1``."""
        return [
            Posting(
                debit=booking.accrued_account_id,
                credit=booking.owed_account_id,
                partner=booking.payee_id._accounting_partner(),
                label=booking._label(),
                currency=booking.currency_id,
                amount=sign * line.amount,
                amount_company=sign * line.amount_company,
            )
            for booking in self
            for line in booking.line_ids
        ]

    def _open_made(self):
        """Open the exports, one of each company, or the bills; True when there is neither."""
        bills = self.filtered(lambda booking: booking.kind == "bill").move_id
        made = self.export_id or bills
        if not made:
            return True
        action = {"type": "ir.actions.act_window", "res_model": made._name}
        if len(made) == 1:
            return {**action, "res_id": made.id, "view_mode": "form"}
        name = self.env["ir.model"]._get(made._name).name
        return {
            **action,
            "name": name,
            "view_mode": "list,form",
            "domain": [("id", "in", made.ids)],
        }

    # -- take back -----------------------------------------------------------------------------

    def _check_can_be_taken_back(self, sheet):
        """Raise unless the entry of one sheet may be taken back, and say what to do instead."""
        if not self:
            raise UserError(self.env._("The payment of %s is not booked.", sheet.name))
        if self.kind == "bill":
            raise UserError(
                self.env._(
                    "%(sheet)s is paid by the bill %(bill)s. Cancel the bill or reverse it; then "
                    "the sheet can be booked anew.",
                    sheet=sheet.name,
                    bill=self.move_id.display_name,
                )
            )
        if self.kind == "payroll":
            raise UserError(
                self.env._(
                    "%(sheet)s is in the payroll export %(export)s. Take the export back.",
                    sheet=sheet.name,
                    export=self.export_id.display_name,
                )
            )
        owed = self._owed_items()
        if owed.matched_debit_ids or owed.matched_credit_ids:
            raise UserError(
                self.env._(
                    "%(sheet)s is paid, at least in part. Undo the reconciliation of %(entry)s "
                    "first.",
                    sheet=sheet.name,
                    entry=self.move_id.name,
                )
            )

    def _take_back(self, text):
        """Post one counter-entry of these bookings of a company, and let their sheets go."""
        company = self.company_id
        move = self._post_entry(company, company._sop_today(), text, self._postings(sign=-1))
        self._match_owed(move)
        self.write(
            {
                "taken_back_on": fields.Datetime.now(),
                "taken_back_by_id": self.env.uid,
                "counter_move_id": move.id,
            }
        )
        return move

    def _match_owed(self, counter_move):
        """What was owed and is owed no more does not stay open in the books."""
        items = (self.move_id | counter_move).sudo().line_ids
        for account in self.owed_account_id.filtered("reconcile"):
            for partner in items.partner_id:
                items.filtered(
                    lambda item, account=account, partner=partner: (
                        item.account_id == account
                        and item.partner_id == partner
                        and not item.reconciled
                    )
                ).reconcile()

    def _kept_document(self):
        """Name what has to be taken back when the entry is wrong."""
        self.ensure_one()
        return self._name_document(self.export_id or self.sheet_id)

    def _kept_counter_text(self):
        """Say that what was taken back stays taken back."""
        return self.env._(
            "The journal entry %(entry)s takes “%(document)s” back and stays as it is. Book the "
            "commission sheet anew instead.",
            entry=self.counter_move_id.name,
            document=self._kept_document(),
        )
