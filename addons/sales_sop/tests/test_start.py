"""The guided start: roles to people, rules explained, policy, go-live date, issue."""

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, STANDARD_USERS, SopCase, rule


@tagged("post_install", "-at_install")
class TestStart(SopCase):
    """A company that has no policy yet, with people for every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.governed = cls.company
        cls.company = cls._new_company("New Start Ltd")
        cls.users = cls._new_people(cls.company)
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))

    def start(self, role="general_manager"):
        model = self.as_user(self.env["sop.start"], role).with_company(self.company)
        action = self.as_user(self.env.ref("sales_sop.sop_start_action"), role).run()
        return model.browse(action["res_id"])

    def role_line(self, start, role):
        group = self.env.ref(f"sales_sop.group_{role}")
        return start.role_ids.filtered(lambda line: line.group_id == group)

    def text(self, content):
        return " ".join(html.fromstring(content).text_content().split())

    # -- roles ---------------------------------------------------------------------------------

    def test_each_role_shows_who_has_it(self):
        start = self.start()
        self.assertEqual(start.company_id, self.company)
        self.assertEqual(self.role_line(start, "finance").user_ids, self.users["finance"])
        self.assertEqual(start.missing_roles, 0)

    def test_a_missing_role_says_what_nobody_can_decide(self):
        self.users["finance_vp"].active = False
        self.users["general_manager"].write(
            {"group_ids": [Command.unlink(self.env.ref("sales_sop.group_general_manager").id)]}
        )
        line = self.role_line(self.start("administrator"), "finance_vp")
        self.assertTrue(line.is_missing)
        self.assertIn("Nobody can decide", line.consequence)
        self.assertIn("Invoice", line.consequence)

    def test_a_missing_role_below_another_says_who_is_left(self):
        self.users["sales_manager"].active = False
        line = self.role_line(self.start(), "sales_manager")
        self.assertIn("Only a higher role can decide", line.consequence)
        self.assertIn("Delivery order", line.consequence)

    @rule("K2")
    def test_one_person_for_two_parallel_steps_is_told(self):
        head = self.users["sales_head"]
        self.users["finance"].active = False
        head.group_ids |= self.env.ref("sales_sop.group_finance")
        line = self.role_line(self.start(), "finance")
        self.assertIn("have to be two people", line.consequence)
        self.assertIn(head.name, line.consequence)

    def test_one_person_who_submits_and_decides_is_told(self):
        office = self.users["sales_office"]
        self.users["sales_manager"].active = False
        office.group_ids |= self.env.ref("sales_sop.group_sales_manager")
        line = self.role_line(self.start(), "sales_manager")
        self.assertIn("only Sales Office can submit it", line.consequence)

    def test_an_administrator_gives_and_takes_roles(self):
        start = self.start("administrator")
        planner, quality = self.users["planner"], self.users["quality"]
        line = self.role_line(start, "legal")
        line.user_ids = [Command.link(planner.id), Command.unlink(self.users["legal"].id)]
        self.assertTrue(planner.has_group("sales_sop.group_legal"))
        self.assertFalse(self.users["legal"].has_group("sales_sop.group_legal"))
        self.assertFalse(quality.has_group("sales_sop.group_legal"))

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_nobody_else_gives_roles(self):
        start = self.start()
        line = self.role_line(start, "finance_vp")
        everybody = self.env["res.users"].union(*self.users.values())
        mine = {"user_ids": [Command.link(self.users["general_manager"].id)]}
        with self.assertRefused("Only an administrator", unchanged=everybody):
            self.rpc(line, "general_manager", "write", mine)
        with self.assertRefused(unchanged=everybody):
            self.rpc_create(
                "sop.start.role",
                "general_manager",
                {"start_id": start.id, "group_id": line.group_id.id, **mine},
            )

    def test_no_other_group_is_given_here(self):
        start = self.start("administrator")
        system = self.env.ref("base.group_system")
        with self.assertRefused("no role of the sales procedure"):
            self.rpc_create(
                "sop.start.role",
                "administrator",
                {
                    "start_id": start.id,
                    "group_id": system.id,
                    "user_ids": [Command.set(self.users["planner"].ids)],
                },
            )

    # -- who starts ----------------------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_only_the_manager_and_the_administrator_start(self):
        for role in (*ROLES, *STANDARD_USERS):
            if role in ("general_manager", "administrator"):
                continue
            with self.subTest(role=role), self.assertRefused(exception=AccessError):
                self.start(role)
            with self.subTest(role=role), self.assertRefused(exception=AccessError):
                self.rpc_create("sop.start", role, {"company_id": self.company.id, "step": "roles"})

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_nobody_starts_another_company(self):
        values = {"company_id": self.governed.id, "step": "roles", "go_live_date": "2020-01-01"}
        for role in ("general_manager", "administrator"):
            with self.assertRefused(exception=AccessError, unchanged=self.governed):
                self.rpc_create("sop.start", role, values)
        with self.assertRefused(exception=AccessError, unchanged=self.governed):
            self.rpc(self.start(), "general_manager", "write", values)

    def test_it_can_be_left_and_taken_up_again(self):
        start = self.start()
        self.assertEqual(start.step, "roles")
        start.action_next()
        start.action_next()
        self.assertEqual(self.start("administrator").step, "policy")
        start.action_back()
        self.assertEqual(self.start().step, "gates")

    # -- rules, policy, date -------------------------------------------------------------------

    @rule("D4", "C1", "P3")
    def test_the_rules_are_explained_with_the_figures_of_the_policy(self):
        start = self.start()
        text = self.text(start.gates_html)
        self.assertIn("figures of the sample", text)
        self.assertIn("Goods leave when 30 % of the contract is paid (D4)", text)
        self.assertIn("Every price is zero, so there is no invoice.", text)
        for demand in (
            "not in stock (A2)",
            "before the goods leave (D7)",
            "marks the goods",
            "(D8)",
        ):
            self.assertIn(demand, text)
        action = start.action_sample_policy()
        start.invalidate_recordset()
        policy = start.policy_id
        self.assertEqual(policy.id, action["res_id"])
        policy.term_ids[3].prepayment_percent = 45.0
        policy.authority_ids.filtered(lambda row: row.max_discount == 15).max_discount = 17.0
        start.invalidate_recordset()
        text = self.text(start.gates_html)
        self.assertIn("45 % of the contract is paid", text)
        self.assertIn("Marketing Director: up to 17 % below", text)
        self.assertNotIn("sample;", text)

    @rule("P1")
    def test_the_whole_start_by_the_general_manager(self):
        start = self.start()
        self.assertFalse(self.company.sop_governed)
        start.action_sample_policy()
        start.invalidate_recordset()
        start.write(
            {
                "go_live_date": "2026-01-01",
                "meeting_member_ids": [
                    Command.set((self.users["finance_vp"] | self.users["vp_sales"]).ids)
                ],
                "meeting_quorum_type": "number",
                "meeting_quorum": 2,
            }
        )
        self.assertEqual(str(self.company.go_live_date), "2026-01-01")
        self.assertEqual(len(self.company.sop_meeting_member_ids), 2)
        with self.assertRefused("Open it for decision first"):
            start.action_decide()
        start.action_open_for_decision()
        for role in ("finance_vp", "vp_sales"):
            self.as_user(start.policy_id, role).cast_vote("for")
        start.invalidate_recordset()
        start.action_decide()
        start.action_issue()
        self.assertTrue(self.company.sop_governed)
        start.invalidate_recordset()
        self.assertTrue(start.is_governed)
        self.assertTrue(all(step["is_done"] for step in start._progress()))

    @rule("P1")
    def test_the_administrator_does_not_issue(self):
        self.start().action_sample_policy()
        start = self.start("administrator")
        for method in ("action_decide", "action_issue", "action_sample_policy"):
            with self.assertRefused(exception=AccessError):
                getattr(start, method)()
        self.assertEqual(start.policy_id.state, "draft")

    def test_who_cannot_go_on_reads_who_can(self):
        hints = ("writes the policy", "The general manager issues the policy")
        for role, can_read in (("administrator", True), ("general_manager", False)):
            arch = self.start(role).get_view(view_type="form")["arch"]
            for hint in hints:
                self.assertEqual(hint in " ".join(arch.split()), can_read, (role, hint))

    def test_the_sample_is_recorded_in_the_words_of_who_made_it(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_sop"], ["zh_CN"])
        self.users["general_manager"].lang = "zh_CN"
        start = self.start()
        start.with_context(lang="zh_CN").action_sample_policy()
        start.invalidate_recordset()
        recorded = [message.body for message in start.policy_id.message_ids]
        chinese = start.policy_id.with_context(lang="zh_CN")
        self.assertEqual(len(recorded), 1)
        self.assertIn(chinese._creation_message(), recorded[0])
        self.assertIn("销售政策", recorded[0])
