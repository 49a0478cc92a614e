from odoo import api, models
from odoo.exceptions import ValidationError

# Per type of field how it is read and what is too large: not far above 1e100 the rounding to the
# smallest coin overflows, and PostgreSQL keeps no larger whole number in four bytes.
NUMBERS = {"float": (float, 1e100), "monetary": (float, 1e100), "integer": (int, 2**31)}
TEXTS = frozenset({"char", "text", "html"})


class Base(models.AbstractModel):
    """What is no number or no text that can be kept is refused with a sentence.

    JSON carries NaN and infinity, and a client may send whatever else.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._sop_check_numbers(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._sop_check_numbers(vals)
        return super().write(vals)

    def _sop_check_numbers(self, vals):
        """Raise where ``vals``, or those of a record made along with it, hold no such number."""
        for name, value in vals.items():
            field = self._fields.get(name)
            # An import names the lines of a record by ids of its own.
            if not field or not value or name == "id":
                continue
            if field.type in NUMBERS:
                if not self._sop_is_kept(value, *NUMBERS[field.type]):
                    self._sop_raise_no_number(name, value)
            elif field.type in TEXTS:
                # PostgreSQL keeps no NUL.
                if isinstance(value, str) and "\x00" in value:
                    self._sop_raise_no_text(name)
            elif field.type == "one2many" and isinstance(value, list | tuple):
                for values in self._sop_made_along(value):
                    self.env[field.comodel_name]._sop_check_numbers(values)

    @staticmethod
    def _sop_made_along(commands):
        """Return the values of the records that ``commands`` make or change."""
        return [
            command[2]
            for command in commands
            if isinstance(command, list | tuple)
            and len(command) == 3
            and isinstance(command[2], dict)
        ]

    @staticmethod
    def _sop_is_kept(value, read, largest):
        try:
            return -largest < read(value) < largest
        except (TypeError, ValueError, OverflowError):
            return False

    def _sop_raise_no_text(self, name):
        raise ValidationError(
            self.env._(
                "%(document)s, %(field)s: the text holds a character that cannot be kept here. "
                "Type it instead of pasting it.",
                document=self._sop_named_here(),
                field=self._fields[name]._description_string(self.env),
            )
        )

    def _sop_named_here(self):
        """Return what is written; who may not write it hears that and no name."""
        self.check_access("write" if self else "create")
        return self[:1].sudo().display_name or self.env["ir.model"]._get(self._name).name

    def _sop_raise_no_number(self, name, value):
        raise ValidationError(
            self.env._(
                "%(document)s, %(field)s: %(value)s is no number that can be kept here. Enter the "
                "amount or quantity in digits.",
                document=self._sop_named_here(),
                field=self._fields[name]._description_string(self.env),
                value=str(value)[:40],
            )
        )
