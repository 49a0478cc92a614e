from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, rule
from .test_invoice_gate import InvoiceGateCase

WRITERS = ("accountant", "finance", "finance_vp", "general_manager", "administrator")


class InvoiceAttackCase(InvoiceGateCase):
    """Invoices above what was agreed, made in every way a client has."""

    def paid_order(self, **values):
        """An order whose goods are accepted and whose contract is collected."""
        order = self.delivered_order(**values)
        self.collect(order, order.amount_total)
        return order

    def line_of(self, order_line, quantity, price, **values):
        return Command.create(
            {
                "product_id": order_line.product_id.id,
                "quantity": quantity,
                "price_unit": price,
                "tax_ids": [Command.set(self.tax.ids)],
                "sale_line_ids": [Command.set(order_line.ids)],
                **values,
            }
        )

    def receivable(self, invoice):
        return invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def income(self, invoice):
        return invoice.line_ids.filtered(lambda line: line.display_type == "product")

    def assertPosts(self, invoice, role="accountant"):
        self.post(invoice, role=role)
        self.assertEqual(set(invoice.mapped("state")), {"posted"})

    def vp_approves(self, invoice):
        self.as_user(invoice, "finance").action_sop_submit()
        self.approve(invoice, "invoice", "finance_vp")


@tagged("post_install", "-at_install")
class TestWrittenAmounts(InvoiceAttackCase):
    """The amounts that the gate compares cannot be written (C2)."""

    @rule("C2")
    @mute_logger("odoo.addons.base.models.ir_access")
    def test_nobody_writes_the_computed_amounts_of_a_line(self):
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order, quantity=1))
        for role in (*ROLES, *STANDARD_USERS):
            for values in ({"price_total": 1.0}, {"price_subtotal": 1.0}):
                with self.assertRefused(unchanged=[invoice.line_ids]):
                    self.rpc(invoice.invoice_line_ids, role, "write", values)
        with self.assertRefused("cannot be written"):
            values = {"invoice_line_ids": [self.line_of(order.order_line, 1, 5e4, price_total=1.0)]}
            self.rpc(invoice, "accountant", "write", values)
        self.assertPosts(invoice)

    @rule("C2")
    def test_a_default_for_the_amounts_of_a_line_is_not_believed(self):
        order = self.paid_order()
        values = {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "invoice_date": "2026-03-03",
            "invoice_line_ids": [self.line_of(order.order_line, 10, 5000.0)],
        }
        context = {"default_price_total": 1.0, "default_price_subtotal": 1.0}
        invoice = self.rpc_create("account.move", "accountant", values, context)
        with self.assertRefused("C2", "50,000.00", "1,000.00"):
            self.post(invoice, role="accountant")
        self.as_user(self.env["ir.default"], "accountant").set(
            "account.move.line", "price_total", 1.0, user_id=True
        )
        invoice = self.rpc_create("account.move", "accountant", values)
        with self.assertRefused("C2", "50,000.00", "1,000.00"):
            self.post(invoice, role="accountant")

    def _inflate(self, invoice, role, context):
        """The customer's account and the income show more than the lines."""
        income, receivable = self.income(invoice), self.receivable(invoice)
        lines = [
            Command.update(income.id, {"balance": -9000.0, "amount_currency": -9000.0}),
            Command.update(receivable.id, {"balance": 9000.0, "amount_currency": 9000.0}),
        ]
        self.rpc(invoice, role, "write", {"line_ids": lines}, context=context)

    @rule("C2")
    def test_the_customer_is_not_asked_for_more_than_the_lines_say(self):
        order = self.paid_order()
        context = {"skip_invoice_sync": True, "check_move_validity": False}
        for role in ("accountant", "finance", "finance_vp"):
            invoice = self.invoice_by_hand(self.invoice_line(order), role="finance")
            with mute_logger("odoo.sql_db"):
                self._inflate(invoice, role, context)
            self.assertEqual(self.receivable(invoice).balance, 9000.0)
            with self.assertRefused("C2", "9,000.00", "1,000.00", unchanged=[invoice]):
                self.rpc(invoice, role, "action_post", context=context)
            invoice.sudo().button_cancel()

    @rule("C2")
    def test_a_tax_line_by_hand_asks_for_no_more(self):
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order))
        account = self.income(invoice).account_id
        tax = {
            "display_type": "tax",
            "account_id": account.id,
            "name": "Surcharge",
            "balance": -500.0,
            "amount_currency": -500.0,
        }
        more = {"balance": 1500.0, "amount_currency": 1500.0}
        context = {"skip_invoice_sync": True}
        for kind in ("tax", "rounding", "non_deductible_tax", "epd"):
            with self.env.cr.savepoint() as savepoint:
                line = Command.create({**tax, "display_type": kind})
                lines = [line, Command.update(self.receivable(invoice).id, more)]
                self.rpc(invoice, "accountant", "write", {"line_ids": lines}, context=context)
                self.assertEqual(self.receivable(invoice).balance, 1500.0)
                with self.assertRefused("C2", "1,500.00", "1,000.00"):
                    self.rpc(invoice, "accountant", "action_post", context=context)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertPosts(invoice)

    @rule("C2")
    def test_tax_does_not_become_revenue_by_amounts_kept_beside_the_price(self):
        """1,000.00 and 200.00 of tax, or 1,200.00 without: the customer pays the same."""
        self.tax = self._new_tax(20.0)
        order = self.paid_order()

        def claim(line, quantity):
            taxes = {"tax_amount_currency": 0.0, "tax_amount": 0.0}
            return {
                "currency_id": line.currency_id.id,
                "price_unit": 100.0,
                "discount": 0.0,
                "quantity": quantity,
                "manual_total_excluded_currency": 120.0 * quantity,
                "manual_total_excluded": 120.0 * quantity,
                "manual_tax_amounts": {str(self.tax.id): taxes},
            }

        line = order.order_line
        self.rpc(line, "salesperson", "write", {"extra_tax_data": claim(line, 10.0)})
        invoice = self.draft_invoice(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (1000.0, 200.0))
        mine = invoice.invoice_line_ids
        for quantity in (9.0, 10.0):
            values = {"quantity": quantity, "extra_tax_data": claim(mine, quantity)}
            lines = [Command.update(mine.id, values)]
            self.rpc(invoice, "accountant", "write", {"invoice_line_ids": lines})
            self.assertEqual(mine.price_subtotal, 100.0 * quantity)
        self.assertPosts(invoice)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (1000.0, 200.0))

    @rule("C2")
    def test_an_item_by_hand_asks_for_no_less(self):
        """What is not asked for is a gift, in whatever item of the invoice it is hidden."""
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order))
        gift = {
            "account_id": self.income(invoice).account_id.id,
            "name": "Gift",
            "balance": 900.0,
            "amount_currency": 900.0,
        }
        less = {"balance": 100.0, "amount_currency": 100.0}
        context = {"skip_invoice_sync": True}
        for kind in ("tax", "rounding", "cogs", "epd"):
            with self.env.cr.savepoint() as savepoint:
                line = Command.create({**gift, "display_type": kind})
                lines = [line, Command.update(self.receivable(invoice).id, less)]
                self.rpc(invoice, "accountant", "write", {"line_ids": lines}, context=context)
                with self.assertRefused("C2", "asks the customer for", "100.00", "1,000.00"):
                    self.rpc(invoice, "accountant", "action_post", context=context)
                self.vp_approves(invoice)
                self.rpc(invoice, "accountant", "action_post", context=context)
                self.assertEqual(invoice.state, "posted")
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertPosts(invoice)

    @rule("C2")
    def test_what_the_finance_vp_approved_is_what_the_customer_is_asked(self):
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order, price=110.0))
        self.vp_approves(invoice)
        self._inflate(invoice, "accountant", {"skip_invoice_sync": True})
        with self.assertRefused("C2", "has changed since it was submitted"):
            self.post(invoice, role="accountant")

    @rule("C2", "C5")
    def test_lines_of_a_posted_invoice_are_neither_added_written_nor_deleted(self):
        order = self.paid_order()
        invoice = self.post(self.invoice_by_hand(self.invoice_line(order, quantity=1)))
        context = {
            "skip_readonly_check": True,
            "check_move_validity": False,
            "skip_invoice_sync": True,
            "force_delete": True,
            "dynamic_unlink": True,
        }
        line = {
            "move_id": invoice.id,
            "account_id": self.income(invoice).account_id.id,
            "display_type": "tax",
            "name": "Surcharge",
            "balance": -100.0,
        }
        income, receivable = self.income(invoice), self.receivable(invoice)
        unchanged = [invoice, invoice.line_ids]
        for role in WRITERS[:3]:
            for record, method, args in (
                (receivable, "write", [{"balance": 900.0, "amount_currency": 900.0}]),
                (receivable, "write", [{"debit": 900.0}]),
                (receivable, "write", [{"date_maturity": "2099-12-31"}]),
                (income, "write", [{"tax_ids": [Command.clear()]}]),
                (income, "unlink", []),
                (invoice, "write", [{"line_ids": [Command.create(line)]}]),
                (invoice, "write", [{"invoice_line_ids": [Command.delete(income.id)]}]),
            ):
                with self.assertRefused(unchanged=unchanged):
                    self.rpc(record, role, method, *args, context=context)
            with self.assertRefused("Reset it to draft", exception=AccessError):
                self.rpc_create("account.move.line", role, line, context)
        self.assertEqual(invoice.amount_total, 100.0)


@tagged("post_install", "-at_install")
class TestAgreedPrices(InvoiceAttackCase):
    """Every order line is invoiced at its agreed price (C2)."""

    def two_lines(self):
        """Ten drives for 1,000.00 and ten spare parts for 50.00."""
        self.part = self._new_product("Spare part", 5.0)
        self._put_in_stock(self.part, 100)
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (self.part, 10, 5.0)])
        picking = self.ship_all(order)
        self.sign_all(picking)
        self.collect(order, 1050.0)
        return order

    def ship_all(self, order):
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        return picking

    def sign_all(self, picking):
        pod = self.as_user(self.env["sop.pod"], "sales_office").create(
            {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02"}
        )
        for line in pod.line_ids:
            line.qty_accepted = line.qty_delivered
        pod.action_confirm()

    @rule("C2")
    def test_a_cheap_line_does_not_carry_the_money_of_its_neighbour(self):
        order = self.two_lines()
        drives, parts = order.order_line
        invoice = self.invoice_by_hand(self.line_of(parts, 10, 100.0))
        with self.assertRefused("C2", "1,000.00", "50.00", self.part.name, order.name):
            self.post(invoice)
        invoice.sudo().button_cancel()
        self.assertPosts(
            self.invoice_by_hand(self.line_of(parts, 10, 5.0), self.line_of(drives, 10, 100.0))
        )

    @rule("C2")
    def test_a_cent_that_no_rounding_explains_needs_the_finance_vp(self):
        order = self.paid_order()
        for price, total in ((100.004, 500.02), (100.002, 500.01), (99.998, 499.99)):
            invoice = self.invoice_by_hand(self.invoice_line(order, quantity=5, price=price))
            self.assertEqual(invoice.amount_total, total)
            with self.assertRefused("C2", f"{total}", "500.00"):
                self.post(invoice)
        self.vp_approves(invoice)
        self.assertPosts(invoice)
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order, quantity=5, price=100.0)))

    @rule("C2")
    def test_a_cent_that_the_rounding_of_tax_explains_is_free(self):
        """Three times 0.35 with 15 % are 1.21, and one by one 0.40 each."""
        taxed = {"tax_ids": [Command.set(self._new_tax(15.0).ids)]}
        order = self.quotation(lines=[(self.drive, 3, 0.35)])
        order.order_line.write(taxed)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.amount_total, 1.21)
        self.sign_all(self.ship_all(order))
        self.collect(order, 1.21)
        invoice = self.invoice_by_hand(self.line_of(order.order_line, 1, 0.37, **taxed))
        self.assertEqual(invoice.amount_total, 0.43)
        with self.assertRefused("C2", "0.43", "0.40"):
            self.post(invoice)
        invoice.sudo().button_cancel()
        for __ in range(3):
            self.assertPosts(self.invoice_by_hand(self.line_of(order.order_line, 1, 0.35, **taxed)))
        self.assertEqual(order.sudo().sop_contract_id.amount_invoiced, 1.20)

    @rule("C2")
    def test_less_than_agreed_is_a_gift_that_the_finance_vp_approves(self):
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order, price=50.0))
        with self.assertRefused("C2", "500.00", "1,000.00"):
            self.post(invoice)
        self.vp_approves(invoice)
        self.assertPosts(invoice)

    @rule("C2")
    def test_an_invoice_names_what_was_sold(self):
        """At the agreed price another product, or none, is the finance VP's."""
        order = self.paid_order()
        gadget = self._new_product("Gadget", 100.0)
        for product, named in ((gadget, "Gadget"), (gadget.browse(), "Advice")):
            other = {"product_id": product.id, "name": "Advice"}
            invoice = self.invoice_by_hand(self.line_of(order.order_line, 10, 100.0, **other))
            with self.assertRefused("C2", named, self.drive.name, order.name):
                self.post(invoice)
            invoice.sudo().button_cancel()
        invoice = self.invoice_by_hand(self.invoice_line(order))
        other = {"product_id": gadget.id, "price_unit": 100.0}
        self.rpc(invoice.invoice_line_ids, "accountant", "write", other)
        with self.assertRefused("C2", "Gadget"):
            self.post(invoice)
        self.vp_approves(invoice)
        self.assertPosts(invoice)

    @rule("C2")
    def test_the_agreed_total_holds_no_other_tax(self):
        order = self.paid_order()
        tax = self._new_tax(25.0)
        for price, taxes in ((80.0, tax), (100.0, tax.browse())):
            other = {"tax_ids": [Command.set(taxes.ids)]}
            invoice = self.invoice_by_hand(self.line_of(order.order_line, 10, price, **other))
            self.assertEqual(invoice.amount_total, 1000.0)
            with self.assertRefused("C2", self.tax.name, order.name):
                self.post(invoice)
            invoice.sudo().button_cancel()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))

    @rule("C2")
    def test_the_agreed_price_is_that_of_the_order_lines_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.quotation(lines=[(self.drive, 2, 1200.0)])
        order.order_line.write({"product_uom_id": dozen.id, "price_unit": 1200.0})
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.as_user(order, "salesperson").action_confirm()
        self.sign_all(self.ship_all(order))
        self.collect(order, 2400.0)
        units = {"product_uom_id": self.env.ref("uom.product_uom_unit").id}
        invoice = self.invoice_by_hand(self.line_of(order.order_line, 2, 1200.0, **units))
        with self.assertRefused("C2", "2,400.00", "200.00"):
            self.post(invoice)
        invoice.invoice_line_ids.write({"quantity": 24, "price_unit": 100.0})
        self.assertEqual(invoice.invoice_line_ids.product_uom_id.name, "Units")
        self.assertPosts(invoice)

    @rule("C2")
    def test_a_line_of_two_order_lines_needs_the_finance_vp(self):
        order = self.two_lines()
        drives, parts = order.order_line
        both = {"sale_line_ids": [Command.set((drives | parts).ids)]}
        invoice = self.invoice_by_hand(self.line_of(parts, 10, 5.0, **both))
        with self.assertRefused("C2", "several order lines"):
            self.post(invoice)

    @rule("C2")
    def test_a_discount_of_the_order_is_not_left_out(self):
        rebate = self._new_product("Rebate", 0.0, type="service", invoice_policy="order")
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (rebate, 1, -100.0)])
        self.sign_all(self.ship_all(order))
        self.collect(order, 900.0)
        drives, minus = order.order_line
        invoice = self.invoice_by_hand(self.line_of(drives, 10, 100.0))
        with self.assertRefused("C2", "1,000.00", "900.00"):
            self.post(invoice)
        invoice.write({"invoice_line_ids": [self.line_of(minus, 1, -100.0)]})
        self.assertEqual(invoice.amount_total, 900.0)
        self.assertPosts(invoice)

    @rule("C2")
    def test_down_payments_are_at_most_the_contract(self):
        order = self.confirmed_order()
        self.collect(order, 1000.0)
        invoices = self.env["account.move"]
        for amount in (700.0, 300.01):
            wizard = self.as_user(self.env["sale.advance.payment.inv"], "salesperson").create(
                {
                    "advance_payment_method": "fixed",
                    "fixed_amount": amount,
                    "sale_order_ids": [Command.set(order.ids)],
                }
            )
            wizard.create_invoices()
            invoices = order.sudo().invoice_ids
        first, second = invoices.sorted("id")
        self.assertPosts(first)
        with self.assertRefused("C2", "1,000.01", "1,000.00"):
            self.post(second)
        second.invoice_line_ids.price_unit = 300.0
        self.assertPosts(second)
        self.assertEqual(sum(invoices.mapped("amount_total")), 1000.0)


@tagged("post_install", "-at_install")
class TestVendorBills(InvoiceAttackCase):
    """What a vendor bills or credits for an order is not invoiced to its customer (D3)."""

    @rule("D3")
    def test_a_vendors_bill_that_names_an_order_invoices_nothing_and_takes_nothing_back(self):
        order = self.paid_order()
        line = order.sudo().order_line
        self.assertPosts(self.draft_invoice(order))
        figures = ["qty_invoiced", "qty_invoiced_posted", "amount_invoiced", "qty_to_invoice"]
        before = line.read(figures)
        for move_type in ("in_invoice", "in_receipt", "in_refund"):
            bill = self.rpc_create(
                "account.move",
                "finance",
                {
                    "move_type": move_type,
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "invoice_date": "2026-03-03",
                    "invoice_line_ids": [self.line_of(line, 5, 100.0, tax_ids=False)],
                },
            )
            self.assertPosts(bill, role="finance")
            self.assertEqual(line.read(figures), before, move_type)


@tagged("post_install", "-at_install")
class TestDueDates(InvoiceAttackCase):
    """When an invoice is due is what its order says, unless the finance VP agrees (C2, C5)."""

    def later(self, order, **values):
        return self.invoice_by_hand(self.invoice_line(order), **values)

    @rule("C2", "C5")
    def test_another_payment_term_than_the_orders_is_the_finance_vps(self):
        term = self.env.ref("account.account_payment_term_30days")
        order = self.paid_order()
        invoice = self.later(order, invoice_payment_term_id=term.id)
        with self.assertRefused("C2", order.name, term.name, "no payment term", unchanged=invoice):
            self.post(invoice, role="accountant")
        self.vp_approves(invoice)
        self.assertPosts(invoice)
        agreed = self.paid_order(payment_term_id=term.id)
        with self.assertRefused("C2", agreed.name, term.name):
            self.post(self.later(agreed, invoice_payment_term_id=False), role="accountant")
        self.assertPosts(self.draft_invoice(agreed))

    @rule("C2", "C5")
    def test_a_later_due_date_written_by_hand_is_the_finance_vps(self):
        today = self.company._sop_today()
        self.assertPosts(self.later(self.paid_order(), invoice_date_due=today))
        tomorrow = fields.Date.add(today, days=1)
        invoice = self.later(self.paid_order(), invoice_date_due=tomorrow)
        days = [day.strftime("%m/%d/%Y") for day in (tomorrow, today)]
        with self.assertRefused("C2", *days, unchanged=invoice):
            self.post(invoice, role="accountant")
        self.vp_approves(invoice)
        self.rpc(invoice, "accountant", "write", {"invoice_date_due": "2099-12-31"})
        with self.assertRefused("C2", "12/31/2099", "has changed since", unchanged=invoice):
            self.post(invoice, role="accountant")
        self.rpc(invoice, "accountant", "write", {"invoice_date_due": tomorrow})
        self.assertPosts(invoice)

    @rule("C2", "C5")
    def test_the_items_of_a_draft_are_due_when_its_payment_term_says(self):
        term = self.env.ref("account.account_payment_term_30days")
        invoice = self.draft_invoice(self.paid_order(payment_term_id=term.id))
        invoice.invoice_date = "2026-03-03"
        self.rpc(self.receivable(invoice), "accountant", "write", {"date_maturity": "2026-04-03"})
        with self.assertRefused("C2", "04/03/2026", "04/02/2026", unchanged=invoice):
            self.post(invoice, role="accountant")

    @rule("C2", "C5")
    def test_a_date_that_has_not_come_puts_nothing_off(self):
        term = self.env.ref("account.account_payment_term_30days")
        invoice = self.draft_invoice(self.paid_order(payment_term_id=term.id))
        invoice.invoice_date = fields.Date.add(self.company._sop_today(), days=1)
        with self.assertRefused("C2", "is due on", unchanged=invoice):
            self.rpc(invoice, "accountant", "write", {"state": "posted"})
        invoice.invoice_date = self.company._sop_today()
        self.assertPosts(invoice)


@tagged("post_install", "-at_install")
class TestAgreedPaymentTerms(InvoiceAttackCase):
    """Thirty days that an order agrees on do not become a year (A3, C5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "account.group_account_manager"
        cls.users["account_manager"] = cls._new_user("account_manager", group, cls.company)
        cls.term = cls.env.ref("account.account_payment_term_30days").copy({})

    def changes(self):
        """Return ``[(record, method, arguments)]``: every way to change what is agreed."""
        line = self.term.line_ids
        more = {"payment_id": self.term.id, "value": "percent", "value_amount": 0.0}
        return [
            (line, "write", [{"nb_days": 365}]),
            (line, "write", [{"delay_type": "days_after_end_of_next_month"}]),
            (line, "unlink", []),
            (line.browse(), "create", [more]),
            (self.term, "write", [{"line_ids": [Command.update(line.id, {"nb_days": 365})]}]),
            (self.term, "write", [{"early_discount": True, "discount_percentage": 50.0}]),
            (self.term, "unlink", []),
        ]

    def assertStays(self, document):
        for record, method, arguments in self.changes():
            with self.assertRefused(self.term.name, document.name, unchanged=[self.term]):
                self.rpc(record, "account_manager", method, *arguments)

    @rule("A3", "C5")
    def test_the_days_of_an_agreed_payment_term_stay(self):
        order = self.paid_order(payment_term_id=self.term.id)
        self.assertStays(order)
        same = {
            "name": "Agreed",
            "line_ids": [Command.update(self.term.line_ids.id, {"nb_days": 30})],
        }
        self.rpc(self.term, "account_manager", "write", {**same, "sequence": 3, "active": False})
        invoice = self.draft_invoice(order)
        self.assertPosts(invoice)
        today = self.company._sop_today()
        self.assertEqual(invoice.invoice_date_due, fields.Date.add(today, days=30))

    @rule("A3")
    def test_they_stay_while_the_order_is_decided(self):
        order = self.quotation(payment_term_id=self.term.id)
        self.rpc(self.term.line_ids, "account_manager", "write", {"nb_days": 45})
        self.submit(order)
        self.assertStays(order)
        self.approve(order, "application", "sales_manager")
        self.assertStays(order)

    @rule("C2", "C5")
    def test_they_stay_for_an_invoice_that_the_finance_vp_decides(self):
        line = self.line_of(self.paid_order().order_line, 10, 100.0)
        invoice = self.invoice_by_hand(line, invoice_payment_term_id=self.term.id)
        self.rpc(self.term.line_ids, "account_manager", "write", {"nb_days": 45})
        self.vp_approves(invoice)
        for record, method, arguments in self.changes():
            with self.assertRefused(unchanged=[self.term]):
                self.rpc(record, "account_manager", method, *arguments)

    @rule("A3")
    def test_without_a_policy_it_is_odoos_business(self):
        company = self._new_company("Ungoverned Works")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "payment_term_id": self.term.id,
            }
        )
        order.action_confirm()
        self.rpc(self.term.line_ids, "account_manager", "write", {"nb_days": 45})
        self.assertEqual(self.term.line_ids.nb_days, 45)


@tagged("post_install", "-at_install")
class TestCreditNoteAttacks(InvoiceAttackCase):
    """Credit notes make no room for more than agreed (C2)."""

    def credit(self, order, quantity=10, price=100.0, **values):
        line = self.line_of(order.order_line, quantity, price)
        return self.invoice_by_hand(line, move_type="out_refund", role="finance", **values)

    @rule("C2")
    def test_a_cheap_credit_note_lets_nothing_be_invoiced_twice(self):
        order = self.paid_order(lines=[(self.drive, 10, 100.0)])
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))
        self.assertPosts(self.credit(order, price=0.01))
        invoice = self.invoice_by_hand(self.invoice_line(order))
        with self.assertRefused("C2", "1,999.90", "1,000.00"):
            self.post(invoice)

    @rule("C2")
    def test_a_credit_note_gives_back_what_its_lines_say(self):
        order = self.paid_order()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))
        credit = self.credit(order)
        lines = [
            Command.update(self.income(credit).id, {"balance": 1.0, "amount_currency": 1.0}),
            Command.update(self.receivable(credit).id, {"balance": -1.0, "amount_currency": -1.0}),
        ]
        context = {"skip_invoice_sync": True}
        for role in ("accountant", "finance", "finance_vp"):
            self.rpc(credit, role, "write", {"line_ids": lines}, context=context)
            with self.assertRefused("C2", "1.00", "1,000.00", unchanged=[credit]):
                self.rpc(credit, role, "action_post", context=context)

    @rule("C2", "D6")
    def test_no_more_is_credited_than_is_invoiced(self):
        """Else an invoice over thirty drives could stand beside it, where ten were accepted."""
        order = self.paid_order()
        with self.assertRefused("C2", "1,000.00", "0.00", self.drive.name, order.name):
            self.post(self.credit(order))
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))
        with self.assertRefused("C2", "3,000.00", "1,000.00", order.name):
            self.post(self.credit(order, quantity=30))
        halves = self.credit(order, quantity=5) | self.credit(order, quantity=5)
        with self.assertRefused("C2", "500.00", "0.00"):
            self.post(halves | self.credit(order, quantity=5))
        self.assertPosts(halves)
        with self.assertRefused("C2", "0.01", "0.00"):
            self.post(self.credit(order, quantity=1, price=0.01))

    @rule("C2", "D6")
    def test_more_taken_back_on_an_invoice_than_is_invoiced_is_the_finance_vps(self):
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (self.drive, 30, 100.0)])
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        pod = self.as_user(self.env["sop.pod"], "sales_office").create(
            {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02"}
        )
        for line in pod.line_ids:
            line.qty_accepted = line.qty_delivered
        pod.action_confirm()
        self.collect(order, 4000.0)
        few, many = order.order_line
        invoice = self.invoice_by_hand(self.line_of(many, 30, 100.0), self.line_of(few, -5, 100.0))
        with self.assertRefused("C2", "500.00", "0.00"):
            self.post(invoice)
        self.vp_approves(invoice)
        self.assertPosts(invoice)

    @rule("C2")
    def test_an_invoice_stays_while_it_is_credited(self):
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order))
        self.assertPosts(invoice)
        credit = self.credit(order)
        self.assertPosts(credit)
        for method in ("button_draft", "button_cancel"):
            with self.assertRefused("C2", "credit note back first", unchanged=[invoice]):
                self.rpc(invoice, "accountant", method)
        self.rpc(credit, "accountant", "button_draft")
        self.rpc(invoice, "accountant", "button_draft")
        self.assertPosts(invoice)
        self.assertPosts(credit)
        self.rpc(invoice | credit, "accountant", "button_draft")

    @rule("C2")
    def test_a_rebate_is_credited_with_a_minus(self):
        rebate = self._new_product("Rebate", 0.0, type="service", invoice_policy="order")
        order = self.confirmed_order(lines=[(self.drive, 10, 100.0), (rebate, 1, -100.0)])
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking)
        self.collect(order, 900.0)
        drives, minus = order.order_line
        lines = [self.line_of(drives, 10, 100.0), self.line_of(minus, 1, -100.0)]
        self.assertPosts(self.invoice_by_hand(*lines))
        self.assertPosts(self.invoice_by_hand(*lines, move_type="out_refund", role="finance"))
        with self.assertRefused("C2"):
            self.post(self.invoice_by_hand(*lines, move_type="out_refund", role="finance"))

    @rule("C2")
    def test_a_credit_note_that_asks_for_money_is_refused(self):
        order = self.paid_order()
        credit = self.credit(order, quantity=1)
        lines = [
            Command.update(self.income(credit).id, {"balance": -1.0, "amount_currency": -1.0}),
            Command.update(self.receivable(credit).id, {"balance": 1.0, "amount_currency": 1.0}),
        ]
        context = {"skip_invoice_sync": True}
        self.rpc(credit, "accountant", "write", {"line_ids": lines}, context=context)
        with self.assertRefused():
            self.rpc(credit, "accountant", "action_post", context=context)
        self.assertEqual(credit.state, "draft")

    @rule("C2")
    def test_a_credit_note_stays_while_its_goods_are_invoiced_again(self):
        order = self.paid_order()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))
        credit = self.credit(order)
        self.assertPosts(credit)
        again = self.invoice_by_hand(self.invoice_line(order))
        self.assertPosts(again)
        for method in ("button_draft", "button_cancel"):
            for role in ("accountant", "finance", "finance_vp"):
                with self.assertRefused("C2", "2,000.00", unchanged=[credit]):
                    self.rpc(credit, role, method)
        with self.assertRefused("C2", "2,000.00", unchanged=[credit]):
            self.rpc(credit, "accountant", "write", {"state": "draft"})
        self.rpc(again, "finance", "button_draft")
        self.rpc(credit, "finance", "button_draft")
        self.assertEqual(credit.state, "draft")

    @rule("C2", "D6")
    def test_an_invoice_with_a_negative_line_stays_while_its_goods_are_invoiced_again(self):
        """What a line of an invoice credits makes room like a credit note."""
        order, other = (self.paid_order() for __ in range(2))
        invoices = [
            self.invoice_by_hand(*lines)
            for lines in (
                [self.invoice_line(order)],
                [self.invoice_line(order, quantity=-10), self.invoice_line(other)],
                [self.invoice_line(order)],
            )
        ]
        for invoice in invoices:
            self.assertPosts(invoice)
        __, crediting, again = invoices
        for method in ("button_draft", "button_cancel"):
            with self.assertRefused("C2", "stays posted", unchanged=crediting):
                self.rpc(crediting, "finance", method)
        self.rpc(again, "finance", "button_draft")
        self.rpc(crediting, "finance", "button_draft")
        self.assertEqual(order.order_line.qty_invoiced_posted, 10.0)

    @rule("C2", "D6")
    def test_a_wrong_credit_note_for_returned_goods_can_be_corrected(self):
        order = self.paid_order()
        self.assertPosts(self.invoice_by_hand(self.invoice_line(order)))
        self.take_back(order.sudo().picking_ids, 2)
        credit = self.credit(order, quantity=2)
        self.assertPosts(credit)
        self.rpc(credit, "finance", "button_draft")
        self.assertEqual(credit.state, "draft")
        self.assertPosts(credit)


@tagged("post_install", "-at_install")
class TestForeignInvoices(InvoiceAttackCase):
    """An invoice in another currency counts at rates that nobody writes."""

    def euro(self, rate=0.5):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": rate, "currency_id": euro.id}
            | {"company_id": self.company.id}
        )
        return euro

    @rule("C2")
    def test_a_rate_by_hand_makes_no_invoice_smaller(self):
        euro = self.euro()
        order = self.paid_order()
        invoice = self.invoice_by_hand(
            self.invoice_line(order, price=5000.0), currency_id=euro.id, role="finance"
        )
        for role in ("accountant", "finance", "finance_vp"):
            self.rpc(invoice, role, "write", {"invoice_currency_rate": 50.0})
            self.assertEqual(invoice.invoice_currency_rate, 50.0)
            with self.assertRefused("C2", "50", "0.5", "100,000.00"):
                self.post(invoice, role=role)

    @rule("C2")
    def test_the_agreed_amount_at_the_rate_of_the_day_is_free(self):
        euro = self.euro()
        order = self.paid_order()
        invoice = self.invoice_by_hand(self.invoice_line(order, price=50.0), currency_id=euro.id)
        self.assertEqual(invoice.amount_total, 500.0)
        self.assertPosts(invoice)

    @rule("C2")
    def test_the_date_of_an_invoice_does_not_choose_a_cheap_rate(self):
        euro = self.euro()
        self.env["res.currency.rate"].create(
            {"name": "2019-01-01", "rate": 5.0, "currency_id": euro.id}
            | {"company_id": self.company.id}
        )
        order = self.paid_order()
        invoice = self.invoice_by_hand(
            self.invoice_line(order, price=500.0), currency_id=euro.id, invoice_date="2019-02-01"
        )
        self.assertEqual(invoice.invoice_currency_rate, 5.0)
        with self.assertRefused("C2", "10,000.00", "1,000.00"):
            self.post(invoice)


@tagged("post_install", "-at_install")
class TestCashRounding(InvoiceAttackCase):
    """A cash rounding rounds; it is no way to ask for more."""

    def rounding(self, unit):
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "income")], limit=1
        )
        return self.env["account.cash.rounding"].create(
            {
                "name": f"To {unit}",
                "rounding": unit,
                "rounding_method": "UP",
                "strategy": "add_invoice_line",
                "profit_account_id": account.id,
                "loss_account_id": account.id,
            }
        )

    @rule("C2")
    def test_five_cents_pass_and_a_thousand_do_not(self):
        order = self.paid_order(lines=[(self.drive, 1, 1000.02)])
        invoice = self.invoice_by_hand(self.invoice_line(order, quantity=1, price=1000.02))
        invoice.invoice_cash_rounding_id = self.rounding(1000.0)
        self.assertEqual(invoice.amount_total, 2000.0)
        with self.assertRefused("C2", "2,000.00", "1,000.02"):
            self.post(invoice)
        invoice.invoice_cash_rounding_id = self.rounding(0.05)
        self.assertEqual(invoice.amount_total, 1000.05)
        self.assertPosts(invoice)
