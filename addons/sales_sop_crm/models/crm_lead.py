from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

ENQUIRY_STATES = [
    ("open", "To Be Registered"),
    ("registered", "Registered"),
]
# Who keeps the register: salespeople for their own enquiries, the sales office for all.
REGISTRARS = ("sales_sop.group_salesperson", "sales_sop.group_sales_office")


class CrmLead(models.Model):
    """An enquiry is registered once it states all that the rule asks for (A5)."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "sop.customer.facts.mixin", "sop.protected.mixin"]
    _rec_names_search = ["name", "sop_enquiry_number"]

    sop_enquiry_number = fields.Char(
        string="Enquiry Number",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="Every company counts its registered enquiries on its own, every year anew.",
    )
    sop_registered_on = fields.Datetime(string="Registered On", readonly=True, copy=False)
    sop_registered_by_id = fields.Many2one(
        "res.users",
        string="Registered By",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    sop_customer_id = fields.Many2one(
        "res.partner",
        string="Registered Customer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The company or person whose enquiry it is; it does not become another's.",
    )
    sop_enquiry_state = fields.Selection(
        ENQUIRY_STATES,
        string="Enquiry",
        compute="_compute_sop_enquiry_state",
        store=True,
        copy=False,
    )
    sop_line_ids = fields.One2many("sop.enquiry.line", "lead_id", string="Enquiry Lines", copy=True)
    sop_missing = fields.Char(
        string="Not Stated Yet",
        compute="_compute_sop_missing",
        help="What the enquiry has to state before it can be registered (A5).",
    )

    _sop_enquiry_number_unique = models.Constraint(
        "UNIQUE(company_id, sop_enquiry_number)",
        "Another enquiry of the company has this number.",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "sop_enquiry_number",
            "sop_registered_on",
            "sop_registered_by_id",
            "sop_customer_id",
            "sop_enquiry_state",
        }

    @api.depends("sop_registered_on")
    def _compute_sop_enquiry_state(self):
        for lead in self:
            lead.sop_enquiry_state = "registered" if lead.sop_registered_on else "open"

    @api.depends("sop_enquiry_number")
    def _compute_display_name(self):
        """A registered enquiry is known by its number."""
        result = super()._compute_display_name()
        for lead in self.filtered("sop_enquiry_number"):
            lead.display_name = f"{lead.sop_enquiry_number} {lead.display_name}"
        return result

    def _sop_is_registered(self):
        self.ensure_one()
        return bool(self.sop_registered_on)

    # -- what an enquiry states ----------------------------------------------------------------

    @api.depends(
        "partner_id",
        "partner_name",
        "contact_name",
        "phone",
        "city",
        "state_id",
        "sop_nature",
        "sop_legal_representative",
        "sop_size",
        "sop_line_ids.product_id",
        "sop_line_ids.product_categ_id",
        "sop_line_ids.name",
        "sop_line_ids.quantity",
        "sop_line_ids.uom_id",
    )
    @api.depends_context("lang")
    def _compute_sop_missing(self):
        for lead in self:
            lead.sop_missing = format_list(self.env, lead._sop_missing_items())

    def _sop_missing_items(self):
        """Return the names of what the enquiry does not state (A5)."""
        self.ensure_one()
        is_person = self.sop_nature == "individual"
        stated = {
            self.env._("the customer's name"): self._sop_customer_name(),
            self.env._("the nature of the customer"): self.sop_nature,
            self.env._("the legal representative"): is_person or self.sop_legal_representative,
            self.env._("the size of the customer"): is_person or self.sop_size,
            self.env._("the place"): self.city or self.state_id.name,
            self.env._("a contact person"): self._sop_contact_name(),
            self.env._("a phone number"): self.phone,
            self.env._("what is asked for, with its quantity"): self.sop_line_ids,
        }
        missing = [name for name, value in stated.items() if not str(value or "").strip()]
        of_lines = [name for line in self.sop_line_ids for name in line._sop_missing()]
        return list(dict.fromkeys(missing + of_lines))

    def _sop_customer_name(self):
        """Return the name of the company that asks, or of the person who asks for themselves."""
        name = self.partner_name or self.partner_id.commercial_partner_id.name
        return name or (self.sop_nature == "individual" and self.contact_name)

    def _sop_contact_name(self):
        """Return who is talked to; the company itself is nobody."""
        partner = self.partner_id
        person = self.contact_name or (not partner.is_company and partner.name)
        return person or (self.sop_nature == "individual" and self._sop_customer_name())

    def _sop_missing_sentence(self):
        """Name everything at once that the enquiry does not state; empty if it is complete."""
        missing = self._sop_missing_items()
        if not missing:
            return ""
        return self.env._(
            "The enquiry %(enquiry)s does not state %(missing)s. Complete it, then register it "
            "(A5).",
            enquiry=self.display_name,
            missing=format_list(self.env, missing),
        )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """What an alias proposes for its mails is no registration."""
        protected = self._sop_protected_fields()
        kept = {
            name: value for name, value in (custom_values or {}).items() if name not in protected
        }
        return super().message_new(msg_dict, custom_values=kept)

    # -- registration --------------------------------------------------------------------------

    def action_sop_register(self):
        """Register these enquiries: from now on they are numbered and kept (A5)."""
        self.env.user._sop_require_role(self.env._("register an enquiry"), *REGISTRARS)
        self.check_access("write")
        for lead in self:
            lead._sop_check_can_register()
        for lead in self.sudo():
            lead._sop_register()
        return True

    def _sop_check_can_register(self):
        if self._sop_is_registered():
            raise UserError(
                self.env._(
                    "%(enquiry)s is registered already, with the number %(number)s.",
                    enquiry=self.name,
                    number=self.sop_enquiry_number,
                )
            )
        sentence = self._sop_missing_sentence()
        if sentence:
            raise UserError(sentence)

    def _sop_register(self):
        """Number the enquiry and let the customer's card learn what it says."""
        company = self.company_id or self.env.company
        self.write(
            {
                "company_id": company.id,
                "sop_enquiry_number": self._sop_next_enquiry_number(company),
                "sop_registered_on": fields.Datetime.now(),
                "sop_registered_by_id": self.env.uid,
                "sop_customer_id": self.partner_id.commercial_partner_id.id,
            }
        )
        self._sop_teach_customer()

    @api.model
    def _sop_next_enquiry_number(self, company):
        return self.env["ir.sequence"]._sop_next_yearly(
            {
                "name": f"{company.name}: enquiries",
                "code": "sop.enquiry",
                "prefix": "XJ%(range_year)s-",
            },
            company,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_registered(self):
        for lead in self:
            if lead._sop_is_registered():
                raise UserError(
                    self.env._(
                        "%(enquiry)s is registered with the number %(number)s and is kept. Mark "
                        "it as lost instead.",
                        enquiry=lead.name,
                        number=lead.sop_enquiry_number,
                    )
                )
