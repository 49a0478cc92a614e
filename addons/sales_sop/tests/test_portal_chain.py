from odoo.tests import HttpCase, new_test_user, tagged

from .common import SopCase


@tagged("post_install", "-at_install")
class TestPortalChain(SopCase, HttpCase):
    """The customer follows the order on the portal, without what is decided inside."""

    def test_the_customer_sees_how_far_the_order_is(self):
        order = self.delivered_order()
        self.collect(order, 450.0)
        new_test_user(
            self.env,
            login="mill",
            password="mill-portal",
            groups="base.group_portal",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        ).partner_id.parent_id = self.customer
        self.authenticate("mill", "mill-portal")
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("o_sop_portal_chain", page)
        self.assertIn("45 %", page)
        for inside in ("Sales Manager", "Head Of Sales", "Sales policy"):
            self.assertNotIn(inside, page.split("o_sop_portal_chain")[1].split("</ol>")[0])

    def test_a_company_without_a_policy_shows_nothing(self):
        company = self._new_company("Old Ways Ltd")
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": company.id}
        )
        self.assertEqual(order._sop_portal_steps(), [])
