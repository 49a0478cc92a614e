from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL, formatLang

from .touch import touch

# So many days of a customer's invoices count together.
SPLIT_DAYS = 30


class SopContract(models.Model):
    """When the finance VP approves the contract's invoices, frozen with its terms (C2)."""

    _inherit = "sop.contract"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    invoice_approval = fields.Boolean(
        string="Every Invoice Is Approved",
        readonly=True,
        copy=False,
        help="The finance VP approves every invoice of this contract (C2).",
    )
    invoice_auto_amount = fields.Monetary(
        string="Invoices Without Approval Up To",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="What all invoices of this contract, and what the customer's other contracts were "
        "invoiced in the last 30 days without a decision, less credit notes, may come to without "
        "the finance VP, at the agreed prices and in the company's currency. Zero means no limit "
        "(C2).",
    )

    def _customer_key(self):
        return self.company_id.id, self.partner_id.commercial_partner_id.id

    def _invoiced_lately(self, without=None):
        """Return ``{customer key: {contract id: amount}}`` in the companies' currencies (C2).

        What was posted in the last 30 days of invoices that nobody decided, so that splitting an
        order does not stay below the limit. When an invoice was posted nobody writes; its date
        anybody does, and a draft can wait. What credit notes gave back does not count: of each
        contract at most what is invoiced of it by now. A decided invoice that is credited makes
        no room for others that way, and neither does one from before.

        :param without: credit notes to leave out, as if they were not posted
        """
        amounts = defaultdict(dict)
        customers = self.partner_id.commercial_partner_id
        if not customers:
            return amounts
        for model in ("account.move", "account.move.line", "sop.approval"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id,
                       commercial_partner_id,
                       contract_id,
                       LEAST(SUM(amount) FILTER (WHERE is_undecided), GREATEST(SUM(amount), 0))
                  FROM (%(lines)s) lines
              GROUP BY company_id, commercial_partner_id, contract_id
                HAVING BOOL_OR(is_undecided)
                """,
                lines=self._invoiced_lately_lines_sql(customers, without),
            )
        )
        for company_id, customer_id, contract_id, amount in rows:
            amounts[company_id, customer_id][contract_id] = float(amount)
        return amounts

    def _invoiced_lately_lines_sql(self, customers, without):
        """The lines of the customers' posted invoices and credit notes, and who decided them."""
        return SQL(
            """
            WITH contract AS (
                SELECT contract.id, contract.company_id, partner.commercial_partner_id
                  FROM sop_contract contract
                  JOIN res_partner partner ON partner.id = contract.partner_id
                 WHERE partner.commercial_partner_id IN %(customers)s
                   AND contract.company_id IN %(companies)s),
            linked AS (%(linked)s)
            SELECT contract.company_id,
                   contract.commercial_partner_id,
                   contract.id AS contract_id,
                   CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                       * line.price_total / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)
                       AS amount,
                   move.move_type <> 'out_refund'
                       AND COALESCE(move.sop_posted_on, move.create_date) >= %(since)s
                       AND NOT EXISTS (
                           SELECT FROM sop_approval approval
                            WHERE approval.res_model = 'account.move'
                              AND approval.res_id = move.id
                              AND approval.code = 'invoice'
                              AND approval.state = 'approved') AS is_undecided
              FROM contract
              JOIN linked ON linked.contract_id = contract.id
              JOIN account_move_line line ON line.id = linked.line_id
              JOIN account_move move ON move.id = line.move_id
             WHERE line.display_type = 'product'
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
               AND move.id <> ALL(%(without)s)
            """,
            linked=self._invoice_lines_sql(SQL("(SELECT id FROM contract)")),
            customers=tuple(customers.ids),
            companies=tuple(self.company_id.ids),
            since=fields.Datetime.now() - timedelta(days=SPLIT_DAYS),
            without=without.ids if without else [],
        )

    def _touch_customers(self):
        """Let two invoices of one customer at the same moment see one another."""
        touch(self.partner_id.commercial_partner_id)

    def _passes_invoice_limit(self, before, after):
        """Whether the step from ``before`` to ``after`` goes beyond what the policy lets pass."""
        limit, currency = self.invoice_auto_amount, self.company_currency_id
        return bool(
            limit
            and currency.compare_amounts(before, limit) <= 0
            and currency.compare_amounts(after, limit) > 0
        )

    def _invoice_approval_reasons(self, name, amount, lately=0.0):
        """Return the sentences why the policy wants this invoice approved; empty if it does not.

        :param str name: how the invoice is called
        :param float amount: what the contract's invoices come to with it, in its currency
        :param float lately: what the customer's other contracts were invoiced in the last 30
            days without a decision, in the company's currency
        """
        self.ensure_one()
        if self.invoice_approval:
            return [
                self.env._(
                    "%(invoice)s: the policy wants every invoice of contract %(contract)s "
                    "approved.",
                    invoice=name,
                    contract=self.number,
                )
            ]
        currency = self.company_currency_id
        total = currency.round(amount / (self.currency_rate or 1.0))
        limit = self.invoice_auto_amount
        if not limit or currency.compare_amounts(total + lately, limit) <= 0:
            return []
        if currency.compare_amounts(total, limit) <= 0:
            return [self._split_sentence(name, total, lately)]
        return [
            self.env._(
                "%(invoice)s brings the invoices of contract %(contract)s to %(amount)s; the "
                "policy lets %(limit)s pass without a decision.",
                invoice=name,
                contract=self.number,
                amount=formatLang(self.env, total, currency_obj=currency),
                limit=formatLang(self.env, limit, currency_obj=currency),
            )
        ]

    def _split_sentence(self, name, total, lately):
        def written(amount):
            return formatLang(self.env, amount, currency_obj=self.company_currency_id)

        return self.env._(
            "%(invoice)s brings the invoices of contract %(contract)s to %(amount)s, and what "
            "other contracts of %(customer)s were invoiced in the last 30 days without a decision "
            "is %(lately)s; the policy lets %(limit)s pass in all.",
            invoice=name,
            contract=self.number,
            amount=written(total),
            customer=self.partner_id.commercial_partner_id.display_name,
            lately=written(lately),
            limit=written(self.invoice_auto_amount),
        )
