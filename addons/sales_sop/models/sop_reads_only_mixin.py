from odoo import api, fields, models


class SopReadsOnlyMixin(models.AbstractModel):
    """Odoo's buttons are not offered to whoever only reads a document that is under the policy.

    They would be refused one by one with a sentence about access rights. The condition is the
    server's own, for each document: may this user write it?
    """

    _name = "sop.reads.only.mixin"
    _description = "Buttons for Those Who May Write"

    sop_reads_only = fields.Boolean(string="Only Reads", compute="_compute_sop_reads_only")

    @api.depends("company_id", "sop_governed")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_sop_reads_only(self):
        for record in self:
            is_saved = bool(record._origin)
            record.sop_reads_only = (
                is_saved and record.sop_governed and not record._origin.has_access("write")
            )

    @api.model
    def _sop_writing_buttons(self):
        """Return an XPath for each kind of buttons that need the right to write the document."""
        return []

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for path in self._sop_writing_buttons():
                for button in arch.xpath(path):
                    self._sop_hide_from_readers(button)
        return arch, view

    @staticmethod
    def _sop_hide_from_readers(button):
        invisible = button.get("invisible")
        hidden = "sop_reads_only"
        button.set("invisible", f"({invisible}) or {hidden}" if invisible else hidden)


def buttons_named(*names):
    """Return the XPath of the buttons that call one of these methods."""
    conditions = (f"@name='{name}'" for name in names)
    return f"//button[{' or '.join(conditions)}]"
