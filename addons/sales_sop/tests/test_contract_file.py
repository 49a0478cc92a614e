import base64
import hashlib

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import ROLES, STANDARD_USERS, SopCase, rule
from .test_races import RaceCase

SCAN = b"%PDF-1.4 the signed contract"
OTHER_SCAN = b"%PDF-1.4 another one"
EVERYBODY = (*ROLES, *STANDARD_USERS)


class PaperCase(SopCase):
    """Contracts, their signed files and the seal."""

    def register(self, contract, content=SCAN, role="sales_office", **values):
        return self.rpc_create(
            "sop.contract.file",
            role,
            {
                "contract_id": contract.id,
                "document": base64.b64encode(content).decode(),
                "document_name": "signed.pdf",
                **values,
            },
        )

    def refused_to_everybody(self, record, calls, unchanged):
        """Every role tries every call as a client does; none goes through."""
        went_through = []
        before = self._stored_values(unchanged)
        for role in EVERYBODY:
            for method, *args in calls:
                if not self._is_refused(record, role, method, args):
                    went_through.append((role, record._name, method, args))
        self.assertEqual(went_through, [])
        self.assertEqual(self._stored_values(unchanged), before)

    def _is_refused(self, record, role, method, args):
        savepoint = self.env.cr.savepoint()
        try:
            self.rpc(record, role, method, *args)
            self.env.flush_all()
        except (AccessError, UserError, ValidationError, AttributeError):
            return True
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return False


@tagged("post_install", "-at_install")
class TestContractFile(PaperCase):
    """Where the policy asks for it, a contract waits for the scan of its signed paper."""

    @classmethod
    def _issue_policy(cls, **values):
        return super()._issue_policy(signed_file_required=True, **values)

    @rule("K6")
    def test_a_countersigned_contract_waits_for_its_signed_file(self):
        order = self.approved_quotation()
        contract = self.countersign(order)
        self.assertEqual((contract.state, contract.approval_state), ("draft", "approved"))
        self.assertTrue(contract.signed_file_missing)
        with self.assertRefused("K6", contract.number, "signed file is missing"):
            self.as_user(order, "salesperson").action_confirm()
        self.register(contract)
        self.assertEqual(contract.state, "effective")
        self.as_user(order, "salesperson").action_confirm()
        self.assertEqual(order.state, "sale")

    @rule("K6")
    def test_the_sales_office_is_reminded_of_the_file_whoever_sent_the_contract(self):
        for sender, users in (
            (
                "salesperson",
                self.env.ref("sales_sop.group_sales_office")._sop_holders(self.company),
            ),
            ("sales_office", self.users["sales_office"]),
        ):
            order = self.approved_quotation()
            contract = order.sudo().sop_contract_id
            self.as_user(contract, sender).action_submit()
            for role in ("sales_head", "finance"):
                self.approve(contract, "contract", role)
            self.assertEqual(contract.activity_ids.user_id, users)
            self.assertIn("Register the signed file", contract.activity_ids[0].summary)
            self.register(contract)
            self.assertFalse(contract.activity_ids)

    @rule("K6")
    def test_the_panel_shows_that_the_file_is_missing(self):
        order = self.approved_quotation()
        contract = self.countersign(order)
        chain = self.as_user(order, "salesperson").sop_chain
        step = {step["key"]: step for step in chain["steps"]}["contract"]
        self.assertEqual(step["state"], "blocked")
        self.assertIn("signed file is missing", step["text"])
        self.register(contract)
        order.invalidate_recordset()
        chain = self.as_user(order, "salesperson").sop_chain
        self.assertEqual(
            {step["key"]: step["state"] for step in chain["steps"]}["contract"], "done"
        )

    @rule("K6")
    def test_a_signed_file_that_came_first_waits_for_the_countersigning(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.register(contract)
        self.assertEqual(contract.state, "draft")
        self.countersign(order)
        self.assertEqual(contract.state, "effective")

    @rule("K6")
    def test_the_file_is_kept_with_its_fingerprint_and_who_registered_it(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        file = self.register(contract)
        self.assertEqual(file.sha256, hashlib.sha256(SCAN).hexdigest())
        self.assertEqual(file.user_id, self.users["sales_office"])
        self.assertTrue(file.registered_on)
        self.assertTrue(file.is_intact)
        sized = file.with_context(bin_size=True)
        self.assertTrue(sized.is_intact)

    @rule("K6")
    def test_a_client_that_asks_for_sizes_gets_the_right_fingerprint(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        file = self.rpc_create(
            "sop.contract.file",
            "sales_office",
            {"contract_id": contract.id, "document": base64.b64encode(SCAN).decode()},
            context={"bin_size": True, "default_user_id": self.users["finance"].id},
        )
        self.assertEqual(file.sha256, hashlib.sha256(SCAN).hexdigest())
        self.assertEqual(file.user_id, self.users["sales_office"])

    @rule("K6")
    def test_another_paper_does_not_stand_for_the_signed_contract(self):
        order = self.approved_quotation()
        contract = self.countersign(order)
        self.register(contract, kind="other")
        self.assertEqual(contract.state, "draft")
        with self.assertRefused("K6"):
            self.as_user(order, "salesperson").action_confirm()

    @rule("K6")
    def test_a_file_signed_before_the_price_changed_does_not_count(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.register(contract)
        order.order_line.price_unit = 90.0
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        self.assertEqual((contract.state, contract.signed_file_missing), ("draft", True))
        self.register(contract, OTHER_SCAN)
        self.assertEqual(contract.state, "effective")

    @rule("K6")
    def test_a_wrong_file_is_voided_by_a_new_row_with_the_reason(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        file = self.register(contract)
        voiding = {"contract_id": contract.id, "voids_id": file.id}
        with self.assertRefused("say why", unchanged=file):
            self.rpc_create("sop.contract.file", "sales_office", voiding)
        self.rpc_create("sop.contract.file", "sales_office", {**voiding, "reason": "Page missing"})
        self.assertTrue(file.is_void)
        self.assertEqual(file.sha256, hashlib.sha256(SCAN).hexdigest())
        self.countersign(order)
        self.assertEqual(contract.state, "draft")
        with self.assertRefused("void already"):
            self.rpc_create("sop.contract.file", "sales_office", {**voiding, "reason": "Again"})
        self.register(contract)
        self.assertEqual(contract.state, "effective")

    @rule("K6")
    def test_a_file_is_neither_empty_nor_registered_twice_nor_of_another_contract(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        other = self.approved_quotation().sudo().sop_contract_id
        with self.assertRefused("add the file"):
            self.register(contract, b"")
        file = self.register(contract)
        with self.assertRefused("registered already"):
            self.register(contract)
        with self.assertRefused("belongs to another contract"):
            self.rpc_create(
                "sop.contract.file",
                "sales_office",
                {"contract_id": other.id, "voids_id": file.id, "reason": "Wrong"},
            )
        self.assertEqual(self.register(other).sha256, file.sha256)

    @rule("K6")
    def test_only_the_sales_office_registers(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        for role in set(EVERYBODY) - {"sales_office"}:
            with (
                self.subTest(role=role),
                self.assertRefused(unchanged=contract, exception=Exception),
            ):
                self.register(contract, role=role)
        self.register(contract)

    @rule("K6")
    @mute_logger("odoo.sql_db")
    def test_nobody_changes_or_deletes_a_registered_file(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        file = self.register(contract)
        other = self.register(contract, OTHER_SCAN)
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "sop.contract.file"),
                ("res_field", "=", "document"),
                ("res_id", "=", file.id),
            ]
        )
        self.assertEqual(attachment.raw, SCAN)
        content = base64.b64encode(OTHER_SCAN).decode()
        self.refused_to_everybody(
            file,
            [
                ("write", {"document": content}),
                ("write", {"reason": "x"}),
                ("write", {"user_id": self.users["finance"].id}),
                ("write", {"voided_by_ids": [Command.link(other.id)]}),
                ("web_save", {"document": content}, {}),
                ("web_save", {"note": "x"}, {}),
                ("unlink",),
            ],
            unchanged=[file, attachment],
        )
        self.refused_to_everybody(
            attachment,
            [
                ("write", {"raw": OTHER_SCAN}),
                ("write", {"datas": content}),
                ("write", {"res_id": other.id}),
                ("write", {"res_field": False}),
                ("write", {"type": "url", "url": "/x"}),
                ("web_save", {"datas": content}, {}),
                ("unlink",),
            ],
            unchanged=[file, attachment],
        )
        self.refused_to_everybody(
            contract,
            [
                ("write", {"file_ids": [Command.delete(file.id)]}),
                ("write", {"signed_file_required": False}),
                ("web_save", {"file_ids": [Command.update(file.id, {"note": "x"})]}, {}),
            ],
            unchanged=[file, contract],
        )

    @rule("K6")
    def test_moving_the_file_store_is_no_change(self):
        file = self.register(self.approved_quotation().sudo().sop_contract_id)
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "sop.contract.file"),
                ("res_field", "=", "document"),
                ("res_id", "=", file.id),
            ]
        )
        attachment.write({"raw": SCAN, "mimetype": attachment.mimetype})
        self.assertTrue(file.is_intact)
        with self.assertRefused("is kept as it is", exception=AccessError):
            attachment.sudo().write({"raw": OTHER_SCAN})

    @rule("K6")
    def test_a_term_asks_for_the_signed_file_only_of_written_contracts(self):
        values = {"name": "Spare parts", "signed_file_required": True, "contract_required": False}
        policy = self.env["sop.policy"].create(
            {"name": "Next", "company_id": self.company.id, "date_from": "2030-01-01"}
        )
        with self.assertRefused("Spare parts", exception=ValidationError):
            policy.term_ids = [Command.create(values)]
        policy.term_ids = [Command.create({**values, "contract_required": True})]
        self.assertTrue(policy.term_ids.signed_file_required)

    @rule("K6")
    def test_the_archive_finds_a_contract_by_its_papers_and_goods(self):
        order = self.approved_quotation()
        contract = self.countersign(order)
        contracts = self.as_user(self.env["sop.contract"], "sales_office")
        archived = [("state", "in", ("effective", "closed")), ("company_id", "=", self.company.id)]
        self.assertFalse(contracts.search(archived))
        file = self.register(contract, document_name="HT scan 17.pdf")
        for clause in (
            ("number", "=", contract.number),
            ("partner_id", "child_of", self.customer.name),
            ("date_effective", "=", self.today()),
            ("user_id", "=", self.users["salesperson"].id),
            ("file_ids.document_name", "ilike", "scan 17"),
            ("file_ids.sha256", "=ilike", file.sha256),
            ("order_ids.order_line.product_id", "ilike", "energy-saving"),
        ):
            with self.subTest(clause=clause):
                self.assertEqual(contracts.search([*archived, clause]).ids, contract.ids)
        view = self.env.ref("sales_sop.sop_contract_view_search_archive")
        arch = etree.fromstring(contracts.get_view(view.id, "search")["arch"])
        box = arch.xpath("//field/@filter_domain")[0]
        for words in (
            contract.number,
            order.name,
            self.customer.name.lower(),
            "energy-saving",
            "scan 17",
            "settlement of disputes",
        ):
            with self.subTest(words=words):
                clause = safe_eval(box, {"self": words})
                self.assertEqual(contracts.search([*archived, *clause]).ids, contract.ids)
        found = contracts.browse(contract.id)
        self.assertEqual(found.signed_file_id.document_name, "HT scan 17.pdf")
        self.assertEqual(found.signed_file_sha256, file.sha256)


@tagged("post_install", "-at_install")
class TestSeal(PaperCase):
    """The sales office keeps the seal and writes down each use (K3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seal = cls.env["sop.seal"].create(
            {"name": "Contract seal", "company_id": cls.company.id}
        )

    def use(self, contract=None, role="sales_office", **values):
        return self.rpc_create(
            "sop.seal.use",
            role,
            {
                "seal_id": self.seal.id,
                "contract_id": contract and contract.id,
                "purpose": "Contract with the customer",
                "copies": 4,
                "document": base64.b64encode(SCAN).decode(),
                "document_name": "contract.pdf",
                **values,
            },
        )

    @rule("K3")
    def test_who_registers_the_first_use_can_enter_the_seal_there(self):
        view = self.env.ref("sales_sop.sop_seal_use_view_form_new")
        uses = self.as_user(self.env["sop.seal.use"], "sales_office")
        form = etree.fromstring(uses.get_view(view.id, "form")["arch"])
        options = form.xpath("//field[@name='seal_id']")[0].get("options")
        self.assertNotIn("no_create'", options)
        self.assertTrue(self.rpc_create("sop.seal", "sales_office", {"name": "Contract seal"}))

    @rule("K3")
    def test_a_use_is_registered_with_who_when_and_which_file(self):
        contract = self.effective_order().sudo().sop_contract_id
        use = self.use(contract)
        self.assertEqual(use.user_id, self.users["sales_office"])
        self.assertEqual(use.sha256, hashlib.sha256(SCAN).hexdigest())
        self.assertEqual((use.copies, use.partner_id), (4, self.customer))
        self.assertTrue(use.registered_on)
        self.assertEqual(contract.seal_use_ids, use)

    @rule("K2", "K3")
    def test_no_contract_is_sealed_before_both_have_countersigned(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        with self.assertRefused("not countersigned", contract.number):
            self.use(contract)
        self.as_user(contract, "sales_office").action_submit()
        self.approve(contract, "contract", "sales_head")
        with self.assertRefused("not countersigned"):
            self.use(contract)
        self.approve(contract, "contract", "finance")
        self.assertEqual(self.use(contract).contract_id, contract)

    @rule("K3")
    def test_another_paper_is_sealed_without_contract(self):
        use = self.use(purpose="Power of attorney")
        self.assertFalse(use.contract_id)
        with self.assertRefused("add the file"):
            self.use(purpose="Power of attorney", document=False)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused("copies_positive", exception=IntegrityError),
        ):
            self.use(purpose="Power of attorney", copies=0)

    @rule("K3")
    def test_only_the_sales_office_registers_a_use(self):
        contract = self.effective_order().sudo().sop_contract_id
        for role in set(EVERYBODY) - {"sales_office"}:
            with (
                self.subTest(role=role),
                self.assertRefused(unchanged=contract, exception=Exception),
            ):
                self.use(contract, role=role)
        for name, value in (
            ("user_id", self.users["finance"].id),
            ("sha256", "0"),
            ("registered_on", "2020-01-01 00:00:00"),
        ):
            with self.subTest(field=name), self.assertRefused(exception=AccessError):
                self.use(contract, **{name: value})
        self.assertEqual(len(contract.seal_use_ids), 0)

    @rule("K3")
    @mute_logger("odoo.sql_db")
    def test_nobody_changes_or_deletes_an_entry(self):
        contract = self.effective_order().sudo().sop_contract_id
        use, other = self.use(contract), self.use(contract, purpose="Second set")
        self.refused_to_everybody(
            use,
            [
                ("write", {"copies": 1}),
                ("write", {"contract_id": False}),
                ("write", {"voided_by_ids": [Command.link(other.id)]}),
                ("web_save", {"copies": 1}, {}),
                ("unlink",),
            ],
            unchanged=[use, other],
        )
        self.refused_to_everybody(
            self.seal,
            [
                ("unlink",),
                ("write", {"name": "Another seal"}),
                ("write", {"use_ids": [Command.clear()]}),
            ],
            unchanged=[self.seal, use],
        )
        with self.assertRefused("kept as it was written", exception=AccessError):
            use.sudo().unlink()

    @rule("K3")
    def test_a_wrong_entry_is_voided_by_a_new_one(self):
        use = self.use(self.effective_order().sudo().sop_contract_id)
        values = {"voids_id": use.id, "document": False, "contract_id": use.contract_id.id}
        with self.assertRefused("say why"):
            self.use(**values)
        self.use(**values, reason="Three copies, not four")
        self.assertTrue(use.is_void)
        self.assertEqual(use.copies, 4)

    @rule("K3")
    def test_an_entry_voids_no_entry_of_another_contract(self):
        use = self.use(self.effective_order().sudo().sop_contract_id)
        other = self.effective_order().sudo().sop_contract_id
        with self.assertRefused("another seal or contract", unchanged=use):
            self.use(other, voids_id=use.id, document=False, reason="Wrong")

    @rule("K3")
    def test_a_used_seal_keeps_its_name_in_every_language(self):
        self.rpc(self.seal, "sales_office", "update_field_translations", "name", {"en_US": "Stamp"})
        self.assertEqual(self.seal.name, "Stamp")
        self.use(self.effective_order().sudo().sop_contract_id)
        with self.assertRefused("has been used", unchanged=self.seal):
            self.rpc(
                self.seal, "sales_office", "update_field_translations", "name", {"en_US": "Other"}
            )

    @rule("K3")
    def test_the_printed_register_shows_each_use(self):
        contract = self.effective_order().sudo().sop_contract_id
        uses = self.use(contract) | self.use(purpose="Power of attorney")
        report = self.as_user(self.env["ir.actions.report"], "sales_office")
        html, __ = report._render_qweb_html("sales_sop.sop_seal_use_report_document", uses.ids)
        for text in (contract.number, "Power of attorney", "Contract seal", uses[0].sha256[:16]):
            self.assertIn(text, html.decode())

    @rule("K3")
    def test_a_salesperson_sees_the_uses_of_their_own_contracts(self):
        use = self.use(self.effective_order().sudo().sop_contract_id)
        paper = self.use(purpose="Power of attorney")
        uses = self.as_user(self.env["sop.seal.use"], "salesperson").search([])
        self.assertEqual(uses.ids, use.ids)
        colleague = self._new_user("colleague", "sales_sop.group_salesperson", self.company)
        self.assertFalse(self.env["sop.seal.use"].with_user(colleague).search([]))
        self.assertIn(paper, self.as_user(self.env["sop.seal.use"], "legal").search([]))


@tagged("post_install", "-at_install")
class TestContractNumber(SopCase):
    """Every company counts on its own and every year anew."""

    @rule("K6")
    def test_the_year_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        model = self.env["sop.contract"].with_context(tz="America/New_York")
        with freeze_time("2031-12-31 15:59:00"):
            self.assertEqual(model._next_number(self.company), "HT2031-0001")
        with freeze_time("2031-12-31 16:01:00"):
            self.assertEqual(model._next_number(self.company), "HT2032-0001")
            self.assertEqual(model._next_number(self.company), "HT2032-0002")

    @rule("K6")
    def test_each_company_counts_on_its_own(self):
        other = self.env["res.company"].create({"name": "Southlight Drives"})
        model = self.env["sop.contract"]
        with freeze_time("2031-06-30 12:00:00"):
            numbers = [model._next_number(company) for company in (self.company, other) * 2]
        self.assertEqual(numbers, ["HT2031-0001"] * 2 + ["HT2031-0002"] * 2)

    @rule("K6")
    def test_a_submission_that_fails_takes_no_number(self):
        first = self._number_of_next()
        self.users["sales_manager"].active = False
        order = self.quotation()
        with self.assertRefused("Sales Manager"):
            self.submit(order)
        self.users["sales_manager"].active = True
        self.assertEqual(self._number_of_next(), first + 1)

    def _number_of_next(self):
        order = self.quotation()
        self.submit(order)
        return int(order.sudo().sop_contract_id.number.rpartition("-")[2])


@tagged("post_install", "-at_install")
class TestContractNumberRace(RaceCase):
    """Two submit at the same moment: two numbers, and nothing fails."""

    def _submit_at_once(self):
        orders = [self.quotation(), self.quotation()]
        self.race(
            *(
                lambda env, o=order: self.seen_by(env, o, "salesperson").action_sop_submit()
                for order in orders
            )
        )
        return [order.sudo().sop_contract_id.number for order in orders]

    @rule("K6")
    def test_the_first_two_submissions_of_a_company_at_once(self):
        domain = [("code", "=", "sop.contract"), ("company_id", "=", self.company.id)]
        self.env["ir.sequence"].search(domain).unlink()
        numbers = self._submit_at_once()
        year = self.today().year
        self.assertEqual(numbers, [f"HT{year}-0001", f"HT{year}-0002"])
        self.assertEqual(self.env["ir.sequence"].search_count(domain), 1)

    @rule("K6")
    def test_two_later_submissions_at_once(self):
        self.submit(self.quotation())
        numbers = self._submit_at_once()
        first, second = (int(number.rpartition("-")[2]) for number in numbers)
        self.assertEqual(second, first + 1)


@tagged("post_install", "-at_install")
class TestFileRace(RaceCase, PaperCase):
    """The file and the last signature at the same moment."""

    @classmethod
    def _issue_policy(cls, **values):
        return super()._issue_policy(signed_file_required=True, **values)

    @rule("K2", "K6")
    def test_the_file_is_registered_while_finance_signs(self):
        order = self.approved_quotation()
        contract = order.sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        approval = self.approve(contract, "contract", "sales_head")

        def register(env):
            self.seen_by(env, env["sop.contract.file"], "sales_office").create(
                {
                    "contract_id": contract.id,
                    "document": base64.b64encode(SCAN),
                    "document_name": "signed.pdf",
                }
            )

        self.race(lambda env: self.seen_by(env, approval, "finance").approve(), register)
        self.assertEqual(contract.state, "effective")
