from odoo import api, fields, models

from .sop_customer_facts_mixin import FACTS


class CrmLead(models.Model):
    """What the known customer is, the enquiry proposes; what it learns, the customer keeps (A5)."""

    _inherit = "crm.lead"

    sop_nature = fields.Selection(
        compute="_compute_sop_nature", store=True, readonly=False, tracking=True
    )
    sop_legal_representative = fields.Char(
        compute="_compute_sop_legal_representative", store=True, readonly=False, tracking=True
    )
    sop_size = fields.Selection(
        compute="_compute_sop_size", store=True, readonly=False, tracking=True
    )
    sop_registered_capital = fields.Monetary(
        compute="_compute_sop_registered_capital", store=True, readonly=False, tracking=True
    )
    sop_capital_currency_id = fields.Many2one(
        compute="_compute_sop_capital_currency_id", store=True, readonly=False
    )

    # One method a field: what is given keeps Odoo from computing all that a method computes.

    @api.depends("partner_id")
    def _compute_sop_nature(self):
        self._sop_propose("sop_nature")

    @api.depends("partner_id")
    def _compute_sop_legal_representative(self):
        self._sop_propose("sop_legal_representative")

    @api.depends("partner_id")
    def _compute_sop_size(self):
        self._sop_propose("sop_size")

    @api.depends("partner_id")
    def _compute_sop_registered_capital(self):
        self._sop_propose("sop_registered_capital")

    @api.depends("partner_id")
    def _compute_sop_capital_currency_id(self):
        self._sop_propose("sop_capital_currency_id")
        for lead in self.filtered(lambda lead: not lead.sop_capital_currency_id):
            lead.sop_capital_currency_id = lead.company_currency

    def _sop_propose(self, name):
        """Take over what the customer's card says; where it says nothing, nothing changes."""
        for lead in self._sop_open():
            facts = lead.partner_id.commercial_partner_id._sop_facts()
            if name in facts:
                lead[name] = facts[name]

    def _sop_teach_customer(self):
        """Let the card of the customer, if there is one, learn what the enquiry says."""
        for lead in self.filtered("partner_id"):
            lead.partner_id._sop_learn(lead._sop_facts())

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        """A card made from the enquiry says what the enquiry says; people follow their company."""
        values = super()._prepare_customer_values(
            partner_name, is_company=is_company, parent_id=parent_id
        )
        if not parent_id:
            values |= self._convert_to_write(self._sop_facts())
        return values

    def _handle_partner_assignment(
        self, force_partner_id=False, create_missing=True, with_parent=None
    ):
        result = super()._handle_partner_assignment(
            force_partner_id=force_partner_id,
            create_missing=create_missing,
            with_parent=with_parent,
        )
        self._sop_teach_customer()
        return result

    @api.model
    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), *FACTS]
