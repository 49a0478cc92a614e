"""The joint operations meeting decides the sales policy by vote (P1)."""

import base64

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, SopCase, rule
from .test_races import RaceCase

MEMBERS = ("marketing_director", "finance_vp", "vp_sales", "planner", "quality")


class MeetingCase(SopCase):
    """Five members, of whom at least three have to vote."""

    def set_members(self, *roles, **values):
        members = self.env["res.users"].union(*(self.users[role] for role in roles))
        self.as_user(self.company, "administrator").write(
            {"sop_meeting_member_ids": [Command.set(members.ids)], **values}
        )

    def draft(self, **values):
        return self.as_user(self.env["sop.policy"], "marketing_director").create(
            {
                "name": "Sales policy 2021",
                "company_id": self.company.id,
                "date_from": "2021-01-01",
                "term_ids": [Command.create({"name": "All sales"})],
                **values,
            }
        )

    def open_draft(self, **values):
        policy = self.draft(**values)
        policy.action_open_for_decision()
        return policy

    def cast(self, policy, **votes):
        for role, vote in votes.items():
            self.rpc(policy, role, "cast_vote", vote)
        policy.invalidate_recordset()

    def counted(self, policy):
        self.env.invalidate_all()
        votes = policy.sudo()._counted_votes()
        return {vote.user_id: vote.vote for vote in votes}


@tagged("post_install", "-at_install")
class TestMeeting(MeetingCase):
    def setUp(self):
        super().setUp()
        self.set_members(*MEMBERS, sop_meeting_quorum_type="number", sop_meeting_quorum=3)

    # -- the members and the quorum ------------------------------------------------------------

    @rule("P1")
    def test_the_manager_and_the_administrator_name_the_members(self):
        for role in ("sales_manager", "marketing_director", "finance_vp"):
            with self.assertRefused(exception=AccessError):
                self.rpc(self.company, role, "write", {"sop_meeting_quorum": 1})
        keeper = self._new_user("access", "base.group_erp_manager", self.company)
        with self.assertRefused("General Manager", exception=AccessError):
            self.company.with_user(keeper).sop_meeting_quorum = 1
        self.as_user(self.company, "administrator").sop_meeting_quorum = 2
        self.assertEqual(self.company.sop_meeting_quorum, 2)

    @rule("P1")
    def test_a_member_holds_a_role_and_works_in_the_company(self):
        with self.assertRefused("has no role", exception=ValidationError):
            self.set_members("stock_user")
        elsewhere = self._new_company("Elsewhere Ltd")
        stranger = self._new_user("stranger", "sales_sop.group_quality", elsewhere)
        with self.assertRefused("does not work in", exception=ValidationError):
            self.company.sop_meeting_member_ids |= stranger

    @rule("P1")
    def test_a_quorum_is_possible(self):
        for kind, quorum in (("number", 6), ("number", 0), ("percent", 101)):
            with self.assertRefused("quorum", exception=ValidationError):
                self.company.write({"sop_meeting_quorum_type": kind, "sop_meeting_quorum": quorum})

    @rule("P1")
    def test_a_percentage_is_rounded_up(self):
        self.set_members(*MEMBERS, sop_meeting_quorum_type="percent", sop_meeting_quorum=50)
        self.assertEqual(self.open_draft().votes_needed, 3)

    # -- voting --------------------------------------------------------------------------------

    @rule("P1")
    def test_three_members_of_five_vote_and_two_are_for_it(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", quality="against", finance_vp="for")
        self.assertEqual(policy.vote_state, "carried")
        policy.action_decide()
        self.assertEqual(policy.decided_by_id, self.users["marketing_director"])
        self.as_user(policy, "general_manager").action_issue()
        self.assertEqual(policy.state, "issued")

    @rule("P1")
    def test_too_few_votes_decide_nothing(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", finance_vp="for")
        for role in ("marketing_director", "general_manager"):
            with self.assertRefused("2 of 5", "3 have to", "2 for", policy.name):
                self.as_user(policy, role).action_decide()
        self.assertEqual(policy.state, "draft")

    @rule("P1")
    def test_half_of_the_votes_are_no_majority(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", finance_vp="for", quality="against", vp_sales="abstain")
        with self.assertRefused("2 for, 1 against, 1 abstained", "More than half"):
            policy.action_decide()

    @rule("P1")
    def test_nobody_decides_alone_where_a_meeting_decides(self):
        policy = self.draft()
        for role in ("marketing_director", "general_manager"):
            with self.assertRefused("Open it for decision first", "Planner"):
                self.as_user(policy, role).action_decide()

    @rule("P1")
    def test_without_members_one_person_records_the_decision(self):
        self.set_members()
        policy = self.draft()
        with self.assertRefused("no members"):
            policy.action_open_for_decision()
        policy.action_decide()
        self.assertEqual(policy.state, "decided")

    @rule("P1")
    def test_a_meeting_that_has_decided_goes_on(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", finance_vp="for", quality="for")
        policy.action_decide()
        for roles in ((), ("general_manager",), ("general_manager", "planner")):
            with self.assertRefused("at least 3", exception=ValidationError):
                self.set_members(*roles, sop_meeting_quorum=1)
        for values in ({"sop_meeting_quorum": 1}, {"sop_meeting_member_ids": [Command.clear()]}):
            with self.assertRefused(exception=ValidationError):
                self.rpc(self.company, "administrator", "write", values)
        self.set_members("general_manager", "planner", "finance_vp")
        trace = policy.sudo().message_ids[:1].body
        self.assertIn("Marketing Director", trace)
        self.assertIn("General Manager, ", trace)
        # Who left the company does not leave the decision to one.
        (self.users["planner"] | self.users["finance_vp"]).sudo().active = False
        self.as_user(policy, "general_manager").action_issue()
        late = self.draft(date_from="2022-01-01")
        self.users["general_manager"].sudo().active = False
        with self.assertRefused("none of its members"):
            late.action_decide()

    @rule("P1")
    def test_taking_the_members_away_does_not_free_an_open_draft(self):
        policy = self.open_draft()
        self.set_members()
        with self.assertRefused("0 of 5"):
            policy.action_decide()

    @rule("P1")
    def test_only_members_vote_and_only_for_themselves(self):
        policy = self.open_draft()
        for role in (*ROLES, *STANDARD_USERS):
            if role not in MEMBERS:
                with self.assertRefused():
                    self.rpc(policy, role, "cast_vote", "for")
        planner = self.users["planner"]
        forged = {
            "policy_id": policy.id,
            "round": 1,
            "user_id": planner.id,
            "vote": "for",
            "voted_on": "2021-01-01",
            "content_hash": policy.sudo().vote_hash,
        }
        for role in (*ROLES, *STANDARD_USERS):
            with self.assertRefused(exception=AccessError):
                self.rpc_create("sop.policy.vote", role, forged)
            with self.assertRefused():
                self.rpc(policy, role, "write", {"vote_ids": [Command.create(forged)]})
        self.assertEqual(self.counted(policy), {})

    @rule("P1")
    def test_a_vote_is_changed_and_the_earlier_one_is_kept(self):
        policy = self.open_draft()
        self.cast(policy, planner="against")
        self.cast(policy, planner="for")
        self.assertEqual(self.counted(policy), {self.users["planner"]: "for"})
        votes = policy.sudo().vote_ids
        self.assertEqual(votes.sorted("id").mapped("vote"), ["against", "for"])
        self.assertEqual(votes.sorted("id").mapped("counts"), [False, True])

    @rule("P1")
    def test_there_are_three_ways_to_vote(self):
        policy = self.open_draft()
        with self.assertRefused("for, against or abstained"):
            self.rpc(policy, "planner", "cast_vote", "twice")

    @rule("P1")
    def test_nobody_votes_before_it_is_open_or_after_it_is_decided(self):
        with self.assertRefused("not open"):
            self.rpc(self.draft(), "planner", "cast_vote", "for")
        policy = self.open_draft()
        self.cast(policy, planner="for", quality="for", finance_vp="for")
        policy.action_decide()
        with self.assertRefused("not open"):
            self.rpc(policy, "vp_sales", "cast_vote", "against")

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db")
    @rule("P1")
    def test_nobody_changes_or_deletes_a_vote(self):
        policy = self.open_draft()
        self.cast(policy, planner="against")
        vote = policy.sudo().vote_ids
        for role in (*ROLES, *STANDARD_USERS):
            for method, *args in (
                ("write", {"vote": "for"}),
                ("write", {"user_id": self.users["quality"].id}),
                ("unlink",),
                ("web_save", {"vote": "for"}, {"vote": {}}),
                ("copy", {"vote": "for"}),
            ):
                with self.assertRefused(unchanged=vote):
                    self.rpc(vote, role, method, *args)
            with self.assertRefused(unchanged=policy):
                self.rpc(policy, role, "unlink")
            for values in (
                {"vote_opened_on": False},
                {"votes_needed": 1},
                {"vote_hash": "0"},
                {"meeting_member_ids": [Command.set(self.users["gate_guard"].ids)]},
                {"vote_ids": [Command.delete(vote.id)]},
                {"vote_ids": [Command.update(vote.id, {"vote": "for"})]},
                {"state": "decided"},
                {"decided_by_id": self.users["quality"].id},
            ):
                with self.assertRefused(unchanged=policy | policy):
                    self.rpc(policy, role, "write", values)
        self.assertEqual(vote.vote, "against")

    @rule("P1")
    def test_private_steps_are_out_of_reach(self):
        policy = self.open_draft()
        for method in ("_cast_vote", "_open_for_decision", "_issue", "_write_minutes"):
            with self.assertRefused(exception=AccessError):
                self.rpc(policy, "general_manager", method)

    # -- the content is the one that was voted on ------------------------------------------------

    @rule("P1")
    def test_a_changed_draft_loses_its_votes(self):
        policy = self.open_draft(
            line_ids=[Command.create({"percent_off": 5})],
            authority_ids=[
                Command.create(
                    {"group_id": self.env.ref("sales_sop.group_salesperson").id, "max_discount": 5}
                )
            ],
        )
        self.cast(policy, planner="for", quality="for", finance_vp="for")
        for records, values in (
            (policy, {"interest_rate": 4.0}),
            (policy, {"name": "Another name"}),
            (policy.term_ids, {"invoice_gate_percent": 30.0}),
            (policy.line_ids, {"percent_off": 50.0}),
            (policy.authority_ids, {"max_discount": 90.0}),
            (policy, {"term_ids": [Command.create({"name": "One more"})]}),
            (policy, {"line_ids": [Command.clear()]}),
        ):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                records.write(values)
                policy.invalidate_recordset()
                self.assertEqual((policy.vote_state, self.counted(policy)), ("stale", {}))
                with self.assertRefused("changed since"):
                    policy.action_decide()
                with self.assertRefused("changed since"):
                    self.rpc(policy, "vp_sales", "cast_vote", "for")
                savepoint.rollback()
                self.env.invalidate_all()
        policy.action_decide()
        self.assertEqual(policy.state, "decided")

    @rule("P1")
    def test_a_translated_name_is_content(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        policy = self.open_draft()
        policy.term_ids.update_field_translations("name", {"zh_CN": "所有销售"})
        policy.invalidate_recordset()
        self.assertEqual(policy.vote_state, "stale")
        policy.action_open_for_decision()
        self.cast(policy, planner="for", quality="for", finance_vp="for")
        policy.action_decide()
        with self.assertRefused(policy.name):
            policy.term_ids.update_field_translations("name", {"zh_CN": "免费"})

    @rule("P1")
    def test_an_opened_draft_is_opened_again_only_after_a_change(self):
        policy = self.open_draft()
        self.cast(policy, planner="against")
        with self.assertRefused("already open", "1 of 5"):
            policy.action_open_for_decision()
        policy.interest_rate = 4.0
        policy.action_open_for_decision()
        self.assertEqual((policy.vote_round, self.counted(policy)), (2, {}))
        self.assertEqual(len(policy.vote_ids), 1)

    @rule("P1")
    def test_nobody_votes_on_a_version_that_could_not_be_issued(self):
        started = self.policy.date_from
        draft = self.draft(date_from=started)
        with self.assertRefused("has to start on a later day", draft.name):
            draft.action_open_for_decision()
        draft.date_from = fields.Date.add(started, days=1)
        draft.action_open_for_decision()
        self.assertEqual(draft.vote_state, "open")

    @rule("P1")
    def test_a_new_version_starts_without_votes(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", quality="for", finance_vp="for")
        policy.action_decide()
        copied = policy.copy()
        self.assertEqual((copied.state, copied.vote_state), ("draft", "none"))
        self.assertFalse(copied.vote_ids or copied.meeting_member_ids or copied.decided_by_id)

    @rule("P1")
    def test_a_member_who_left_can_be_replaced(self):
        policy = self.open_draft()
        self.cast(policy, quality="for")
        self.users["planner"].active = False
        self.assertIn(self.users["planner"], policy.with_context(active_test=False).not_voted_ids)
        self.set_members("marketing_director", "finance_vp", "vp_sales", "quality")
        policy.action_open_for_decision()
        self.assertEqual(len(policy.meeting_member_ids), 4)

    @rule("P1", "P2")
    def test_the_general_manager_sends_a_decided_policy_back(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", quality="for", finance_vp="for")
        with self.assertRefused("nothing to send back"):
            self.as_user(policy, "general_manager").action_send_back()
        policy.action_decide()
        for role in ("marketing_director", "planner", "administrator"):
            with self.assertRefused(exception=AccessError, unchanged=policy):
                self.rpc(policy, role, "action_send_back")
        self.as_user(policy, "general_manager").action_send_back()
        self.assertEqual((policy.state, policy.vote_state), ("draft", "none"))
        with self.assertRefused("Open it for decision first"):
            policy.action_decide()
        policy.action_open_for_decision()
        self.assertEqual((policy.vote_round, self.counted(policy)), (2, {}))
        self.assertEqual(len(policy.vote_ids), 3)

    # -- what members see ------------------------------------------------------------------------

    @rule("P1")
    def test_each_member_finds_the_draft_until_the_vote_is_cast(self):
        policy = self.open_draft()
        drafts = self.as_user(self.env["sop.policy"], "planner")
        waiting = [("can_vote", "=", True)]
        self.assertEqual(drafts.search(waiting), policy)
        activity = self.env["mail.activity"].search(
            [("res_model", "=", "sop.policy"), ("res_id", "=", policy.id)]
        )
        self.assertEqual(
            activity.user_id, self.env["res.users"].union(*(self.users[role] for role in MEMBERS))
        )
        self.cast(policy, planner="abstain")
        self.assertFalse(drafts.search(waiting))
        self.assertNotIn(self.users["planner"], activity.exists().user_id)
        self.assertFalse(self.as_user(self.env["sop.policy"], "sales_head").search(waiting))

    @rule("P1")
    def test_the_general_manager_finds_the_decided_policy_until_it_is_issued(self):
        def to_issue(policy):
            return policy.sudo().activity_search(["sales_sop.mail_activity_issue"]).user_id

        policy = self.open_draft()
        self.cast(policy, planner="for", finance_vp="for", quality="for")
        self.assertFalse(to_issue(policy))
        policy.action_decide()
        manager = self.env.ref("sales_sop.group_general_manager")._sop_holders(self.company)
        self.assertIn(self.users["general_manager"], manager)
        self.assertEqual(to_issue(policy), manager)
        self.as_user(policy, "general_manager").action_send_back()
        self.assertFalse(to_issue(policy))
        policy.action_open_for_decision()
        self.cast(policy, planner="for", finance_vp="for", quality="for")
        policy.action_decide()
        self.as_user(policy, "general_manager").action_issue()
        self.assertFalse(to_issue(policy))

    @rule("P1")
    def test_a_member_votes_in_the_dialog(self):
        policy = self.open_draft()
        action = self.as_user(policy, "planner").action_vote()
        ballot = (
            self.as_user(self.env["sop.policy.ballot"], "planner")
            .with_context(**action["context"])
            .create({"vote": "against", "comment": "The deposit is too low."})
        )
        ballot.action_cast()
        self.assertEqual(policy.sudo().vote_ids.comment, "The deposit is too low.")
        self.assertEqual(self.as_user(policy, "planner").my_vote, "against")

    # -- minutes ---------------------------------------------------------------------------------

    @rule("P1")
    def test_the_minutes_are_added_until_it_is_issued_and_then_kept(self):
        policy = self.open_draft()
        minutes = {"minutes_file": base64.b64encode(b"signed"), "minutes_filename": "m.pdf"}
        self.cast(policy, planner="for", quality="for", finance_vp="for")
        policy.action_decide()
        policy.write(minutes)
        with self.assertRefused():
            self.as_user(policy, "planner").write(minutes)
        with self.assertRefused(policy.name):
            policy.write({**minutes, "interest_rate": 1.0})
        self.as_user(policy, "general_manager").action_issue()
        for role in ("general_manager", "marketing_director", "administrator"):
            with self.assertRefused(unchanged=policy):
                self.rpc(policy, role, "write", {"minutes_file": False})
        self.assertEqual(base64.b64decode(policy.minutes_file), b"signed")
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", "sop.policy"), ("res_field", "=", "minutes_file")]
            )
        )


@tagged("post_install", "-at_install")
class TestPolicyIsFixed(MeetingCase):
    """What belongs to an issued policy is not reached through a draft, a file or another record."""

    def _issued_parts(self):
        policy = self.draft(
            line_ids=[
                Command.create({"product_categ_id": self.category.id, "percent_off": 5}),
                Command.create({"partner_category_ids": [Command.set(self.group.ids)]}),
            ],
            authority_ids=[
                Command.create(
                    {"group_id": self.env.ref("sales_sop.group_salesperson").id, "max_discount": 5}
                )
            ],
        )
        policy.term_ids.product_categ_id = self.category
        policy.action_decide()
        self.as_user(policy, "general_manager").action_issue()
        return policy

    def setUp(self):
        super().setUp()
        self.category = self.env["product.category"].create({"name": "Pumps"})
        self.group = self.env["res.partner.category"].create({"name": "Mills"})

    @mute_logger("odoo.addons.base.models.ir_access", "odoo.sql_db")
    @rule("P1")
    def test_lines_are_not_moved_deleted_or_changed(self):
        policy = self._issued_parts()
        draft = self.draft(name="Next")
        parts = (policy.term_ids, policy.line_ids[0], policy.authority_ids)
        everything = [policy.sudo(), *(part.sudo() for part in parts)]
        for role in ("marketing_director", "general_manager", "administrator", "salesperson"):
            for part in parts:
                name = next(
                    field
                    for field in ("term_ids", "line_ids", "authority_ids")
                    if policy._fields[field].comodel_name == part._name
                )
                for record, method, *args in (
                    (part, "write", {"policy_id": draft.id}),
                    (part, "unlink"),
                    (policy, "write", {name: [Command.create(part.copy_data()[0])]}),
                    (part, "web_save", {"company_id": False}, {"policy_id": {}}),
                    (draft, "write", {name: [Command.link(part.id)]}),
                    (draft, "write", {name: [Command.update(part.id, {"policy_id": draft.id})]}),
                    (policy, "write", {name: [Command.clear()]}),
                    (policy, "web_save", {name: [Command.delete(part.id)]}, {"name": {}}),
                ):
                    with (
                        self.subTest(role=role, part=part._name, method=method, args=args),
                        self.assertRefused(unchanged=everything),
                    ):
                        self.rpc(record, role, method, *args)

    @rule("P1")
    def test_an_import_changes_nothing(self):
        policy = self._issued_parts()
        term = policy.term_ids
        self.env["ir.model.data"].create(
            {"name": "issued", "module": "__sop__", "model": term._name, "res_id": term.id}
        )
        result = self.as_user(term.browse(), "general_manager").load(
            ["id", "invoice_gate_percent"], [["__sop__.issued", "0"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("cannot change", result["messages"][0]["message"])
        term.invalidate_recordset()
        self.assertEqual(term.invoice_gate_percent, 60.0)

    @rule("P1")
    def test_what_it_names_is_not_deleted(self):
        """An empty category or customer group means everything and everybody."""
        policy = self._issued_parts()
        for record in (self.category, self.group):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.unlink()
                self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(policy.term_ids.product_categ_id, self.category)
        self.assertEqual(policy.line_ids[1].partner_category_ids, self.group)

    @rule("P1")
    def test_a_copy_starts_as_a_draft_whatever_is_asked(self):
        policy = self._issued_parts()
        for values in ({"state": "issued"}, {"version": 9}, {"issued_on": "2020-01-01"}):
            with self.assertRefused():
                self.rpc(policy, "general_manager", "copy", values)
        self.rpc(policy, "general_manager", "copy")
        self.assertEqual(self.env["sop.policy"].search([], order="id desc", limit=1).state, "draft")

    @rule("P1")
    def test_there_is_no_day_without_a_policy(self):
        first = self.policy
        second = self._issued_parts()
        self.assertEqual((str(first.date_from), str(first.date_to)), ("2020-01-01", "2020-12-31"))
        policies = self.env["sop.policy"]
        for day, expected in (
            ("2019-12-31", policies),
            ("2020-01-01", first),
            ("2020-12-31", first),
            ("2021-01-01", second),
            ("2099-01-01", second),
        ):
            self.assertEqual(policies._in_force(self.company, day), expected, day)


@tagged("post_install", "-at_install")
class TestVoteRaces(RaceCase, MeetingCase):
    """Two members, or a member and somebody who changes the draft, at the same moment."""

    def setUp(self):
        super().setUp()
        self.set_members(*MEMBERS, sop_meeting_quorum_type="number", sop_meeting_quorum=2)

    def _vote(self, policy, role, vote):
        return lambda env: self.seen_by(env, policy, role).cast_vote(vote)

    @rule("P1")
    def test_two_members_vote_at_once(self):
        policy = self.open_draft()
        self.race(self._vote(policy, "planner", "for"), self._vote(policy, "quality", "against"))
        self.assertEqual(
            self.counted(policy),
            {self.users["planner"]: "for", self.users["quality"]: "against"},
        )

    @rule("P1")
    def test_a_member_changes_the_vote_while_it_is_decided(self):
        policy = self.open_draft()
        self.cast(policy, planner="for", quality="for")
        tries = []

        def decide(env):
            tries.append(env)
            mine = self.seen_by(env, policy, "marketing_director")
            if len(tries) == 1:
                return mine.action_decide()
            with self.assertRefused("1 for, 1 against"):
                mine.action_decide()

        self.race(self._vote(policy, "quality", "against"), decide)
        self.assertEqual((len(tries), policy.state), (2, "draft"))

    @rule("P1")
    def test_a_term_is_changed_while_a_member_votes(self):
        policy = self.open_draft()
        tries = []

        def vote(env):
            tries.append(env)
            if len(tries) == 1:
                return self._vote(policy, "planner", "for")(env)
            with self.assertRefused("changed since"):
                self._vote(policy, "planner", "for")(env)

        def change(env):
            self.seen_by(env, policy, "marketing_director").term_ids.prepayment_percent = 10.0

        self.race(change, vote)
        self.assertEqual((len(tries), self.counted(policy)), (2, {}))

    @rule("P1")
    def test_two_first_policies_are_issued_at_once(self):
        """With no earlier policy there is no row of a predecessor that both would change."""
        manager = self.users["general_manager"]
        self.company = self.env["res.company"].create({"name": "Twins Ltd"})
        manager.company_ids |= self.company
        first, second = (self.draft_of_twins(name) for name in ("First", "Second"))
        tries = []

        def issue(env):
            tries.append(env)
            mine = self.seen_by(env, second, "general_manager")
            if len(tries) == 1:
                return mine.action_issue()
            with self.assertRefused("has to start on a later day"):
                mine.action_issue()

        self.race(lambda env: self.seen_by(env, first, "general_manager").action_issue(), issue)
        self.assertEqual((first.state, second.state), ("issued", "decided"))

    def draft_of_twins(self, name):
        values = {
            "name": name,
            "company_id": self.company.id,
            "date_from": "2021-01-01",
            "term_ids": [Command.create({"name": "All sales"})],
        }
        policy = self.as_user(self.env["sop.policy"], "general_manager").create(values)
        policy.action_decide()
        return policy


@tagged("post_install", "-at_install")
class TestDemoVotes(TransactionCase):
    @rule("P1")
    def test_the_members_vote_on_the_demo_draft_once_it_is_open(self):
        policy = self.env.ref("sales_sop.demo_policy_next")
        self.assertEqual(policy.state, "draft")
        members = ("gm", "marketing", "vp", "planner", "financevp", "quality")
        marketing = self.env.ref("sales_sop.demo_user_marketing")
        policy.with_user(marketing).action_open_for_decision()
        self.assertEqual((policy.vote_state, policy.votes_needed), ("open", 4))
        self.assertEqual(set(policy.not_voted_ids.mapped("login")), set(members))
        for login in members:
            member = self.env.ref(f"sales_sop.demo_user_{login}")
            found = policy.with_user(member).search([("can_vote", "=", True)])
            self.assertEqual(found, policy, login)
