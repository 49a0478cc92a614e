from odoo import api, fields, models
from odoo.tools import SQL

from .commission_blocked import OTHERS_REASONS


class SopContract(models.Model):
    """What is earned with a contract, may still be earned with it, and earns nothing yet.

    Everybody sees what they may read: payees their own part, the readers of all commission the
    whole. Amounts are in the company's currency.
    """

    _inherit = "sop.contract"

    commission_is_visible = fields.Boolean(
        compute="_compute_commission_amount", groups="base.group_user"
    )
    commission_amount = fields.Monetary(
        string="Commission",
        currency_field="company_currency_id",
        compute="_compute_commission_amount",
        help="What is earned with the contract, less what was taken back.",
        groups="base.group_user",
    )

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_commission_amount(self):
        amounts = self._commission_earned()
        for contract in self:
            contract.commission_amount = amounts.get(contract.id, 0.0)
            contract.commission_is_visible = contract._commission_is_visible()

    def _commission_is_visible(self):
        """Whether the user reads everybody's commission, or may earn with the contract."""
        self.ensure_one()
        user = self.env.user
        if not user._sop_has_role("sales_sop.group_user", "base.group_system"):
            return False
        return (
            user._commission_reads_all()
            or self.user_id == user
            or user in self.sudo().commission_split_ids.line_ids.payee_id.user_id
        )

    def _commission_earned(self):
        """Return ``{contract id: amount}`` of the ledger, of what the user may read."""
        entries = self.env["commission.entry"].sudo(False)
        if not entries.has_access("read"):
            return {}
        amounts = {}
        for contract, currency, amount in entries._read_group(
            [("contract_id", "in", self.ids)], ["contract_id", "currency_id"], ["amount:sum"]
        ):
            company = contract.sudo().company_id
            amounts.setdefault(contract.id, 0.0)
            amounts[contract.id] += company._commission_money(amount, currency)
        return amounts

    def _commission_to_come(self):
        """Return what the user's payees earn with the next calculation and with open money.

        Tiers, limits and deductions are not foreseen. What a calculation leaves to rounding, less
        than a unit of the currency for each rule, is nothing.
        """
        self.ensure_one()
        company = self.company_id
        in_books = self._commission_in_books(self._commission_scope())
        expected = self._commission_in_books(self._commission_scope(is_expected=True))
        uncalculated = sum(in_books) - self._commission_posted()
        if abs(uncalculated) <= company.currency_id.rounding * len(in_books):
            uncalculated = 0.0
        return company.currency_id.round(uncalculated + sum(expected))

    def _commission_posted(self):
        """Return what the ledger says of the money of the contract, without any deduction."""
        posted = [
            ("contract_id", "=", self.id),
            ("kind", "=", "earned"),
            ("payee_id", "in", self._commission_payees().ids),
        ]
        entries = self.env["commission.entry"].sudo()
        money = self.company_id._commission_money
        return sum(
            money(amount, currency)
            for currency, amount in entries._read_group(posted, ["currency_id"], ["amount:sum"])
        )

    def _commission_in_books(self, scope):
        """Return what the user's payees earn under each rule with the money of ``scope``."""
        self.env["commission.truth"]._prepare_statement()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT currency_id, SUM(amount)
                  FROM (%s) earned
                 WHERE payee_id = ANY(%s)
              GROUP BY currency_id, rule_id
                """,
                self.env["commission.expected"].sudo()._rows_sql(scope),
                self._commission_payees().ids,
            )
        )
        currencies = self.env["res.currency"]
        return [
            self.company_id._commission_money(float(amount), currencies.browse(currency_id))
            for currency_id, amount in rows
        ]

    def _commission_blocked(self):
        """Return ``[(reason, amount)]`` of the contract's money that earns nothing yet.

        What the manager or the pool lacks is told to those who read everybody's commission.
        """
        self.ensure_one()
        report = self.env["commission.blocked"].sudo()
        report.env["commission.truth"]._prepare_statement()
        rows = self.env.execute_query(report._of_contract_sql(self._commission_scope()))
        left_out = () if self.env.user._commission_reads_all() else OTHERS_REASONS
        return [
            (reason, float(amount))
            for reason, amount in rows
            if reason not in left_out and not self.currency_id.is_zero(float(amount))
        ]

    def _commission_scope(self, **values):
        report = self.env["commission.report"].sudo()
        return report._today_scope(self.company_id, contract_ids=tuple(self.ids), **values)

    def _commission_payees(self):
        """Return the payees whose commission the user may read."""
        payees = self.env["commission.payee"].sudo().with_context(active_test=False)
        domain = [("company_id", "=", self.company_id.id)]
        if not self.env.user._commission_reads_all():
            domain.append(("user_id", "=", self.env.uid))
        return payees.search(domain)

    def action_view_commission(self):
        """Open what is earned with the contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("commission.commission_entry_action")
        return {**action, "domain": [("contract_id", "=", self.id)], "context": {}}
