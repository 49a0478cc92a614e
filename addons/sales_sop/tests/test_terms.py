from odoo.tests import tagged

from ..models.html_content import canonical_html
from .common import SopCase, rule

TERMS = "<p>Paid in <b>30 days</b>.</p><p>Goods stay ours until then.</p>"


@tagged("post_install", "-at_install")
class TestTerms(SopCase):
    """The terms printed on a quotation are agreed with it (P8, A3)."""

    def rewritten(self, order, **values):
        self.rpc(order, "salesperson", "write", values)
        order.invalidate_recordset()
        return order.sop_application_state

    def offered(self, **values):
        order = self.quotation(note=TERMS, **values)
        self.submit(order)
        return order

    @rule("A3", "P8")
    def test_changed_terms_are_approved_again_and_undone_they_are_valid(self):
        order = self.offered()
        self.approve(order, "application", "sales_manager")
        self.assertEqual(self.rewritten(order, note=TERMS.replace("30", "90")), "stale")
        with self.assertRefused("A1", "has changed"):
            self.rpc(order, "salesperson", "action_confirm")
        self.assertEqual(self.rewritten(order, note=False), "stale")
        self.assertEqual(self.rewritten(order, note=TERMS), "approved")

    @rule("A3", "P8")
    def test_terms_changed_while_they_wait_are_not_decided(self):
        order = self.offered()
        approval = order.sudo().approval_for("application")
        self.assertEqual(self.rewritten(order, note="<p>Free of charge.</p>"), "stale")
        with self.assertRefused("has changed", unchanged=approval.step_ids):
            self.rpc(approval, "sales_manager", "approve")

    @rule("A3", "P8")
    def test_the_place_of_delivery_in_the_incoterm_is_agreed(self):
        incoterm, other = self.env["account.incoterms"].search([], limit=2)
        order = self.quotation(incoterm=incoterm.id, incoterm_location="Hamburg")
        self.submit(order)
        self.assertIn("Hamburg", order.sudo().approval_for("application").summary)
        self.approve(order, "application", "sales_manager")
        self.assertEqual(self.rewritten(order, incoterm_location="Customer's yard"), "stale")
        self.assertEqual(self.rewritten(order, incoterm_location=" Hamburg "), "approved")
        self.assertEqual(self.rewritten(order, incoterm=other.id), "stale")

    @rule("A3")
    def test_another_spelling_of_the_same_terms_is_no_change(self):
        order = self.offered()
        self.approve(order, "application", "sales_manager")
        for same in (
            "<p>Paid in\n  <b>30&nbsp;days</b>.</p>\n\n<p>Goods stay ours until&#32;then.</p>",
            f"<div>{TERMS}<p><br></p></div>",
            '<p data-oe-version="2.0">Paid in <b>30 days</b>.</p>'
            "<p><span>Goods</span> stay ours until then.</p>",
        ):
            self.assertEqual(self.rewritten(order, note=same), "approved", same)

    @rule("A3")
    def test_a_hidden_a_struck_out_and_a_linked_word_are_changes(self):
        order = self.offered()
        self.approve(order, "application", "sales_manager")
        for other in (
            TERMS.replace("Goods stay ours", "<s>Goods stay ours</s>"),
            TERMS.replace("<b>30 days</b>", '<b style="display: none">30 days</b>'),
            TERMS.replace("<p>Goods", '<p class="d-none">Goods'),
            TERMS.replace("30 days", '<a href="https://example.com/terms">30 days</a>'),
            f'{TERMS}<img src="/web/image/1">',
            TERMS.replace("30 days", "3 0 days"),
        ):
            self.assertEqual(self.rewritten(order, note=other), "stale", other)

    @rule("A3")
    def test_the_companys_terms_changed_later_change_no_quotation(self):
        self.env["ir.config_parameter"].sudo().set_param("account.use_invoice_terms", True)
        self.company.write({"terms_type": "plain", "invoice_terms": "<p>Paid in 30 days.</p>"})
        order = self.quotation()
        self.assertIn("30 days", order.note)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.company.invoice_terms = "<p>Paid in 90 days.</p>"
        self.customer.lang = "en_US"
        self.assertEqual(self.rewritten(order, client_order_ref="PO 7"), "approved")
        self.assertIn("30 days", order.note)

    @rule("A3", "P8")
    def test_approvers_read_every_word_of_the_terms(self):
        order = self.quotation(note='<p>Paid in 30 days.</p><p style="display:none">Or never.</p>')
        summary = self.submit(order).summary
        self.assertIn("Paid in 30 days.", summary)
        self.assertIn("Or never.", summary)
        self.assertNotIn("display:none", summary.replace(" ", ""))

    @rule("A3")
    def test_the_terms_of_an_effective_contract_do_not_change(self):
        order = self.quotation(note=TERMS)
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.countersign(order)
        for values in ({"note": "<p>As you like.</p>"}, {"incoterm_location": "Anywhere"}):
            with self.assertRefused("terms cannot change", unchanged=order):
                self.rpc(order, "salesperson", "write", values)

    def test_what_the_canonical_form_keeps(self):
        for text, said in (
            (False, ""),
            ("<p><br></p>", ""),
            ("10<span>0</span> days", "100 days"),
            ("a &lt;b&gt; <!-- no --> c", "a &lt;b&gt; c"),
            ("<p>One</p><p>two</p>", "One two"),
            ("One<br/>two\u200b", "One two"),
            ("<b class='x' style='y'>z</b>", "<b class='x' style='y'>z</b>"),
        ):
            self.assertEqual(canonical_html(text), said)
