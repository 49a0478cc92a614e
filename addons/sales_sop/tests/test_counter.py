from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import rule
from .test_order_type import OrderTypeCase


class CounterCase(OrderTypeCase):
    def counter_order(self, quantity=3, price=100.0, **values):
        return self.quotation(
            lines=[(self.drive, quantity, price)], sop_order_type="counter", **values
        )

    def dialog(self, order, role="salesperson", **values):
        action = self.as_user(order, role).action_sop_counter_sale()
        model = self.as_user(self.env["sop.counter.sale"], role).with_context(**action["context"])
        return model.create({"signatory": "Wang Fang", **values})

    def sell(self, order, role="salesperson", **values):
        self.dialog(order, role, **values).action_sell()
        return order

    def cash_journal(self):
        journal = self.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": self.company.id}
        )
        self._give_payments_an_outstanding_account(journal, "101498")
        return journal

    def counter_policy(self, date_from="2020-03-01", **term):
        return self._issue_terms(
            date_from,
            {
                "name": "Over the counter",
                "order_type": "counter",
                "contract_required": False,
                "details_required": False,
                "delivery_approval": False,
                "review_group_ids": False,
                "invoice_gate_percent": 0,
                **term,
            },
        )


@tagged("post_install", "-at_install")
class TestCounter(CounterCase):
    """A spare part over the counter: one click, no written contract, every gate."""

    @rule("P5", "K1", "D1", "D3")
    def test_one_click_sells_hands_out_and_has_it_signed_for(self):
        order = self.sell(self.counter_order())
        picking = order.sudo().picking_ids
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.sudo().sop_contract_id.state, "effective")
        self.assertEqual((picking.state, picking.pod_state), ("done", "signed"))
        self.assertEqual(picking.pod_signatory, "Wang Fang")
        self.assertEqual(picking.pod_user_id, self.users["salesperson"])
        self.assertEqual(picking.sop_transport_mode, "pickup")
        self.assertEqual(order.order_line.qty_accepted, 3)
        self.assertFalse(picking.approval_ids)
        self.assertEqual(self.drive.with_company(self.company).qty_available, 997)

    @rule("C1")
    def test_it_is_invoiced_as_the_term_says(self):
        order = self.sell(self.counter_order())
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual(invoice.amount_total, 300.0)

    @rule("P5")
    def test_the_office_sells_over_the_counter_too(self):
        order = self.sell(self.counter_order(), role="sales_office")
        self.assertEqual(order.sudo().picking_ids.pod_user_id, self.users["sales_office"])

    @rule("P5")
    def test_others_do_not_sell_over_the_counter(self):
        order = self.counter_order()
        for role in ("sales_manager", "general_manager", "sale_manager", "finance"):
            with self.assertRefused(exception=AccessError, unchanged=order):
                self.as_user(order, role).action_sop_counter_sale()
        dialog = self.dialog(order)
        for role in ("sales_manager", "finance", "stock_user"):
            with self.assertRefused(exception=AccessError, unchanged=order):
                self.rpc(dialog, role, "action_sell")

    @rule("D3")
    def test_the_name_of_who_takes_the_goods_is_needed(self):
        order = self.counter_order()
        for nobody in (False, "", "  "):
            with self.assertRefused("D5", "who collects", unchanged=order):
                self.sell(order, signatory=nobody)
        self.assertFalse(order.sudo().picking_ids)

    @rule("P5")
    def test_above_the_limit_of_the_term(self):
        order = self.counter_order(quantity=20)
        with self.assertRefused("2,000.00", "to a sale", order.name, unchanged=order):
            self.sell(order)
        self.sell(self.counter_order(quantity=19))

    @rule("P5")
    def test_a_policy_without_a_term_for_the_counter(self):
        self._issue_terms("2020-03-01", {"name": "Any sale", "contract_required": False})
        order = self.counter_order()
        with self.assertRefused("names the type", unchanged=order):
            self.sell(order)

    @rule("P3")
    def test_a_price_beyond_the_authority_is_approved_first(self):
        self.counter_policy()
        policy = self.env["sop.policy"].search([("date_from", "=", "2020-03-01")], limit=1)
        policy.sudo().write(
            {
                "authority_ids": [
                    Command.create(
                        {
                            "group_id": self.env.ref("sales_sop.group_salesperson").id,
                            "max_discount": 5,
                        }
                    )
                ]
            }
        )
        self.sell(self.counter_order(price=95.0))
        order = self.counter_order(price=94.0)
        with self.assertRefused("General Manager", "6.00 %", "Submit it", unchanged=order):
            self.sell(order)
        self.submit(order)
        with self.assertRefused("General Manager", "When it is approved"):
            self.sell(order)
        self.approve(order, "application", "general_manager")
        self.sell(order)
        self.assertEqual(order.order_line.qty_accepted, 3)

    @rule("A2")
    def test_what_is_not_in_stock_is_not_handed_out(self):
        valve = self._new_product("Valve", 10.0)
        self._put_in_stock(valve, 2)
        order = self.quotation(lines=[(valve, 3, 10.0)], sop_order_type="counter")
        with self.assertRefused("Valve", "3 are to be handed out", "2 are in", unchanged=order):
            self.sell(order)
        self.assertFalse(order.sudo().sop_contract_id)
        order.order_line.product_uom_qty = 2
        self.sell(order)
        self.assertEqual(order.order_line.qty_accepted, 2)

    @rule("A2")
    def test_serial_numbers_are_issued_by_the_warehouse(self):
        meter = self._new_product("Meter", 10.0, tracking="serial")
        lot = self.env["stock.lot"].create({"name": "M-1", "product_id": meter.id})
        self.env["stock.quant"]._update_available_quantity(
            meter, self.warehouse.lot_stock_id, 1, lot_id=lot
        )
        order = self.quotation(lines=[(meter, 1, 10.0)], sop_order_type="counter")
        with self.assertRefused("Meter", "serial", unchanged=order):
            self.sell(order)

    @rule("K1")
    def test_a_term_that_asks_for_a_written_contract(self):
        self.counter_policy(name="Valuable parts", contract_required=True)
        order = self.counter_order()
        with self.assertRefused("K1", "Valuable parts", "countersigned", unchanged=order):
            self.sell(order)

    @rule("D1")
    def test_a_term_that_asks_for_an_approved_delivery_order(self):
        self.counter_policy(delivery_approval=True)
        order = self.counter_order()
        with self.assertRefused("D1", unchanged=order):
            self.sell(order)

    @rule("D4", "C3")
    def test_money_first_is_received_by_finance_and_then_it_is_sold(self):
        self.counter_policy(prepayment_percent=100)
        order = self.counter_order()
        with self.assertRefused("D4", "300.00 of", "let finance receive", unchanged=order):
            self.sell(order)
        self.submit(order)
        with self.assertRefused("D4"):
            self.sell(order)
        journal = self.cash_journal()
        action = self.as_user(order, "finance").action_sop_counter_payment()
        model = self.as_user(self.env["sop.counter.sale"], "finance")
        dialog = model.with_context(**action["context"]).create({"journal_id": journal.id})
        dialog.action_receive()
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.amount_collected, 300.0)
        self.assertEqual(contract.allocation_ids.payment_id.journal_id, journal)
        with self.assertRefused("paid already"):
            dialog.action_receive()
        self.sell(order)
        self.assertEqual(order.order_line.qty_accepted, 3)

    @rule("C3", "D4")
    def test_a_cashier_with_both_roles_receives_and_sells_in_one_step(self):
        self.counter_policy(prepayment_percent=100)
        cashier = self._new_user(
            "cashier", "sales_sop.group_salesperson,sales_sop.group_finance", self.company
        )
        self.users["cashier"] = cashier
        order = self.counter_order()
        order.sudo().user_id = cashier
        self.sell(order, role="cashier", journal_id=self.cash_journal().id)
        contract = order.sudo().sop_contract_id
        self.assertEqual(contract.amount_collected, 300.0)
        self.assertEqual(order.order_line.qty_accepted, 3)
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual(invoice.state, "posted")

    @rule("C3")
    def test_a_salesperson_receives_no_money(self):
        journal = self.cash_journal()
        order = self.counter_order()
        with self.assertRefused(exception=AccessError):
            self.dialog(order, journal_id=journal.id)
        with self.assertRefused("Finance", exception=AccessError, unchanged=order):
            dialog = (
                self.as_user(self.env["sop.counter.sale"], "salesperson")
                .with_context(default_journal_id=journal.id)
                .create({"order_id": order.id, "signatory": "Wang Fang"})
            )
            dialog.action_sell()
        self.assertFalse(self.env["account.payment"].search([("memo", "=", order.name)]))

    @rule("D3")
    def test_a_salesperson_signs_for_sales_over_the_counter_only(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        with self.assertRefused("record a proof of delivery", exception=AccessError):
            self.sign(picking, role="salesperson")

    @rule("K1")
    def test_a_sale_is_not_handed_out_over_the_counter(self):
        order = self.quotation()
        with self.assertRefused("no sale over the counter", unchanged=order):
            self.as_user(order, "salesperson").action_sop_counter_sale()
        other = self.counter_order()
        dialog = self.dialog(other)
        dialog.order_id = order
        with self.assertRefused("no sale over the counter", unchanged=order):
            dialog.action_sell()

    @rule("A3")
    def test_turned_into_a_counter_sale_after_approval_it_is_judged_again(self):
        order = self.approved_quotation()
        self.rpc(order, "salesperson", "write", {"sop_order_type": "counter"})
        self.sell(order)
        contract = order.sudo().sop_contract_id
        self.assertEqual((contract.order_type, contract.contract_required), ("counter", False))
        effective = self.effective_order(lines=[(self.drive, 30, 100.0)])
        with self.assertRefused("effective contract", unchanged=effective):
            self.rpc(effective, "salesperson", "write", {"sop_order_type": "counter"})

    @rule("D9")
    def test_it_is_sold_once(self):
        order = self.counter_order()
        dialog = self.dialog(order)
        dialog.action_sell()
        with self.assertRefused("handed out already"):
            dialog.action_sell()

    @rule("P5")
    def test_a_warehouse_in_two_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.sell(self.counter_order())
        pickings = order.sudo().picking_ids
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(len(pickings), 2)
        self.assertEqual(order.order_line.qty_accepted, 3)
