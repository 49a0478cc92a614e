from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import rule
from .test_pod_refused import PodCase
from .test_races import RaceCase

TIMES = 100


@tagged("post_install", "-at_install")
class TestPodRaces(RaceCase, PodCase):
    """Two people at the same moment, a hundred times, on one delivery of a hundred lines (D3)."""

    def hundred_lines(self):
        order, picking = self.shipped(lines=[(self.drive, 1, 10.0)] * TIMES)
        return order, picking.move_ids

    def sign(self, move, figures, role):
        """Return what records ``figures`` for one line, on the connection it is given."""

        def record(env):
            seen = self.seen_by(env, move, role)
            seen.picking_id._record_pod(
                {"pod_signatory": "Wang Fang", "pod_date": self.today()}, {seen: figures}
            )
            env.flush_all()

        return record

    @rule("D3")
    def test_two_people_record_the_same_line_at_once(self):
        __, moves = self.hundred_lines()
        refused = []

        def too_late(move):
            def record(env):
                try:
                    self.sign(move, (0, 0, 1), "stock_user")(env)
                except UserError:
                    refused.append(move)

            return record

        for move in moves:
            self.race(self.sign(move, (1, 0, 0), "sales_office"), too_late(move))
        self.assertEqual(len(refused), TIMES)
        self.assertEqual(set(moves.mapped("qty_accepted")), {1.0})
        self.assertEqual({len(move.sop_receipt_line_ids) for move in moves}, {1})
        self.assertEqual(moves.picking_id.pod_state, "signed")
        self.assertFalse(moves.picking_id.pod_missing_ids)

    @rule("D3")
    def test_the_invoice_is_posted_while_the_line_is_signed_for(self):
        order, moves = self.hundred_lines()
        invoices = [self._invoice(line) for line in order.order_line]
        refused = []

        def post(invoice):
            def try_to_post(env):
                try:
                    self.seen_by(env, invoice, "finance").action_post()
                    env.flush_all()
                except UserError as error:
                    refused.append(str(error))

            return try_to_post

        for number, (move, invoice) in enumerate(zip(moves, invoices, strict=True)):
            accepted = (1, 0, 0) if number % 2 else (0, 0, 1)
            self.race(self.sign(move, accepted, "sales_office"), post(invoice))
            self.assertLessEqual(move.sale_line_id.qty_invoiced_posted, move.qty_accepted)
        self.assertEqual(len(refused), TIMES // 2)
        self.assertTrue(all("D3" in sentence for sentence in refused))
        posted = [invoice for invoice in invoices if invoice.state == "posted"]
        self.assertEqual(len(posted), TIMES // 2)

    def _invoice(self, line):
        return self.as_user(self.env["account.move"], "accountant").create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.drive.id,
                            "quantity": 1,
                            "price_unit": 10.0,
                            "tax_ids": [(6, 0, self.tax.ids)],
                            "sale_line_ids": [(6, 0, line.ids)],
                        },
                    )
                ],
            }
        )
