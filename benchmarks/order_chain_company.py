"""A company that sells goods, and the steps of its orders; with and without Sales SOP."""

from dataclasses import dataclass

from odoo import Command, api

CUSTOMERS = 10
PRICES = (100.0, 250.0, 40.0)
TAX_PERCENT = 10.0
ADVANCE = 0.6
STOCK = 1_000_000
# Everybody has the same rights of Odoo's own in every company compared.
ODOO_ROLES = {
    "salesperson": ("sales_team.group_sale_salesman",),
    "storekeeper": ("stock.group_stock_user",),
    "finance": ("account.group_account_invoice", "sales_team.group_sale_salesman_all_leads"),
}
SOP_ROLES = {
    role: (*ODOO_ROLES.get(role, ()), f"sales_sop.group_{role}")
    for role in (
        "salesperson",
        "sales_office",
        "sales_manager",
        "sales_head",
        "general_manager",
        "finance",
    )
}


@dataclass
class Chain:
    """The documents of one order, as ids: every step reads them anew, as a request does."""

    order: int
    bank_journal: int
    picking: int = 0
    payment: int = 0
    invoice: int = 0


class Company:
    """One company in one database: its people, goods and customers."""

    odoo_roles = ODOO_ROLES
    sop_roles = SOP_ROLES

    def __init__(self, registry, label, governed=False):
        self.registry = registry
        self.label = label
        self.governed = governed
        self.users = {}
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
            self._create(env)

    # -- data ----------------------------------------------------------------------------------

    def _create(self, env):
        company = env["res.company"].create(
            {"name": f"{self.label} works", "country_id": env.ref("base.us").id}
        )
        self.id = company.id
        env.user.company_ids |= company
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        env = env(context=dict(env.context, allowed_company_ids=company.ids))
        self._create_people(env)
        self._create_goods(env)
        self._open_bank(env)
        self.customers = self._create_customers(env)
        if self.governed:
            self._issue_policy(env)

    def _create_people(self, env):
        roles = self.odoo_roles | (self.sop_roles if self.governed else {})
        for role, names in roles.items():
            groups = env["res.groups"].union(*map(env.ref, ("base.group_user", *names)))
            user = env["res.users"].create(
                {
                    "name": role.replace("_", " ").title(),
                    "login": f"{role}.{self.id}",
                    "email": f"{role}.{self.id}@example.com",
                    "company_id": self.id,
                    "company_ids": [Command.set([self.id])],
                    "group_ids": [Command.set(groups.ids)],
                    "notification_type": "inbox",
                }
            )
            self.users[role] = user.id

    def _create_goods(self, env):
        tax = env["account.tax"].create(
            {
                "name": f"Sales tax {TAX_PERCENT:g} %",
                "amount": TAX_PERCENT,
                "type_tax_use": "sale",
                "company_id": self.id,
                "country_id": env.company.account_fiscal_country_id.id,
            }
        )
        warehouse = env["stock.warehouse"].create(
            {"name": self.label, "code": f"W{self.id}", "company_id": self.id}
        )
        products = env["product.product"].create(
            [
                {
                    "name": f"Drive {number}",
                    "type": "consu",
                    "is_storable": True,
                    "invoice_policy": "delivery",
                    "list_price": price,
                    "taxes_id": [Command.set(tax.ids)],
                }
                for number, price in enumerate(PRICES)
            ]
        )
        for product in products:
            env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, STOCK)
        self.products = products.ids

    def _open_bank(self, env):
        journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.id)], limit=1
        )
        lines = journal.inbound_payment_method_line_ids
        lines.payment_account_id = env["account.account"].create(
            {
                "name": "Outstanding receipts",
                "code": "101499",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set([self.id])],
            }
        )
        self.bank_journal = journal.id

    def _create_customers(self, env):
        partners = env["res.partner"].create(
            [{"name": f"Mill {number}", "is_company": True} for number in range(CUSTOMERS)]
        )
        return partners.ids

    def _policy_term(self, env):
        return {
            "name": "Direct sale",
            "contract_required": True,
            "details_required": False,
            "prepayment_percent": ADVANCE * 50,
            "invoice_gate_percent": ADVANCE * 100,
        }

    def _issue_policy(self, env):
        policy = env["sop.policy"].create(
            {
                "name": "Sales policy",
                "company_id": self.id,
                "date_from": "2020-01-01",
                "term_ids": [Command.create(self._policy_term(env))],
            }
        )
        policy = policy.with_user(self.users["general_manager"])
        policy.action_decide()
        policy.action_issue()

    # -- requests ------------------------------------------------------------------------------

    def environment(self, cr, role):
        """What a request of the user of ``role`` works with: nothing is cached yet."""
        context = {"lang": "en_US", "tz": "UTC", "allowed_company_ids": [self.id]}
        return api.Environment(cr, self.users[role], context)

    def quotations(self, count):
        """Make ``count`` quotations of three lines; they are the same in every company."""
        with self.registry.cursor() as cr:
            env = self.environment(cr, "salesperson")
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": self.customers[number % CUSTOMERS],
                        "order_line": [
                            Command.create({"product_id": product, "product_uom_qty": 1 + position})
                            for position, product in enumerate(self.products)
                        ],
                    }
                    for number in range(count)
                ]
            )
            return [Chain(order.id, self.bank_journal) for order in orders]

    def check_is_done(self, env, chains):
        """A step that was silently refused would be a very fast one."""
        pickings = env["stock.picking"].browse([chain.picking for chain in chains])
        invoices = env["account.move"].browse([chain.invoice for chain in chains])
        done = set(pickings.mapped("state")), set(invoices.mapped("state"))
        if done != ({"done"}, {"posted"}) or any(invoices.mapped("amount_residual")):
            raise AssertionError(f"{self.label}: not every order came to its end: {done}")
