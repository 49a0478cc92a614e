from markupsafe import Markup

from odoo import api, models
from odoo.tools import html2plaintext, is_html_empty

from .html_content import canonical_html

TERMS_FIELDS = frozenset({"note", "incoterm", "incoterm_location"})


class SaleOrder(models.Model):
    """The terms and conditions that are printed on the quotation are agreed with it (P8, A3)."""

    _inherit = "sale.order"

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | TERMS_FIELDS

    def _approval_content(self, route_code):
        """An order without such terms keeps the content it had before they were told apart."""
        content = super()._approval_content(route_code)
        terms = {
            "note": canonical_html(self.note),
            "incoterm": self.incoterm.id,
            "incoterm_location": " ".join((self.incoterm_location or "").split()),
        }
        return content | {name: value for name, value in terms.items() if value}

    def _approval_summary(self, route_code):
        """Approvers read the words themselves: a style could hide some of them."""
        summary = super()._approval_summary(route_code)
        rows = [
            (self._fields[name]._description_string(self.env), text)
            for name, text in self._sop_printed_terms()
        ]
        return summary + self._approval_text_rows(rows) if rows else summary

    def _sop_printed_terms(self):
        """Return ``(field name, text)`` of the terms that the quotation states."""
        place = " ".join(filter(None, (self.incoterm.code, self.incoterm_location)))
        note = "" if is_html_empty(self.note) else html2plaintext(self.note)
        return [row for row in (("incoterm", place), ("note", note.strip())) if row[1]]

    @api.model
    def _approval_text_rows(self, rows):
        """Render each ``(label, text)`` with the lines of the text as they are."""
        row = Markup(
            '<tr><td class="text-muted">%s</td><td style="white-space: pre-line">%s</td></tr>'
        )
        body = Markup().join(row % pair for pair in rows)
        return Markup('<table class="table table-sm"><tbody>%s</tbody></table>') % body
