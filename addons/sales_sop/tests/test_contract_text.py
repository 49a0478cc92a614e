from markupsafe import Markup

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SopCase, rule

WRITERS = ("sales_office", "sales_head", "legal")
OTHERS = ("salesperson", "sales_manager", "general_manager", "finance", "planner")


@tagged("post_install", "-at_install")
class TestContractText(SopCase):
    """A contract is drafted from a template and says what K8 asks for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("sales_sop.sop_contract_template_direct")
        cls.clause = cls.template.clause_ids[0]
        cls.own_template = cls.env["sop.contract.template"].create(
            {
                "name": "Short form",
                "title": "Agreement",
                "kind": "direct",
                "sequence": 99,
                "clause_ids": [
                    Command.create(
                        {"name": "Money", "body": "Total: {{ amount }}\n\n{{payment}}\n<b>&</b>"}
                    ),
                ],
            }
        )

    def contract_of(self, order):
        return order.sudo().sop_contract_id

    def drafted(self, **values):
        order = self.quotation(**values)
        self.submit(order)
        return self.contract_of(order)

    # -- drafting ------------------------------------------------------------------------------

    @rule("K7")
    def test_the_first_submission_drafts_the_contract_from_the_template_of_its_kind(self):
        contract = self.drafted()
        self.assertEqual(contract.template_id, self.template)
        for text in (
            contract.number,
            self.company.name,
            "Riverside Paper Mill",
            "1 Mill Road",
            "Energy-saving drive",
            "1,000.00",
            "One Thousand Dollars",
            "60 % of the contract amount",
            "600.00",
        ):
            self.assertIn(text, contract.text)
        self.assertNotIn("{{", contract.text)

    @rule("K7")
    def test_another_kind_of_sale_has_another_template(self):
        contract = self.drafted(sop_sales_mode="instalment")
        self.assertEqual(
            contract.template_id, self.env.ref("sales_sop.sop_contract_template_instalment")
        )
        self.assertIn("remain the Seller", contract.text)

    @rule("K7")
    def test_the_companys_own_template_comes_before_the_shared_one(self):
        self.own_template.company_id = self.company
        contract = self.drafted()
        self.assertEqual(contract.template_id, self.own_template)
        other = self._new_company("Southlight Drives")
        self.own_template.company_id = other
        self.assertEqual(self.drafted().template_id, self.template)

    @rule("K8")
    def test_parties_and_goods_are_stated_whatever_the_template_says(self):
        self.own_template.company_id = self.company
        text = self.drafted().text
        for stated in ("Agreement", "Riverside Paper Mill", "Energy-saving drive", "1,000.00"):
            self.assertIn(stated, text)

    @rule("K7")
    def test_what_a_clause_says_is_text_and_never_markup_or_code(self):
        self.own_template.company_id = self.company
        self.customer.name = "<script>alert(1)</script>"
        text = self.drafted().text
        self.assertIn("&lt;b&gt;&amp;&lt;/b&gt;", text)
        self.assertNotIn("<script>", text)

    @rule("K7")
    def test_an_unknown_placeholder_is_refused_when_the_template_is_saved(self):
        for body in (
            "{{ object.env }}",
            "{{ amout }}",
            "{{ amount",
            "a }} b",
            "Goods: {{ goods }}",
            "{{ amount | safe }}",
            "{{ }}",
        ):
            with (
                self.subTest(body=body),
                self.assertRefused("Parties", exception=ValidationError, unchanged=self.clause),
            ):
                self.as_user(self.clause, "legal").body = body
        self.as_user(self.clause, "legal").body = "Costs $ 100 {or} ${amount} {{amount}}"

    @rule("K7")
    def test_an_unknown_placeholder_is_refused_in_a_translation_too(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        clause = self.as_user(self.clause, "legal")
        with self.assertRefused("montant", exception=ValidationError):
            clause.update_field_translations("body", {"fr_FR": "{{ montant }}"})
        clause.update_field_translations("body", {"fr_FR": "Total {{ amount }}"})
        self.assertIn("Total", clause.with_context(lang="fr_FR").body)

    @rule("K7")
    def test_templates_are_written_by_legal_head_of_sales_and_general_manager(self):
        for role in ("legal", "sales_head", "general_manager"):
            with self.subTest(role=role):
                self.rpc(self.template, role, "write", {"title": f"By {role}"})
        for role in ("salesperson", "sales_office", "finance", "planner", "administrator"):
            with self.subTest(role=role):
                self.assertTrue(self.as_user(self.template, role).read(["title"]))
                for record in (self.template, self.clause):
                    with self.assertRefused(exception=AccessError, unchanged=record):
                        self.rpc(record, role, "write", {"name": "Mine"})
                    with self.assertRefused(exception=AccessError, unchanged=record):
                        self.rpc(record, role, "unlink")

    @rule("K7")
    def test_the_text_follows_the_quotation_until_it_is_sent_for_countersigning(self):
        order = self.quotation()
        self.submit(order)
        order.order_line.product_uom_qty = 20
        self.submit(order)
        self.assertIn("2,000.00", self.contract_of(order).text)
        self.approve(order, "application", "sales_manager")
        order.commitment_date = "2026-12-24 12:00:00"
        self.as_user(self.contract_of(order), "sales_office").action_submit()
        self.assertIn("by 12/24/2026", self.contract_of(order).text)

    @rule("K7")
    def test_where_no_written_contract_is_asked_for_none_is_drafted(self):
        self._issue_policy("2020-02-01", contract_required=False)
        order = self.quotation()
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        contract = self.contract_of(order)
        self.assertEqual((contract.state, contract.text), ("effective", False))

    # -- wording -------------------------------------------------------------------------------

    @rule("K7")
    def test_sales_office_head_of_sales_and_legal_word_the_text(self):
        contract = self.drafted()
        for role in WRITERS:
            self.rpc(contract, role, "set_text", f"<p>Worded by {role}</p><script>x</script>")
            self.assertIn(f"Worded by {role}", contract.text)
            self.assertNotIn("script", contract.text)
        self.assertTrue(contract.text_edited)
        for role in OTHERS:
            with self.subTest(role=role), self.assertRefused(unchanged=contract):
                self.rpc(contract, role, "set_text", "<p>Mine</p>")
            with self.subTest(role=role), self.assertRefused(unchanged=contract):
                self.rpc(contract, role, "draft_text")

    @rule("K7")
    def test_nobody_writes_the_text_past_the_dialog(self):
        contract = self.drafted()
        for role in (*WRITERS, *OTHERS, "administrator", "sale_manager"):
            for values in ({"text": "<p>x</p>"}, {"template_id": False}, {"text_edited": True}):
                with self.subTest(role=role), self.assertRefused(unchanged=contract):
                    self.rpc(contract, role, "write", values)

    @rule("K7")
    def test_the_dialog_shows_saves_and_drafts_anew(self):
        contract = self.drafted()
        action = self.as_user(contract, "legal").action_edit_text()
        wizard = self.as_user(self.env[action["res_model"]], "legal")
        wizard = wizard.with_context(**action["context"]).create({})
        self.assertIn(contract.number, wizard.text)
        wizard.text = Markup("<p>All is said.</p>")
        wizard.action_save()
        self.assertEqual(contract.text, "<p>All is said.</p>")
        wizard.template_id = self.own_template
        wizard.action_draft()
        self.assertIn("Agreement", contract.text)
        self.assertFalse(contract.text_edited)

    @rule("K7")
    def test_a_template_of_another_kind_or_company_is_refused(self):
        contract = self.drafted()
        instalment = self.env.ref("sales_sop.sop_contract_template_instalment")
        with self.assertRefused("not for contract", unchanged=contract):
            self.rpc(contract, "legal", "draft_text", instalment.id)
        self.own_template.company_id = self._new_company("Southlight Drives")
        with self.assertRefused(unchanged=contract):
            self.rpc(contract, "legal", "draft_text", self.own_template.id)

    @rule("A3")
    def test_the_text_is_fixed_while_it_is_countersigned_and_afterwards(self):
        order = self.approved_quotation()
        contract = self.contract_of(order)
        self.as_user(contract, "sales_office").action_submit()
        for state in ("draft", "effective"):
            self.assertEqual(contract.state, state)
            for role in WRITERS:
                with self.subTest(state=state, role=role):
                    with self.assertRefused("is fixed", unchanged=contract):
                        self.rpc(contract, role, "set_text", "<p>Other</p>")
                    with self.assertRefused("is fixed", unchanged=contract):
                        self.rpc(contract, role, "draft_text")
            if state == "draft":
                self.approve(contract, "contract", "sales_head")
                self.approve(contract, "contract", "finance")

    @rule("K7")
    def test_saving_the_drafted_text_as_it_is_words_nothing(self):
        contract = self.drafted()
        self.rpc(contract, "legal", "set_text", f"<div>{contract.text}</div><p><br/></p>")
        self.assertFalse(contract.text_edited)
        self.rpc(contract, "legal", "set_text", f"{contract.text}<p>Insured by the Seller.</p>")
        self.assertTrue(contract.text_edited)

    @rule("A3")
    def test_a_refused_contract_is_worded_again_and_submitted(self):
        order = self.approved_quotation()
        contract = self.contract_of(order)
        self.as_user(contract, "sales_office").action_submit()
        approval = self.as_user(contract, "sales_head").approval_for("contract")
        approval.refuse("Say who insures the transport")
        self.assertIn("Say who insures the transport", contract.refusal)
        self.rpc(contract, "legal", "set_text", "<p>The Seller insures the transport.</p>")
        self.countersign(order)
        self.assertEqual(contract.state, "effective")
        self.assertFalse(contract.refusal)
        self.assertIn("insures", contract.text)

    @rule("A3")
    def test_a_text_that_changed_after_submission_cannot_be_countersigned(self):
        order = self.approved_quotation()
        contract = self.contract_of(order)
        self.as_user(contract, "sales_office").action_submit()
        agreed = contract.text
        contract.text = "<p>Something else</p>"
        self.assertEqual(contract.approval_state, "stale")
        with self.assertRefused(contract.number, "has changed"):
            self.approve(contract, "contract", "sales_head")
        contract.text = agreed
        self.approve(contract, "contract", "sales_head")

    # -- completeness --------------------------------------------------------------------------

    @rule("K8")
    def test_a_contract_without_text_or_with_blanks_is_not_countersigned(self):
        order = self.approved_quotation()
        contract = self.contract_of(order)
        (self.template | self.own_template).active = False
        contract.text = False
        with self.assertRefused("K8", contract.number, "no text", "Contract Templates"):
            self.as_user(contract, "sales_office").action_submit()
        self.rpc(contract, "legal", "set_text", "<p>Paid until ________.</p>")
        order.order_line.sudo().with_context(mail_notrack=True).name = "Energy-saving drive"
        order.commitment_date = "2026-12-24"
        with self.assertRefused("K8", "blanks", "before the order changed"):
            self.as_user(contract, "sales_office").action_submit()
        self.rpc(contract, "legal", "set_text", "<p>Paid until the end of the year.</p>")
        self.countersign(order)
        self.assertEqual(contract.state, "effective")

    @rule("K8")
    def test_everything_that_is_not_stated_is_named_at_once(self):
        self._issue_policy("2020-02-01", details_required=True)
        self.customer.write(
            {
                "city": "Riverside",
                "phone": "+1 555 0100",
                "child_ids": [Command.create({"name": "Ann Miller"})],
            }
        )
        order = self.approved_quotation(
            commitment_date="2099-12-24",
            validity_date=self.today(),
            payment_term_id=self.env.ref("account.account_payment_term_30days").id,
            sop_warranty="two years",
        )
        order.write({"commitment_date": False})
        contract = self.contract_of(order)
        self.rpc(contract, "legal", "set_text", "<p>Delivered on ________.</p>")
        with self.assertRefused("K8", f"{order.name}: the delivery date", "blanks"):
            self.as_user(contract, "sales_office").action_submit()
        order.write({"commitment_date": "2099-12-24"})
        self.rpc(contract, "legal", "draft_text")
        self.countersign(order)
        self.assertEqual(contract.state, "effective")
        for stated in ("12/24/2099", "two years", "30 Days"):
            self.assertIn(stated, contract.text)

    @rule("K7")
    def test_a_hand_worded_text_is_never_overwritten_silently(self):
        order = self.quotation()
        self.submit(order)
        contract = self.contract_of(order)
        self.rpc(contract, "legal", "set_text", "<p>Ten drives as painted.</p>")
        order.order_line.product_uom_qty = 20
        self.submit(order)
        self.assertIn("Ten drives", contract.text)
        self.assertEqual(contract.text_state, "outdated")
        self.approve(order, "application", "sales_manager")
        with self.assertRefused("K8", "before the order changed"):
            self.as_user(contract, "sales_office").action_submit()
        self.rpc(contract, "sales_office", "draft_text")
        self.countersign(order)
        self.assertIn("2,000.00", contract.text)

    @rule("K7")
    def test_every_placeholder_has_a_value_and_stands_in_the_help(self):
        contract = self.drafted()
        blocks, words = self.clause._known_placeholders()
        values = contract._text_values()
        self.assertEqual(set(values), blocks | words)
        for name in values:
            values[name]()
        view = self.env.ref("sales_sop.sop_contract_template_view_form").arch
        self.assertEqual([name for name in values if f"<code>{name}</code>" not in view], [])

    @rule("K7")
    def test_the_text_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for clause in self.template.clause_ids:
            clause.update_field_translations("body", {"zh_CN": "合同总金额{{ amount_in_words }}"})
        self.customer.lang = "zh_CN"
        contract = self.drafted()
        self.assertEqual(contract.text_lang, "zh_CN")
        self.assertIn("第一条", contract.text)
        self.assertIn("美元壹仟元整", contract.text)
