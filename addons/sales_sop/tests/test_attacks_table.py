from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .attack_victims import VictimsCase
from .common import ROLES, rule

# Who may change what is configuration and no decision.
CONFIGURATION = {
    "sop.approval.route": {"general_manager", "administrator"},
    "sop.approval.route.step": {"general_manager", "administrator"},
}
# What is the person's own to do: another delegation of their own decisions.
OWN = {("sop.delegation", "create", "sales_manager"), ("sop.delegation", "copy", "sales_manager")}

# What says as much as the contract.
SECRETS = {"sop.amendment", "sop.amendment.line", "sop.release", "sop.seal.use"}
# Who reads much, and writes little of it.
READERS = ("accountant", "gate_guard", "general_manager", "portal")
MONEY_MODELS = (
    "sop.collection",
    "sop.money.paper",
    "sop.payment.allocation",
    "sop.payment.allocation.change",
    "sop.payment.announcement",
)
GOODS_MODELS = (
    "sop.carrier.claim",
    "sop.gate.pass",
    "sop.payment.confirmation",
    "sop.pod.correction",
    "sop.pod.missing",
    "sop.pod.receipt",
)


@tagged("post_install", "-at_install")
class TestAttacksTable(VictimsCase):
    """Model by model, role by role, operation by operation: what was decided stays."""

    def _may(self, record, operation, role):
        if role in CONFIGURATION.get(record._name, ()):
            return True
        return (record._name, operation, role) in OWN

    @rule("A1", "A3", "K2", "K3", "P1", "P3", "C3", "C11", "D4")
    def test_nobody_changes_what_was_decided(self):
        self.assertNobodyChanges(self._victims())

    @rule("A1", "A3", "K2", "K3", "P1", "P3", "D4")
    def test_who_has_no_role_changes_nothing_by_any_method(self):
        victims = [*self._victims()]
        contracts = [record for record in victims if record._name == "sop.contract"]
        orders = contracts[0].order_ids
        self.assertOutsidersChangeNothing([*victims, *orders, *orders.order_line[:1]], "sales_sop")

    @rule("A1", "P1", "C3", "C11", "D2", "D12")
    def test_who_may_not_write_hears_so_whatever_is_written(self):
        victims = [*self._victims()]
        by_model = {record._name: record for record in victims}
        self.rpc(by_model["sop.gate.pass"], "sales_office", "action_cancel")
        claim = self._claim(by_model["sop.pod.missing"].picking_id)
        line = by_model["sop.contract"].order_ids.order_line
        for record in [*victims, claim.sudo(), line]:
            self.assertHearsNoMore(record, self._reader_of(record))

    def _reader_of(self, record):
        """Return a role that reads the record and does not write it; else a customer."""
        for role in READERS:
            mine = self.as_user(record, role)
            if mine.has_access("read") and not mine.browse().has_access("write"):
                return role
        return "portal"

    @rule("D2")
    def test_who_makes_no_gate_pass_does_not_hear_what_a_delivery_waits_for(self):
        picking = self.confirmed_order().sudo().picking_ids
        for role in READERS:
            with self.assertRefused(exception=AccessError):
                self.rpc(picking, role, "action_sop_gate_pass")

    @rule("A3", "D2", "K3")
    def test_the_gate_guard_reads_nothing_that_says_what_a_contract_says(self):
        order = self.effective_order().sudo()
        contract = order.sop_contract_id
        victims = [
            *self._amendment_victims(order),
            *self._release_victims(),
            *self._seal_victims(contract),
        ]
        self.assertEqual({record._name for record in victims} & SECRETS, SECRETS)
        for record in [*victims, contract]:
            if record._name not in SECRETS | {"sop.contract"}:
                continue
            found = self.as_user(record.browse(), "gate_guard").search([("id", "in", record.ids)])
            self.assertFalse(found, record._name)
            self.assertTrue(
                self.as_user(record.browse(), "legal").search([("id", "in", record.ids)])
            )

    def _claim(self, picking):
        carrier = self.env["res.partner"].create({"name": "Swift Haulage"})
        return self.as_user(self.env["sop.carrier.claim"], "sales_office").create(
            {"picking_id": picking.id, "carrier_partner_id": carrier.id}
        )

    @rule("C3", "C11")
    def test_nobody_of_another_company_and_no_customer_reads_the_money(self):
        self._money_victims(self.effective_order().sudo())
        self._assert_hidden(MONEY_MODELS, "finance")

    @rule("D2", "D3", "D4")
    def test_nobody_of_another_company_and_no_customer_reads_about_the_goods(self):
        self._delivery_victims()
        [missing] = [row for row in self._receipt_victims() if row._name == "sop.pod.missing"]
        self._claim(missing.picking_id)
        self._assert_hidden(GOODS_MODELS, "sales_office")

    def _assert_hidden(self, models, role):
        """``role`` sees rows of these models, a stranger's colleagues and customers do not."""
        other = self.env["res.company"].create({"name": "Southlight Drives"})
        strangers = ",".join(f"sales_sop.group_{name}" for name in ROLES)
        stranger = self._new_user("stranger", strangers, other)
        customers = [self.users["portal"], self._new_portal_user("Hillside Glass")]
        mine = [("company_id", "=", self.company.id)]
        for model in models:
            with self.subTest(model=model):
                self.assertTrue(self.as_user(self.env[model], role).search(mine))
                theirs = self.env[model].with_user(stranger)
                self.assertFalse(theirs.with_context(allowed_company_ids=other.ids).search(mine))
                for customer in customers:
                    with self.assertRefused(exception=AccessError):
                        self.env[model].with_user(customer).search_read(mine, ["display_name"])

    def _new_portal_user(self, name):
        user = new_test_user(
            self.env, login=f"{name}.{self.company.id}", groups="base.group_portal"
        )
        user.partner_id.parent_id = self.env["res.partner"].create(
            {"name": name, "is_company": True}
        )
        return user
