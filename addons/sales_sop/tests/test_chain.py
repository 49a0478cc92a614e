from odoo.tests import tagged

from .common import SopCase, rule


@tagged("post_install", "-at_install")
class TestChain(SopCase):
    """From the quotation to the gated invoice, each step by the role that does it."""

    @rule("A1")
    def test_a_quotation_is_not_confirmed_before_it_is_approved(self):
        order = self.quotation()
        with self.assertRefused("A1", order.name, "Submit it"):
            order.action_confirm()
        self.submit(order)
        with self.assertRefused("A1", "waiting for approval"):
            order.action_confirm()
        self.assertEqual(order.state, "draft")

    @rule("A1", "K2")
    def test_an_approved_and_countersigned_quotation_is_confirmed(self):
        order = self.effective_order()
        self.assertEqual(order.sudo().sop_contract_id.state, "effective")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("K2")
    def test_one_signature_is_not_enough(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        with self.assertRefused("K2", contract.number):
            order.action_confirm()
        self.as_user(contract, "sales_office").action_submit()
        self.approve(contract, "contract", "finance")
        self.assertEqual(contract.state, "draft")
        with self.assertRefused("K2", "Head of Sales"):
            order.action_confirm()
        self.approve(contract, "contract", "sales_head")
        self.assertEqual(contract.state, "effective")

    @rule("A1", "K2", "D1", "D3", "C1")
    def test_the_list_of_the_own_contracts_says_what_is_stuck_and_why(self):
        order = self.quotation()
        self.submit(order)
        contract = self.as_user(order.sudo().sop_contract_id, "salesperson")

        def says(*texts):
            contract.invalidate_recordset()
            for text in texts:
                self.assertIn(text, contract.next_step)

        says("Application: Waits for Sales Manager.")
        self.approve(order, "application", "sales_manager")
        says("Contract: ", contract.number, "countersigning by the head of sales")
        self.countersign(order)
        says("Delivery: Ready to be confirmed.")
        order.action_confirm()
        picking = order.sudo().picking_ids
        says("Delivery: ", picking.name, "has not been submitted")
        self.approve_delivery(picking)
        says("Delivery: Released; the warehouse delivers.")
        self.ship(picking)
        says("Receipt: ", picking.name)
        self.sign(picking)
        says("Collected: ", "600.00 more is needed to reach 60 %")
        self.collect(order, 1000.0)
        says("Invoice: Ready to be invoiced.")
        order.sudo()._create_invoices()
        says("Invoice: May be posted now.")
        self.as_user(order.sudo().invoice_ids, "accountant").action_post()
        contract.invalidate_recordset()
        self.assertFalse(contract.next_step)

    @rule("D1")
    def test_goods_leave_only_on_an_approved_delivery_order(self):
        picking = self.confirmed_order().sudo().picking_ids
        with self.assertRefused("D1", picking.name, "has not been submitted"):
            self.ship(picking)
        self.approve_delivery(picking)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.pod_state, "waiting")

    @rule("D3")
    def test_nothing_is_invoiced_before_the_customer_has_signed(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.approve_delivery(picking)
        self.ship(picking)
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
        self.sign(picking, damaged=1, missing=1)
        self.assertEqual(order.order_line.qty_accepted, 8.0)
        self.assertEqual(order.order_line.qty_to_invoice, 8.0)

    @rule("C1", "C3")
    def test_the_invoice_waits_for_60_percent(self):
        order = self.delivered_order()
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.amount_total, 1000.0)
        self.collect(order, 599.99)
        with self.assertRefused("C1", "599.99", "1,000.00", "0.01"):
            self.post(invoice)
        self.assertEqual(invoice.state, "draft")
        self.collect(order, 0.01)
        self.assertEqual(order.sudo().sop_contract_id.amount_collected, 600.0)
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("C1")
    def test_the_panel_calls_for_an_invoice_when_enough_is_collected(self):
        order = self.delivered_order()
        self.assertEqual(self._state_of_invoice(order), "waiting")
        self.collect(order, 599.99)
        self.assertEqual(self._state_of_invoice(order), "waiting")
        self.collect(order, 0.01)
        self.assertEqual(self._state_of_invoice(order), "current")

    @rule("C9")
    def test_a_down_payment_is_not_the_whole_invoice(self):
        order = self.confirmed_order()
        self.collect(order, 1000.0)
        self.draft_down_payment(order, 30.0)
        self.post(order.sudo().invoice_ids)
        self.assertEqual(self._state_of_invoice(order), "waiting")
        self.assertIn("300.00 of", self._step_of_invoice(order)["text"])
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking)
        self.assertEqual(self._state_of_invoice(order), "current")
        self.post(self.draft_invoice(order))
        self.assertEqual(self._state_of_invoice(order), "done")

    @rule("K4")
    def test_a_form_that_names_the_contract_of_a_colleague_is_told_nothing_of_it(self):
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        order = self.effective_order()
        number = order.sudo().sop_contract_id.number
        self.assertIn(number, self._told(order.browse(), order, "salesperson"))
        mine = self.quotation().sudo()
        mine.user_id = self.users["colleague"]
        for record in (order.browse(), mine):
            self.assertNotIn(number, self._told(record, order, "colleague"))

    @rule("A3", "D2", "K4")
    def test_who_reads_the_delivery_alone_is_told_nothing_of_the_contract(self):
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        picking = self.confirmed_order().sudo().picking_ids
        for role, is_told in (
            ("colleague", False),
            ("gate_guard", False),
            ("salesperson", True),
            ("stock_user", True),
            ("finance", True),
        ):
            self.env.invalidate_all()
            [read] = self.rpc(picking, role, "read", ["sop_chain"])
            self.assertEqual("1,000.00" in str(read["sop_chain"]), is_told, role)

    def _told(self, record, order, role):
        """What the panel says once a form names the contract of ``order``."""
        self.env.invalidate_all()
        values = {"sop_contract_id": order.sudo().sop_contract_id.id}
        arguments = [values, [*values], {"sop_contract_id": {}, "sop_chain": {}}]
        return str(self.rpc(record, role, "onchange", *arguments)["value"].get("sop_chain"))

    def _state_of_invoice(self, order):
        return self._step_of_invoice(order)["state"]

    def _step_of_invoice(self, order):
        self.env.invalidate_all()
        [step] = [step for step in order.sudo().sop_chain["steps"] if step["key"] == "invoice"]
        return step
