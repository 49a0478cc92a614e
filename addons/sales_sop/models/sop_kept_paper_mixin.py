import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class SopKeptPaperMixin(models.AbstractModel):
    """A row of a register: written once, with the paper it is about, and kept for ever.

    The paper's SHA-256 is kept beside it; nobody, whatever their role, changes or deletes the row
    or the file (see also ``ir.attachment``). A wrong row is voided by a new one with the reason.
    """

    _name = "sop.kept.paper.mixin"
    _description = "Row of a Register With Its Paper"
    _inherit = ["sop.append.only.mixin", "sop.protected.mixin"]
    _order = "id desc"

    document = fields.Binary(string="File", attachment=True, copy=False)
    document_name = fields.Char(string="File Name", copy=False)
    sha256 = fields.Char(
        string="SHA-256",
        readonly=True,
        copy=False,
        help="Fingerprint of the file's content. A file that was changed by a single letter has "
        "another one.",
    )
    is_intact = fields.Boolean(
        string="File Unchanged",
        compute="_compute_is_intact",
        help="The file still has the content that was registered.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Registered by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        default=lambda self: self.env.uid,
    )
    registered_on = fields.Datetime(readonly=True, copy=False, default=fields.Datetime.now)
    reason = fields.Char(
        string="Reason of Voiding", copy=False, help="Why the earlier row is wrong."
    )

    @api.model
    def _sop_file_fields(self):
        return super()._sop_file_fields() | {"document"}

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sha256", "user_id", "registered_on"}

    @api.depends("document", "sha256")
    def _compute_is_intact(self):
        for row in self:
            row.is_intact = row._sop_document_hash() == row.sha256

    def _sop_document_hash(self):
        """Return the SHA-256 of the file's content; False when there is none."""
        # A client may ask for sizes instead of contents.
        document = self.with_context(bin_size=False, bin_size_document=False).document
        content = base64.b64decode(document or b"")
        return hashlib.sha256(content).hexdigest() if content else False

    # -- written once --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._sop_check_registrar()
        rows = super().create(vals_list)
        for row in rows.sudo():
            row.sha256 = row._sop_document_hash()
        rows._sop_check_new()
        return rows

    def _sop_check_registrar(self):
        """Only who keeps the register writes into it (K3)."""
        if not self.env.su:
            self.env.user._sop_require_role(
                self.env._("write into the register “%s”", self._sop_kind()),
                "sales_sop.group_sales_office",
            )

    def _sop_check_new(self):
        """Raise unless each of these new rows is complete."""
        for row in self:
            if row._sop_voids():
                row._sop_check_voiding()
            elif not row.sha256:
                raise UserError(
                    self.env._("%s: add the file. An empty one is not kept.", row.display_name)
                )

    def _sop_voids(self):
        """Return the row that this one voids; empty for an ordinary row."""
        raise NotImplementedError

    def _sop_check_voiding(self):
        if not (self.reason or "").strip():
            raise UserError(self.env._("%s: say why the earlier row is wrong.", self.display_name))
        if self._sop_voids()._sop_voids() or len(self._sop_voids().voided_by_ids) > 1:
            raise UserError(self.env._("%s is void already.", self._sop_voids().display_name))

    def _sop_kept_text(self):
        return self.env._(
            "%s is kept as it was written: rows of this register are neither changed nor "
            "deleted. Void a wrong one with a new row that says why.",
            format_list(self.env, self.sudo().mapped("display_name")),
        )
