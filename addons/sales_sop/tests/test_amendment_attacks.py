from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import test_attacks
from .common import rule
from .test_amendment import AmendmentCase


@tagged("post_install", "-at_install")
class TestAmendmentAttacks(AmendmentCase):
    """An amendment takes effect by its approvals and by nothing else, whoever tries."""

    maxDiff = None
    _watched = test_attacks.TestEverybodyWritesState._watched
    _is_refused = test_attacks.TestEverybodyWritesState._is_refused
    _refused_for_everybody = test_attacks.TestEverybodyWritesState._refused_for_everybody

    def _attempts(self, amendment, other):
        """Return ``[(record, field to watch, method, *arguments)]`` that nobody may do."""
        line, order = amendment.line_ids, amendment.order_id
        change = {"quantity": 99.0}
        return [
            *(
                (amendment, name, "write", {name: value})
                for name, value in {
                    "state": "applied",
                    "number": "X",
                    "kind": "quotation",
                    "reason": "Something else",
                    "payment_term_id": self.env.ref("account.account_payment_term_30days").id,
                    "partner_invoice_id": self.company.partner_id.id,
                    "commitment_date": "2027-01-01 00:00:00",
                    "policy_basis": "current",
                    "policy_id": False,
                    "contract_id": other.contract_id.id,
                    "order_id": other.order_id.id,
                    "amount_old": 1.0,
                    "amount_new": 1.0,
                    "requested_by_id": False,
                    "applied_on": "2026-01-01 00:00:00",
                    "line_ids": [Command.update(line.id, change)],
                }.items()
            ),
            (amendment, "line_ids", "write", {"line_ids": [Command.clear()]}),
            (amendment, "line_ids", "web_save", {"line_ids": [Command.delete(line.id)]}, {}),
            (amendment, "approval_ids", "write", {"approval_ids": [Command.clear()]}),
            (amendment, "state", "unlink"),
            (amendment, "state", "_apply", amendment.approval_ids),
            (amendment, "state", "_on_approval_approved", amendment.approval_ids),
            (amendment, "state", "_set_state", "applied"),
            (line, "quantity", "write", change),
            (line, "price_unit", "write", {"price_unit": 1.0}),
            (line, "discount", "write", {"discount": 90.0}),
            (line, "removed", "write", {"removed": True}),
            (line, "removed", "action_remove"),
            (line, "tax_ids", "write", {"tax_ids": [Command.clear()]}),
            (line, "order_line_id", "write", {"order_line_id": False}),
            (line, "old_quantity", "write", {"old_quantity": 1.0}),
            (line, "price_total", "write", {"price_total": 1.0}),
            (line, "change", "write", {"change": "same"}),
            (line, "amendment_id", "write", {"amendment_id": other.id}),
            (other.line_ids, "amendment_id", "write", {"amendment_id": amendment.id}),
            (line, "quantity", "unlink"),
            (
                line,
                "quantity",
                "create",
                {"amendment_id": amendment.id, "product_id": self.drive.id},
            ),
            (line, "quantity", "_apply"),
            (order, "amount_total", "_sop_amending"),
            (order, "amount_total", "write", {"sop_amendment_ids": [Command.clear()]}),
        ]

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db")
    @rule("A3")
    def test_nobody_changes_what_is_submitted_or_applies_it(self):
        amendment = self.amendment(self.confirmed_order(), quantity=15).sudo()
        other = self.draft_amendment(self.confirmed_order()).sudo()
        self._refused_for_everybody(self._attempts(amendment, other))

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db")
    @rule("A3")
    def test_nobody_changes_what_is_in_force(self):
        amendment = self.in_force(self.confirmed_order(), quantity=15).sudo()
        amendment.invalidate_recordset()
        other = self.draft_amendment(self.confirmed_order()).sudo()
        attempts = [
            attempt
            for attempt in self._attempts(amendment, other)
            if attempt[1:3] != ("state", "_apply")
        ]
        self._refused_for_everybody(
            [
                *attempts,
                (amendment, "state", "action_submit"),
                (amendment, "state", "action_withdraw"),
                (amendment, "state", "action_cancel"),
            ]
        )

    @rule("A3")
    def test_only_sales_makes_amendments_and_a_salesperson_only_their_own(self):
        order = self.confirmed_order()
        self.users["colleague"] = self._new_user(
            "colleague", "sales_sop.group_salesperson", self.company
        )
        made = set()
        for role in (*test_attacks.EVERYBODY, "colleague"):
            try:
                with self.env.cr.savepoint():
                    self.rpc_create("sop.amendment", role, {"order_id": order.id})
                    made.add(role)
            except AccessError:
                continue
        self.assertEqual(made, {"salesperson", "sales_office"})

    @rule("A3")
    def test_a_colleague_neither_sees_nor_withdraws_it(self):
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        mine = amendment.with_user(colleague)
        self.assertFalse(mine.search([]))
        self.assertFalse(self.env["sop.amendment.line"].with_user(colleague).search([]))
        for method in ("action_withdraw", "action_cancel", "action_submit"):
            with self.assertRefused(exception=AccessError, unchanged=[amendment]):
                getattr(mine, method)()

    @rule("A3")
    def test_the_manager_who_decides_does_not_withdraw(self):
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        for role in ("sales_manager", "general_manager", "finance", "administrator"):
            with self.assertRefused(exception=AccessError, unchanged=[amendment]):
                self.rpc(amendment, role, "action_withdraw")

    @rule("A3")
    def test_nobody_decides_the_own_amendment(self):
        self.users["salesperson"].group_ids |= self.env.ref("sales_sop.group_sales_manager")
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        with self.assertRefused("submitted by you", exception=AccessError):
            self.decide(amendment, "salesperson")

    @rule("A3")
    def test_defaults_and_the_context_do_not_apply_it(self):
        order = self.confirmed_order()
        context = {
            "default_state": "applied",
            "default_number": "X",
            "default_kind": "quotation",
            "default_amount_new": 5.0,
            "default_order_line_id": order.order_line.id,
            "default_old_quantity": 1.0,
        }
        values = {"order_id": order.id, "reason": "Cheaper"}
        amendment = self.rpc_create("sop.amendment", "salesperson", values, context)
        line = amendment.line_ids
        self.assertEqual(
            (amendment.state, amendment.number, amendment.kind), ("draft", False, "contract")
        )
        self.assertEqual((amendment.amount_new, line.old_quantity), (1000.0, 10.0))
        self.change(amendment, quantity=15)
        self.rpc(amendment, "salesperson", "submit_approval", "amendment", context=context)
        self.assertEqual(amendment.sudo().approval_ids.state, "pending")
        self.decide(amendment, "sales_manager", "sales_head")
        approval = amendment.sudo().approval_ids
        skips = {
            "skip_procurement": True,
            "default_state": "draft",
            "sale_write_from_compute": True,
        }
        self.rpc(approval, "finance", "approve", context=skips)
        self.env.invalidate_all()
        self.assertEqual(amendment.state, "applied")
        self.assertEqual(order.sudo().picking_ids.move_ids.product_uom_qty, 15.0)

    @rule("A3")
    def test_protected_values_are_refused_at_creation(self):
        order = self.confirmed_order()
        line = order.order_line
        for values in (
            {"state": "applied"},
            {"number": "HT1-01"},
            {"amount_old": 5.0},
            {"line_ids": [Command.create({"product_id": self.drive.id, "order_line_id": line.id})]},
            {"line_ids": [Command.create({"product_id": self.drive.id, "old_quantity": 5.0})]},
        ):
            with self.subTest(values=values), self.assertRefused(exception=AccessError):
                self.rpc_create("sop.amendment", "salesperson", {"order_id": order.id, **values})

    @rule("A3")
    def test_a_copy_carries_nothing_over(self):
        amendment = self.in_force(self.confirmed_order(), quantity=15)
        copied = amendment.browse(self.rpc(amendment, "salesperson", "copy", {}))
        self.assertEqual((copied.state, copied.number), ("draft", False))
        self.assertFalse(copied.sudo().approval_ids or copied.applied_on)
        self.assertEqual(copied.line_ids.old_quantity, 15.0)

    @rule("A3")
    def test_a_line_of_the_order_is_marked_and_not_deleted(self):
        amendment = self.draft_amendment(self.confirmed_order())
        with self.assertRefused("Mark the line", unchanged=[amendment]):
            self.rpc(amendment.line_ids, "salesperson", "unlink")

    @rule("A3")
    def test_portal_and_other_companies_see_nothing(self):
        amendment = self.amendment(self.confirmed_order(), quantity=15)
        portal = self.env["res.users"].create(
            {
                "name": "Buyer",
                "login": "buyer",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        company = self._new_company("Other Drives")
        stranger = self._new_user("stranger", "sales_sop.group_sales_office", company)
        for user in (portal, stranger):
            with self.assertRefused(exception=AccessError):
                amendment.with_user(user).read(["reason"])
            with self.assertRefused(exception=AccessError):
                amendment.with_user(user).action_withdraw()
