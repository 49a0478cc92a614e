"""Settings are remembered, and nobody goes by what is not so any more."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule
from .test_races import RaceCase


@tagged("post_install", "-at_install")
class TestRemembered(SopCase):
    """What every document asks for is read once; a change counts at once."""

    def _route(self):
        self.env.invalidate_all()
        routes = self.env["sop.approval.route"]
        return routes._for("application", self.company, "sale.order")

    @rule("A1")
    def test_rules_are_read_without_a_query_the_second_time(self):
        def read():
            self.env.invalidate_all()
            policy = self.env["sop.policy"]._in_force(self.company, self.today())
            return policy.name, policy.term_ids.review_group_ids.ids, policy.authority_ids.ids

        first = read()
        with self.assertQueryCount(0):
            self.assertEqual(read(), first)

    @rule("A1")
    def test_a_step_added_to_the_route_is_asked_from_the_next_submission_on(self):
        before = self._route().step_ids
        legal = self.env.ref("sales_sop.group_legal")
        self._route().write({"step_ids": [Command.create({"stage": 9, "group_id": legal.id})]})
        self.assertIn(legal, self._route().step_ids.group_id)
        (self._route().step_ids - before).unlink()
        self.assertEqual(self._route().step_ids, before)

    @rule("P1")
    def test_a_successor_is_in_force_at_once(self):
        self.env["sop.policy"]._in_force(self.company, self.today())
        successor = self._issue_policy(date_from=self.today())
        found = self.env["sop.policy"]._in_force(self.company, self.today())
        self.assertEqual(found, successor)

    @rule("A1")
    def test_a_person_writes_under_the_present_name(self):
        user = self.users["sales_manager"]
        user._sop_author()
        user.partner_id.write({"name": "Zhang Min", "email": "zhang.min@example.com"})
        self.assertEqual(
            user._sop_author(), (user.partner_id.id, '"Zhang Min" <zhang.min@example.com>')
        )

    @rule("P3")
    def test_a_tax_that_becomes_part_of_the_prices_is_taken_off(self):
        def list_price():
            return self.drive._sop_list_price(self.company.currency_id, self.company, self.today())

        tax = self._new_tax(25.0)
        self.drive.taxes_id = tax
        self.assertEqual(list_price(), 100.0)
        tax.price_include_override = "tax_included"
        self.assertEqual(list_price(), 80.0)


@tagged("post_install", "-at_install")
class TestRememberedRace(RaceCase):
    """Another transaction changes a setting."""

    def _name(self):
        self._rollback()
        return self.policy.sudo().name

    def _rename(self, env, name):
        policy = self.policy.with_env(env).sudo()
        policy.name = name
        policy.flush_recordset()
        policy.invalidate_recordset()
        self.assertEqual(policy.name, name)

    @rule("P1")
    def test_a_change_counts_when_it_is_committed_and_not_before(self):
        self._commit()
        old = self._name()
        with self.connection() as env:
            self._rename(env, "Another name")
            self.assertEqual(self._name(), old)
            env.cr.commit()
        self.assertEqual(self._name(), "Another name")

    @rule("P1")
    def test_what_is_rolled_back_was_never_so(self):
        self._commit()
        old = self._name()
        with self.connection() as env:
            self._rename(env, "Never so")
        self.assertEqual(self._name(), old)

    def assertCountsOnceCommitted(self, read, change):
        """What ``read`` returns stays while ``change`` is not committed, and not after it."""
        self._commit()
        old = read()
        with self.connection() as env:
            change(env)
            env.flush_all()
            self._rollback()
            self.assertEqual(read(), old)
            env.cr.commit()
        self._rollback()
        self.assertNotEqual(read(), old)

    @rule("A1")
    def test_a_role_that_is_taken_away_is_held_no_longer(self):
        role = self.env.ref("sales_sop.group_quality")
        user = self.users["quality"]
        self.assertIn(user, role._sop_holders(self.company))

        def taken_away(env):
            user.with_env(env).sudo().write({"group_ids": [Command.unlink(role.id)]})

        self.assertCountsOnceCommitted(lambda: role._sop_holders(self.company), taken_away)

    @rule("A1")
    def test_a_delegation_counts_from_its_commit_on(self):
        def delegated(env):
            self.as_user(self.env["sop.delegation"].with_env(env), "sales_manager").create(
                {
                    "delegate_id": self.users["planner"].id,
                    "company_id": self.company.id,
                    "date_from": self.today(),
                    "date_to": self.today(),
                }
            )

        delegations = self.env["sop.delegation"]
        self.assertCountsOnceCommitted(lambda: delegations._ids_around(self.today()), delegated)

    @rule("P2")
    def test_a_list_price_that_is_lowered_counts_as_it_was_from_its_commit_on(self):
        def lowered(env):
            self.drive.with_env(env).sudo().product_tmpl_id.list_price = 1.0

        policy = self.policy.sudo()
        self.assertCountsOnceCommitted(policy._list_prices_at_issue, lowered)
