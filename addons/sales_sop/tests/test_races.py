from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import TransactionCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_sop.models.touch import touch

from .committed_rows import delete_rows, newest_rows
from .common import SopCase, rule


class RaceCase(SopCase):
    """Two people at the same moment, each on a connection of its own.

    The other connection sees only what is committed, so here stories are committed, and every
    row they made is deleted at the end.
    """

    shares_company = False

    @classmethod
    def setUpClass(cls):
        cls._remember_rows()
        super().setUpClass()

    def setUp(self):
        # Not the savepoint of TransactionCase: committing would end it.
        super(TransactionCase, self).setUp()
        self.addCleanup(self._rollback)

    @classmethod
    def _remember_rows(cls):
        registry = Registry(get_db_name())
        newest = newest_rows(registry)
        cls.addClassCleanup(lambda: delete_rows(registry, newest, newest_rows(registry)))

    def _commit(self):
        self.env.flush_all()
        type(self.cr).commit(self.cr)

    def _rollback(self):
        type(self.cr).rollback(self.cr)
        self.env.invalidate_all()

    def _check_invariants(self):
        self._rollback()
        return super()._check_invariants()

    @contextmanager
    def connection(self):
        """Another connection that has begun to work: it sees the data of this moment."""
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1")
            env = api.Environment(cr, self.env.uid, dict(self.env.context))
            yield env
            cr.rollback()

    def race(self, first, second):
        """Both begin; ``first`` is committed; ``second`` decides by what it saw before.

        PostgreSQL has to refuse the second one (without that the test would prove nothing);
        then it is tried again, as Odoo does with every request.
        """
        self._commit()
        with self.connection() as one, self.connection() as other:
            first(one)
            one.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                second(other)
                other.flush_all()
            other.cr.rollback()
            other.transaction.reset()
            second(other)
            other.cr.commit()
        self._rollback()

    def seen_by(self, env, record, role):
        return self.as_user(record.with_env(env), role)


@tagged("post_install", "-at_install")
class TestRaces(RaceCase):
    """Whatever the order of the two, the result is one that could have come one by one."""

    def _invoice(self, order, quantity):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-03",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.drive.id,
                            "quantity": quantity,
                            "price_unit": 100.0,
                            "tax_ids": [Command.set(self.tax.ids)],
                            "sale_line_ids": [Command.set(order.order_line.ids)],
                        }
                    )
                ],
            }
        )

    def _post(self, invoice):
        return lambda env: self.seen_by(env, invoice, "finance").action_post()

    def _refused_post(self, invoice, *texts):
        def post(env):
            with self.assertRefused(*texts):
                self._post(invoice)(env)

        return post

    def test_whoever_sells_does_not_wait_for_those_who_go_by_company_and_customer(self):
        self._commit()
        with self.connection() as one, self.connection() as other:
            touch(self.company.with_env(one))
            touch(self.customer.with_env(one))
            other.cr.execute("SET LOCAL lock_timeout = '2s'")
            orders = self.seen_by(other, self.env["sale.order"], "salesperson")
            orders.create({"partner_id": self.customer.id})
            one.cr.commit()
            self.assertTrue(orders.create({"partner_id": self.customer.id}))

    @rule("A1")
    def test_two_managers_decide_the_same_step(self):
        order = self.quotation()
        approval = self.submit(order)
        decided = []

        def refuse(env):
            mine = self.seen_by(env, approval, "sales_manager")
            if decided:
                with self.assertRefused("already decided"):
                    mine.refuse("Too cheap")
                return
            decided.append(True)
            mine.refuse("Too cheap")

        self.race(lambda env: self.seen_by(env, approval, "sales_manager").approve(), refuse)
        self.assertEqual(approval.state, "approved")
        self.assertEqual(approval.step_ids.mapped("state"), ["approved"])

    def _race_against_post(self, order, invoice, change, *texts):
        """``change`` wins; the posting that had seen the old state is refused."""
        tries = []

        def post(env):
            tries.append(env)
            if len(tries) == 1:
                return self._post(invoice)(env)
            return self._refused_post(invoice, *texts)(env)

        self.race(change, post)
        self.assertEqual(len(tries), 2)
        self.assertEqual(invoice.state, "draft")

    @rule("C1")
    def test_an_earmark_removed_while_the_invoice_is_posted(self):
        order = self.delivered_order()
        invoice = self._invoice(order, 10)
        earmark = self.collect(order, 600.0)
        self._race_against_post(
            order, invoice, lambda env: self.seen_by(env, earmark, "finance").unlink(), "C1", "0.00"
        )

    @rule("C1")
    def test_a_payment_reset_while_the_invoice_is_posted(self):
        order = self.delivered_order()
        invoice = self._invoice(order, 10)
        payment = self.collect(order, 600.0).payment_id
        self._race_against_post(
            order, invoice, lambda env: self.seen_by(env, payment, "finance").action_draft(), "C1"
        )

    @rule("C1")
    def test_money_unmatched_while_the_next_invoice_is_posted(self):
        order = self.delivered_order()
        earmark = self.collect(order, 600.0)
        paid = self.post(self._invoice(order, 6))
        lines = (paid | earmark.payment_id.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        earmark.unlink()
        invoice = self._invoice(order, 4)
        self._race_against_post(
            order,
            invoice,
            lambda env: self.seen_by(env, lines, "finance").remove_move_reconcile(),
            "C1",
        )

    @rule("D3")
    def test_two_invoices_of_one_contract_at_once(self):
        order = self.delivered_order()
        self.collect(order, 1000.0)
        first, second = self._invoice(order, 6), self._invoice(order, 6)
        self._race_against_post(order, second, self._post(first), "D3", "only 4")
        self.assertEqual(first.state, "posted")

    @rule("D3")
    def test_the_receipt_recorded_while_the_invoice_is_posted(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        self.ship(self.approve_delivery(picking))
        self.collect(order, 1000.0)
        invoice = self._invoice(order, 10)

        def sign(env):
            pod = self.seen_by(env, env["sop.pod"], "sales_office").create(
                {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02"}
            )
            pod.action_confirm()

        self.race(sign, self._post(invoice))
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(order.order_line.qty_accepted, 10.0)
