from collections import Counter

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_repr

ROUTE = "commission_sheet"
# What the list of approvals shows of a sheet with very many contracts.
SHOWN_CONTRACTS = 10


class CommissionSheet(models.Model):
    """Finance and the finance VP review the sheet, the general manager approves it (B3)."""

    _inherit = "commission.sheet"

    @api.depends("approval_ids.step_ids.state", "approval_ids.state", "state")
    def _compute_approval_state(self):
        for sheet in self:
            approval = sheet._approval_for(ROUTE)
            sheet.approval_state = sheet._approval_state(ROUTE)
            sheet.waiting_for = approval.waiting_for if approval.state == "pending" else False
            is_back = approval.state == "refused" and sheet.state == "draft"
            sheet.refusal = approval._refusal_reason() if is_back else False

    def action_submit(self):
        """Submit these sheets, each payee's earliest month first."""
        self.sorted(lambda sheet: (sheet.month, sheet.id)).submit_approval(ROUTE)
        return True

    # -- when ----------------------------------------------------------------------------------

    def _check_submission(self, route_code):
        sheet = self.sudo()
        # What is filled, adjusted or decided at the same moment is seen.
        sheet.company_id._commission_touch()
        if route_code != ROUTE:
            raise UserError(self.env._("%s goes another route than this one.", self.name))
        if sheet.state != "draft":
            raise UserError(self.env._("%s is already submitted.", self.name))
        if sheet._is_empty():
            raise UserError(
                self.env._("%s has no line yet. Fill the sheets of the month first.", self.name)
            )
        sheet._check_earlier_months()

    def _is_empty(self):
        return not (self.entry_ids or self.carried_from_ids)

    def _check_earlier_months(self):
        """What an earlier sheet carries forward has to be known before the next is submitted."""
        earlier = self.search(
            [
                *self._drafts(self.company_id),
                ("payee_id", "=", self.payee_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("month", "<", self.month),
            ],
            order="month",
        ).filtered(lambda sheet: not sheet._is_empty())
        if earlier:
            raise UserError(
                self.env._(
                    "%(sheet)s cannot be submitted before %(earlier)s, which is still a draft. "
                    "Submit that one first, or both together.",
                    sheet=self.name,
                    earlier=earlier[0].name,
                )
            )

    def _before_submission(self, route):
        """Fix the amounts: from now on nothing joins the sheet and nothing leaves it."""
        self._carry_in()
        self._refresh_amounts()
        self._set_state("pending")

    # -- what ----------------------------------------------------------------------------------

    def _approval_content(self, route_code):
        self.ensure_one()
        digits = self.currency_id.decimal_places

        def exact(amount):
            return float_repr(amount, digits)

        return {
            "payee": self.payee_id.id,
            "month": f"{self.month:%Y-%m}",
            "currency": self.currency_id.id,
            "entries": [[entry.id, exact(entry.amount)] for entry in self.entry_ids.sorted("id")],
            "carried_in": exact(self.amount_carried_in),
            "payable": exact(self.amount_payable),
            "carried_out": exact(self.amount_carried_out),
        }

    def _approval_values(self, route_code):
        return {
            "document_name": self.name,
            "company_id": self.company_id.id,
            "salesperson_id": self._approval_salesperson().id,
            "amount": self.amount_payable,
            "currency_id": self.currency_id.id,
        }

    def _approval_salesperson(self):
        return self.payee_id._people()[:1]

    def _approval_summary(self, route_code):
        """The contracts with most commission, the sum by kind, and what is paid."""
        self.ensure_one()
        header = [self.env._("Contract"), self.env._("Customer"), self.env._("Commission")]
        rows = [*self._summary_of_contracts(), *self._summary_of_kinds()]
        if self.amount_carried_in:
            rows.append(("", self.env._("Carried in"), self._money(self.amount_carried_in)))
        rows.append(("", self.env._("To be paid"), self._money(self.amount_payable)))
        if self.amount_carried_out:
            rows.append(("", self.env._("Carried forward"), self._money(self.amount_carried_out)))
        if self.dispute_count:
            rows.append(("", self.env._("Open disputes"), self.dispute_count))
        return self._approval_table(header, rows)

    def _summary_of_contracts(self):
        amounts = Counter()
        for entry in self.entry_ids:
            amounts[entry.contract_id] += entry.amount
        contracts = sorted(amounts, key=lambda contract: (-abs(amounts[contract]), contract.id))
        rows = [
            (
                contract.number or self.env._("No contract"),
                contract.partner_id.name or "",
                self._money(amounts[contract]),
            )
            for contract in contracts[:SHOWN_CONTRACTS]
        ]
        others = contracts[SHOWN_CONTRACTS:]
        if others:
            rest = sum(amounts[contract] for contract in others)
            rows.append((self.env._("%s more contracts", len(others)), "", self._money(rest)))
        return rows

    def _summary_of_kinds(self):
        return [("", label, self._money(amount)) for label, amount in self._amounts_by_kind()]

    def _amounts_by_kind(self):
        """Return ``[(label, amount)]`` of the kinds of entries on the sheet."""
        amounts = Counter()
        for entry in self.entry_ids:
            amounts[entry.kind] += entry.amount
        labels = self.env["commission.entry"]._fields["kind"]._description_selection(self.env)
        return [(label, amounts[kind]) for kind, label in labels if kind in amounts]

    # -- what follows --------------------------------------------------------------------------

    def _on_approvals_approved(self, approvals):
        result = super()._on_approvals_approved(approvals)
        for company in self.company_id:
            company._commission_touch()
            # What is carried forward is known now.
            drafts = self.search([*self._drafts(company), ("payee_id", "in", self.payee_id.ids)])
            drafts._carry_in()
            drafts._refresh_amounts()
        return result

    def _on_approval_approved(self, approval):
        self._set_state("approved")
        self._tell_payee()

    def _tell_payee(self):
        for user in self.payee_id.user_id:
            sheet = self.with_context(lang=user.lang)
            sheet.message_notify(
                subject=sheet.env._("Your commission sheet %s is approved", sheet.name),
                body=sheet.env._("To be paid: %s.", sheet._money(sheet.amount_payable)),
                partner_ids=user.partner_id.ids,
            )

    def _on_approval_refused(self, approval):
        self._set_state("draft")
        return super()._on_approval_refused(approval)

    def _on_approval_withdrawn(self, approval):
        if self.env.user != approval.requested_by_id:
            raise AccessError(
                self.env._(
                    "%(sheet)s was submitted by %(user)s, who alone can withdraw it. Dispute a "
                    "line of it instead.",
                    sheet=self.name,
                    user=approval.requested_by_id.name,
                )
            )
        self._set_state("draft")
        return super()._on_approval_withdrawn(approval)

    def _approvals_i_withdraw(self):
        """The payee does not withdraw what the sales office has submitted."""
        mine = super()._approvals_i_withdraw()
        return mine.filtered(lambda approval: approval.requested_by_id == self.env.user)
