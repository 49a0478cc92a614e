import hashlib
import json

from odoo import models

# The lines that belong to a policy, in the order in which people read them.
CONTENT_LINES = ("term_ids", "line_ids", "authority_ids")


class SopPolicy(models.Model):
    """What a policy says, field by field: what the meeting votes on and versions differ in.

    Everything that a new version copies is content, so a field added later is content too.
    """

    _inherit = "sop.policy"

    def _content_lines(self):
        """Return ``{field name: its records}``, ordered as the policy reads them."""
        return {
            name: self.env[self._fields[name].comodel_name].search([("policy_id", "=", self.id)])
            for name in CONTENT_LINES
            if name in self._fields
        }

    def _content_fields(self, records):
        """Return the fields of ``records`` that are content, in the order of their definition."""
        guarded = records._sop_protected_fields() if records._name == self._name else ()
        return [
            field
            for name, field in records._fields.items()
            if field.store
            and field.copy
            and name not in models.MAGIC_COLUMNS
            and field.type != "one2many"
            and name != "policy_id"
            and name not in guarded
        ]

    def _content_hash(self):
        """Return the hash of everything this policy says."""
        self.ensure_one()
        content = [self._content_values(self)]
        for lines in self._content_lines().values():
            content.append([self._content_values(line) for line in lines])
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _content_values(self, record):
        """What is empty says nothing: a field that an upgrade adds leaves the hash as it was."""
        values = {
            field.name: self._content_value(record, field) for field in self._content_fields(record)
        }
        return {name: value for name, value in values.items() if value}

    def _content_value(self, record, field):
        """Return what ``field`` says, as data that JSON can hold and that has one form only."""
        if field.translate:
            return field._get_stored_translations(record) or {}
        value = record[field.name]
        if field.relational:
            return sorted(value.ids)
        if isinstance(value, float):
            return round(value, 6)
        return value
