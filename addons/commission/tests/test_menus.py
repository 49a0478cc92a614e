from lxml import etree

from odoo.addons.sales_sop.tests.common import ROLES, STANDARD_USERS
from odoo.addons.sales_sop.tests.menu_walker import MenuWalker

from .common import CommissionCase

EVERYBODY = {
    "My Commission",
    "Ledger",
    "Expected Commission",
    "Without Commission",
    "Plans",
    "Splits",
    "Targets",
}
READERS = {
    "sales_office",
    "sales_manager",
    "sales_head",
    "marketing_director",
    "vp_sales",
    "general_manager",
    "finance",
    "finance_vp",
}
PLANNERS = {"sales_office", "marketing_director", "finance", "finance_vp", "general_manager"}
# Menu and who sees it, of those that not everybody sees.
VISIBLE = {
    "Payees at a Glance": READERS,
    "Calculations": READERS,
    "Payees": READERS,
    "Try a Plan": PLANNERS,
    "Books Against Ledger": {"finance", "finance_vp", "general_manager"},
}


class TestCommissionMenus(MenuWalker, CommissionCase):
    """Every role opens every menu of commission that it sees, and sees what is its own."""

    def _put_something_behind_every_menu(self):
        self.target(20000.0)
        order = self.order()
        self.collect(order, 575.0)
        self.calculate()
        self.receive(300.0)
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        self.split(team=team, role="manager", shares={self.payee: 100.0}, recorder="finance_vp")
        self.as_user(self.plan, "sales_office").action_new_version()

    def test_every_role_opens_every_menu_it_sees(self):
        self._put_something_behind_every_menu()
        for role in ROLES:
            with self.subTest(role=role):
                opened = self._open_menus_of(role, "commission")
                self.assertGreaterEqual(opened, len(EVERYBODY))

    def test_each_role_sees_its_own(self):
        for role in ROLES:
            names = self._menu_names(role)
            with self.subTest(role=role):
                self.assertLessEqual(EVERYBODY, names)
                seen = {name for name in VISIBLE if name in names}
                self.assertEqual(seen, {name for name, who in VISIBLE.items() if role in who})

    def test_nobody_is_offered_a_search_that_is_refused(self):
        searched = ("commission.entry", "commission.sheet", "commission.split")
        for role in (*ROLES, *STANDARD_USERS):
            for model in searched:
                if self.as_user(self.env[model], role).has_access("read"):
                    with self.subTest(role=role, model=model):
                        self._search_by_every_field(role, model)

    def _search_by_every_field(self, role, model):
        views = self._call(role, model, "get_views", {}, [[False, "search"]])["views"]
        for node in etree.fromstring(views["search"]["arch"]).findall("field"):
            simple = repr([(node.get("name"), "ilike", "anything")])
            domain = node.get("filter_domain") or simple
            self._call(
                role, model, "search_count", {}, self._evaluate(role, domain, {"self": "anything"})
            )
