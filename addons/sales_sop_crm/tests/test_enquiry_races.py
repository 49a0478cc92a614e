from datetime import date
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_sop.tests.common import rule
from odoo.addons.sales_sop.tests.test_races_decisions import AtOnceCase

from .common import EnquiryCase

TIMES = 20


@tagged("post_install", "-at_install")
class TestEnquiryRaces(AtOnceCase, EnquiryCase):
    """Two register at the same moment: each enquiry has one number, and no two have the same."""

    def _register(self, enquiry, role="salesperson"):
        return lambda env: self.seen_by(env, enquiry, role).action_sop_register()

    @rule("A5")
    def test_the_first_two_of_a_year_are_one_and_two(self):
        self.patch(type(self.company), "_sop_today", lambda company: date(2031, 1, 2))
        first, second = self.enquiry(), self.enquiry("sales_office")
        self.race(self._register(first), self._register(second, "sales_office"))
        self.assertEqual(first.sop_enquiry_number, "XJ2031-0001")
        self.assertEqual(second.sop_enquiry_number, "XJ2031-0002")

    @rule("A5")
    def test_who_comes_second_to_the_same_enquiry_hears_its_number(self):
        enquiry = self.enquiry()
        tries = []

        def register_too(env):
            tries.append(env)
            mine = self.seen_by(env, enquiry, "sales_office")
            if len(tries) == 1:
                return mine.action_sop_register()
            with self.assertRefused("registered already", mine.sop_enquiry_number):
                mine.action_sop_register()

        self.race(self._register(enquiry), register_too)
        self.assertEqual(len(tries), 2)
        self.assertEqual(enquiry.sop_registered_by_id, self.users["salesperson"])

    # Odoo waits a while before it runs a request again; here that would only take long.
    @patch("odoo.service.model.time.sleep", lambda seconds: None)
    @mute_logger("odoo.sql_db", "odoo.service.model")
    @rule("A5")
    def test_many_are_registered_at_once_and_each_has_a_number_of_its_own(self):
        numbers = []
        for index in range(TIMES):
            same = self.enquiry()
            outcomes = self.at_once(self._register(same), self._register(same, "sales_office"))
            self.assertEqual(len(outcomes), 1, outcomes)
            registrar = "sales_office" if 0 in outcomes else "salesperson"
            self.assertEqual(same.sop_registered_by_id, self.users[registrar])
            customer = self.new_customer(f"Customer {index}")
            pair = [self.enquiry(partner_id=customer.id) for __ in range(2)]
            self.assertEqual(self.at_once(*map(self._register, pair)), {})
            numbers += [enquiry.sop_enquiry_number for enquiry in (same, *pair)]
        self.assertTrue(all(numbers))
        self.assertEqual(len(set(numbers)), len(numbers))
