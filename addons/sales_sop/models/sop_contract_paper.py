from markupsafe import Markup

from odoo import models
from odoo.tools import is_html_empty

from .wording import enumerated, in_brackets


class SopContract(models.Model):
    """The printed contract, and the sheet that shows who countersigned it (K2, K7, K8)."""

    _inherit = "sop.contract"

    def _paper_lang(self):
        """Return the language the contract is printed in: its text's own."""
        self.ensure_one()
        installed = dict(self.env["res.lang"].get_installed())
        return self.text_lang if self.text_lang in installed else self.env.lang

    def _contract_paper(self):
        """Return what the contract prints: the text as it was agreed, never today's facts."""
        self.ensure_one()
        self.check_access("read")
        contract, paper = self.sudo(), self.env["sop.paper"]
        return {
            "company_lines": paper._company_lines(contract.company_id),
            "watermark": self._paper_watermark(),
            "date": paper._date(contract.date_effective),
            "text": Markup(contract.text) if contract.text else contract._paper_without_text(),
            "seller": contract.company_id.name,
            "buyer": contract.partner_id.name,
        }

    def _paper_watermark(self):
        """Mark what is not agreed yet, or not any more."""
        labels = {
            "draft": self.env._("NOT COUNTERSIGNED"),
            "cancelled": self.env._("CANCELLED"),
        }
        return self.env["sop.paper"]._watermark(labels.get(self.state))

    def _paper_without_text(self):
        """Return the essentials of a contract for which the policy asks for no written one."""
        head = Markup('<h2 style="text-align: center">%s</h2>') % self.env._("Sales Contract")
        if not self._text_orders():
            return head + self._text_parties() + self._paper_total()
        parts = (self._text_parties(), self._text_goods(), self._text_delivery())
        return head + Markup().join(parts) + self._text_payment()

    def _paper_total(self):
        """Return the total of a contract whose goods were sold before the go-live."""
        rows = [
            (self.env._("Total, tax included"), self._format(self.amount_total)),
            (self.env._("In words"), self._text_amount_in_words()),
        ]
        return self._text_table((), rows)

    def _countersigning_paper(self):
        """Return what the countersigning sheet prints, in the reader's language (K2)."""
        self.ensure_one()
        self.check_access("read")
        contract, paper = self.sudo(), self.env["sop.paper"]
        orders = contract._text_orders()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "company_lines": paper._company_lines(contract.company_id),
            "watermark": self._paper_watermark(),
            "status": states[contract.state],
            "facts": [
                (self.env._("Contract number"), contract.number),
                (self.env._("Orders"), enumerated(self.env, orders.mapped("name"))),
                (self.env._("Customer"), contract.partner_id.name),
                (self.env._("Salesperson"), contract.user_id.name or ""),
                (self.env._("Kind of sale"), kinds[contract.kind]),
                (self.env._("Effective on"), paper._date(contract.date_effective)),
                (self.env._("Total, tax included"), self._format(contract.amount_total)),
                (self.env._("In words"), contract._text_amount_in_words()),
            ],
            "terms": contract._paper_terms(orders),
            "approvals": [
                (
                    self.env._("Application %s", order.name),
                    paper._approval_rows(order._approval_for("application")),
                )
                for order in orders
            ]
            + [
                (
                    self.env._("Countersigning"),
                    paper._approval_rows(contract._approval_for("contract")),
                )
            ],
        }

    def _paper_terms(self, orders):
        """Return ``[(label, value)]`` of the frozen percentages and of each order's terms."""
        rows = [
            (self.env._("Payment before goods"), "prepayment_percent"),
            (self.env._("First payment before installation"), "first_payment_percent"),
            (self.env._("Collected before invoice"), "invoice_gate_percent"),
        ]
        terms = [
            (
                label,
                in_brackets(
                    self.env, f"{self[name]:.12g} %", self._format(self._gate_amount(self[name]))
                ),
            )
            for label, name in rows
            if self[name]
        ]
        for order in orders.with_env(self.env):
            terms += [row for row in order._sop_terms() if row[1]]
        return terms

    def _text_annex(self):
        """Return the annex of a drafted text: the terms in figures and the orders' own notes."""
        orders = self._text_orders()
        table = self._text_table((), self._paper_terms(orders))
        notes = Markup().join(
            Markup(order.note) for order in orders if not is_html_empty(order.note)
        )
        return Markup("<h4>%s</h4>%s%s") % (self.env._("Annex: Terms"), table, notes)
