"""A policy starts from a sample, is followed by new versions, and versions are compared."""

from unittest.mock import patch

from lxml import etree, html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from .common import SopCase, rule

GROUPS = {
    "salesperson": "sales_sop.group_salesperson",
    "manager": "sales_sop.group_sales_manager",
    "director": "sales_sop.group_marketing_director",
}


class VersionCase(SopCase):
    def setUp(self):
        super().setUp()
        self.group = {name: self.env.ref(xmlid) for name, xmlid in GROUPS.items()}

    def sample(self):
        action = self.env.ref("sales_sop.sop_policy_action_sample")
        result = self.as_user(action, "general_manager").run()
        return self.as_user(self.env["sop.policy"], "general_manager").browse(result["res_id"])

    def successor_of(self, policy):
        action = self.as_user(policy, "marketing_director").action_new_version()
        return self.as_user(policy.browse(action["res_id"]), "marketing_director")

    def compare(self, new, old):
        """Return ``{(part, name): (state, {label: (old, new)})}`` of what differs."""
        return {
            (part["title"], row["name"]): (
                row["state"],
                {value["label"]: (value["old"], value["new"]) for value in row["values"]},
            )
            for part in new.sudo()._compare_with(old.sudo())
            for row in part["rows"]
            if row["state"] != "same"
        }


@tagged("post_install", "-at_install")
class TestFilters(VersionCase):
    """The filters of the list say of each policy what its row says."""

    def issued(self, name, date_from):
        policy = self.successor_of(self.policy)
        policy.write({"name": name, "date_from": date_from})
        policy.action_decide()
        self.as_user(policy, "general_manager").action_issue()
        return policy.sudo()

    @rule("P1")
    def test_a_new_version_starts_after_the_one_in_force(self):
        today = self.company._sop_today()
        self.assertEqual(self.successor_of(self.policy).date_from, today)
        tomorrow = fields.Date.add(today, days=1)
        successor = self.successor_of(self.issued("Today", today))
        self.assertEqual(successor.date_from, tomorrow)
        successor.date_from = today
        with self.assertRefused("has to start on a later day", unchanged=successor):
            successor.action_decide()

    def found(self):
        """Return the names of the company's policies by filter."""
        policies = self.as_user(self.env["sop.policy"], "salesperson")
        arch = etree.fromstring(
            policies.get_view(self.env.ref("sales_sop.sop_policy_view_search").id, "search")["arch"]
        )
        domains = {
            node.get("name"): safe_eval(node.get("domain"))
            for node in arch.iter("filter")
            if node.get("name") in {"draft", "upcoming", "in_force", "ended"}
        }
        mine = [("company_id", "=", self.company.id)]
        return {
            name: sorted(policies.search(domain + mine).mapped("name"))
            for name, domain in domains.items()
        }

    @rule("P1", "P4")
    def test_a_policy_is_in_force_until_the_day_before_the_next_one(self):
        today = self.company._sop_today()
        self.policy.sudo().name = "First"
        self.issued("Present", today)
        self.issued("Next", fields.Date.add(today, days=10))
        self.successor_of(self.policy).name = "Draft"
        # Superseded by the next one already, and in force until then.
        self.assertEqual(
            self.found(),
            {
                "draft": ["Draft"],
                "upcoming": ["Next"],
                "in_force": ["Present"],
                "ended": ["First"],
            },
        )
        with freeze_time(fields.Date.add(today, days=10)):
            self.env.invalidate_all()
            self.assertEqual(
                self.found(),
                {
                    "draft": ["Draft"],
                    "upcoming": [],
                    "in_force": ["Next"],
                    "ended": ["First", "Present"],
                },
            )


@tagged("post_install", "-at_install")
class TestSample(VersionCase):
    @rule("P2", "P3", "P5")
    def test_the_sample_covers_the_usual_kinds_of_sale(self):
        policy = self.sample()
        self.assertEqual((policy.state, policy.company_id), ("draft", self.company))
        counter, service, pickup, instalment, direct, large, frame, *free = policy.term_ids
        self.assertEqual((service.order_type, service.contract_required), ("service", False))
        self.assertEqual((pickup.order_type, pickup.prepayment_percent), ("pickup", 100.0))
        self.assertEqual(frame.sales_mode, "frame")
        self.assertEqual([term.order_type for term in free], ["free", "sample", "warranty"])
        self.assertFalse(any(term.judge_prices for term in free))
        self.assertFalse(counter.contract_required or counter.review_group_ids)
        self.assertEqual(counter.invoice_gate_percent, 0.0)
        self.assertEqual((instalment.sales_mode, instalment.prepayment_percent), ("instalment", 30))
        self.assertEqual((direct.prepayment_percent, direct.invoice_gate_percent), (0.0, 60.0))
        self.assertEqual((large.prepayment_percent, large.legal_review), (30.0, True))
        self.assertEqual(
            {row.group_id: row.max_discount for row in policy.authority_ids},
            {self.group["salesperson"]: 5, self.group["manager"]: 10, self.group["director"]: 15},
        )
        self.assertEqual((policy.line_ids.price_kind, policy.line_ids.percent_off), ("normal", 0.0))
        self.assertEqual(policy.interest_rate, 6.0)

    @rule("P1")
    def test_the_sample_is_decided_issued_and_used(self):
        policy = self.sample()
        policy.action_decide()
        policy.action_issue()
        order = self.quotation(lines=[(self.drive, 100, 100.0)])
        self.assertEqual(self.submit(order).step_ids.group_id, self.group["manager"])
        self.assertEqual(order.sudo().sop_contract_id.term_id.sudo().name, "Direct sale")

    @rule("P1")
    def test_only_who_prepares_the_policy_starts_from_the_sample(self):
        action = self.env.ref("sales_sop.sop_policy_action_sample")
        count = self.env["sop.policy"].search_count([])
        for role in ("salesperson", "sales_manager", "finance_vp", "administrator", "stock_user"):
            with self.assertRefused(exception=AccessError):
                self.as_user(action, role).run()
        self.assertEqual(self.env["sop.policy"].search_count([]), count)

    def test_the_sample_speaks_every_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")

        def texts(policy):
            return {"name": f"Policy in {policy.env.lang}"}

        def terms(policy):
            return [{"name": f"Term in {policy.env.lang}", "sales_mode": "direct"}]

        model = type(self.env["sop.policy"])
        with (
            patch.object(model, "_sample_texts", texts),
            patch.object(model, "_sample_terms", terms),
        ):
            policy = self.sample()
        for lang in ("zh_CN", "en_US"):
            shown = policy.with_context(lang=lang)
            self.assertEqual(shown.name, f"Policy in {lang}")
            self.assertEqual(shown.term_ids.name, f"Term in {lang}")


@tagged("post_install", "-at_install")
class TestVersions(VersionCase):
    @rule("P1")
    def test_a_new_version_copies_everything(self):
        policy = self.sample()
        policy.line_ids = [
            Command.create(
                {
                    "product_id": self.drive.id,
                    "price_kind": "entry",
                    "compute_price": "fixed",
                    "fixed_price": 90.0,
                    "min_quantity": 5.0,
                }
            )
        ]
        policy.action_decide()
        policy.action_issue()
        draft = self.successor_of(policy)
        self.assertEqual((draft.state, draft.version), ("draft", 1))
        self.assertEqual(draft.predecessor_id, policy)
        draft.date_from = policy.date_from
        self.assertEqual(self.compare(draft, policy), {})
        self.assertFalse(draft.term_ids & policy.term_ids)

    @rule("P1", "P5")
    def test_changed_new_and_gone_are_told_with_old_and_new(self):
        policy = self.sample()
        policy.action_decide()
        policy.action_issue()
        draft = self.successor_of(policy)
        draft.date_from = policy.date_from
        draft.interest_rate = 8.0
        terms = {term.name: term for term in draft.term_ids}
        terms["Large direct sale with deposit"].prepayment_percent = 40.0
        terms["Instalment sale"].unlink()
        draft.term_ids = [Command.create({"name": "The rest", "sequence": 90})]
        draft.line_ids = [
            Command.create(
                {"product_id": self.drive.id, "compute_price": "fixed", "fixed_price": 95.0}
            )
        ]
        draft.authority_ids.filtered(
            lambda row: row.group_id == self.group["director"]
        ).max_discount = 20.0
        found = self.compare(draft, policy)
        self.assertEqual(
            {key: state for key, (state, values) in found.items()},
            {
                ("Policy", policy.name): "changed",
                ("Terms", "Large direct sale with deposit"): "changed",
                ("Terms", "The rest"): "new",
                ("Terms", "Instalment sale"): "gone",
                ("Prices", "Energy-saving drive · Normal Price"): "new",
                ("Price Authority", "Marketing Director"): "changed",
            },
        )
        interest = found["Policy", policy.name][1]
        self.assertEqual(interest, {"Interest on Overdue Money (% a Year)": ("6.00", "8.00")})
        deposit = found["Terms", "Large direct sale with deposit"][1]
        self.assertEqual(deposit, {"Payment Before Goods (%)": ("30.00", "40.00")})
        authority = found["Price Authority", "Marketing Director"][1]
        self.assertEqual(authority, {"Down to (% Below)": ("15.00", "20.00")})
        gone = found["Terms", "Instalment sale"][1]
        self.assertEqual(gone["Payment Before Goods (%)"], ("30.00", ""))
        self.assertEqual(gone["Reviewed by"], ("Sales Manager", ""))

    @rule("P5")
    def test_a_renamed_term_is_the_same_term(self):
        draft = self.successor_of(self.policy)
        draft.date_from = self.policy.date_from
        draft.term_ids.name = "Direct sale of equipment"
        found = self.compare(draft, self.policy)
        self.assertEqual(
            found,
            {
                ("Terms", "Direct sale of equipment"): (
                    "changed",
                    {"Name": ("Direct sale", "Direct sale of equipment")},
                )
            },
        )

    @rule("P5")
    def test_another_order_of_the_terms_is_a_change(self):
        draft = self.successor_of(self.policy)
        self.assertEqual(len(draft.term_ids), 1)
        draft.term_ids = [Command.create({"name": "Second", "sequence": 20})]
        again = self.as_user(
            draft.sudo().copy({"date_from": draft.date_from}), "marketing_director"
        )
        again.term_ids[0].sequence = 30
        again.invalidate_recordset()
        found = self.compare(again, draft)
        self.assertEqual(found["Terms", "Second"], ("changed", {"Position": ("2", "1")}))

    def test_the_screen_compares_any_two_versions_for_any_role(self):
        draft = self.successor_of(self.policy)
        draft.term_ids.invoice_gate_percent = 75.0
        action = self.as_user(draft, "salesperson").action_compare()
        comparison = self.as_user(
            self.env["sop.policy.comparison"].browse(action["res_id"]), "salesperson"
        )
        self.assertEqual((comparison.old_id, comparison.new_id), (self.policy, draft))
        table = html.fromstring(comparison.comparison_html)
        text = " ".join(table.text_content().split())
        self.assertIn("Collected Before Invoice (%) 60.00 75.00", text)
        self.assertNotIn("Same", text)
        comparison.write({"old_id": draft.id, "new_id": self.policy.id, "only_differences": False})
        self.assertIn(
            "75.00 60.00",
            " ".join(html.fromstring(comparison.comparison_html).text_content().split()),
        )

    def test_another_companys_policy_is_not_compared(self):
        elsewhere = self._new_company("Elsewhere Ltd")
        other = self.env["sop.policy"].create(
            {
                "name": "Secret",
                "company_id": elsewhere.id,
                "term_ids": [Command.create({"name": "Theirs"})],
            }
        )
        comparisons = self.as_user(self.env["sop.policy.comparison"], "salesperson")
        with self.assertRefused(exception=AccessError):
            comparisons.create({"new_id": self.policy.id, "old_id": other.id}).comparison_html  # noqa: B018

    def test_the_only_policy_has_nothing_to_be_compared_with(self):
        with self.assertRefused(self.policy.name, "only sales policy"):
            self.as_user(self.policy, "general_manager").action_compare()

    @rule("P1")
    def test_members_read_what_the_draft_changes(self):
        draft = self.successor_of(self.policy)
        draft.term_ids.prepayment_percent = 25.0
        shown = self.as_user(draft, "planner").changes_html
        self.assertIn("25.00", html.fromstring(shown).text_content())
