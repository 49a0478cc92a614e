from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_list

from .commission_bookkeeping import ACCOUNTANTS

# States of a sheet that the general manager has approved.
APPROVED_STATES = ("approved", "paid")


class CommissionSheet(models.Model):
    """Finance books the payment of approved sheets; they are paid when the money went (B3)."""

    _name = "commission.sheet"
    _inherit = ["commission.sheet", "commission.bookkeeping"]

    booking_ids = fields.One2many(
        "commission.booking",
        "sheet_id",
        string="Bookings",
        readonly=True,
        groups=",".join(ACCOUNTANTS),
    )
    state = fields.Selection(compute="_compute_state", store=True)
    payment_status = fields.Selection(
        [
            ("none", "Nothing to Pay"),
            ("open", "To Be Booked"),
            ("booked", "Booked"),
            ("paid", "Paid"),
        ],
        string="Payment",
        compute="_compute_payment_status",
        store=True,
        help="Booked: finance owes it to the payee in the books, has handed it to payroll or "
        "has made the agent's bill. Paid: the money went.",
    )
    is_paid_by_entry = fields.Boolean(compute="_compute_is_paid_by_entry", compute_sudo=True)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"payment_status"}

    @api.model_create_multi
    def create(self, vals_list):
        # A computed field takes a client's default from the context; a sheet begins as a draft.
        return super().create([{"state": "draft", **vals} for vals in vals_list])

    # Approval writes the state; from there on the money decides.
    @api.depends("booking_ids.is_paid")
    def _compute_state(self):
        for sheet in self:
            state = sheet.state
            if state in APPROVED_STATES:
                state = "paid" if any(sheet.booking_ids.mapped("is_paid")) else "approved"
            sheet.state = state

    @api.depends("state", "amount_payable", "booking_ids.is_live")
    def _compute_payment_status(self):
        for sheet in self:
            sheet.payment_status = sheet._payment_status()

    def _payment_status(self):
        if self.state not in APPROVED_STATES:
            return False
        if self.state == "paid":
            return "paid"
        if self.currency_id.is_zero(self.amount_payable):
            return "none"
        return "booked" if self._live_booking() else "open"

    def _compute_is_paid_by_entry(self):
        for sheet in self:
            sheet.is_paid_by_entry = sheet._live_booking().kind == "entry"

    def _live_booking(self):
        return self.sudo().booking_ids.filtered("is_live")[:1]

    # -- book ----------------------------------------------------------------------------------

    def action_book(self):
        """Book the payment of these approved sheets.

        An agent's sheet becomes a vendor bill; an employee's a journal entry that owes it to the
        employee, or, where the company pays commission with the salary, a line of an export for
        payroll.

        :return: the action that opens the exports or the bills; True when there is neither
        """
        self.check_access("read")
        companies = self.sudo().company_id
        self._check_accountant(self.env._("book the payment of commission"), companies)
        made = self.env["commission.booking"]
        for company, sheets in self.sudo().grouped("company_id").items():
            company._commission_touch()
            made |= sheets.sorted(lambda sheet: (sheet.month, sheet.id))._book(company)
        return made._open_made()

    def _book(self, company):
        self._check_bookable()
        bookings = self.env["commission.booking"]
        agents = self.filtered(lambda sheet: sheet.payee_id.kind == "agent")
        employees = self - agents
        if company.commission_employee_payment == "payroll":
            made = self.env["commission.payroll.export"]._export(employees, company)
        else:
            made = bookings._book_entry(employees, company)
        return made | bookings._book_bill(agents, company)

    def _check_bookable(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for sheet in self:
            booking = sheet._live_booking()
            if booking:
                raise UserError(
                    self.env._(
                        "Commission sheet %(sheet)s is booked already, with %(entry)s.",
                        sheet=sheet.name,
                        entry=booking.move_id.display_name or booking.display_name,
                    )
                )
            if sheet.state != "approved":
                raise UserError(
                    self.env._(
                        "Commission sheet %(sheet)s is in the state “%(state)s”. Only an approved "
                        "sheet is paid.",
                        sheet=sheet.name,
                        state=labels[sheet.state],
                    )
                )
            if sheet.currency_id.is_zero(sheet.amount_payable):
                raise UserError(
                    self.env._("There is nothing to pay on commission sheet %s.", sheet.name)
                )
        accruals = self.env["commission.accrual"]
        accruals._check_are_accrued(self.company_id, self)

    # -- amounts -------------------------------------------------------------------------------

    def _settled_sheets(self):
        """Return this sheet and those whose negative total it took over, and theirs."""
        settled = found = self
        while found := found.carried_from_ids - settled:
            settled |= found
        return settled

    def _earned_by_plan(self):
        """Return ``[(version of the plan, amount)]`` of all that this sheet settles."""
        return self.env["commission.entry"]._read_group(
            [("sheet_id", "in", self._settled_sheets().ids)], ["plan_id"], ["amount:sum"]
        )

    def _last_day_paid_for(self):
        """Return the end of the month, or the later day of an adjustment that is paid with it."""
        ((last,),) = self.env["commission.entry"]._read_group(
            [("sheet_id", "in", self._settled_sheets().ids)], [], ["date:max"]
        )
        return max(filter(None, [self.date_to, last]))

    def _prepare_lines(self):
        """Return the values of the booking's lines: what was earned under each plan version.

        Amounts of the company's currency are rounded as a whole, over all that is booked of a
        payee, so that what was accrued is released to the cent.
        """
        self.ensure_one()
        lines = []
        for plan, amount in self._earned_by_plan():
            before, before_company = self._booked_before(plan)
            total = self._company_amount(self.company_id, plan, self.currency_id, before + amount)
            lines.append(
                {
                    "plan_id": plan.id,
                    "amount": self.currency_id.round(amount),
                    "amount_company": self.company_id.currency_id.round(total - before_company),
                }
            )
        return lines

    def _booked_before(self, plan):
        """Return what is booked of the payee under a plan version, in both currencies."""
        ((amount, amount_company),) = self.env["commission.booking.line"]._read_group(
            [
                ("payee_id", "=", self.payee_id.id),
                ("plan_id", "=", plan.id),
                ("currency_id", "=", self.currency_id.id),
                ("is_live", "=", True),
            ],
            [],
            ["amount:sum", "amount_company:sum"],
        )
        return amount, amount_company

    def _prepare_booking(self, company, kind, owed_account=None):
        """Return the values of this sheet's booking, still without its entry or bill."""
        lines = self._prepare_lines()
        amount_company = sum(line["amount_company"] for line in lines)
        return {
            "sheet_id": self.id,
            "kind": kind,
            "amount": self.amount_payable,
            "amount_company": company.currency_id.round(amount_company),
            "accrued_account_id": self._accrued_account(company).id,
            "owed_account_id": owed_account and owed_account.id,
            "line_ids": [Command.create(line) for line in lines],
            "user_id": self.env.uid,
            "done_on": fields.Datetime.now(),
        }

    def _accrued_account(self, company):
        """Return where what the payee has earned is accrued, whatever the settings say now (B5)."""
        theirs = [("company_id", "=", company.id), ("payee_id", "=", self.payee_id.id)]
        left = Counter()
        for line in self.env["commission.accrual.line"].search(theirs):
            left[line.accrual_id.accrued_account_id] += line.amount_company
        for booking in self.env["commission.booking"].search([*theirs, ("is_live", "=", True)]):
            left[booking.accrued_account_id] -= booking.amount_company
        accounts = [account for account in left if not company.currency_id.is_zero(left[account])]
        return accounts[0] if len(accounts) == 1 else company.commission_accrued_account_id

    # -- pay, take back ------------------------------------------------------------------------

    def action_pay(self):
        """Open Odoo's dialog that pays what is owed to the employees of these sheets."""
        self.check_access("read")
        self._check_accountant(self.env._("pay commission"), self.sudo().company_id)
        bookings = self.sudo().booking_ids.filtered(
            lambda booking: booking.is_live and booking.kind == "entry"
        )
        owed = bookings._owed_items().filtered(lambda item: not item.reconciled)
        if not owed:
            raise UserError(
                self.env._(
                    "Nothing of %s is owed by a journal entry and not paid yet.",
                    format_list(self.env, self.mapped("name")),
                )
            )
        return owed.sudo(False).action_register_payment()

    def action_take_back_payment(self):
        """Book the opposite of these sheets' entries, so that they can be booked anew."""
        self.check_access("read")
        self._check_accountant(self.env._("take back a payment"), self.sudo().company_id)
        for sheet in self.sudo():
            sheet.company_id._commission_touch()
            booking = sheet._live_booking()
            booking._check_can_be_taken_back(sheet)
            booking._take_back(self.env._("Payment of commission %s taken back", sheet.name))
        return True
