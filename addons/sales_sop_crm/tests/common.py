"""A company whose salespeople register what customers ask for."""

from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import SopCase

COMPLETE = {
    "name": "Drives for the new paper line",
    "partner_name": "Riverside Paper Mill",
    "contact_name": "Ada Miller",
    "phone": "+1 555 0100",
    "city": "Riverside",
    "sop_nature": "private",
    "sop_legal_representative": "Paul Walker",
    "sop_size": "medium",
}


class EnquiryCase(SopCase):
    """Enquiries of the customer of the story, stated completely unless a test leaves things out."""

    def enquiry(self, role="salesperson", lines=None, **values):
        """An enquiry about ten drives that states everything, entered by ``role``."""
        lines = [{"product_id": self.drive.id, "quantity": 10}] if lines is None else lines
        return self.as_user(self.env["crm.lead"], role).create(
            {
                **COMPLETE,
                "type": "opportunity",
                "partner_id": self.customer.id,
                "user_id": self.users[role].id,
                "company_id": self.company.id,
                "sop_line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    def registered(self, role="salesperson", **values):
        enquiry = self.enquiry(role, **values)
        enquiry.action_sop_register()
        return enquiry

    def new_customer(self, name, **values):
        return self.env["res.partner"].create({"name": name, "is_company": True, **values})

    def second_salesperson(self):
        user = self._new_user("second", "sales_sop.group_salesperson", self.company)
        self.users["second"] = user
        return user

    def history(self, record):
        """What the record's history says, as one text."""
        messages = record.sudo().message_ids
        tracked = messages.tracking_value_ids
        values = [
            *tracked.mapped("old_value_char"),
            *tracked.mapped("new_value_char"),
            *messages.mapped("body"),
        ]
        return " ".join(str(value) for value in values if value)
