from odoo.fields import Command

from odoo.addons.sales_sop.tests.common import rule

from .common import CommissionCase


class TestCollected(CommissionCase):
    """Commission follows the cash (B1): invoice 1,000 + 15 % = 1,150, rate 10 %."""

    @rule("B1")
    def test_half_paid_earns_half_and_the_rest_in_the_month_it_comes(self):
        order = self.invoiced_order()
        invoice = order.sudo().invoice_ids
        self.pay(invoice, 575.0, "2026-03-10")
        self.now_is("2026-03-31")
        self.calculate("2026-03-31")
        self.assertEqual(self.entries().mapped("amount"), [50.0])
        self.assertEqual(self.entries().base, 500.0)
        self.now_is("2026-04-30")
        self.pay(invoice, 575.0, "2026-04-12")
        self.calculate("2026-04-30")
        self.assertEqual(self.balance(until="2026-03-31"), 50.0)
        self.assertEqual(self.balance(until="2026-04-30"), 100.0)
        self.assertEqual(str(self.entries()[-1].date), "2026-04-12")

    @rule("B1")
    def test_each_row_says_where_it_comes_from_and_why(self):
        order = self.invoiced_order()
        invoice = order.sudo().invoice_ids
        payment = self.pay(invoice, 575.0, "2026-03-10")
        self.now_is("2026-03-31")
        calculation = self.calculate("2026-03-31")
        entry = self.as_user(self.entries(), "salesperson")
        self.assertEqual(
            {
                "contract": entry.contract_id,
                "order": entry.order_id,
                "invoice": entry.invoice_id,
                "money": entry.money_move_id,
                "version": entry.plan_id,
                "rule": entry.rule_id,
                "calculation": entry.calculation_id,
            },
            {
                "contract": order.sudo().sop_contract_id,
                "order": order,
                "invoice": invoice,
                "money": payment.move_id,
                "version": self.plan,
                "rule": self.plan.rule_ids,
                "calculation": calculation,
            },
        )
        self.assertEqual(
            (entry.kind, entry.base, entry.rate, entry.share, entry.amount),
            ("earned", 500.0, 10.0, 100.0, 50.0),
        )
        self.assertEqual((str(entry.money_date), str(entry.date)), ("2026-03-10", "2026-03-10"))
        for part in (invoice.name, "10 %", "500.00", entry.contract_id.number):
            self.assertIn(part, entry.explanation)

    @rule("B1")
    def test_money_in_advance_earns_at_receipt_and_matching_it_changes_nothing(self):
        order = self.order()
        payment = self.collect(order, 575.0).payment_id
        self.calculate()
        self.assertEqual(self.entries().mapped("amount"), [50.0])
        self.assertFalse(self.entries().invoice_id)
        self.match(self.invoice(order), payment.move_id)
        self.now_is("2026-03-05")
        self.assertEqual(self.calculate().entry_count, 0)
        self.assertEqual(self.balance(), 50.0)

    @rule("B1")
    def test_three_thirds_come_to_the_whole(self):
        order = self.invoiced_order()
        invoice = order.sudo().invoice_ids
        for amount in (383.33, 383.33, 383.34):
            self.pay(invoice, amount)
            self.calculate()
        self.now_is("2026-03-12")
        self.calculate()
        self.assertEqual(self.balance(), 100.0)

    @rule("B1")
    def test_only_cash_earns_and_not_what_is_written_off(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        self.pay(
            invoice,
            575.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.account("expense").id,
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 50.0)

    @rule("B1")
    def test_an_entry_that_writes_the_invoice_off_earns_nothing(self):
        invoice = self.invoiced_order().sudo().invoice_ids
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.receivable(invoice).account_id.id,
                            "partner_id": self.customer.id,
                            "credit": 1150.0,
                        }
                    ),
                    Command.create({"account_id": self.account("expense").id, "debit": 1150.0}),
                ],
            }
        )
        entry.action_post()
        self.match(invoice, entry)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self.calculate().entry_count, 0)

    @rule("B1")
    def test_of_an_early_discount_the_cash_earns(self):
        # 2 % off 1,150.00: 1,127.00 in cash, 980.00 without tax
        self.pay_early("included")
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 98.0)

    @rule("B1")
    def test_an_invoice_without_an_order_earns_for_its_contract(self):
        invoice = self.contract_invoice(self.order())
        self.pay(invoice, 575.0)
        self.now_is("2026-03-31")
        self.calculate()
        self.assertEqual(self.balance(), 50.0)

    @rule("B1")
    def test_a_down_payment_earns_for_what_was_ordered(self):
        """10 % of the drive, 5 % of the work: a down payment is for both of them."""
        self.now_is("2026-04-01")
        self.calculate()
        self._new_plan(
            date_from="2026-04-02",
            rules=[
                {"name": "Work", "product_id": self.work.id, "rate": 5.0},
                {"name": "The rest", "rate": 10.0},
            ],
        )
        self.now_is("2026-04-02")
        order = self.effective_order(lines=[(self.drive, 10, 100.0), (self.work, 1, 1000.0)])
        self.as_user(order, "salesperson").action_confirm()
        self.draft_down_payment(order, 50.0)
        invoice = order.sudo().invoice_ids
        self.assertEqual(invoice.amount_total, 1150.0)
        invoice.invoice_date = "2026-04-02"
        self.post_ungated(invoice)
        self.pay(invoice, 1150.0, "2026-04-02")
        self.calculate()
        by_rule = {entry.rule_id.name: entry.amount for entry in self.entries()}
        self.assertEqual(by_rule, {"Work": 25.0, "The rest": 50.0})

    @rule("B1")
    def test_the_first_rule_that_matches_decides(self):
        """Product, category, kind of sale, customer group and price: each can make a rule."""
        self.now_is("2026-04-01")
        self.calculate()
        group = self.env["res.partner.category"].create({"name": "Mills"})
        category = self.env["product.category"].create({"name": "Drives"})
        child = self.env["product.category"].create(
            {"name": "Small drives", "parent_id": category.id}
        )
        self._new_plan(
            date_from="2026-04-02",
            rules=[
                {"name": "Nothing", "product_id": self.drive.id, "rate_kind": "none"},
                {"name": "Instalments", "sales_mode": "instalment", "rate": 50.0},
                {"name": "Entry", "price_kind": "entry", "rate": 40.0},
                {
                    "name": "Mills",
                    "partner_category_ids": [Command.set(group.ids)],
                    "rate": 30.0,
                },
                {"name": "Drives", "product_categ_id": category.id, "rate": 20.0},
                {"name": "The rest", "rate": 10.0},
            ],
        )
        self.now_is("2026-04-02")
        small = self._new_product(
            "Small drive", 100.0, categ_id=child.id, type="service", invoice_policy="order"
        )
        of_group = self.env["res.partner"].create(
            {"name": "Paper Mill", "category_id": [Command.set(group.ids)]}
        )
        stories = [
            ([(self.drive, 1, 1000.0)], {}, 0.0),
            ([(self.work, 1, 1000.0)], {"sop_sales_mode": "instalment"}, 500.0),
            ([(self.work, 1, 1000.0)], {"sop_price_kind": "entry"}, 400.0),
            ([(self.work, 1, 1000.0)], {"partner_id": of_group.id}, 300.0),
            ([(small, 1, 1000.0)], {}, 200.0),
            ([(self.work, 1, 1000.0)], {}, 100.0),
        ]
        before = 0.0
        for lines, values, amount in stories:
            order = self.effective_order(lines=lines, **values)
            self.collect(order, 1150.0)
            self.calculate()
            self.assertEqual(round(self.balance() - before, 2), amount)
            before = self.balance()
        # What the product and the customer are later changes nothing.
        small.categ_id = self.env["product.category"].create({"name": "Others"})
        child.parent_id = False
        of_group.category_id = False
        self.assertEqual(self.calculate().entry_count, 0)

    @rule("B1")
    def test_a_margin_and_an_amount_per_unit(self):
        self.now_is("2026-04-01")
        self.calculate()
        dozen = self.env.ref("uom.product_uom_dozen")
        self.drive.with_company(self.company).standard_price = 60.0
        self._new_plan(
            date_from="2026-04-02",
            rules=[
                {"name": "Margin", "product_id": self.drive.id, "base": "margin", "rate": 25.0},
                {
                    "name": "Each",
                    "product_id": self.work.id,
                    "rate_kind": "unit",
                    "amount_per_unit": 2.0,
                },
            ],
        )
        self.now_is("2026-04-02")
        # 10 drives at 100.00 that cost 60.00: 400.00 margin, half of it collected
        order = self.effective_order(lines=[(self.drive, 10, 100.0)])
        self.collect(order, 575.0)
        self.calculate()
        self.assertEqual(self.entries().mapped("amount"), [50.0])
        # Its cost today is no matter.
        self.drive.with_company(self.company).standard_price = 10.0
        self.assertEqual(self.calculate().entry_count, 0)
        # A dozen are twelve; half of the money is in.
        order = self.effective_order(lines=[(self.work, 1, 100.0)])
        line = order.sudo().order_line
        self.assertEqual(line.commission_categ_path, self.work.categ_id.parent_path)
        other = self.quotation(lines=[(self.work, 1, 100.0)])
        other.order_line.product_uom_id = dozen
        other.order_line.price_unit = 100.0
        self.submit(other)
        self.approve(other, "application", "sales_manager")
        self.countersign(other)
        self.collect(other, 57.5)
        self.calculate()
        self.assertEqual(self.balance(), 62.0)
