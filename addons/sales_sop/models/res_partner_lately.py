from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date, formatLang

# What the same customer ordered and was invoiced lately is shown to whoever approves.
SHOWN_DAYS = 30
SHOWN_ROWS = 10


class ResPartner(models.Model):
    """The customer's latest orders and invoices, so that nobody splits them to stay small."""

    _inherit = "res.partner"

    def _sop_lately_table(self, company, document):
        """Return a table of what the customer ordered and was invoiced in the last 30 days.

        By the day of creation, which nobody writes.

        :param document: the document that is approved; it is left out
        """
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=SHOWN_DAYS)
        mine = [
            ("partner_id", "child_of", self.commercial_partner_id.id),
            ("company_id", "=", company.id),
            ("create_date", ">=", since),
            ("state", "!=", "cancel"),
        ]
        invoices = [*mine, ("move_type", "in", ("out_invoice", "out_receipt"))]
        found = [
            *(self.env["sale.order"].sudo().search(mine, limit=SHOWN_ROWS) - self._only(document)),
            *(
                self.env["account.move"].sudo().search(invoices, limit=SHOWN_ROWS)
                - self._only(document, "account.move")
            ),
        ]
        if not found:
            return Markup()
        header = [
            self.env._("The customer's last %s days", SHOWN_DAYS),
            self.env._("Date"),
            self.env._("Total"),
        ]
        return document._approval_table(
            header,
            [
                (
                    record._sop_name() if record._name == "account.move" else record.name,
                    format_date(self.env, record.create_date),
                    formatLang(self.env, record.amount_total, currency_obj=record.currency_id),
                )
                for record in found
            ],
        )

    def _only(self, document, model="sale.order"):
        return document.sudo() if document._name == model else self.env[model].sudo()
