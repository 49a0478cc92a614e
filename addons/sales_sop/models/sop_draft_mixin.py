from odoo import api, models

# What may be written into every document at any time: its chatter, never its content.
CHATTER_FIELDS = ("message_", "activity_", "website_message_", "rating_")


def content_names(names):
    """Return which of these fields are content of a document, not its chatter."""
    return {name for name in names if not name.startswith(CHATTER_FIELDS)}


class SopDraftMixin(models.AbstractModel):
    """A document whose content changes only while it is a draft (P1).

    Who may not write it at all hears so, whatever its state.
    """

    _name = "sop.draft.mixin"
    _description = "Document That Changes Only as a Draft"

    def write(self, vals):
        if not self.env.su and content_names(vals):
            self.check_access("write")
            self._check_is_draft()
        return super().write(vals)

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        if not self.env.su:
            self.check_access("write")
            self._check_is_draft()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._check_is_draft()

    def _check_is_draft(self):
        """Raise unless each of these documents is a draft."""
        raise NotImplementedError


class SopDraftPartMixin(models.AbstractModel):
    """A line of such a document: it changes only while its document is a draft (P1)."""

    _name = "sop.draft.part.mixin"
    _description = "Part of a Document That Changes Only as a Draft"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_document_is_draft()
        return parts

    def write(self, vals):
        self.check_access("write")
        self._check_document_is_draft()
        result = super().write(vals)
        self._check_document_is_draft()
        return result

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        self.check_access("write")
        self._check_document_is_draft()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_document_is_draft(self):
        self._check_document_is_draft()

    def _check_document_is_draft(self):
        if not self.env.su:
            self._draft_document()._check_is_draft()

    def _draft_document(self):
        """Return the documents that these parts belong to."""
        raise NotImplementedError
