import hashlib

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

# What is in a file, and of which document it is.
FILE_FIELDS = frozenset(
    {"datas", "db_datas", "raw", "res_id", "res_model", "store_fname", "type", "url"}
)


class IrAttachment(models.Model):
    """The files of the registers are never replaced, moved or deleted, whoever asks (K3, K6).

    Other documents replace their files as long as they are open; nobody does it past them.
    """

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._sop_check_through_document()
        return files

    def write(self, vals):
        kept = self._sop_kept_papers()
        if kept and not kept._sop_is_same_content(vals):
            kept._sop_refuse_kept()
        self._sop_check_through_document()
        result = super().write(vals)
        self._sop_check_through_document()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept_papers(self):
        self._sop_kept_papers()._sop_refuse_kept()
        self._sop_check_through_document()

    # -- files of documents --------------------------------------------------------------------

    def _sop_check_through_document(self):
        """Who may write a document could replace what it has fixed, such as a paper's scan (C3)."""
        if self.env.su:
            return
        past = self.sudo().filtered("res_field").filtered(lambda file: file._sop_is_documents())
        if past:
            raise AccessError(
                self.env._(
                    "%s belongs to a document. Replace it there, as long as the document is open.",
                    format_list(self.env, past.mapped("name")),
                )
            )

    def _sop_is_documents(self):
        document = self.env.get(self.res_model)
        fixed = getattr(document, "_sop_file_fields", None)
        return fixed is not None and self.res_field in fixed()

    # -- papers of registers -------------------------------------------------------------------

    @api.model
    def _sop_kept_models(self):
        """Names of the models that are registers of papers."""
        return self.env.registry.descendants(["sop.kept.paper.mixin"], "_inherit")

    def _sop_kept_papers(self):
        """Return those of these attachments that are a register's paper."""
        models_kept = self._sop_kept_models()
        return self.sudo().filtered(
            lambda file: file.res_model in models_kept and file.res_field == "document"
        )

    def _sop_is_same_content(self, vals):
        """Whether ``vals`` only moves the content, as it is, to another storage."""
        if not set(vals) <= {"raw", "mimetype"} or not isinstance(vals.get("raw"), bytes):
            return False
        digest = hashlib.sha256(vals["raw"]).digest()
        return all(hashlib.sha256(file.raw).digest() == digest for file in self)

    def _sop_refuse_kept(self):
        if not self:
            return
        raise AccessError(
            self.env._(
                "%s belongs to a register and is kept as it is. Void a wrong row with a new one.",
                format_list(self.env, self.sudo().mapped("name")),
            )
        )
