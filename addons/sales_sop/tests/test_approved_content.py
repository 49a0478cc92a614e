from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SopCase, rule
from .test_price_authority import PriceCase


@tagged("post_install", "-at_install")
class TestApprovedContent(PriceCase):
    """What may change after the approval, and what is approved again (A3)."""

    def approved(self, **values):
        order = self.discounted(9, **values)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        return order

    def state_after(self, record, values):
        order = record if record._name == "sale.order" else record.order_id
        self.rpc(record, "salesperson", "write", values)
        order.invalidate_recordset()
        return order.sop_application_state

    def euro_pricelist(self, rates):
        """A price list in euro, and its rate on each of some days."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        today = self.company._sop_today()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "name": fields.Date.add(today, days=days),
                    "rate": rate,
                }
                for days, rate in rates.items()
            ]
        )
        return self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )

    @rule("A3")
    def test_notes_titles_and_dates_are_no_change(self):
        order = self.approved()
        line = order.order_line
        for record, values in (
            (
                order,
                {"order_line": [Command.create({"display_type": "line_note", "name": "Grey"})]},
            ),
            (
                order,
                {
                    "order_line": [
                        Command.create({"display_type": "line_section", "name": "Drives"})
                    ]
                },
            ),
            (line, {"name": "Energy-saving drive, painted grey"}),
            (order, {"date_order": "2026-02-01 08:00:00"}),
            (order, {"validity_date": "2099-01-01"}),
            (order, {"commitment_date": "2099-02-01 08:00:00"}),
            (order, {"client_order_ref": "PO 7"}),
        ):
            self.assertEqual(self.state_after(record, values), "approved", values)
        self.countersign(order)
        self.rpc(order, "salesperson", "action_confirm")
        self.assertEqual(order.state, "sale")

    @rule("A3")
    def test_the_cost_of_a_carrier_is_no_change(self):
        service = self._new_product("Freight", 0.0, type="service")
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "Lorry",
                "product_id": service.id,
                "company_id": self.company.id,
                "fixed_price": 45.5,
            }
        )
        order = self.approved()
        # 5 % of 910.00 are 45.50.
        self.as_user(order, "salesperson").set_delivery_line(carrier, 45.5)
        order.invalidate_recordset()
        self.assertEqual((order.amount_untaxed, order.sop_application_state), (955.5, "approved"))
        freight = order.order_line.filtered("is_delivery")
        self.assertEqual(self.state_after(freight, {"price_unit": 45.51}), "stale")

    @rule("A3", "C9")
    def test_a_down_payment_is_no_change(self):
        order = self.approved()
        self.countersign(order)
        self.rpc(order, "salesperson", "action_confirm")
        self.draft_down_payment(order, 30.0)
        order.invalidate_recordset()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        self.assertEqual(order.sop_application_state, "approved")

    @rule("A3")
    def test_an_expense_that_odoo_invoices_again_is_no_change(self):
        order = self.approved()
        self.countersign(order)
        self.rpc(order, "salesperson", "action_confirm")
        expense = {
            "order_id": order.id,
            "product_id": self._new_product("Travel", 50.0, type="service").id,
            "product_uom_qty": 0.0,
            "price_unit": 80.0,
            "is_expense": True,
        }
        # Odoo adds such a line with all rights when the vendor's bill is posted.
        order.sudo().order_line.create(expense)
        order.invalidate_recordset()
        self.assertEqual((order.sop_application_state, order.amount_untaxed), ("approved", 910.0))
        for role in ("salesperson", "sales_office", "finance"):
            with self.assertRefused(unchanged=[order, order.order_line]):
                self.rpc_create("sale.order.line", role, {**expense, "product_uom_qty": 1.0})

    @rule("A3", "P4")
    def test_a_new_exchange_rate_is_no_change(self):
        pricelist = self.euro_pricelist({-30: 1.0})
        order = self.approved(pricelist_id=pricelist.id)
        approval = order.sudo().approval_for("application")
        before = approval.submitted_summary
        self.env["res.currency.rate"].create(
            {
                "currency_id": order.currency_id.id,
                "company_id": self.company.id,
                "name": self.company._sop_today(),
                "rate": 0.5,
            }
        )
        self.assertEqual(self.state_after(order, {"date_order": fields.Datetime.now()}), "approved")
        self.assertEqual(approval.submitted_summary, before)
        self.assertEqual(order.sudo().sop_contract_id.currency_rate, 1.0)

    @rule("A3")
    def test_tax_unit_quantity_product_customer_and_terms_are_approved_again(self):
        order = self.approved()
        line = order.order_line
        another = self._new_product("Another drive", 100.0)
        customer = self.env["res.partner"].create({"name": "Hill Mill", "is_company": True})
        terms = self.env["account.payment.term"].create({"name": "Ninety days"})
        agreed = {
            "product_id": self.drive.id,
            "product_uom_id": line.product_uom_id.id,
            "product_uom_qty": 10.0,
            "price_unit": 100.0,
            "discount": 9.0,
            "tax_ids": [Command.set(self.tax.ids)],
        }
        with_customer = {
            "partner_id": self.customer.id,
            "partner_invoice_id": self.customer.id,
            "payment_term_id": order.payment_term_id.id,
            "note": order.note,
        }
        for record, change, undo in (
            (line, {"tax_ids": [Command.set(self._new_tax(7.0).ids)]}, agreed),
            (line, {"product_uom_id": self.env.ref("uom.product_uom_dozen").id}, agreed),
            (line, {"product_uom_qty": 10.01}, agreed),
            (line, {"product_uom_qty": 9.0}, agreed),
            (line, {"product_id": another.id, "price_unit": 100.0}, agreed),
            (line, {"price_unit": 100.01}, agreed),
            (line, {"discount": 9.01}, agreed),
            (order, {"partner_id": customer.id}, with_customer),
            (order, {"partner_invoice_id": customer.id}, with_customer),
            (order, {"payment_term_id": terms.id}, with_customer),
            (order, {"note": "<p>Paid when you like.</p>"}, with_customer),
            (order, {"sop_warranty": "for ever"}, {"sop_warranty": order.sop_warranty}),
            (order, {"sop_sales_mode": "instalment"}, {"sop_sales_mode": "direct"}),
        ):
            self.assertEqual(self.state_after(record, change), "stale", change)
            with self.assertRefused("A1", "has changed"):
                self.rpc(order, "salesperson", "action_confirm")
            self.assertEqual(self.state_after(record, undo), "approved", change)

    @rule("A3")
    def test_a_line_added_or_removed_is_approved_again(self):
        order = self.approved()
        line = {"product_id": self.drive.id, "product_uom_qty": 1.0, "price_unit": 100.0}
        change = {"order_line": [Command.create(line)]}
        self.assertEqual(self.state_after(order, change), "stale")
        added = order.order_line[1]
        self.assertEqual(
            self.state_after(order, {"order_line": [Command.delete(added.id)]}), "approved"
        )
        self.assertEqual(
            self.state_after(order, {"order_line": [Command.delete(order.order_line.id)]}), "stale"
        )

    @rule("A1", "A3")
    def test_cancelled_and_taken_up_again_the_same_content_is_not_approved(self):
        order = self.approved()
        approval, hash_ = order.sudo().approval_for("application"), order._approval_hash
        before = hash_("application")
        self.rpc(order, "salesperson", "action_cancel")
        self.rpc(order, "salesperson", "action_draft")
        order.invalidate_recordset()
        self.assertEqual(hash_("application"), before)
        self.assertEqual((order.state, order.sop_application_state), ("draft", "none"))
        self.assertEqual((approval.state, approval.is_valid), ("superseded", False))
        with self.assertRefused("A1", "has not been submitted"):
            self.rpc(order, "salesperson", "action_confirm")
        self.submit(order)
        self.assertEqual(order.sop_application_state, "pending")
        self.approve(order, "application", "sales_manager")
        self.assertEqual(order.sop_application_state, "approved")

    # -- prices in another currency (P3) ---------------------------------------------------------

    manager = ["sales_manager"]
    general_manager = ["sales_manager", "marketing_director", "general_manager"]

    @rule("P3")
    def test_the_rate_of_the_day_decides_to_the_cent(self):
        pricelist = self.euro_pricelist({-1: 0.5, 0: 0.8, 1: 0.4})
        # Ten drives at 100.00 dollars are 800.00 euro; 5 % less are 760.00, 15 % less 680.00.
        for price, roles in (
            (80.0, []),
            (76.0, []),
            (75.999, self.manager),
            (68.0, self.general_manager[:2]),
            (67.999, self.general_manager),
            (64.0, self.general_manager),
        ):
            for day in ("2020-01-01 08:00:00", "2099-01-01 08:00:00"):
                order = self.quotation(
                    lines=[(self.drive, 10, price)], pricelist_id=pricelist.id, date_order=day
                )
                self.assertEqual(order.currency_id.name, "EUR")
                self.assertEqual(self.roles_for(order), roles, (price, day))


@tagged("post_install", "-at_install")
class TestForeignStrategy(PriceCase):
    """A price strategy in euro, for an order in the company's own currency."""

    @classmethod
    def _price_lines(cls):
        euro = cls.env.ref("base.EUR")
        euro.active = True
        return [
            {
                "product_id": cls.drive.id,
                "compute_price": "fixed",
                "fixed_price": 80.0,
                "currency_id": euro.id,
            }
        ]

    @rule("P2", "P3")
    def test_a_price_of_the_policy_in_another_currency_counts_at_the_days_rate(self):
        today = self.company._sop_today()
        for days, rate in ((-1, 0.5), (0, 0.8), (1, 2.0)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": self.env.ref("base.EUR").id,
                    "company_id": self.company.id,
                    "name": fields.Date.add(today, days=days),
                    "rate": rate,
                }
            )
        # 80.00 euro are 100.00 dollars today.
        for price, roles in (
            (95.0, []),
            (94.999, ["sales_manager"]),
            (80.0, ["sales_manager", "marketing_director", "general_manager"]),
        ):
            order = self.quotation(lines=[(self.drive, 10, price)])
            self.assertEqual(self.roles_for(order), roles, price)


@tagged("post_install", "-at_install")
class TestAgreedOnScreen(SopCase):
    """The order form says by itself what changes by an amendment only (A3)."""

    @rule("A3")
    def test_the_screen_does_not_offer_to_edit_what_was_agreed(self):
        quotation = self.as_user(self.quotation(), "salesperson")
        with Form(quotation) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 7
        self.assertEqual(quotation.order_line.product_uom_qty, 7)
        order = self.as_user(self.confirmed_order(), "salesperson")
        with Form(order) as form:
            for field in ("product_uom_qty", "price_unit", "tax_ids"):
                with (
                    self.subTest(field=field),
                    self.assertRaisesRegex(AssertionError, "readonly"),
                    form.order_line.edit(0) as line,
                ):
                    setattr(line, field, 7)
            with self.assertRaisesRegex(AssertionError, "readonly"):
                form.payment_term_id = self.env["account.payment.term"]
            with form.order_line.new() as note:
                note.display_type = "line_note"
                note.name = "Painted grey"
        self.assertEqual(order.order_line.mapped("name")[-1], "Painted grey")
