from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang, html2plaintext

from .wording import enumerated


class SopPolicy(models.Model):
    """Two versions of a policy side by side: what is the same, changed, new and gone (P1)."""

    _inherit = "sop.policy"

    predecessor_id = fields.Many2one(
        "sop.policy",
        string="Earlier Version",
        compute="_compute_predecessor_id",
        help="The policy that this one follows: for a draft the newest issued one.",
    )
    changes_html = fields.Html(
        string="Changes", compute="_compute_changes_html", sanitize=False, readonly=True
    )

    @api.depends("company_id", "date_from", "state")
    def _compute_predecessor_id(self):
        for policy in self:
            domain = [
                ("company_id", "=", policy.company_id.id),
                ("state", "in", ("issued", "superseded")),
                ("id", "!=", policy._origin.id),
            ]
            if policy.state in ("issued", "superseded"):
                domain.append(("date_from", "<", policy.date_from))
            policy.predecessor_id = self.search(domain, order="date_from desc, id desc", limit=1)

    @api.depends_context("lang")
    def _compute_changes_html(self):
        for policy in self:
            earlier = policy.predecessor_id
            origin = policy._origin
            policy.changes_html = origin._comparison_html(earlier) if origin and earlier else False

    def action_compare(self):
        """Open the comparison of this policy with another version."""
        self.ensure_one()
        others = self.search([("company_id", "=", self.company_id.id), ("id", "!=", self.id)])
        if not others:
            raise UserError(
                self.env._(
                    "%(policy)s is the only sales policy of %(company)s; there is no other "
                    "version to compare it with.",
                    policy=self.name,
                    company=self.company_id.name,
                )
            )
        comparison = self.env["sop.policy.comparison"].create(
            {"new_id": self.id, "old_id": (self.predecessor_id or others[:1]).id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Versions"),
            "res_model": comparison._name,
            "res_id": comparison.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # -- the comparison as data ----------------------------------------------------------------

    def _comparison_html(self, earlier, only_differences=True):
        """Return the comparison with ``earlier`` as HTML, in the user's language."""
        (self | earlier).check_access("read")
        sections = self.sudo()._compare_with(earlier.sudo())
        return self.env["ir.qweb"]._render(
            "sales_sop.sop_policy_comparison",
            {
                "old": earlier,
                "new": self,
                "sections": sections,
                "only_differences": only_differences,
                "is_same": all(row["state"] == "same" for part in sections for row in part["rows"]),
            },
        )

    def _compare_with(self, earlier):
        """Return the parts of both policies: ``[{"title", "rows": [...]}]``.

        A row has a name, a state (same, changed, new, gone) and ``values``: label, old, new.
        """
        self.ensure_one()
        sections = [{"title": self.env._("Policy"), "rows": [self._compare_pair(earlier, self)]}]
        old_lines = earlier._content_lines()
        for name, lines in self._content_lines().items():
            sections.append(
                {
                    "title": self._fields[name]._description_string(self.env),
                    "rows": self._compare_lines(old_lines[name], lines),
                }
            )
        return sections

    def _compare_lines(self, old_lines, new_lines):
        pairs = self._pair_lines(old_lines, new_lines)
        kept = set(pairs.values())
        old_places = self._places(line for line in old_lines if line in kept)
        new_places = self._places(pairs)
        rows = []
        for line in new_lines:
            if line not in pairs:
                rows.append(self._compare_single(line, "new"))
                continue
            row = self._compare_pair(pairs[line], line)
            self._compare_position(row, old_places[pairs[line]], new_places[line])
            rows.append(row)
        gone = old_lines.filtered(lambda line: line not in kept)
        return rows + [self._compare_single(line, "gone") for line in gone]

    @staticmethod
    def _places(lines):
        return {line: place for place, line in enumerate(lines)}

    def _compare_position(self, row, old, new):
        """The first line that fits applies, so its place among the others says something."""
        if old != new:
            row["state"] = "changed"
            row["values"].append(
                {"label": self.env._("Position"), "old": str(old + 1), "new": str(new + 1)}
            )

    def _pair_lines(self, old_lines, new_lines):
        """Return ``{new line: the old line it continues}``, by the most telling key first."""
        found = {}
        for key in self._line_keys(new_lines):
            taken = set(found.values())
            free = {}
            for line in old_lines:
                if line not in taken:
                    free.setdefault(key(line), line)
            for line in new_lines.filtered(lambda line: line not in found):
                if key(line) in free:
                    found[line] = free.pop(key(line))
        return {line: found[line] for line in new_lines if line in found}

    def _line_keys(self, lines):
        """Return functions of a line: lines with equal keys are the same one in two versions."""
        if lines._name == "sop.policy.term":
            return (
                lambda term: term.with_context(lang="en_US").name,
                lambda term: (term.sales_mode, term.product_categ_id, term.amount_from),
            )
        if lines._name == "sop.policy.authority":
            return (lambda row: row.group_id,)
        return (
            lambda line: (
                line.price_kind,
                line.product_id,
                line.product_categ_id,
                line.partner_category_ids,
                line.min_quantity,
                line.uom_id,
            ),
        )

    def _compare_pair(self, old, new):
        values = [
            {
                "label": field._description_string(self.env),
                "old": self._content_text(old, field),
                "new": self._content_text(new, field),
            }
            for field in self._compared_fields(new)
            if self._content_value(old, field) != self._content_value(new, field)
        ]
        state = "changed" if values else "same"
        return {"name": self._line_name(new), "state": state, "values": values}

    def _compare_single(self, line, state):
        values = [
            {
                "label": field._description_string(self.env),
                "old": text if state == "gone" else "",
                "new": text if state == "new" else "",
            }
            for field in self._compared_fields(line)
            if line[field.name] and (text := self._content_text(line, field))
        ]
        return {"name": self._line_name(line), "state": state, "values": values}

    def _compared_fields(self, record):
        return [field for field in self._content_fields(record) if field.name != "sequence"]

    def _line_name(self, record):
        if record._name == "sop.policy.line":
            kinds = dict(record._fields["price_kind"]._description_selection(self.env))
            return f"{record._policy_line_name()} · {kinds[record.price_kind]}"
        if record._name == "sop.policy.authority":
            return record.group_id.name
        return record.name

    def _content_text(self, record, field):
        """Return what a field says, as people read it."""
        value = record[field.name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "monetary":
            return formatLang(self.env, value, currency_obj=record.currency_id)
        if field.type == "float":
            return formatLang(self.env, value, digits=(field.get_digits(self.env) or (0, 2))[1])
        if field.relational:
            return enumerated(
                self.env, value.with_context(short_display_name=True).mapped("display_name")
            )
        if field.type == "date":
            return format_date(self.env, value) if value else ""
        return html2plaintext(value or "") if field.type == "html" else str(value or "")
