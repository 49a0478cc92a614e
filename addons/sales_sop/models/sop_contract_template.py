import re

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from .amount_in_words import chinese_ordinal

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# What a clause can refer to, for itself on a line (tables and lists) or within a sentence.
BLOCKS = frozenset({"parties", "goods", "delivery", "payment"})
WORDS = frozenset(
    {
        "number",
        "date",
        "kind",
        "seller",
        "seller_address",
        "seller_phone",
        "seller_tax_id",
        "buyer",
        "buyer_address",
        "buyer_phone",
        "buyer_tax_id",
        "buyer_contact",
        "orders",
        "currency",
        "amount",
        "amount_untaxed",
        "amount_tax",
        "amount_in_words",
        "delivery_date",
        "delivery_address",
        "payment_term",
        "prepayment_percent",
        "prepayment_amount",
        "first_payment_percent",
        "first_payment_amount",
        "invoice_gate_percent",
        "invoice_gate_amount",
        "warranty",
        "salesperson",
    }
)
# What stands for a value that is not there; to be filled in before countersigning.
BLANK = "________"


class SopContractTemplate(models.Model):
    """What a contract of one kind says (K7); the text of a contract is drafted from it.

    A clause is plain text with placeholders such as ``{{ amount }}`` of a fixed list. Nothing in
    it is ever executed.
    """

    _name = "sop.contract.template"
    _description = "Contract Template"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    title = fields.Char(
        string="Heading",
        required=True,
        translate=True,
        default=lambda self: self.env._("Sales Contract"),
        help="Stands on top of the contract.",
    )
    kind = fields.Selection(
        selection="_selection_kind",
        string="Kind of Sale",
        help="Kind of sale this template is for; empty means every kind.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company can use the template."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    clause_ids = fields.One2many(
        "sop.contract.template.clause", "template_id", string="Clauses", copy=True
    )

    @api.model
    def _selection_kind(self):
        return self.env["sop.contract"]._fields["kind"]._description_selection(self.env)

    @api.model
    def _for(self, contract):
        """Return the template for this contract: its company's and its kind's come first."""
        companies = [False, *contract.company_id.parent_ids.ids]
        candidates = self.search(
            [
                ("company_id", "in", companies),
                ("kind", "in", (False, contract.kind)),
            ]
        )
        return candidates.sorted(lambda template: (not template.company_id, not template.kind))[:1]

    def _fits(self, contract):
        """Whether this template can go on being the contract's."""
        return (
            bool(self)
            and self.active
            and self.kind in (False, contract.kind)
            and self.company_id in (self.company_id.browse(), *contract.company_id.parent_ids)
        )

    def _render(self, values):
        """Return the contract's text as HTML, in the language of the context.

        :param dict values: ``{placeholder: function without arguments that returns its value}``
        """
        self.ensure_one()
        clauses = Markup().join(
            clause._render(number, values) for number, clause in enumerate(self.clause_ids, 1)
        )
        head = Markup('<h2 style="text-align: center">%s</h2>') % self.title
        # Who and what the contract is about is never left out (K8).
        used = set().union(*(clause._placeholders() for clause in self.clause_ids))
        for name in ("parties", "goods"):
            if name not in used:
                head += values[name]()
        return head + clauses


class SopContractTemplateClause(models.Model):
    """One clause of a contract template."""

    _name = "sop.contract.template.clause"
    _description = "Contract Template Clause"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "sop.contract.template", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Title", translate=True)
    body = fields.Text(
        required=True,
        translate=True,
        help="Every line is a paragraph. A placeholder such as {{ amount }} is replaced by the "
        "contract's own.",
    )

    @api.model
    def _known_placeholders(self):
        """Return (placeholders for a line of their own, placeholders within a sentence)."""
        return BLOCKS, WORDS

    def _placeholders(self):
        """Return the names that the title and the body refer to, in the present language."""
        self.ensure_one()
        found = PLACEHOLDER.findall(f"{self.name or ''}\n{self.body or ''}")
        return {name.strip() for name in found}

    @api.constrains("name", "body")
    def _check_placeholders(self):
        for clause in self:
            for text in clause._texts():
                clause._check_text(text)

    def _texts(self):
        """Return title and body in every language they are written in."""
        texts = []
        for name in ("name", "body"):
            stored = self._fields[name]._get_stored_translations(self) or {}
            texts += [text for text in stored.values() if text]
        return texts

    def _check_text(self, text):
        blocks, words = self._known_placeholders()
        known = blocks | words
        unknown = {name.strip() for name in PLACEHOLDER.findall(text)} - known
        if unknown:
            raise ValidationError(
                self.env._(
                    "%(clause)s: there is no placeholder %(unknown)s. There are: %(known)s.",
                    clause=self.name or self.template_id.name,
                    unknown=format_list(self.env, [f"{{{{ {name} }}}}" for name in unknown]),
                    known=format_list(self.env, sorted(known)),
                )
            )
        for line in text.splitlines():
            self._check_line(line, blocks)

    def _check_line(self, line, blocks):
        rest = PLACEHOLDER.sub("", line)
        if "{{" in rest or "}}" in rest:
            raise ValidationError(
                self.env._(
                    "%(clause)s: a placeholder is written {{ name }}, on one line; this is not "
                    "one: %(line)s",
                    clause=self.name or self.template_id.name,
                    line=line.strip(),
                )
            )
        alone = {name.strip() for name in PLACEHOLDER.findall(line)} & blocks
        if alone and not PLACEHOLDER.fullmatch(line.strip()):
            raise ValidationError(
                self.env._(
                    "%(clause)s: {{ %(name)s }} stands for a table or a list and needs a line of "
                    "its own.",
                    clause=self.name or self.template_id.name,
                    name=min(alone),
                )
            )

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        self._check_placeholders()
        return result

    def _render(self, number, values):
        title = self._render_line(self.name or "", values)
        parts = [Markup("<h4>%s %s</h4>") % (self._numbered(number), title)]
        for line in filter(None, map(str.strip, (self.body or "").splitlines())):
            rendered = self._render_line(line, values)
            block = PLACEHOLDER.fullmatch(line) and self._is_block(line)
            parts.append(rendered if block else Markup("<p>%s</p>") % rendered)
        return Markup().join(parts)

    def _is_block(self, line):
        return line.strip("{} ") in self._known_placeholders()[0]

    def _numbered(self, number):
        if (self.env.lang or "").startswith("zh"):
            return f"第{chinese_ordinal(number)}条"
        return self.env._("Article %s", number)

    def _render_line(self, line, values):
        """Return the line with its placeholders filled in; everything else is escaped."""

        def fill(match):
            name = match[1].strip()
            if name not in values:
                raise UserError(
                    self.env._(
                        "The contract template %(template)s has an unknown placeholder: %(name)s. "
                        "Ask legal to correct it.",
                        template=self.template_id.name,
                        name=name,
                    )
                )
            return escape(values[name]() or BLANK)

        return Markup(PLACEHOLDER.sub(fill, str(escape(line))))
