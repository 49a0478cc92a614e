from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.attack_case import EVERYBODY
from odoo.addons.sales_sop.tests.attack_dialogs import DialogCase
from odoo.addons.sales_sop.tests.common import rule

from .common import EnquiryCase

REGISTRARS = {"salesperson", "sales_office"}
OPEN = {("crm.lead", "action_sop_register"): REGISTRARS}
# Odoo's dialogs that write into enquiries: who changes what is registered by which button.
DIALOGS = {
    ("crm.lead2opportunity.partner", "action_apply"): REGISTRARS,
    ("crm.lead2opportunity.partner.mass", "action_mass_convert"): REGISTRARS,
    ("crm.merge.opportunity", "action_merge"): REGISTRARS,
}
# What of an enquiry counts: the registration and what it states.
FACTS = (
    "sop_enquiry_number",
    "sop_registered_on",
    "sop_registered_by_id",
    "sop_customer_id",
    "sop_nature",
    "sop_legal_representative",
    "sop_size",
    "partner_id",
    "city",
    "sop_line_ids",
)


@tagged("post_install", "-at_install")
class TestEnquiryMethods(DialogCase, EnquiryCase):
    """Whatever a client can press or fill in registers and changes no more than its role may."""

    modules = ("sales_sop_crm",)
    buttons = {
        "crm.lead.lost": ["action_lost_reason_apply"],
        "crm.lead2opportunity.partner": ["action_apply"],
        "crm.lead2opportunity.partner.mass": ["action_mass_convert"],
        "crm.merge.opportunity": ["action_merge"],
    }

    def setUp(self):
        super().setUp()
        self.second_salesperson()
        self.open, self.kept = self.enquiry(), self.registered()
        self.other = self.enquiry(city="Elsewhere", sop_size="large")

    def _content(self, record):
        """Odoo's own figures of a lead change with its life; what is registered does not."""
        if record._name == "crm.lead" and record.exists():
            return record.sudo().read(FACTS, load=None)
        return super()._content(record)

    def _records(self):
        leads = [self.open, self.kept, self.other]
        return [one.sudo() for lead in leads for one in (lead, lead.sop_line_ids)]

    def _dialogs(self):
        both = [Command.set((self.kept | self.other).ids)]
        convert = {"lead_id": self.other.id, "name": "merge", "duplicated_lead_ids": both}
        return [
            ("crm.lead.lost", {"lead_ids": both}),
            ("crm.lead2opportunity.partner", convert),
            (
                "crm.lead2opportunity.partner.mass",
                {"name": "convert", "lead_tomerge_ids": both, "force_assignment": True},
            ),
            ("crm.merge.opportunity", {"opportunity_ids": both}),
        ]

    @rule("A5")
    def test_an_enquiry_is_registered_only_by_a_registrar(self):
        roles, records = (*EVERYBODY, "second"), self._records()
        self.assertEqual(self._went_through([self.open.sudo()], roles, records), OPEN)
        self.assertEqual(self._went_through([self.kept.sudo()], roles, records), {})

    @rule("A5")
    def test_no_dialog_of_odoo_changes_what_is_registered_past_its_registrars(self):
        kept = [self.kept.sudo(), self.kept.sop_line_ids.sudo()]
        roles = (*EVERYBODY, "second")
        self.assertEqual(self._went_through_dialogs(self._dialogs(), roles, kept), DIALOGS)

    @rule("A5")
    def test_the_same_roles_of_another_company_change_nothing(self):
        records, dialogs = self._records(), self._dialogs()
        elsewhere = self._new_company("Elsewhere")
        self.users, self.company = self._new_people(elsewhere), elsewhere
        roles = ("salesperson", "sales_office", "sales_manager", "sale_manager")
        self.assertEqual(self._went_through(records, roles), {})
        self.assertEqual(self._went_through_dialogs(dialogs, roles, records), {})
