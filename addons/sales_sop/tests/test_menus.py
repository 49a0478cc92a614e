"""Every role opens every menu it sees: the list, and the first document behind it."""

from lxml import etree

from odoo.tests import tagged

from .common import ROLES, STANDARD_USERS, SopCase
from .menu_walker import MenuWalker

# What the people of the accounting app work off.
RECEIVABLES = {
    "May Be Invoiced Now",
    "Orders Waiting for Money",
    "Orders Waiting for Receipt",
    "Credit Notes Due",
    "Drafts to Post",
    "Waits for Money",
    "Waits for Receipt",
    "Waits for Approval",
    "Posted Below the Gate",
}


@tagged("post_install", "-at_install")
class TestMenus(MenuWalker, SopCase):
    """What the web client asks for when a person clicks through their menus is never refused."""

    def _put_documents_at_every_stage(self):
        self.quotation()
        self.submit(self.quotation())
        order = self.approved_quotation()
        self.as_user(order.sudo().sop_contract_id, "sales_office").action_submit()
        self.as_user(self.confirmed_order().sudo().picking_ids, "sales_office").action_sop_submit()
        shipped = self.approve_delivery(self.confirmed_order().sudo().picking_ids)
        self.ship(shipped)
        self.collect(self.delivered_order(), 100.0)
        paid = self.delivered_order()
        self.collect(paid, 1000.0)
        self.draft_invoice(self.delivered_order())
        self.post(self.draft_invoice(paid))

    def test_every_role_opens_every_menu_it_sees(self):
        self._put_documents_at_every_stage()
        for role in (*ROLES, *STANDARD_USERS):
            with self.subTest(role=role):
                self.assertTrue(self._open_menus_of(role), f"{role} sees no menu")

    def test_a_salesperson_opens_what_the_lists_show_of_colleagues(self):
        self._put_documents_at_every_stage()
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        self.assertTrue(self._open_menus_of("colleague", "sales_sop"))

    def test_the_app_shows_each_role_its_own_work(self):
        visible = {role: self._menu_names(role) for role in (*ROLES, *STANDARD_USERS)}
        self.assertIn("Waits for Money", visible["finance"])
        for role in ("finance", "finance_vp", "accountant"):
            self.assertLessEqual(RECEIVABLES, set(visible[role]))
        self.assertNotIn("Waits for Money", visible["salesperson"])
        self.assertIn("My Contracts", visible["salesperson"])
        self.assertIn("Delivery Orders to Submit", visible["sales_office"])
        self.assertIn("Approval Routes", visible["general_manager"])
        self.assertNotIn("Approval Routes", visible["sales_manager"])
        self.assertIn("Released Deliveries", visible["stock_user"])

    def test_a_click_on_the_clock_shows_what_it_counts(self):
        """Odoo's clock asks the default search of the document for these filters."""
        wanted = {"filter_activities_my", "activities_overdue", "activities_today"}
        wanted.add("activities_upcoming_all")
        documents = [
            model
            for model in self.env.values()
            if model._name.startswith(("sop.", "commission."))
            and not model._abstract
            and "activity_ids" in model._fields
        ]
        self.assertGreater(len(documents), 10)
        for model in documents:
            arch = etree.fromstring(model.sudo().get_view(view_type="search")["arch"])
            with self.subTest(model=model._name):
                self.assertLessEqual(wanted, set(arch.xpath("//filter/@name")))

    def test_whoever_reads_an_invoice_opens_it(self):
        paid = self.delivered_order()
        self.collect(paid, 1000.0)
        invoice = self.draft_invoice(paid)
        self.post(invoice)
        for role in (*ROLES, *STANDARD_USERS):
            if self.as_user(invoice, role).has_access("read"):
                with self.subTest(role=role):
                    views = self._call(role, "account.move", "get_views", {}, [[False, "form"]])
                    arch = views["views"]["form"]["arch"]
                    self._web_read(role, "account.move", invoice.id, {}, arch)

    def test_contract_and_order_show_their_invoices_to_those_who_may_read_them(self):
        for role in ROLES:
            for model, button in (
                ("sop.contract", "action_view_invoices"),
                ("sale.order", "action_view_invoice"),
            ):
                documents = self.as_user(self.env[model], role)
                if documents.has_access("read"):
                    with self.subTest(role=role, model=model):
                        arch = etree.fromstring(documents.get_view(view_type="form")["arch"])
                        shown = bool(arch.xpath(f"//button[@name='{button}']"))
                        self.assertEqual(shown, documents.env["account.move"].has_access("read"))

    def test_whoever_reads_an_order_may_begin_with_its_invoices(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        self.post(self.draft_invoice(order))
        for role in (*ROLES, *STANDARD_USERS):
            if self.as_user(order, role).has_access("read"):
                self.env.invalidate_all()
                with self.subTest(role=role):
                    self.assertEqual(self.as_user(order, role).invoice_count, 1)

    def test_the_sales_office_opens_the_quotations_of_all_salespeople(self):
        action_id = self.env.ref("sales_sop.sale_order_action_quotations").id
        action = self._load_action("sales_office", "ir.actions.act_window", action_id)
        context = self._evaluate("sales_office", action["context"])
        self.assertFalse([name for name in context if name.startswith("search_default_")])

    def test_an_empty_list_of_deliveries_says_what_comes_there(self):
        for name, text in (
            ("sales_sop.stock_picking_action_signature", "waits for finance's signature"),
            ("stock.action_picking_tree_all", "create"),
        ):
            action = self.as_user(self.env.ref(name), "finance").sudo()._get_action_dict()
            self.assertIn(text, action["help"])
