from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import (
    float_repr,
    format_date,
    formatLang,
    html2plaintext,
    html_sanitize,
    is_html_empty,
)

from .html_content import canonical_html
from .sop_contract_template import BLANK
from .wording import clauses, enumerated

# Who may word a contract (K7).
WRITERS = ("sales_sop.group_sales_office", "sales_sop.group_sales_head", "sales_sop.group_legal")


class SopContract(models.Model):
    """The contract's text: drafted from a template, kept with what it says (K7, K8).

    It is HTML that holds everything: parties, goods and amounts as they were when it was drafted,
    so that its print shows for ever what was agreed. It is part of what is countersigned.
    """

    _inherit = "sop.contract"

    template_id = fields.Many2one("sop.contract.template", readonly=True, ondelete="restrict")
    text = fields.Html(
        readonly=True,
        # Drafted from escaped values, or sanitized by ``set_text``; no client writes a contract.
        sanitize=False,
        help="What the parties sign. Drafted from the template when the quotation is submitted.",
    )
    text_lang = fields.Char(string="Language of the Text", readonly=True)
    text_edited = fields.Boolean(
        string="Worded by Hand",
        readonly=True,
        help="Somebody changed the drafted text; it is not drafted anew by itself any more.",
    )
    text_basis = fields.Char(
        readonly=True, help="Hash of the orders and terms that the text was written for."
    )
    text_state = fields.Selection(
        [("none", "No Text"), ("current", "Up to Date"), ("outdated", "Older Than the Order")],
        compute="_compute_text_state",
        compute_sudo=True,
    )
    text_open = fields.Boolean(
        string="Text Can Be Changed", compute="_compute_text_state", compute_sudo=True
    )

    @api.depends("text", "text_basis", "state", "approval_ids.state")
    def _compute_text_state(self):
        for contract in self:
            contract.text_open = contract._text_is_open()
            if is_html_empty(contract.text):
                contract.text_state = "none"
            elif contract.text_open and not contract._text_is_current():
                contract.text_state = "outdated"
            else:
                contract.text_state = "current"

    # -- public --------------------------------------------------------------------------------

    def action_edit_text(self):
        """Open the dialog in which the text is worded."""
        self.ensure_one()
        self._check_text_writable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Text of Contract %s", self.number),
            "res_model": "sop.contract.text",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def set_text(self, text):
        """Word the contract by hand, while it is a draft that nobody countersigns (K7).

        :param str text: HTML; scripts and the like are taken out
        :raise AccessError: for whoever is not of the sales office, head of sales or legal
        """
        self.ensure_one()
        self._check_text_writable()
        clean = html_sanitize(text or "", sanitize_attributes=True)
        if is_html_empty(clean):
            raise UserError(self.env._("Contract %s needs a text.", self.number))
        if self._says_what_was_drafted(clean):
            return True
        self.sudo().write(
            {"text": clean, "text_edited": True, "text_basis": self.sudo()._text_basis()}
        )
        self._note_text(self.env._("The contract's text was worded by hand."))
        return True

    def _says_what_was_drafted(self, text):
        """Saving a drafted text as it is words nothing: it stays the template's."""
        drafted = self.sudo()
        if drafted.text_edited or not drafted.text:
            return False
        return canonical_html(text) == canonical_html(drafted.text)

    def draft_text(self, template_id=False, lang=False):
        """Draft the text anew from a template; what was worded by hand is lost (K7).

        :param int template_id: a template for this kind of sale; the usual one when False
        :param str lang: an installed language; the customer's when False
        :raise AccessError: for whoever is not of the sales office, head of sales or legal
        """
        self.ensure_one()
        self._check_text_writable()
        template = self.env["sop.contract.template"].browse(template_id or ())
        template.check_access("read")
        if template and not template.sudo()._fits(self.sudo()):
            raise UserError(
                self.env._(
                    "The template %(template)s is not for contract %(contract)s: company and kind "
                    "of sale have to be the contract's.",
                    template=template.name,
                    contract=self.number,
                )
            )
        if lang and lang not in dict(self.env["res.lang"].get_installed()):
            raise UserError(self.env._("The language %s is not installed.", lang))
        drafted = self.sudo()._draft_text(template.sudo(), lang)
        if not drafted:
            raise UserError(self._no_template_sentence())
        self._note_text(
            self.env._("The contract's text was drafted from %s.", self.sudo().template_id.name)
        )
        return True

    # -- guards --------------------------------------------------------------------------------

    def _check_text_writable(self):
        self.check_access("read")
        self.env.user._sop_require_role(self.env._("word the text of a contract"), *WRITERS)
        # A submission at the same moment starts again and sees the change, or this one does.
        self.sudo()._touch()
        if self.sudo()._text_is_open():
            return
        raise UserError(
            self.env._(
                "The text of contract %(contract)s is fixed: it is being countersigned, or it was "
                "agreed. A refusal, or a change of the quotation that is submitted again, opens "
                "it.",
                contract=self.number,
            )
        )

    def _text_is_open(self):
        """Whether the text may change: a draft that nobody is asked to countersign."""
        self.ensure_one()
        decided = self._approval_for("contract").state in ("pending", "approved")
        return self.state == "draft" and not decided

    def _note_text(self, body):
        self.sudo().message_post(
            body=body, author_id=self.env.user.partner_id.id, subtype_xmlid="mail.mt_note"
        )

    # -- what is countersigned -----------------------------------------------------------------

    def _approval_content(self, route_code):
        """The text is part of what is countersigned, once there is one (K8)."""
        content = super()._approval_content(route_code)
        if self.text:
            content["text"] = str(self.text)
        return content

    def _approval_summary(self, route_code):
        summary = super()._approval_summary(route_code)
        if self.contract_required and not is_html_empty(self.text):
            name = self.template_id.name or ""
            how = (
                self.env._("Text: %s, worded by hand; read it in the contract.", name)
                if self.text_edited
                else self.env._("Text: as the template %s has it.", name)
            )
            summary += Markup('<p class="text-muted">%s</p>') % how
        return summary

    def _before_submission(self, route):
        if self.contract_required:
            self._refresh_text()
            self._check_states_everything()
        return super()._before_submission(route)

    def _check_states_everything(self):
        """Name at once all that the written contract does not state yet (K8)."""
        gaps = self._contract_gaps()
        if gaps:
            raise UserError(
                self.env._(
                    "Contract %(contract)s cannot be countersigned yet. It has to state kind, "
                    "term, amount, model, quantity, price, delivery, payment and duties (K8):"
                    "\n%(gaps)s",
                    contract=self.number,
                    gaps="\n".join(f"- {gap}" for gap in gaps),
                )
            )

    def _contract_gaps(self):
        """Return one sentence for everything that the contract has to state and does not (K8)."""
        self.ensure_one()
        gaps = []
        if is_html_empty(self.text):
            gaps.append(self._no_template_sentence())
        elif not self._text_is_current():
            gaps.append(
                self.env._(
                    "The text was worded by hand before the order changed. Word it again, or draft "
                    "it anew."
                )
            )
        if BLANK in html2plaintext(self.text or ""):
            gaps.append(self.env._("The text has blanks. Fill them in."))
        for order in self._text_orders():
            gaps += order._sop_contract_gaps()
        return gaps

    def _no_template_sentence(self):
        return self.env._(
            "It has no text: there is no template for this kind of sale. Ask legal for one in "
            "Configuration, Contract Templates, and draft the text."
        )

    # -- drafting ------------------------------------------------------------------------------

    def _text_orders(self):
        return self._agreed_orders()

    def _text_basis(self):
        """Return a hash of all that the text says about the orders."""
        return self._hash_content(
            {
                "contract": [self.kind, self.partner_id.id, self.currency_id.id],
                "percentages": [
                    float_repr(self[name], 2)
                    for name in (
                        "prepayment_percent",
                        "first_payment_percent",
                        "invoice_gate_percent",
                    )
                ],
                "orders": [
                    [order._approval_content("application"), order._sop_text_basis()]
                    for order in self._text_orders()
                ],
            }
        )

    def _text_is_current(self):
        return self.text_basis == self._text_basis()

    def _refresh_text(self):
        """Draft the text unless it says what the orders say, or was worded by hand."""
        for contract in self:
            if contract.text_edited or (contract.text and contract._text_is_current()):
                continue
            contract._draft_text(contract.template_id, contract.text_lang)

    def _draft_text(self, template=None, lang=False):
        """Write the text from the template; return False when there is none for the contract."""
        self.ensure_one()
        if not template or not template._fits(self):
            template = self.env["sop.contract.template"]._for(self)
        if not template:
            self.write({"template_id": False, "text": False, "text_basis": False})
            return False
        lang = lang or self._text_customer_lang()
        contract = self.with_context(lang=lang)
        text = template.with_context(lang=lang)._render(contract._text_values())
        self.write(
            {
                "template_id": template.id,
                "text": text + contract._text_annex(),
                "text_lang": lang,
                "text_edited": False,
                "text_basis": self._text_basis(),
            }
        )
        return True

    def _text_customer_lang(self):
        return self.partner_id.lang or self.env.lang or "en_US"

    def _text_values(self):
        """Return ``{placeholder: function that returns its value}``, see the template."""
        seller, buyer = self.company_id.partner_id, self.partner_id
        orders = self._text_orders()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        values = {
            "number": lambda: self.number,
            "date": lambda: format_date(self.env, self.company_id._sop_today()),
            "kind": lambda: kinds[self.kind],
            "seller": lambda: seller.name,
            "seller_address": lambda: self._text_address(seller),
            "seller_phone": lambda: seller.phone,
            "seller_tax_id": lambda: seller.vat,
            "buyer": lambda: buyer.name,
            "buyer_address": lambda: self._text_address(buyer),
            "buyer_phone": lambda: buyer.phone,
            "buyer_tax_id": lambda: buyer.vat,
            "buyer_contact": lambda: (orders.partner_id - buyer)[:1].name or buyer.name,
            "orders": lambda: enumerated(self.env, orders.mapped("name")),
            "currency": lambda: self.currency_id.name,
            "amount": lambda: self._format(self._stated_amount()),
            "amount_untaxed": lambda: self._format(sum(orders.mapped("amount_untaxed"))),
            "amount_tax": lambda: self._format(sum(orders.mapped("amount_tax"))),
            "amount_in_words": self._text_amount_in_words,
            "delivery_date": lambda: enumerated(
                self.env, filter(None, map(self._text_date, orders))
            ),
            "delivery_address": lambda: clauses(
                self.env,
                dict.fromkeys(map(self._text_address, orders.partner_shipping_id)),
            ),
            "payment_term": lambda: enumerated(self.env, orders.payment_term_id.mapped("name")),
            "warranty": lambda: clauses(
                self.env,
                dict.fromkeys(filter(None, (order._sop_warranty_text() for order in orders))),
            ),
            "salesperson": lambda: self.user_id.name,
            "parties": self._text_parties,
            "goods": self._text_goods,
            "delivery": self._text_delivery,
            "payment": self._text_payment,
        }
        for gate in ("prepayment", "first_payment", "invoice_gate"):
            percent = self[f"{gate}_percent"]
            values[f"{gate}_percent"] = lambda percent=percent: f"{percent:.12g} %"
            values[f"{gate}_amount"] = lambda percent=percent: self._format(
                self._gate_amount(percent)
            )
        return values

    def _text_amount_in_words(self):
        return self.currency_id.with_env(self.env)._sop_amount_in_words(self._stated_amount())

    def _text_address(self, partner):
        return partner.with_env(self.env)._sop_address_line()

    def _text_date(self, order):
        """Return the day on which the order is to be delivered, by the seller's clock."""
        return format_date(self.env, order.company_id._sop_day(order.commitment_date))

    def _text_parties(self):
        seller, buyer = self.company_id.partner_id, self.partner_id
        rows = [
            (self.env._("Name"), seller.name, buyer.name),
            (self.env._("Address"), self._text_address(seller), self._text_address(buyer)),
            (self.env._("Phone"), seller.phone, buyer.phone),
            (self.env._("Tax ID"), seller.vat, buyer.vat),
            (self.env._("Bank"), self._text_bank(seller), self._text_bank(buyer)),
        ]
        head = ("", self.env._("Seller"), self.env._("Buyer"))
        return self._text_table(head, [row for row in rows if row[1] or row[2]])

    def _text_bank(self, partner):
        account = partner.bank_ids[:1]
        return " ".join(filter(None, (account.bank_id.name, account.acc_number)))

    def _text_goods(self):
        """What is sold: model, specification, unit, quantity, price, amount (K8)."""
        lines = self._text_orders().mapped(lambda order: order._sop_product_lines())
        discounted = any(lines.mapped("discount"))
        head, rows = self._goods_head(discounted), []
        for number, line in enumerate(lines, 1):
            line = line.with_env(self.env)
            rows.append(
                [
                    str(number),
                    line.product_id.name or line.name,
                    line._sop_specification(),
                    line.product_uom_id.name or "",
                    line._sop_quantity_text(),
                    formatLang(self.env, line.price_unit, digits=self.currency_id.decimal_places),
                    *([f"{line.discount:.12g} %"] if discounted else []),
                    formatLang(
                        self.env, line.price_subtotal, digits=self.currency_id.decimal_places
                    ),
                ]
            )
        return self._text_table(head, rows, numbers_from=4) + self._text_totals()

    def _goods_head(self, discounted):
        return [
            self.env._("No."),
            self.env._("Goods"),
            self.env._("Model and Specification"),
            self.env._("Unit"),
            self.env._("Quantity"),
            self.env._("Unit Price"),
            *([self.env._("Discount")] if discounted else []),
            self.env._("Amount Without Tax"),
        ]

    def _text_totals(self):
        orders = self._text_orders()
        rows = [
            (self.env._("Amount without tax"), self._format(sum(orders.mapped("amount_untaxed")))),
            (self.env._("Tax"), self._format(sum(orders.mapped("amount_tax")))),
            (self.env._("Total, tax included"), self._format(self._stated_amount())),
            (self.env._("In words"), self._text_amount_in_words()),
        ]
        return self._text_table((), rows)

    def _text_delivery(self):
        sentences = []
        for order in self._text_orders():
            values = {
                "address": self._text_address(order.partner_shipping_id),
                "date": self._text_date(order),
                "order": order.name,
            }
            if values["date"]:
                text = self.env._(
                    "The Seller delivers the goods of order %(order)s to %(address)s by %(date)s.",
                    **values,
                )
            else:
                text = self.env._(
                    "The Seller delivers the goods of order %(order)s to %(address)s on the date "
                    "that the parties agree in writing.",
                    **values,
                )
            sentences.append(text)
        return self._text_paragraphs(sentences)

    def _text_payment(self):
        """The terms of the policy that are frozen on the contract, in money."""
        names = ("prepayment_percent", "first_payment_percent", "invoice_gate_percent")
        texts = (
            self.env._(
                "The Buyer pays %(percent)s of the contract amount, %(amount)s, before the goods "
                "are dispatched."
            ),
            self.env._(
                "The Buyer pays at least %(percent)s of the contract amount, %(amount)s, before "
                "installation begins."
            ),
            self.env._(
                "The Seller issues the invoice when %(percent)s of the contract amount, "
                "%(amount)s, has been paid."
            ),
        )
        sentences = [
            text
            % {
                "percent": f"{self[name]:.12g} %",
                "amount": self._format(self._gate_amount(self[name])),
            }
            for name, text in zip(names, texts, strict=True)
            if self[name]
        ]
        return self._text_paragraphs([*sentences, self._text_balance()])

    def _text_balance(self):
        terms = self._text_orders().payment_term_id.with_env(self.env)
        if not terms:
            return self.env._("What remains is due on the date of the invoice.")
        return self.env._(
            "What remains is due as agreed: %s.", enumerated(self.env, terms.mapped("name"))
        )

    def _text_paragraphs(self, sentences):
        return Markup().join(Markup("<p>%s</p>") % sentence for sentence in sentences)

    def _text_table(self, head, rows, numbers_from=99):
        """Render a table; everything in it is escaped."""

        def cells(tag, row):
            return Markup().join(
                Markup('<%s class="%s">%s</%s>')
                % (tag, "text-end" if index >= numbers_from else "", cell or "", tag)
                for index, cell in enumerate(row)
            )

        parts = [Markup("<tr>%s</tr>") % cells("td", row) for row in rows]
        if head:
            parts.insert(0, Markup("<tr>%s</tr>") % cells("th", head))
        table = Markup(
            '<table class="table table-sm table-bordered sop_paper_table"><tbody>%s</tbody></table>'
        )
        return table % Markup().join(parts)
