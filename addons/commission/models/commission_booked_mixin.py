from odoo import api, models


class CommissionBookedMixin(models.AbstractModel):
    """Records of what was booked: private code makes them, nobody changes or deletes them."""

    _name = "commission.booked.mixin"
    _description = "Record of What Was Booked"
    _inherit = ["sop.own.defaults.mixin", "sop.append.only.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._sop_refuse_change()
        return super().create(vals_list)

    def _name_document(self, document):
        """Say what kind of document it is, and which, in the user's language."""
        kind = self.env["ir.model"]._get(document._name).name
        return f"{kind} {document.display_name}"

    def _sop_kept_text(self):
        return self.env._(
            "What was booked of commission is kept as it was. Use the buttons to book more or to "
            "take a booking back."
        )

    def _kept_entry_text(self, move):
        """Say why the entry of what was booked is not changed in the journal."""
        return self.env._(
            "The journal entry %(entry)s belongs to “%(document)s” and stays as it is. Open that "
            "and take it back there: a counter-entry is made, and it can be booked anew.",
            entry=move.name,
            document=self._kept_document(),
        )
