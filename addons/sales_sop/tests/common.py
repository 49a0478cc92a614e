"""A company of its own with people for every role, and the steps of the procedure as methods."""

from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import call_kw
from odoo.tests import HttpCase, TransactionCase, get_db_name

from odoo.addons.sales_sop.models.sop_remembered_mixin import UNSETTLED

from .shared_company import shared_company

ROLES = (
    "salesperson",
    "sales_office",
    "sales_manager",
    "sales_head",
    "marketing_director",
    "vp_sales",
    "general_manager",
    "planner",
    "quality",
    "gate_guard",
    "finance",
    "finance_vp",
    "legal",
    "migration",
)
# People who have no role of the procedure but work with its documents.
STANDARD_USERS = {
    "stock_user": "stock.group_stock_user",
    "accountant": "account.group_account_invoice",
    "sale_manager": "sales_team.group_sale_manager",
    "administrator": "base.group_system",
}
SHARED_NAME = "Northlight Drives"
# What a story has of its company besides the people.
SHARED = ("tax", "customer", "drive", "warehouse", "bank_journal")


def rule(*ids):
    """Tag a test with the ids of the rules it shows (see the rule book)."""

    def tag(method):
        method.sop_rules = ids
        return method

    return tag


class SopCase(TransactionCase):
    """Own company, own people, own goods; every step is done by a user of the right role."""

    invoice_gate_percent = 60.0
    prepayment_percent = 0.0

    # A class that commits what it does, or is about another company, makes one of its own.
    shares_company = True

    @classmethod
    def setUpClass(cls):
        registry = Registry(get_db_name())
        shared = cls.shares_company and shared_company(registry, cls._shared_records)
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        # The details of an order have tests of their own; the other stories need not state them.
        cls.env["ir.default"].set("sop.policy.term", "details_required", False)
        if shared:
            cls._take_company(**shared)
        else:
            cls._make_company("Northlight Works")
        cls.policy = cls._issue_policy()
        cls._settle()

    @classmethod
    def _make_company(cls, name):
        cls.company = cls._new_company(name)
        cls.users = cls._new_people(cls.company)
        cls._work_in_company()
        cls.tax = cls._new_tax(0.0)
        cls.customer = cls.env["res.partner"].create(
            {"name": "Riverside Paper Mill", "street": "1 Mill Road", "is_company": True}
        )
        cls.drive = cls._new_product("Energy-saving drive", 100.0)
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls._put_in_stock(cls.drive, 1000)
        cls.bank_journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls._give_payments_an_outstanding_account(cls.bank_journal)

    @classmethod
    def _work_in_company(cls):
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))

    @staticmethod
    def _shared_records(env):
        """Make the company of those who share one; return what :meth:`_take_company` takes."""
        maker = type("SharedCompany", (SopCase,), {})
        maker.env = env(context={"tracking_disable": True})
        for left_behind in env["res.company"].search([("name", "=", SHARED_NAME)]):
            left_behind.name = f"{SHARED_NAME} {left_behind.id}"
        maker._make_company(SHARED_NAME)
        # Who does not share it has nothing to do with it.
        env.user.company_ids -= maker.company
        return {
            "company": maker.company,
            "users": env["res.users"].union(*maker.users.values()),
            **{name: getattr(maker, name) for name in SHARED},
        }

    @classmethod
    def _take_company(cls, company, users, **others):
        model, ids = company
        cls.company = cls.env[model].browse(ids)
        cls.env.user.company_ids |= cls.company
        model, ids = users
        cls.users = dict(zip((*ROLES, *STANDARD_USERS), cls.env[model].browse(ids), strict=True))
        cls._work_in_company()
        for name, (model, ids) in others.items():
            setattr(cls, name, cls.env[model].browse(ids))

    @classmethod
    def _settle(cls):
        """From here on what was made counts as committed, so it is remembered as in real life."""
        cls.env.flush_all()
        cls.env.cr.postcommit.data.pop(UNSETTLED, None)

    # -- own data ------------------------------------------------------------------------------

    @classmethod
    def _new_company(cls, name):
        company = cls.env["res.company"].create(
            {"name": name, "country_id": cls.env.ref("base.us").id}
        )
        cls.env.user.company_ids |= company
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        return company

    @classmethod
    def _new_user(cls, login, groups, company):
        return cls._new_users({login: groups}, company)[login]

    @classmethod
    def _new_people(cls, company):
        roles = {role: f"sales_sop.group_{role}" for role in ROLES}
        return cls._new_users({**roles, **STANDARD_USERS}, company)

    @classmethod
    def _new_users(cls, groups_by_login, company):
        """Users of ``company`` by login, made at once and without a mail that invites them."""
        users = (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    cls._prepare_user(login, groups, company)
                    for login, groups in groups_by_login.items()
                ]
            )
        )
        return dict(zip(groups_by_login, users.with_env(cls.env)))

    @classmethod
    def _prepare_user(cls, login, groups, company):
        groups = ["base.group_user", *groups.split(",")]
        return {
            "login": f"{login}.{company.id}",
            "password": f"{login}.{company.id}",
            "name": login.replace("_", " ").title(),
            "email": f"{login}.{company.id}@example.com",
            "group_ids": [Command.set([cls.env.ref(group).id for group in groups])],
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "notification_type": "inbox",
        }

    @classmethod
    def _new_tax(cls, amount):
        return cls.env["account.tax"].create(
            {
                "name": f"Sales tax {amount:g} %",
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "country_id": cls.company.account_fiscal_country_id.id,
            }
        )

    @classmethod
    def _new_product(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": values.get("type", "consu") == "consu",
                "list_price": price,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(cls.tax.ids)],
                "company_id": False,
                **values,
            }
        )

    @classmethod
    def _put_in_stock(cls, product, quantity):
        location = cls.warehouse.lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity)

    @classmethod
    def _give_payments_an_outstanding_account(cls, journal, code="101499"):
        account = cls.env["account.account"].create(
            {
                "name": "Outstanding receipts",
                "code": code,
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(journal.company_id.ids)],
            }
        )
        lines = journal.inbound_payment_method_line_ids | journal.outbound_payment_method_line_ids
        lines.payment_account_id = account

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        policy = cls.env["sop.policy"].create(
            {
                "name": "Sales policy",
                "company_id": cls.company.id,
                "date_from": date_from,
                "term_ids": [
                    Command.create(
                        {
                            "name": "Direct sale",
                            "invoice_gate_percent": cls.invoice_gate_percent,
                            "prepayment_percent": cls.prepayment_percent,
                            **term,
                        }
                    )
                ],
            }
        )
        general_manager = cls.users["general_manager"]
        policy.with_user(general_manager).action_decide()
        policy.with_user(general_manager).action_issue()
        return policy

    def as_user(self, record, role):
        """Return ``record`` as the user of ``role`` sees it, in the company's context."""
        return record.with_user(self.users[role]).with_context(
            allowed_company_ids=self.company.ids, tracking_disable=True
        )

    def rpc(self, record, role, method, *args, context=None, **kwargs):
        """Call a method as a client of ``role`` does: private methods are out of its reach."""
        model = self.as_user(record.browse(), role)
        context = {**model.env.context, **(context or {})}
        ids = [] if method == "create" else [record.ids]
        return call_kw(model, method, [*ids, *args], {**kwargs, "context": context})

    def rpc_create(self, model, role, values, context=None):
        """Create a record as a client of ``role`` does and return it with all rights."""
        model = self.as_user(self.env[model], role)
        context = {**model.env.context, **(context or {})}
        return self.env[model._name].browse(
            call_kw(model, "create", [values], {"context": context})
        )

    # -- the steps of the procedure ------------------------------------------------------------

    def quotation(self, lines=None, **values):
        """A salesperson's quotation; by default ten drives, 1,000.00 in all."""
        orders = self.as_user(self.env["sale.order"], "salesperson")
        return orders.create(self._quotation_values(lines, **values))

    def _quotation_values(self, lines=None, **values):
        lines = lines or [(self.drive, 10, 100.0)]
        return {
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "tax_ids": [Command.set(self.tax.ids)],
                    }
                )
                for product, quantity, price in lines
            ],
            **values,
        }

    def submit(self, order):
        self.as_user(order, "salesperson").action_sop_submit()
        return order.sudo().approval_for("application")

    def approve(self, document, route_code, role):
        approval = self.as_user(document, role).approval_for(route_code)
        approval.approve()
        return approval

    def approved_quotation(self, **values):
        order = self.quotation(**values)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        return order

    def countersign(self, order):
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        self.approve(contract, "contract", "sales_head")
        self.approve(contract, "contract", "finance")
        return contract

    def effective_order(self, **values):
        """A quotation whose contract is effective, ready to be confirmed."""
        order = self.approved_quotation(**values)
        self.countersign(order)
        return order

    def confirmed_order(self, **values):
        order = self.effective_order(**values)
        self.as_user(order, "salesperson").action_confirm()
        return order

    def approve_delivery(self, picking):
        self.as_user(picking, "sales_office").action_sop_submit()
        self.approve(picking, "delivery", "sales_manager")
        return picking

    def sign_for_payment(self, picking):
        """Finance signs the delivery orders that wait for nothing else (D4)."""
        picking.invalidate_recordset(["sop_blockers", "sop_release_state"])
        for delivery in picking.sudo():
            if delivery.sop_release_state == "signature":
                self.as_user(delivery, "finance").action_sop_confirm_payment()

    def ship(self, picking, quantity=None):
        """The warehouse keeper validates the delivery, all of it or ``quantity``."""
        picking = self.as_user(picking, "stock_user")
        if quantity is not None:
            picking.move_ids.quantity = quantity
            picking.move_ids.picked = True
        self.sign_for_payment(picking)
        result = picking.with_context(skip_backorder=True).button_validate()
        return result

    def take_back(self, picking, quantity):
        """The customer returns ``quantity`` of the first product; the warehouse takes it in."""
        wizard = self.as_user(self.env["stock.return.picking"], "stock_user").create(
            {"picking_id": picking.id}
        )
        wizard.product_return_moves[0].quantity = quantity
        action = wizard.action_create_returns()
        returned = picking.browse(action["res_id"])
        self.ship(returned, quantity=quantity)
        return returned

    def sign(self, picking, damaged=0.0, missing=0.0, role="sales_office"):
        """The signed paper comes back and is recorded."""
        pod = self.as_user(self.env["sop.pod"], role).create(
            {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02"}
        )
        line = pod.line_ids[:1]
        line.write(
            {
                "qty_accepted": line.qty_delivered - damaged - missing,
                "qty_damaged": damaged,
                "qty_missing": missing,
            }
        )
        pod.action_confirm()
        return pod

    def delivered_order(self, **values):
        """An order whose goods have left and are signed for."""
        order = self.confirmed_order(**values)
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.sign(picking)
        return order

    def receive(self, amount, partner=None, date="2026-03-01", **values):
        """Finance books money from the customer; it is not earmarked yet."""
        payments = self.as_user(self.env["account.payment"], "finance")
        payment = payments.create(self._payment_values(amount, partner, date, **values))
        payment.action_post()
        return payment

    def _payment_values(self, amount, partner=None, date="2026-03-01", **values):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": (partner or self.customer).id,
            "amount": amount,
            "date": date,
            "journal_id": self.bank_journal.id,
            **values,
        }

    def earmark(self, payment, order, amount=None):
        """Finance says which contract the money pays for."""
        earmarks = self.as_user(self.env["sop.payment.allocation"], "finance")
        return earmarks.create(self._earmark_values(payment, order, amount))

    def _earmark_values(self, payment, order, amount=None):
        return {
            "payment_id": payment.id,
            "contract_id": order.sudo().sop_contract_id.id,
            "amount": payment.amount if amount is None else amount,
        }

    def collect(self, order, amount):
        payment = self.receive(amount, partner=order.sudo().partner_id.commercial_partner_id)
        return self.earmark(payment, order)

    def draft_invoice(self, order, role="finance"):
        return self._draft_invoice(order, role, advance_payment_method="delivered")

    def draft_down_payment(self, order, percent, role="finance"):
        return self._draft_invoice(order, role, advance_payment_method="percentage", amount=percent)

    def _draft_invoice(self, order, role, **values):
        wizard = self.as_user(self.env["sale.advance.payment.inv"], role).create(
            {"sale_order_ids": [Command.set(order.ids)], **values}
        )
        wizard.create_invoices()
        return order.sudo().invoice_ids.filtered(lambda move: move.state == "draft")[:1]

    def post(self, invoice, role="finance"):
        self.as_user(invoice, role).action_post()
        return invoice

    def get_method_additional_tags(self, test_method):
        """Let ``--test-tags C1`` select the tests that show rule C1."""
        tags = super().get_method_additional_tags(test_method)
        return [*tags, *getattr(test_method, "sop_rules", ())]

    # -- assertions ----------------------------------------------------------------------------

    @contextmanager
    def assertRefused(self, *texts, exception=UserError, unchanged=()):
        """The block is refused with a message that holds ``texts``.

        :param unchanged: a recordset, or several, whose stored values are the same afterwards
        """
        before = self._stored_values(unchanged)
        with self.assertRaises(exception) as caught, self.env.cr.savepoint():
            yield caught
            self.env.flush_all()
        self.env.invalidate_all()
        for text in texts:
            self.assertIn(text, str(caught.exception))
        self.assertEqual(self._stored_values(unchanged), before)

    def _stored_values(self, records):
        """Return ``{record: its stored values}``, read from the database."""
        recordsets = records if isinstance(records, list | tuple) else [records]
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            record: record.read(
                [name for name, field in record._fields.items() if field.store], load=None
            )
            for recordset in recordsets
            for record in recordset.sudo()
        }

    def setUp(self):
        self.cache_sequences = dict(self.registry.cache_sequences)
        clear = patch.object(self.registry, "clear_all_caches", self._clear_changed_caches)
        # Requests come in threads of their own, and nobody here is told what they change.
        with nullcontext() if isinstance(self, HttpCase) else clear:
            super().setUp()
        self.addCleanup(self._check_invariants)

    def _clear_changed_caches(self):
        """Forget what was cached of what the test changed, as Odoo does after a rollback.

        What it cached of the rest is true for the next test too.
        """
        sequences = self.registry.cache_sequences
        signalled = {name for name in sequences if sequences[name] != self.cache_sequences[name]}
        if changed := signalled | self.registry.cache_invalidated:
            self.registry.clear_cache(*changed)
            self.registry.cache_invalidated.clear()

    def _check_invariants(self):
        for invariant in (
            self._money_is_not_counted_twice,
            self._money_is_the_same_however_it_is_asked,
            self._no_more_invoiced_than_accepted,
        ):
            invariant()

    def _money_is_not_counted_twice(self):
        """What all contracts collected is at most what was received."""
        company = ("company_id", "=", self.company.id)
        domestic = ("currency_id", "=", self.company.currency_id.id)
        contracts = self.env["sop.contract"].search([company, domestic])
        collected = sum(contracts._collected().values())
        payments = self.env["account.payment"].search(
            [company, ("state", "in", ("in_process", "paid")), ("payment_type", "=", "inbound")]
        )
        lines = self.env["account.bank.statement.line"].search([company, ("amount", ">", 0)])
        # At the most generous: every foreign payment by the rate of its own entry.
        received = sum(payments.move_id.mapped("amount_total_signed"))
        received += sum(
            line.currency_id._convert(
                line.amount, self.company.currency_id, self.company, line.date, round=False
            )
            for line in lines
        )
        self.assertLessEqual(collected, received + 0.005)

    def _money_is_the_same_however_it_is_asked(self):
        """Each contract alone, as a gate asks, many together, and the report over all."""
        contracts = self.env["sop.contract"].search([("company_id", "=", self.company.id)])
        together = contracts._collected()
        reported = dict(
            self.env["sop.collection"]._read_group(
                [("contract_id", "in", contracts.ids)], ["contract_id"], ["amount:sum"]
            )
        )
        for contract in contracts:
            amount = together.get(contract.id, 0.0)
            self.assertEqual(contract._collected().get(contract.id, 0.0), amount, contract.number)
            # The report does not round.
            half = contract.currency_id.rounding * 0.501
            self.assertAlmostEqual(reported.get(contract, 0.0), amount, delta=half)

    def _no_more_invoiced_than_accepted(self):
        lines = self.env["sale.order.line"].search([("company_id", "=", self.company.id)])
        for line in lines.filtered(lambda line: line._sop_waits_for_receipt()):
            self.assertLessEqual(line.qty_invoiced_posted, line.qty_accepted)

    @staticmethod
    def today():
        return fields.Date.today()
