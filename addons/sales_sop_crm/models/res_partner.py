from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .sop_customer_facts_mixin import FACTS


class ResPartner(models.Model):
    """The customer's card keeps what every enquiry asks for, so it is asked for once (A5)."""

    _name = "res.partner"
    _inherit = ["res.partner", "sop.customer.facts.mixin"]

    sop_capital_currency_id = fields.Many2one(default=lambda self: self.env.company.currency_id)

    @api.model
    def _commercial_fields(self):
        """What a company is, all its people's cards say."""
        return [*super()._commercial_fields(), *FACTS]

    def _sop_learn(self, facts):
        """Write those of ``facts`` on the customer's card that it does not say yet."""
        customer = self.commercial_partner_id
        known = customer._sop_facts()
        new = {name: value for name, value in facts.items() if name not in known}
        if new:
            customer.write(customer._convert_to_write(new))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_registered_customer(self):
        """A registered enquiry keeps its customer."""
        enquiries = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("sop_registered_on", "!=", False),
                    "|",
                    ("sop_customer_id", "in", self.ids),
                    ("partner_id", "in", self.ids),
                ]
            )
        )
        kept = self & (enquiries.sop_customer_id | enquiries.partner_id)
        if kept:
            raise UserError(
                self.env._(
                    "%s is the customer of a registered enquiry (A5) and is kept. Archive it "
                    "instead.",
                    format_list(self.env, kept.mapped("display_name")),
                )
            )
