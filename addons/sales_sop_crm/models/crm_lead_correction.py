from contextlib import contextmanager

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .crm_lead import REGISTRARS

# What the register says of an enquiry, besides its lines.
REGISTERED_FIELDS = (
    "company_id",
    "partner_id",
    "partner_name",
    "contact_name",
    "phone",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
    "sop_nature",
    "sop_legal_representative",
    "sop_size",
    "sop_registered_capital",
    "sop_capital_currency_id",
)
# A mark on the cursor, which no client reaches: these enquiries are being corrected now.
CORRECTED = "sales_sop_crm.corrected_enquiries"


class CrmLead(models.Model):
    """What was registered is corrected with a trace, never emptied or made another's (A5)."""

    _inherit = "crm.lead"

    street = fields.Char(tracking=True)
    street2 = fields.Char(tracking=True)
    city = fields.Char(tracking=True)
    zip = fields.Char(tracking=True)
    state_id = fields.Many2one(tracking=True)
    country_id = fields.Many2one(tracking=True)

    def write(self, vals):
        if not {*REGISTERED_FIELDS, "sop_line_ids"}.intersection(vals):
            return super().write(vals)
        with self._sop_correcting():
            return super().write(vals)

    @contextmanager
    def _sop_correcting(self):
        """Judge what the block changes of registered enquiries when it is done, all at once."""
        marks = self.env.cr.cache.setdefault(CORRECTED, set())
        leads = self.sudo().filtered(lambda lead: lead.sop_registered_on and lead.id not in marks)
        marks.update(leads.ids)
        try:
            before = {lead: lead._sop_registered_content() for lead in leads}
            yield
        finally:
            marks.difference_update(leads.ids)
        for lead in leads.exists():
            lead._sop_judge_correction(*before[lead], self.env.su)

    def _sop_registered_content(self):
        """Return values and lines of the enquiry, to be compared."""
        self.ensure_one()
        values = {name: self[name] for name in REGISTERED_FIELDS}
        return values, {line.id: line._sop_text() for line in self.sop_line_ids}

    def _sop_judge_correction(self, values, lines, is_private):
        """Raise unless the registered enquiry may be changed like this; trace its lines."""
        new_values, new_lines = self._sop_registered_content()
        if (values, lines) == (new_values, new_lines):
            return
        if not is_private:
            self.env.user._sop_require_role(
                self.env._("correct the registered enquiry %s", self.sop_enquiry_number),
                *REGISTRARS,
            )
        self._sop_check_same_customer(values, new_values)
        missing = self._sop_missing_items()
        if missing:
            raise UserError(
                self.env._(
                    "%(number)s is registered and would not state %(missing)s any more. Correct "
                    "it, but leave nothing out (A5).",
                    number=self.sop_enquiry_number,
                    missing=format_list(self.env, missing),
                )
            )
        self._sop_trace_lines(lines, new_lines)

    def _sop_check_same_customer(self, old, new):
        """Raise if the enquiry became another's; the first card it gets is its customer's."""
        customer = new["partner_id"].commercial_partner_id
        if not self.sop_customer_id and old["company_id"] == new["company_id"]:
            self.sop_customer_id = customer
            return
        is_other = old["partner_id"] != new["partner_id"] and customer != self.sop_customer_id
        if is_other or old["company_id"] != new["company_id"]:
            raise UserError(
                self.env._(
                    "%(number)s is the registered enquiry of %(customer)s and stays with it, in "
                    "its company. Register another enquiry for another customer.",
                    number=self.sop_enquiry_number,
                    customer=self.sop_customer_id.display_name or self.partner_name,
                )
            )

    def _sop_trace_lines(self, old, new):
        """Write into the history which lines changed; Odoo traces the other values itself."""
        rows = [
            (text, new.get(line, "—")) for line, text in old.items() if new.get(line) != text
        ] + [("—", text) for line, text in new.items() if line not in old]
        if not rows:
            return
        items = Markup().join(Markup("<li>%s → %s</li>") % row for row in rows)
        self.message_post(
            body=Markup("<p>%s</p><ul>%s</ul>") % (self.env._("Enquiry lines corrected"), items),
            subtype_xmlid="mail.mt_note",
        )

    # -- what Odoo would compute anew ----------------------------------------------------------

    def _sop_open(self):
        """Return those of these enquiries that are not registered."""
        return self.filtered(lambda lead: not lead.sop_registered_on)

    def _compute_company_id(self):
        return super(CrmLead, self._sop_open())._compute_company_id()

    def _compute_partner_name(self):
        return super(CrmLead, self._sop_open())._compute_partner_name()

    def _compute_contact_name(self):
        return super(CrmLead, self._sop_open())._compute_contact_name()

    def _compute_phone(self):
        return super(CrmLead, self._sop_open())._compute_phone()

    def _compute_partner_address_values(self):
        return super(CrmLead, self._sop_open())._compute_partner_address_values()
