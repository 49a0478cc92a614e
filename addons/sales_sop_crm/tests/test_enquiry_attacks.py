from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.attack_case import CONTEXT, AttackCase
from odoo.addons.sales_sop.tests.common import ROLES, STANDARD_USERS, rule

from .common import COMPLETE, EnquiryCase

# Who corrects a registered enquiry, with a trace.
REGISTRARS = {"salesperson", "sales_office"}
# Who makes and copies leads and lines of Odoo's, which are registered by nobody but the button.
LEAD_ROLES = {
    "salesperson",
    "sales_office",
    "sales_manager",
    "sales_head",
    "marketing_director",
    "vp_sales",
    "general_manager",
    "sale_manager",
}
FACT = {
    "sop_enquiry_number": "XJ2020-0001",
    "sop_registered_on": "2020-01-01 00:00:00",
    "sop_registered_by_id": 2,
    "sop_customer_id": 1,
    "sop_enquiry_state": "registered",
}
PRIVATE = ("action_sop_register", "_sop_register")
DEFAULTS = {f"default_{name}": value for name, value in FACT.items()}


@tagged("post_install", "-at_install")
class TestEnquiryAttacks(EnquiryCase, AttackCase):
    """Nobody makes an enquiry registered, or changes what is registered, past the button (A5)."""

    # -- the fact ------------------------------------------------------------------------------

    @rule("A5")
    def test_nobody_writes_the_registration(self):
        registered, enquiry = self.registered(), self.enquiry(sop_size=False)
        for lead in (registered, enquiry):
            for role in (*ROLES, *STANDARD_USERS, "portal", "employee"):
                for name, value in FACT.items():
                    for values in ({name: value}, {name: False}):
                        with self.subTest(role=role, name=name), self.assertRefused(unchanged=lead):
                            self.rpc(lead, role, "write", values, context=CONTEXT)
                with self.assertRefused(unchanged=lead):
                    self.rpc(lead, role, "web_save", FACT, {})

    @rule("A5")
    def test_nobody_creates_a_registered_enquiry(self):
        for role in sorted(LEAD_ROLES):
            for name, value in FACT.items():
                with self.subTest(role=role, name=name), self.assertRefused(exception=AccessError):
                    self.rpc_create("crm.lead", role, {**COMPLETE, name: value})

    @rule("A5")
    def test_no_default_and_no_import_makes_one(self):
        lead = self.rpc_create("crm.lead", "salesperson", {"name": "Mine"}, context=DEFAULTS)
        self.assert_open(lead)
        for name, value in FACT.items():
            self.env["ir.default"].set("crm.lead", name, value)
        self.assert_open(self.rpc_create("crm.lead", "sales_office", {"name": "Ours"}))
        columns = ["name", "sop_enquiry_number", "sop_registered_on"]
        result = self.as_user(self.env["crm.lead"], "salesperson").load(
            columns, [["Imported", "XJ2020-0001", "2020-01-01 00:00:00"]]
        )
        self.assertFalse(result["ids"])

    @rule("A5")
    def test_no_alias_registers_what_a_mail_brings(self):
        lead = self.env["crm.lead"].message_new(
            {"subject": "Mail", "from": "x@example.com"}, {"company_id": self.company.id, **FACT}
        )
        self.assert_open(lead)

    def assert_open(self, lead):
        self.assertEqual(lead.sop_enquiry_state, "open")
        self.assertFalse(lead.sop_enquiry_number or lead.sop_registered_on)
        self.assertFalse(lead.sop_registered_by_id or lead.sop_customer_id)

    @rule("A5")
    def test_a_copy_is_not_registered(self):
        registered = self.registered()
        for context in ({}, DEFAULTS, CONTEXT):
            [copied] = self.rpc(registered, "salesperson", "copy", {}, context=context)
            copied = registered.browse(copied)
            self.assert_open(copied)
            self.assertEqual(copied.sop_line_ids.quantity, 10)
        with self.assertRefused(exception=AccessError):
            self.rpc(registered, "salesperson", "copy", FACT)

    @rule("A5")
    def test_no_context_registers_what_is_incomplete(self):
        enquiry = self.enquiry(sop_size=False)
        with self.assertRefused("the size of the customer", unchanged=enquiry):
            self.rpc(enquiry, "salesperson", "action_sop_register", context={**CONTEXT, **DEFAULTS})

    @rule("A5")
    def test_nobody_deletes_a_registered_enquiry(self):
        enquiry = self.registered()
        for role in (*ROLES, *STANDARD_USERS, "portal", "employee"):
            with self.subTest(role=role), self.assertRefused(unchanged=enquiry):
                self.rpc(enquiry, role, "unlink")
        with self.assertRefused("is kept"):
            enquiry.sudo().unlink()
        self.enquiry().sudo().unlink()

    # -- what is registered --------------------------------------------------------------------

    def _may(self, record, operation, role):
        if record._name == "crm.lead" and operation in ("copy", "create"):
            # Another enquiry, which is not registered by that.
            return role in LEAD_ROLES
        # What is left is a correction that leaves a trace.
        return operation not in ("unlink", *PRIVATE) and role in REGISTRARS

    @rule("A5")
    def test_everybody_tries_everything(self):
        enquiry = self.registered()
        line = enquiry.sudo().sop_line_ids
        victims = {
            enquiry.sudo(): (
                {"sop_legal_representative": "Somebody", "city": "Nowhere"},
                {"name": "Mine", **FACT},
                ("unlink", *PRIVATE),
            ),
            line: (
                {"quantity": 99.0},
                {"lead_id": enquiry.id, "quantity": 0.0, "product_id": self.drive.id},
                ("unlink",),
            ),
        }
        self.assertNobodyChanges(victims)

    @rule("A5")
    def test_no_public_method_lets_outsiders_change_anything(self):
        enquiry = self.registered()
        self.assertOutsidersChangeNothing([enquiry], "sales_sop_crm")

    @rule("A5")
    def test_a_line_is_not_moved_out_of_a_registered_enquiry_or_into_one(self):
        registered, enquiry = self.registered(), self.enquiry()
        lines = registered.sop_line_ids | enquiry.sop_line_ids
        for line, lead in (
            (registered.sop_line_ids, enquiry),
            (enquiry.sop_line_ids, registered),
        ):
            with self.assertRefused("stays in its enquiry", unchanged=lines):
                self.rpc(line, "salesperson", "write", {"lead_id": lead.id})
            with self.assertRefused("stays in its enquiry", unchanged=lines):
                self.rpc(lead, "salesperson", "write", {"sop_line_ids": [Command.link(line.id)]})

    @rule("A5")
    def test_a_salesperson_does_not_touch_another_s_lines(self):
        self.second_salesperson()
        enquiry = self.registered()
        line = enquiry.sop_line_ids
        with self.assertRefused(exception=AccessError, unchanged=line):
            self.rpc(line, "second", "write", {"quantity": 1})
        with self.assertRefused(exception=AccessError, unchanged=[enquiry, line]):
            self.rpc_create(
                "sop.enquiry.line",
                "second",
                {"lead_id": enquiry.id, "product_id": self.drive.id, "quantity": 1},
            )

    @rule("A5")
    def test_nobody_adds_to_a_registered_enquiry_of_another_company(self):
        enquiry = self.registered()
        other = self._new_company("Southlight Drives")
        stranger = self._new_user("office", "sales_sop.group_sales_office", other)
        with self.assertRefused(exception=AccessError, unchanged=enquiry):
            enquiry.with_user(stranger).with_context(allowed_company_ids=other.ids).write(
                {"sop_size": "large"}
            )
        with self.assertRefused(exception=AccessError):
            enquiry.sop_line_ids.with_user(stranger).with_context(
                allowed_company_ids=other.ids
            ).read(["quantity"])

    @rule("A5")
    def test_a_contact_who_goes_to_another_company_takes_no_enquiry_along(self):
        other = self.new_customer("Hill Works")
        contact = self.env["res.partner"].create({"name": "Ada", "parent_id": self.customer.id})
        enquiry = self.registered(partner_id=contact.id)
        self.rpc(contact, "salesperson", "write", {"parent_id": other.id})
        self.assertEqual(enquiry.sop_customer_id, self.customer)
        order = self.quotation(partner_id=other.id, opportunity_id=enquiry.id)
        self.submit(order)
        self.assertFalse(order.sop_enquiry_id)
        self.rpc(enquiry, "salesperson", "write", {"phone": "+1 555 0111"})
        with self.assertRefused("stays with it", unchanged=enquiry):
            self.rpc(enquiry, "salesperson", "write", {"partner_id": other.id})
        self.rpc(enquiry, "salesperson", "write", {"partner_id": self.customer.id})

    # -- the order -----------------------------------------------------------------------------

    @rule("A5")
    def test_nobody_says_on_which_enquiry_an_order_rests(self):
        enquiry = self.registered()
        order = self.quotation()
        for role in ("salesperson", "sales_office", "sales_manager", "sale_manager"):
            with self.subTest(role=role), self.assertRefused(unchanged=order):
                self.rpc(order, role, "write", {"sop_enquiry_id": enquiry.id})
        with self.assertRefused(exception=AccessError):
            self.quotation(sop_enquiry_id=enquiry.id)
        made = self.rpc_create(
            "sale.order",
            "salesperson",
            {"partner_id": self.customer.id},
            context={"default_sop_enquiry_id": enquiry.id},
        )
        self.assertFalse(made.sop_enquiry_id)

    @rule("A5")
    def test_a_default_enquiry_shows_nobody_what_they_may_not_read(self):
        self.second_salesperson()
        enquiry = self.registered()
        self.env.invalidate_all()
        orders = self.as_user(self.env["sale.order"], "second")
        proposed = orders.with_context(default_opportunity_id=enquiry.id).default_get(
            ["opportunity_id", "order_line", "commitment_date"]
        )
        self.assertFalse(proposed.get("order_line"))

    @rule("A5")
    def test_the_registration_tells_the_truth_about_who_and_when(self):
        before = fields.Datetime.now().replace(microsecond=0)
        enquiry = self.enquiry()
        self.rpc(enquiry, "sales_office", "action_sop_register", context=DEFAULTS)
        self.assertEqual(enquiry.sop_registered_by_id, self.users["sales_office"])
        self.assertGreaterEqual(enquiry.sop_registered_on, before)
        self.assertNotEqual(enquiry.sop_enquiry_number, FACT["sop_enquiry_number"])
