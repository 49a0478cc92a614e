from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import SopCase, rule
from .test_amendment import AmendmentCase
from .test_races import RaceCase

HEADER = [
    "id",
    "number",
    "customer",
    "date",
    "amount_collected",
    "line_ids/product",
    "line_ids/quantity",
    "line_ids/price_unit",
    "line_ids/qty_delivered",
    "line_ids/qty_accepted",
    "line_ids/qty_invoiced",
]


class OpeningContractCase(SopCase):
    """A company that has gone live on 1 March 2026 and enters its older contracts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.go_live_date = "2026-03-01"
        cls.users["other_finance"] = cls._new_user(
            "other_finance", "sales_sop.group_finance", cls.company
        )
        cls.drive.default_code = "ESD-75"
        cls.customer.ref = "K0815"

    def load(self, *rows, header=HEADER, role="migration"):
        """Import rows as the import dialog does; return its result."""
        model = self.as_user(self.env["sop.opening.contract"], role)
        arguments = [list(header), [list(row) for row in rows]]
        return call_kw(model, "load", arguments, {"context": dict(model.env.context)})

    def imported(self, *rows, header=HEADER):
        result = self.load(*rows, header=header)
        self.assertFalse(result["messages"])
        return self.env["sop.opening.contract"].browse(result["ids"])

    def row(self, number="HT2024-1", **values):
        """10 drives at 1,000.00, four of them delivered, accepted and invoiced."""
        row = {
            "id": f"__import__.opening_{number}",
            "number": number,
            "customer": "K0815",
            "date": "2024-08-15",
            "amount_collected": "5999.99",
            "line_ids/product": "ESD-75",
            "line_ids/quantity": "10",
            "line_ids/price_unit": "1000",
            "line_ids/qty_delivered": "4",
            "line_ids/qty_accepted": "4",
            "line_ids/qty_invoiced": "0",
            **values,
        }
        return [row[name] for name in HEADER]

    def taken(self, *rows, **kwargs):
        openings = self.imported(*(rows or [self.row()]), **kwargs)
        self.rpc(openings, "migration", "action_submit")
        self.rpc(openings, "finance", "action_take_over")
        return openings

    def _money_is_not_counted_twice(self):
        """Opening money was received before; the rest is at most what came since."""
        contracts = self.env["sop.contract"].search([("company_id", "=", self.company.id)])
        opening = sum(contracts.mapped("opening_amount_collected"))
        payments = self.env["account.payment"].search(
            [("company_id", "=", self.company.id), ("state", "in", ("in_process", "paid"))]
        )
        received = sum(payments.mapped("amount_signed"))
        self.assertLessEqual(sum(contracts._collected().values()), received + opening + 0.005)


@tagged("post_install", "-at_install")
class TestOpeningImport(OpeningContractCase):
    """The migration role imports a file; all that is wrong is named, and nothing is lost."""

    def test_a_file_with_lines_is_imported(self):
        service = self._new_product("Commissioning", 500.0, type="service")
        opening = self.imported(
            self.row(),
            ["", "", "", "", "", service.name, "1", "500", "0", "0", "0"],
        )
        self.assertEqual(opening.partner_id, self.customer)
        self.assertEqual(opening.line_ids.product_id, self.drive | service)
        self.assertEqual(opening.line_ids.tax_ids, self.tax)
        self.assertEqual(opening.amount_total, 10500.0)
        self.assertEqual(opening.amount_collected, 5999.99)
        self.assertEqual(opening.amount_invoiced, 0.0)
        self.assertEqual(opening.currency_rate, 1.0)
        self.assertFalse(opening.problems)

    def test_all_that_is_wrong_is_named_at_once_and_nothing_is_lost(self):
        self.env["res.partner"].create([{"name": "Twin Mill"}, {"name": "Twin Mill"}])
        openings = self.imported(
            self.row("A", customer="Nobody Ltd."),
            self.row("B", customer="Twin Mill"),
            self.row("C", date="2026-03-01"),
            self.row("D", **{"line_ids/product": "No such thing", "line_ids/qty_delivered": "11"}),
            self.row("E", **{"line_ids/qty_accepted": "5"}),
            self.row("F", **{"line_ids/qty_delivered": "11"}),
            self.row("G", **{"line_ids/qty_invoiced": "6"}),
            self.row("H", amount_collected="10000.01"),
            self.row("I", amount_collected="-1"),
            self.row("J", **{"line_ids/quantity": "-2"}),
            self.row("K", date=""),
            self.row("L"),
        )
        self.assertEqual(len(openings), 12)
        with self.assertRefused(
            "A: The customer Nobody Ltd. is not found",
            "B: Several customers are called Twin Mill",
            "C: Its date 03/01/2026 is not before the go-live on 03/01/2026",
            "D: Line No such thing: The product is not found",
            "Line No such thing: Delivered Before 11 is more than Ordered 10",
            "Accepted Before 5 is more than Delivered Before 4",
            "Delivered Before 11 is more than Ordered 10",
            "Invoiced Before 6 is more than Accepted Before 4",
            "H: Collected Before $\xa010,000.01 is more than $\xa010,000.00 (Total)",
            "I: Collected Before is negative",
            "A quantity is negative",
            "K: It has no contract date",
            unchanged=openings,
        ):
            self.rpc(openings, "migration", "action_submit")
        self.assertEqual(openings.filtered("has_problems"), openings[:-1])
        search = self.as_user(openings, "migration").search
        self.assertEqual(search([("has_problems", "=", True)]), openings[:-1])
        self.assertEqual(search([("has_problems", "=", False)]), openings[-1])

    def test_a_number_is_there_once(self):
        first = self.imported(self.row())
        second = self.imported(self.row(id="__import__.other"))
        with self.assertRefused("HT2024-1: The number is there twice", unchanged=second):
            self.rpc(second, "migration", "action_submit")
        self.rpc(second, "migration", "unlink")
        self.rpc(first, "migration", "action_submit")
        self.rpc(first, "finance", "action_take_over")
        other = self.confirmed_order().sudo().sop_contract_id
        third = self.imported(self.row(other.number))
        with self.assertRefused("There is already a contract with this number", unchanged=third):
            self.rpc(third, "migration", "action_submit")

    def test_a_corrected_file_updates_what_it_brought_before(self):
        opening = self.imported(self.row(customer="Nobody Ltd."))
        header = [name for name in HEADER if not name.startswith("line_ids")]
        again = self.imported(self.row(customer="K0815")[: len(header)], header=header)
        self.assertEqual(again, opening)
        self.assertEqual(opening.partner_id, self.customer)
        self.assertFalse(opening.problems)
        self.assertIn("K0815", opening.message_ids.mapped("body")[0])

    def test_the_same_file_imported_again_brings_no_line_twice(self):
        rows = [self.row(), ["", "", "", "", "", "ESD-75", "2", "900", "0", "0", "0"]]
        opening = self.imported(*rows)
        rows[1][6] = "3"
        self.assertEqual(self.imported(*rows), opening)
        lines = [(line.quantity, line.price_unit) for line in opening.line_ids]
        self.assertEqual(lines, [(10.0, 1000.0), (3.0, 900.0)])
        # A file that cannot be read takes nothing away.
        rows[1][6] = "three"
        self.assertFalse(self.load(*rows)["ids"])
        self.env.invalidate_all()
        self.assertEqual(opening.line_ids.mapped("quantity"), [10.0, 3.0])

    def test_two_contracts_with_one_id_are_refused_and_not_lost(self):
        first, second = self.row("HT2024-1"), self.row("HT2024-2")
        second[0] = first[0]
        result = self.load(first, second)
        [message] = result["messages"]
        self.assertFalse(result["ids"])
        self.assertIn("HT2024-1 and HT2024-2", message["message"])
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        # Each line of a contract may repeat what the file says of the contract.
        second[1] = first[1]
        opening = self.imported(first, second)
        self.assertEqual((len(set(opening.ids)), len(opening.line_ids)), (1, 2))

    def test_an_id_may_have_spaces(self):
        row = self.row()
        row[0] = "contract 2024 1"
        opening = self.imported(row)
        self.assertEqual(self.imported(row), opening)

    @rule("C1", "D4")
    def test_a_percentage_that_a_spreadsheet_keeps_as_a_fraction_is_a_problem(self):
        header = [*HEADER[:4], "prepayment_percent", *HEADER[4:]]
        row = self.row()
        opening = self.imported([*row[:4], "0.3", *row[4:]], header=header)
        self.assertIn("If 30 % is meant, write 30", opening.problems)
        with self.assertRefused("write 30", unchanged=opening):
            self.rpc(opening, "migration", "action_submit")

    def test_an_empty_kind_or_currency_is_the_usual_one_also_when_imported_again(self):
        values = {"kind": "", "currency_id": ""}
        header = [*HEADER[:4], *values, *HEADER[4:]]
        row = self.row()
        row = [*row[:4], *values.values(), *row[4:]]
        opening = self.imported(row, header=header)
        self.assertEqual(opening.kind, "direct")
        self.assertEqual(opening.currency_id, self.company.currency_id)
        again = self.imported(row, header=header)
        self.assertEqual(again, opening)
        self.assertEqual(opening.kind, "direct")
        self.assertEqual(opening.currency_id, self.company.currency_id)
        self.assertFalse(opening.problems)

    def test_every_change_is_in_the_history(self):
        opening = self.imported(self.row())
        self.rpc(opening, "migration", "write", {"amount_collected": 4000.0})
        self.assertIn("4000.0", opening.message_ids[0].body)
        self.assertIn("5999.99", opening.message_ids[0].body)
        self.rpc(opening.line_ids, "migration", "write", {"qty_accepted": 3.0})
        self.assertIn("3.0", opening.message_ids[0].body)
        self.assertEqual(opening.message_ids[0].author_id, self.users["migration"].partner_id)
        lines = [Command.create({"product": "ESD-75", "quantity": 1.0})]
        self.rpc(opening, "migration", "write", {"line_ids": lines})
        self.assertIn("Line added", opening.message_ids[0].body)
        self.rpc(opening.line_ids[1], "migration", "unlink")
        self.assertIn("Line deleted", opening.message_ids[0].body)

    @rule("P5")
    def test_percentages_are_the_policys_unless_the_file_gives_them(self):
        own = [*HEADER, "prepayment_percent", "invoice_gate_percent"]
        given = self.imported([*self.row("A"), "30", "0"], header=own)
        empty = self.imported([*self.row("B"), "", ""], header=own)
        self.rpc(given | empty, "migration", "action_submit")
        self.assertEqual((given.prepayment_percent, given.invoice_gate_percent), (30.0, 0.0))
        self.assertEqual((empty.prepayment_percent, empty.invoice_gate_percent), (0.0, 60.0))

    def test_without_a_go_live_date_nothing_is_imported(self):
        self.company.go_live_date = False
        result = self.load(self.row())
        self.assertFalse(result["ids"])
        self.assertIn("no go-live date", result["messages"][0]["message"])

    def test_only_the_migration_role_imports(self):
        for role in set(self.users) - {"migration"}:
            with self.subTest(role=role):
                self.assertFalse(self._imports(self.row(role), role))
                self.assertFalse(
                    self.env["sop.opening.contract"].search_count([("number", "=", role)])
                )

    def _imports(self, row, role):
        try:
            with self.env.cr.savepoint():
                return self.load(row, role=role)["ids"]
        except AccessError:
            return False

    def test_the_import_dialog_offers_an_example_that_can_be_imported(self):
        template = self.env["sop.opening.contract"].get_import_templates()[0]["template"]
        self.assertTrue(template.startswith("/sales_sop/static/"))


@tagged("post_install", "-at_install")
class TestTakeOver(OpeningContractCase):
    """What is taken over goes on by the rules, with the opening figures counted exactly."""

    def test_it_becomes_an_effective_contract_with_a_confirmed_order(self):
        opening = self.taken()
        contract, order = opening.contract_id, opening.order_id
        self.assertEqual(
            (opening.state, contract.state, order.state), ("taken", "effective", "sale")
        )
        self.assertEqual(contract.number, "HT2024-1")
        self.assertTrue(contract.is_opening)
        self.assertFalse(order.sop_opening)
        self.assertEqual(contract.amount_total, 10000.0)
        self.assertEqual(str(order.date_order.date()), "2024-08-15")
        self.assertEqual(str(contract.date_effective), "2024-08-15")
        approval = order.approval_for("application")
        self.assertEqual(approval.requested_by_id, self.users["migration"])
        self.assertEqual(approval.step_ids.user_id, self.users["finance"])

    def test_a_number_of_the_old_contracts_is_not_given_again(self):
        mine = self.submit(self.quotation()) and self.env["sop.contract"].search([], limit=1)
        prefix, count = mine.number.rsplit("-", 1)
        number = f"{prefix}-{int(count) + 1:04}"
        self.taken(self.row(number))
        order = self.quotation()
        self.submit(order)
        self.assertEqual(order.sudo().sop_contract_id.number, f"{prefix}-{int(count) + 2:04}")

    def test_nothing_is_posted_in_accounting(self):
        before = self.env["account.move"].search_count([])
        self.taken()
        self.assertEqual(self.env["account.move"].search_count([]), before)

    @rule("C1")
    def test_a_cent_less_than_60_percent_is_not_60_percent(self):
        order = self.taken(self.row("A", amount_collected="5999.99")).order_id
        self.assertEqual(order.sop_contract_id.amount_collected, 5999.99)
        self.assertEqual(order.sop_contract_id.percent_collected, 59.99)
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.amount_total, 4000.0)
        with self.assertRefused("C1", "5,999.99", "0.01", unchanged=invoice):
            self.post(invoice)
        self.collect(order, 0.01)
        self.post(invoice)
        self.assertEqual(order.sop_contract_id.amount_collected, 6000.0)

    @rule("C1")
    def test_60_percent_collected_before_the_go_live_is_enough(self):
        order = self.taken(self.row("A", amount_collected="6000.00")).order_id
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 4000.0))

    @rule("C1", "C3")
    def test_it_is_no_order_of_the_customers_last_30_days(self):
        self.taken()
        approval = self.submit(self.quotation())
        seen = self.as_user(approval, "sales_manager")
        self.assertEqual(seen.lately_count, 1)
        self.assertFalse(seen.lately)

    def test_opening_money_is_one_row_of_the_collections(self):
        order = self.taken().order_id
        self.collect(order, 100.0)
        rows = self.env["sop.collection"].search([("contract_id", "=", order.sop_contract_id.id)])
        self.assertEqual(
            sorted((row.kind, row.amount, str(row.date)) for row in rows),
            [("earmark", 100.0, "2026-03-01"), ("opening", 5999.99, "2026-02-28")],
        )

    @rule("D1", "D3", "D9")
    def test_four_of_ten_were_accepted_before_and_six_come_after(self):
        order = self.taken(self.row(amount_collected="10000")).order_id
        line, picking = order.order_line, order.picking_ids
        self.assertEqual((line.qty_delivered, line.qty_accepted, line.qty_to_invoice), (4, 4, 4))
        self.assertEqual(picking.move_ids.product_uom_qty, 6.0)
        with self.assertRefused("D1", "has not been submitted", unchanged=picking):
            self.ship(picking)
        self.approve_delivery(picking)
        with self.assertRefused("D9", "10 are ordered", "4 have left"):
            self.ship(picking, quantity=7)
        self.ship(picking, quantity=6)
        self.assertEqual((line.qty_delivered, line.qty_accepted, line.qty_to_invoice), (10, 4, 4))
        self.sign(picking, damaged=1)
        self.assertEqual((line.qty_accepted, line.qty_to_invoice), (9, 9))
        invoice = self.post(self.draft_invoice(order))
        self.assertEqual(invoice.amount_total, 9000.0)

    @rule("D3")
    def test_what_was_invoiced_before_is_not_invoiced_again(self):
        values = {"line_ids/qty_invoiced": "3", "amount_collected": "10000"}
        opening = self.taken(self.row(**values))
        order, line = opening.order_id, opening.order_id.order_line
        self.assertEqual(opening.amount_invoiced, 3000.0)
        self.assertEqual((line.qty_invoiced, line.qty_to_invoice), (3, 1))
        self.assertEqual((line.untaxed_amount_invoiced, line.amount_invoiced), (3000.0, 3000.0))
        self.assertEqual(line.untaxed_amount_to_invoice, 1000.0)
        self.assertEqual(order.sop_contract_id.amount_invoiced, 3000.0)
        invoice = self.draft_invoice(order)
        self.assertEqual(invoice.amount_total, 1000.0)
        self.as_user(invoice, "finance").invoice_line_ids.quantity = 2
        with self.assertRefused("D3", "only 1"):
            self.post(invoice)
        self.as_user(invoice, "finance").invoice_line_ids.quantity = 1
        self.post(invoice)
        self.assertEqual(order.sop_contract_id.amount_invoiced, 4000.0)
        self.assertEqual(line.qty_to_invoice, 0.0)

    @rule("C2")
    def test_invoices_before_and_after_stay_within_the_contract(self):
        header = [*HEADER, "amount_invoiced"]
        row = [*self.row(amount_collected="10000"), "6000.01"]
        order = self.taken(row, header=header).order_id
        invoice = self.draft_invoice(order)
        # 4,000.00 more is one cent too much, and nothing here was rounded.
        with self.assertRefused("C2", "10,000.01", "10,000.00", unchanged=invoice):
            self.post(invoice)
        self.as_user(invoice, "finance").invoice_line_ids.quantity -= 1
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")

    @rule("D4")
    def test_the_rest_waits_for_the_money_the_old_contract_demands(self):
        header = [*HEADER, "prepayment_percent"]
        order = self.taken([*self.row(amount_collected="2999.99"), "30"], header=header).order_id
        self.approve_delivery(order.picking_ids)
        with self.assertRefused("D4", "3,000.00", unchanged=order.picking_ids):
            self.ship(order.picking_ids)
        self.collect(order, 0.01)
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_what_was_delivered_completely_has_no_delivery(self):
        values = {"line_ids/qty_delivered": "10", "line_ids/qty_accepted": "10"}
        order = self.taken(self.row(**values)).order_id
        self.assertFalse(order.picking_ids)
        self.assertEqual(order.order_line.qty_to_invoice, 10.0)

    def test_services_count_what_was_done(self):
        service = self._new_product("Overhaul", 1000.0, type="service")
        values = {"line_ids/product": service.name, "line_ids/qty_invoiced": "1"}
        line = self.taken(self.row(**values)).order_id.order_line
        self.assertEqual((line.qty_delivered, line.qty_invoiced, line.qty_to_invoice), (4, 1, 3))

    @rule("D3")
    def test_goods_on_their_way_at_the_go_live_are_signed_for_later(self):
        order = self.taken(self.row(**{"line_ids/qty_accepted": "1"})).order_id
        contract, line = order.sop_contract_id, order.order_line
        self.assertEqual((line.qty_delivered, line.qty_accepted), (4, 1))

        def receive(quantity, role="sales_office"):
            values = {
                "contract_id": contract.id,
                "signatory": "Wang Fang",
                "line_ids": [Command.create({"order_line_id": line.id, "qty_accepted": quantity})],
            }
            self.rpc(self.rpc_create("sop.opening.receipt", role, values), role, "action_confirm")

        with self.assertRefused("3 wait for a signature", unchanged=line):
            receive(4)
        with self.assertRefused("proof of delivery", exception=AccessError, unchanged=line):
            receive(1, role="salesperson")
        receive(2)
        self.assertEqual((line.qty_accepted, line.qty_to_invoice), (3, 3))
        self.assertIn("Wang Fang", contract.message_ids[0].body)

    @rule("D3")
    def test_what_the_customer_sends_back_is_not_invoiced(self):
        order = self.taken().order_id
        move = self.env["stock.move"].create(
            {
                "product_id": self.drive.id,
                "product_uom_qty": 3,
                "location_id": self.env.ref("stock.stock_location_customers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "company_id": self.company.id,
                "sale_line_id": order.order_line.id,
                "to_refund": True,
            }
        )
        move._action_confirm()
        move.write({"quantity": 3, "picked": True})
        move._action_done()
        line = order.order_line
        self.assertEqual((line.qty_delivered, line.qty_accepted, line.qty_to_invoice), (1, 1, 1))

    @rule("A3")
    def test_the_old_agreement_is_fixed_like_every_contract(self):
        order = self.taken().order_id
        with self.assertRefused(order.name, "cannot change", unchanged=[order, order.order_line]):
            self.rpc(order.order_line, "sales_office", "write", {"price_unit": 900.0})

    @rule("C1")
    def test_foreign_currency_at_the_rate_of_the_old_contract(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        header = [*HEADER, "currency_id", "currency_rate"]
        order = self.taken(
            [*self.row(amount_collected="5999.99"), "EUR", "0.8"], header=header
        ).order_id
        contract = order.sop_contract_id
        self.assertEqual((order.currency_id, contract.currency_id), (euro, euro))
        self.assertEqual((contract.currency_rate, contract.amount_total), (0.8, 10000.0))
        invoice = self.draft_invoice(order)
        with self.assertRefused("C1", "0.01"):
            self.post(invoice)
        # 0.0125 of the company's money at the frozen rate is one cent of the contract's.
        self.collect(order, 0.02)
        self.post(invoice)

    @rule("C3")
    def test_the_old_receivable_paid_after_the_go_live_counts_once(self):
        order = self.taken(
            self.row(**{"line_ids/qty_invoiced": "4"}, amount_collected="3000")
        ).order_id
        contract = order.sop_contract_id
        receivable = self.customer.with_company(self.company).property_account_receivable_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-02-28",
                "journal_id": self.env["account.journal"]
                .search([("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1)
                .id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "debit": 1000.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company.get_unaffected_earnings_account().id,
                            "credit": 1000.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        balance = self.env["sop.opening.balance"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((balance.amount_open, balance.amount_booked), (1000.0, 1000.0))
        self.assertEqual(balance.difference, 0.0)
        earmark = self.collect(order, 1500.0)
        self.assertEqual(contract.amount_collected, 4500.0)
        (entry | earmark.payment_id.move_id).line_ids.filtered(
            lambda line: line.account_id == receivable
        ).reconcile()
        contract.invalidate_recordset()
        self.assertEqual(contract.amount_collected, 4500.0)
        # Another contract's earmark does not live on what has paid an old debt.
        other = self.confirmed_order()
        payment = self.receive(500.0)
        self.earmark(payment, other)
        self.env.invalidate_all()
        self.assertEqual(other.sop_contract_id.amount_collected, 500.0)
        self.assertEqual(contract.amount_collected, 4500.0)


@tagged("post_install", "-at_install")
class TestOpeningAmended(AmendmentCase, OpeningContractCase):
    """A contract from before the go-live is amended like every other (A3)."""

    @rule("A3")
    def test_two_more_are_ordered_and_eight_are_still_to_be_delivered(self):
        order = self.taken().order_id
        contract, line = order.sop_contract_id, order.order_line
        amendment = self.draft_amendment(order, role="sales_office")
        amendment.line_ids.quantity = 12
        amendment.action_submit()
        self.decide(amendment, "sales_manager", "sales_head", "finance")
        self.assertEqual((amendment.state, contract.amount_total), ("applied", 12000.0))
        planned = order.picking_ids.move_ids.mapped("product_uom_qty")
        self.assertEqual(sum(planned), 8.0)
        self.assertEqual((line.qty_delivered, line.qty_accepted), (4.0, 4.0))
        self.assertEqual(contract.percent_collected, 49.99)
        with self.assertRefused(order.name, "cannot change", unchanged=line):
            self.rpc(line, "sales_office", "write", {"product_uom_qty": 10.0})


@tagged("post_install", "-at_install")
class TestTwoPeople(OpeningContractCase):
    """Who enters does not take over; nobody else does either."""

    def test_finance_takes_over_what_the_migration_role_hands_over(self):
        opening = self.imported(self.row())
        with self.assertRefused("is Draft", unchanged=opening):
            self.rpc(opening, "finance", "action_take_over")
        self.rpc(opening, "migration", "action_submit")
        with self.assertRefused("cannot change", unchanged=[opening, opening.line_ids]):
            self.rpc(opening, "migration", "write", {"amount_collected": 1.0})
        with self.assertRefused("cannot change", unchanged=[opening, opening.line_ids]):
            self.rpc(opening.line_ids, "migration", "write", {"qty_accepted": 1.0})
        with self.assertRefused("cannot change"):
            self.rpc(opening, "migration", "unlink")
        self.rpc(opening, "finance", "action_draft")
        self.rpc(opening, "migration", "write", {"amount_collected": 1.0})
        self.rpc(opening, "migration", "action_submit")
        self.rpc(opening, "finance", "action_take_over")
        self.assertEqual(opening.contract_id.amount_collected, 1.0)

    def test_nobody_takes_over_what_they_handed_over_themselves(self):
        self.users["migration"].group_ids |= self.env.ref("sales_sop.group_finance")
        opening = self.imported(self.row())
        self.rpc(opening, "migration", "action_submit")
        with self.assertRefused("yourself", exception=AccessError, unchanged=opening):
            self.rpc(opening, "migration", "action_take_over")
        self.company.sop_requester_may_approve = True
        self.rpc(opening, "migration", "action_take_over")
        self.assertEqual(opening.state, "taken")

    def test_no_other_role_does_it(self):
        draft, ready, taken = self.imported(self.row("A")), self.imported(self.row("B")), None
        self.rpc(ready, "migration", "action_submit")
        taken = self.taken(self.row("C"))
        attempts = {
            "action_submit": (draft, {"migration"}),
            "action_draft": (ready, {"migration", "finance", "other_finance", "finance_vp"}),
            "action_take_over": (ready, {"finance", "other_finance", "finance_vp"}),
            "undo_take_over": (taken, {"finance", "other_finance", "finance_vp"}),
        }
        went_through = []
        for role in self.users:
            for method, (opening, allowed) in attempts.items():
                args = ["By mistake"] if method == "undo_take_over" else []
                refused = self._is_refused(opening, role, method, args)
                if refused == (role in allowed):
                    went_through.append((role, method, refused))
        self.assertEqual(went_through, [])

    def test_nobody_writes_what_a_decision_records(self):
        opening = self.taken()
        line, contract = opening.order_id.order_line, opening.contract_id
        writes = [
            (opening, {"state": "draft"}),
            (opening, {"contract_id": False}),
            (opening, {"amount_collected": 9999.0}),
            (opening.line_ids, {"qty_accepted": 10.0}),
            (line, {"opening_qty_accepted": 10.0}),
            (line, {"opening_qty_delivered": 10.0}),
            (line, {"opening_qty_invoiced": 0.0}),
            (contract, {"opening_amount_collected": 9999.0}),
            (contract, {"is_opening": False}),
            (self.company, {"sop_opening_closed_on": "2026-01-01 00:00:00"}),
        ]
        went_through = [
            (role, record._name, values)
            for role in self.users
            for record, values in writes
            if not self._is_refused(record, role, "write", [values])
        ]
        self.assertEqual(went_through, [])

    def test_a_client_creates_nothing_that_is_already_decided(self):
        for values in ({"state": "taken"}, {"state": "ready"}, {"contract_id": 1}):
            with self.assertRefused(exception=AccessError):
                self.rpc_create("sop.opening.contract", "migration", {"number": "X", **values})
        context = {"default_state": "taken", "default_terms_from_policy": False}
        opening = self.rpc_create("sop.opening.contract", "migration", {"number": "X"}, context)
        self.assertEqual((opening.state, opening.terms_from_policy), ("draft", True))

    def test_a_client_gives_a_quotation_no_opening_figures(self):
        line = {"product_id": self.drive.id, "product_uom_qty": 5.0, "opening_qty_accepted": 5.0}
        values = {"partner_id": self.customer.id, "order_line": [Command.create(line)]}
        with self.assertRefused(exception=AccessError):
            self.rpc_create("sale.order", "salesperson", values)
        del line["opening_qty_accepted"]
        context = {"default_opening_qty_accepted": 5.0, "default_opening_qty_delivered": 5.0}
        order = self.rpc_create("sale.order", "salesperson", values, context)
        self.assertEqual(order.order_line.opening_qty_accepted, 0.0)
        copied = self.taken().order_id.copy()
        self.assertEqual(copied.order_line.opening_qty_delivered, 0.0)
        self.assertFalse(copied.sop_contract_id)

    @rule("A3", "D3")
    def test_opening_figures_stay_with_what_they_are_figures_of(self):
        order = self.taken().order_id
        line, quotation = order.order_line, self.quotation()
        other = self._new_product("Large drive", 9000.0)
        for values in ({"order_id": quotation.id}, {"product_id": other.id}):
            with self.assertRefused("figures from before the go-live", unchanged=line):
                self.rpc(line, "sales_office", "write", values)
            with self.assertRefused("figures from before the go-live", unchanged=line):
                line.sudo().write(values)

    @rule("A1", "D1")
    def test_an_early_date_opens_no_gate(self):
        order = self.quotation(date_order="2020-01-01 08:00:00")
        with self.assertRefused("A1", order.name, unchanged=order):
            self.rpc(order, "salesperson", "action_confirm")
        confirmed = self.confirmed_order()
        self.rpc(confirmed, "salesperson", "write", {"date_order": "2020-01-01 08:00:00"})
        with self.assertRefused("D1"):
            self.ship(confirmed.sudo().picking_ids)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2020-01-01",
                "company_id": self.company.id,
                "invoice_line_ids": [Command.create({"name": "Old sale", "price_unit": 100.0})],
            }
        )
        with self.assertRefused("C2", unchanged=invoice):
            self.post(invoice)

    @rule("A1")
    def test_its_order_never_becomes_a_quotation(self):
        started = self.taken().order_id
        with self.assertRefused("cannot be cancelled just so", "5,999.99", unchanged=started):
            self.rpc(started, "sales_office", "action_cancel")
        nothing = {"line_ids/qty_delivered": "0", "line_ids/qty_accepted": "0"}
        order = self.taken(self.row("B", amount_collected="0", **nothing)).order_id
        self.rpc(order, "sales_office", "action_cancel")
        self.assertEqual((order.state, order.sop_contract_id.state), ("cancel", "cancelled"))
        with self.assertRefused("Make a new quotation", unchanged=order):
            self.rpc(order, "sales_office", "action_draft")
        with self.assertRefused("Make a new quotation", unchanged=order):
            self.rpc(order, "sales_office", "write", {"state": "draft"})
        with self.assertRefused(unchanged=order):
            self.rpc(order, "sales_office", "write", {"state": "sale"})

    def _is_refused(self, record, role, method, args):
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                self.rpc(record, role, method, *args)
                self.env.flush_all()
                savepoint.rollback()
        except UserError:
            return True
        return False


@tagged("post_install", "-at_install")
class TestUndoAndClose(OpeningContractCase):
    """A mistake is undone with a trace; once the opening is closed nothing of it changes."""

    def test_undone_it_can_be_entered_again(self):
        opening = self.taken(self.row(amount_collected="7000"))
        contract, order = opening.contract_id, opening.order_id
        with self.assertRefused("say why"):
            self.rpc(opening, "finance", "undo_take_over", " ")
        self.rpc(opening, "finance", "undo_take_over", "Wrong list")
        self.assertEqual(
            (opening.state, contract.state, order.state), ("cancelled", "cancelled", "cancel")
        )
        self.assertEqual(contract.amount_collected, 0.0)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})
        for document in (opening, contract, order):
            self.assertIn("Wrong list", document.message_ids[0].body)
        action = self.rpc(opening, "migration", "action_enter_again")
        again = opening.browse(action["res_id"])
        self.rpc(again, "migration", "write", {"amount_collected": 6500.0})
        self.rpc(again, "migration", "action_submit")
        self.rpc(again, "finance", "action_take_over")
        self.assertEqual(again.contract_id.number, "HT2024-1")
        self.assertEqual(again.contract_id.amount_collected, 6500.0)
        self.assertEqual(again.order_id.order_line.qty_accepted, 4.0)

    def test_what_has_happened_since_is_not_undone(self):
        opening = self.taken()
        earmark = self.collect(opening.order_id, 1.0)
        with self.assertRefused("earmarked money", unchanged=[opening, opening.contract_id]):
            self.rpc(opening, "finance", "undo_take_over", "Wrong list")
        self.as_user(earmark, "finance").unlink()
        picking = opening.order_id.picking_ids
        self.approve_delivery(picking)
        self.ship(picking, quantity=1)
        with self.assertRefused("deliveries", unchanged=opening):
            self.rpc(opening, "finance", "undo_take_over", "Wrong list")

    def test_finance_vp_or_general_manager_closes_it_for_ever(self):
        draft = self.imported(self.row("A"))
        taken = self.taken(self.row("B"))
        for role in self.users:
            if role not in ("finance_vp", "general_manager"):
                with self.assertRefused(exception=AccessError, unchanged=self.company):
                    self.rpc(self.company, role, "action_sop_close_opening")
        with self.assertRefused("not decided yet", "A", unchanged=self.company):
            self.rpc(self.company, "finance_vp", "action_sop_close_opening")
        self.rpc(draft, "migration", "unlink")
        wizard = self.rpc_create("sop.opening.close", "general_manager", {})
        self.assertEqual((wizard.taken_count, wizard.undecided_count), (1, 0))
        self.rpc(wizard, "general_manager", "action_close")
        self.assertEqual(self.company.sop_opening_state, "closed")
        self.assertEqual(self.company.sop_opening_closed_by_id, self.users["general_manager"])
        self.assertIn("was closed", self.load(self.row("C"))["messages"][0]["message"])
        with self.assertRefused("was closed", unchanged=taken):
            self.rpc(taken, "finance", "undo_take_over", "Wrong list")
        with self.assertRefused("was closed"):
            self.rpc(self.company, "finance_vp", "action_sop_close_opening")
        with self.assertRefused("cannot change any more"):
            self.rpc(self.company, "administrator", "write", {"go_live_date": "2026-06-01"})
        with self.assertRefused(exception=AccessError):
            self.rpc(self.company, "administrator", "write", {"sop_opening_closed_on": False})
        self.assertEqual(self.rpc(taken, "migration", "read", ["number"])[0]["number"], "B")

    def test_closing_one_company_leaves_the_other_open(self):
        other = self._new_company("Northlight South")
        other.go_live_date = "2026-03-01"
        self.rpc(self.company, "finance_vp", "action_sop_close_opening")
        self.users["migration"].company_ids |= other
        model = self.env["sop.opening.contract"]
        values = {"number": "S1", "company_id": other.id}
        context = {"allowed_company_ids": (self.company | other).ids}
        opening = self.rpc_create(model._name, "migration", values, context)
        self.assertEqual(opening.company_id, other)
        with self.assertRefused("was closed", unchanged=opening):
            self.rpc(
                opening, "migration", "write", {"company_id": self.company.id}, context=context
            )

    def test_another_companys_opening_is_out_of_sight(self):
        opening = self.imported(self.row())
        other = self._new_company("Northlight South")
        stranger = self._new_user("stranger", "sales_sop.group_finance", other)
        with self.assertRaises(AccessError):
            opening.with_user(stranger).with_context(allowed_company_ids=other.ids).read(["number"])
        values = {"number": "S1", "company_id": other.id}
        with self.assertRefused(exception=UserError):
            self.rpc_create("sop.opening.contract", "migration", values)


@tagged("post_install", "-at_install")
class TestManyAtOnce(OpeningContractCase):
    """Hundreds are taken over in the background; one that fails stops nobody."""

    def test_many_are_queued_and_the_failing_one_comes_back_with_its_reason(self):
        openings = self.imported(*(self.row(f"Q{number}") for number in range(22)))
        self.rpc(openings, "migration", "action_submit")
        action = self.rpc(openings, "finance", "action_take_over")
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(set(openings.mapped("state")), {"queued"})
        openings[3].line_ids.sudo().qty_accepted = 5.0
        with self.enter_registry_test_mode():
            self.env.ref("sales_sop.ir_cron_take_over").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(openings[3].state, "ready")
        self.assertIn("Accepted Before 5", openings[3].takeover_error)
        done = openings - openings[3]
        self.assertEqual(set(done.mapped("state")), {"taken"})
        self.assertEqual(done.taken_by_id, self.users["finance"])
        self.assertEqual(set(done.contract_id.mapped("amount_collected")), {5999.99})


@tagged("post_install", "-at_install")
class TestOpeningRaces(RaceCase, OpeningContractCase):
    """Two at the same moment: one outcome."""

    def test_two_take_the_same_contract_over(self):
        opening = self.imported(self.row())
        self.rpc(opening, "migration", "action_submit")
        tries = []

        def second(env):
            mine = self.seen_by(env, opening, "other_finance")
            tries.append(env)
            if len(tries) == 1:
                return mine.action_take_over()
            with self.assertRefused("is Taken Over"):
                return mine.action_take_over()

        self.race(lambda env: self.seen_by(env, opening, "finance").action_take_over(), second)
        self.assertEqual(opening.taken_by_id, self.users["finance"])
        orders = self.env["sale.order"].search([("origin", "=", "HT2024-1")])
        self.assertEqual(orders, opening.order_id)

    def test_undone_while_the_opening_is_closed(self):
        opening = self.taken(self.row("A"))
        tries = []

        def undo(env):
            tries.append(env)
            mine = self.seen_by(env, opening, "finance")
            if len(tries) == 1:
                return mine.undo_take_over("Wrong list")
            with self.assertRefused("was closed"):
                return mine.undo_take_over("Wrong list")

        self.race(
            lambda env: self.seen_by(env, self.company, "finance_vp").action_sop_close_opening(),
            undo,
        )
        self.assertEqual((self.company.sop_opening_state, opening.state), ("closed", "taken"))
        # The next test of the class finds the opening open again.
        self.company.sudo().write({"sop_opening_closed_on": False})
        self._commit()
