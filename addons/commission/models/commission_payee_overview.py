import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import date_utils, format_date

from .commission_blocked import OTHERS_REASONS

MONTHS = 12


class CommissionPayee(models.Model):
    """What a payee has earned, may expect and does not get yet, at a glance.

    Nothing is stored. Amounts are in the company's currency; those of a plan or a contract in
    another currency are converted at today's rate.
    """

    _inherit = "commission.payee"

    amount_earned = fields.Monetary(
        string="Earned",
        compute="_compute_earned",
        help="All that was ever earned, less what was taken back.",
    )
    amount_month = fields.Monetary(string="Earned This Month", compute="_compute_earned")
    amount_year = fields.Monetary(string="Earned This Year", compute="_compute_earned")
    month_graph = fields.Text(
        string="Earned by Month",
        compute="_compute_earned",
        help="Bars of the last twelve months, as data for the chart.",
    )
    amount_unpaid = fields.Monetary(
        string="Approved, Not Paid Yet",
        compute="_compute_unpaid",
        help="What approved commission sheets pay that are not paid yet.",
    )
    amount_expected = fields.Monetary(
        string="Still Expected",
        compute="_compute_expected",
        help="What is earned when customers pay all that effective contracts still owe.",
    )
    amount_blocked = fields.Monetary(
        string="Money Without Commission",
        compute="_compute_blocked",
        help="Money of the own contracts, tax included, that earns nothing yet.",
    )

    @api.depends_context("uid", "lang")
    @api.depends("user_id")
    def _compute_earned(self):
        by_month = self._earned_by_month()
        for payee in self:
            today = payee.company_id._sop_today()
            earned = by_month[payee.id]
            payee.amount_earned = sum(earned.values())
            payee.amount_month = earned.get(date_utils.start_of(today, "month"), 0.0)
            payee.amount_year = sum(
                amount for month, amount in earned.items() if month.year == today.year
            )
            payee.month_graph = json.dumps([payee._bars(earned, today)])

    def _earned_by_month(self):
        """Return ``{payee id: {first day of the month: amount}}``."""
        groups = self.env["commission.entry"]._read_group(
            [("payee_id", "in", self.ids)],
            ["payee_id", "currency_id", "date:month"],
            ["amount:sum"],
        )
        by_month = defaultdict(lambda: defaultdict(float))
        for payee, currency, month, amount in groups:
            by_month[payee.id][month] += payee.company_id._commission_money(amount, currency)
        return by_month

    def _bars(self, earned, today):
        """Return the bars of the last months as the chart wants them."""
        this_month = date_utils.start_of(today, "month")
        months = [
            date_utils.subtract(this_month, months=number) for number in reversed(range(MONTHS))
        ]
        return {
            "key": self.env._("Earned"),
            "values": [
                {
                    "label": format_date(self.env, month, date_format="MMM"),
                    "value": self.currency_id.round(earned.get(month, 0.0)),
                    "type": "future" if month == this_month else "past",
                }
                for month in months
            ],
        }

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_unpaid(self):
        unpaid = defaultdict(float)
        for payee, currency, amount in self.env["commission.sheet"]._read_group(
            self._unpaid_sheets(), ["payee_id", "currency_id"], ["amount_payable:sum"]
        ):
            unpaid[payee.id] += payee.company_id._commission_money(amount, currency)
        for payee in self:
            payee.amount_unpaid = unpaid[payee.id]

    def _unpaid_sheets(self):
        return [("payee_id", "in", self.ids), ("state", "=", "approved")]

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_expected(self):
        expected = defaultdict(float)
        report = self.env["commission.expected"]
        for (payee, currency), amount in report._of_payees(self, "amount").items():
            expected[payee.id] += payee.company_id._commission_money(amount, currency)
        for payee in self:
            payee.amount_expected = expected[payee.id]

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_blocked(self):
        groups = self.env["commission.blocked"]._read_group(
            self._blocked_domain(),
            ["user_id", "company_id", "currency_id"],
            ["amount:sum"],
        )
        for payee in self:
            payee.amount_blocked = sum(
                payee.company_id._commission_money(amount, currency)
                for user, company, currency, amount in groups
                if user == payee.user_id and company == payee.company_id
            )

    # -- the lists behind the figures ----------------------------------------------------------

    def action_open_entries(self):
        """Open all that the payee has earned."""
        return self._open("commission_entry_action", [("payee_id", "in", self.ids)])

    def action_open_month(self):
        """Open what the payee has earned this month."""
        return self._open_since("month")

    def action_open_year(self):
        """Open what the payee has earned this year."""
        return self._open_since("year")

    def action_open_graph(self):
        """Open the graph of what the payee has earned."""
        action = self.action_open_entries()
        return {**action, "views": [(False, "graph"), (False, "list"), (False, "form")]}

    def action_open_unpaid(self):
        """Open the payee's approved sheets that are not paid yet."""
        return self._open("commission_sheet_action", self._unpaid_sheets())

    def action_open_expected(self):
        """Open what the payee may still expect."""
        return self._open("commission_expected_action", [("payee_id", "in", self.ids)])

    def action_open_blocked(self):
        """Open the money of the payee's contracts that earns nothing."""
        return self._open("commission_blocked_action", self._blocked_domain())

    def _blocked_domain(self):
        return [
            ("user_id", "in", self.user_id.ids),
            # The same user may be a payee of several companies.
            ("company_id", "in", self.company_id.ids),
            ("reason", "not in", OTHERS_REASONS),
        ]

    def _open_since(self, period):
        since = date_utils.start_of(self.company_id[:1]._sop_today(), period)
        domain = [("payee_id", "in", self.ids), ("date", ">=", since)]
        return self._open("commission_entry_action", domain)

    @api.model
    def _open(self, action, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"commission.{action}")
        return {**action, "domain": domain, "context": {}}
