from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SaleOrder(models.Model):
    """The pro-forma invoice: what the customer is asked for before money has come (C1).

    No invoice may be issued before enough is collected, so the customer gets this paper instead:
    it names what is due now and where to pay it, and books nothing.
    """

    _inherit = "sale.order"

    def _pro_forma_lang(self):
        """The paper is the customer's, so it is in the customer's language."""
        self.ensure_one()
        return self.env["sop.paper"]._customer_lang(self.partner_id)

    def _pro_forma_paper(self):
        """Return what the pro-forma invoice prints, in the language of the context."""
        self.ensure_one()
        self.check_access("read")
        order, paper = self.sudo(), self.env["sop.paper"]
        contract = order.sop_contract_id.with_env(order.env)
        if not contract:
            raise UserError(
                self.env._(
                    "%s has no contract that a pro-forma invoice could ask money for. A quotation "
                    "gets its contract when it is submitted.",
                    order.name,
                )
            )
        customer = order.partner_invoice_id.commercial_partner_id
        return {
            "company_lines": paper._company_lines(order.company_id),
            "watermark": self._sop_watermark_html(),
            "facts": [
                (self.env._("Customer"), customer.name),
                (self.env._("Tax ID"), customer.vat or ""),
                (self.env._("Address"), contract._text_address(order.partner_invoice_id)),
                (self.env._("Contact"), order.partner_id.name),
                (self.env._("Contract number"), contract.number or ""),
                (self.env._("Order"), order.name),
                (self.env._("Date"), paper._date(order.company_id._sop_today())),
                (self.env._("Salesperson"), order.user_id.name or ""),
            ],
            "lines": [line._sop_paper_row() for line in order._sop_product_lines()],
            "amounts": order._sop_amounts(),
            "due": order._pro_forma_due(contract),
            "terms": [row for row in order._sop_terms() if row[1]],
            "bank": order._pro_forma_bank(),
        }

    def _pro_forma_due(self, contract):
        """Return ``[(label, amount)]``: received, due now, and the balance of the contract.

        Money is demanded for the contract. Where that is more than this order, the paper says so,
        since the lines above are the order's only.
        """
        received = contract.amount_collected
        percent, due = self._pro_forma_demand(contract, received)
        # Where nothing is demanded, nothing is left either.
        balance = contract.currency_id.round(contract.amount_total - received - due) if due else 0.0
        total = contract.amount_total
        in_all = contract.currency_id.compare_amounts(total, self.amount_total) != 0
        rows = [
            *([(self.env._("Total of contract %s", contract.number), total)] if in_all else []),
            (self.env._("Received for the contract"), received),
            (self._pro_forma_due_label(percent, in_all and contract.number), due),
            (
                self.env._("Balance of contract %s after that", contract.number)
                if in_all
                else self.env._("Balance after that"),
                max(0.0, balance),
            ),
        ]
        return [
            *(
                (label, formatLang(self.env, amount, currency_obj=contract.currency_id))
                for label, amount in rows
            ),
            (self.env._("Due now in words"), contract.currency_id._sop_amount_in_words(due)),
        ]

    def _pro_forma_due_label(self, percent, number):
        """Return what is due now; for the contract ``number`` in all, if given."""
        if number and percent < 100:
            return self.env._(
                "Due now for contract %(contract)s in all, to reach %(percent)s %%",
                contract=number,
                percent=f"{percent:.12g}",
            )
        if number:
            return self.env._("Due now for contract %s in all", number)
        if percent < 100:
            return self.env._("Due now, to reach %s %%", f"{percent:.12g}")
        return self.env._("Due now")

    def _pro_forma_demand(self, contract, received):
        """Return the percentage that is asked for now and the money it still takes.

        First what is due before the goods, then before the installation, then before the invoice,
        then the rest. Nothing is asked of a customer whose invoices are settled.
        """
        if contract._owes_nothing():
            return 100.0, 0.0
        for percent in (
            contract.prepayment_percent,
            contract.first_payment_percent,
            contract.invoice_gate_percent,
            100.0,
        ):
            missing = contract.currency_id.round(contract._gate_amount(percent) - received)
            if contract.currency_id.compare_amounts(missing, 0.0) > 0:
                return percent, missing
        return 100.0, 0.0

    def _pro_forma_bank(self):
        """Return ``[(label, value)]`` of the account that the money goes to.

        An account in the contract's currency, else one in any currency, else whatever there is.
        """
        currency = self.sop_contract_id.currency_id
        account = self.company_id.partner_id.bank_ids.sorted(
            lambda bank: (bank.currency_id != currency, bool(bank.currency_id))
        )[:1]
        rows = [
            (self.env._("Beneficiary"), self.company_id.name),
            (self.env._("Bank name"), account.bank_id.name),
            (self.env._("Account number"), account.acc_number),
            (self.env._("Payment reference"), self.sop_contract_id.number or self.name),
        ]
        return [row for row in rows if row[1]]
