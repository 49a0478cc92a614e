from odoo import models

from odoo.addons.sales_sop.models.wording import enumerated

from .commission_sheet_approval import ROUTE


class CommissionSheet(models.Model):
    """The commission sheet on paper (个人提成单), in the reader's language (B3)."""

    _inherit = "commission.sheet"

    def _paper(self):
        """Return what the commission sheet prints."""
        self.ensure_one()
        self.check_access("read")
        sheet, paper = self.sudo(), self.env["sop.paper"]
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "company_lines": paper._company_lines(sheet.company_id),
            "watermark": paper._watermark(sheet._paper_mark()),
            "status": states[sheet.state],
            "copies": self._paper_copies(),
            "facts": sheet._paper_facts(),
            "contracts": sheet._paper_contracts(),
            "kinds": [(label, self._money(amount)) for label, amount in sheet._amounts_by_kind()],
            "total_entries": self._money(sheet.amount_entries),
            "totals": sheet._paper_totals(),
            "signatures": sheet._paper_signatures(),
        }

    def _paper_mark(self):
        return False if self.state in ("approved", "paid") else self.env._("NOT APPROVED")

    def _paper_copies(self):
        """Return the marks of the copies, in the order in which they are printed."""
        copies = [self.env._("Finance"), self.env._("Sales Office"), self.env._("Payee")]
        return self.env["sop.paper"]._copy_marks(copies)

    def _paper_facts(self):
        paper = self.env["sop.paper"]
        kinds = dict(self.payee_id._fields["kind"]._description_selection(self.env))
        return [
            (self.env._("Payee"), self.payee_id.name),
            (self.env._("Month"), f"{self.month:%Y-%m}"),
            (self.env._("Kind of payee"), kinds[self.payee_id.kind]),
            (
                self.env._("Period"),
                f"{paper._date(self.month)} – {paper._date(self.date_to)}",
            ),
        ]

    # -- lines ---------------------------------------------------------------------------------

    def _paper_contracts(self):
        """Return the lines by contract, in the order of the contracts' numbers."""
        groups = self.entry_ids.grouped("contract_id")
        return [
            {
                "contract": contract.number or self.env._("No contract"),
                "customer": contract.partner_id.name or "",
                "lines": [self._paper_line(entry) for entry in self._paper_order(entries)],
                "amount": self._money(sum(entries.mapped("amount"))),
            }
            for contract, entries in sorted(
                groups.items(), key=lambda group: (not group[0], group[0].number or "")
            )
        ]

    def _paper_order(self, entries):
        kinds = [kind for kind, __ in entries._fields["kind"].selection]
        return entries.sorted(lambda entry: (kinds.index(entry.kind), entry.date, entry.id))

    def _paper_line(self, entry):
        paper = self.env["sop.paper"]
        kinds = dict(entry._fields["kind"]._description_selection(self.env))
        return {
            "kind": kinds[entry.kind],
            "document": entry.invoice_id.name or entry.order_id.name or "",
            "date": paper._date(entry.money_date or entry.date),
            "base": self._money(entry.base) if entry.base else "",
            "rate": entry._percent(entry.rate) if entry.rate else "",
            "days_late": entry.days_late or "",
            "amount": self._money(entry.amount),
            "explanation": entry.explanation,
        }

    def _paper_totals(self):
        words = self.currency_id.with_env(self.env)._sop_amount_in_words(self.amount_payable)
        rows = [(self.env._("Commission of the month"), self._money(self.amount_entries))]
        if self.amount_carried_in:
            months = enumerated(
                self.env, [f"{sheet.month:%Y-%m}" for sheet in self.carried_from_ids]
            )
            label = self.env._("Carried in from %s", months)
            rows.append((label, self._money(self.amount_carried_in)))
            rows.append((self.env._("Total"), self._money(self.amount_total)))
        if self.amount_carried_out:
            label = self.env._("Carried to the next sheet")
            rows.append((label, self._money(self.amount_carried_out)))
        rows.append((self.env._("To be paid"), self._money(self.amount_payable)))
        rows.append((self.env._("In words"), words))
        return rows

    # -- who decided ---------------------------------------------------------------------------

    def _paper_signatures(self):
        """Return a box for the payee, for who submitted, and for each step that decides."""
        paper, approval = self.env["sop.paper"], self.env["sop.approval"]
        if self.state != "draft":
            approval = self._approval_for(ROUTE)
        boxes = [
            {"role": self.env._("Payee"), "user": self.payee_id.name},
            {
                "role": self.env._("Sales Office"),
                "user": approval.requested_by_id.name,
                "date": paper._datetime(approval.requested_on),
                "state": approval and self.env._("Submitted"),
            },
        ]
        rows = paper._approval_rows(approval) or self._paper_empty_boxes()
        # Who has not decided yet may sign by hand.
        return boxes + [row if row.get("user") else {"role": row["role"]} for row in rows]

    def _paper_empty_boxes(self):
        """Return the boxes of those who will decide what is not submitted yet."""
        route = self.env["sop.approval.route"]._for(ROUTE, self.company_id, self._name)
        steps = route.with_env(self.env).step_ids.sorted(lambda step: (step.stage, step.id))
        return [{"role": step.group_id.name} for step in steps]
