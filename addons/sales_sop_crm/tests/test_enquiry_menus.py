from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import ROLES, STANDARD_USERS
from odoo.addons.sales_sop.tests.menu_walker import MenuWalker

from .common import EnquiryCase

READERS = {
    "salesperson",
    "sales_office",
    "sales_manager",
    "sales_head",
    "marketing_director",
    "vp_sales",
    "general_manager",
    "sale_manager",
}


@tagged("post_install", "-at_install")
class TestEnquiryMenus(MenuWalker, EnquiryCase):
    """The register stands beside the quotations, for who sells."""

    def test_every_role_opens_the_register_it_sees(self):
        self.registered()
        self.enquiry()
        for role in (*ROLES, *STANDARD_USERS):
            with self.subTest(role=role):
                opened = self._open_menus_of(role, "sales_sop_crm")
                self.assertEqual(bool(opened), role in READERS)

    def test_the_register_opens_in_every_kind_of_view(self):
        action = self.env.ref("sales_sop_crm.crm_lead_action_register")
        leads = self.as_user(self.env["crm.lead"], "sales_office")
        kinds = dict((kind, view) for view, kind in action.views)
        self.assertLessEqual({"list", "kanban", "form", "pivot", "graph"}, set(kinds))
        views = leads.get_views([[view, kind] for kind, view in kinds.items()])["views"]
        self.assertEqual(set(views), set(kinds))
