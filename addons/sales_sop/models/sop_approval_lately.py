from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date, formatLang

# What the same customer ordered and was invoiced lately is shown to whoever approves.
SHOWN_DAYS = 30
SHOWN_ROWS = 10
DECIDERS = (
    "sales_sop.group_sales_manager,sales_sop.group_sales_head,sales_sop.group_marketing_director,"
    "sales_sop.group_vp_sales,sales_sop.group_general_manager,sales_sop.group_finance,"
    "sales_sop.group_finance_vp,sales_sop.group_legal"
)


class SopApproval(models.Model):
    """The customer's latest orders and invoices, so that nobody splits them to stay small.

    The day of creation counts, which nobody writes. The list shows only how many there are, which
    is read for all its rows at once.
    """

    _inherit = "sop.approval"

    lately_count = fields.Integer(
        string="Customer's Last 30 Days",
        compute="_compute_lately_count",
        compute_sudo=True,
        groups=DECIDERS,
        help="How many orders and invoices the customer had in the last 30 days, this one "
        "included.",
    )
    lately = fields.Html(
        string="The Customer's Other Orders and Invoices",
        compute="_compute_lately",
        compute_sudo=True,
        sanitize=False,
        groups=DECIDERS,
        help="What the same customer ordered and was invoiced in the last 30 days.",
    )

    def _compute_lately_count(self):
        counts = Counter()
        companies = self.company_id
        for model in ("sale.order", "account.move"):
            partner = "commercial_partner_id" if model == "account.move" else "partner_id"
            found = self.env[model]._read_group(
                [
                    *self._lately_domain(model, companies),
                    (f"{partner}.commercial_partner_id", "in", self._customers().ids),
                ],
                ["company_id", partner],
                ["__count"],
            )
            for company, customer, count in found:
                counts[company, customer.commercial_partner_id] += count
        for approval in self:
            key = approval.company_id, approval.partner_id.commercial_partner_id
            approval.lately_count = counts[key]

    def _customers(self):
        return self.partner_id.commercial_partner_id

    def _lately_domain(self, model, companies):
        since = fields.Datetime.now() - timedelta(days=SHOWN_DAYS)
        domain = [
            ("company_id", "in", companies.ids),
            ("create_date", ">=", since),
            ("state", "!=", "cancel"),
        ]
        if model == "account.move":
            domain.append(("move_type", "in", ("out_invoice", "out_receipt")))
        else:
            # Contracts from before the go-live were only entered lately.
            domain.append(("sop_contract_id", "not any", [("is_opening", "=", True)]))
        return domain

    def _compute_lately(self):
        for approval in self:
            rows = [
                row for model in ("sale.order", "account.move") for row in approval._rows(model)
            ]
            header = [self.env._("Document"), self.env._("Date"), self.env._("Total")]
            document = self.env["sop.approval.mixin"]
            approval.lately = document._approval_table(header, rows) if rows else False

    def _rows(self, model):
        """Return name, day and total of the customer's latest documents but this one."""
        if not self.partner_id:
            return []
        partner = "commercial_partner_id" if model == "account.move" else "partner_id"
        found = self.env[model].search(
            [
                *self._lately_domain(model, self.company_id),
                (f"{partner}.commercial_partner_id", "=", self._customers().id),
            ],
            order="create_date desc, id desc",
            limit=SHOWN_ROWS + 1,
        )
        others = found.filtered(lambda doc: (doc._name, doc.id) != (self.res_model, self.res_id))
        return [
            (
                document._sop_name() if model == "account.move" else document.name,
                format_date(self.env, document.create_date),
                formatLang(self.env, document.amount_total, currency_obj=document.currency_id),
            )
            for document in others[:SHOWN_ROWS]
        ]
